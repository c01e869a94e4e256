/* SPDX-License-Identifier: MIT */
/*
 * policy_fifo.c - first in, first out: who came first goes first, used or not.
 *
 * What every other policy has to beat.  With more memory it may even have more
 * faults (Belady, Nelson and Shedler 1969).
 */
#include "kernel/mm/policy.h"

static bool fifo_judge(struct page_lists *l, struct page *page, bool used)
{
    (void)l, (void)page, (void)used;
    return true;
}

const struct policy policy_fifo = {
    .name = "fifo",
    .add = policy_add_inactive,
    .next = policy_oldest_inactive,
    .judge = fifo_judge,
};
