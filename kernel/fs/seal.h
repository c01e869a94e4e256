/* SPDX-License-Identifier: MIT */
/*
 * seal.h - seals: what will never again be done to a file of tmpfs.
 *
 * They are in inode->seals and only become more.  One that forbids stores also
 * waits for mappings that could store: both sides look at the other under the
 * mapping's mmap_lock.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"

/* F_ADD_SEALS.  0, -EINVAL (unknown, not a file with seals), -EPERM (not open for
 * writing, F_SEAL_SEAL), -EBUSY (a mapping that may write).  May sleep. */
int file_add_seals(struct file *f, uint32_t seals);
/* F_GET_SEALS.  The seals or -EINVAL. */
int file_get_seals(const struct file *f);

/* Whether the seals of INODE, whose lock is held, allow it: 0 or -EPERM.
 *   - the size SIZE; the permissions MODE; fallocate(2) */
static inline int seal_check_size(const struct inode *inode, uint64_t size)
{
    if (size < inode->size && (inode->seals & F_SEAL_SHRINK))
        return -EPERM;
    return size > inode->size && (inode->seals & F_SEAL_GROW) ? -EPERM : 0;
}
static inline int seal_check_mode(const struct inode *inode, uint32_t mode)
{
    return (inode->seals & F_SEAL_EXEC) && ((mode ^ inode->mode) & 0111) ? -EPERM : 0;
}
int seal_check_allocate(const struct inode *inode, int mode, uint64_t end);
/*   - N bytes at POS; *MAX becomes smaller if not all of them are. */
int seal_check_write(const struct inode *inode, uint64_t pos, size_t n, uint64_t *max);
/* For f->ops->mmap of files with seals. */
int file_op_mmap_sealed(struct file *f, struct mmap_request *req);
