/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_impl.h - what the files of tmpfs share.
 */
#pragma once
#include "kernel/fs/tmpfs.h"
#include "kernel/fs/tmpfs_dir.h"
#include "kernel/fs/xattr.h"

#define TMPFS_DIRENT_SIZE 20            /* what an entry adds to a directory's size */
#define TMPFS_PAGE_BLOCKS (PAGE_SIZE / 512)
#define TMPFS_INODE_SPACE 1024          /* what an inode takes of the space for them, in bytes */

struct tmpfs {
    struct super_block *sb;             /*                                 [c] */
    struct list link;                   /* all there are          [tmpfs list] */
    size_t max_pages, pages;            /* limit, 0: none; in use          [a] */
    size_t max_inodes;                  /* 0: no limit                     [a] */
    size_t inode_space;                 /* TMPFS_INODE_SPACE; 0: inodes have no limit [c] */
    size_t space;                       /* taken by inodes, names, attributes [a] */
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

/* Take N bytes of the space that T has for inodes and attributes; false if there is too
 * little.  And give them back. */
bool tmpfs_take_space(struct tmpfs *t, size_t n);
void tmpfs_return_space(struct tmpfs *t, size_t n);

/* A fresh inode of SB with one reference; operations set by its kind.  -ENOSPC, -ENOMEM. */
int tmpfs_new_inode(struct super_block *sb, const struct inode *dir, uint32_t mode, dev_t rdev,
                    const struct cred *cred, struct inode **out);

extern const struct address_space_operations tmpfs_pages_ops;
extern const struct inode_operations tmpfs_file_inode_ops, tmpfs_dir_inode_ops,
    tmpfs_link_inode_ops, tmpfs_special_inode_ops;
extern const struct file_operations tmpfs_file_ops, tmpfs_dir_file_ops, memfd_ops;

/* tmpfs_xattr.c */
extern const struct xattr_operations tmpfs_xattr_ops;
/* INODE, which nobody uses, loses its attributes. */
void tmpfs_xattr_free_all(struct inode *inode);

/* memfd.c: the open file and its name end. */
void memfd_release(struct file *f);
