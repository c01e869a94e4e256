/* SPDX-License-Identifier: MIT */
/*
 * curves.h - misses over numbers of frames: of the optimum, and of each policy.
 */
#pragma once
#include <stdio.h>
#include "tools/vmsim/simulate.h"

#define MAX_CURVES 8
#define MAX_POINTS 200

struct curve {
    const char *name;
    size_t misses[MAX_POINTS];
};

struct curves {
    size_t frames[MAX_POINTS];      /* rising */
    size_t npoints;
    size_t length;                  /* references of the trace */
    size_t npages;                  /* its pages */
    struct curve curve[MAX_CURVES]; /* the optimum first */
    size_t ncurves;
};

/* The frame counts that TEXT, one of "3,4,5", "100-900" and "100-900:9" (so many points), says,
 * into C; false: it says none. */
bool curves_parse_frames(struct curves *c, const char *text);
/* The same without being told: up to what holds all of T, in 16 steps. */
void curves_choose_frames(struct curves *c, const struct trace *t);

/* Run the optimum and all policies for each frame count of C.  False: no memory. */
bool curves_measure(struct curves *c, const struct trace *t);

/* A row for each frame count, a column for each curve, in misses. */
void curves_print(const struct curves *c, FILE *f);
