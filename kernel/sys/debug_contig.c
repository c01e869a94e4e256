/* SPDX-License-Identifier: MIT */
/*
 * debug_contig.c - take contiguous memory for a test, as a driver would, and give it back.
 *
 * Every word of it says its address: whoever still stores to a page that was moved away is
 * found out.
 */
#include "kernel/dev/dma.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/thread.h"
#include "kernel/sys/debug.h"
#include "kernel/vm/contig.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

static void write_words(void *p, size_t npages)
{
    uint64_t *word = p;

    for (size_t i = 0; i < npages * WORDS; i++) {
        word[i] = (uintptr_t)&word[i];
        if (i % WORDS == 0)
            cond_resched();
    }
}

static size_t count_wrong(const void *p, size_t npages)
{
    const uint64_t *word = p;
    size_t wrong = 0;

    for (size_t i = 0; i < npages * WORDS; i++) {
        wrong += word[i] != (uintptr_t)&word[i];
        if (i % WORDS == 0)
            cond_resched();
    }
    return wrong;
}

static void *take(const struct debug_contig *d, struct dma_device *dev)
{
    struct page *page;
    dma_addr_t addr;

    if (d->lines)
        return dma_alloc_coherent(dev, d->npages << PAGE_SHIFT, &addr);
    page = cma_alloc(d->npages, d->align);
    return page ? page_address(page) : NULL;
}

int64_t debug_contig_take(struct debug_contig *d)
{
    struct dma_device dev;
    void *p;

    if (!is_pow2(d->align) || d->lines > 64 || d->npages > nr_managed_pages())
        return -EINVAL;
    dma_init(&dev, "debug", DMA_MASK(d->lines));
    p = take(d, &dev);
    if (!p)
        return -ENOMEM;
    d->pfn = page_to_pfn(virt_to_page(p));
    write_words(p, d->npages);
    return 0;
}

int64_t debug_contig_give(struct debug_contig *d)
{
    struct page *page;

    if (!pfn_is_valid(d->pfn) || !pfn_is_valid(d->pfn + d->npages - 1))
        return -EINVAL;
    page = pfn_to_page(d->pfn);
    d->wrong = count_wrong(page_address(page), d->npages);
    if (d->lines)
        free_pages_exact(page, d->npages);
    else
        cma_release(page, d->npages);
    return 0;
}
