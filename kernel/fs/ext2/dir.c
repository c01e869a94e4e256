/* SPDX-License-Identifier: MIT */
/*
 * dir.c - directories: names in blocks.
 *
 * A directory is searched from its first block to its last; there is no index.
 * Three things keep that from being slow in large ones: a search starts at the page
 * where the last one ended, so going through a directory in its own order finds
 * each name at once; a filter knows most names that are not there; an insertion
 * starts behind the pages known to be full.
 * An index made by another system is dropped as soon as a name is added or
 * removed: its blocks look like empty entries to us, and would be stale.
 *
 * The directory's lock guards the entries, shared for reading; pages need no
 * locks of their own.  What a block contradicts is reported and is -EIO.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/fs/ext2/dirent.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Larger ones would need a 33rd bit. */
#define MAX_PAGES (INT32_MAX >> EXT2_BLOCK_SHIFT)

/* Directories with a filter: below, a search costs little; above, its memory much
 * (4 bytes per name). */
#define FILTER_PAGES     4
#define FILTER_PAGES_MAX 8192
#define TYPICAL_ENTRY    24             /* bytes */

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
    ext2_error(ext2_fs_of(dir), "directory %lu, page %lu: %s", dir->ino, page->index, fault);
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

/* The names of PAGE into FILTER; false: corrupt. */
static bool add_page_names(struct inode *dir, const struct page *page, struct ext2_filter *filter)
{
    struct ext2_dir_block block = block_of(dir, page);
    struct ext2_dirent *e;

    for (uint32_t at = 0; (e = ext2_dirent_at(&block, at)) != NULL; at += le16_get(e->rec_len))
        if (e->inode.raw != 0)
            ext2_filter_add(filter, ext2_name_hash(e->name, e->name_len));
    return !block.fault;
}

/* A filter of all names of DIR with room for as many more; NULL: not now. */
static struct ext2_filter *make_filter(struct inode *dir)
{
    uint64_t n = dir_pages(dir), i;
    uint32_t capacity = (uint32_t)n * (EXT2_BLOCK_SIZE / TYPICAL_ENTRY) * 2;
    struct ext2_filter *filter = kzalloc(ext2_filter_size(capacity), GFP_NOFS | __GFP_NOWARN);
    struct page *page;

    if (!filter)
        return NULL;
    ext2_filter_init(filter, capacity);
    for (i = 0; i < n && get_dir_page(dir, i, NULL, &page) == 0; i++) {
        bool sound = add_page_names(dir, page, filter);

        put_page(page);
        if (!sound)
            break;
    }
    if (i == n && !ext2_filter_is_full(filter))
        return filter;
    kfree(filter);
    return NULL;
}

/* A name was not found: next time be quicker.  Others may have the same idea. */
static void want_filter(struct inode *dir)
{
    struct ext2_inode *e = ext2_of(dir);
    struct ext2_filter *filter, *none = NULL;

    if (dir_pages(dir) < FILTER_PAGES || dir_pages(dir) > FILTER_PAGES_MAX)
        return;
    filter = make_filter(dir);
    if (filter && !__atomic_compare_exchange_n(&e->filter, &none, filter, false,
                                               __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        kfree(filter);
}

/* NAME was entered.  A full filter goes; the next vain search makes a larger one. */
static void note_name(struct inode *dir, const char *name, size_t len)
{
    struct ext2_inode *e = ext2_of(dir);

    if (!e->filter)
        return;
    ext2_filter_add(e->filter, ext2_name_hash(name, len));
    if (!ext2_filter_is_full(e->filter))
        return;
    kfree(e->filter);
    e->filter = NULL;
}

int ext2_dir_find(struct inode *dir, const char *name, size_t len, struct ext2_slot *slot)
{
    struct ext2_inode *e = ext2_of(dir);
    const struct ext2_filter *filter = __atomic_load_n(&e->filter, __ATOMIC_ACQUIRE);
    uint64_t n = dir_pages(dir), index;

    if (filter && !ext2_filter_may_have(filter, ext2_name_hash(name, len)))
        return -ENOENT;
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
    if (!filter)
        want_filter(dir);
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

    for (index = e->insert_hint; index < n; index++) {
        err = insert_into_page(dir, index, name, len, child);
        if (err != -ENOSPC)
            break;
    }
    if (index == n)
        err = insert_into_new_page(dir, n, name, len, child);
    if (err)
        return err;
    e->insert_hint = index;
    note_name(dir, name, len);
    return 0;
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
