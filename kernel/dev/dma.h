/* SPDX-License-Identifier: MIT */
/*
 * dma.h - memory as devices see it.
 *
 * A device puts a dma_addr_t on the bus.  On this machine it equals the
 * physical address, every device sees all of it through coherent caches, and
 * there is no I/O MMU; drivers convert all the same, so that none of the three
 * is written into them.
 *
 * Mapping asserts that the memory is in the linear map: a kernel stack or a
 * vmalloc area is not contiguous for a device.
 */
#pragma once
#include "kernel/mm/gfp.h"
#include "kernel/port/port.h"

struct page;

#define DMA_ERROR (~(dma_addr_t)0)
/* What a device with N address lines can reach. */
#define DMA_MASK(n) ((n) >= 64 ? ~(dma_addr_t)0 : ((dma_addr_t)1 << (n)) - 1)

enum dma_direction { DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_BOTH };

/* One device's view; embedded in the driver's structure. */
struct dma_device {
    const char *name;
    dma_addr_t mask;            /* highest address it reaches      [c] */
    uint32_t mapped;            /* bytes lent to it now, in pieces [a] */
};

/* One contiguous piece as the device sees it. */
struct dma_segment {
    dma_addr_t addr;
    uint32_t len;
};

void dma_init(struct dma_device *d, const char *name, dma_addr_t mask);

/* Lend LEN bytes at P (or at OFFSET of PAGE) to the device, until the unmap with
 * the same figures.  DMA_ERROR: beyond the mask.  Any context. */
dma_addr_t dma_map_single(struct dma_device *d, const void *p, size_t len,
                          enum dma_direction dir);
dma_addr_t dma_map_page(struct dma_device *d, struct page *page, size_t offset, size_t len,
                        enum dma_direction dir);
void dma_unmap(struct dma_device *d, dma_addr_t addr, size_t len, enum dma_direction dir);

/*
 * Gather: add the bytes to SG, which has *N of at most MAX segments: to the last
 * one if they follow it in memory and it stays within MAX_LEN bytes.  False, and
 * nothing lent, if SG is full or the bytes are beyond the mask.
 */
bool dma_map_sg_page(struct dma_device *d, struct dma_segment *sg, unsigned *n, unsigned max,
                     uint32_t max_len, struct page *page, size_t offset, size_t len,
                     enum dma_direction dir);
void dma_unmap_sg(struct dma_device *d, const struct dma_segment *sg, unsigned n,
                  enum dma_direction dir);

/* Zeroed memory that both sides use at any time, page-aligned; *ADDR is what the
 * device calls it.  NULL if there is none within the mask.  May sleep. */
void *dma_alloc_coherent(struct dma_device *d, size_t size, dma_addr_t *addr);
void dma_free_coherent(struct dma_device *d, void *p, size_t size);
