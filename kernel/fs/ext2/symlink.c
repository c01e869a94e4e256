/* SPDX-License-Identifier: MIT */
/*
 * symlink.c - symbolic links.
 *
 * A text shorter than 60 bytes lies in the inode, where a file has its block
 * numbers; a longer one fills a block.
 */
#include "kernel/fs/ext2/ext2.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

int ext2_symlink_write(struct inode *inode, const char *target, size_t len)
{
    struct page *page;
    int err = page_cache_get_lock(inode->mapping, 0, &page);

    if (err)
        return err;
    err = ext2_make_room(inode->mapping, page, len);
    if (!err) {
        memset(page_address(page), 0, PAGE_SIZE);
        memcpy(page_address(page), target, len);
        page_set(page, PG_UPTODATE);
        page_cache_dirty(page);
    }
    page_unlock(page);
    put_page(page);
    return err;
}

/* The LEN bytes of TEXT into BUF, cut to SIZE. */
static ssize_t copy_text(char *buf, size_t size, const char *text, size_t len)
{
    size_t n = size > 0 ? MIN(len, size - 1) : 0;

    if (size == 0)
        return 0;
    memcpy(buf, text, n);
    buf[n] = '\0';
    return (ssize_t)n;
}

static ssize_t readlink(struct inode *inode, char *buf, size_t size)
{
    size_t len = inode_size(inode);
    struct page *page;
    int err;

    if (ext2_is_fast_symlink(inode))
        return copy_text(buf, size, (const char *)ext2_of(inode)->block, len);
    err = page_cache_read(inode->mapping, 0, NULL, &page);
    if (err)
        return err;
    copy_text(buf, size, page_address(page), len);
    put_page(page);
    return (ssize_t)MIN(len, size > 0 ? size - 1 : 0);
}

const struct inode_operations ext2_symlink_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &ext2_xattr_ops,
    .readlink = readlink,
    .follow = inode_op_follow_text,
};

const struct inode_operations ext2_special_ops = {
    INODE_OPS_NOT_DIRECTORY,
    INODE_OPS_NOT_LINK,
    INODE_OPS_NOT_FILE,
    INODE_OPS_PLAIN,
    .xattr = &ext2_xattr_ops,
};
