// sources: @lab7
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_lab7_hidden.c - a file under random reading, storing and writing out, from the
 * grader's seed, beside an array that says what each page must hold.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "lib/rand.h"
#include "tests/host/lab7_store.h"
#include "tests/host/shim.h"

#define NPAGES 120
#define STEPS 20000
#define NREADERS 3

static struct rand rng;
static uint8_t should[NPAGES];
static struct readahead readers[NREADERS];

static void create(void)
{
    const char *seed = getenv("GRADE_SEED");

    rand_seed(&rng, seed ? strtoul(seed, NULL, 0) : 1);
    shim_seed(rand_next(&rng));
    store_start(NPAGES * PAGE_SIZE);
    store_in_disorder();
    for (uint64_t i = 0; i < NPAGES; i++)
        should[i] = store_byte(i);
}

TestSuite(lab7_hidden, .init = create, .fini = store_stop);

static void expect_bytes(const uint8_t *page, uint64_t i)
{
    cr_assert(page[0] == should[i] && page[PAGE_SIZE - 1] == should[i],
              "page %lu has %d, not %d", i, page[0], should[i]);
}

static void read_some(void)
{
    struct readahead *ra = &readers[rand_below(&rng, NREADERS)];
    uint64_t i = rand_one_in(&rng, 8) ? rand_below(&rng, NPAGES) : ra->next % NPAGES;
    struct page *page;

    cr_assert_eq(page_cache_read_several(&store.as, i, 1 + rand_below(&rng, 3), ra, &page), 0);
    cr_assert(page->mapping == &store.as && page->index == i);
    expect_bytes(page_address(page), i);
    put_page(page);
}

static void store_some(void)
{
    uint64_t i = rand_below(&rng, NPAGES);

    for (size_t n = rand_below(&rng, 10); n > 0 && i < NPAGES; n--, i++) {
        should[i] = (uint8_t)rand_next(&rng);
        store_fill(i, should[i]);
        store_cached(i)->mapcount = (int32_t)rand_below(&rng, 2);
    }
}

static void write_some(void)
{
    pgoff_t start = rand_below(&rng, NPAGES), end = start + rand_below(&rng, NPAGES);

    if (rand_one_in(&rng, 4))
        page_cache_write_some(&store.as, rand_below(&rng, 20));
    else
        page_cache_write_dirty(&store.as, start, end);
    if (rand_one_in(&rng, 2))
        return;
    page_cache_wait_written(&store.as, start, end);
}

/* Clean pages go, as when memory is short. */
static void evict_some(void)
{
    page_cache_invalidate(&store.as, rand_below(&rng, NPAGES), rand_below(&rng, NPAGES));
}

static void end_some(void)
{
    for (size_t n = rand_below(&rng, 12); n > 0; n--)
        store_end_one();
}

static void expect_all_stored(void)
{
    page_cache_write_dirty(&store.as, 0, UINT64_MAX);
    page_cache_wait_written(&store.as, 0, UINT64_MAX);
    cr_assert_eq(store.as.ndirty, 0);
    store_end_all();
    for (uint64_t i = 0; i < NPAGES; i++)
        expect_bytes(store.bytes[i], i);
}

Test(lab7_hidden, files_of_the_seed)
{
    static void (*const steps[])(void) = { read_some, read_some, store_some, write_some,
                                           evict_some, end_some };
    unsigned written = 0, unmapped = 0;

    for (int step = 0; step < STEPS; step++) {
        steps[rand_below(&rng, sizeof(steps) / sizeof(steps[0]))]();
        if (step % 1000 == 999)
            expect_all_stored();
    }
    for (uint64_t i = 0; i < STORE_PAGES; i++) {
        cr_assert(i < NPAGES || (store.reads[i] == 0 && store.writes[i] == 0), "page %lu", i);
        written += store.writes[i];
        unmapped += store.cleaned[i];
    }
    cr_expect_leq(store.write_requests, written / 2, "%u pages in %u requests", written,
                  store.write_requests);
    cr_expect_gt(unmapped, 0);
}
