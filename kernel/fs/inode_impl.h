/* SPDX-License-Identifier: MIT */
/*
 * inode_impl.h - what inode.c and inode_write.c share.
 */
#pragma once
#include "kernel/fs/inode.h"

#define HASH_BUCKETS 1024

struct inode_cache {
    struct spinlock lock;               /* RANK_DENTRY                         */
    struct list hash[HASH_BUCKETS];     /*                                 [l] */
    struct list unused;                 /* oldest first                    [l] */
    struct list dirty;                  /* oldest first                    [l] */
    struct list doomed;                 /* FREEING, left to the flusher    [l] */
    size_t count, nunused;              /*                                 [l] */
    struct wait_queue changed;          /* an inode stopped being NEW, FREEING, WRITTEN */
    struct kmem_cache *slab;            /*                                 [c] */
};
extern struct inode_cache inode_cache;

/* Release the lock and sleep until some inode changes state. */
void inode_wait_changed_unlock(void);
/* One more reference on what was found; an unused inode comes back to life.  The lock is held. */
void inode_get_locked(struct inode *inode);

/* The flusher's hook: write what became dirty before OLDER_THAN, end what reclaim has doomed;
 * false if dirty inodes are left.  Nothing held; sleeps. */
bool inode_write_old(uint64_t older_than);
