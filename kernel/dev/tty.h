/* SPDX-License-Identifier: MIT */
/*
 * tty.h - terminals: reading and writing them, their settings, and job control.
 *
 *   port (uart) --interrupt--> port's ring --> worker thread --> ldisc --> readers
 *   port's ring <-- ldisc (output translation, echo) <-- writers, feeder
 *
 * Whoever brings input is the terminal's feeder.  A device's interrupt only moves
 * bytes into a ring and wakes a worker, a kernel thread of the terminal's own, in
 * which the line discipline runs: echo, ^C and ^S work whether or not anybody
 * reads, and signals are sent from where process locks may be taken.  A pseudo
 * terminal is fed by the program that writes to its other end (pty.h).
 *
 * Type-ahead beyond LDISC_SIZE bytes stays in the port's ring, then in the
 * device: nothing is lost, but ^C behind it waits too.
 *
 * A terminal lives while somebody has a reference: each open file, and who made it.
 * A process whose controlling terminal it is has none: tty_hang_up() takes the
 * terminal away from all of them before its maker lets go of it.
 *
 * Locks: [l] lock (RANK_TTY, held for short sections only)  [c] constant
 *        read_lock, write_lock: one reader, one writer at a time; taken before
 *        lock, and held while they sleep for input or room
 */
#pragma once
#include "kernel/core/uio.h"
#include "kernel/dev/tty_ldisc.h"
#include "kernel/sched/mutex.h"

struct tty;

/* What a terminal asks of the device it stands on.  Those below release: any context, never
 * sleep. */
struct tty_port_ops {
    int (*open)(void *port);                    /* one file more: 0, or -EIO: not now  */
    void (*close)(void *port);                  /* one file less                       */
    void (*release)(void *port);                /* the last reference is gone          */
    size_t (*get)(void *port, uint8_t *buf, size_t n);          /* received bytes  */
    bool (*has_input)(void *port);
    size_t (*room)(void *port);                                 /* bytes put takes */
    void (*put)(void *port, const uint8_t *buf, size_t n);      /* at most room()  */
    void (*start)(void *port);                                  /* send what was put  */
    size_t (*unsent)(void *port);
    void (*set_stopped)(void *port, bool stopped);              /* hold the output back */
    void (*discard)(void *port);                                /* forget the output    */
    bool (*send_break)(void *port, bool on);    /* false: this line has no breaks       */
};

#define TTY_STAGE_SIZE  512
#define TTY_ROOM_WANTED 1024            /* room that wakes writers; a port has twice that */

struct tty {
    char name[16];                          /* "ttyS0"                         [c] */
    uint32_t major, minor;                  /*                                 [c] */
    const struct tty_port_ops *ops;         /*                                 [c] */
    void *port;                             /*                                 [c] */
    struct mutex read_lock, write_lock, lock;
    struct tty_ldisc ldisc;                 /*                                 [l] */
    struct winsize winsize;                 /*                                 [l] */
    int pgrp;                               /* foreground group, 0: none       [l] */
    int session;                            /* it controls, 0: none            [l] */
    uint64_t due_signals;                   /* bit per signal, to pgrp         [l] */
    struct wait_queue read_wait;            /* input became readable               */
    struct wait_queue write_wait;           /* output was sent                     */
    struct wait_queue feeder_wait;          /* input may be wanted                 */
    bool feeder_woken;                      /* the worker has not seen it yet  [a] */
    uint32_t input_seq;                     /* times input changed             [a] */
    int32_t refcount;                       /*                                 [a] */
    bool hung_up;                           /* for good; set under lock        [a] */
    uint8_t stage[TTY_STAGE_SIZE];          /* of the writer          [write_lock] */
    struct list link;                       /* all terminals of devices            */
};

/* Who calls, as far as a terminal cares. */
struct tty_caller {
    int pid, pgrp, session;
    bool is_leader;                         /* of its session                      */
    bool is_root;
    struct tty *tty;                        /* its controlling terminal, or NULL   */
};

/*
 * Upward calls, registered by proc/ at boot.  Until then, and for kernel
 * threads, there is no job control.  Called with no lock of the terminal held, but
 * for set_tty and clear_tty.
 */
struct tty_process_ops {
    /* Fill in OUT for the running process; false in a kernel thread. */
    bool (*get_caller)(struct tty_caller *out);
    /* The running process ignores or blocks SIG. */
    bool (*ignores)(int sig);
    /* No process of the group has a parent in its session but outside the group. */
    bool (*is_orphaned)(int pgrp);
    /* The session of process group PGRP, or -ESRCH. */
    int (*session_of_pgrp)(int pgrp);
    void (*signal_pgrp)(int pgrp, int sig);
    /* TTY is the controlling terminal of the running process's session; its lock is held.
     * NULL: the session has none any more; unless its leader says so, the process alone. */
    void (*set_tty)(struct tty *tty);
    /* No process of SESSION has a controlling terminal any more; nobody is told. */
    void (*clear_tty)(int session);
    /* The running process's controlling terminal with a reference, or NULL. */
    struct tty *(*get_tty)(void);
    /* TTY is nobody's controlling terminal any more.  The leader of the session that had it
     * gets SIGHUP and SIGCONT; PGRP, which was in the foreground, does when the leader ends. */
    void (*lose_tty)(struct tty *tty, int pgrp);
};
void tty_register_process_ops(const struct tty_process_ops *ops);

/* Make a terminal of the device PORT, with its worker running; it stays.  NULL: out of
 * memory.  May sleep. */
struct tty *tty_create(const char *name, uint32_t major, uint32_t minor,
                       const struct tty_port_ops *ops, void *port);
/* Make T, zeroed memory, a terminal with one reference, which is fed by tty_receive. */
void tty_init(struct tty *t, const char *name, uint32_t major, uint32_t minor,
              const struct tty_port_ops *ops, void *port);

/* References.  put may sleep. */
void tty_get(struct tty *t);
void tty_put(struct tty *t);

/* From the port's interrupt: bytes arrived; bytes were sent. */
void tty_input_arrived(struct tty *t);
void tty_output_sent(struct tty *t);

/* From the program at the other end: the first of N bytes that there is room for; how many.
 * Sends the signals they mean.  May sleep. */
size_t tty_receive(struct tty *t, const uint8_t *buf, size_t n);
/* Whether tty_receive would take a byte; feeder_wait is woken when that may have changed. */
bool tty_has_input_room(struct tty *t);

/* The terminal of a device, which stays: no reference is needed.  NULL: there is none. */
struct tty *tty_find(uint32_t major, uint32_t minor);
/* What /dev/console is. */
struct tty *tty_console(void);
/* What /dev/tty is to the running process, with a reference; NULL: -ENXIO to whoever opens it. */
struct tty *tty_current(void);

/* A process opens a file on it, which has a reference: a session leader without a terminal
 * gets it as its own, unless NOCTTY (O_NOCTTY, not open for reading, and /dev/console).  0 or
 * -EIO.  Each open is closed once. */
int tty_open(struct tty *t, bool noctty);
void tty_close(struct tty *t);

/* The other end is gone for good: reads find the end of file, those that wait -EIO, as do writes,
 * and it is nobody's controlling terminal.  No lock held; may sleep. */
void tty_hang_up(struct tty *t);

/*
 * Read and write.  Bytes moved, or -EAGAIN (NONBLOCK), -ERESTARTSYS (a signal,
 * among them SIGTTIN and SIGTTOU to background groups), -EIO, -EFAULT if none
 * were.  Zero from a read is an end of file.  May sleep.
 */
ssize_t tty_read(struct tty *t, struct uio *uio, bool nonblock);
ssize_t tty_write(struct tty *t, struct uio *uio, bool nonblock);

/* POLLIN, POLLOUT ... as of now; read_wait and write_wait are woken on changes. */
uint32_t tty_poll(struct tty *t);

/*
 * CMD of ioctl(2).  Its argument is VALUE where it is a number, else the memory
 * behind U: tty_ioctl_size(CMD) bytes at address VALUE (no uio is looked at if
 * that is 0).  0, or an errno; -ENOTTY: not a call of terminals.  May sleep.
 */
size_t tty_ioctl_size(uint32_t cmd);
int tty_ioctl(struct tty *t, uint32_t cmd, uintptr_t value, struct uio *u);

/* The leader of T's session exits or lets go of it: the terminal is nobody's.  The foreground
 * group gets SIGHUP, and with a leader that lives on SIGCONT, lest it stays stopped; one that
 * exits makes orphans, and the stopped ones among them are woken for that reason.
 * Does nothing if SESSION has not got it. */
void tty_end_session(struct tty *t, int session, bool leader_exits);
