/* SPDX-License-Identifier: MIT */
/*
 * readahead.h - how far to read ahead: the policy, nothing else.
 *
 * A reader that goes through a file page by page gets a window that doubles up
 * to READAHEAD_MAX pages; the next window is started when the reader enters the
 * current one's second half, so that the disk works while the reader does.  One
 * that jumps about gets the single page it asked for.
 *
 * Pure: numbers in, numbers out.
 */
#pragma once
#include "lib/types.h"

#define READAHEAD_MAX 32        /* pages: 128 KiB, one full-size request */

/* One open file's history.  All zero is a fresh one.  Locks: the caller's;
 * races between readers of one file cost a bad guess, nothing else. */
struct readahead {
    uint64_t next;              /* page a sequential reader would ask for next */
    uint64_t start;             /* current window                              */
    uint32_t size;              /* its pages; 0: none                          */
};

/* A run of pages to read. */
struct readahead_plan {
    uint64_t start;
    size_t npages;              /* 0: nothing to do                            */
};

/* The reader wants INDEX, which is absent; the file ends before page END.
 * NREQ pages are wanted in all.  The plan starts at INDEX and is not empty. */
struct readahead_plan readahead_on_miss(struct readahead *ra, uint64_t index, size_t nreq,
                                        uint64_t end);
/* The reader uses INDEX, which is present: what to start reading now. */
struct readahead_plan readahead_on_hit(struct readahead *ra, uint64_t index, uint64_t end);
