/* SPDX-License-Identifier: MIT */
/*
 * model.c - the model, and what is held against it.
 */
#include <stdlib.h>
#include <string.h>
#include "tests/host/shim.h"
#include "tests/host/test_swap_cache/model.h"

#define IN_CACHE (1u << PG_SWAPCACHE)

/* What the flags say of a page in each state; others do not count. */
static const uint32_t state_flags[STATES] = {
    [PRIVATE] = 1u << PG_UPTODATE | 1u << PG_DIRTY,
    [DIRTY] = IN_CACHE | 1u << PG_UPTODATE | 1u << PG_DIRTY,
    [WRITING] = IN_CACHE | 1u << PG_UPTODATE | 1u << PG_WRITEBACK,
    [FAILED] = IN_CACHE | 1u << PG_UPTODATE | 1u << PG_DIRTY | 1u << PG_ERROR,
    [CLEAN] = IN_CACHE | 1u << PG_UPTODATE,
    [READING] = IN_CACHE | 1u << PG_LOCKED,
};
#define STATE_FLAGS (IN_CACHE | 1u << PG_UPTODATE | 1u << PG_DIRTY | 1u << PG_WRITEBACK | 1u << PG_ERROR \
                     | 1u << PG_LOCKED)

struct frame_model frame[NFRAMES];
struct slot_model slot_of[NSLOTS];
struct owner owner[NOWNERS];
struct rand rng;
uint64_t next_word;
struct swap_area area;
struct spinlock swap_lock = SPINLOCK_INIT(RANK_SWAP_MAP, "swap map");

/* ---- what swap_cache.c asks of others ------------------------------------------------------ */

struct swap_area *swap_area_try_locked(uint64_t entry)
{
    ASSERT(spin_is_mine(&swap_lock));
    return swap_entry_area(entry) == 0 && swap_entry_slot(entry) < NSLOTS ? &area : NULL;
}

struct swap_area *swap_area_of_locked(uint64_t entry)
{
    return swap_area_try_locked(entry);
}

uint64_t swap_area_alloc_locked(const struct page *page, bool of_file)
{
    ASSERT(spin_is_mine(&swap_lock));
    return swap_map_alloc(&area.map, page, of_file);
}

size_t swap_area_slots(void)
{
    return NSLOTS;
}

size_t nr_swap_pages(void)
{
    return NSLOTS - 1 - area.map.nbad;
}

size_t nr_free_swap_pages(void)
{
    return area.map.nfree;
}

bool page_trylock(struct page *page)
{
    return !page_test_and_set(page, PG_LOCKED);
}

void page_unlock(struct page *page)
{
    ASSERT(page_test_and_clear(page, PG_LOCKED));
}

/* The last reference: who has it must have left the cache. */
void put_page(struct page *page)
{
    ASSERT(page->refcount > 0);
    if (--page->refcount > 0)
        return;
    cr_assert(!page_test(page, PG_SWAPCACHE), "a page that belongs to a slot is freed");
    cr_assert_eq(page->mapcount, 0);
    page->flags = 0;
    page->identity = PAGE_OWNED;
}

/* ---- the model ------------------------------------------------------------------------------ */

size_t frame_of_slot(size_t slot)
{
    size_t f = 0;

    while (f < NFRAMES && !(is_cached(f) && frame[f].slot == slot))
        f++;
    return f;
}

static unsigned references(size_t f)
{
    return frame[f].maps + is_cached(f) + frame[f].held;
}

void leaves_slot(size_t f)
{
    slot_of[frame[f].slot].bad |= frame[f].state == FAILED;
    frame[f].state = PRIVATE;
}

void let_go(size_t f)
{
    if (references(f) == 0)
        frame[f].state = FREE;
}

void user_goes(size_t slot)
{
    size_t f = frame_of_slot(slot);

    if (--slot_of[slot].users > 0 || f == NFRAMES)
        return;
    if (frame[f].state == WRITING || frame[f].state == READING)
        return;
    leaves_slot(f);
    let_go(f);
}

static void check_frame(size_t f)
{
    const struct page *page = page_of(f);

    cr_assert_eq(page->refcount, references(f), "frame %zu has %d references, not %u", f,
                 page->refcount, references(f));
    cr_assert_eq(page->mapcount, frame[f].maps);
    if (frame[f].state == FREE)
        return;
    cr_assert_eq(page->flags & STATE_FLAGS, state_flags[frame[f].state],
                 "frame %zu, state %d, has flags %x", f, frame[f].state, page->flags);
    if (!is_cached(f))
        return;
    cr_assert_eq(page->swap, swap_entry(0, frame[f].slot));
    cr_assert_eq(swap_cache_is_orphan(page), slot_of[frame[f].slot].users == 0);
    if (frame[f].state == CLEAN)
        cr_assert_eq(*word_of(page), slot_of[frame[f].slot].disk, "what is clean is not on the disk");
}

static void check_slot(size_t slot)
{
    size_t f = frame_of_slot(slot);
    struct page *page = f < NFRAMES ? page_of(f) : NULL;
    uint64_t entry = swap_entry(0, slot);

    cr_assert_eq(swap_users(entry), slot_of[slot].users, "slot %zu has %zu users, not %u", slot,
                 swap_users(entry), slot_of[slot].users);
    cr_assert_eq(swap_map_page(&area.map, slot), page);
    cr_assert_eq(swap_map_is_bad(&area.map, slot), slot_of[slot].bad);
    cr_assert_eq(swap_cache_lacks(entry), slot_of[slot].users > 0 && !page);
}

/* Owner I finds his word. */
static void check_owner(size_t i)
{
    size_t slot = swap_entry_slot(owner[i].entry), f = frame_of_slot(slot);
    uint64_t word;

    if (!owner[i].word)
        return;
    if (owner[i].page)
        word = *word_of(owner[i].page);
    else
        word = f < NFRAMES && frame[f].state != READING ? *word_of(page_of(f)) : slot_of[slot].disk;
    cr_assert_eq(word, owner[i].word, "owner %zu has lost his word", i);
}

void check_all(void)
{
    size_t ncached = 0, nfree = 0;
    const char *fault = swap_map_check(&area.map);

    cr_assert_null(fault, "%s", fault);
    for (size_t f = 0; f < NFRAMES; f++) {
        check_frame(f);
        ncached += is_cached(f);
    }
    for (size_t slot = 1; slot < NSLOTS; slot++) {
        check_slot(slot);
        nfree += !slot_of[slot].users && frame_of_slot(slot) == NFRAMES && !slot_of[slot].bad;
    }
    for (size_t i = 0; i < NOWNERS; i++)
        check_owner(i);
    cr_assert_eq(nr_swap_cache_pages(), ncached);
    cr_assert_eq(nr_free_swap_pages(), nfree);
    cr_assert_eq(shim_locks_held(), 0);
}

/* ---- choosing -------------------------------------------------------------------------------- */

size_t any_frame(unsigned mask, bool held)
{
    size_t start = rand_below(&rng, NFRAMES);

    for (size_t i = 0; i < NFRAMES; i++) {
        size_t f = (start + i) % NFRAMES;

        if ((mask & 1u << frame[f].state) && frame[f].held == held)
            return f;
    }
    return NFRAMES;
}

struct page *new_page(uint64_t word)
{
    size_t f = any_frame(1u << FREE, false);
    struct page *page = f < NFRAMES ? page_of(f) : NULL;

    if (!page)
        return NULL;
    page->refcount = 1;
    page_set_identity(page, PAGE_ANON);
    page->flags = 1u << PG_SWAPBACKED | 1u << PG_UPTODATE | 1u << PG_DIRTY;
    *word_of(page) = word;
    frame[f].state = PRIVATE;
    return page;
}

void lock(struct page *page)
{
    cr_assert(page_trylock(page));
}

/* ---- a run --------------------------------------------------------------------------------- */

void model_create(void)
{
    shim_ram_create(0x80000, NFRAMES);
    area.memory = calloc(1, swap_map_size(NSLOTS));
    swap_map_init(&area.map, area.memory, NSLOTS);
    for (size_t f = 0; f < NFRAMES; f++)
        page_of(f)->identity = PAGE_OWNED;
    memset(slot_of, 0, sizeof(slot_of));
}

void model_destroy(void)
{
    free(area.memory);
    shim_ram_destroy();
}
