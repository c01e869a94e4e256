// sources: kernel/cache/swap_map.c lib/bitmap.c
/* SPDX-License-Identifier: MIT */
/*
 * test_lab8_hidden.c - the slots of an area beside a model of them, for random steps from
 * the grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "kernel/cache/swap_map.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define NFRAMES 64
#define MAX_SLOTS 700
#define STEPS 40000

static struct swap_map map;
static struct rand rng;

static struct model {
    unsigned users;
    struct page *page;
    bool of_file, bad;
} model[MAX_SLOTS];

static bool is_used(size_t slot)
{
    return model[slot].users || model[slot].page;
}

static void compare(void)
{
    const char *fault = swap_map_check(&map);
    size_t nfree = 0;

    cr_assert_null(fault, "%s", fault);
    for (size_t slot = 1; slot < map.nslots; slot++) {
        cr_assert_eq(swap_map_users(&map, slot), model[slot].users);
        cr_assert_eq(swap_map_page(&map, slot), model[slot].page);
        cr_assert_eq(swap_map_is_bad(&map, slot), model[slot].bad);
        nfree += !is_used(slot) && !model[slot].bad;
    }
    cr_assert_eq(map.nfree, nfree);
}

static struct page *any_page(void)
{
    return &frames.pages[rand_below(&rng, NFRAMES)];
}

/* The slot that the head of swap_map.h describes is one of these. */
static void expect_right_cluster(size_t slot, size_t cursor)
{
    size_t first = slot / SWAP_CLUSTER * SWAP_CLUSTER;

    if (slot == cursor || first == cursor / SWAP_CLUSTER * SWAP_CLUSTER)
        return;
    for (size_t i = cursor; i < map.nslots && i % SWAP_CLUSTER; i++)
        cr_assert(is_used(i) || model[i].bad, "%zu in the cluster in use is free, %zu was given",
                  i, slot);
}

static void take(bool of_file)
{
    struct page *page = any_page();
    size_t cursor = map.cursor, nfree = map.nfree, slot = swap_map_alloc(&map, page, of_file);

    cr_assert_eq(slot == 0, nfree == 0);
    if (!slot)
        return;
    cr_assert(!is_used(slot) && !model[slot].bad, "slot %zu is given out twice", slot);
    expect_right_cluster(slot, cursor);
    model[slot] = (struct model){ .users = of_file, .page = page, .of_file = of_file };
}

static void put(size_t slot)
{
    struct model *s = &model[slot];

    s->users--;
    cr_assert_eq(swap_map_put(&map, slot), s->users == 0);
    if (s->of_file && s->page) {
        swap_map_set_page(&map, slot, NULL);
        s->page = NULL;
    }
}

static void change(size_t slot)
{
    struct model *s = &model[slot];

    if (s->users && rand_one_in(&rng, 2)) {
        put(slot);
    } else if (!s->of_file && is_used(slot) && rand_one_in(&rng, 3)) {
        swap_map_get(&map, slot);
        s->users++;
    } else if (is_used(slot) && !s->of_file) {
        s->page = s->page ? NULL : any_page();
        swap_map_set_page(&map, slot, s->page);
    }
    if (!is_used(slot))
        s->of_file = false;
}

static void make_bad(size_t slot)
{
    swap_map_bad(&map, slot);
    model[slot].bad = true;
}

Test(lab8_hidden, slots_beside_a_model)
{
    const char *seed = getenv("GRADE_SEED");
    void *memory;
    size_t nslots;

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
    nslots = MAX_SLOTS - rand_below(&rng, 400);
    shim_ram_create(0x80000, NFRAMES);
    memory = calloc(1, swap_map_size(nslots));
    swap_map_init(&map, memory, nslots);
    for (int step = 0; step < STEPS; step++) {
        if (rand_one_in(&rng, 3))
            take(rand_one_in(&rng, 5));
        change(1 + rand_below(&rng, nslots - 1));
        if (rand_one_in(&rng, 2000))
            make_bad(1 + rand_below(&rng, nslots - 1));
        if (step % 200 == 0)
            compare();
    }
    compare();
    free(memory);
    shim_ram_destroy();
}
