/* SPDX-License-Identifier: MIT */
/*
 * swap_map.c - slots of a swap area, in clusters.
 */
#include "kernel/cache/swap_map.h"
#include "lib/bitops.h"

size_t swap_map_size(size_t nslots)
{
    return BITMAP_WORDS(nslots) * sizeof(uint64_t) + nslots * (sizeof(uint32_t) + sizeof(uint16_t));
}

void swap_map_init(struct swap_map *m, void *mem, size_t nslots)
{
    size_t nwords = BITMAP_WORDS(nslots);

    *m = (struct swap_map){ .nslots = nslots, .nfree = nslots - 1, .cursor = 1 };
    m->taken = mem;
    m->state = (uint32_t *)(m->taken + nwords);
    m->users = (uint16_t *)(m->state + nslots);
    bitmap_set(m->taken, 0);
    if (nslots % SWAP_CLUSTER)          /* what the last word has beyond the area */
        bitmap_set_range(m->taken, nslots, SWAP_CLUSTER - nslots % SWAP_CLUSTER);
}

/* A slot of the cluster in use, or nslots. */
static size_t go_on(const struct swap_map *m)
{
    size_t end = m->cursor / SWAP_CLUSTER * SWAP_CLUSTER + SWAP_CLUSTER, slot;

    if (m->cursor % SWAP_CLUSTER == 0 || m->cursor >= m->nslots)
        return m->nslots;
    slot = bitmap_find_next_zero(m->taken, MIN(end, m->nslots), m->cursor);
    return slot < MIN(end, m->nslots) ? slot : m->nslots;
}

/* The first slot of a cluster that is free, or nslots. */
static size_t new_cluster(const struct swap_map *m)
{
    size_t nwords = BITMAP_WORDS(m->nslots), first = m->cursor / SWAP_CLUSTER;

    for (size_t i = 0; i < nwords; i++) {
        size_t word = (first + i) % nwords;

        if (m->taken[word] == 0)
            return word * SWAP_CLUSTER;
    }
    return m->nslots;
}

static size_t any_slot(const struct swap_map *m)
{
    size_t slot = bitmap_find_next_zero(m->taken, m->nslots, m->cursor % m->nslots);

    return slot < m->nslots ? slot : bitmap_find_next_zero(m->taken, m->nslots, 0);
}

static void set_frame(struct swap_map *m, size_t slot, const struct page *page)
{
    uint32_t frame = page ? (uint32_t)(page - frames.pages) + 1 : 0;

    m->state[slot] = (m->state[slot] & ~SWAP_FRAME) | frame;
}

size_t swap_map_alloc(struct swap_map *m, const struct page *page, bool of_file)
{
    size_t slot;

    if (m->nfree == 0)
        return 0;
    slot = go_on(m);
    if (slot == m->nslots)
        slot = new_cluster(m);
    if (slot == m->nslots)
        slot = any_slot(m);
    ASSERT(slot < m->nslots && !m->users[slot] && !m->state[slot]);
    bitmap_set(m->taken, slot);
    m->state[slot] = of_file ? SWAP_OF_FILE : 0;
    m->users[slot] = of_file;
    set_frame(m, slot, page);
    m->nfree--;
    m->cursor = slot + 1;
    return slot;
}

__attribute__((noreturn, cold))
static void bad_slot(const struct swap_map *m, size_t slot)
{
    panic("swap: slot %zu of %zu is not taken", slot, m->nslots);
}

static inline void check_taken(const struct swap_map *m, size_t slot)
{
    if (slot == 0 || slot >= m->nslots || (!m->users[slot] && !(m->state[slot] & SWAP_FRAME)))
        bad_slot(m, slot);
}

/* SLOT is free if nobody is left. */
static void release(struct swap_map *m, size_t slot)
{
    if (m->users[slot] || (m->state[slot] & SWAP_FRAME))
        return;
    m->state[slot] &= SWAP_BAD;
    if (m->state[slot])
        return;
    bitmap_clear(m->taken, slot);
    m->nfree++;
}

void swap_map_get(struct swap_map *m, size_t slot)
{
    check_taken(m, slot);
    ASSERT(m->users[slot] < UINT16_MAX);
    m->users[slot]++;
}

bool swap_map_put(struct swap_map *m, size_t slot)
{
    check_taken(m, slot);
    if (m->users[slot]-- == 0)
        bad_slot(m, slot);
    if (m->users[slot])
        return false;
    release(m, slot);
    return true;
}

struct page *swap_map_page(const struct swap_map *m, size_t slot)
{
    uint32_t frame = m->state[slot] & SWAP_FRAME;

    return frame ? &frames.pages[frame - 1] : NULL;
}

void swap_map_set_page(struct swap_map *m, size_t slot, const struct page *page)
{
    check_taken(m, slot);
    set_frame(m, slot, page);
    release(m, slot);
}

void swap_map_bad(struct swap_map *m, size_t slot)
{
    if (m->state[slot] & SWAP_BAD)
        return;
    m->state[slot] |= SWAP_BAD;
    m->nbad++;
    if (!bitmap_test_and_set(m->taken, slot))
        m->nfree--;
}

size_t swap_map_used(const struct swap_map *m)
{
    size_t n = 0;

    for (size_t slot = 1; slot < m->nslots; slot++)
        n += m->users[slot] || (m->state[slot] & SWAP_FRAME);
    return n;
}

const char *swap_map_check(const struct swap_map *m)
{
    size_t nfree = 0, nbad = 0;

    for (size_t slot = 1; slot < m->nslots; slot++) {
        bool used = m->users[slot] || (m->state[slot] & SWAP_FRAME);

        nbad += swap_map_is_bad(m, slot);
        nfree += !bitmap_test(m->taken, slot);
        if (bitmap_test(m->taken, slot) != (used || swap_map_is_bad(m, slot)))
            return used ? "a slot that is used is free" : "a slot that nobody uses is taken";
        if (swap_map_is_of_file(m, slot) && m->users[slot] != 1)
            return "a file's slot has not one user";
    }
    if (nfree != m->nfree)
        return "the count of free slots is wrong";
    return nbad == m->nbad ? NULL : "the count of bad slots is wrong";
}
