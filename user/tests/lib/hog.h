/* SPDX-License-Identifier: MIT */
/*
 * hog.h - processes that use up memory, and what must not die of it.
 *
 * For machines that have no swap and little memory: a test that uses it all up says
 * need_small_machine() first.
 */
#pragma once
#include "user/tests/lib/child.h"

void need_small_machine(void);

/* Pages that processes can have now. */
size_t available_pages(void);
/* So many percent of them. */
size_t percent_of_available(size_t percent);

/* Map NPAGES of private memory that nobody has promised, and write to each page. */
char *grow(size_t npages);

/* Children: grow() to *(size_t *)ARG pages and exit; or pause then, and say so before. */
void grow_and_exit(void *npages);
struct keeper {
    size_t npages;
    int adj;                    /* its oom_score_adj */
    struct gate ready;
};
/* A child that has NPAGES when this returns, and pauses. */
pid_t start_keeper(struct keeper *k, size_t npages, int adj);

/* This process's oom_score_adj. */
void set_adj(int adj);

/* Processes killed since the machine started. */
long nr_killed(void);

/* Three who watch: a shell and a process like any other, and how much memory there was.  They
 * must live when it is over, and the memory must be back. */
struct watch {
    pid_t sentinel, shell;
    int to_shell, from_shell;
    size_t before;
    long killed_before, killed; /* how many until it began; and until it ended */
    double start;               /* seconds */
};
void start_watch(struct watch *w);
/* At least so many must have been killed.  Notes how long it took. */
void end_watch(struct watch *w, long min_killed);
