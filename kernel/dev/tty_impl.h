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
/* Let the worker look at the port.  Any context. */
void tty_kick_worker(struct tty *t);
/* There is something new for readers.  Any context. */
void tty_input_changed(struct tty *t);

/* tty_job.c */
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
