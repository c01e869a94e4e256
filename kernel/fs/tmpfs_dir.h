/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_dir.h - the directories of tmpfs: sets of names in memory (inside tmpfs).
 *
 * Each entry stands in two trees: by name, to be found; by cookie, to be listed.
 * Cookies only grow, so a listing that stops and goes on neither repeats an entry
 * nor misses one, whatever was added or removed meanwhile.
 *
 * Locks: the directory's inode lock.
 */
#pragma once
#include "kernel/fs/inode.h"

struct tmpfs_dir {
    struct rb_root by_name, by_cookie;
    uint64_t next_cookie;               /* 0 is ".", 1 is ".."                 */
    size_t nentries;
    uint64_t parent_ino;                /* for ".."                            */
    struct list link;                   /* taking a whole tree apart           */
    struct inode *inode;
};

struct tmpfs_entry {
    struct rb_node by_name, by_cookie;
    struct inode *inode;                /* referenced                          */
    uint64_t cookie;
    uint32_t hash;
    uint8_t len;
    char name[];
};

/* An empty directory's names, or NULL. */
struct tmpfs_dir *tmpfs_dir_create(struct inode *inode, uint64_t parent_ino);

/* An entry for INODE, in no directory, holding a reference on it; NULL: no memory. */
struct tmpfs_entry *tmpfs_entry_create(const char *name, size_t len, struct inode *inode);
/* Free E, in no directory; its inode's reference is put. */
void tmpfs_entry_destroy(struct tmpfs_entry *e);

struct tmpfs_entry *tmpfs_dir_find(struct tmpfs_dir *d, const char *name, size_t len);
/* The first entry with a cookie of at least COOKIE, or NULL. */
struct tmpfs_entry *tmpfs_dir_find_cookie(struct tmpfs_dir *d, uint64_t cookie);
void tmpfs_dir_insert(struct tmpfs_dir *d, struct tmpfs_entry *e);
void tmpfs_dir_remove(struct tmpfs_dir *d, struct tmpfs_entry *e);
