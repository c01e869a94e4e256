/* SPDX-License-Identifier: MIT */
/*
 * pressure_meter.h - how much of the time is lost to waiting for something scarce, in all
 * and averaged over 10, 60 and 300 seconds.
 *
 * After J. Weiner's "pressure stall information" in Linux.  Of the threads that have
 * something to do, some are delayed and the others are productive; no more of them count
 * than there are harts.  Then
 *
 *     some   the share of this potential that delayed threads could have used
 *     full   the share that nobody used, because all were delayed
 *
 * A change of state ends a stretch of time; averages take a sample each period of two
 * seconds and forget exponentially.  Periods that nobody looked at are made up for later,
 * with what held then, so no clock has to tick.
 *
 * Pure: numbers in, numbers out; times in nanoseconds of one clock.
 */
#pragma once
#include "kernel/port/port.h"

enum pressure_line { PRESSURE_SOME, PRESSURE_FULL, PRESSURE_LINES };
enum { PRESSURE_SPANS = 3 };            /* 10, 60, 300 s */

#define PRESSURE_PERIOD 2000000000UL    /* ns */
#define PRESSURE_UNIT   (1UL << 20)     /* a share of 1; averages: 1 percent */

struct pressure_meter {
    uint64_t share[PRESSURE_LINES];     /* of time, lost since SINCE               */
    uint64_t since;                     /* up to here it is counted                */
    uint64_t period_end;                /* when the next sample is due             */
    uint64_t sample[PRESSURE_LINES];    /* ns lost in this period so far           */
    uint64_t total[PRESSURE_LINES];     /* ns lost ever                            */
    uint64_t average[PRESSURE_LINES][PRESSURE_SPANS];   /* percent, in PRESSURE_UNITs */
};

/* Nothing is lost from NOW on. */
void pressure_meter_init(struct pressure_meter *m, uint64_t now);
/* Count what was lost until NOW; an earlier time than before changes nothing. */
void pressure_meter_advance(struct pressure_meter *m, uint64_t now);
/* From NOW on, DELAYED threads wait and PRODUCTIVE ones run or could, on HARTS harts. */
void pressure_meter_change(struct pressure_meter *m, uint64_t now, unsigned delayed,
                           unsigned productive, unsigned harts);
/* NS that ended now were lost in part ("some"), beyond what state says. */
void pressure_meter_add(struct pressure_meter *m, uint64_t now, uint64_t ns);
