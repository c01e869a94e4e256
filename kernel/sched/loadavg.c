/* SPDX-License-Identifier: MIT */
/*
 * loadavg.c - how many threads wanted to run, averaged over 1, 5 and 15 minutes.
 *
 * The classic sampling every five seconds, without a clock tick that would wake
 * an idle machine: whoever switches threads takes the samples that have become
 * due since the last one, all with today's number.  An average decays by
 * exp(-5 s / period) per sample; fixed point, 11 bits behind the point.
 */
#include "kernel/core/machine.h"
#include "kernel/sched/sched_internal.h"

#define SAMPLE_SECONDS 5
#define FIXED_ONE      (1UL << 11)
#define MAX_SAMPLES    720          /* an hour: everything has decayed */

static const uint64_t decay[3] = { 1884, 2014, 2037 };     /* exp(-5/60), (-5/300), (-5/900) */
static uint64_t averages[3];
uint64_t loadavg_due;               /* [a] */

static void take_samples(uint64_t n)
{
    uint64_t load = sched_nr_running() * FIXED_ONE;

    for (; n > 0; n--) {
        for (unsigned i = 0; i < 3; i++)
            averages[i] = (averages[i] * decay[i] + load * (FIXED_ONE - decay[i])) / FIXED_ONE;
    }
}

void loadavg_sample(uint64_t now)
{
    uint64_t due = __atomic_load_n(&loadavg_due, __ATOMIC_RELAXED);
    uint64_t interval = machine.timebase * SAMPLE_SECONDS;
    uint64_t n;

    if (now < due)
        return;
    n = (now - due) / interval + 1;
    if (!__atomic_compare_exchange_n(&loadavg_due, &due, due + n * interval, false,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;                     /* another hart takes them */
    take_samples(n < MAX_SAMPLES ? n : MAX_SAMPLES);
}

void sched_loadavg(uint64_t avg[3])
{
    loadavg_sample(time_read());
    for (unsigned i = 0; i < 3; i++)
        avg[i] = averages[i];
}
