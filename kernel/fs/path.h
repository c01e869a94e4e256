/* SPDX-License-Identifier: MIT */
/*
 * path.h - from names to inodes.
 *
 * A dentry is one name in one directory, cached with the inode it leads to (or
 * with the knowledge that there is none).  A path is a dentry seen through a
 * mount.  Resolution follows ., .., symbolic links (at most 40) and mounts.
 */
#pragma once
#include "kernel/fs/inode.h"
#include "lib/path.h"

struct mount;
struct dentry;

#define PATH_LEN_MAX PATH_MAX

struct path {
    struct mount *mount;
    struct dentry *dentry;
};

/* What resolution needs to know of the caller: fs/ sees no process. */
struct path_ctx {
    struct path root, cwd;              /* borrowed from the caller */
    const struct cred *cred;
    uint32_t umask;
};

/* Lookup flags. */
#define LOOKUP_FOLLOW    0x1u           /* follow a symlink in the last component */
#define LOOKUP_DIRECTORY 0x2u           /* must be a directory                    */
#define LOOKUP_EMPTY     0x4u           /* "" means START itself                  */

void path_get(const struct path *p);
void path_put(struct path *p);
struct inode *path_inode(const struct path *p);         /* not a reference */
static inline bool path_equal(const struct path *a, const struct path *b)
{
    return a->mount == b->mount && a->dentry == b->dentry;
}

/* Resolve NAME from START (NULL: cwd).  0 with a referenced *OUT, or -ENOENT
 * -ENOTDIR -EACCES -ELOOP -ENAMETOOLONG -EIO -ENOMEM.  May sleep. */
int path_lookup(const struct path_ctx *ctx, const struct path *start, const char *name,
                uint32_t flags, struct path *out);
/* The absolute name into BUF's end; returns its start inside BUF or NULL with
 * -ENAMETOOLONG/-ENOENT (unreachable, deleted) in *ERR. */
char *path_name(const struct path *p, const struct path *root, char *buf, size_t size, int *err);
/* The same for people to read (/proc/self/maps, fd): " (deleted)" follows a removed
 * name; NULL only if it does not fit. */
char *path_describe(const struct path *p, const struct path *root, char *buf, size_t size);
/* A path to INODE, which no directory names: people read NAME.  0 with a referenced *OUT,
 * or -ENOMEM. */
int path_make_apart(struct inode *inode, const char *name, struct path *out);

/* The operations behind the *at() system calls.  0 or an errno; all may sleep. */
/* MADE, if not NULL, becomes a referenced path to the new file. */
int path_mknod(const struct path_ctx *ctx, const struct path *start, const char *name,
               uint32_t mode, dev_t rdev, struct path *made);
int path_mkdir(const struct path_ctx *ctx, const struct path *start, const char *name,
               uint32_t mode);
int path_symlink(const struct path_ctx *ctx, const char *target, const struct path *start,
                 const char *name);
/* OLD may be empty, for a file that has no path: -EXDEV if all else is right. */
int path_link(const struct path_ctx *ctx, const struct path *old, const struct path *start,
              const char *name);
int path_unlink(const struct path_ctx *ctx, const struct path *start, const char *name);
int path_rmdir(const struct path_ctx *ctx, const struct path *start, const char *name);
int path_rename(const struct path_ctx *ctx, const struct path *ostart, const char *oname,
                const struct path *nstart, const char *nname, uint32_t flags);
ssize_t path_readlink(const struct path *p, char *buf, size_t size);

/* Attributes. */
#define ATTR_MODE  0x01u
#define ATTR_UID   0x02u
#define ATTR_GID   0x04u
#define ATTR_SIZE  0x08u
#define ATTR_ATIME 0x10u
#define ATTR_MTIME 0x20u
#define ATTR_CTIME 0x40u
#define ATTR_TIMES_NOW 0x80u            /* caller asked for "now": write permission is enough */
#define ATTR_OWNER 0x100u               /* a change of owner, be it to the same one */
struct iattr {
    uint32_t valid;                     /* ATTR_* */
    uint32_t mode, uid, gid;
    uint64_t size;
    struct timespec atime, mtime;
};
/* Checks rights (owner, CAP by fsuid 0), applies, updates ctime.  A change of owner or
 * size may take set-id bits away. */
int inode_setattr(struct inode *inode, const struct iattr *attr, const struct cred *cred);
void inode_getattr(struct inode *inode, struct stat *st);
/* How large the running thread may make INODE, a regular file: as its file system can, and as
 * RLIMIT_FSIZE allows. */
uint64_t inode_max_size(const struct inode *inode);
/* CRED changes the size of a regular file; takes the locks, checks no rights. */
int inode_truncate(struct inode *inode, uint64_t size, const struct cred *cred);

/* Drop unused dentries, oldest first; returns how many.  Never sleeps: a file of which this was
 * the last use, removed meanwhile, is left to the flusher. */
size_t dentry_cache_shrink(size_t nr);
/* Dentries in memory, and those nobody uses (/proc/sys/fs/dentry-state). */
void dentry_count(size_t *all, size_t *unused);
