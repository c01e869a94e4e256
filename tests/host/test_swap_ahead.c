/* SPDX-License-Identifier: MIT */
// sources: kernel/cache/swap_ahead.c
/*
 * test_swap_ahead.c - how much is read around a slot: programs of several habits, with a
 * memory that keeps what was read last.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/cache/swap_ahead.h"
#include "lib/rand.h"

#define NSLOTS 8192
#define PLENTY 100000

static struct swap_ahead ahead;
static void *memory;
static struct rand rng;

/* Frames that hold slots, oldest first; a slot that is read ahead is marked until used. */
static struct {
    size_t slots[NSLOTS], next, nframes;
    bool in[NSLOTS], unused[NSLOTS];
} frames;
static size_t nfaults, nread;

static void create(void)
{
    memory = calloc(1, swap_ahead_size(NSLOTS));
    swap_ahead_init(&ahead, memory, NSLOTS);
    memset(&frames, 0, sizeof(frames));
    nfaults = nread = 0;
    rand_seed(&rng, 5);
}

static void destroy(void)
{
    free(memory);
}

TestSuite(swap_ahead, .init = create, .fini = destroy);

static struct swap_ahead_plan miss(size_t slot, size_t room)
{
    struct swap_ahead_plan p = swap_ahead_on_miss(&ahead, slot, room);

    cr_assert(p.n >= 1 && p.n <= SWAP_AHEAD_MAX);
    cr_assert(p.first <= slot && slot < p.first + p.n && p.first + p.n <= ahead.nslots);
    return p;
}

static void bring(size_t slot, bool ahead_of_use)
{
    size_t *frame = &frames.slots[frames.next++ % frames.nframes];

    if (frames.next > frames.nframes)
        frames.in[*frame] = false;
    *frame = slot;
    frames.in[slot] = true;
    frames.unused[slot] = ahead_of_use;
    nread++;
}

/* A program uses SLOT; memory is first in, first out. */
static void use(size_t slot)
{
    struct swap_ahead_plan p;

    if (frames.in[slot]) {
        if (frames.unused[slot])
            swap_ahead_on_hit(&ahead, slot, frames.nframes);
        frames.unused[slot] = false;
        return;
    }
    nfaults++;
    p = miss(slot, frames.nframes);
    for (size_t s = p.first; s < p.first + p.n; s++)
        if (!frames.in[s])
            bring(s, s != slot);
}

Test(swap_ahead, the_first_fault_reads_one_page)
{
    cr_assert_eq(miss(777, PLENTY).n, 1);
}

/* A few faults until it is seen to be one. */
Test(swap_ahead, a_run_doubles_its_window)
{
    size_t slot = 1024, window = 1, single = 0;

    while (slot < 1024 + 10 * SWAP_AHEAD_MAX) {
        struct swap_ahead_plan p = miss(slot, 4096);

        single += p.n == 1;
        if (p.n != 1)
            window = window < SWAP_AHEAD_MAX ? 2 * window : SWAP_AHEAD_MAX;
        cr_assert_leq(p.n, window);
        cr_assert(p.n == window || slot % window, "%zu at %zu, not %zu", p.n, slot, window);
        slot = p.first + p.n;
    }
    cr_assert_eq(window, SWAP_AHEAD_MAX);
    cr_assert_leq(single, 6, "%zu faults without a neighbour", single);
}

Test(swap_ahead, forward_through_more_than_memory)
{
    frames.nframes = 2000;
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < NSLOTS; i++)
            use(i);
    cr_assert_leq(nfaults, 3 * (NSLOTS / SWAP_AHEAD_MAX + 8), "%zu faults", nfaults);
    cr_assert_eq(nread, 3 * NSLOTS);
}

Test(swap_ahead, backward_as_well)
{
    frames.nframes = 2000;
    for (size_t i = NSLOTS; i-- > 0;)
        use(i);
    cr_assert_leq(nfaults, NSLOTS / SWAP_AHEAD_MAX + 16, "%zu faults", nfaults);
}

/* One page in a fault, and chance: the same region twice in a row. */
Test(swap_ahead, random_use_of_more_than_memory_reads_single_pages)
{
    frames.nframes = NSLOTS / 4;
    for (int i = 0; i < 20000; i++)
        use(rand_below(&rng, NSLOTS));
    cr_assert_lt(nread, nfaults + nfaults / 10, "%zu pages in %zu faults", nread, nfaults);
}

Test(swap_ahead, random_use_of_a_small_part_has_it_soon)
{
    frames.nframes = NSLOTS / 2;
    for (int i = 0; i < 20000; i++)
        use(3000 + rand_below(&rng, 1024));
    cr_assert_lt(nfaults, 1024 / 8, "%zu faults", nfaults);
}

/* Nine uses of ten are of an eighth of the area, the others of the rest. */
Test(swap_ahead, a_hot_part_among_cold_ones)
{
    size_t ncold = 0, cold_pages = 0;

    frames.nframes = NSLOTS / 2;
    for (int i = 0; i < 20000; i++) {
        bool hot = rand_below(&rng, 10) != 0;
        size_t faults = nfaults, pages = nread;

        use(hot ? rand_below(&rng, 1024) : 1024 + rand_below(&rng, NSLOTS - 1024));
        ncold += hot ? 0 : nfaults - faults;
        cold_pages += hot ? 0 : nread - pages;
    }
    cr_assert_lt(nfaults - ncold, 400, "%zu faults of the hot part", nfaults - ncold);
    cr_assert_lt(cold_pages, 2 * ncold, "%zu pages in %zu faults", cold_pages, ncold);
}

/* Four readers in different places do not take each other's windows away. */
Test(swap_ahead, several_runs_side_by_side)
{
    size_t at[4] = { 0, 2048, 4096, 6144 };

    frames.nframes = 4000;
    for (int i = 0; i < 4 * 1500; i++)
        use(at[i % 4]++);
    cr_assert_leq(nfaults, 4 * (1500 / SWAP_AHEAD_MAX + 8 + 6 * 6), "%zu faults", nfaults);
}

Test(swap_ahead, no_room_no_neighbours)
{
    for (size_t slot = 0; slot < 500; slot++)
        cr_assert_eq(miss(slot, 0).n, 1);
}

Test(swap_ahead, hits_bring_the_interval_down)
{
    struct swap_region *r = &ahead.regions[0];
    unsigned before;

    for (int i = 0; i < 40; i++)
        miss(i % 2 ? 4000 + (size_t)i * 64 : 100, 1024);
    before = r->interval;
    for (int i = 0; i < 4; i++)
        swap_ahead_on_hit(&ahead, 101, 1024);
    cr_assert_lt(r->interval, before);
}

Test(swap_ahead, the_count_of_faults_may_overflow)
{
    ahead.now = UINT32_MAX - 3;
    for (size_t slot = 512; slot < 1024;) {
        struct swap_ahead_plan p = miss(slot, 4096);

        slot = p.first + p.n;
    }
    cr_assert_eq(ahead.regions[2].window, SWAP_AHEAD_MAX);
}

Test(swap_ahead, areas_of_any_size)
{
    for (size_t n = 2; n < 700; n += 3) {
        free(memory);
        memory = calloc(1, swap_ahead_size(n));
        swap_ahead_init(&ahead, memory, n);
        for (size_t slot = 1; slot < n;) {
            struct swap_ahead_plan p = miss(slot, PLENTY);

            slot = p.first + p.n;
        }
    }
}
