/* SPDX-License-Identifier: MIT */
/*
 * io.c - pages of files from and to the disk, many at a time.
 *
 * Pages whose blocks follow each other share a transfer (a bio); the transfers
 * of one call go to the disk together.  Transfers come from a fixed set made at
 * mount: writing back must work when there is no memory, and an interrupt that
 * ends one may not free any.  Who finds the set empty submits what it has and
 * waits; those under way always end.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"

#define NR_IOS 32               /* 4 MiB under way at most */

int ext2_io_init(struct ext2_fs *fs)
{
    fs->ios = kcalloc(NR_IOS, sizeof(struct ext2_io), GFP_KERNEL);
    if (!fs->ios)
        return -ENOMEM;
    spin_init(&fs->io_lock, RANK_BLOCK, "ext2 transfers");
    list_init(&fs->free_ios);
    wait_queue_init(&fs->io_wait);
    for (unsigned i = 0; i < NR_IOS; i++) {
        fs->ios[i].fs = fs;
        list_insert_tail(&fs->free_ios, &fs->ios[i].link);
    }
    return 0;
}

static bool all_are_back(struct ext2_fs *fs)
{
    uint64_t flags = spin_lock_irqsave(&fs->io_lock);
    bool all = list_length(&fs->free_ios) == NR_IOS;

    spin_unlock_irqrestore(&fs->io_lock, flags);
    return all;
}

void ext2_io_fini(struct ext2_fs *fs)
{
    if (!fs->ios)
        return;
    wait_event(&fs->io_wait, all_are_back(fs));
    kfree(fs->ios);
}

static struct ext2_io *try_get_io(struct ext2_fs *fs)
{
    uint64_t flags = spin_lock_irqsave(&fs->io_lock);
    struct list *link = list_pop_head(&fs->free_ios);

    spin_unlock_irqrestore(&fs->io_lock, flags);
    return link ? list_entry(link, struct ext2_io, link) : NULL;
}

/* Wakes under the lock: after it, unmounting may free the queue. */
static void put_io(struct ext2_io *io)
{
    struct ext2_fs *fs = io->fs;
    uint64_t flags = spin_lock_irqsave(&fs->io_lock);

    list_insert_head(&fs->free_ios, &io->link);
    wake_up_all(&fs->io_wait);
    spin_unlock_irqrestore(&fs->io_lock, flags);
}

/* PAGE was not written.  If names are in it, what leads to them now leads nowhere. */
static void note_lost(struct ext2_fs *fs, const struct page *page)
{
    if (page->mapping->keeps_failed)
        __atomic_fetch_add(&fs->lost_names, 1, __ATOMIC_RELEASE);
}

/* A transfer ended.  Interrupt context. */
static void end_io(struct bio *bio, int error)
{
    struct ext2_io *io = container_of(bio, struct ext2_io, bio);
    void (*end_page)(struct page *page, int error) =
        bio->op == BIO_READ ? page_cache_end_read : page_cache_end_writeback;

    for (unsigned i = 0; i < bio->nsegs; i++) {
        if (error && bio->op == BIO_WRITE)
            note_lost(io->fs, io->segs[i].page);
        end_page(io->segs[i].page, error);
    }
    put_io(io);
}

void ext2_batch_begin(struct ext2_batch *batch, struct ext2_fs *fs, enum bio_op op)
{
    *batch = (struct ext2_batch){ .fs = fs, .op = op };
    list_init(&batch->bios);
}

void ext2_batch_submit(struct ext2_batch *batch)
{
    if (batch->io)
        list_insert_tail(&batch->bios, &batch->io->bio.link);
    batch->io = NULL;
    if (!list_is_empty(&batch->bios))
        block_submit_list(&batch->bios);
}

/* Begin a transfer at BLOCK. */
static void next_io(struct ext2_batch *batch, uint32_t block)
{
    struct ext2_fs *fs = batch->fs;
    struct ext2_io *io;

    if (batch->io)
        list_insert_tail(&batch->bios, &batch->io->bio.link);
    batch->io = NULL;
    while ((io = try_get_io(fs)) == NULL) {
        ext2_batch_submit(batch);
        wait_event(&fs->io_wait, !list_is_empty(&fs->free_ios));
    }
    bio_init(&io->bio, fs->dev, batch->op, (uint64_t)block * EXT2_SECTORS, io->segs,
             EXT2_IO_PAGES);
    io->bio.end = end_io;
    batch->io = io;
}

void ext2_batch_add(struct ext2_batch *batch, struct page *page, uint32_t block)
{
    bool apart = page_test(page, PG_ERROR);     /* its neighbours may be to blame */

    if (!batch->io || block != batch->next || apart ||
        !bio_add_page(&batch->io->bio, page, 0, EXT2_BLOCK_SIZE)) {
        next_io(batch, block);
        if (!bio_add_page(&batch->io->bio, page, 0, EXT2_BLOCK_SIZE))
            panic("ext2: %s takes no whole block", batch->fs->dev->name);
    }
    batch->next = apart ? UINT32_MAX : block + 1;
}
