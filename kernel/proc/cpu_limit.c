/* SPDX-License-Identifier: MIT */
/*
 * cpu_limit.c - RLIMIT_CPU: a process that has used up its processor time is told so, once
 * more after each second that it goes on, and killed at the hard limit.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "lib/bitops.h"

static uint64_t to_ns(uint64_t seconds)
{
    return seconds < UINT64_MAX / NSEC_PER_SEC ? seconds * NSEC_PER_SEC : UINT64_MAX;
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
    const struct rlimit *limit = &p->rlimits[RLIMIT_CPU];

    cpu_timer_disarm(&p->cpu_limit);
    if (limit->rlim_cur != RLIM_INFINITY && p->state != PROCESS_ZOMBIE)
        cpu_timer_arm(&p->cpu_limit, to_ns(limit->rlim_cur));
}
