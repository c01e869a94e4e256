/* SPDX-License-Identifier: MIT */
/*
 * hung.c - debug kernels: who waits for something that does not come.
 *
 * A user thread that waits uninterruptibly (BLOCKED) for two minutes is stuck:
 * its disk, its lock or its wake-up is lost.  The report names it and shows where
 * it waits.  Kernel threads may wait for work as long as they like.
 */
#include "kernel/core/machine.h"
#include "kernel/core/panic.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/sched_internal.h"

#define HUNG_SECONDS  120
#define CHECK_SECONDS 30

static void check(struct thread *t, void *arg)
{
    uint64_t waited = (time_read() - t->wait_since) / machine.timebase;

    (void)arg;
    if (!t->process || t->state != THREAD_BLOCKED || t->on_cpu || waited < HUNG_SECONDS)
        return;
    printk("hung: thread %d (%s) has waited for %lu s\n", t->tid, t->name, waited);
    backtrace_print_stack(t->context.s[0], (uintptr_t)t->stack,
                          (uintptr_t)t->stack + KSTACK_SIZE);
}

static void watch(void *arg)
{
    (void)arg;
    for (;;) {
        thread_sleep_ns(CHECK_SECONDS * 1000000000UL, false, NULL);
        thread_for_each(check, NULL);
    }
}

void hung_start(void)
{
    if (kthread_run(watch, NULL, "watchdog") != 0)
        panic("no memory for the watchdog");
}
