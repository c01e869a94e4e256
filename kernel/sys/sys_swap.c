/* SPDX-License-Identifier: MIT */
/*
 * sys_swap.c - swapon and swapoff: from a path to an area.
 */
#include "kernel/cache/swap.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/super.h"
#include "kernel/mm/commit.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/vm/swapoff.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mount.h"
#include "lib/bitops.h"

/* Discarding is a hint; no disk here can. */
#define SWAP_FLAGS (SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | SWAP_FLAG_DISCARD                     \
                    | SWAP_FLAG_DISCARD_ONCE | SWAP_FLAG_DISCARD_PAGES)
#define FIRST_EXTENTS 16

static const char holder[] = "swap";    /* of disks */

/* Add a run to SOURCE's extents, which have room for *ROOM. */
static int add_extent(struct swap_source *source, size_t *room, size_t first, size_t npages,
                      uint64_t sector)
{
    if (source->nextents == *room) {
        size_t size = *room * sizeof(struct swap_extent);
        struct swap_extent *more = kvrealloc(source->extents, size, 2 * size);

        if (!more)
            return -ENOMEM;
        source->extents = more;
        *room *= 2;
    }
    source->extents[source->nextents++] =
        (struct swap_extent){ .first = first, .npages = npages, .sector = sector };
    return 0;
}

/* Where the pages of a file lie.  -EINVAL: it has holes, or lies on no disk. */
static int find_extents(struct swap_source *source, struct inode *inode)
{
    size_t npages = inode_size(inode) / PAGE_SIZE, room = FIRST_EXTENTS;
    struct address_space *as = inode->mapping;
    int err = 0;

    source->extents = kvcalloc(room, sizeof(*source->extents));
    if (!source->extents)
        return -ENOMEM;
    for (size_t i = 0; i < npages && !err;) {
        uint64_t sector;
        int n = as->ops->locate(as, i, npages - i, &source->dev, &sector);

        if (n < 0)
            return n;
        if (sector == 0)
            return -EINVAL;
        err = add_extent(source, &room, i, (size_t)n, sector);
        i += (size_t)n;
    }
    return source->nextents ? err : -EINVAL;
}

/* A whole disk.  From now on nobody else writes to it: a write of its blocks holds the lock of
 * the inode that has them. */
static int claim_disk(struct block_device *dev, struct inode *host)
{
    int err;

    rwsem_write_lock(&host->lock);
    err = block_claim(dev, holder);
    if (!err)
        inode_set(host, INODE_SWAPFILE);
    rwsem_write_unlock(&host->lock);
    return err;
}

static int take_disk(struct swap_source *source, const struct inode *inode)
{
    size_t npages;

    source->key = source->dev = bdev_of_inode(inode);
    if (!source->dev)
        return -ENXIO;
    npages = source->dev->capacity / (PAGE_SIZE / SECTOR_SIZE);
    source->extents = kvcalloc(1, sizeof(*source->extents));
    if (!source->extents)
        return -ENOMEM;
    source->nextents = 1;
    source->extents[0].npages = npages;
    return npages > 1 ? claim_disk(source->dev, inode->mapping->host) : -EINVAL;
}

/* A file's blocks; the file keeps them, since nobody may change it. */
static int take_file(struct swap_source *source, struct file *file)
{
    struct inode *inode = file->inode;
    int err;

    source->is_file = true;
    source->key = inode;
    rwsem_write_lock(&inode->lock);
    err = inode_test(inode, INODE_SWAPFILE) ? -EBUSY : find_extents(source, inode);
    if (!err)
        inode_set(inode, INODE_SWAPFILE);
    rwsem_write_unlock(&inode->lock);
    return err;
}

/* What take_ has done is undone. */
static void give_back(struct block_device *dev, struct file *file, bool is_file)
{
    inode_clear(file->inode->mapping->host, INODE_SWAPFILE);
    if (!is_file)
        block_release(dev, holder);
    file_put(file);
}

static int swap_on(struct file *file, const struct path *root, uint32_t flags)
{
    uint32_t mode = file->inode->mode;
    char buf[SWAP_PATH_MAX], *path = file_describe(file, root, buf, sizeof(buf));
    struct swap_source source = {
        .path = path ? path : "(too long)", .owner = file,
        .prio = flags & SWAP_FLAG_PREFER ? (int)(flags & SWAP_FLAG_PRIO_MASK) : SWAP_PRIO_AUTO,
    };
    int err = S_ISBLK(mode) ? take_disk(&source, file->inode)
              : S_ISREG(mode) ? take_file(&source, file) : -EINVAL;

    if (err) {
        kvfree(source.extents);
        file_put(file);
        return err;
    }
    err = file_sync(file, false);            /* what mkswap wrote */
    if (!err)
        err = swap_area_on(&source);
    if (err) {
        kvfree(source.extents);
        give_back(source.dev, file, source.is_file);
    }
    return err;
}

int64_t sys_swapon(const uint64_t *a)
{
    struct file *file;
    struct at at;
    int64_t r;

    if ((uint32_t)a[1] & ~(uint32_t)SWAP_FLAGS)
        return -EINVAL;
    if (current_process()->cred.euid)
        return -EPERM;
    r = at_get(&at, AT_FDCWD, a[0], false);
    if (r)
        return r;
    r = file_open(&at.ctx, at_start(&at), at.name.s, O_RDWR | O_LARGEFILE, 0, &file);
    if (!r)
        r = swap_on(file, &at.ctx.root, (uint32_t)a[1]);
    at_put(&at);
    return r;
}

/* End the area that lies in INODE, or on the disk that INODE stands for. */
static int swap_off(struct inode *inode)
{
    struct block_device *dev = S_ISBLK(inode->mode) ? bdev_of_inode(inode) : NULL;
    struct swap_area *area = swap_area_retire(dev ? (const void *)dev : inode);
    int err;

    if (!area)
        return -EINVAL;
    err = commit_fits() ? swap_empty(area) : -ENOMEM;
    if (err) {
        swap_area_resume(area);
        return err;
    }
    give_back(dev, swap_area_off(area), !dev);
    return 0;
}

int64_t sys_swapoff(const uint64_t *a)
{
    struct path path;
    int64_t r;

    if (current_process()->cred.euid)
        return -EPERM;
    r = path_of_name(a[0], LOOKUP_FOLLOW, &path);
    if (r)
        return r;
    r = swap_off(path_inode(&path));
    path_put(&path);
    return r;
}
