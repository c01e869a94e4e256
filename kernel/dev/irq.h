/* SPDX-License-Identifier: MIT */
/*
 * irq.h - interrupts of devices: who handles which, and how often it came.
 *
 * Each line is delivered to one hart.  A handler runs on that hart's interrupt
 * stack with interrupts off: it must be short, must not sleep, must not
 * allocate or free, and takes only locks that are always taken with interrupts
 * off.  One line is never handled twice at the same time.
 */
#pragma once
#include "kernel/port/port.h"

#define IRQ_MAX 128             /* lines 1 .. IRQ_MAX - 1; 0 means no interrupt */

/*
 * Call HANDLER(ARG) for line IRQ from now on, on the calling hart.  NAME must
 * outlive the kernel.  0, -EINVAL (no such
 * line, or this hart has none), -EBUSY (it has a handler) or -ENOMEM.  May sleep.
 */
int irq_request(unsigned irq, void (*handler)(void *arg), void *arg, const char *name);

/* Share the lines out among the harts that are online, in turn.  Once, when
 * they are all up. */
void irq_balance(void);
/* Let each line lead to the next hart that is online. */
void irq_rotate(void);

/* The external interrupt of the calling hart: serve every line that waits. */
void irq_dispatch(void);

/* What /proc/interrupts shows of a line. */
struct irq_info {
    unsigned irq;
    const char *name;           /* of the device     */
    const char *chip;           /* of the controller */
    unsigned hart;              /* where it goes     */
    uint64_t count[MAX_HARTS];
};
/* Call FN for each line that has a handler, in order. */
void irq_for_each(void (*fn)(const struct irq_info *info, void *arg), void *arg);
