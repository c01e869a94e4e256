/* SPDX-License-Identifier: MIT */
/*
 * swap_ahead.c - how much to read around a slot that is wanted.
 */
#include "kernel/cache/swap_ahead.h"
#include "lib/bitops.h"

/* The unit of swap_region.interval. */
#define FRACTION 16
/* A new interval counts a quarter: chance makes single ones differ by much. */
#define SMOOTHING 4
/* Longer intervals count as so many times the longest at which reading ahead pays: what
 * happened long ago is forgotten after a few uses. */
#define CAP 4

static size_t nregions(size_t nslots)
{
    return (nslots + SWAP_AHEAD_REGION - 1) / SWAP_AHEAD_REGION;
}

size_t swap_ahead_size(size_t nslots)
{
    return nregions(nslots) * sizeof(struct swap_region);
}

void swap_ahead_init(struct swap_ahead *a, void *mem, size_t nslots)
{
    *a = (struct swap_ahead){ .regions = mem, .nslots = nslots };
}

/* The interval below which a region will have been gone through before ROOM pages come in. */
static uint32_t limit(size_t room)
{
    return (uint32_t)min_u64(room * FRACTION / SWAP_AHEAD_REGION, UINT16_MAX / CAP);
}

static void use(struct swap_region *r, uint32_t now, uint32_t lim)
{
    uint32_t cap = CAP * lim, d = (uint32_t)min_u64((uint64_t)(now - r->last) * FRACTION, cap);

    if (r->last)
        r->interval = (uint16_t)((r->interval * (SMOOTHING - 1) + d) / SMOOTHING);
    else
        r->interval = (uint16_t)cap;
    r->last = now;
}

/* The region next to that of SLOT, on the side where SLOT lies, or NULL. */
static const struct swap_region *neighbour(const struct swap_ahead *a, size_t slot)
{
    size_t i = slot / SWAP_AHEAD_REGION;

    if (slot % SWAP_AHEAD_REGION < SWAP_AHEAD_REGION / 2)
        return i > 0 ? &a->regions[i - 1] : NULL;
    return i + 1 < nregions(a->nslots) ? &a->regions[i + 1] : NULL;
}

/* A run that came from the region next door goes on in R. */
static void go_on(struct swap_region *r, const struct swap_region *from, uint32_t now)
{
    if (from && from->last && now - from->last <= 1 && from->interval < r->interval) {
        r->interval = from->interval;
        r->window = from->window;
    }
}

struct swap_ahead_plan swap_ahead_on_miss(struct swap_ahead *a, size_t slot, size_t room)
{
    struct swap_region *r = &a->regions[slot / SWAP_AHEAD_REGION];
    uint32_t lim = limit(room);
    struct swap_ahead_plan plan;

    if (++a->now == 0)
        a->now = 1;
    use(r, a->now, lim);
    if (r->interval >= lim)
        go_on(r, neighbour(a, slot), a->now);
    r->window = r->interval < lim ? (uint16_t)min_u64(2UL * r->window, SWAP_AHEAD_MAX) : 1;
    r->window = MAX(r->window, (uint16_t)1);
    plan.first = slot - slot % r->window;
    plan.n = MIN((size_t)r->window, a->nslots - plan.first);
    return plan;
}

void swap_ahead_on_hit(struct swap_ahead *a, size_t slot, size_t room)
{
    use(&a->regions[slot / SWAP_AHEAD_REGION], a->now, limit(room));
}
