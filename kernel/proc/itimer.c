/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - alarm(2) and setitimer(ITIMER_REAL): SIGALRM after a time.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/sched/mutex.h"
#include "lib/bitops.h"

/* What is left of a timer that is about to expire: 0 would mean that it is not set. */
#define LEAST_LEFT_NS 1000UL

/* The shortest time between two signals of a repeating timer: a program must not be
 * able to keep a hart in the timer interrupt. */
#define RESOLUTION_NS 100000UL

static struct mutex setting;        /* one thread at a time arms or cancels a process's timer */

/* In the timer interrupt.  Armed again last: timer_cancel does not wait for what runs once
 * it has found it armed. */
static void expire(struct timer *timer)
{
    struct process *p = container_of(timer, struct process, alarm);
    uint64_t interval = p->alarm_interval, soonest = clock_monotonic_ns() + RESOLUTION_NS;

    signal_send_process(p, SIGALRM, NULL);
    if (interval)
        timer_arm(timer, MAX(timer->deadline + interval, soonest));
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

void proc_itimer(const struct timer_setting *new, struct timer_setting *old)
{
    struct process *p = current_process();
    uint64_t now = clock_monotonic_ns();

    mutex_lock(&setting);
    if (old) {
        uint64_t deadline = p->alarm.deadline;
        bool runs = p->alarm.armed || p->alarm_interval;    /* or is just being armed again */

        old->interval = p->alarm_interval;
        old->value = !runs ? 0 : deadline > now + LEAST_LEFT_NS ? deadline - now : LEAST_LEFT_NS;
    }
    if (new) {
        timer_cancel(&p->alarm);
        p->alarm_interval = new->value ? new->interval : 0;
        if (new->value)
            timer_arm(&p->alarm, now + new->value);
    }
    mutex_unlock(&setting);
}

void itimer_boot(void)
{
    mutex_init(&setting, RANK_ITIMER, "interval timers");
}
