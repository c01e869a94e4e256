/* SPDX-License-Identifier: MIT */
/*
 * inode.c - the inodes in memory: found by number, kept while unused, evicted.
 *
 * One lock guards the hash, the list of unused inodes, the list of dirty ones and
 * each super block's list.  The last reference is dropped under it, so that
 * nobody finds an inode between its last put and its fate: to the unused list, or
 * FREEING.  A FREEING inode stays in the hash until its file system is done with
 * it: who looks for its number waits, and so does who wants to reuse the number.
 * That may take locks and the disk, so a reclaimer leaves it to the flusher.
 *
 * Mach's file systems and Plan 9 know the inode as vnode and Chan.
 */
#include "kernel/fs/inode_impl.h"
#include "kernel/cache/writeback.h"
#include "kernel/fs/file.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/super.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/hash.h"

struct inode_cache inode_cache = {
    .lock = SPINLOCK_INIT(RANK_DENTRY, "inodes"),
};

/* ---- pages of inodes that have none ---------------------------------------- */

static int no_read_page(struct address_space *as, struct page *page)
{
    (void)as, (void)page;
    return -EIO;
}

static void no_read_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    for (size_t i = 0; i < n; i++)
        page_cache_end_read(pages[i], -EIO);
}

static void no_write_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    for (size_t i = 0; i < n; i++)
        page_cache_end_writeback(pages[i], -EIO);
}

static const struct address_space_operations no_pages_ops = {
    .read_page = no_read_page,
    .read_pages = no_read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = page_cache_no_room,
    .write_pages = no_write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = page_cache_no_place,
};

void inode_set_data_ops(struct inode *inode, const struct address_space_operations *ops,
                        gfp_t gfp, bool writes_back)
{
    ASSERT(inode->data.npages == 0);
    inode->data.ops = ops;
    inode->data.gfp = gfp;
    inode->data.writes_back = writes_back;
}

/* ---- making and finding ----------------------------------------------------- */

struct timespec inode_now(void)
{
    uint64_t ns = clock_realtime_ns();

    return (struct timespec){ (long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC) };
}

static struct inode *alloc_inode(struct super_block *sb)
{
    struct inode *inode = kmem_cache_alloc(inode_cache.slab, GFP_KERNEL);

    if (!inode)
        return NULL;
    *inode = (struct inode){
        .sb = sb, .ops = &inode_ops_default, .fops = &file_ops_default,
        .nlink = 1, .refcount = 1, .mapping = &inode->data,
    };
    rwsem_init(&inode->lock, RANK_INODE, "inode");
    inode->atime = inode->mtime = inode->ctime = inode_now();
    address_space_init(&inode->data, inode, &no_pages_ops, GFP_USER_MOVABLE, false);
    list_init(&inode->hash_link);
    list_init(&inode->lru_link);
    list_init(&inode->dirty_link);
    list_init(&inode->sb_link);
    return inode;
}

void inode_set_mode(struct inode *inode, uint32_t mode)
{
    inode->mode = mode;
    inode->lock.rank = S_ISDIR(mode) ? RANK_INODE_DIR : RANK_INODE;
}

static struct list *bucket_of(const struct super_block *sb, uint64_t ino)
{
    return &inode_cache.hash[hash_mix64((uintptr_t)sb ^ ino) % HASH_BUCKETS];
}

static struct inode *find_locked(const struct super_block *sb, uint64_t ino)
{
    struct inode *inode;

    list_for_each_entry(inode, bucket_of(sb, ino), hash_link)
        if (inode->ino == ino && inode->sb == sb)
            return inode;
    return NULL;
}

static void enlist_locked(struct inode *inode)
{
    list_insert_tail(&inode->sb->inodes, &inode->sb_link);
    inode_cache.count++;
}

static void hash_locked(struct inode *inode, uint64_t ino)
{
    inode->ino = ino;
    inode_set(inode, INODE_HASHED);
    list_insert_head(bucket_of(inode->sb, ino), &inode->hash_link);
}

void inode_get_locked(struct inode *inode)
{
    if (__atomic_fetch_add(&inode->refcount, 1, __ATOMIC_RELAXED) == 0) {
        list_remove(&inode->lru_link);
        inode_cache.nunused--;
    }
}

void inode_wait_changed_unlock(void)
{
    struct waiter w = { 0 };

    wait_begin(&inode_cache.changed, &w, THREAD_BLOCKED);
    spin_unlock(&inode_cache.lock);
    schedule();
    wait_end(&inode_cache.changed, &w);
}

struct inode *inode_new(struct super_block *sb)
{
    struct inode *inode = alloc_inode(sb);

    if (!inode)
        return NULL;
    spin_lock(&inode_cache.lock);
    enlist_locked(inode);
    spin_unlock(&inode_cache.lock);
    return inode;
}

/*
 * The inode of that number with a reference, FRESH turned into it, or NULL: there
 * is none and no FRESH.  Returns with nothing held, whatever state it is in but
 * FREEING.
 */
static struct inode *find_or_insert(struct super_block *sb, uint64_t ino, struct inode *fresh)
{
    struct inode *inode;

    for (;;) {
        spin_lock(&inode_cache.lock);
        inode = find_locked(sb, ino);
        if (!inode || !inode_test(inode, INODE_FREEING))
            break;
        inode_wait_changed_unlock();
    }
    if (inode) {
        inode_get_locked(inode);
    } else if (fresh) {
        inode_set(fresh, INODE_NEW);
        hash_locked(fresh, ino);
        enlist_locked(fresh);
        inode = fresh;
    }
    spin_unlock(&inode_cache.lock);
    return inode;
}

struct inode *inode_get_cached(struct super_block *sb, uint64_t ino)
{
    struct inode *fresh = NULL, *inode;

    for (;;) {
        inode = find_or_insert(sb, ino, fresh);
        if (!inode) {
            fresh = alloc_inode(sb);
            if (!fresh)
                return NULL;
            continue;
        }
        if (inode == fresh)
            return inode;
        wait_event(&inode_cache.changed, !inode_test(inode, INODE_NEW));
        if (inode_test(inode, INODE_HASHED))
            break;
        /* Whoever read it failed: try ourselves. */
        inode_put(inode);
    }
    if (fresh)
        kmem_cache_free(inode_cache.slab, fresh);
    return inode;
}

void inode_unlock_new(struct inode *inode)
{
    inode->data.size = inode->size;
    inode_clear(inode, INODE_NEW);
    wake_up_all(&inode_cache.changed);
}

static void unhash_locked(struct inode *inode)
{
    list_remove(&inode->hash_link);
    inode_clear(inode, INODE_HASHED);
}

void inode_fail_new(struct inode *inode)
{
    spin_lock(&inode_cache.lock);
    unhash_locked(inode);
    spin_unlock(&inode_cache.lock);
    inode_set(inode, INODE_FAILED);
    inode_unlock_new(inode);
    inode_put(inode);
}

void inode_hash_insert(struct inode *inode, uint64_t ino)
{
    for (;;) {
        spin_lock(&inode_cache.lock);
        if (!find_locked(inode->sb, ino))
            break;
        inode_wait_changed_unlock();
    }
    hash_locked(inode, ino);
    spin_unlock(&inode_cache.lock);
}

/* ---- letting go -------------------------------------------------------------- */

/* INODE stops being anybody's: from here on only destroy() has it. */
static void begin_freeing_locked(struct inode *inode)
{
    inode_set(inode, INODE_FREEING);
    list_remove(&inode->dirty_link);
    inode_clear(inode, INODE_DIRTY);
}

static void evict_from_fs(struct inode *inode)
{
    struct super_block *sb = inode->sb;

    if (inode_test(inode, INODE_FAILED))
        return;
    if (inode->nlink > 0) {
        sb->ops->evict(inode);
        return;
    }
    fs_op_begin_late(sb, 0);
    sb->ops->evict(inode);
    fs_op_end(sb);
}

/* INODE is FREEING and nobody refers to it. */
static void destroy(struct inode *inode)
{
    bool is_awaited;

    if (!page_cache_is_empty(&inode->data))
        page_cache_truncate(&inode->data, 0, UINT64_MAX);
    if (inode->data.writes_back)
        writeback_forget(&inode->data);
    evict_from_fs(inode);
    inode_free_locks(inode);
    address_space_fini(&inode->data);
    spin_lock(&inode_cache.lock);
    /* Whoever unmounts looks at the list under the lock: before us and sleeps, or after us. */
    is_awaited = inode_test(inode, INODE_HASHED) || (inode->sb->internal_flags & SB_DYING);
    list_remove(&inode->hash_link);
    list_remove(&inode->sb_link);
    inode_cache.count--;
    spin_unlock(&inode_cache.lock);
    kmem_cache_free(inode_cache.slab, inode);
    if (is_awaited)
        wake_up_all(&inode_cache.changed);
}

void inode_get(struct inode *inode)
{
    __atomic_fetch_add(&inode->refcount, 1, __ATOMIC_RELAXED);
}

/* Drop a reference under the lock; true if it was the last of an inode that is FREEING now. */
static bool put_locked(struct inode *inode)
{
    ASSERT(inode->refcount > 0);
    if (__atomic_sub_fetch(&inode->refcount, 1, __ATOMIC_ACQ_REL) > 0)
        return false;
    if (inode->nlink == 0 || !inode_test(inode, INODE_HASHED)
        || inode_test(inode, INODE_TRANSIENT)) {
        begin_freeing_locked(inode);
        return true;
    }
    list_insert_tail(&inode_cache.unused, &inode->lru_link);
    inode_cache.nunused++;
    if (inode->sb->internal_flags & SB_DYING)
        wake_up_all(&inode_cache.changed);
    return false;
}

/* Drop a reference that is not the last; false: it may be. */
static bool put_one_of_many(struct inode *inode)
{
    int32_t old = __atomic_load_n(&inode->refcount, __ATOMIC_RELAXED);

    while (old > 1)
        if (__atomic_compare_exchange_n(&inode->refcount, &old, old - 1, true,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return true;
    return false;
}

void inode_put(struct inode *inode)
{
    bool last;

    if (put_one_of_many(inode))
        return;
    spin_lock(&inode_cache.lock);
    last = put_locked(inode);
    spin_unlock(&inode_cache.lock);
    if (last)
        destroy(inode);
}

void inode_put_later(struct inode *inode)
{
    bool last;

    if (put_one_of_many(inode))
        return;
    spin_lock(&inode_cache.lock);
    last = put_locked(inode);
    if (last)
        list_insert_tail(&inode_cache.doomed, &inode->lru_link);
    spin_unlock(&inode_cache.lock);
    if (last)
        writeback_hurry_inodes();
}

static struct inode *take_doomed(void)
{
    struct list *link;

    spin_lock(&inode_cache.lock);
    link = list_pop_head(&inode_cache.doomed);
    spin_unlock(&inode_cache.lock);
    return link ? list_entry(link, struct inode, lru_link) : NULL;
}

void inode_end_doomed(void)
{
    struct inode *inode;

    while ((inode = take_doomed()))
        destroy(inode);
}

/* Whether INODE, unused, can leave without a word to the disk. */
static bool is_disposable(const struct inode *inode)
{
    return !inode_test(inode, INODE_DIRTY) && inode->data.npages == 0;
}

size_t inode_cache_shrink(size_t nr)
{
    struct inode *inode, *next;
    struct list doomed = LIST_INIT(doomed);
    size_t n = 0, looks;

    spin_lock(&inode_cache.lock);
    looks = inode_cache.nunused;
    list_for_each_entry_safe(inode, next, &inode_cache.unused, lru_link) {
        if (n == nr || looks-- == 0)
            break;
        if (!is_disposable(inode)) {
            list_move_tail(&inode_cache.unused, &inode->lru_link);
            continue;
        }
        begin_freeing_locked(inode);
        list_move_tail(&doomed, &inode->lru_link);
        inode_cache.nunused--;
        n++;
    }
    spin_unlock(&inode_cache.lock);
    list_for_each_entry_safe(inode, next, &doomed, lru_link) {
        list_remove(&inode->lru_link);
        destroy(inode);
    }
    return n;
}

size_t inode_evict_unused(struct super_block *sb)
{
    struct inode *inode, *next;
    struct list doomed = LIST_INIT(doomed);
    size_t left = 0;

    spin_lock(&inode_cache.lock);
    list_for_each_entry(inode, &sb->inodes, sb_link) {
        if (__atomic_load_n(&inode->refcount, __ATOMIC_RELAXED) > 0
            || inode_test(inode, INODE_FREEING)) {
            left++;
            continue;
        }
        begin_freeing_locked(inode);
        list_move_tail(&doomed, &inode->lru_link);
        inode_cache.nunused--;
    }
    spin_unlock(&inode_cache.lock);
    list_for_each_entry_safe(inode, next, &doomed, lru_link) {
        list_remove(&inode->lru_link);
        destroy(inode);
    }
    return left;
}

/* Whether an inode of SB can be evicted, or all are gone. */
static bool has_unused_or_none(struct super_block *sb)
{
    struct inode *inode;
    bool is = true;

    spin_lock(&inode_cache.lock);
    list_for_each_entry(inode, &sb->inodes, sb_link) {
        is = __atomic_load_n(&inode->refcount, __ATOMIC_RELAXED) == 0
             && !inode_test(inode, INODE_FREEING);
        if (is)
            break;
    }
    spin_unlock(&inode_cache.lock);
    return is;
}

void inode_evict_all(struct super_block *sb)
{
    while (inode_evict_unused(sb) > 0)
        wait_event(&inode_cache.changed, has_unused_or_none(sb));
}

void inode_count(size_t *all, size_t *unused)
{
    *all = __atomic_load_n(&inode_cache.count, __ATOMIC_RELAXED);
    *unused = __atomic_load_n(&inode_cache.nunused, __ATOMIC_RELAXED);
}

/* ---- writers against executers -------------------------------------------------- */

/* Move the count of writers by STEP unless it stands on the other side of zero. */
static int move_writers(struct inode *inode, int32_t step)
{
    int32_t old = __atomic_load_n(&inode->writers, __ATOMIC_RELAXED);

    do {
        if (step > 0 ? old < 0 : old > 0)
            return -ETXTBSY;
    } while (!__atomic_compare_exchange_n(&inode->writers, &old, old + step, true,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return 0;
}

int inode_get_write(struct inode *inode)
{
    return move_writers(inode, 1);
}

void inode_put_write(struct inode *inode)
{
    __atomic_fetch_sub(&inode->writers, 1, __ATOMIC_RELEASE);
}

int inode_deny_write(struct inode *inode)
{
    return move_writers(inode, -1);
}

void inode_allow_write(struct inode *inode)
{
    __atomic_fetch_add(&inode->writers, 1, __ATOMIC_RELEASE);
}

bool inode_needs_writing(struct super_block *sb)
{
    struct inode *inode;
    bool needs = false;

    spin_lock(&inode_cache.lock);
    list_for_each_entry(inode, &sb->inodes, sb_link)
        needs |= inode->nlink == 0 || __atomic_load_n(&inode->writers, __ATOMIC_RELAXED) > 0;
    spin_unlock(&inode_cache.lock);
    return needs;
}

void inode_cache_init(void)
{
    for (size_t i = 0; i < HASH_BUCKETS; i++)
        list_init(&inode_cache.hash[i]);
    list_init(&inode_cache.unused);
    list_init(&inode_cache.dirty);
    list_init(&inode_cache.doomed);
    wait_queue_init(&inode_cache.changed);
    inode_cache.slab = kmem_cache_create("inode_cache", sizeof(struct inode), 0,
                                     SLAB_RECLAIMABLE, NULL);
    if (!inode_cache.slab)
        panic("no memory for inodes");
    writeback_set_inode_writer(inode_write_old);
}
