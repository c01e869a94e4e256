// sources: kernel/cache/swap_map.c kernel/cache/swap_cache.c kernel/mm/page.c lib/bitmap.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab8.c - slots and the swap cache, step by step.
 *
 * There is one area, number AREA, which is all map; it stands for swap_area.c.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap_impl.h"
#include "tests/host/shim.h"

#define NFRAMES 64
#define NSLOTS 300
#define AREA 5

struct spinlock swap_lock = SPINLOCK_INIT(RANK_SWAP_MAP, "swap map");
static struct swap_area area;
static struct swap_map *map = &area.map;
static void *memory;

struct swap_area *swap_area_try_locked(uint64_t entry)
{
    cr_assert(spin_is_mine(&swap_lock), "the slots are looked at without their lock");
    return swap_entry_area(entry) == AREA && swap_entry_slot(entry) < map->nslots ? &area : NULL;
}

struct swap_area *swap_area_of_locked(uint64_t entry)
{
    struct swap_area *of = swap_area_try_locked(entry);

    cr_assert_not_null(of, "%lx is no entry", entry);
    return of;
}

uint64_t swap_area_alloc_locked(const struct page *page, bool of_file)
{
    size_t slot;

    cr_assert(spin_is_mine(&swap_lock), "a slot is taken without the lock");
    slot = swap_map_alloc(map, page, of_file);
    return slot ? swap_entry(AREA, slot) : 0;
}

bool page_trylock(struct page *page)
{
    return !page_test_and_set(page, PG_LOCKED);
}

void page_unlock(struct page *page)
{
    cr_assert(page_is_locked(page), "a page that is not locked is unlocked");
    page_clear(page, PG_LOCKED);
}

void put_page(struct page *page)
{
    cr_assert_gt(page->refcount, 0, "a reference too many is given back");
    page->refcount--;
}

static void make_area(size_t nslots)
{
    memory = calloc(1, swap_map_size(nslots));
    swap_map_init(map, memory, nslots);
}

static void create(void)
{
    shim_ram_create(0x80000, NFRAMES);
    make_area(NSLOTS);
}

static void destroy(void)
{
    free(memory);
    shim_ram_destroy();
}

TestSuite(lab8, .init = create, .fini = destroy);

static struct page *page_at(size_t i)
{
    return &frames.pages[i];
}

static void expect_sound(void)
{
    const char *fault = swap_map_check(map);

    cr_assert_null(fault, "%s", fault);
    cr_assert_eq(shim_locks_held(), 0, "a lock is still held");
}

/* Step 1.  Slots are taken by hand, since step 2 may not be there. */

static void take_by_hand(size_t slot, unsigned users, const struct page *page)
{
    bitmap_set(map->taken, slot);
    map->nfree--;
    map->users[slot] = (uint16_t)users;
    map->state[slot] = page ? (uint32_t)(page - frames.pages) + 1 : 0;
}

static bool is_free(size_t slot)
{
    return !bitmap_test(map->taken, slot);
}

Test(lab8, the_last_user_frees)
{
    take_by_hand(7, 3, NULL);
    cr_assert(!swap_map_put(map, 7), "two users are left");
    cr_assert(!swap_map_put(map, 7), "one user is left");
    cr_assert(!is_free(7));
    cr_assert(swap_map_put(map, 7), "that was the last one");
    cr_assert(is_free(7));
    cr_assert_eq(map->nfree, NSLOTS - 1);
    expect_sound();
}

Test(lab8, a_page_keeps_its_slot)
{
    take_by_hand(7, 1, page_at(3));
    cr_assert(swap_map_put(map, 7), "that was the last user, page or not");
    cr_assert(!is_free(7), "a page still belongs to the slot");
    cr_assert_eq(swap_map_page(map, 7), page_at(3));
    expect_sound();
    swap_map_set_page(map, 7, NULL);
    cr_assert(is_free(7));
    cr_assert_eq(map->nfree, NSLOTS - 1);
    expect_sound();
}

Test(lab8, users_keep_their_slot)
{
    take_by_hand(7, 2, page_at(3));
    swap_map_set_page(map, 7, NULL);
    cr_assert(!is_free(7), "two entries still name the slot");
    cr_assert_eq(swap_map_users(map, 7), 2);
    swap_map_put(map, 7);
    swap_map_put(map, 7);
    cr_assert(is_free(7));
    expect_sound();
}

Test(lab8, a_free_slot_is_blank)
{
    take_by_hand(7, 1, NULL);
    map->state[7] |= SWAP_OF_FILE;
    swap_map_put(map, 7);
    cr_assert(is_free(7));
    cr_assert_eq(map->state[7], 0, "who gets the slot next is no file because the last one was");
}

Test(lab8, bad_ones_are_not_free)
{
    take_by_hand(7, 2, page_at(3));
    swap_map_bad(map, 7);
    swap_map_put(map, 7);
    swap_map_set_page(map, 7, NULL);
    cr_assert(swap_map_put(map, 7), "that was the last user, bad or not");
    cr_assert(!is_free(7), "a slot that cannot be written is given out again");
    cr_assert(swap_map_is_bad(map, 7));
    cr_assert_eq(map->nfree, NSLOTS - 2);
    expect_sound();
}

Test(lab8, one_put_too_many, .signal = SIGABRT)
{
    take_by_hand(7, 0, page_at(3));
    swap_map_put(map, 7);
}

Test(lab8, put_of_a_free_slot, .signal = SIGABRT)
{
    swap_map_put(map, 7);
}

/* Step 2 */

/* A slot for page 0, which is a new one. */
static size_t take(void)
{
    size_t slot = swap_map_alloc(map, page_at(0), false);

    cr_assert_lt(slot, map->nslots, "slot %zu of %zu", slot, map->nslots);
    return slot;
}

static void take_all(void)
{
    while (take())
        continue;
}

/* As if its page had left. */
static void free_by_hand(size_t first, size_t n)
{
    for (size_t slot = first; slot < first + n; slot++) {
        map->state[slot] = map->users[slot] = 0;
        bitmap_clear(map->taken, slot);
        map->nfree++;
    }
}

Test(lab8, all_slots_and_no_more)
{
    bool given[NSLOTS] = { false };

    for (size_t i = 1; i < NSLOTS; i++) {
        size_t slot = take();

        cr_assert_neq(slot, 0, "slot 0 is the header, or means that there is none: %zu are left",
                      map->nfree);
        cr_assert(!given[slot], "slot %zu is given out twice", slot);
        given[slot] = true;
        cr_assert_eq(map->nfree, NSLOTS - 1 - i);
    }
    cr_assert_eq(take(), 0);
    expect_sound();
}

Test(lab8, areas_of_any_size)
{
    for (size_t n = 2; n < 200; n++) {
        size_t given = 0;

        free(memory);
        make_area(n);
        while (take())
            given++;
        cr_assert_eq(given, n - 1, "%zu of %zu slots were given out", given, n - 1);
    }
}

Test(lab8, what_is_written_down)
{
    size_t slot = swap_map_alloc(map, page_at(9), false);
    size_t of_file = swap_map_alloc(map, page_at(10), true);

    cr_assert_eq(swap_map_page(map, slot), page_at(9));
    cr_assert_eq(swap_map_users(map, slot), 0, "a page is no user");
    cr_assert(!swap_map_is_of_file(map, slot));
    cr_assert_eq(swap_map_page(map, of_file), page_at(10));
    cr_assert_eq(swap_map_users(map, of_file), 1, "a file's tree is a user");
    cr_assert(swap_map_is_of_file(map, of_file));
    expect_sound();
}

Test(lab8, full_is_full)
{
    take_all();
    cr_assert_eq(map->nfree, 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(swap_map_alloc(map, page_at(1), true), 0);
    cr_assert_eq(map->nfree, 0);
    for (size_t slot = 1; slot < NSLOTS; slot++)
        cr_assert_eq(swap_map_page(map, slot), page_at(0), "slot %zu changed hands", slot);
    expect_sound();
}

Test(lab8, neighbours_in_a_row)
{
    size_t last = take();

    for (size_t i = 0; i < 4 * SWAP_CLUSTER - 2; i++) {
        size_t slot = take();

        cr_assert_eq(slot, last + 1, "behind slot %zu comes %zu", last, slot);
        last = slot;
    }
}

Test(lab8, a_new_cluster_is_wholly_free)
{
    for (size_t i = 1; i < 2 * SWAP_CLUSTER; i++)
        take();
    free_by_hand(5, 30);
    cr_assert_eq(take(), 2 * SWAP_CLUSTER, "there is a free cluster, and a hole was taken");
}

Test(lab8, round_the_area)
{
    take_all();
    free_by_hand(SWAP_CLUSTER, 3 * SWAP_CLUSTER);
    map->cursor = 2 * SWAP_CLUSTER;
    cr_assert_eq(take(), 2 * SWAP_CLUSTER, "the next cluster is not the first of the area");
    map->cursor = 4 * SWAP_CLUSTER;
    cr_assert_eq(take(), SWAP_CLUSTER, "behind the last cluster comes the first");
    map->cursor = NSLOTS;
    cr_assert_eq(take(), 3 * SWAP_CLUSTER);
}

Test(lab8, the_cluster_in_use_comes_first)
{
    for (size_t i = 0; i < 10; i++)
        take();
    free_by_hand(4, 3);
    cr_assert_eq(take(), 11, "slots before the cursor wait until the area has been gone round");
    bitmap_set(map->taken, 12);
    map->nfree--;
    cr_assert_eq(take(), 13, "one is taken already; the next one is in the same cluster");
}

Test(lab8, holes_when_there_is_nothing_else)
{
    size_t first, second;

    take_all();
    free_by_hand(77, 1);
    free_by_hand(5, 1);
    first = take();
    second = take();
    cr_assert(first != second && (first == 77 || first == 5) && (second == 77 || second == 5),
              "5 and 77 are free: %zu, %zu", first, second);
    cr_assert_eq(take(), 0);
}

/* Step 3 */

/* Page I with a reference of ours, locked; an anonymous one has no content that is known. */
static struct page *fresh_page(size_t i, enum page_identity identity)
{
    struct page *page = page_at(i);

    page->identity = identity;
    page->flags = 1u << PG_LOCKED | 1u << PG_SWAPBACKED;
    page->refcount = 1;
    page->swap = 0;
    return page;
}

/* The same, in a slot that USERS entries name. */
static struct page *cached_page(size_t i, unsigned users)
{
    struct page *page = fresh_page(i, PAGE_ANON);

    cr_assert(swap_cache_add(page), "there are free slots");
    for (unsigned n = 0; n < users; n++)
        swap_get(page->swap);
    return page;
}

static size_t slot_of(const struct page *page)
{
    return swap_entry_slot(page->swap);
}

/* PAGE has left its slot, and the cache's reference is given back. */
static void expect_out(const struct page *page, int refs)
{
    cr_assert(!page_test(page, PG_SWAPCACHE));
    cr_assert_eq(page->swap, 0);
    cr_assert_eq(page->refcount, refs, "%d references, not %d", page->refcount, refs);
    cr_assert_eq(nr_swap_cache_pages(), 0);
    expect_sound();
}

/* PAGE belongs to ENTRY as before. */
static void expect_in(struct page *page, uint64_t entry, int refs)
{
    cr_assert(page_test(page, PG_SWAPCACHE), "the page has left its slot");
    cr_assert_eq(page->swap, entry);
    cr_assert_eq(swap_map_page(map, swap_entry_slot(entry)), page);
    cr_assert_eq(page->refcount, refs, "%d references, not %d", page->refcount, refs);
    cr_assert_eq(nr_swap_cache_pages(), 1);
    expect_sound();
}

Test(lab8, a_page_gets_a_slot)
{
    struct page *page = fresh_page(3, PAGE_ANON);

    cr_assert(swap_cache_add(page));
    cr_assert_eq(swap_entry_area(page->swap), AREA);
    expect_in(page, page->swap, 2);
    cr_assert(page_test(page, PG_DIRTY), "the slot has not its content yet");
    cr_assert(page_test(page, PG_UPTODATE));
    cr_assert(page_is_locked(page));
    cr_assert_eq(swap_users(page->swap), 0, "no entry names the slot yet");
    cr_assert_eq(swap_cache_get(page->swap), page);
}

Test(lab8, a_files_page_is_its_slots_user)
{
    struct page *page = fresh_page(3, PAGE_CACHE);

    cr_assert(swap_cache_add(page));
    expect_in(page, page->swap, 1);
    cr_assert(swap_map_is_of_file(map, slot_of(page)));
    cr_assert_eq(swap_users(page->swap), 1);
    page_clear(page, PG_DIRTY);
    swap_cache_remove(page);
    expect_out(page, 1);
    cr_assert_eq(map->nfree, NSLOTS - 1, "the file's tree was the slot's user, and is none more");
}

Test(lab8, no_slot_no_change)
{
    struct page *page = fresh_page(3, PAGE_ANON);
    uint32_t flags = page->flags;

    take_all();
    cr_assert(!swap_cache_add(page));
    cr_assert_eq(page->flags, flags);
    expect_out(page, 1);
}

Test(lab8, out_of_the_cache)
{
    struct page *page = cached_page(3, 0);

    page_clear(page, PG_DIRTY);
    swap_cache_remove(page);
    expect_out(page, 1);
    cr_assert(page_test(page, PG_DIRTY), "it exists nowhere else now");
    cr_assert_eq(map->nfree, NSLOTS - 1);
}

Test(lab8, users_keep_what_the_page_leaves)
{
    struct page *page = cached_page(3, 1);
    uint64_t entry = page->swap;

    swap_cache_remove(page);
    expect_out(page, 1);
    cr_assert(!is_free(swap_entry_slot(entry)), "an entry still names the slot");
    cr_assert_eq(swap_users(entry), 1);
    cr_assert_null(swap_cache_get(entry));
    cr_assert(swap_put_user(entry));
    cr_assert_eq(map->nfree, NSLOTS - 1);
}

Test(lab8, what_failed_is_bad)
{
    struct page *page = cached_page(3, 0), *next;
    size_t slot = slot_of(page);

    page_set(page, PG_ERROR);
    swap_cache_remove(page);
    expect_out(page, 1);
    cr_assert(!page_test(page, PG_ERROR), "the slot has failed, and not the page");
    cr_assert(swap_map_is_bad(map, slot));
    next = cached_page(4, 0);
    swap_cache_remove(next);
    cr_assert_eq(map->nbad, 1, "a slot that never failed is bad, too");
}

Test(lab8, clean_and_alone_it_goes)
{
    struct page *page = cached_page(3, 2);
    uint64_t entry = page->swap;

    page_clear(page, PG_DIRTY);
    cr_assert(swap_cache_evict(page));
    expect_out(page, 1);
    cr_assert_eq(swap_users(entry), 2);
    cr_assert_null(swap_cache_get(entry), "the slot has its content; no page has");
    cr_assert(swap_cache_lacks(entry));
}

Test(lab8, who_has_it_keeps_it)
{
    struct page *page = cached_page(3, 1);

    page_clear(page, PG_DIRTY);
    get_page(page);
    cr_assert(!swap_cache_evict(page), "somebody else has a reference");
    expect_in(page, page->swap, 3);
    put_page(page);
    cr_assert(swap_cache_evict(page));
}

Test(lab8, not_before_it_is_written)
{
    struct page *page = cached_page(3, 1);

    cr_assert(!swap_cache_evict(page), "the slot has not its content yet");
    page_clear(page, PG_DIRTY);
    page_set(page, PG_WRITEBACK);
    cr_assert(!swap_cache_evict(page), "the disk is still reading the page");
    expect_in(page, page->swap, 2);
    cr_assert(!page_test(page, PG_DIRTY));
}

/* Step 4 */

Test(lab8, nobody_names_it)
{
    struct page *page = cached_page(3, 0);

    page_clear(page, PG_DIRTY);
    page_unlock(page);
    cr_assert(swap_cache_try_remove(page));
    expect_out(page, 1);
    cr_assert(page_test(page, PG_DIRTY), "it exists nowhere else now");
    cr_assert(!page_is_locked(page));
    cr_assert_eq(map->nfree, NSLOTS - 1);
    cr_assert(!swap_cache_try_remove(page), "it is in no slot any more");
    cr_assert(!page_is_locked(page));
}

Test(lab8, somebody_names_it)
{
    struct page *page = cached_page(3, 1);

    page_clear(page, PG_DIRTY);
    page_unlock(page);
    cr_assert(!swap_cache_try_remove(page), "an entry names the slot");
    expect_in(page, page->swap, 2);
    cr_assert(!page_is_locked(page));
    cr_assert(!page_test(page, PG_DIRTY), "the slot has its content, as before");
}

Test(lab8, somebody_has_it_locked)
{
    struct page *page = cached_page(3, 0);

    cr_assert(!swap_cache_try_remove(page), "somebody has the page locked");
    expect_in(page, page->swap, 2);
    cr_assert(page_is_locked(page), "and goes on having it locked");
}

Test(lab8, it_is_being_written)
{
    struct page *page = cached_page(3, 0);

    page_clear(page, PG_DIRTY);
    page_set(page, PG_WRITEBACK);
    page_unlock(page);
    cr_assert(!swap_cache_try_remove(page), "the disk is still reading the page");
    expect_in(page, page->swap, 2);
    cr_assert(!page_is_locked(page));
}

/* Page I in the swap cache with USERS entries, and with no reference but the cache's. */
static struct page *left_page(size_t i, unsigned users)
{
    struct page *page = cached_page(i, users);

    page_clear(page, PG_DIRTY);
    page_unlock(page);
    put_page(page);
    return page;
}

Test(lab8, the_last_put_takes_the_page)
{
    struct page *page = left_page(3, 1);

    swap_put(page->swap);
    expect_out(page, 0);
    cr_assert_eq(map->nfree, NSLOTS - 1);
}

Test(lab8, other_puts_do_not)
{
    struct page *page = left_page(3, 3);

    swap_put(page->swap);
    swap_put(page->swap);
    expect_in(page, page->swap, 1);
    cr_assert_eq(swap_users(page->swap), 1);
}

Test(lab8, a_page_that_cannot_go_stays)
{
    struct page *page = left_page(3, 1);

    page_set(page, PG_WRITEBACK);
    swap_put(page->swap);
    expect_in(page, page->swap, 1);
    cr_assert(swap_cache_is_orphan(page));
    page_clear(page, PG_WRITEBACK);
    swap_get(page->swap);
    page_set(page, PG_LOCKED);
    swap_put(page->swap);
    expect_in(page, page->swap, 1);
}

Test(lab8, the_last_put_of_an_absent_page)
{
    struct page *page = cached_page(3, 1);
    uint64_t entry = page->swap;

    page_clear(page, PG_DIRTY);
    cr_assert(swap_cache_evict(page));
    swap_put(entry);
    cr_assert_eq(map->nfree, NSLOTS - 1);
    expect_out(page, 1);
}
