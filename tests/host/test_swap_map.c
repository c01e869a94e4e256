/* SPDX-License-Identifier: MIT */
// sources: kernel/cache/swap_map.c lib/bitmap.c
/*
 * test_swap_map.c - the slots of a swap area, against a model: who uses each slot is
 * written down, and the map must say the same.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include "kernel/cache/swap_map.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define NFRAMES 64
#define MAX_SLOTS 1000

static struct swap_map map;
static void *memory;
static struct rand rng;

static struct model {
    unsigned users;
    struct page *page;
    bool of_file, bad;
} model[MAX_SLOTS];

static void create(size_t nslots)
{
    shim_ram_create(0x80000, NFRAMES);
    memory = calloc(1, swap_map_size(nslots));
    swap_map_init(&map, memory, nslots);
    for (size_t i = 0; i < MAX_SLOTS; i++)
        model[i] = (struct model){ 0 };
    rand_seed(&rng, 7);
}

static void destroy(void)
{
    free(memory);
    shim_ram_destroy();
}

static void create_300(void)
{
    create(300);
}

static struct page *any_page(void)
{
    return &frames.pages[rand_below(&rng, NFRAMES)];
}

static bool is_used(size_t slot)
{
    return model[slot].users || model[slot].page;
}

static void compare(void)
{
    const char *fault = swap_map_check(&map);
    size_t nfree = 0, nbad = 0, nused = 0;

    cr_assert_null(fault, "%s", fault);
    for (size_t slot = 1; slot < map.nslots; slot++) {
        cr_assert_eq(map.users[slot], model[slot].users);
        cr_assert_eq(swap_map_page(&map, slot), model[slot].page);
        cr_assert_eq(swap_map_is_bad(&map, slot), model[slot].bad);
        nbad += model[slot].bad;
        nused += is_used(slot);
        nfree += !is_used(slot) && !model[slot].bad;
    }
    cr_assert_eq(map.nfree, nfree);
    cr_assert_eq(map.nbad, nbad);
    cr_assert_eq(swap_map_used(&map), nused);
}

TestSuite(swap_map, .init = create_300, .fini = destroy);

static size_t take(bool of_file)
{
    struct page *page = any_page();
    size_t slot = swap_map_alloc(&map, page, of_file);

    if (slot) {
        cr_assert(!is_used(slot) && !model[slot].bad, "slot %zu is given out twice", slot);
        model[slot] = (struct model){ .users = of_file, .page = page, .of_file = of_file };
    }
    return slot;
}

/* A slot that is used, 0 if there is none. */
static size_t any_used(void)
{
    size_t start = rand_below(&rng, map.nslots);

    for (size_t i = 0; i < map.nslots; i++) {
        size_t slot = (start + i) % map.nslots;

        if (slot && is_used(slot))
            return slot;
    }
    return 0;
}

static void change(size_t slot)
{
    struct model *s = &model[slot];

    switch (rand_below(&rng, 4)) {
    case 0:
        if (!s->of_file) {
            swap_map_get(&map, slot);
            s->users++;
        }
        break;
    case 1:
        if (s->users) {
            s->users--;
            cr_assert_eq(swap_map_put(&map, slot), s->users == 0);
            if (s->of_file && s->page) {
                /* the page lets go of it, too */
                swap_map_set_page(&map, slot, NULL);
                s->page = NULL;
            }
        }
        break;
    case 2:
        if (s->users || !s->page) {
            s->page = s->page ? NULL : any_page();
            swap_map_set_page(&map, slot, s->page);
        }
        break;
    case 3:
        if (!s->users) {
            s->page = NULL;
            swap_map_set_page(&map, slot, NULL);
        }
    }
    if (!is_used(slot))
        s->of_file = false;
}

Test(swap_map, random_steps)
{
    for (int step = 0; step < 200000; step++) {
        unsigned what = rand_below(&rng, 1000);

        if (what < 300)
            take(what < 60);
        else if (any_used())
            change(any_used());
        if (what == 999 && map.nbad < 30) {
            size_t slot = 1 + rand_below(&rng, map.nslots - 1);

            swap_map_bad(&map, slot);
            model[slot].bad = true;
        }
        if (step % 500 == 0)
            compare();
    }
    compare();
}

Test(swap_map, gives_out_all_and_no_more)
{
    for (size_t i = 1; i < map.nslots; i++)
        cr_assert_neq(take(false), 0);
    cr_assert_eq(take(false), 0);
    compare();
}

Test(swap_map, neighbours_one_after_the_other)
{
    size_t last = take(false);

    for (int i = 0; i < 200; i++) {
        size_t slot = take(false);

        cr_assert_eq(slot, last + 1);
        last = slot;
    }
}

Test(swap_map, a_new_cluster_is_wholly_free)
{
    size_t slot;

    for (size_t i = 1; i < 2 * SWAP_CLUSTER; i++)
        take(false);
    swap_map_set_page(&map, 5, NULL);           /* a hole in the first cluster */
    slot = take(false);
    cr_assert_eq(slot, 2 * SWAP_CLUSTER);
}

Test(swap_map, holes_when_there_is_nothing_else)
{
    for (size_t i = 1; i < map.nslots; i++)
        take(false);
    swap_map_set_page(&map, 77, NULL);
    swap_map_set_page(&map, 5, NULL);
    model[77] = model[5] = (struct model){ 0 };
    cr_assert_eq(take(false) + take(false), 5 + 77);
    cr_assert_eq(take(false), 0);
}

Test(swap_map, a_bad_slot_serves_who_has_it_and_no_other)
{
    size_t slot = take(false);

    swap_map_get(&map, slot);
    swap_map_bad(&map, slot);
    swap_map_bad(&map, slot);
    cr_assert_eq(map.nbad, 1);
    swap_map_set_page(&map, slot, NULL);
    cr_assert(swap_map_put(&map, slot));
    for (size_t i = 2; i < map.nslots; i++)
        cr_assert_neq(swap_map_alloc(&map, any_page(), false), slot);
    cr_assert_eq(map.nfree, 0);
    cr_assert_null(swap_map_check(&map));
}

Test(swap_map, areas_of_any_size)
{
    for (size_t n = 2; n < 200; n++) {
        size_t given = 0;

        destroy();
        create(n);
        while (swap_map_alloc(&map, any_page(), false))
            given++;
        cr_assert_eq(given, n - 1);
    }
}

Test(swap_map, as_many_users_as_there_can_be)
{
    size_t slot = take(false);

    for (unsigned i = 0; i < UINT16_MAX; i++)
        swap_map_get(&map, slot);
    for (unsigned i = 0; i < UINT16_MAX; i++)
        cr_assert_eq(swap_map_put(&map, slot), i == UINT16_MAX - 1);
}

Test(swap_map, free_slot_put, .signal = SIGABRT)
{
    swap_map_put(&map, 3);
}

Test(swap_map, one_put_too_many, .signal = SIGABRT)
{
    size_t slot = take(false);

    swap_map_put(&map, slot);
}

Test(swap_map, the_header_is_no_slot, .signal = SIGABRT)
{
    swap_map_get(&map, 0);
}

Test(swap_map, outside_the_area, .signal = SIGABRT)
{
    swap_map_get(&map, 300);
}
