/* SPDX-License-Identifier: MIT */
/*
 * printk.h - the kernel's log: a ring of characters, and a console that shows it.
 *
 * printk() itself is declared in port.h.  A message ends with its own newline.
 * Until a driver registers, characters go to the firmware's console.
 */
#pragma once
#include "kernel/port/port.h"

/* How much of the log is remembered. */
#define LOG_SIZE (1UL << 15)

struct console_ops {
    /* Show N characters; '\n' means a new line.  Interrupts are off, the console
     * lock is held; must not print. */
    void (*write)(const char *s, size_t n);
    /* The same without locks, interrupts or other harts: for panic only.  What
     * was queued before is sent first. */
    void (*write_polled)(const char *s, size_t n);
    /* For panic only: send what was queued before, and end the line if it was
     * left unfinished. */
    void (*end_line)(void);
};

/* Messages go to OPS from now on; NULL: back to the firmware. */
void console_register(const struct console_ops *ops);

/* Send what is still on its way, by whoever wrote it: the last thing before the
 * machine goes off. */
void console_flush(void);

/* After this, printk() neither takes locks nor trusts other harts.  What follows
 * starts on a line of its own. */
void printk_enter_panic(void);

void vprintk(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/*
 * Read the log.  Positions count characters since boot; the ring holds those in
 * [log_start(), log_end()).  log_read copies up to N from position POS (moved up
 * to log_start() if older) and returns the count; *POS is then the next one.
 */
uint64_t log_start(void);
uint64_t log_end(void);
size_t log_read(uint64_t *pos, char *buf, size_t n);
