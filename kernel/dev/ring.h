/* SPDX-License-Identifier: MIT */
/*
 * ring.h - bytes between two who share a lock, which the caller holds: put at the
 * head, taken at the tail.  Positions run freely.
 */
#pragma once
#include "lib/types.h"

struct ring {
    char *bytes;
    size_t size;                /* a power of two */
    size_t head, tail;
};

static inline size_t ring_used(const struct ring *r)
{
    return r->head - r->tail;
}

static inline size_t ring_room(const struct ring *r)
{
    return r->size - ring_used(r);
}

/* There is room. */
static inline void ring_put(struct ring *r, char c)
{
    r->bytes[r->head++ % r->size] = c;
}

/* There is something. */
static inline char ring_get(struct ring *r)
{
    return r->bytes[r->tail++ % r->size];
}
