/* SPDX-License-Identifier: MIT */
/*
 * balloc.c - alloc's bitmaps and counters, in the page cache.
 *
 * A bitmap is one block, so it is one page of the disk's mapping, and that
 * page's lock is the lock of the bitmap and of the counters that belong to it.
 * The descriptors' pages are held from mount to unmount; a counter in them is
 * written by whoever holds the bitmap's lock, and no two counters share bytes.
 */
#include "kernel/fs/ext2/ext2.h"

#define DESC_PER_PAGE (EXT2_BLOCK_SIZE / sizeof(struct ext2_group_desc))

static struct ext2_fs *fs_of(struct ext2_alloc *a)
{
    return container_of(a, struct ext2_fs, alloc);
}

struct ext2_group_desc *ext2_desc(struct ext2_fs *fs, uint32_t group)
{
    struct ext2_group_desc *table = page_address(fs->desc_pages[group / DESC_PER_PAGE]);

    return &table[group % DESC_PER_PAGE];
}

void ext2_desc_dirty(struct ext2_fs *fs, uint32_t group)
{
    page_cache_dirty(fs->desc_pages[group / DESC_PER_PAGE]);
}

static int lock_map(struct ext2_alloc *a, uint32_t group, enum ext2_map_kind kind, bool freeing,
                    struct ext2_map *map)
{
    const struct ext2_group *g = &a->groups[group];
    uint32_t block = kind == EXT2_BLOCK_MAP ? g->block_bitmap : g->inode_bitmap;
    struct page *page;
    int err = ext2_read_meta(fs_of(a), block, "a bitmap", freeing, &page);

    if (err)
        return err;
    page_lock(page);
    map->bits = page_address(page);
    map->handle = page;
    return 0;
}

/* Carry the counters guarded by the bitmap of KIND into the descriptor. */
static void store_counters(struct ext2_fs *fs, uint32_t group, enum ext2_map_kind kind)
{
    const struct ext2_group *g = &fs->alloc.groups[group];
    struct ext2_group_desc *desc = ext2_desc(fs, group);

    if (kind == EXT2_BLOCK_MAP) {
        desc->free_blocks_count = le16_make((uint16_t)g->free_blocks);
    } else {
        desc->free_inodes_count = le16_make((uint16_t)g->free_inodes);
        desc->used_dirs_count = le16_make((uint16_t)g->used_dirs);
    }
    ext2_desc_dirty(fs, group);
}

static void unlock_map(struct ext2_alloc *a, uint32_t group, enum ext2_map_kind kind,
                       struct ext2_map *map, bool changed)
{
    struct page *page = map->handle;

    if (changed) {
        page_cache_dirty(page);
        store_counters(fs_of(a), group, kind);
    }
    page_unlock(page);
    put_page(page);
}

static void report(struct ext2_alloc *a, const char *what, uint32_t number)
{
    ext2_error(fs_of(a), "%s %u", what, number);
}

const struct ext2_alloc_ops ext2_bitmap_ops = {
    .lock_map = lock_map,
    .unlock_map = unlock_map,
    .report = report,
};
