/* SPDX-License-Identifier: MIT */
/*
 * pressure_meter.c - stretches of time, and averages of them.
 */
#include "kernel/sched/pressure_meter.h"
#include "lib/bitops.h"

/* exp(-2 s / span), in PRESSURE_UNITs. */
static const uint64_t decay[PRESSURE_SPANS] = { 858501, 1014200, 1041609 };
/* After so many periods not even the longest average remembers: exp(-3000 / 300) of 100 %
 * is less than 0.01 %. */
#define PERIODS_REMEMBERED 1500

void pressure_meter_init(struct pressure_meter *m, uint64_t now)
{
    *m = (struct pressure_meter){ .since = now, .period_end = now + PRESSURE_PERIOD };
}

static void count(struct pressure_meter *m, uint64_t until)
{
    uint64_t ns = until - m->since;

    for (int line = 0; line < PRESSURE_LINES; line++) {
        uint64_t lost = ns / PRESSURE_UNIT * m->share[line]
                        + ns % PRESSURE_UNIT * m->share[line] / PRESSURE_UNIT;

        m->sample[line] += lost;
        m->total[line] += lost;
    }
    m->since = until;
}

static void end_period(struct pressure_meter *m)
{
    for (int line = 0; line < PRESSURE_LINES; line++) {
        uint64_t lost = min_u64(m->sample[line], PRESSURE_PERIOD);
        uint64_t percent = lost * 100 * PRESSURE_UNIT / PRESSURE_PERIOD;

        for (int span = 0; span < PRESSURE_SPANS; span++) {
            uint64_t *average = &m->average[line][span];

            *average = (*average * decay[span] + percent * (PRESSURE_UNIT - decay[span])
                        + PRESSURE_UNIT / 2) / PRESSURE_UNIT;
        }
        m->sample[line] = 0;
    }
    m->period_end += PRESSURE_PERIOD;
}

/* Periods that no average remembers need not be gone through one by one. */
static void skip_forgotten(struct pressure_meter *m, uint64_t now)
{
    uint64_t due = (now - m->period_end) / PRESSURE_PERIOD;

    if (due > PERIODS_REMEMBERED) {
        uint64_t end = m->period_end + (due - PERIODS_REMEMBERED) * PRESSURE_PERIOD;

        count(m, end - PRESSURE_PERIOD);
        m->sample[PRESSURE_SOME] = m->sample[PRESSURE_FULL] = 0;
        m->period_end = end;
    }
}

void pressure_meter_advance(struct pressure_meter *m, uint64_t now)
{
    if (now <= m->since)
        return;
    if (now >= m->period_end)
        skip_forgotten(m, now);
    while (now >= m->period_end) {
        count(m, m->period_end);
        end_period(m);
    }
    count(m, now);
}

void pressure_meter_change(struct pressure_meter *m, uint64_t now, unsigned delayed,
                           unsigned productive, unsigned harts)
{
    uint64_t potential = min_u64(delayed + productive, harts);

    pressure_meter_advance(m, now);
    m->share[PRESSURE_SOME] = m->share[PRESSURE_FULL] = 0;
    if (potential == 0)
        return;
    m->share[PRESSURE_SOME] = min_u64(delayed, potential) * PRESSURE_UNIT / potential;
    m->share[PRESSURE_FULL] = (potential - min_u64(productive, potential)) * PRESSURE_UNIT
                              / potential;
}

void pressure_meter_add(struct pressure_meter *m, uint64_t now, uint64_t ns)
{
    pressure_meter_advance(m, now);
    m->sample[PRESSURE_SOME] += ns;
    m->total[PRESSURE_SOME] += ns;
}
