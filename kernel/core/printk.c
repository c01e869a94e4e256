/* SPDX-License-Identifier: MIT */
/*
 * printk.c - format into the ring, show on the console.
 *
 * One lock, the last of the order, so that anybody may print while holding
 * anything.  In a panic there is no lock: the others are stopped, or about to
 * be, and a garbled line is better than none.
 */
#include "kernel/core/printk.h"
#include "kernel/riscv/sbi.h"
#include "lib/bitops.h"
#include "lib/fmt.h"

static struct spinlock console_lock = SPINLOCK_INIT(RANK_CONSOLE, "console");
static const struct console_ops *console;
static bool in_panic;
static char ring[LOG_SIZE];
static uint64_t ring_end;               /* characters ever logged */

static void firmware_write(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n')
            sbi_putchar('\r');
        sbi_putchar(s[i]);
    }
}

static void show(const char *s, size_t n)
{
    if (!console)
        firmware_write(s, n);
    else if (in_panic)
        console->write_polled(s, n);
    else
        console->write(s, n);
}

static void log_and_show(void *context, const char *s, size_t n)
{
    (void)context;
    for (size_t i = 0; i < n; i++)
        ring[(ring_end + i) % LOG_SIZE] = s[i];
    __atomic_store_n(&ring_end, ring_end + n, __ATOMIC_RELEASE);
    show(s, n);
}

void vprintk(const char *fmt, va_list ap)
{
    const struct fmt_sink sink = { .write = log_and_show };
    uint64_t flags;

    if (in_panic) {
        fmt_vprint(&sink, fmt, ap);
        return;
    }
    flags = spin_lock_irqsave(&console_lock);
    fmt_vprint(&sink, fmt, ap);
    spin_unlock_irqrestore(&console_lock, flags);
}

void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprintk(fmt, ap);
    va_end(ap);
}

void console_register(const struct console_ops *ops)
{
    uint64_t flags = spin_lock_irqsave(&console_lock);

    console = ops;
    spin_unlock_irqrestore(&console_lock, flags);
}

void console_flush(void)
{
    if (console)
        console->write_polled("", 0);
}

void printk_enter_panic(void)
{
    in_panic = true;
    if (console)
        console->end_line();
}

uint64_t log_end(void)
{
    return __atomic_load_n(&ring_end, __ATOMIC_ACQUIRE);
}

uint64_t log_start(void)
{
    uint64_t end = log_end();

    return end > LOG_SIZE ? end - LOG_SIZE : 0;
}

size_t log_read(uint64_t *pos, char *buf, size_t n)
{
    uint64_t flags = spin_lock_irqsave(&console_lock);
    size_t copied;

    *pos = max_u64(*pos, log_start());
    copied = *pos < ring_end ? min_u64(n, ring_end - *pos) : 0;
    for (size_t i = 0; i < copied; i++)
        buf[i] = ring[(*pos + i) % LOG_SIZE];
    *pos += copied;
    spin_unlock_irqrestore(&console_lock, flags);
    return copied;
}
