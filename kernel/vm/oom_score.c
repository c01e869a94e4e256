/* SPDX-License-Identifier: MIT */
/*
 * oom_score.c - which process is to die when memory has run out.
 */
#include "kernel/vm/oom_score.h"

int64_t oom_badness(const struct oom_candidate *c, size_t total)
{
    if (c->spared || c->leaving || c->adj == OOM_ADJ_MIN)
        return OOM_NEVER;
    return (int64_t)oom_footprint(c) + c->adj * (int64_t)total / OOM_ADJ_MAX;
}

uint64_t oom_score(int64_t badness, size_t total)
{
    if (badness == OOM_NEVER || !total)
        return 0;
    return (uint64_t)(1000 + badness * 1000 / (int64_t)total) * 2 / 3;
}

/* The row where C belongs: behind those that are as large. */
static size_t find_row(const struct oom_choice *choice, const struct oom_candidate *c)
{
    size_t i = choice->nrows;

    while (i > 0 && oom_footprint(&choice->row[i - 1]) < oom_footprint(c))
        i--;
    return i;
}

static void count_other(struct oom_choice *choice, const struct oom_candidate *c)
{
    choice->nothers++;
    choice->others += oom_footprint(c);
}

static void enter_row(struct oom_choice *choice, const struct oom_candidate *c)
{
    size_t at = find_row(choice, c);

    if (at == OOM_ROWS) {
        count_other(choice, c);
        return;
    }
    if (choice->nrows < OOM_ROWS)
        choice->nrows++;
    else
        count_other(choice, &choice->row[OOM_ROWS - 1]);
    for (size_t i = choice->nrows - 1; i > at; i--)
        choice->row[i] = choice->row[i - 1];
    choice->row[at] = *c;
}

bool oom_consider(struct oom_choice *choice, const struct oom_candidate *c)
{
    int64_t badness = oom_badness(c, choice->total);

    choice->waits |= c->leaving;
    enter_row(choice, c);
    /* Of equals the youngest: it has done the least. */
    if (badness == OOM_NEVER || (choice->found && badness < choice->badness))
        return false;
    choice->found = true;
    choice->victim = *c;
    choice->badness = badness;
    return true;
}

int oom_adj_from_old(int old)
{
    return old == OOM_OLD_MAX ? OOM_ADJ_MAX : old * OOM_ADJ_MAX / -OOM_OLD_NEVER;
}

int oom_adj_to_old(int adj)
{
    int old = adj * -OOM_OLD_NEVER / OOM_ADJ_MAX;

    return adj == OOM_ADJ_MAX || old > OOM_OLD_MAX ? OOM_OLD_MAX : old;
}
