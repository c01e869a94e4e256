/* SPDX-License-Identifier: MIT */
/*
 * scan_balance.c - files or anonymous memory: who is next.
 */
#include "kernel/vm/scan_balance.h"

/* Pages whose looks are remembered: some batches of each kind, so that a program that
 * changes its ways is seen within a second. */
#define MEMORY 2048

void scan_balance_note(struct scan_balance *b, enum page_kind kind, size_t looked, size_t kept)
{
    b->looked[kind] += (uint32_t)looked;
    b->kept[kind] += (uint32_t)kept;
    if (b->looked[kind] > MEMORY) {
        b->looked[kind] /= 2;
        b->kept[kind] /= 2;
    }
}

/* Looks in vain are what a kind costs.  One that was never looked at is cheap until it is
 * tried: else it would not be tried while the other has anything to give. */
static uint64_t weight(const struct scan_balance *b, enum page_kind kind, uint64_t n)
{
    return n * MEMORY / (b->kept[kind] + 1);
}

enum page_kind scan_balance_next(struct scan_balance *b, unsigned swappiness, size_t nanon,
                                 size_t nfile)
{
    uint64_t anon = swappiness * weight(b, KIND_ANON, nanon);
    uint64_t file = (SWAPPINESS_MAX - swappiness) * weight(b, KIND_FILE, nfile);

    if (nfile == 0)
        return KIND_ANON;
    if (anon + file == 0)
        return KIND_FILE;
    b->turn += (uint32_t)(1000 * anon / (anon + file));
    if (b->turn < 1000)
        return KIND_FILE;
    b->turn -= 1000;
    return KIND_ANON;
}
