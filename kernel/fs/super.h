/* SPDX-License-Identifier: MIT */
/*
 * super.h - a mounted file system, the kinds there are, and the mount tree.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/mount.h"

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
    /* An inode leaves memory: free its private part, and if nlink is 0 delete it
     * from the store (blocks, then number).  Its pages are gone already and nobody
     * else knows it.  With nlink 0: no locks held, inside fs_op_begin, may sleep.
     * Otherwise it only frees memory: the caller may be looking for some. */
    void (*evict)(struct inode *inode);
    /* Write the attributes into the metadata pages (not yet to the disk).  Must not
     * take inode->lock: a writer may hold it while it waits for the flusher.
     * Inside fs_op_begin.  After an error the inode is dirty again. */
    int (*write_inode)(struct inode *inode);
    /* Data pages and inodes have been written (to metadata pages): carry
     * metadata and super block to the disk; if WAIT, FLUSH and return when done. */
    int (*sync)(struct super_block *sb, bool wait);
    /* The last step of unmounting, after sync and with no inode left: set the clean
     * flag, free private. */
    void (*unmount)(struct super_block *sb);
    int (*statfs)(struct super_block *sb, struct statfs *st);
    /* ",name=value..." beyond ro/rw into BUF, NUL-terminated. */
    void (*show_options)(struct super_block *sb, char *buf, size_t size);
    /* Read-only <-> read-write (MS_RDONLY in FLAGS; all is synced).  0 or an errno;
     * the VFS changes sb->flags after success. */
    int (*remount)(struct super_block *sb, uint32_t flags, const char *options);
};
int super_op_sync_nothing(struct super_block *sb, bool wait);
int super_op_write_inode_nothing(struct inode *inode);
void super_op_evict_nothing(struct inode *inode);
void super_op_unmount_nothing(struct super_block *sb);
void super_op_no_options(struct super_block *sb, char *buf, size_t size);
int super_op_remount_accept(struct super_block *sb, uint32_t flags, const char *options);
int super_op_statfs_empty(struct super_block *sb, struct statfs *st);

/* sb->internal_flags */
#define SB_VOLATILE_NAMES 0x1u          /* names come and go by themselves (/proc): unused
                                         * dentries are not kept, cached ones are asked
                                         * is_stale */
#define SB_DYING          0x2u          /* being unmounted: puts of its inodes are told */
#define SB_STOPPED        0x4u          /* found to be damaged: takes no more changes; those
                                         * it has taken still go to the disk   */
#define SB_NO_NEW_NAMES   0x8u          /* whoever tries to make one is told -ENOENT */
#define SB_NO_NEW_OPS     0x10u         /* about to be read-only            */

struct super_block {
    const struct file_system_type *type;/*                                     [c] */
    const struct super_operations *ops; /*                                     [c] */
    struct block_device *bdev;          /* NULL: none                          [c] */
    dev_t dev;                          /* st_dev                              [c] */
    uint32_t flags;                     /* MS_RDONLY ...                       [a] */
    uint32_t internal_flags;            /* SB_*                                [a] */
    uint64_t max_size;                  /* of a file, bytes                    [c] */
    struct inode *root;                 /* referenced; set by type->mount      [c] */
    struct dentry *root_dentry;         /* referenced; made at the first mount [super.c] */
    int32_t users;                      /* mounts, and whoever else keeps it   [a] */
    struct mutex rename_lock;           /* RANK_RENAME: directories move              */
    struct list inodes;                 /* all of its inodes in memory   [inode.c]    */
    struct list link;                   /* all super blocks              [super.c]    */
    int32_t fs_ops;                     /* operations under way                [a] */
    void *private;
};

/* Whether SB takes no changes, be it mounted so or stopped. */
static inline bool super_is_read_only(const struct super_block *sb)
{
    return (sb->flags & MS_RDONLY) || (sb->internal_flags & SB_STOPPED);
}
/* Take no more changes, until it is unmounted.  Any lock may be held. */
void super_stop(struct super_block *sb);

/* For type->mount: a super block with one user, flags, device number and defaults set, or
 * NULL if out of memory; and its end when mounting fails. */
struct super_block *super_create(const struct file_system_type *type, struct block_device *dev,
                                 uint32_t flags);
void super_destroy(struct super_block *sb);
/* For inodes that have no store and no name in a tree: pipes, sockets, disks as files.  At boot;
 * stays for good.  Panics if there is no memory. */
struct super_block *super_create_internal(const struct file_system_type *type);
/* One more user (a type that exists once), one less.  The last one unmounts: sync,
 * let go of every inode, tell the file system, free.  put may sleep. */
void super_get(struct super_block *sb);
void super_put(struct super_block *sb);

/*
 * Bracket of one file-system operation that changes metadata: a journal's
 * transaction stands here one day.  Taken after the map lock and inode locks,
 * before page locks; CREDITS is the number of metadata pages it may dirty.
 * -EROFS: SB takes no changes, and there is nothing to end.
 */
int fs_op_begin(struct super_block *sb, unsigned credits);
/* The same for what completes an earlier operation, and so is never refused. */
void fs_op_begin_late(struct super_block *sb, unsigned credits);
void fs_op_end(struct super_block *sb);
/* Refuse operations from now on, and wait for those under way; or allow them again. */
void fs_ops_stop(struct super_block *sb);
void fs_ops_resume(struct super_block *sb);

void filesystem_register(struct file_system_type *type);
struct file_system_type *filesystem_find(const char *name);     /* or NULL */
/* Mount onto DIR (NULL: the root of all).  0 or an errno.  May sleep. */
int fs_mount(const char *source, const struct path *dir, const char *type, uint32_t flags,
             const char *options, const struct path_ctx *ctx);
int fs_umount(const struct path *dir, uint32_t flags);
/* MS_REMOUNT: change flags. */
int fs_remount(const struct path *dir, uint32_t flags, const char *options);
/* statfs of the file system PATH lies on, sync of it. */
int fs_statfs(const struct path *path, struct statfs *st);
int fs_sync(struct super_block *sb, bool wait);
/* Write everything back; all file systems, then the disks' own blocks. */
int fs_sync_all(bool wait);
/* Drop all names and all clean inodes that nobody uses.  May sleep. */
void fs_drop_unused(void);
/* For poweroff: sync, unmount or remount read-only, flush disks. */
void fs_shutdown(void);
/* The root as a referenced path. */
void fs_root(struct path *out);
/* A mount as /proc/<pid>/mountinfo tells of it. */
struct mount_info {
    int id, parent_id;                  /* the root of all has MOUNT_ID_NONE as parent */
    const char *source;                 /* "/dev/vda", "none"                  */
    const char *point;                  /* its name from the reader's root     */
    struct super_block *sb;
};
#define MOUNT_ID_NONE 1                 /* no mount has it                     */

/* Call FN for each mount that has a name below ROOT, in the order of mounting, until it
 * does not return 0.  What INFO shows is valid during the call.  0 or -ENOMEM.  Sleeps. */
int mount_for_each(const struct path *root,
                   int (*fn)(const struct mount_info *info, void *arg), void *arg);
/* The id of the mount that F was opened in; MOUNT_ID_NONE: a pipe etc. */
int mount_id_of(const struct file *f);
/* Call FN for each registered kind (for /proc/filesystems). */
void filesystem_for_each(int (*fn)(const struct file_system_type *type, void *arg), void *arg);

/* Caches, pipes, tmpfs, devtmpfs.  Disk file systems register themselves after
 * it; the root is mounted by boot/. */
/* /proc/sys/vm/vfs_cache_pressure: how readily names and inodes that nobody uses are given
 * back, in percent of what other caches do; 0: never. */
extern unsigned vfs_cache_pressure;

void fs_init(void);
