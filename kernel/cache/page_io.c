/* SPDX-License-Identifier: MIT */
/*
 * page_io.c - pages from and to a disk, many at a time.
 */
#include "kernel/cache/page_io.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/page.h"
#include "kernel/sched/pressure.h"
#include "lib/abi/errno.h"

#define NR_TRANSFERS 32                 /* 4 MiB under way at most */

/* One transfer. */
struct page_io {
    struct bio bio;
    struct bio_segment segs[PAGE_IO_PAGES];
    struct page_io_pool *pool;
    struct list link;                   /* pool->unused                       [lock] */
};

int page_io_pool_init(struct page_io_pool *pool,
                      void (*end)(struct page_io_pool *pool, struct page *page, enum bio_op op,
                                  int error))
{
    *pool = (struct page_io_pool){ .end = end };
    pool->transfers = kvcalloc(NR_TRANSFERS, sizeof(struct page_io));
    if (!pool->transfers)
        return -ENOMEM;
    spin_init(&pool->lock, RANK_BLOCK, "transfers");
    list_init(&pool->unused);
    wait_queue_init(&pool->wait);
    for (unsigned i = 0; i < NR_TRANSFERS; i++) {
        pool->transfers[i].pool = pool;
        list_insert_tail(&pool->unused, &pool->transfers[i].link);
    }
    return 0;
}

static bool all_are_back(struct page_io_pool *pool)
{
    uint64_t flags = spin_lock_irqsave(&pool->lock);
    bool all = list_length(&pool->unused) == NR_TRANSFERS;

    spin_unlock_irqrestore(&pool->lock, flags);
    return all;
}

void page_io_pool_fini(struct page_io_pool *pool)
{
    if (!pool->transfers)
        return;
    wait_event(&pool->wait, all_are_back(pool));
    kvfree(pool->transfers);
    pool->transfers = NULL;
}

static struct page_io *try_get(struct page_io_pool *pool)
{
    uint64_t flags = spin_lock_irqsave(&pool->lock);
    struct list *link = list_pop_head(&pool->unused);

    spin_unlock_irqrestore(&pool->lock, flags);
    return link ? list_entry(link, struct page_io, link) : NULL;
}

/* Wakes under the lock: after it, the pool's owner may free the queue. */
static void put(struct page_io *io)
{
    struct page_io_pool *pool = io->pool;
    uint64_t flags = spin_lock_irqsave(&pool->lock);

    list_insert_head(&pool->unused, &io->link);
    wake_up_all(&pool->wait);
    spin_unlock_irqrestore(&pool->lock, flags);
}

/* A transfer ended.  Interrupt context. */
static void end_io(struct bio *bio, int error)
{
    struct page_io *io = container_of(bio, struct page_io, bio);

    for (unsigned i = 0; i < bio->nsegs; i++)
        io->pool->end(io->pool, io->segs[i].page, bio->op, bio->failed & 1UL << i ? error : 0);
    put(io);
}

void page_batch_begin(struct page_batch *batch, struct page_io_pool *pool,
                      struct block_device *dev, enum bio_op op)
{
    *batch = (struct page_batch){ .pool = pool, .dev = dev, .op = op };
    list_init(&batch->bios);
}

void page_batch_submit(struct page_batch *batch)
{
    if (batch->io)
        list_insert_tail(&batch->bios, &batch->io->bio.link);
    batch->io = NULL;
    if (!list_is_empty(&batch->bios))
        block_submit_list(&batch->bios);
}

/* Begin a transfer at SECTOR. */
static void next_io(struct page_batch *batch, uint64_t sector)
{
    struct page_io_pool *pool = batch->pool;
    struct page_io *io;
    bool began;

    if (batch->io)
        list_insert_tail(&batch->bios, &batch->io->bio.link);
    batch->io = NULL;
    while ((io = try_get(pool)) == NULL) {
        page_batch_submit(batch);
        began = pressure_enter(PRESSURE_IO);
        wait_event(&pool->wait, !list_is_empty(&pool->unused));
        pressure_leave(PRESSURE_IO, began);
    }
    bio_init(&io->bio, batch->dev, batch->op, sector, io->segs, PAGE_IO_PAGES);
    io->bio.end = end_io;
    batch->io = io;
}

void page_batch_add(struct page_batch *batch, struct page *page, uint64_t sector, uint32_t len)
{
    if (!batch->io || sector != batch->next || !bio_add_page(&batch->io->bio, page, 0, len)) {
        next_io(batch, sector);
        if (!bio_add_page(&batch->io->bio, page, 0, len))
            panic("%s takes no whole page", batch->dev->name);
    }
    batch->next = sector + len / SECTOR_SIZE;
}
