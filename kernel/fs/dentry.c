/* SPDX-License-Identifier: MIT */
/*
 * dentry.c - the cache of names.
 *
 * The last reference is dropped under the lock; an entry is then kept on the LRU
 * list, or freed if nobody could find it any more.  Freeing drops a reference on
 * the parent, which may be its last: a loop, not a recursion.  Inodes are put
 * after the lock is released, since that may sleep.
 */
#include "kernel/fs/dentry.h"
#include "kernel/fs/path.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "lib/abi/errno.h"
#include "lib/hash.h"
#include "lib/string.h"

#define HASH_BUCKETS 2048

struct spinlock dentry_lock = SPINLOCK_INIT(RANK_DENTRY, "names");

static struct {
    struct list hash[HASH_BUCKETS];     /*                         [dentry_lock] */
    struct list unused;                 /* oldest first            [dentry_lock] */
    size_t count, nunused;              /*                         [dentry_lock] */
    struct kmem_cache *cache;           /*                                   [c] */
} dentries;

uint32_t dentry_hash(const char *name, size_t len)
{
    return (uint32_t)hash_bytes(HASH_SEED, name, len);
}

static struct list *bucket_of(const struct dentry *parent, uint32_t hash)
{
    return &dentries.hash[(hash ^ ((uintptr_t)parent >> 7)) % HASH_BUCKETS];
}

struct dentry *dentry_find_locked(const struct dentry *parent, const char *name, size_t len,
                                  uint32_t hash)
{
    struct dentry *d;

    list_for_each_entry(d, bucket_of(parent, hash), hash_link)
        if (d->hash == hash && d->parent == parent && d->len == len
            && memcmp(d->name, name, len) == 0)
            return d;
    return NULL;
}

bool dentry_is_stale_locked(const struct dentry *d)
{
    return (d->sb->internal_flags & SB_VOLATILE_NAMES) && d->inode
           && d->inode->ops->is_stale(d->inode);
}

void dentry_get_locked(struct dentry *d)
{
    if (__atomic_fetch_add(&d->refcount, 1, __ATOMIC_RELAXED) == 0) {
        list_remove(&d->lru_link);
        dentries.nunused--;
    }
}

static void hash_locked(struct dentry *d)
{
    list_insert_head(bucket_of(d->parent, d->hash), &d->hash_link);
    d->hashed = true;
}

static void unhash_locked(struct dentry *d)
{
    list_remove(&d->hash_link);
    d->hashed = false;
}

/* ---- making -------------------------------------------------------------------- */

static struct dentry *alloc_dentry(struct super_block *sb, const char *name, size_t len)
{
    struct dentry *d = kmem_cache_alloc(dentries.cache, GFP_KERNEL);

    if (!d)
        return NULL;
    d->name = len < DENTRY_INLINE_NAME ? d->inline_name : kmalloc(len + 1, GFP_KERNEL);
    if (!d->name) {
        kmem_cache_free(dentries.cache, d);
        return NULL;
    }
    memcpy(d->name, name, len);
    d->name[len] = '\0';
    d->len = (uint16_t)len;
    d->sb = sb;
    d->inode = NULL;
    d->refcount = 1;
    d->hashed = false;
    d->nmounts = 0;
    list_init(&d->hash_link);
    list_init(&d->lru_link);
    list_init(&d->children);
    list_init(&d->sibling);
    return d;
}

static void free_dentry(struct dentry *d)
{
    if (d->name != d->inline_name)
        kfree(d->name);
    kmem_cache_free(dentries.cache, d);
}

struct dentry *dentry_make_apart(struct super_block *sb, struct inode *inode, const char *name)
{
    struct dentry *d = alloc_dentry(sb, name, strlen(name));

    if (!d)
        return NULL;
    d->parent = d;
    d->hash = 0;
    d->inode = inode;
    spin_lock(&dentry_lock);
    dentries.count++;
    spin_unlock(&dentry_lock);
    return d;
}

/* Enter D as a child of PARENT unless the name is there already: then that one,
 * with a reference, is the result. */
static struct dentry *insert(struct dentry *d, struct dentry *parent, uint32_t hash)
{
    struct dentry *old;

    spin_lock(&dentry_lock);
    old = dentry_find_locked(parent, d->name, d->len, hash);
    if (old) {
        dentry_get_locked(old);
        d = old;
    } else {
        d->parent = parent;
        d->hash = hash;
        dentry_get(parent);
        list_insert_tail(&parent->children, &d->sibling);
        hash_locked(d);
        dentries.count++;
    }
    spin_unlock(&dentry_lock);
    return d;
}

/* The cached entry with a reference, unless what it means has changed. */
static struct dentry *find_get(struct dentry *parent, const char *name, size_t len,
                               uint32_t hash)
{
    struct dentry *d;

    spin_lock(&dentry_lock);
    d = dentry_find_locked(parent, name, len, hash);
    if (d && dentry_is_stale_locked(d)) {
        unhash_locked(d);
        d = NULL;
    }
    if (d)
        dentry_get_locked(d);
    spin_unlock(&dentry_lock);
    return d;
}

/* Ask the file system.  The directory's lock is held. */
static int lookup_in_fs(struct dentry *parent, const char *name, size_t len, uint32_t hash,
                        struct dentry **out)
{
    struct inode *dir = parent->inode, *inode = NULL;
    struct dentry *d;
    int err = inode_test(dir, INODE_DEAD) ? -ENOENT : 0;

    if (err)
        return err;
    d = alloc_dentry(parent->sb, name, len);
    if (!d)
        return -ENOMEM;
    err = dir->ops->lookup(dir, name, len, &inode);
    if (err && err != -ENOENT) {
        free_dentry(d);
        return err;
    }
    d->inode = err ? NULL : inode;
    *out = insert(d, parent, hash);
    if (*out != d) {
        free_dentry(d);
        if (!err)
            inode_put(inode);
    }
    return 0;
}

int dentry_lookup(struct dentry *parent, const char *name, size_t len, bool dir_locked,
                  struct dentry **out)
{
    uint32_t hash = dentry_hash(name, len);
    int err;

    *out = find_get(parent, name, len, hash);
    if (*out)
        return 0;
    if (dir_locked)
        return lookup_in_fs(parent, name, len, hash, out);
    rwsem_read_lock(&parent->inode->lock);
    err = lookup_in_fs(parent, name, len, hash, out);
    rwsem_read_unlock(&parent->inode->lock);
    return err;
}

/* ---- letting go ------------------------------------------------------------------ */

/* Take D, refcount 0, out of the tree; the caller frees it after the lock. */
static void detach_locked(struct dentry *d)
{
    if (d->hashed)
        unhash_locked(d);
    list_remove(&d->sibling);
    dentries.count--;
}

/* Free D after detach_locked, its inode by PUT; returns its parent, whose reference is the
 * caller's. */
static struct dentry *free_detached(struct dentry *d, void (*put)(struct inode *inode))
{
    struct dentry *parent = d->parent == d ? NULL : d->parent;
    struct inode *inode = d->inode;

    free_dentry(d);
    if (inode)
        put(inode);
    return parent;
}

/* Drop a reference; true if it was the last of an entry to be freed: detached. */
static bool put_and_detach(struct dentry *d)
{
    int32_t old = __atomic_load_n(&d->refcount, __ATOMIC_RELAXED);
    bool gone = false;

    while (old > 1)
        if (__atomic_compare_exchange_n(&d->refcount, &old, old - 1, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return false;
    spin_lock(&dentry_lock);
    ASSERT(d->refcount > 0);
    if (__atomic_sub_fetch(&d->refcount, 1, __ATOMIC_ACQ_REL) == 0) {
        gone = !d->hashed || (d->sb->internal_flags & (SB_VOLATILE_NAMES | SB_DYING));
        if (gone) {
            detach_locked(d);
        } else {
            list_insert_tail(&dentries.unused, &d->lru_link);
            dentries.nunused++;
        }
    }
    spin_unlock(&dentry_lock);
    return gone;
}

static void put_up(struct dentry *d, void (*put)(struct inode *inode))
{
    while (d && put_and_detach(d))
        d = free_detached(d, put);
}

void dentry_put(struct dentry *d)
{
    put_up(d, inode_put);
}

/* Move unused D to DOOMED. */
static void doom_locked(struct dentry *d, struct list *doomed)
{
    detach_locked(d);
    dentries.nunused--;
    list_move_tail(doomed, &d->lru_link);
}

static void free_doomed(struct list *doomed, void (*put)(struct inode *inode))
{
    struct list *link;

    while ((link = list_pop_head(doomed)))
        put_up(free_detached(list_entry(link, struct dentry, lru_link), put), put);
}

size_t dentry_cache_shrink(size_t nr)
{
    struct list doomed = LIST_INIT(doomed);
    size_t n = 0;

    spin_lock(&dentry_lock);
    for (; n < nr && !list_is_empty(&dentries.unused); n++)
        doom_locked(list_first_entry(&dentries.unused, struct dentry, lru_link), &doomed);
    spin_unlock(&dentry_lock);
    /* Between the lock and here a file may have been removed: ours may be its last reference. */
    free_doomed(&doomed, inode_put_later);
    return n;
}

void dentry_shrink_super(struct super_block *sb)
{
    struct list doomed = LIST_INIT(doomed);
    struct dentry *d, *next;
    bool found;

    do {
        found = false;
        spin_lock(&dentry_lock);
        list_for_each_entry_safe(d, next, &dentries.unused, lru_link) {
            if (d->sb != sb)
                continue;
            doom_locked(d, &doomed);
            found = true;
        }
        spin_unlock(&dentry_lock);
        /* Their parents may be unused now: once more. */
        free_doomed(&doomed, inode_put);
    } while (found);
}

void dentry_prune_children(struct dentry *parent)
{
    struct list doomed = LIST_INIT(doomed);
    struct dentry *d, *next;

    spin_lock(&dentry_lock);
    list_for_each_entry_safe(d, next, &parent->children, sibling)
        if (d->refcount == 0)
            doom_locked(d, &doomed);
    spin_unlock(&dentry_lock);
    free_doomed(&doomed, inode_put);
}

void dentry_count(size_t *all, size_t *unused)
{
    *all = __atomic_load_n(&dentries.count, __ATOMIC_RELAXED);
    *unused = __atomic_load_n(&dentries.nunused, __ATOMIC_RELAXED);
}

/* ---- changing -------------------------------------------------------------------- */

void dentry_instantiate(struct dentry *d, struct inode *inode)
{
    spin_lock(&dentry_lock);
    ASSERT(!d->inode);
    d->inode = inode;
    spin_unlock(&dentry_lock);
}

void dentry_unhash(struct dentry *d)
{
    spin_lock(&dentry_lock);
    if (d->hashed)
        unhash_locked(d);
    spin_unlock(&dentry_lock);
}

void dentry_delete(struct dentry *d)
{
    struct inode *inode = NULL;

    spin_lock(&dentry_lock);
    if (d->refcount == 1 && list_is_empty(&d->children)) {
        inode = d->inode;
        d->inode = NULL;
    } else if (d->hashed) {
        unhash_locked(d);
    }
    spin_unlock(&dentry_lock);
    if (inode)
        inode_put(inode);
}

void dentry_forget_negative(struct super_block *sb, const char *name, size_t len)
{
    struct dentry *d = NULL;

    spin_lock(&dentry_lock);
    if (sb->root_dentry)
        d = dentry_find_locked(sb->root_dentry, name, len, dentry_hash(name, len));
    if (d && !d->inode) {
        /* Held, so that it leaves the list of unused ones through its last put. */
        dentry_get_locked(d);
        unhash_locked(d);
    } else {
        d = NULL;
    }
    spin_unlock(&dentry_lock);
    dentry_put(d);
}

/* The name pointers follow the structs' contents. */
static void swap_names(struct dentry *a, struct dentry *b)
{
    char inline_a[DENTRY_INLINE_NAME], *name_a = a->name;
    uint32_t hash = a->hash;
    uint16_t len = a->len;
    bool a_inline = a->name == a->inline_name, b_inline = b->name == b->inline_name;

    memcpy(inline_a, a->inline_name, sizeof(inline_a));
    memcpy(a->inline_name, b->inline_name, sizeof(inline_a));
    memcpy(b->inline_name, inline_a, sizeof(inline_a));
    a->name = b_inline ? a->inline_name : b->name;
    b->name = a_inline ? b->inline_name : name_a;
    a->hash = b->hash;
    a->len = b->len;
    b->hash = hash;
    b->len = len;
}

/* Each parent loses one child and gains one: the references stay right. */
static void swap_places(struct dentry *a, struct dentry *b)
{
    struct dentry *parent = a->parent;

    swap_names(a, b);
    a->parent = b->parent;
    b->parent = parent;
    list_move_tail(&a->parent->children, &a->sibling);
    list_move_tail(&b->parent->children, &b->sibling);
}

/* D gets the place of OLD, whose name is short, and which keeps both.  D's former parent, whose
 * reference is the caller's, as is *NAME, D's former name if it was a long one. */
static struct dentry *copy_place(struct dentry *d, const struct dentry *old, char **name)
{
    struct dentry *parent = d->parent;

    *name = d->name != d->inline_name ? d->name : NULL;
    memcpy(d->inline_name, old->inline_name, sizeof(d->inline_name));
    d->name = d->inline_name;
    d->hash = old->hash;
    d->len = old->len;
    dentry_get(old->parent);
    d->parent = old->parent;
    list_move_tail(&d->parent->children, &d->sibling);
    return parent;
}

void dentry_exchange(struct dentry *from, struct dentry *to, bool both)
{
    struct dentry *parent = NULL;
    char *name = NULL;

    spin_lock(&dentry_lock);
    if (from->hashed)
        unhash_locked(from);
    if (to->hashed)
        unhash_locked(to);
    if (both || to->name != to->inline_name)
        swap_places(from, to);
    else
        parent = copy_place(from, to, &name);
    hash_locked(from);
    if (both)
        hash_locked(to);
    spin_unlock(&dentry_lock);
    kfree(name);
    dentry_put(parent);
}

bool dentry_is_ancestor(const struct dentry *a, const struct dentry *d)
{
    bool is;

    spin_lock(&dentry_lock);
    while (d != a && d->parent != d)
        d = d->parent;
    is = d == a;
    spin_unlock(&dentry_lock);
    return is;
}

void dentry_cache_init(void)
{
    for (size_t i = 0; i < HASH_BUCKETS; i++)
        list_init(&dentries.hash[i]);
    list_init(&dentries.unused);
    dentries.cache = kmem_cache_create("dentry", sizeof(struct dentry), 0,
                                       SLAB_RECLAIMABLE, NULL);
    if (!dentries.cache)
        panic("no memory for names");
}
