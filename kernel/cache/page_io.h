/* SPDX-License-Identifier: MIT */
/*
 * page_io.h - pages from and to a disk, many at a time.
 *
 * Pages that follow each other on the disk share a transfer (a bio), and the
 * transfers of one batch go to the disk together.  Of one that fails each page is
 * told how it went with itself.  Transfers come from a fixed set:
 * writing out must work when there is no memory, and an interrupt that ends one may
 * not free any.  Who finds the set empty submits what it has and waits; those under
 * way always end.
 */
#pragma once
#include "kernel/dev/block.h"
#include "kernel/sched/wait.h"

#define PAGE_IO_PAGES 32                /* in a transfer, at most */

/* The transfers of one who reads and writes pages. */
struct page_io_pool {
    /* The transfer of PAGE has ended with ERROR (0 or -EIO).  Interrupt context. */
    void (*end)(struct page_io_pool *pool, struct page *page, enum bio_op op, int error);
    struct spinlock lock;               /* RANK_BLOCK, interrupts off                */
    struct list unused;                 /*                                    [lock] */
    struct wait_queue wait;             /* for one of them                           */
    struct page_io *transfers;          /* all of them                           [c] */
};

/* 0 or -ENOMEM.  May sleep. */
int page_io_pool_init(struct page_io_pool *pool,
                      void (*end)(struct page_io_pool *pool, struct page *page, enum bio_op op,
                                  int error));
/* Waits until all transfers have ended.  Harmless if init failed or was never called on the
 * zeroed POOL. */
void page_io_pool_fini(struct page_io_pool *pool);

struct page_batch {
    struct page_io_pool *pool;
    struct block_device *dev;
    enum bio_op op;                     /* BIO_READ, BIO_WRITE                       */
    struct page_io *io;                 /* being filled                              */
    uint64_t next;                      /* sector behind it                          */
    struct list bios;                   /* full ones                                 */
};

void page_batch_begin(struct page_batch *batch, struct page_io_pool *pool,
                      struct block_device *dev, enum bio_op op);
/* The first LEN bytes of PAGE from or to SECTOR.  May sleep until a transfer ends. */
void page_batch_add(struct page_batch *batch, struct page *page, uint64_t sector, uint32_t len);
void page_batch_submit(struct page_batch *batch);
