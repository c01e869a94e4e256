/* SPDX-License-Identifier: MIT */
/*
 * owners.c - what programs do: new memory, fork, fault, store, exit.
 */
#include "tests/host/test_swap_cache/model.h"

void map(size_t i, struct page *page)
{
    page->mapcount++;
    frame[index_of(page)].maps++;
    owner[i].page = page;
    owner[i].entry = 0;
}

void unmap(size_t i)
{
    struct page *page = owner[i].page;
    size_t f = index_of(page);

    owner[i].page = NULL;
    page->mapcount--;
    frame[f].maps--;
    put_page(page);
    let_go(f);
}

void leave(size_t i)
{
    owner[i].word = 0;
    if (owner[i].page) {
        unmap(i);
    } else if (owner[i].entry) {
        size_t slot = swap_entry_slot(owner[i].entry);

        swap_put(owner[i].entry);
        owner[i].entry = 0;
        user_goes(slot);
    }
}

static void fork_from(size_t from, size_t to)
{
    if (!owner[from].word || owner[to].word)
        return;
    owner[to].word = owner[from].word;
    if (owner[from].page) {
        get_page(owner[from].page);
        map(to, owner[from].page);
    } else {
        swap_get(owner[from].entry);
        owner[to].entry = owner[from].entry;
        slot_of[swap_entry_slot(owner[to].entry)].users++;
    }
}

/* I stores; his page is there.  In the cache it leaves its slot first, if nobody else has it. */
static void store(size_t i)
{
    struct page *page = owner[i].page, *copy;
    size_t f = index_of(page);

    if (frame[f].state == WRITING)
        end_writing(f);
    if (is_cached(f)) {
        bool alone = slot_of[frame[f].slot].users == 0;

        cr_assert_eq(swap_cache_try_remove(page), alone);
        if (alone)
            leaves_slot(f);
    }
    if (page->refcount == 1) {
        *word_of(page) = owner[i].word = ++next_word;
        return;
    }
    copy = new_page(++next_word);
    if (!copy)
        return;
    owner[i].word = next_word;
    unmap(i);
    map(i, copy);
}

/* I's entry names a page in memory, which he gets, referenced and locked. */
static void fault_on_cached(size_t i, struct page *page)
{
    size_t f = index_of(page), slot = frame[f].slot;
    bool last = slot_of[slot].users == 1;

    map(i, page);
    cr_assert_eq(swap_put_user(swap_entry(0, slot)), last);
    slot_of[slot].users--;
    if (last && frame[f].state == FAILED) {
        swap_cache_remove(page);
        leaves_slot(f);
    } else if (last) {
        find_in_use(f);
    }
    page_unlock(page);
}

/* Nothing in memory for I's entry: it is read, by whom the page is held until then. */
static void start_reading(size_t i)
{
    uint64_t entry = owner[i].entry;
    struct page *page = new_page(0);

    if (!page)
        return;
    page_set_identity(page, PAGE_OWNED);
    cr_assert(swap_cache_enter(page, entry));
    frame[index_of(page)].state = READING;
    frame[index_of(page)].slot = swap_entry_slot(entry);
    frame[index_of(page)].held = true;
}

static void fault(size_t i)
{
    size_t f = frame_of_slot(swap_entry_slot(owner[i].entry));
    struct page *page = swap_cache_get(owner[i].entry);

    cr_assert_eq(page, f < NFRAMES ? page_of(f) : NULL);
    if (!page)
        start_reading(i);
    else if (page_trylock(page))
        fault_on_cached(i, page);
    else
        put_page(page);                 /* it is being read: another time */
}

void owner_step(size_t i)
{
    struct page *page;

    if (!owner[i].word) {
        page = new_page(++next_word);
        if (page) {
            owner[i].word = next_word;
            map(i, page);
        }
    } else if (rand_one_in(&rng, 6)) {
        leave(i);
    } else if (rand_one_in(&rng, 4)) {
        fork_from(i, rand_below(&rng, NOWNERS));
    } else if (!owner[i].page) {
        fault(i);
    } else {
        store(i);
    }
}
