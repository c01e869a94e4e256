/* SPDX-License-Identifier: MIT */
/*
 * irq.c - who handles which interrupt.
 *
 * A line belongs to one hart at a time.  It can be moved only by the hart that
 * has just finished serving it, because the controller would ignore the
 * completion of a line that has left; so irq_balance() only says where a line
 * should be, and it moves after its next interrupt.
 */
#include "kernel/core/hart.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/plic.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"

/* One line with a handler.  [i] irq_lock  [c] constant  [p] the serving hart only */
struct irq_line {
    void (*handler)(void *arg);         /*                           [c] */
    void *arg;                          /*                           [c] */
    const char *name;                   /*                           [c] */
    unsigned hart;                      /* where it goes             [i] */
    unsigned wanted_hart;               /* where it should go        [a] */
    uint64_t count[MAX_HARTS];          /*                           [p] */
};

static struct spinlock irq_lock = SPINLOCK_INIT(RANK_DEVICE, "irq");
static struct irq_line *lines[IRQ_MAX]; /* set once, by irq_request */

static struct irq_line *find_line(unsigned irq)
{
    return irq < IRQ_MAX ? __atomic_load_n(&lines[irq], __ATOMIC_ACQUIRE) : NULL;
}

static bool install(unsigned irq, struct irq_line *line)
{
    uint64_t flags = spin_lock_irqsave(&irq_lock);
    bool is_free = !lines[irq];

    if (is_free) {
        __atomic_store_n(&lines[irq], line, __ATOMIC_RELEASE);
        plic_route(irq, line->hart, true);
        plic_unmask(irq);
    }
    spin_unlock_irqrestore(&irq_lock, flags);
    return is_free;
}

int irq_request(unsigned irq, void (*handler)(void *arg), void *arg, const char *name)
{
    unsigned hart = port_hart_index();
    struct irq_line *line;

    if (irq >= IRQ_MAX || !plic_has_line(irq) || !plic_has_hart(hart))
        return -EINVAL;
    line = kzalloc(sizeof(*line), GFP_KERNEL);
    if (!line)
        return -ENOMEM;
    line->handler = handler;
    line->arg = arg;
    line->name = name;
    line->hart = line->wanted_hart = hart;
    if (install(irq, line))
        return 0;
    kfree(line);
    return -EBUSY;
}

/* The first hart from HART on that takes interrupts. */
static unsigned usable_hart(unsigned hart)
{
    hart %= MAX_HARTS;
    while (!harts[hart].online || !plic_has_hart(hart))
        hart = (hart + 1) % MAX_HARTS;
    return hart;
}

void irq_balance(void)
{
    unsigned hart = 0;

    for (unsigned irq = 0; irq < IRQ_MAX; irq++) {
        struct irq_line *line = find_line(irq);

        if (!line)
            continue;
        hart = usable_hart(hart);
        __atomic_store_n(&line->wanted_hart, hart, __ATOMIC_RELAXED);
        hart++;
    }
}

void irq_rotate(void)
{
    for (unsigned irq = 0; irq < IRQ_MAX; irq++) {
        struct irq_line *line = find_line(irq);

        if (line)
            __atomic_store_n(&line->wanted_hart, usable_hart(line->hart + 1), __ATOMIC_RELAXED);
    }
}

/* This hart has just completed IRQ, and takes no other interrupt meanwhile.  As soon as
 * the line leads to TO, that hart may serve it and want to move it, too. */
static void move_line(unsigned irq, struct irq_line *line, unsigned to)
{
    uint64_t flags = spin_lock_irqsave(&irq_lock);

    if (line->hart != to) {
        plic_route(irq, to, true);
        plic_route(irq, line->hart, false);
        line->hart = to;
    }
    spin_unlock_irqrestore(&irq_lock, flags);
}

static void serve(unsigned irq)
{
    struct irq_line *line = find_line(irq);
    unsigned wanted;

    if (!line) {
        plic_mask(irq);
        plic_complete(irq);
        printk("irq %u: nobody handles it, masked\n", irq);
        return;
    }
    line->count[port_hart_index()]++;
    line->handler(line->arg);
    plic_complete(irq);
    wanted = __atomic_load_n(&line->wanted_hart, __ATOMIC_RELAXED);
    if (wanted != line->hart)
        move_line(irq, line, wanted);
}

void irq_dispatch(void)
{
    unsigned irq;

    while ((irq = plic_claim()) != 0)
        serve(irq);
}

void irq_for_each(void (*fn)(const struct irq_info *info, void *arg), void *arg)
{
    for (unsigned irq = 0; irq < IRQ_MAX; irq++) {
        const struct irq_line *line = find_line(irq);
        struct irq_info info = { .irq = irq, .chip = "PLIC" };

        if (!line)
            continue;
        info.name = line->name;
        info.hart = line->hart;
        for (unsigned hart = 0; hart < MAX_HARTS; hart++)
            info.count[hart] = line->count[hart];
        fn(&info, arg);
    }
}
