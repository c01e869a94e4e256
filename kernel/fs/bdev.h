/* SPDX-License-Identifier: MIT */
/*
 * bdev.h - a disk's blocks in the page cache.
 *
 * One mapping per disk, page N being bytes N * 4096 and on.  A mounted file
 * system keeps its metadata there, and /dev/vda reads and writes the same pages,
 * so there is nothing to keep in step.
 */
#pragma once
#include "kernel/dev/block.h"
#include "kernel/fs/file.h"

/* The pages of DEV, made at the first call; NULL if out of memory.  May sleep.
 * Lives as long as the disk. */
struct address_space *bdev_mapping(struct block_device *dev);
/* Write back what is dirty and drop what nobody uses (after unmounting). */
int bdev_flush_and_drop(struct block_device *dev);
/* Write back what is dirty of each disk, also of those that no file system has; if WAIT, return
 * when it is on the medium.  0 or the first error.  May sleep. */
int bdev_sync_all(bool wait);
/* The disk behind a block device node; NULL if there is none. */
struct block_device *bdev_of_inode(const struct inode *inode);

/* File operations of block device nodes. */
extern const struct file_operations bdev_file_ops;

void bdev_init(void);
