/* SPDX-License-Identifier: MIT */
/*
 * pty.h - pseudo terminals: a terminal whose other end is not a device but a program.
 *
 *   shell --> slave: line discipline --> ring --> master --> program (script, sshd)
 *   shell <-- slave: line discipline <----------- master <-- program
 *
 * The slave is a terminal like any other; what is written to the master is typed on
 * it, what it prints is read from the master.  The line discipline runs in whoever
 * writes to the master, so no thread is needed.
 *
 * Life: pty_create makes both ends, the master open.  The slave may be opened when it
 * is unlocked, and closed, any number of times; while it was open and is not, reads of
 * the master find -EIO.  pty_close_master hangs the slave up; files on it stay until
 * they are closed, and the last of them frees the pair and its number.
 *
 * Locks: [l] lock, a spinlock  [c] constant  read_lock, write_lock: one reader, one
 *        writer of the master at a time; taken before the terminal's lock
 */
#pragma once
#include "kernel/dev/ring.h"
#include "kernel/dev/tty.h"

#define PTY_SLAVE_MAJOR 136             /* its minor is the number of the pair */
#define PTY_MAX 4096
#define PTY_RING_SIZE 8192

struct pty {
    struct tty tty;                     /* the slave                                   */
    unsigned index;                     /* N of /dev/pts/N                         [c] */
    struct spinlock lock;               /* RANK_DEVICE                                 */
    struct ring out;                    /* printed, not read yet                   [l] */
    size_t held_from;                   /* position in `out`, while stopped        [l] */
    size_t nopen;                       /* files on the slave                      [l] */
    bool stopped;                       /* by ^S: what is printed now waits        [l] */
    bool locked;                        /* the slave cannot be opened yet          [l] */
    bool slave_closed;                  /* it was open, and is not                 [l] */
    bool master_closed;                 /*                                         [l] */
    struct mutex read_lock, write_lock;
    struct wait_queue read_wait;        /* something was printed, or the slave closed  */
    struct list link;                   /* all, by number                   [pairs_lock] */
    char bytes[PTY_RING_SIZE];
};

/* A pair with the lowest free number, its slave locked; the caller is the master.  0, -ENOMEM,
 * or -ENOSPC: there are PTY_MAX.  May sleep. */
int pty_create(struct pty **out);
/* The master is gone.  The slave loses its reference.  May sleep. */
void pty_close_master(struct pty *p);

/*
 * The master's calls.  Bytes moved, or -EAGAIN (NONBLOCK), -ERESTARTSYS (a signal), -EIO (a
 * read: the slave was closed, and nothing is left), -EFAULT if none were.  May sleep.
 */
ssize_t pty_read(struct pty *p, struct uio *uio, bool nonblock);
ssize_t pty_write(struct pty *p, struct uio *uio, bool nonblock);
/* POLLIN ... as of now; read_wait and the slave's feeder_wait are woken on changes. */
uint32_t pty_poll(struct pty *p);
/* As tty_ioctl_size and tty_ioctl. */
size_t pty_ioctl_size(uint32_t cmd);
int pty_ioctl(struct pty *p, uint32_t cmd, uintptr_t value, struct uio *u);
