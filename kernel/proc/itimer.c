/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - alarm(2) and setitimer(ITIMER_REAL): SIGALRM after a time.
 */
#include "kernel/proc/process_impl.h"

/* In the timer interrupt. */
static void expire(struct timer *timer)
{
    struct process *p = container_of(timer, struct process, alarm);
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    uint64_t interval = p->alarm_interval, next = timer->deadline + interval;

    signal_send_locked(p, NULL, SIGALRM, NULL);
    spin_unlock_irqrestore(&proc_lock, flags);
    if (interval)
        timer_arm(timer, next);
}

void itimer_init(struct process *p)
{
    timer_setup(&p->alarm, expire);
}

void itimer_fini(struct process *p)
{
    p->alarm_interval = 0;
    timer_cancel(&p->alarm);
}

void proc_itimer(const struct itimer_ns *new, struct itimer_ns *old)
{
    struct process *p = current_process();
    uint64_t now = clock_monotonic_ns();

    if (old) {
        uint64_t deadline = p->alarm.deadline;

        old->interval = p->alarm_interval;
        old->value = !p->alarm.armed ? 0 : deadline > now ? deadline - now : 1;
    }
    if (!new)
        return;
    timer_cancel(&p->alarm);
    p->alarm_interval = new->interval;
    if (new->value)
        timer_arm(&p->alarm, now + new->value);
}
