/* SPDX-License-Identifier: MIT */
/*
 * xattr.c - the block of extended attributes that another system gave a file.
 *
 * There are no extended attributes here, but they are kept, and a file that is
 * deleted lets go of them: the block has a count of the inodes that share it.
 */
#include "kernel/fs/ext2/ext2.h"

/* One user less; true if it was the last. */
static bool drop_user(struct ext2_fs *fs, struct page *page)
{
    struct ext2_xattr_header *header = page_address(page);
    uint32_t users;
    bool last = false;

    page_lock(page);
    users = le32_get(header->refcount);
    if (le32_get(header->magic) != EXT2_XATTR_MAGIC || users == 0) {
        ext2_error(fs, "block %lu should hold attributes", page->index);
    } else if (users == 1) {
        last = true;
    } else {
        header->refcount = le32_make(users - 1);
        page_cache_dirty(page);
    }
    page_unlock(page);
    return last;
}

void ext2_xattr_drop(struct inode *inode)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    struct ext2_inode *e = ext2_of(inode);
    uint32_t block = e->file_acl;
    struct page *page;
    bool last;

    if (block == 0)
        return;
    e->file_acl = 0;
    inode->blocks -= inode->blocks >= EXT2_SECTORS ? EXT2_SECTORS : 0;
    if (!ext2_is_data_block(&fs->alloc, block)) {
        ext2_error(fs, "block %u cannot have the attributes of inode %lu", block, inode->ino);
        return;
    }
    if (ext2_read_meta(fs, block, "attributes", true, &page) != 0)
        return;
    last = drop_user(fs, page);
    put_page(page);
    if (!last)
        return;
    page_cache_drop(fs->meta, block);
    ext2_free_blocks(&fs->alloc, block, 1);
}
