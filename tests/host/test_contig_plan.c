// sources: kernel/mm/contig_plan.c kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_contig_plan.c - which frames could be emptied, and compaction played through, against
 * plain loops over a map of the frames.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "kernel/mm/contig_plan.h"
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"

#define FIRST 0x80000UL
#define NPAGES (6 * PAGEBLOCK_PAGES)

static struct buddy b;
static uint8_t labels[8];
static struct rand rng;

static void make(uint64_t seed)
{
    rand_seed(&rng, seed);
    shim_ram_create(FIRST, NPAGES);
    buddy_init(&b, FIRST, FIRST + NPAGES, labels);
    buddy_lock(&b);
    buddy_free_range(&b, FIRST, FIRST + NPAGES);
}

static void unmake(void)
{
    buddy_check(&b);
    buddy_unlock(&b);
    shim_ram_destroy();
}

static void use(pfn_t pfn, enum page_identity identity)
{
    cr_assert(buddy_alloc_range(&b, pfn, pfn + 1));
    pfn_to_page(pfn)->identity = identity;
}

/* Of a hundred frames so many become movable and the kernel's; the rest is free. */
static void sprinkle(unsigned movable, unsigned fixed)
{
    for (pfn_t pfn = FIRST; pfn < FIRST + NPAGES; pfn++) {
        unsigned r = (unsigned)rand_below(&rng, 100);

        if (r < movable)
            use(pfn, r % 2 ? PAGE_ANON : PAGE_CACHE);
        else if (r < movable + fixed)
            use(pfn, r % 2 ? PAGE_SLAB : PAGE_TABLE);
    }
}

static void release(pfn_t pfn)
{
    pfn_to_page(pfn)->identity = PAGE_OWNED;
    buddy_free(&b, pfn_to_page(pfn), 0);
}

static bool is(pfn_t pfn, enum frame_use use)
{
    return frame_use(pfn_to_page(pfn)) == use;
}

Test(contig_plan, what_frames_are)
{
    static const enum frame_use uses[PAGE_IDENTITIES] = {
        [PAGE_RESERVED] = FRAME_FIXED, [PAGE_FREE] = FRAME_FREE, [PAGE_FREE_TAIL] = FRAME_FREE,
        [PAGE_PCP] = FRAME_FREE, [PAGE_OWNED] = FRAME_FIXED, [PAGE_TAIL] = FRAME_FIXED,
        [PAGE_SLAB] = FRAME_FIXED, [PAGE_TABLE] = FRAME_FIXED, [PAGE_ANON] = FRAME_MOVABLE,
        [PAGE_CACHE] = FRAME_MOVABLE,
    };
    struct page page = { 0 };

    for (unsigned i = 0; i < PAGE_IDENTITIES; i++) {
        page.identity = (uint8_t)i;
        cr_assert_eq(frame_use(&page), uses[i], "%s", page_identity_names[i]);
    }
    page.identity = PAGE_CACHE;
    page_set(&page, PG_METADATA);
    cr_assert_eq(frame_use(&page), FRAME_FIXED, "a file system points to its blocks");
}

/* Some frames become a run's, others the kernel's for a moment. */
static void take_some(unsigned taken)
{
    for (pfn_t pfn = FIRST; pfn < FIRST + NPAGES; pfn++) {
        unsigned r = (unsigned)rand_below(&rng, 1000);

        if (r < 400)
            use(pfn, r % 2 ? PAGE_ANON : PAGE_OWNED);
        if (r < taken)
            page_set(pfn_to_page(pfn), PG_CONTIG);
    }
}

static pfn_t find_slowly(pfn_t start, pfn_t end, size_t n, size_t align)
{
    for (pfn_t at = start; at + n <= end; at++) {
        size_t i = 0;

        while (at % align == 0 && i < n && !page_test(pfn_to_page(at + i), PG_CONTIG))
            i++;
        if (i == n)
            return at;
    }
    return 0;
}

Test(contig_plan, ranges_that_can_be_emptied)
{
    make(1);
    take_some(10);
    for (unsigned i = 0; i < 3000; i++) {
        pfn_t start = FIRST + rand_below(&rng, NPAGES);
        pfn_t end = start + rand_below(&rng, FIRST + NPAGES - start + 1);
        size_t n = 1 + rand_below(&rng, 300), align = 1UL << rand_below(&rng, 9);

        cr_assert_eq(contig_find(start, end, n, align), find_slowly(start, end, n, align));
    }
    cr_assert_eq(contig_find(FIRST, FIRST + NPAGES, NPAGES + 1, 1), 0);
    unmake();
}

/* Compaction as the kernel does it, with pages that all move at once. */
struct run {
    struct compact_scan scan;
    struct list targets;
    size_t moved;
};

static bool move(struct run *r, pfn_t from)
{
    pfn_t start, end, to;

    while (list_is_empty(&r->targets)) {
        if (!compact_next_target(&r->scan, &b, &start, &end))
            return false;
        cr_assert(start >= r->scan.from && start < end && end <= FIRST + NPAGES);
        if (buddy_alloc_free(&b, start, end, 32, &r->targets) == 32)
            r->scan.to = end;
    }
    to = page_to_pfn(list_entry(list_pop_head(&r->targets), struct page, link));
    cr_assert_gt(to, from, "pages move upwards");
    cr_assert_neq(buddy_pageblock_mobility(&b, to), MOBILITY_UNMOVABLE);
    pfn_to_page(to)->identity = pfn_to_page(from)->identity;
    release(from);
    r->moved++;
    return true;
}

static struct run play(unsigned order)
{
    struct run r = { .scan = { FIRST, FIRST + NPAGES }, .targets = LIST_INIT(r.targets) };
    pfn_t start;
    bool more = true;

    list_init(&r.targets);
    while (more && compact_next_source(&r.scan, &b, order, &start)) {
        cr_assert(is_aligned(start, 1UL << order));
        cr_assert_neq(buddy_pageblock_mobility(&b, start), MOBILITY_CMA, "the area is lent");
        for (pfn_t pfn = start; more && pfn < start + (1UL << order); pfn++) {
            cr_assert(!is(pfn, FRAME_FIXED));
            if (is(pfn, FRAME_MOVABLE))
                more = move(&r, pfn);
        }
        if (more && order) {
            cr_assert(compact_has_block(&b, order));
            break;
        }
    }
    while (!list_is_empty(&r.targets))
        release(page_to_pfn(list_entry(list_pop_head(&r.targets), struct page, link)));
    return r;
}

static size_t count(enum frame_use use)
{
    size_t n = 0;

    for (pfn_t pfn = FIRST; pfn < FIRST + NPAGES; pfn++)
        n += is(pfn, use);
    return n;
}

/* Afterwards no movable page lies below a free frame, but in the area or beside the kernel's. */
Test(contig_plan, all_of_memory_is_compacted)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        size_t movable, nfree;
        pfn_t highest_free = 0;
        struct run r;

        make(seed);
        buddy_set_mobility(&b, FIRST + PAGEBLOCK_PAGES, FIRST + 2 * PAGEBLOCK_PAGES, MOBILITY_CMA);
        sprinkle(10 + 4 * seed, seed % 5);
        buddy_set_mobility(&b, FIRST + 4 * PAGEBLOCK_PAGES, FIRST + 5 * PAGEBLOCK_PAGES,
                           MOBILITY_UNMOVABLE);
        movable = count(FRAME_MOVABLE);
        nfree = count(FRAME_FREE);
        r = play(0);
        cr_assert_eq(count(FRAME_MOVABLE), movable);
        cr_assert_eq(count(FRAME_FREE), nfree);
        for (pfn_t pfn = FIRST; pfn < FIRST + NPAGES; pfn++)
            if (is(pfn, FRAME_FREE)
                && buddy_pageblock_mobility(&b, pfn) != MOBILITY_UNMOVABLE)
                highest_free = pfn;
        for (pfn_t pfn = FIRST; pfn < MIN(r.scan.from, highest_free); pfn++)
            if (buddy_pageblock_mobility(&b, pfn) != MOBILITY_CMA && pfn + 64 < r.scan.to)
                cr_assert(!is(pfn, FRAME_MOVABLE), "seed %u: %lx was left behind", seed, pfn);
        buddy_check(&b);
        unmake();
    }
}

/* For a request the first place that can be emptied is, and nothing else is touched. */
Test(contig_plan, a_block_is_made)
{
    for (unsigned order = 1; order <= BUDDY_MAX_ORDER; order++) {
        struct run r;
        pfn_t expected = FIRST + (1UL << order);

        make(order);
        sprinkle(60, 0);
        if (!is(FIRST, FRAME_FREE))
            release(FIRST);
        use(FIRST, PAGE_SLAB);              /* the very first cannot be */
        if (compact_has_block(&b, order)) {
            unmake();
            continue;
        }
        r = play(order);
        for (pfn_t pfn = expected; pfn < expected + (1UL << order); pfn++)
            cr_assert(is(pfn, FRAME_FREE), "order %u: %lx is in use", order, pfn);
        cr_assert(r.moved > 0 && r.moved <= 1UL << order);
        unmake();
    }
}

Test(contig_plan, why_there_is_no_block)
{
    make(7);
    cr_assert_eq(fragmentation_index(&b, 10), -1000, "there is one");
    for (pfn_t pfn = FIRST; pfn < FIRST + NPAGES; pfn += 2)
        use(pfn, PAGE_ANON);
    cr_assert_eq(fragmentation_index(&b, 0), -1000);
    /* 3072 single pages; for order 3: 1000 - (1000 + 3072 * 1000 / 8) / 3072 */
    cr_assert_eq(fragmentation_index(&b, 3), 1000 - (1000 + 384000) / 3072);
    cr_assert(compact_is_worthwhile(&b, 3, 100));
    cr_assert(!compact_is_worthwhile(&b, 3, 3072 - 15), "the block, and as much again");
    cr_assert(compact_is_worthwhile(&b, 3, 3072 - 16));
    for (pfn_t pfn = FIRST + 1; pfn < FIRST + NPAGES; pfn += 2)
        if (pfn != FIRST + 777)
            use(pfn, PAGE_ANON);
    cr_assert_eq(fragmentation_index(&b, 3), 0, "one page: memory is short, not in pieces");
    use(FIRST + 777, PAGE_ANON);
    cr_assert_eq(fragmentation_index(&b, 3), 0, "there is nothing");
    cr_assert(!compact_is_worthwhile(&b, 3, 0));
    unmake();
}

Test(contig_plan, failures_are_not_repeated_at_once)
{
    struct compact_deferral d = { 0 };

    for (unsigned failures = 0; failures < 10; failures++) {
        unsigned skipped = 0;

        while (compact_is_deferred(&d))
            skipped++;
        cr_assert_eq(skipped + 1, MIN(1u << failures, 64u));
        compact_note(&d, false);
    }
    while (compact_is_deferred(&d))
        continue;
    compact_note(&d, true);
    cr_assert(!compact_is_deferred(&d), "a success: the next one is tried at once");
}
