/* SPDX-License-Identifier: MIT */
/*
 * tty_ldisc.h - the line discipline: what a terminal does to the bytes typed on
 * it and printed on it.  Pure: no locks, no sleeping, no devices.
 *
 * Received bytes pass ldisc_receive(): they are echoed, edit the line, raise
 * signals, and end up in a ring that readers empty by ldisc_take().
 *
 *      tail            canon_head         head
 *       v                  v               v
 *   ....[ complete lines   |  being edited ]....      canonical mode
 *   ....[ readable at once                 ]....      raw mode
 *
 * A line ends with a byte whose bit is set in `ends`: a newline, an EOL
 * character, or a NUL that stands for an end of file and is never delivered.
 *
 * In canonical mode a line longer than the ring is cut (its last byte is
 * replaced until the newline comes), as on Linux; everything else waits in the
 * device until there is room, so nothing typed ahead is lost.
 *
 * All functions: the caller holds the lock that guards the structure.
 */
#pragma once
#include "lib/abi/termios.h"
#include "lib/types.h"

#define LDISC_SIZE 4096             /* bytes of type-ahead, a power of two          */
#define LDISC_ECHO_RESERVE 256      /* room in the output that only echo may use    */

struct tty_ldisc;

struct ldisc_ops {
    /* Bytes that emit takes now. */
    size_t (*room)(struct tty_ldisc *ld);
    /* Queue N bytes, at most room(), for the screen. */
    void (*emit)(struct tty_ldisc *ld, const uint8_t *s, size_t n);
    /* SIG is due to the foreground process group. */
    void (*signal)(struct tty_ldisc *ld, int sig);
    /* Hold back queued output, or let it go on. */
    void (*set_stopped)(struct tty_ldisc *ld, bool stopped);
    /* Forget queued output. */
    void (*discard)(struct tty_ldisc *ld);
};

struct tty_ldisc {
    const struct ldisc_ops *ops;
    struct termios termios;
    size_t tail, canon_head, head;          /* free-running; index modulo LDISC_SIZE */
    uint8_t ring[LDISC_SIZE];
    uint64_t ends[LDISC_SIZE / 64];
    unsigned column;                        /* of the cursor                         */
    unsigned line_column;                   /* where the line being edited began     */
    bool literal_next;                      /* the character after VLNEXT            */
    bool stopped;                           /* by VSTOP or TCOOFF                    */
};

/* A terminal as it is after boot: canonical, echoing, ^C and ^Z alive. */
void ldisc_init(struct tty_ldisc *ld, const struct ldisc_ops *ops);

/* New settings.  Bytes typed ahead stay readable in either mode. */
void ldisc_set_termios(struct tty_ldisc *ld, const struct termios *t);

/* How many bytes ldisc_receive may be given now. */
size_t ldisc_room(const struct tty_ldisc *ld);
/* One byte from the terminal. */
void ldisc_receive(struct tty_ldisc *ld, uint8_t c);

/* Whether a read would return: a line (canonical), or WANT bytes (raw). */
bool ldisc_is_readable(const struct tty_ldisc *ld, size_t want);
/* What FIONREAD says. */
size_t ldisc_count(const struct tty_ldisc *ld);
/* Move up to N bytes of at most one line to BUF; returns how many.  *END: the
 * line ended here, or there was nothing: do not ask for more. */
size_t ldisc_take(struct tty_ldisc *ld, uint8_t *buf, size_t n, bool *end);
/* Forget all input. */
void ldisc_flush_input(struct tty_ldisc *ld);

/* Send up to N bytes to the screen, leaving the echo's reserve; returns how many
 * bytes of BUF were taken. */
size_t ldisc_write(struct tty_ldisc *ld, const uint8_t *buf, size_t n);

/* Stop or restart output by hand (TCXONC). */
void ldisc_set_stopped(struct tty_ldisc *ld, bool stopped);
