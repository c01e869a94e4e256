/* SPDX-License-Identifier: MIT */
/*
 * signalfd.h - signals that are read from a file instead of being handled.
 *
 * The file has a set.  Who reads it takes the signals of the set that are pending for him, of
 * the thread or the process, as sigtimedwait would: it is the reader's signals that count, not
 * those of who made the file.  He has blocked them, or they would be handled before.
 */
#pragma once
#include "kernel/fs/file.h"

/* A file for SET, in which SIGKILL and SIGSTOP count for nothing; FLAGS may be SFD_NONBLOCK.
 * 0 or -ENOMEM.  May sleep. */
int signalfd_create(uint64_t set, uint32_t flags, struct file **out);
/* F is to have SET from now on.  0, or -EINVAL if it is no such file. */
int signalfd_set(struct file *f, uint64_t set);
/* Whether F is one, and its set. */
bool signalfd_get_set(const struct file *f, uint64_t *set);

/* A signal has come to somebody's queue.  Any context; proc_lock may be held. */
void signalfd_notify(void);
