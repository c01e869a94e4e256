/* SPDX-License-Identifier: MIT */
/*
 * pidfd.h - a process behind a descriptor: to signal it, to wait for it, and to take its files.
 *
 * The file holds a reference on the structure, and a number is not given out again before its
 * structure is freed.  So a pidfd means one process for ever, and nothing once somebody has
 * waited for that.
 */
#pragma once
#include "kernel/proc/process.h"
#include "lib/abi/pidfd.h"

/* A pidfd of P, which may not be listed yet; FLAGS 0 or PIDFD_NONBLOCK.  0 or -ENOMEM.  May
 * sleep. */
int pidfd_create(struct process *p, uint32_t flags, struct file **out);

/* The process that F means, which lives as long as F is held; NULL: F is no pidfd. */
struct process *pidfd_process(const struct file *f);

/* The same for who only sends a signal: before there were pidfds, a process's folder in /proc
 * was one, and still does.  procfs tells how to know those. */
struct process *pidfd_receiver(const struct file *f);
void pidfd_register_folders(struct process *(*process_of)(const struct file *f));

/* The process that descriptor PIDFD means, referenced: 0, -EBADF (it is no pidfd), or -ESRCH
 * (the process is not listed). */
int pidfd_get_process(int pidfd, struct process **out);
