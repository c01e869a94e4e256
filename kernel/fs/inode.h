/* SPDX-License-Identifier: MIT */
/*
 * inode.h - a file as the kernel knows it, whatever file system it is on.
 *
 * Life: made or read by its file system with one reference (inode_get_cached /
 * inode_new), shared through references, dropped by inode_put.  At the last
 * reference an unlinked inode (nlink 0) is deleted from its file system
 * (evict); a linked one stays in the inode cache until memory is short.
 *
 * Locks: [i] lock (RANK_INODE_DIR for directories, RANK_INODE otherwise)
 *        [c] constant after instantiation  [a] atomic
 */
#pragma once
#include "kernel/cache/page_cache.h"
#include "kernel/sched/mutex.h"
#include "lib/abi/stat.h"
#include "lib/abi/time.h"

struct super_block;
struct file;
struct file_operations;
struct path;
struct inode_operations;

struct inode {
    uint64_t ino;                       /*                                     [c] */
    struct super_block *sb;             /*                                     [c] */
    const struct inode_operations *ops; /*                                     [c] */
    const struct file_operations *fops; /* for files opened on it              [c] */
    struct rwsem lock;
    uint32_t mode;                      /* S_IFMT | permissions                [i] */
    uint32_t uid, gid;                  /*                                     [i] */
    uint32_t nlink;                     /*                                     [i] */
    dev_t rdev;                         /* device nodes                        [c] */
    uint64_t size;                      /* bytes; read with inode_size()     [i,a] */
    uint64_t blocks;                    /* 512-byte units                      [i] */
    struct timespec atime, mtime, ctime;/*                                     [i] */
    struct address_space *mapping;      /* &data, or a block device's          [c] */
    struct address_space data;
    int32_t refcount;                   /*                                     [a] */
    int32_t writers;                    /* open for writing; < 0: being executed, denied [a] */
    uint32_t flags;                     /* INODE_*                             [a] */
    struct list hash_link, lru_link, dirty_link;        /* inode cache             */
    struct list alias;                  /* dentries naming it        [RANK_DENTRY] */
    struct pipe *pipe;                  /* FIFOs while open                    [i] */
    void *private;                      /* its file system's                       */
};

#define INODE_DIRTY  0x1u               /* attributes newer than the disk      */
#define INODE_NEW    0x2u               /* being read or made                  */
#define INODE_DEAD   0x4u               /* directory removed: no new entries   */
#define INODE_IMMUTABLE_SIZE 0x8u

/* Who asks: what permission checks look at. */
struct cred {
    uint32_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
    uint32_t ngroups;
    uint32_t groups[32];
};

/*
 * A directory's and an inode's operations.  Directories are locked for writing
 * by the caller in lookup's changing cousins, for reading in lookup.  Names are
 * not NUL-terminated.  Defaults: inode_ops_default (every change -EPERM/-ENOTDIR).
 */
struct inode_operations {
    /* The child with a reference, or an error pointer-free result: 0 / -ENOENT / -EIO / -ENOMEM. */
    int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **child);
    int (*create)(struct inode *dir, const char *name, size_t len, uint32_t mode, dev_t rdev,
                  const struct cred *cred, struct inode **child);   /* files, nodes, FIFOs, sockets */
    int (*mkdir)(struct inode *dir, const char *name, size_t len, uint32_t mode,
                 const struct cred *cred, struct inode **child);
    int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target,
                   const struct cred *cred, struct inode **child);
    int (*link)(struct inode *dir, const char *name, size_t len, struct inode *target);
    int (*unlink)(struct inode *dir, const char *name, size_t len, struct inode *child);
    int (*rmdir)(struct inode *dir, const char *name, size_t len, struct inode *child);
    /* Replaces VICTIM if not NULL; RENAME_EXCHANGE is flags & 2. All checks of kinds done by VFS. */
    int (*rename)(struct inode *from, const char *oname, size_t olen, struct inode *child,
                  struct inode *to, const char *nname, size_t nlen, struct inode *victim,
                  uint32_t flags);
    /* Target of a symlink into BUF (SIZE bytes, NUL-terminated); length or error. */
    ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
    /* Follow a link that is not text (/proc/self/fd/3, exe): a referenced path. NULL: use readlink. */
    int (*follow)(struct inode *inode, struct path *out);
    /* The size changes to SIZE; inode and invalidate locks held for writing. */
    int (*truncate)(struct inode *inode, uint64_t size);
    /* Attributes were changed in the inode: remember to write them. */
    int (*setattr)(struct inode *inode, uint32_t changed);
    void (*getattr)(struct inode *inode, struct stat *st);      /* fine-tune what VFS filled in */
};
extern const struct inode_operations inode_ops_default;

/* References. */
void inode_get(struct inode *inode);
void inode_put(struct inode *inode);                    /* may sleep, may delete */

/* The size as a reader without the lock sees it. */
static inline uint64_t inode_size(const struct inode *inode)
{
    return __atomic_load_n(&inode->size, __ATOMIC_ACQUIRE);
}
static inline void inode_set_size(struct inode *inode, uint64_t size)
{
    __atomic_store_n(&inode->size, size, __ATOMIC_RELEASE);
}

/* For file systems: the cached inode INO of SB, or a fresh one flagged
 * INODE_NEW (locked for its reader) to fill in and pass to inode_unlock_new or
 * inode_fail_new.  NULL if out of memory. */
struct inode *inode_get_cached(struct super_block *sb, uint64_t ino);
void inode_unlock_new(struct inode *inode);
void inode_fail_new(struct inode *inode);
/* A fresh inode not in the hash (pipes, anonymous files, or before its number is known). */
struct inode *inode_new(struct super_block *sb);
void inode_hash_insert(struct inode *inode, uint64_t ino);

/* Mark attributes dirty; they reach the disk with writeback or sync. */
void inode_mark_dirty(struct inode *inode);
/* The time for a/m/ctime. */
struct timespec inode_now(void);
void inode_touch_atime(struct inode *inode);            /* relatime rules */

/* May CRED do MASK (MAY_*) to INODE?  0 or -EACCES; -EROFS for writes on ro file systems. */
#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4
int inode_permission(struct inode *inode, uint32_t mask, const struct cred *cred);

/* Someone executes it: -ETXTBSY if open for writing; and the reverse at open. */
int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/* Drop unused inodes and dentries; returns how many. */
size_t inode_cache_shrink(size_t nr);
