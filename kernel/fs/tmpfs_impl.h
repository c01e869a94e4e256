/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_impl.h - what the files of tmpfs share.
 */
#pragma once
#include "kernel/fs/tmpfs.h"
#include "kernel/fs/tmpfs_dir.h"

#define TMPFS_DIRENT_SIZE 20            /* what an entry adds to a directory's size */
#define TMPFS_PAGE_BLOCKS (PAGE_SIZE / 512)

struct tmpfs {
    struct super_block *sb;             /*                                 [c] */
    struct list link;                   /* all there are          [tmpfs list] */
    size_t max_pages, pages;            /* limit [c], in use               [a] */
    size_t max_inodes, inodes;          /*                                     */
    uint64_t next_ino;                  /*                                 [a] */
    uint32_t mode, uid, gid;            /* of the root                     [c] */
};

static inline struct tmpfs *tmpfs_of(const struct super_block *sb)
{
    return sb->private;
}
/* The names of directory INODE. */
static inline struct tmpfs_dir *tmpfs_dir_of(const struct inode *inode)
{
    return inode->private;
}

/* A fresh inode of SB with one reference; operations set by its kind.  -ENOSPC, -ENOMEM. */
int tmpfs_new_inode(struct super_block *sb, const struct inode *dir, uint32_t mode, dev_t rdev,
                    const struct cred *cred, struct inode **out);

extern const struct address_space_operations tmpfs_pages_ops;
extern const struct inode_operations tmpfs_file_inode_ops, tmpfs_dir_inode_ops,
    tmpfs_link_inode_ops, tmpfs_special_inode_ops;
extern const struct file_operations tmpfs_file_ops, tmpfs_dir_file_ops, memfd_ops;

/* memfd.c: the open file and its name end. */
void memfd_release(struct file *f);
