/* SPDX-License-Identifier: MIT */
/*
 * zone.c - the zones, their marks and their harts' lists.
 */
#include "kernel/mm/zone.h"
#include "kernel/mm/hart_lock.h"
#include "lib/bitops.h"

#define BATCH_MAX 32                    /* one zone lock in 32 pages; 128 KiB           */
#define HIGH_MIN_BATCHES 3
#define HIGH_MAX 512                    /* 2 MiB per hart                               */
#define HART_SHARE 256                  /* a hart may keep 1/256 of a zone on its lists */

struct zone zones[ZONES];
struct hart_pages hart_pages[ZONES][MAX_HARTS];
static const char *const names[ZONES] = { "DMA32", "Normal" };

unsigned min_free_kbytes;
unsigned watermark_scale_factor = 10;
/* Of the memory above DMA32, 1/256; above NORMAL there is none. */
unsigned lowmem_reserve_ratio[ZONES] = { 256, 32 };
static bool min_free_is_chosen;         /* by somebody who wrote it: not worked out again */

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

static void set_reserve(struct zone *z, unsigned ratio, size_t above)
{
    z->lowmem_reserve[ZONE_NORMAL] = ratio ? above / ratio : 0;
}

void zones_set_marks(void)
{
    size_t normal = zones[ZONE_NORMAL].managed, total = zones[ZONE_DMA32].managed + normal;

    if (!min_free_is_chosen)
        min_free_kbytes = (unsigned)watermark_default_kib(total << (PAGE_SHIFT - 10));
    for (unsigned t = 0; t < ZONES; t++) {
        struct zone *z = &zones[t];

        buddy_lock(&z->buddy);
        watermark_set(z->mark, z->managed, total, min_free_kbytes >> (PAGE_SHIFT - 10),
                      watermark_scale_factor);
        if (t == ZONE_DMA32)
            set_reserve(z, lowmem_reserve_ratio[t], normal);
        buddy_unlock(&z->buddy);
    }
}

void zones_choose_min_free(unsigned kib)
{
    min_free_is_chosen = true;
    min_free_kbytes = kib;
    zones_set_marks();
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
    buddy_unlock(&z->buddy);
    zones_set_marks();
    zone_limit_hart_pages(z, true);
}

size_t zone_limit(const struct zone *z, enum zone_mark mark, gfp_t gfp, enum zone_type class)
{
    return watermark_limit(z->mark, mark, gfp) + z->lowmem_reserve[class];
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
