/* SPDX-License-Identifier: MIT */
/*
 * cpu_limit.c - RLIMIT_CPU: a process that has used up its processor time is told so, once
 * more after each second that it goes on, and killed at the hard limit.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "lib/bitops.h"

/* In ns; NEVER: nobody lives to see it, and sums with it would overflow. */
#define NEVER ((uint64_t)INT64_MAX)

static uint64_t to_ns(uint64_t seconds)
{
    return seconds < NEVER / NSEC_PER_SEC ? seconds * NSEC_PER_SEC : NEVER;
}

/* The soft limit moves on with the warnings, as on Linux: who raises it is warned later. */
static void expire(struct cpu_timer *t)
{
    struct rlimit *limit = &t->process->rlimits[RLIMIT_CPU];

    if (cpu_timer_now(t) >= to_ns(limit->rlim_max)) {
        signal_send_locked(t->process, NULL, SIGKILL, NULL);
        return;
    }
    signal_send_running_locked(t->process, SIGXCPU, NULL);
    limit->rlim_cur++;
    cpu_timer_arm_again(t, to_ns(limit->rlim_cur));
}

void cpu_limit_init(struct process *p)
{
    p->cpu_limit = (struct cpu_timer){ .process = p, .kind = CPU_ALL, .fn = expire };
}

void cpu_limit_changed(struct process *p)
{
    uint64_t deadline = to_ns(p->rlimits[RLIMIT_CPU].rlim_cur);

    cpu_timer_disarm(&p->cpu_limit);
    if (deadline != NEVER && p->state != PROCESS_ZOMBIE)
        cpu_timer_arm(&p->cpu_limit, deadline);
}
