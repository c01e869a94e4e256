/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_dir.c - the directories of tmpfs: sets of names in memory.
 */
#include "kernel/fs/tmpfs_dir.h"
#include "kernel/mm/kmalloc.h"
#include "lib/hash.h"
#include "lib/string.h"

#define FIRST_COOKIE 2

struct tmpfs_dir *tmpfs_dir_create(struct inode *inode, uint64_t parent_ino)
{
    struct tmpfs_dir *d = kzalloc(sizeof(*d), GFP_KERNEL);

    if (!d)
        return NULL;
    rb_init(&d->by_name, NULL);
    rb_init(&d->by_cookie, NULL);
    d->next_cookie = FIRST_COOKIE;
    d->parent_ino = parent_ino;
    d->inode = inode;
    list_init(&d->link);
    return d;
}

struct tmpfs_entry *tmpfs_entry_create(const char *name, size_t len, struct inode *inode)
{
    struct tmpfs_entry *e = kmalloc(sizeof(*e) + len, GFP_KERNEL);

    if (!e)
        return NULL;
    memcpy(e->name, name, len);
    e->len = (uint8_t)len;
    e->hash = (uint32_t)hash_bytes(HASH_SEED, name, len);
    e->inode = inode;
    inode_get(inode);
    return e;
}

void tmpfs_entry_destroy(struct tmpfs_entry *e)
{
    struct inode *inode = e->inode;

    kfree(e);
    inode_put(inode);
}

/* How NAME sorts against E: by hash, then length, then bytes. */
static int compare(uint32_t hash, const char *name, size_t len, const struct tmpfs_entry *e)
{
    if (hash != e->hash)
        return hash < e->hash ? -1 : 1;
    if (len != e->len)
        return len < e->len ? -1 : 1;
    return memcmp(name, e->name, len);
}

struct tmpfs_entry *tmpfs_dir_find(struct tmpfs_dir *d, const char *name, size_t len)
{
    uint32_t hash = (uint32_t)hash_bytes(HASH_SEED, name, len);
    struct rb_node *node = d->by_name.top;

    while (node) {
        struct tmpfs_entry *e = rb_entry(node, struct tmpfs_entry, by_name);
        int order = compare(hash, name, len, e);

        if (order == 0)
            return e;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

struct tmpfs_entry *tmpfs_dir_find_cookie(struct tmpfs_dir *d, uint64_t cookie)
{
    struct rb_node *node = d->by_cookie.top;
    struct tmpfs_entry *best = NULL;

    while (node) {
        struct tmpfs_entry *e = rb_entry(node, struct tmpfs_entry, by_cookie);

        if (e->cookie >= cookie)
            best = e;
        node = e->cookie >= cookie ? node->left : node->right;
    }
    return best;
}

void tmpfs_dir_insert(struct tmpfs_dir *d, struct tmpfs_entry *e)
{
    struct rb_node *parent = NULL, **link = &d->by_name.top;

    while (*link) {
        parent = *link;
        link = compare(e->hash, e->name, e->len, rb_entry(parent, struct tmpfs_entry, by_name)) < 0
                   ? &parent->left : &parent->right;
    }
    rb_insert(&d->by_name, parent, link, &e->by_name);
    /* The newest cookie is the largest: rightmost. */
    e->cookie = d->next_cookie++;
    parent = rb_last(&d->by_cookie);
    rb_insert(&d->by_cookie, parent, parent ? &parent->right : &d->by_cookie.top, &e->by_cookie);
    d->nentries++;
}

void tmpfs_dir_remove(struct tmpfs_dir *d, struct tmpfs_entry *e)
{
    rb_erase(&d->by_name, &e->by_name);
    rb_erase(&d->by_cookie, &e->by_cookie);
    d->nentries--;
}
