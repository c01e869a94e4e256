/* SPDX-License-Identifier: MIT */
/*
 * tmpfs.h - files that live in memory only: /tmp, /dev/shm, /dev, and files
 * without a name for shared memory.
 */
#pragma once
#include "kernel/fs/super.h"

/* An empty tmpfs: mounting it, and what devtmpfs is made of. */
int tmpfs_mount(const struct file_system_type *type, struct block_device *dev, uint32_t flags,
                const char *options, struct super_block **sb);

/* Make NAME, a device node, in the root of SB.  0 or an errno.  May sleep. */
int tmpfs_make_node(struct super_block *sb, const char *name, uint32_t mode, dev_t rdev);
/* The same for a symbolic link to TARGET. */
int tmpfs_make_link(struct super_block *sb, const char *name, const char *target);

/* A file of SIZE zero bytes without a name (shared anonymous memory, memfd): gone at
 * its last reference.  FLAGS: O_RDWR ...  RESERVED: all its memory is promised now, and it
 * keeps its size; else each page is when it comes.  0 or -ENOMEM.  May sleep. */
int shmem_create(uint64_t size, uint32_t flags, bool reserved, struct file **out);

/* Bring back what files in memory have in AREA.  0, -EIO, -ENOMEM.  May sleep. */
int tmpfs_swap_in(const struct swap_area *area);

void tmpfs_init(void);
