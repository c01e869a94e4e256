/* SPDX-License-Identifier: MIT */
/*
 * dir.c - directories: names in blocks.
 *
 * A directory is searched from its first block to its last; there is no index.
 * Two hints keep that from being slow in large ones: a search starts at the page
 * where the last one ended, so going through a directory in its own order finds
 * each name at once; an insertion starts behind the pages known to be full.
 * An index made by another system is dropped as soon as a name is added or
 * removed: its blocks look like empty entries to us, and would be stale.
 *
 * The directory's lock guards the entries, shared for reading; pages need no
 * locks of their own.  What a block contradicts is reported and is -EIO.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/fs/ext2/dirent.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Larger ones would need a 33rd bit. */
#define MAX_PAGES (INT32_MAX >> EXT2_BLOCK_SHIFT)

static uint64_t dir_pages(const struct inode *dir)
{
    return dir->size >> EXT2_BLOCK_SHIFT;
}

static struct ext2_dir_block block_of(const struct inode *dir, const struct page *page)
{
    return (struct ext2_dir_block){
        .bytes = page_address(page),
        .ninodes = ext2_fs_of(dir)->geo.ninodes,
    };
}

static int report_fault(struct inode *dir, const struct page *page, const char *fault)
{
    ext2_error(ext2_fs_of(dir), "directory %llu, page %llu: %s", (unsigned long long)dir->ino,
               (unsigned long long)page->index, fault);
    return -EIO;
}

/* Page INDEX of DIR, referenced. */
static int get_dir_page(struct inode *dir, uint64_t index, struct readahead *ra,
                        struct page **page)
{
    int err = page_cache_read(dir->mapping, index, ra, page);

    if (err)
        return err;
    if (page_test(*page, PG_MAPPED_BLOCK))
        return 0;
    report_fault(dir, *page, "a hole");
    put_page(*page);
    return -EIO;
}

/* The kind of file an entry says it leads to. */
static uint8_t type_of(const struct inode *inode)
{
    static const uint8_t types[16] = {
        [S_IFREG >> 12] = EXT2_FT_REG, [S_IFDIR >> 12] = EXT2_FT_DIR,
        [S_IFCHR >> 12] = EXT2_FT_CHR, [S_IFBLK >> 12] = EXT2_FT_BLK,
        [S_IFIFO >> 12] = EXT2_FT_FIFO, [S_IFSOCK >> 12] = EXT2_FT_SOCK,
        [S_IFLNK >> 12] = EXT2_FT_SYMLINK,
    };

    return ext2_fs_of(inode)->geo.filetype ? types[(inode->mode & S_IFMT) >> 12] : 0;
}

/* The same as d_type of a directory entry: the kind bits of the mode. */
static uint8_t d_type_of(uint8_t file_type)
{
    static const uint8_t types[EXT2_FT_MAX] = {
        [EXT2_FT_REG] = S_IFREG >> 12, [EXT2_FT_DIR] = S_IFDIR >> 12,
        [EXT2_FT_CHR] = S_IFCHR >> 12, [EXT2_FT_BLK] = S_IFBLK >> 12,
        [EXT2_FT_FIFO] = S_IFIFO >> 12, [EXT2_FT_SOCK] = S_IFSOCK >> 12,
        [EXT2_FT_SYMLINK] = S_IFLNK >> 12,
    };

    return file_type < EXT2_FT_MAX ? types[file_type] : 0;
}

/* Finding */

void ext2_slot_put(struct ext2_slot *slot)
{
    put_page(slot->page);
}

static struct ext2_dirent *entry_of(const struct ext2_slot *slot)
{
    return (struct ext2_dirent *)((char *)page_address(slot->page) + slot->offset);
}

uint32_t ext2_slot_ino(const struct ext2_slot *slot)
{
    return le32_get(entry_of(slot)->inode);
}

/* Look in page INDEX: 0 and *SLOT, -ENOENT, -EIO, -ENOMEM. */
static int find_in_page(struct inode *dir, uint64_t index, const char *name, size_t len,
                        struct ext2_slot *slot)
{
    struct ext2_dir_block block;
    int err = get_dir_page(dir, index, NULL, &slot->page);

    if (err)
        return err;
    block = block_of(dir, slot->page);
    if (ext2_dirent_find(&block, name, len, &slot->offset))
        return 0;
    err = block.fault ? report_fault(dir, slot->page, block.fault) : -ENOENT;
    put_page(slot->page);
    return err;
}

int ext2_dir_find(struct inode *dir, const char *name, size_t len, struct ext2_slot *slot)
{
    struct ext2_inode *e = ext2_of(dir);
    uint64_t n = dir_pages(dir), index;

    index = __atomic_load_n(&e->find_hint, __ATOMIC_RELAXED);
    for (uint64_t i = 0; i < n; i++, index++) {
        int err;

        if (index >= n)
            index = 0;
        err = find_in_page(dir, index, name, len, slot);
        if (err == -ENOENT)
            continue;
        if (!err)
            __atomic_store_n(&e->find_hint, index, __ATOMIC_RELAXED);
        return err;
    }
    return -ENOENT;
}

int ext2_dir_check_empty(struct inode *dir)
{
    struct ext2_dir_block block;
    struct page *page;

    for (uint64_t i = 0; i < dir_pages(dir); i++) {
        int err = get_dir_page(dir, i, NULL, &page);

        if (err)
            return err;
        block = block_of(dir, page);
        if (!ext2_dirent_is_empty(&block))
            err = block.fault ? report_fault(dir, page, block.fault) : -ENOTEMPTY;
        put_page(page);
        if (err)
            return err;
    }
    return 0;
}

/* Reading it all */

/* Emit the entries of PAGE from ctx->pos on; 1 if the receiver is full. */
static int emit_page(struct inode *dir, struct page *page, struct dir_context *ctx)
{
    struct ext2_dir_block block = block_of(dir, page);
    uint64_t base = page->index << EXT2_BLOCK_SHIFT;
    uint32_t offset = ext2_dirent_settle(&block, (uint32_t)(ctx->pos - base));
    struct ext2_dirent *e;

    while (!block.fault && (e = ext2_dirent_at(&block, offset)) != NULL) {
        offset += le16_get(e->rec_len);
        if (e->inode.raw != 0 &&
            !ctx->emit(ctx, e->name, e->name_len, le32_get(e->inode), d_type_of(e->file_type),
                       base + offset))
            return 1;
        ctx->pos = base + offset;
    }
    if (block.fault)
        return report_fault(dir, page, block.fault);
    ctx->pos = base + EXT2_BLOCK_SIZE;
    return 0;
}

static int iterate(struct file *f, struct dir_context *ctx)
{
    struct inode *dir = f->inode;
    struct page *page;
    int err;

    while (ctx->pos < dir->size) {
        err = get_dir_page(dir, ctx->pos >> EXT2_BLOCK_SHIFT, &f->ra, &page);
        if (err)
            return err;
        err = emit_page(dir, page, ctx);
        put_page(page);
        if (err)
            return err < 0 ? err : 0;
    }
    return 0;
}

/* Changing */

/* Entries of DIR were changed in PAGE. */
static void note_change(struct inode *dir, struct page *page)
{
    struct ext2_inode *e = ext2_of(dir);

    page_cache_dirty(page);
    dir->mtime = dir->ctime = inode_now();
    e->flags &= ~EXT2_INDEX_FL;
    inode_mark_dirty(dir);
}

/* A new page INDEX of DIR, not in use yet, locked and referenced; FILL writes it. */
static int add_page(struct inode *dir, uint64_t index, struct page **out)
{
    struct page *page;
    int err;

    if (index >= MAX_PAGES)
        return -ENOSPC;
    err = page_cache_get_lock(dir->mapping, index, &page);
    if (err)
        return err;
    err = ext2_make_room(dir->mapping, page, EXT2_BLOCK_SIZE);
    if (err) {
        page_unlock(page);
        put_page(page);
        page_cache_drop(dir->mapping, index);
        return err;
    }
    *out = page;
    return 0;
}

/* PAGE, from add_page, is complete: it becomes DIR's last one. */
static void finish_page(struct inode *dir, struct page *page)
{
    page_set(page, PG_UPTODATE);
    inode_set_size(dir, (page->index + 1) << EXT2_BLOCK_SHIFT);
    note_change(dir, page);
    page_unlock(page);
    put_page(page);
}

/* Try page INDEX: 0; -ENOSPC: no room in it; -EIO, -ENOMEM. */
static int insert_into_page(struct inode *dir, uint64_t index, const char *name, size_t len,
                            const struct inode *child)
{
    struct ext2_dir_block block;
    struct page *page;
    int err = get_dir_page(dir, index, NULL, &page);

    if (err)
        return err;
    block = block_of(dir, page);
    if (ext2_dirent_insert(&block, name, len, (uint32_t)child->ino, type_of(child)))
        note_change(dir, page);
    else
        err = block.fault ? report_fault(dir, page, block.fault) : -ENOSPC;
    put_page(page);
    return err;
}

static int insert_into_new_page(struct inode *dir, uint64_t index, const char *name, size_t len,
                                const struct inode *child)
{
    struct ext2_dir_block block;
    struct page *page;
    int err = add_page(dir, index, &page);

    if (err)
        return err;
    block = block_of(dir, page);
    ext2_dirent_init_block(&block);
    ext2_dirent_insert(&block, name, len, (uint32_t)child->ino, type_of(child));
    finish_page(dir, page);
    return 0;
}

int ext2_dir_insert(struct inode *dir, const char *name, size_t len, const struct inode *child)
{
    struct ext2_inode *e = ext2_of(dir);
    uint64_t n = dir_pages(dir), index;
    int err = -ENOSPC;

    for (index = e->insert_hint; index < n && err == -ENOSPC; index++) {
        err = insert_into_page(dir, index, name, len, child);
        if (!err)
            e->insert_hint = index;
    }
    if (err != -ENOSPC)
        return err;
    err = insert_into_new_page(dir, n, name, len, child);
    if (!err)
        e->insert_hint = n;
    return err;
}

void ext2_dir_remove(struct inode *dir, const struct ext2_slot *slot)
{
    struct ext2_dir_block block = block_of(dir, slot->page);
    struct ext2_inode *e = ext2_of(dir);

    ext2_dirent_remove(&block, slot->offset);
    if (slot->page->index < e->insert_hint)
        e->insert_hint = slot->page->index;
    note_change(dir, slot->page);
}

void ext2_dir_set(struct inode *dir, const struct ext2_slot *slot, const struct inode *child)
{
    struct ext2_dirent *e = entry_of(slot);

    e->inode = le32_make((uint32_t)child->ino);
    e->file_type = type_of(child);
    note_change(dir, slot->page);
}

int ext2_dir_init(struct inode *dir, const struct inode *parent)
{
    struct ext2_dir_block block;
    struct page *page;
    int err = add_page(dir, 0, &page);

    if (err)
        return err;
    block = block_of(dir, page);
    ext2_dirent_init_dots(&block, (uint32_t)dir->ino, (uint32_t)parent->ino, type_of(dir));
    finish_page(dir, page);
    return 0;
}

const struct file_operations ext2_dir_file_ops = {
    FILE_OPS_NO_DATA,
    FILE_OPS_PLAIN,
    .seek = file_op_seek_size,
    .iterate = iterate,
    .fsync = ext2_fsync,
};
