/* SPDX-License-Identifier: MIT */
/*
 * inode_write.c - attributes that are newer than the disk, and what is done to all
 * inodes of a file system.
 *
 * An inode that changes joins a list, oldest first; the flusher carries attributes into
 * pages of metadata when they are old enough, and sync does so at once.
 */
#include "kernel/cache/writeback.h"
#include "kernel/fs/inode_impl.h"
#include "kernel/fs/super.h"
#include "kernel/sched/timer.h"

/* ---- dirty attributes --------------------------------------------------------- */

static __attribute__((noinline)) void become_dirty(struct inode *inode)
{
    spin_lock(&inode_cache.lock);
    if (inode_test(inode, INODE_DIRTY | INODE_FREEING)) {
        spin_unlock(&inode_cache.lock);
        return;
    }
    inode_set(inode, INODE_DIRTY);
    inode->dirtied_when = clock_monotonic_ns();
    list_insert_tail(&inode_cache.dirty, &inode->dirty_link);
    spin_unlock(&inode_cache.lock);
    writeback_note_inode();
}

void inode_mark_dirty(struct inode *inode)
{
    /* What changed is seen by who makes the inode clean, or that it is clean by us. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (inode->sb->bdev && !inode_test(inode, INODE_DIRTY))
        become_dirty(inode);
}

/* INODE is ours to write; false: it is clean, or somebody writes it and is not waited for. */
static bool begin_write(struct inode *inode, bool wait)
{
    bool is_ours;

    spin_lock(&inode_cache.lock);
    while (wait && inode_test(inode, INODE_WRITTEN)) {
        inode_wait_changed_unlock();
        spin_lock(&inode_cache.lock);
    }
    is_ours = inode_test(inode, INODE_DIRTY) && !inode_test(inode, INODE_WRITTEN);
    if (is_ours) {
        /* Clean first: a change during the writing makes it dirty again. */
        inode_set(inode, INODE_WRITTEN);
        inode_clear(inode, INODE_DIRTY);
        list_remove(&inode->dirty_link);
    }
    spin_unlock(&inode_cache.lock);
    return is_ours;
}

static void end_write(struct inode *inode)
{
    spin_lock(&inode_cache.lock);
    inode_clear(inode, INODE_WRITTEN);
    spin_unlock(&inode_cache.lock);
    wake_up_all(&inode_cache.changed);
}

static int write_attributes(struct inode *inode, bool wait)
{
    int err;

    if (!begin_write(inode, wait))
        return 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);    /* with inode_mark_dirty's */
    fs_op_begin_late(inode->sb, 1);
    err = inode->sb->ops->write_inode(inode);
    fs_op_end(inode->sb);
    if (err)
        inode_mark_dirty(inode);        /* nothing is lost yet: another time */
    end_write(inode);
    return err;
}

int inode_write(struct inode *inode)
{
    return write_attributes(inode, true);
}

/* The oldest dirty inode, with a reference, if it became dirty before OLDER_THAN.  One that is
 * being written, and dirty again, is left for another time: who writes it may need the flusher
 * to go on. */
static struct inode *get_oldest_dirty(uint64_t older_than)
{
    struct inode *inode, *oldest = NULL;

    spin_lock(&inode_cache.lock);
    list_for_each_entry(inode, &inode_cache.dirty, dirty_link) {
        if (inode->dirtied_when > older_than)
            break;
        if (inode_test(inode, INODE_WRITTEN))
            continue;
        inode_get_locked(inode);
        oldest = inode;
        break;
    }
    spin_unlock(&inode_cache.lock);
    return oldest;
}

bool inode_write_old(uint64_t older_than)
{
    struct inode *inode;

    inode_end_doomed();
    while ((inode = get_oldest_dirty(older_than))) {
        write_attributes(inode, false);
        inode_put(inode);
        cond_resched();
    }
    return list_is_empty(&inode_cache.dirty);
}

/* ---- all inodes of a file system ------------------------------------------------ */

/* The inode after PREV on SB's list, with a reference, PREV's being dropped. */
static struct inode *next_of_sb(struct super_block *sb, struct inode *prev)
{
    struct list *link;
    struct inode *next = NULL;

    spin_lock(&inode_cache.lock);
    link = prev ? prev->sb_link.next : sb->inodes.next;
    for (; link != &sb->inodes; link = link->next) {
        struct inode *inode = list_entry(link, struct inode, sb_link);

        if (inode_test(inode, INODE_FREEING | INODE_NEW))
            continue;
        inode_get_locked(inode);
        next = inode;
        break;
    }
    spin_unlock(&inode_cache.lock);
    if (prev)
        inode_put(prev);
    return next;
}

static int sync_pages(struct super_block *sb, bool wait)
{
    struct inode *inode = NULL;
    int err = 0;

    while ((inode = next_of_sb(sb, inode))) {
        int e;

        if (inode->data.npages == 0)
            continue;
        e = writeback_range(&inode->data, 0, UINT64_MAX, wait);
        if (!err)
            err = e;
    }
    return err;
}

int inode_sync_all(struct super_block *sb, bool wait)
{
    struct inode *inode = NULL;
    int err, e;

    /* All writes are started before the first is waited for. */
    err = sync_pages(sb, false);
    while ((inode = next_of_sb(sb, inode))) {
        e = inode_write(inode);
        if (!err)
            err = e;
    }
    e = wait ? sync_pages(sb, true) : 0;
    return err ? err : e;
}

int inode_swap_in_all(struct super_block *sb, const struct swap_area *area)
{
    struct inode *inode = NULL;
    int err;

    while ((inode = next_of_sb(sb, inode))) {
        if (inode->data.nswapped == 0)
            continue;
        err = page_cache_swap_in_all(&inode->data, area);
        if (err) {
            inode_put(inode);
            return err;
        }
    }
    return 0;
}
