/* SPDX-License-Identifier: MIT */
/*
 * tty_impl.h - what the files of the terminals share with each other and with
 * nobody else.
 */
#pragma once
#include "kernel/dev/tty.h"

/* The lock; perhaps below read_lock or write_lock, which have the same rank. */
static inline void tty_lock(struct tty *t)
{
    mutex_lock_nested(&t->lock);
}

static inline void tty_unlock(struct tty *t)
{
    mutex_unlock(&t->lock);
}

/* tty.c */
/* There may be room for input again: wake the feeder.  Any context. */
void tty_wake_feeder(struct tty *t);
/* For the feeder: forget that it was woken, then look for room; if there is none, wait until it
 * is woken again.  0 or -EINTR. */
void tty_forget_wake(struct tty *t);
int tty_wait_for_wake(struct tty *t);
/* There is something new for readers.  Any context. */
void tty_input_changed(struct tty *t);

static inline bool tty_is_hung_up(const struct tty *t)
{
    return __atomic_load_n(&t->hung_up, __ATOMIC_ACQUIRE);
}

/* tty_rw.c */
/* Be the one reader, the one writer.  0, -EAGAIN (NONBLOCK, and another is) or -ERESTARTSYS. */
int tty_enter(struct mutex *m, bool nonblock);

/* tty_job.c */
/* The caller opened it: see tty_open.  Nothing held. */
void tty_opened(struct tty *t, bool noctty);
/* What TIOCGPGRP (0: none) and TIOCGSID (-ENOTTY: none) tell.  Nothing held. */
int tty_group_of(struct tty *t, uint32_t cmd);
/* SIG to the process group PGRP; 0: to nobody.  No lock of the terminal held. */
void tty_signal_pgrp(int pgrp, int sig);
/* May the running process, perhaps in the background, do what SIG is about?  0,
 * -EIO, or -ERESTARTSYS: its group got the signal.  No lock of the terminal held. */
int tty_check_foreground(struct tty *t, int sig);
/* Calls of ioctl(2), in the shape that tty_ioctl.c wants. */
int tty_get_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);
int tty_set_group(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);
int tty_set_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);
int tty_give_up_controlling(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);
