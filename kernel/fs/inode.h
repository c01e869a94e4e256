/* SPDX-License-Identifier: MIT */
/*
 * inode.h - a file as the kernel knows it, whatever file system it is on.
 *
 * Life: made or read by its file system with one reference (inode_get_cached /
 * inode_new), shared through references, dropped by inode_put.  At the last
 * reference an unlinked inode (nlink 0) is deleted from its file system
 * (evict); a linked one stays in the inode cache until memory is short.
 *
 *   NEW       inode_get_cached made it, its file system is filling it in
 *   in use    refcount > 0                      inode_unlock_new, inode_new
 *   unused    refcount 0, hashed, on the LRU    inode_put
 *   FREEING   being evicted; lookups wait       inode_put, inode_put_later, inode_cache_shrink
 *
 * Locks: [i] lock (RANK_INODE_DIR for directories, RANK_INODE otherwise)
 *        [c] constant after instantiation  [a] atomic
 *        [h] inode.c's lock: hash, LRU and the lists of a super block
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
struct pipe;
struct inode_operations;
struct record_locks;
struct xattr_operations;

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
    struct timespec atime, mtime, ctime;        /*                             [i] */
    struct address_space *mapping;      /* &data, or a block device's          [c] */
    struct address_space data;
    int32_t refcount;                   /*                                     [a] */
    int32_t writers;                    /* open for writing; < 0: being executed, denied [a] */
    uint32_t flags;                     /* INODE_*                             [a] */
    uint32_t seals;                     /* F_SEAL_*             [i; and mmap_lock] */
    struct list hash_link;              /* (super block, number) -> inode      [h] */
    struct list lru_link;               /* while unused                        [h] */
    struct list dirty_link;             /* while INODE_DIRTY                   [h] */
    struct list sb_link;                /* all inodes of its super block       [h] */
    uint64_t dirtied_when;              /* ns; when INODE_DIRTY was set        [h] */
    struct pipe *pipe;                  /* FIFOs while open                    [i] */
    struct record_locks *locks;         /* fcntl and flock locks; made by locks.c  */
    struct rb_root xattrs;              /* tmpfs: its attributes               [i] */
    void *private;                      /* its file system's                       */
};

#define INODE_DIRTY   0x1u              /* attributes newer than the disk      */
#define INODE_NEW     0x2u              /* being read                          */
#define INODE_DEAD    0x4u              /* directory removed: no new entries   */
#define INODE_FREEING 0x8u              /* being evicted                       */
#define INODE_HASHED  0x10u             /* found by number; kept while unused, unless TRANSIENT */
#define INODE_FAILED  0x20u             /* could not be read                   */
#define INODE_SEALABLE 0x40u            /* has seals                           */
#define INODE_RESERVED 0x80u            /* memory for all its size is promised  */
#define INODE_SWAPFILE 0x100u           /* its blocks are a swap area: nobody may change it */
#define INODE_WRITTEN 0x200u            /* what was dirty is on its way to the metadata */
#define INODE_TRANSIENT 0x400u          /* leaves memory with its last user    */

/* Who asks: what permission checks look at. */
struct cred {
    uint32_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
    uint32_t ngroups;
    uint32_t groups[32];
};

/*
 * A directory's and an inode's operations.  No member is NULL; the functions
 * and groups below stand for what a kind of inode does not do.
 *
 * The VFS locks: the directory for writing in everything that changes it, for
 * reading in lookup; the inode that is unlinked, removed, linked or replaced for
 * writing too, and a directory that rename moves to another parent.  It has
 * checked rights, kinds, mounts, emptiness excepted, and that the name is absent
 * (create, mkdir, symlink, link) or is CHILD's.  It is inside fs_op_begin/end of
 * the super block around every operation that changes.  It drops the names from
 * the dentry cache.  The file system changes the store, link counts and times of
 * all inodes concerned and marks them dirty.
 * Names are not NUL-terminated, 1 to 255 bytes, never "." or "..".
 */
struct inode_operations {
    /* The child with a reference: 0, -ENOENT, -EIO, -ENOMEM. */
    int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **child);
    /* Make a file, device node, FIFO or socket (MODE has the kind); CHILD with a
     * reference.  Owner: inode_init_owner.  0, -ENOSPC, -EIO, -ENOMEM, ... */
    int (*create)(struct inode *dir, const char *name, size_t len, uint32_t mode, dev_t rdev,
                  const struct cred *cred, struct inode **child);
    int (*mkdir)(struct inode *dir, const char *name, size_t len, uint32_t mode,
                 const struct cred *cred, struct inode **child);
    int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target,
                   const struct cred *cred, struct inode **child);
    int (*link)(struct inode *dir, const char *name, size_t len, struct inode *target);
    int (*unlink)(struct inode *dir, const char *name, size_t len, struct inode *child);
    /* -ENOTEMPTY if CHILD has entries; at success CHILD's nlink is 0. */
    int (*rmdir)(struct inode *dir, const char *name, size_t len, struct inode *child);
    /* Move CHILD, replacing VICTIM if not NULL (a directory: -ENOTEMPTY unless
     * empty).  FLAGS is 0 or RENAME_EXCHANGE: then VICTIM takes CHILD's old name. */
    int (*rename)(struct inode *from, const char *oname, size_t olen, struct inode *child,
                  struct inode *to, const char *nname, size_t nlen, struct inode *victim,
                  uint32_t flags);
    /* Target of a symlink into BUF (SIZE bytes, NUL-terminated); length or error. */
    ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
    /* Follow a link that is not text (/proc/self/fd/3, exe): 0 and a referenced
     * path, or an errno.  -EINVAL (the default): it is text, use readlink. */
    int (*follow)(struct inode *inode, struct path *out);
    /* The size changes to SIZE: set it (inode_set_size), drop pages beyond it
     * (page_cache_truncate), free blocks; times are the VFS's.  Inode and
     * invalidate locks held for writing, inside fs_op_begin. */
    int (*truncate)(struct inode *inode, uint64_t size);
    /* Mode, owner or times (ATTR_* bits in CHANGED) of the inode were changed
     * and it was marked dirty: may refuse before with an errno. */
    int (*setattr)(struct inode *inode, uint32_t changed);
    void (*getattr)(struct inode *inode, struct stat *st);      /* fine-tune what VFS filled in */
    /* Asked at cached names of a super block with SB_VOLATILE_NAMES, under a
     * spinlock: true if the file is no more what this name meant. */
    bool (*is_stale)(struct inode *inode);
    const struct xattr_operations *xattr;       /* extended attributes, or xattr_ops_none */
};
extern const struct inode_operations inode_ops_default;
extern const struct xattr_operations xattr_ops_none;    /* of what has none and takes none */

int inode_op_lookup_notdir(struct inode *dir, const char *name, size_t len, struct inode **child);
int inode_op_create_refuse(struct inode *dir, const char *name, size_t len, uint32_t mode,
                           dev_t rdev, const struct cred *cred, struct inode **child);
int inode_op_mkdir_refuse(struct inode *dir, const char *name, size_t len, uint32_t mode,
                          const struct cred *cred, struct inode **child);
int inode_op_symlink_refuse(struct inode *dir, const char *name, size_t len, const char *target,
                            const struct cred *cred, struct inode **child);
int inode_op_name_refuse(struct inode *dir, const char *name, size_t len, struct inode *target);
int inode_op_rename_refuse(struct inode *from, const char *oname, size_t olen,
                           struct inode *child, struct inode *to, const char *nname,
                           size_t nlen, struct inode *victim, uint32_t flags);
ssize_t inode_op_readlink_refuse(struct inode *inode, char *buf, size_t size);
int inode_op_follow_text(struct inode *inode, struct path *out);
int inode_op_truncate_refuse(struct inode *inode, uint64_t size);
int inode_op_setattr_accept(struct inode *inode, uint32_t changed);
void inode_op_getattr_plain(struct inode *inode, struct stat *st);
bool inode_op_is_never_stale(struct inode *inode);

/* Groups of members for what an inode is not, or does in the plain way. */
#define INODE_OPS_NOT_DIRECTORY                                                 \
    .lookup = inode_op_lookup_notdir, .create = inode_op_create_refuse,         \
    .mkdir = inode_op_mkdir_refuse, .symlink = inode_op_symlink_refuse,         \
    .link = inode_op_name_refuse, .unlink = inode_op_name_refuse,               \
    .rmdir = inode_op_name_refuse, .rename = inode_op_rename_refuse
#define INODE_OPS_READ_ONLY_DIRECTORY           /* .lookup is its own */        \
    .create = inode_op_create_refuse, .mkdir = inode_op_mkdir_refuse,           \
    .symlink = inode_op_symlink_refuse, .link = inode_op_name_refuse,           \
    .unlink = inode_op_name_refuse, .rmdir = inode_op_name_refuse,              \
    .rename = inode_op_rename_refuse
#define INODE_OPS_NOT_LINK                                                      \
    .readlink = inode_op_readlink_refuse, .follow = inode_op_follow_text
#define INODE_OPS_NOT_FILE                                                      \
    .truncate = inode_op_truncate_refuse
#define INODE_OPS_PLAIN                                                         \
    .setattr = inode_op_setattr_accept, .getattr = inode_op_getattr_plain,      \
    .is_stale = inode_op_is_never_stale
#define INODE_OPS_NO_XATTR                                                      \
    .xattr = &xattr_ops_none

/* References. */
void inode_get(struct inode *inode);
void inode_put(struct inode *inode);                    /* may sleep, may delete */
void inode_put_later(struct inode *inode);              /* never sleeps; the flusher deletes */

/* The size as a reader without the lock sees it. */
static inline uint64_t inode_size(const struct inode *inode)
{
    return __atomic_load_n(&inode->size, __ATOMIC_ACQUIRE);
}
static inline void inode_set_size(struct inode *inode, uint64_t size)
{
    __atomic_store_n(&inode->size, size, __ATOMIC_RELEASE);
    __atomic_store_n(&inode->data.size, size, __ATOMIC_RELEASE);
}

/* For file systems: the cached inode INO of SB with a reference, or a fresh one
 * flagged INODE_NEW (others who look for it wait) to fill in and pass to
 * inode_unlock_new or, with its reference, to inode_fail_new.  NULL if out of memory.  May sleep. */
struct inode *inode_get_cached(struct super_block *sb, uint64_t ino);
void inode_unlock_new(struct inode *inode);
void inode_fail_new(struct inode *inode);       /* evict is not called for it */
/* A fresh inode with one reference, not in the hash (pipes, anonymous files, or
 * before its number is known): nlink 1, times now, mapping its own data, all
 * operations the defaults.  NULL if out of memory. */
struct inode *inode_new(struct super_block *sb);
/* INODE (from inode_new) is number INO from now on: found by inode_get_cached.
 * Waits while an old inode of that number is being evicted. */
void inode_hash_insert(struct inode *inode, uint64_t ino);

/* Set the kind and permissions of a fresh inode, and the rank of its lock. */
void inode_set_mode(struct inode *inode, uint32_t mode);
/* Owner, group and mode of an inode made in DIR by CRED: group and S_ISGID are
 * inherited from a directory with S_ISGID, where others than its group make no
 * set-group-ID program. */
void inode_init_owner(struct inode *inode, const struct inode *dir, uint32_t mode,
                      const struct cred *cred);
/* A device, FIFO or socket: fops that find the driver by RDEV when opened. */
void inode_init_special(struct inode *inode, dev_t rdev);
/* The address-space operations of a file's own pages. */
void inode_set_data_ops(struct inode *inode, const struct address_space_operations *ops,
                        gfp_t gfp, bool writes_back);

/* Mark attributes dirty; they reach the disk with writeback or sync.  Never sleeps. */
void inode_mark_dirty(struct inode *inode);
/* Carry dirty attributes into the metadata pages now; if somebody does, wait for him.  0 or
 * -EIO.  May sleep. */
int inode_write(struct inode *inode);
/* The time for a/m/ctime. */
struct timespec inode_now(void);
void inode_touch_atime(struct inode *inode);            /* relatime rules */
void inode_touch_mtime(struct inode *inode);            /* content changed through a mapping */

/* May CRED do MASK (MAY_*) to INODE?  0 or -EACCES; -EROFS for writes on ro file systems. */
#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4
int inode_permission(struct inode *inode, uint32_t mask, const struct cred *cred);

/* CRED (NULL: the kernel itself) changes the content, locked for writing: the set-id bits
 * go, unless fsuid is 0. */
void inode_strip_set_id(struct inode *inode, const struct cred *cred);

/* Someone executes it: -ETXTBSY if open for writing; and the reverse at open. */
int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);
int inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);

/* Change an inode's flags atomically. */
static inline bool inode_test(const struct inode *inode, uint32_t flag)
{
    return __atomic_load_n(&inode->flags, __ATOMIC_ACQUIRE) & flag;
}
static inline void inode_set(struct inode *inode, uint32_t flag)
{
    __atomic_fetch_or(&inode->flags, flag, __ATOMIC_RELEASE);
}
static inline void inode_clear(struct inode *inode, uint32_t flag)
{
    __atomic_fetch_and(&inode->flags, ~flag, __ATOMIC_RELEASE);
}

/* Evict the inodes of SB that nobody uses, dirty attributes thrown away: all is synced,
 * or the file system has none.  Returns how many are in use.  May sleep. */
size_t inode_evict_unused(struct super_block *sb);
/* Evict every inode of SB, which is dying, waiting for those somebody still looks at
 * (the flusher).  May sleep. */
void inode_evict_all(struct super_block *sb);
/* Whether any file of SB is open for writing, or has lost its last name but not its last user:
 * its end will change the file system. */
bool inode_needs_writing(struct super_block *sb);
/* Write the dirty attributes of SB's inodes; then its data pages, and wait for
 * them if WAIT.  0 or the first error.  May sleep. */
int inode_sync_all(struct super_block *sb, bool wait);
/* Bring back what SB's inodes, which are memory only, have in AREA.  0, -EIO, -ENOMEM.  May
 * sleep. */
int inode_swap_in_all(struct super_block *sb, const struct swap_area *area);

/* Drop unused clean inodes, oldest first; returns how many.  Waits at most until the flusher has
 * seen that they have no pages. */
size_t inode_cache_shrink(size_t nr);
/* Delete what inode_put_later has left.  May sleep. */
void inode_end_doomed(void);
/* Inodes in memory, and those nobody uses (/proc/sys/fs/inode-nr). */
void inode_count(size_t *all, size_t *unused);

void inode_cache_init(void);
