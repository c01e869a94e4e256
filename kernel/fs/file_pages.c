/* SPDX-License-Identifier: MIT */
/*
 * file_pages.c - what a program wants done with a file's pages: bring them into memory, drop
 * them, write them to the disk.
 */
#include "kernel/cache/writeback.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"

/* Start reading the pages that bytes [OFF, END) touch. */
static void will_need(struct inode *inode, uint64_t off, uint64_t end)
{
    page_cache_will_need(inode->mapping, off >> PAGE_SHIFT,
                         div_round_up(end, PAGE_SIZE) - (off >> PAGE_SHIFT));
}

/* Drop the pages that lie wholly in [OFF, END), or reach from there over the file's end:
 * those that are clean and that nobody uses. */
static void dont_need(struct inode *inode, uint64_t off, uint64_t end)
{
    bool to_the_end = S_ISREG(inode->mode) && end >= inode_size(inode);
    pgoff_t first = div_round_up(off, PAGE_SIZE);
    pgoff_t behind = to_the_end ? UINT64_MAX : end >> PAGE_SHIFT;

    if (first < behind)
        page_cache_invalidate(inode->mapping, first, behind - 1);
}

int file_advise(struct file *f, uint64_t off, int64_t len, int advice)
{
    struct inode *inode = f->inode;
    uint64_t end = off + (uint64_t)len;

    if (S_ISFIFO(inode->mode))
        return -ESPIPE;
    if (len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
        return -EINVAL;
    if (!len || end < off)
        end = INT64_MAX;
    if (off >= end || !(S_ISREG(inode->mode) || S_ISBLK(inode->mode)))
        return 0;
    if (advice == POSIX_FADV_WILLNEED)
        will_need(inode, off, end);
    else if (advice == POSIX_FADV_DONTNEED)
        dont_need(inode, off, end);
    return 0;
}

int file_read_ahead(struct file *f, uint64_t off, uint64_t len)
{
    uint32_t mode = f->inode->mode;

    if (!(f->mode & FILE_READ))
        return -EBADF;
    if (!S_ISREG(mode) && !S_ISBLK(mode))
        return -EINVAL;
    return file_advise(f, off, (int64_t)len, POSIX_FADV_WILLNEED);
}

/* Wait for what is on its way to the disk; what came of it since F was asked last. */
static int wait_range(struct file *f, pgoff_t first, pgoff_t last)
{
    writeback_wait_range(f->inode->mapping, first, last);
    return file_check_errors(f);
}

int file_sync_range(struct file *f, uint64_t off, uint64_t len, uint32_t flags)
{
    struct inode *inode = f->inode;
    pgoff_t first = off >> PAGE_SHIFT;
    pgoff_t last = (len ? off + len - 1 : INT64_MAX) >> PAGE_SHIFT;
    int err = 0;

    if ((flags & ~(uint32_t)SYNC_FILE_RANGE_WRITE_AND_WAIT) || (off | (off + len)) >> 63
        || off + len < off)
        return -EINVAL;
    if (!S_ISREG(inode->mode) && !S_ISBLK(inode->mode) && !S_ISDIR(inode->mode))
        return -ESPIPE;
    if (!inode->mapping)
        return 0;
    if (flags & SYNC_FILE_RANGE_WAIT_BEFORE)
        err = wait_range(f, first, last);
    if (!err && (flags & SYNC_FILE_RANGE_WRITE))
        writeback_range(inode->mapping, first, last, false);
    if (!err && (flags & SYNC_FILE_RANGE_WAIT_AFTER))
        err = wait_range(f, first, last);
    return err;
}
