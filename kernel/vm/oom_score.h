/* SPDX-License-Identifier: MIT */
/*
 * oom_score.h - which process is to die when memory has run out.
 *
 * Numbers only: the walk over processes is proc/oom.c's, the decision to kill vm/oom.c's.
 *
 * The measure is Linux's: what the process's end would give back, in pages -- resident pages,
 * swap entries, page tables -- moved by oom_score_adj, whose unit is 1/1000 of memory and swap.
 * So +1000 makes any process the first to go, and -1000 means never.
 */
#pragma once
#include "kernel/port/port.h"

#define OOM_ADJ_MIN (-1000)
#define OOM_ADJ_MAX 1000
#define OOM_NEVER INT64_MIN             /* the badness of one that must not be killed   */
#define OOM_ROWS 16                     /* processes that a report lists                */

/* A process as the choice sees it.  Sizes are in pages. */
struct oom_candidate {
    int pid, adj;
    uint32_t uid;
    bool spared;                /* init, a vfork child, or nothing more to be had      */
    bool leaving;               /* dying, and its memory is still to come              */
    size_t total, anon, file, shmem, swap, tables;
    char name[16];
};

/* One look at all processes. */
struct oom_choice {
    size_t total;               /* pages of memory and of swap: set by the caller      */
    bool waits;                 /* some process is leaving: nobody needs to die        */
    bool found;                 /* else the next two mean nothing                      */
    struct oom_candidate victim;
    int64_t badness;            /* the victim's                                        */
    size_t nrows;               /* the largest processes, largest first                */
    struct oom_candidate row[OOM_ROWS];
    size_t nothers, others;     /* processes without a row, and their pages            */
};

static inline size_t oom_resident(const struct oom_candidate *c)
{
    return c->anon + c->file + c->shmem;
}
/* What C's end would give back. */
static inline size_t oom_footprint(const struct oom_candidate *c)
{
    return oom_resident(c) + c->swap + c->tables;
}

/* How much C deserves it, of TOTAL pages; may be below 0.  OOM_NEVER: not at all. */
int64_t oom_badness(const struct oom_candidate *c, size_t total);
/* The same as /proc/<pid>/oom_score shows it: 0 for OOM_NEVER, about 667 for nothing at all,
 * 1333 for all of memory. */
uint64_t oom_score(int64_t badness, size_t total);

/* The next process of the walk, older ones first.  True if it is the victim as far as is
 * known; the last one for which it was true is. */
bool oom_consider(struct oom_choice *choice, const struct oom_candidate *c);

/* Between oom_score_adj and the older oom_adj, -17 (never) to 15. */
int oom_adj_from_old(int old);
int oom_adj_to_old(int adj);
#define OOM_OLD_NEVER (-17)
#define OOM_OLD_MAX 15
