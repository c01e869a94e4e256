/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - alarm(2) and setitimer(2): a signal after some time, of the clock on the wall
 * or of the process's own.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "kernel/sched/mutex.h"
#include "lib/abi/time.h"
#include "lib/bitops.h"

/* What is left of a timer that is about to expire: 0 would mean that it is not set. */
#define LEAST_LEFT_NS 1000UL

/* The shortest time between two signals of a repeating timer: a program must not be
 * able to keep a hart in the timer interrupt. */
#define RESOLUTION_NS 100000UL

static struct mutex setting;        /* one thread at a time arms or cancels a process's alarm */

static uint64_t left_until(uint64_t deadline, uint64_t now)
{
    return deadline > now + LEAST_LEFT_NS ? deadline - now : LEAST_LEFT_NS;
}

/* Real time */

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

static void alarm_setting(struct process *p, const struct timer_setting *new,
                          struct timer_setting *old)
{
    uint64_t now = clock_monotonic_ns();

    mutex_lock(&setting);
    if (old) {
        bool runs = p->alarm.armed || p->alarm_interval;    /* or is just being armed again */

        old->interval = p->alarm_interval;
        old->value = runs ? left_until(p->alarm.deadline, now) : 0;
    }
    if (new) {
        timer_cancel(&p->alarm);
        p->alarm_interval = new->value ? new->interval : 0;
        if (new->value)
            timer_arm(&p->alarm, now + new->value);
    }
    mutex_unlock(&setting);
}

/* Processor time */

static void expire_cpu(struct cpu_timer *t)
{
    const struct cpu_itimer *it = container_of(t, struct cpu_itimer, timer);
    uint64_t deadline = t->deadline;

    signal_send_running_locked(t->process, t->kind == CPU_USER ? SIGVTALRM : SIGPROF, NULL);
    if (!it->interval)
        return;
    timer_forward(&deadline, it->interval, cpu_timer_now(t));
    cpu_timer_arm_again(t, deadline);
}

static void cpu_setting(struct cpu_itimer *it, const struct timer_setting *new,
                        struct timer_setting *old)
{
    struct cpu_timer *t = &it->timer;
    uint64_t flags = spin_lock_irqsave(&proc_lock), now = cpu_timer_now(t);

    if (old) {
        old->interval = it->interval;
        old->value = t->armed ? left_until(t->deadline, now) : 0;
    }
    if (new) {
        cpu_timer_disarm(t);
        it->interval = new->interval;
        if (new->value)
            cpu_timer_arm(t, now + new->value);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
}

void proc_itimer(int which, const struct timer_setting *new, struct timer_setting *old)
{
    struct process *p = current_process();

    if (which == ITIMER_REAL)
        alarm_setting(p, new, old);
    else
        cpu_setting(&p->cpu_itimers[which == ITIMER_VIRTUAL ? CPU_USER : CPU_ALL], new, old);
}

/* Processes come and go */

void itimer_init(struct process *p)
{
    timer_setup(&p->alarm, expire);
    for (int kind = 0; kind < CPU_KINDS; kind++)
        p->cpu_itimers[kind].timer = (struct cpu_timer){
            .process = p, .kind = (enum cpu_kind)kind, .fn = expire_cpu,
        };
}

void itimer_fini(struct process *p)
{
    uint64_t flags;

    p->alarm_interval = 0;
    timer_cancel(&p->alarm);
    flags = spin_lock_irqsave(&proc_lock);
    for (int kind = 0; kind < CPU_KINDS; kind++)
        cpu_timer_disarm(&p->cpu_itimers[kind].timer);
    spin_unlock_irqrestore(&proc_lock, flags);
}

void itimer_boot(void)
{
    mutex_init(&setting, RANK_ITIMER, "interval timers");
}
