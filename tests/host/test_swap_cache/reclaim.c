/* SPDX-License-Identifier: MIT */
/*
 * reclaim.c - what the disk, the pager and migration do.
 */
#include "lib/bitops.h"
#include "tests/host/test_swap_cache/model.h"

#define MAX_BAD 3                       /* slots that a run may lose */
#define ANY_CACHED (1u << DIRTY | 1u << FAILED | 1u << CLEAN)

/* ---- the disk ------------------------------------------------------------------------------- */

void end_writing(size_t f)
{
    struct page *page = page_of(f);
    size_t slot = frame[f].slot, nbad = area.map.nbad;

    for (size_t g = 0; g < NFRAMES; g++)
        nbad += frame[g].state == FAILED;
    if (nbad < MAX_BAD && rand_one_in(&rng, 10)) {
        page_set(page, PG_DIRTY);
        page_set(page, PG_ERROR);
        frame[f].state = FAILED;
    } else {
        slot_of[slot].disk = *word_of(page);
        page_clear(page, PG_ERROR);
        frame[f].state = CLEAN;
    }
    page_clear(page, PG_WRITEBACK);
}

void end_reading(size_t f)
{
    struct page *page = page_of(f);

    *word_of(page) = slot_of[frame[f].slot].disk;
    page_set(page, PG_UPTODATE);
    page_unlock(page);
    frame[f].state = CLEAN;
    frame[f].held = false;
    put_page(page);
}

void disk_step(void)
{
    size_t f = any_frame(1u << WRITING, rand_one_in(&rng, 2));
    size_t g = any_frame(1u << READING, true);

    if (f < NFRAMES)
        end_writing(f);
    if (g < NFRAMES && rand_one_in(&rng, 2))
        end_reading(g);
}

/* ---- the pager ------------------------------------------------------------------------------ */

void find_in_use(size_t f)
{
    bool gives_up = frame[f].state != WRITING && nr_free_swap_pages() < nr_swap_pages() / 2
                    && slot_of[frame[f].slot].users == 0;

    swap_give_up_slot(page_of(f));
    if (gives_up)
        leaves_slot(f);
}

/* All who map frame F have entries instead. */
static void give_entries(size_t f)
{
    uint64_t entry = swap_entry(0, frame[f].slot);

    for (size_t i = 0; i < NOWNERS; i++) {
        if (owner[i].page != page_of(f))
            continue;
        swap_get(entry);
        slot_of[frame[f].slot].users++;
        unmap(i);
        owner[i].entry = entry;
    }
}

static void release(size_t f)
{
    frame[f].held = false;
    put_page(page_of(f));
    let_go(f);
}

static void evict_begin(size_t f)
{
    struct page *page = page_of(f);
    size_t nfree = nr_free_swap_pages();

    get_page(page);
    frame[f].held = true;
    if (frame[f].state == WRITING)
        return;
    lock(page);
    if (frame[f].state == PRIVATE) {
        cr_assert_eq(swap_cache_add(page), nfree > 0);
        if (nfree > 0) {
            frame[f].state = DIRTY;
            frame[f].slot = swap_entry_slot(page->swap);
        }
    }
    if (is_cached(f))
        give_entries(f);
    page_unlock(page);
    if (!is_cached(f))
        release(f);
}

static void start_writing(size_t f)
{
    struct page *page = page_of(f);

    page_clear(page, PG_DIRTY);
    page_clear(page, PG_ERROR);
    page_set(page, PG_WRITEBACK);
    frame[f].state = WRITING;
}

/* Frame F goes if it is clean and nobody has it but the cache and us, or nobody at all. */
static void evict_end(size_t f)
{
    struct page *page = page_of(f);
    bool orphan = slot_of[frame[f].slot].users == 0;

    lock(page);
    if (is_cached(f) && orphan && frame[f].maps == 0) {
        swap_cache_remove(page);
        leaves_slot(f);
    } else if (is_cached(f) && frame[f].maps > 0 && rand_one_in(&rng, 2)) {
        find_in_use(f);
    } else if (is_cached(f)) {
        bool goes = frame[f].state == CLEAN && frame[f].maps == 0;

        cr_assert_eq(swap_cache_evict(page), goes);
        if (goes)
            leaves_slot(f);
    }
    page_unlock(page);
    release(f);
}

static void go_on_evicting(size_t f)
{
    if ((frame[f].state == DIRTY || frame[f].state == FAILED) && !rand_one_in(&rng, 4))
        start_writing(f);
    else if (frame[f].state != WRITING)
        evict_end(f);
}

void reclaim_step(void)
{
    size_t f = any_frame(ANY_CACHED | 1u << PRIVATE, false);
    size_t g = any_frame(ANY_CACHED | 1u << WRITING | 1u << PRIVATE, true);

    if (f < NFRAMES && rand_one_in(&rng, 2))
        evict_begin(f);
    else if (g < NFRAMES)
        go_on_evicting(g);
}

/* ---- others --------------------------------------------------------------------------------- */

static void take_back(size_t wanted)
{
    size_t was_cached = 0, is = 0, could = 0, taken;

    for (size_t f = 0; f < NFRAMES; f++) {
        was_cached += is_cached(f);
        could += is_cached(f) && slot_of[frame[f].slot].users == 0 && frame[f].state != WRITING
                 && frame[f].state != READING;
    }
    taken = swap_take_back(wanted);
    cr_assert_eq(taken, MIN(wanted, could));
    for (size_t f = 0; f < NFRAMES; f++)
        if (is_cached(f) && !page_test(page_of(f), PG_SWAPCACHE)) {
            cr_assert_eq(slot_of[frame[f].slot].users, 0);
            leaves_slot(f);
            let_go(f);
        }
    for (size_t f = 0; f < NFRAMES; f++)
        is += is_cached(f);
    cr_assert_eq(was_cached - is, taken);
}

/* Frame F's content gets another frame, unless a reclaimer has a reference. */
static void migrate(size_t f)
{
    struct page *old = page_of(f), *new = new_page(*word_of(old));
    size_t g;

    if (!new)
        return;
    g = index_of(new);
    get_page(old);
    lock(old);
    lock(new);
    if (!page_test(old, PG_DIRTY))
        page_clear(new, PG_DIRTY);
    cr_assert_eq(swap_cache_replace(old, new), !frame[f].held);
    if (!frame[f].held) {
        frame[g].state = frame[f].state;
        frame[g].slot = frame[f].slot;
        frame[f].state = PRIVATE;
        for (size_t i = 0; i < NOWNERS; i++)
            if (owner[i].page == old) {
                unmap(i);
                get_page(new);
                map(i, new);
            }
    }
    page_unlock(new);
    page_unlock(old);
    put_page(old);
    let_go(f);
    put_page(new);
    let_go(g);
}

void rare_step(void)
{
    size_t f = any_frame(ANY_CACHED, rand_one_in(&rng, 4));

    if (rand_one_in(&rng, 4))
        take_back(1 + rand_below(&rng, 3));
    else if (f < NFRAMES)
        migrate(f);
}
