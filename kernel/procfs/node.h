/* SPDX-License-Identifier: MIT */
/*
 * node.h - what an inode of /proc is: for the folders of procfs.c, fd.c and task.c.
 *
 * Nothing is stored: an inode is an entry of a table and, below <pid>/, a process that it
 * holds a reference on.  Its number tells them apart:
 *
 *     fixed entries            2^40 + low half of the address of the entry
 *     <pid>/entry              (pid + 1) << 20 | entry + 1;  0: the directory itself
 *     <pid>/task/<tid>/entry   2^41 + the same with tid
 *     .../fd/n                 its <pid>/ or <tid>/, | FD_BASE + n
 *     .../fdinfo/n             2^42 + that
 */
#pragma once
#include "kernel/fs/super.h"
#include "kernel/procfs/procfs.h"

struct node {
    const struct proc_entry *entry;     /* NULL: the root, <pid>, <tid>, what a number names */
    struct process *process;            /* referenced; NULL in the fixed tree  */
    int tid;                            /* below <pid>/task/<tid>, else 0      */
    int fd;                             /* fd/n and fdinfo/n; -1 otherwise     */
};

/* A folder of <pid>/ that is no table: how it is looked up in and listed. */
struct proc_folder {
    const struct inode_operations *ops;
    const struct file_operations *fops;
};

static inline struct node *node_of(const struct inode *inode)
{
    return inode->private;
}

/* The number of what LOW tells apart in the <pid>/ or <tid>/ that N is, or is in. */
uint64_t node_ino(const struct node *n, uint64_t low);
/* The inode INO, made for NODE if it is not in memory.  0, -ENOMEM; -ENOENT: the number was
 * that of another process's thread, and somebody still holds it. */
int node_get_inode(struct super_block *sb, uint64_t ino, const struct node *node, uint32_t mode,
                   const struct inode_operations *ops, const struct file_operations *fops,
                   struct inode **out);
/* The <pid>/ or <tid>/ of NODE, likewise. */
int node_get_process(struct super_block *sb, const struct node *node, struct inode **out);

/* Has what NODE tells of gone: its process, or its thread? */
bool node_is_gone(const struct node *node);

/* A decimal number without leading zeros, or -1. */
int node_parse_number(const char *name, size_t len);
/* Emit . and .. if they are due, and an entry that is called N, behind which the reader stands
 * at NEXT.  False if he has had enough. */
bool node_emit_dots(struct file *f, struct dir_context *ctx);
bool node_emit_number(struct dir_context *ctx, int n, uint64_t ino, uint32_t mode, uint64_t next);

/* What a link of a process's gives, that led to PATH unless there was an ERR: ERR; or -EACCES,
 * and PATH is put, where the caller may not see the process. */
int node_guard_path(const struct node *node, struct path *path, int err);
/* What a path of /proc leads to, by the name that the reader's own root gives it. */
ssize_t node_describe(struct path *path, char *buf, size_t size);

/* Members for the operations of all inodes, and of directories. */
bool node_is_stale(struct inode *inode);
int node_setattr(struct inode *inode, uint32_t changed);
#define NODE_OPS_DIRECTORY                                                     \
    INODE_OPS_READ_ONLY_DIRECTORY, INODE_OPS_NOT_LINK, INODE_OPS_NOT_FILE,     \
    INODE_OPS_NO_XATTR, .setattr = node_setattr, .is_stale = node_is_stale
#define NODE_FOPS_DIRECTORY(iterate_)                                          \
    { FILE_OPS_NO_DATA, FILE_OPS_PLAIN, .seek = file_op_seek_size,             \
      .fsync = file_op_fsync_nothing, .iterate = (iterate_) }
