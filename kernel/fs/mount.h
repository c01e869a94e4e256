/* SPDX-License-Identifier: MIT */
/*
 * mount.h - where a file system hangs in the tree of names (inside fs/ only).
 *
 * A mount joins the root entry of a file system to an entry of another one.  It
 * lives while it is attached or somebody holds a path through it; the last put
 * unmounts the file system.
 *
 * Locks: [d] dentry_lock  [m] the mutex of super.c  [c] constant  [a] atomic
 */
#pragma once
#include "kernel/fs/dentry.h"
#include "kernel/fs/super.h"

struct mount {
    struct super_block *sb;             /* its only user                       [c] */
    struct dentry *root;                /* referenced                          [c] */
    struct mount *parent;               /* referenced; NULL: root or detached  [d] */
    struct dentry *point;               /* referenced, with parent             [d] */
    char *source;                       /* "/dev/vda", "none"                  [c] */
    int id;                             /* unlike any other's                  [c] */
    int32_t refcount;                   /* 1 while attached, and paths         [a] */
    uint32_t nchildren;                 /* mounts on it                        [d] */
    struct list link;                   /* all attached, in order            [m+d] */
};

/* What files are seen through that no directory names: pipes, memfd_create's.  It is in no
 * tree, has no root, and stays. */
extern struct mount mount_apart;

/* The mount on top of PATH, or NULL.  dentry_lock held. */
struct mount *mount_find_locked(const struct path *path);
static inline void mount_get(struct mount *m)
{
    __atomic_fetch_add(&m->refcount, 1, __ATOMIC_RELAXED);
}
void mount_put(struct mount *m);        /* may sleep, may unmount */

/* Go up from a mount's root to where it is mounted, as often as needed, but not beyond ROOT;
 * then PATH is ROOT, or no root of a mount, or the root of all.  dentry_lock held. */
void mount_ascend_locked(struct path *path, const struct path *root);
/* Go down to the root of the topmost mount on PATH.  dentry_lock held. */
void mount_descend_locked(struct path *path);

void mount_init(void);
