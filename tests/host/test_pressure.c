/* SPDX-License-Identifier: MIT */
// sources: kernel/sched/pressure_meter.c
/*
 * test_pressure.c - pressure: known states and spans, and a model in floating point that
 * looks at each millisecond by itself.
 */
#include <criterion/criterion.h>
#include <math.h>
#include "kernel/sched/pressure_meter.h"
#include "lib/rand.h"

#define MS 1000000UL
#define SECOND (1000 * MS)

static double percent(const struct pressure_meter *m, enum pressure_line line, int span)
{
    return (double)m->average[line][span] / (double)PRESSURE_UNIT;
}

static void expect_shares(unsigned delayed, unsigned productive, unsigned harts, double some,
                          double full)
{
    struct pressure_meter m;

    pressure_meter_init(&m, 0);
    pressure_meter_change(&m, 0, delayed, productive, harts);
    pressure_meter_advance(&m, SECOND);
    cr_assert_float_eq((double)m.total[PRESSURE_SOME] / (double)SECOND, some, 1e-5,
                       "some of %u+%u on %u", delayed, productive, harts);
    cr_assert_float_eq((double)m.total[PRESSURE_FULL] / (double)SECOND, full, 1e-5,
                       "full of %u+%u on %u", delayed, productive, harts);
}

Test(pressure, shares)
{
    expect_shares(0, 0, 1, 0, 0);
    expect_shares(0, 3, 1, 0, 0);
    expect_shares(1, 0, 1, 1, 1);           /* the only one waits */
    expect_shares(1, 1, 1, 1, 0);           /* the hart is used all the same */
    expect_shares(1, 0, 4, 1, 1);
    expect_shares(1, 1, 4, 0.5, 0.5);
    expect_shares(1, 255, 256, 1.0 / 256, 1.0 / 256);
    expect_shares(256, 255, 256, 1, 1.0 / 256);
    expect_shares(7, 0, 4, 1, 1);
}

/* Half of each period, then nothing. */
Test(pressure, averages_rise_and_fall)
{
    static const double span[PRESSURE_SPANS] = { 10, 60, 300 };
    struct pressure_meter m;
    uint64_t now = 0;

    pressure_meter_init(&m, now);
    for (int i = 0; i < 5; i++) {
        pressure_meter_change(&m, now, 1, 0, 1);
        pressure_meter_change(&m, now + SECOND, 0, 0, 1);
        now += 2 * SECOND;
    }
    pressure_meter_advance(&m, now);
    cr_assert_eq(m.total[PRESSURE_SOME], 5 * SECOND);
    for (int i = 0; i < PRESSURE_SPANS; i++)
        cr_assert_float_eq(percent(&m, PRESSURE_SOME, i), 50 * (1 - exp(-10 / span[i])), 0.01);
    pressure_meter_advance(&m, now + 10 * SECOND);
    cr_assert_float_eq(percent(&m, PRESSURE_FULL, 0), 50 * (1 - exp(-1)) * exp(-1), 0.01);
    pressure_meter_advance(&m, now + 100000 * SECOND);
    for (int i = 0; i < PRESSURE_SPANS; i++)
        cr_assert_float_eq(percent(&m, PRESSURE_SOME, i), 0, 0.01);
    cr_assert_eq(m.total[PRESSURE_SOME], 5 * SECOND);
}

/* A state that nobody looks at for a day counts all the same. */
Test(pressure, long_stretches)
{
    struct pressure_meter m;
    uint64_t day = 86400 * SECOND;

    pressure_meter_init(&m, 5 * MS);
    pressure_meter_change(&m, 10 * MS, 1, 1, 2);
    pressure_meter_advance(&m, 10 * MS + day);
    cr_assert_float_eq((double)m.total[PRESSURE_SOME], (double)day / 2, (double)MS);
    for (int i = 0; i < PRESSURE_SPANS; i++)
        cr_assert_float_eq(percent(&m, PRESSURE_SOME, i), 50, 0.01);
    pressure_meter_advance(&m, MS);             /* clocks of harts differ a little */
    cr_assert_eq(m.since, 10 * MS + day);
}

Test(pressure, what_is_added)
{
    struct pressure_meter m;

    pressure_meter_init(&m, 0);
    for (uint64_t now = 10 * MS; now <= 60 * SECOND; now += 10 * MS)
        pressure_meter_add(&m, now, 10 * MS);
    cr_assert_eq(m.total[PRESSURE_SOME], 60 * SECOND);
    cr_assert_eq(m.total[PRESSURE_FULL], 0);
    cr_assert_float_eq(percent(&m, PRESSURE_SOME, 0), 100 * (1 - exp(-6)), 0.2);
}

/* The model: what is lost in each millisecond, gathered by hand. */
struct model {
    double lost[2], period[2], average[2][3];
    uint64_t ms;
};

static void model_step(struct model *w, unsigned delayed, unsigned productive, unsigned harts)
{
    double busy = delayed + productive > harts ? harts : delayed + productive;
    double some = busy > 0 ? fmin(delayed, busy) / busy : 0;
    double full = busy > 0 ? fmax(busy - productive, 0) / busy : 0;
    static const double span[3] = { 10, 60, 300 };

    w->lost[0] += some;
    w->lost[1] += full;
    w->period[0] += some;
    w->period[1] += full;
    if (++w->ms % 2000)
        return;
    for (int line = 0; line < 2; line++) {
        for (int i = 0; i < 3; i++) {
            double keep = exp(-2 / span[i]);

            w->average[line][i] = w->average[line][i] * keep
                                  + w->period[line] / 20 * (1 - keep);
        }
        w->period[line] = 0;
    }
}

Test(pressure, random_against_a_model)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct pressure_meter m;
        struct model w = { 0 };
        unsigned harts, delayed = 0, productive = 0;
        struct rand r;

        rand_seed(&r, seed);
        harts = (unsigned)rand_range(&r, 1, 8);
        pressure_meter_init(&m, 0);
        for (int change = 0; change < 300; change++) {
            uint64_t length = rand_one_in(&r, 20) ? rand_range(&r, 1, 9000) : rand_range(&r, 1, 300);

            delayed = rand_one_in(&r, 3) ? 0 : (unsigned)rand_below(&r, 6);
            productive = rand_one_in(&r, 3) ? 0 : (unsigned)rand_below(&r, 6);
            pressure_meter_change(&m, w.ms * MS, delayed, productive, harts);
            while (length-- > 0)
                model_step(&w, delayed, productive, harts);
        }
        pressure_meter_advance(&m, w.ms * MS);
        for (int line = 0; line < 2; line++) {
            cr_assert_float_eq((double)m.total[line] / (double)MS, w.lost[line], 1);
            for (int i = 0; i < 3; i++)
                cr_assert_float_eq(percent(&m, (enum pressure_line)line, i), w.average[line][i],
                                   0.01, "seed %lu line %d span %d", seed, line, i);
        }
    }
}
