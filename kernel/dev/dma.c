/* SPDX-License-Identifier: MIT */
/*
 * dma.c - memory as devices see it.
 *
 * All that is left to do on a coherent machine without an I/O MMU: check that
 * the memory is what drivers may lend, that the device reaches it, and keep
 * count.  A machine that needs more gets it here, not in the drivers.
 */
#include "kernel/dev/dma.h"
#include "kernel/mm/page_alloc.h"
#include "lib/bitops.h"

static dma_addr_t phys_to_dma(paddr_t pa)
{
    return pa;
}

static paddr_t dma_to_phys(dma_addr_t addr)
{
    return addr;
}

void dma_init(struct dma_device *d, const char *name, dma_addr_t mask)
{
    *d = (struct dma_device){ .name = name, .mask = mask };
}

/* RAM that the kernel manages: not a device, not a hole. */
static void check_is_ram(const struct dma_device *d, paddr_t pa, size_t len)
{
    if (len == 0 || !pfn_is_valid(pa >> PAGE_SHIFT) || !pfn_is_valid((pa + len - 1) >> PAGE_SHIFT))
        panic("%s: DMA of %zu bytes at %#lx, which is not in the linear map",
              d->name, len, (unsigned long)pa);
}

static dma_addr_t map_phys(struct dma_device *d, paddr_t pa, size_t len)
{
    dma_addr_t addr = phys_to_dma(pa);

    check_is_ram(d, pa, len);
    if (addr + (len - 1) > d->mask)
        return DMA_ERROR;
    __atomic_fetch_add(&d->mapped, (uint32_t)len, __ATOMIC_RELAXED);
    return addr;
}

dma_addr_t dma_map_single(struct dma_device *d, const void *p, size_t len,
                          enum dma_direction dir)
{
    (void)dir;
    return map_phys(d, virt_to_phys(p), len);
}

dma_addr_t dma_map_page(struct dma_device *d, struct page *page, size_t offset, size_t len,
                        enum dma_direction dir)
{
    (void)dir;
    return map_phys(d, page_to_phys(page) + offset, len);
}

void dma_unmap(struct dma_device *d, dma_addr_t addr, size_t len, enum dma_direction dir)
{
    (void)dir;
    DEBUG_ASSERT(pfn_is_valid(dma_to_phys(addr) >> PAGE_SHIFT));
    __atomic_fetch_sub(&d->mapped, (uint32_t)len, __ATOMIC_RELAXED);
}

bool dma_map_sg_page(struct dma_device *d, struct dma_segment *sg, unsigned *n, unsigned max,
                     uint32_t max_len, struct page *page, size_t offset, size_t len,
                     enum dma_direction dir)
{
    struct dma_segment *last = *n ? &sg[*n - 1] : NULL;
    paddr_t pa = page_to_phys(page) + offset;
    bool joins = last && last->addr + last->len == phys_to_dma(pa) &&
                 (uint64_t)last->len + len <= max_len;
    dma_addr_t addr;

    if (!joins && *n == max)
        return false;
    addr = dma_map_page(d, page, offset, len, dir);
    if (addr == DMA_ERROR)
        return false;
    if (joins)
        last->len += (uint32_t)len;
    else
        sg[(*n)++] = (struct dma_segment){ addr, (uint32_t)len };
    return true;
}

void dma_unmap_sg(struct dma_device *d, const struct dma_segment *sg, unsigned n,
                  enum dma_direction dir)
{
    for (unsigned i = 0; i < n; i++)
        dma_unmap(d, sg[i].addr, sg[i].len, dir);
}

static gfp_t coherent_gfp(const struct dma_device *d)
{
    return GFP_KERNEL | __GFP_ZERO | __GFP_CMA | (d->mask <= DMA_MASK(32) ? __GFP_DMA32 : 0);
}

void *dma_alloc_coherent(struct dma_device *d, size_t size, dma_addr_t *addr)
{
    size_t npages = div_round_up(size, PAGE_SIZE);
    struct page *page = alloc_pages_exact(coherent_gfp(d), npages);

    if (!page)
        return NULL;
    *addr = map_phys(d, page_to_phys(page), npages << PAGE_SHIFT);
    if (*addr != DMA_ERROR)
        return page_address(page);
    free_pages_exact(page, npages);
    return NULL;
}

void dma_free_coherent(struct dma_device *d, void *p, size_t size)
{
    size_t npages = div_round_up(size, PAGE_SIZE);

    dma_unmap(d, phys_to_dma(virt_to_phys(p)), npages << PAGE_SHIFT, DMA_BOTH);
    free_pages_exact(virt_to_page(p), npages);
}
