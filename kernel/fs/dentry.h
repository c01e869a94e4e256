/* SPDX-License-Identifier: MIT */
/*
 * dentry.h - the cache of names: one entry per name in a directory, with the
 * inode it leads to, or with the knowledge that there is none (negative).
 *
 * Entries form a tree; a child holds a reference on its parent.  An entry that
 * nobody refers to stays on an LRU list until memory is short.
 *
 *   hashed     found under its parent and name         dentry_lookup, dentry_exchange
 *   unhashed   removed or replaced; gone at last put   dentry_delete, dentry_unhash
 *   negative   inode NULL, hashed                      dentry_lookup, dentry_delete
 *
 * One spinlock guards the whole tree, mounts included.  A walk along cached names
 * holds it from end to end and takes no reference on the way.  A referenced
 * positive entry keeps its inode, so its holder reads dentry->inode without.
 *
 * Locks: [d] dentry_lock  [c] constant  [a] atomic, 0 <-> 1 under dentry_lock
 */
#pragma once
#include "kernel/fs/inode.h"

#define DENTRY_INLINE_NAME 32

struct dentry {
    struct list hash_link;              /*                                     [d] */
    struct dentry *parent;              /* referenced; itself at a root        [d] */
    struct inode *inode;                /* referenced; NULL: negative          [d] */
    struct super_block *sb;             /*                                     [c] */
    int32_t refcount;                   /*                                     [a] */
    uint32_t hash;                      /* of the name                         [d] */
    uint16_t len;                       /*                                     [d] */
    bool hashed;                        /*                                     [d] */
    uint16_t nmounts;                   /* file systems mounted on it          [d] */
    struct list lru_link;               /* while refcount is 0                 [d] */
    struct list children, sibling;      /*                                     [d] */
    char *name;                         /* inline_name, or kmalloc'ed          [d] */
    char inline_name[DENTRY_INLINE_NAME];
};

extern struct spinlock dentry_lock;     /* RANK_DENTRY */

uint32_t dentry_hash(const char *name, size_t len);

/* The cached entry, without a reference; NULL if there is none.  dentry_lock held. */
struct dentry *dentry_find_locked(const struct dentry *parent, const char *name, size_t len,
                                  uint32_t hash);
/* The file behind D has changed what it means (SB_VOLATILE_NAMES).  dentry_lock held. */
bool dentry_is_stale_locked(const struct dentry *d);
/* One more reference on what was found.  dentry_lock held. */
void dentry_get_locked(struct dentry *d);
/* One more reference on an entry that has one. */
static inline void dentry_get(struct dentry *d)
{
    __atomic_fetch_add(&d->refcount, 1, __ATOMIC_RELAXED);
}
void dentry_put(struct dentry *d);      /* may sleep */

/* The entry NAME of PARENT with a reference, found in the cache or by asking the
 * file system; it may be negative.  0, -ENOENT (PARENT is removed), -EIO, -ENOMEM.
 * The caller refers to PARENT, a directory; DIR_LOCKED: it holds its inode's lock. */
int dentry_lookup(struct dentry *parent, const char *name, size_t len, bool dir_locked,
                  struct dentry **out);

/* An entry below no other, with a reference: the root of SB, or what a file without a name
 * is called.  Takes over a reference of INODE.  NULL: no memory. */
struct dentry *dentry_make_apart(struct super_block *sb, struct inode *inode, const char *name);

/* D, negative, leads to INODE from now on; takes over its reference. */
void dentry_instantiate(struct dentry *d, struct inode *inode);
/* The name D was removed: it turns negative if nobody else uses it, else unhashed. */
void dentry_delete(struct dentry *d);
/* D's name is no more to be found. */
void dentry_unhash(struct dentry *d);
/* The file system itself made NAME in SB's root: what says otherwise is unhashed. */
void dentry_forget_negative(struct super_block *sb, const char *name, size_t len);
/* FROM gets TO's place: name and parent.  TO gets FROM's if BOTH stay.  Else TO becomes unhashed,
 * and keeps its own, unless its name is a long one, of which there is no second copy. */
void dentry_exchange(struct dentry *from, struct dentry *to, bool both);
/* Drop the unused children of D, a directory that was removed. */
void dentry_prune_children(struct dentry *d);
/* Whether A is D or one of the directories above it.  Under the rename lock. */
bool dentry_is_ancestor(const struct dentry *a, const struct dentry *d);

/* Drop all unused entries of SB. */
void dentry_shrink_super(struct super_block *sb);

void dentry_cache_init(void);
