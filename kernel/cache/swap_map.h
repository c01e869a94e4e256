/* SPDX-License-Identifier: MIT */
/*
 * swap_map.h - the slots of a swap area: which are taken, by how many, and which
 * page has the same content.
 *
 * A slot is room for one page.  It is taken while somebody refers to it: page-table
 * entries, of which several may after a fork; or the tree of a shared memory file.
 * And it is taken while a page in memory belongs to it (the swap cache), referred to
 * or not: then the page can be evicted again without being written.
 *
 *   free     no user, no page                      swap_map_alloc
 *   taken    users, or a page, or both             swap_map_get, _put, _set_page
 *   bad      never given out: a write failed there, swap_map_bad
 *            or mkswap said so
 *
 * Slots are given out in clusters, one after the other: pages that are evicted
 * together can be written by one request, and read again by one.  A cluster is a
 * word of the bitmap of taken slots.  A new one is one that is wholly free, the next
 * after the last, round the area; when there is none, any free slot will do.
 *
 * Slot 0 has the area's header: 0 means "none".
 *
 * Locks: the owner's.  Nothing here allocates or sleeps.
 */
#pragma once
#include "kernel/mm/page.h"
#include "lib/bitmap.h"

#define SWAP_CLUSTER 64

struct swap_map {
    size_t nslots;                  /* with slot 0                             [c] */
    size_t nfree, nbad;             /*                                         [o] */
    size_t cursor;                  /* where the next search begins            [o] */
    uint64_t *taken;                /* a bit for each slot                     [o] */
    uint32_t *state;                /* of each: its page's frame, and flags    [o] */
    uint16_t *users;                /* of each: never more than processes      [o] */
};

/* What swap_map.state[] says. */
#define SWAP_BAD     0x80000000u    /* not to be given out again                */
#define SWAP_OF_FILE 0x40000000u    /* its user is a shared memory file's tree  */
#define SWAP_FRAME   0x3fffffffu    /* 1 + frame, counted from the first; 0: no page belongs to it */

/* Bytes of memory for a map of NSLOTS. */
size_t swap_map_size(size_t nslots);
/* MEM, zeroed, swap_map_size(NSLOTS) bytes, becomes M's: all slots free but 0. */
void swap_map_init(struct swap_map *m, void *mem, size_t nslots);

/* A slot to which PAGE belongs, without users, or one whose only user is a file's tree; 0:
 * none is free. */
size_t swap_map_alloc(struct swap_map *m, const struct page *page, bool of_file);
/* One user more, or less, of SLOT, which is taken.  put: true if there is none left; the slot is
 * free then unless a page belongs to it. */
void swap_map_get(struct swap_map *m, size_t slot);
bool swap_map_put(struct swap_map *m, size_t slot);
/* The page that belongs to SLOT, or NULL; PAGE, of which it holds no reference, will, or with
 * NULL none: then the slot is free unless it has users. */
struct page *swap_map_page(const struct swap_map *m, size_t slot);
void swap_map_set_page(struct swap_map *m, size_t slot, const struct page *page);
/* SLOT is never given out (again), but serves those who have it. */
void swap_map_bad(struct swap_map *m, size_t slot);

static inline size_t swap_map_users(const struct swap_map *m, size_t slot)
{
    return m->users[slot];
}
static inline bool swap_map_is_bad(const struct swap_map *m, size_t slot)
{
    return m->state[slot] & SWAP_BAD;
}
static inline bool swap_map_is_of_file(const struct swap_map *m, size_t slot)
{
    return m->state[slot] & SWAP_OF_FILE;
}
/* Slots that hold something, bad or not. */
size_t swap_map_used(const struct swap_map *m);
/* NULL if the map is sound, else what is not. */
const char *swap_map_check(const struct swap_map *m);
