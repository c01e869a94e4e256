/* SPDX-License-Identifier: MIT */
/*
 * super.h - a mounted file system, the kinds there are, and the mount tree.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/statfs.h"

struct block_device;

struct file_system_type {
    const char *name;                   /* "ext2"                                 */
    bool needs_device;
    /* Read or make the file system; 0 with *SB, or -EINVAL (not this kind; the
     * reason was printed), -EIO, -ENOMEM, -EROFS. */
    int (*mount)(const struct file_system_type *type, struct block_device *dev, uint32_t flags,
                 const char *options, struct super_block **sb);
    struct list link;
};

struct super_operations {
    /* Delete from the store (nlink 0) or let go of an inode leaving memory.  Pages: the
     * fs truncates data for deleted ones; called with no locks. */
    void (*evict)(struct inode *inode);
    /* Write the attributes into the metadata pages (not yet to the disk). */
    int (*write_inode)(struct inode *inode);
    int (*sync)(struct super_block *sb, bool wait);         /* metadata, superblock, FLUSH */
    void (*unmount)(struct super_block *sb);                /* clean flag, free private    */
    int (*statfs)(struct super_block *sb, struct statfs *st);
    void (*show_options)(struct super_block *sb, char *buf, size_t size);
};

struct super_block {
    const struct file_system_type *type;/*                                     [c] */
    const struct super_operations *ops; /*                                     [c] */
    struct block_device *bdev;          /* NULL: none                          [c] */
    dev_t dev;                          /* st_dev                              [c] */
    uint32_t flags;                     /* MS_RDONLY ...                       [a] */
    struct inode *root;                 /* referenced                          [c] */
    struct mutex rename_lock;           /* RANK_RENAME: directories move              */
    struct list inodes;                 /* all of its cached inodes   [RANK_DENTRY] */
    struct list link;                   /* all super blocks           [RANK_DENTRY] */
    void *private;
};

/*
 * Bracket of one file-system operation that changes metadata: a journal's
 * transaction stands here one day.  Taken after the map lock and inode locks,
 * before page locks; CREDITS is the number of metadata pages it may dirty.
 */
void fs_op_begin(struct super_block *sb, unsigned credits);
void fs_op_end(struct super_block *sb);

void filesystem_register(struct file_system_type *type);
/* Mount onto DIR (NULL: the root of all).  0 or an errno.  May sleep. */
int fs_mount(const char *source, const struct path *dir, const char *type, uint32_t flags,
             const char *options, const struct path_ctx *ctx);
int fs_umount(const struct path *dir, uint32_t flags);
/* Write everything back; all file systems. */
int fs_sync_all(bool wait);
/* For poweroff: sync, unmount or remount read-only, flush disks. */
void fs_shutdown(void);
/* The root as a referenced path. */
void fs_root(struct path *out);
/* Call FN for each mount in order (for /proc/mounts). */
void mount_for_each(int (*fn)(const char *source, const char *point, struct super_block *sb,
                              void *arg), void *arg);

void fs_init(void);                     /* caches, tmpfs, devfs, pipes, ext2 register */
