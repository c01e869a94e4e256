/* SPDX-License-Identifier: MIT */
/*
 * zone.c - the zones, and how much of each must stay free.
 *
 * The minimum grows with the square root of memory: what must be at hand for
 * reclaim and interrupts grows with the rate of allocation, not with the size
 * of memory.  Linux takes 4 * sqrt(KiB); half of that does here, because on
 * 32 MiB the whole would keep 2 % of memory idle (726 KiB) for a kernel that
 * allocates nothing in interrupts.  In turn the distance between the marks is
 * a whole min, not a quarter: several harts may each fetch a batch for their
 * lists between two looks at the marks.
 */
#include "kernel/mm/zone.h"
#include "kernel/mm/hart_lock.h"
#include "lib/bitops.h"

#define MIN_FREE_FACTOR 2               /* min in KiB = factor * sqrt(KiB managed)      */
#define LOWMEM_RATIO 256                /* reserve 1/256 of the memory above            */
#define BATCH_MAX 32                    /* one zone lock in 32 pages; 128 KiB           */
#define HIGH_MIN_BATCHES 3
#define HIGH_MAX 512                    /* 2 MiB per hart                               */
#define HART_SHARE 256                  /* a hart may keep 1/256 of a zone on its lists */

struct zone zones[ZONES];
struct hart_pages hart_pages[ZONES][MAX_HARTS];
static const char *const names[ZONES] = { "DMA32", "Normal" };

/* The integer part of the square root of X, bit by bit. */
static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;

    for (uint64_t bit = 1UL << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

void zone_limit_hart_pages(struct zone *z, bool keep)
{
    uint32_t share = z->managed / HART_SHARE;
    uint32_t batch = MAX(MIN(share, (uint32_t)BATCH_MAX), 1u);
    uint32_t high = MAX(MIN(share, (uint32_t)HIGH_MAX), HIGH_MIN_BATCHES * batch);

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        hart_lock(&z->harts[i].lock);
        z->harts[i].batch = batch;
        z->harts[i].high = keep ? high : 0;
        hart_unlock(&z->harts[i].lock);
    }
}

static void set_marks(void)
{
    size_t total = zones[ZONE_DMA32].managed + zones[ZONE_NORMAL].managed;
    size_t kib = total << (PAGE_SHIFT - 10);
    size_t min = MIN_FREE_FACTOR * square_root(kib) >> (PAGE_SHIFT - 10);

    for (unsigned t = 0; t < ZONES; t++) {
        struct zone *z = &zones[t];

        z->mark[MARK_MIN] = total ? min * z->managed / total : 0;
        z->mark[MARK_LOW] = 2 * z->mark[MARK_MIN];
        z->mark[MARK_HIGH] = 3 * z->mark[MARK_MIN];
    }
    zones[ZONE_DMA32].lowmem_reserve[ZONE_NORMAL] = zones[ZONE_NORMAL].managed / LOWMEM_RATIO;
}

void zone_init(enum zone_type t, pfn_t first_pfn, pfn_t end_pfn, size_t present,
               uint8_t *labels)
{
    struct zone *z = &zones[t];

    *z = (struct zone){ .name = names[t], .spanned = end_pfn - first_pfn, .present = present,
                        .harts = hart_pages[t] };
    buddy_init(&z->buddy, first_pfn, end_pfn, labels);
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        z->harts[i] = (struct hart_pages){ 0 };
        spin_init(&z->harts[i].lock, RANK_HART_PAGES, "hart pages");
        for (unsigned m = 0; m < HART_MOBILITIES; m++)
            list_init(&z->harts[i].list[m]);
    }
    zone_limit_hart_pages(z, true);
}

void zone_add_range(struct zone *z, pfn_t start, pfn_t end)
{
    buddy_lock(&z->buddy);
    buddy_free_range(&z->buddy, start, end);
    z->managed += end - start;
    set_marks();
    buddy_unlock(&z->buddy);
    zone_limit_hart_pages(z, true);
}

size_t zone_limit(const struct zone *z, enum zone_mark mark, gfp_t gfp, enum zone_type class)
{
    size_t limit = z->mark[mark];

    if (mark == MARK_MIN && (gfp & __GFP_MEMALLOC))
        return 0;
    if (mark == MARK_MIN && (gfp & __GFP_HIGH))
        limit /= 2;
    return limit + z->lowmem_reserve[class];
}

size_t zone_hart_pages(const struct zone *z)
{
    size_t n = 0;

    for (unsigned i = 0; i < MAX_HARTS; i++)
        n += __atomic_load_n(&z->harts[i].count, __ATOMIC_RELAXED);
    return n;
}

static void check_hart_pages(struct zone *z, struct hart_pages *hp)
{
    size_t n = 0;

    spin_lock(&hp->lock);
    for (unsigned m = 0; m < HART_MOBILITIES; m++) {
        const struct page *page;

        ASSERT(list_is_sound(&hp->list[m]));
        list_for_each_entry(page, &hp->list[m], link) {
            ASSERT(page->identity == PAGE_PCP && page->order == 0 && page->mobility == m);
            ASSERT(&zones[page->zone] == z && page->refcount == 0);
            n++;
        }
    }
    ASSERT(n == hp->count);
    spin_unlock(&hp->lock);
}

void zone_check(struct zone *z)
{
    for (unsigned i = 0; i < MAX_HARTS; i++)
        check_hart_pages(z, &z->harts[i]);
    buddy_lock(&z->buddy);
    buddy_check(&z->buddy);
    buddy_unlock(&z->buddy);
}
