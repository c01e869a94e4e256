/* SPDX-License-Identifier: MIT */
/*
 * filemap.c - mappings of files: their pages are the page cache's.
 *
 * A private mapping maps the cached page write-protected and copies it at the
 * first store; from then on the copy is anonymous memory.  A shared one maps it
 * write-protected, too: at the first store the file system finds the page a place
 * and the page becomes dirty; writing it back takes the right away again.
 *
 * The page's lock is held while it is entered: a truncation either sees the entry,
 * or has already taken the page out of the mapping, which is checked under the lock.
 * Its neighbours are entered under the lock of the mapping's tree, which a page must
 * also pass to leave; there it is seen that somebody maps it again.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/core/counters.h"
#include "kernel/fs/file.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/pte_bits.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define AROUND 16       /* pages of an aligned window mapped by one read fault: 64 KiB, as Linux */

static bool beyond_end(const struct address_space *as, uint64_t index)
{
    return index >= (inode_size(as->host) + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* PAGE, which stands at INDEX or is NULL, is not what is wanted: read it, and ahead of it
 * as the VMA is advised. */
static __attribute__((noinline))
enum fault_result read_page(struct fault *f, uint64_t index, struct page **page)
{
    struct address_space *as = f->vma->mapping;
    struct readahead *ra = f->vma->flags & VM_RAND_READ ? NULL : &f->vma->file->ra;
    size_t nreq = f->vma->flags & VM_SEQ_READ ? READAHEAD_MAX : 1;
    int err;

    f->major |= !*page || !page_test(*page, PG_UPTODATE);
    if (*page)
        put_page(*page);
    rwsem_read_lock(&as->invalidate);
    err = page_cache_read_several(as, index, nreq, ra, page);
    rwsem_read_unlock(&as->invalidate);
    if (err)
        return err == -ENOMEM ? FAULT_OOM : FAULT_SIGBUS;
    return FAULT_OK;
}

/* f->cache_page: the page at f's address, uptodate and locked; if it is TO_CHANGE
 * within the file system's bracket, which comes before the lock of a page. */
static enum fault_result get_cache_page(struct fault *f, bool to_change)
{
    struct address_space *as = f->vma->mapping;
    uint64_t index = vma_pgoff(f->vma, f->va);
    enum fault_result r = FAULT_OK;
    struct page *page;

    if (beyond_end(as, index))
        return FAULT_SIGBUS;
    page = page_cache_find(as, index);
    /* A reader in order is followed by those to come, even where a page is ready. */
    if (!page || !page_test(page, PG_UPTODATE) || (f->vma->flags & VM_SEQ_READ))
        r = read_page(f, index, &page);
    if (r != FAULT_OK)
        return r;
    if (to_change) {
        if (as->ops->change_begin(as) < 0) {
            put_page(page);
            return FAULT_SIGBUS;
        }
        f->changing = true;
    }
    page_lock(page);
    f->cache_page = page;
    f->cache_ref = true;
    if (page->mapping != as || !page_test(page, PG_UPTODATE))
        return FAULT_RETRY;
    return beyond_end(as, index) ? FAULT_SIGBUS : FAULT_OK;
}

/* The cached page is going to be written through a mapping. */
static enum fault_result dirty_cache_page(struct fault *f)
{
    struct address_space *as = f->vma->mapping;
    uint64_t start = f->cache_page->index << PAGE_SHIFT;
    int err = as->ops->make_room(as, f->cache_page, min_u64(PAGE_SIZE, inode_size(as->host) - start));

    if (err)
        return err == -ENOMEM ? FAULT_OOM : FAULT_SIGBUS;
    f->dirtied = !page_test(f->cache_page, PG_DIRTY);
    page_cache_dirty(f->cache_page);
    inode_touch_mtime(as->host);
    f->writable = true;
    return FAULT_OK;
}

/* Give the entry of the cached page W. */
static enum fault_result allow_stores(struct fault *f)
{
    bool same;

    spin_lock(&f->mm->pt_lock);
    same = pte_read(f->pte).bits == f->old.bits;
    if (same)
        pte_set_bits(f->pte, PTE_W | PTE_A | PTE_D);
    spin_unlock(&f->mm->pt_lock);
    if (!same)
        return FAULT_RETRY;
    tlb_flush_page_local(&f->mm->ctx, f->va);
    return FAULT_OK;
}

static enum fault_result file_make_writable(struct fault *f)
{
    enum fault_result r;

    if (!(f->vma->flags & VM_SHARED))
        return anon_copy_on_write(f);
    r = get_cache_page(f, true);
    if (r == FAULT_OK)
        r = dirty_cache_page(f);
    return r == FAULT_OK ? allow_stores(f) : r;
}

/* A store to a private mapping: the page is its own from the start. */
static __attribute__((noinline)) enum fault_result copy_cache_page(struct fault *f)
{
    enum fault_result r = anon_new_page(f, false);

    if (r == FAULT_OK)
        memcpy(page_address(f->page), page_address(f->cache_page), PAGE_SIZE);
    return r;
}

static enum fault_result file_fault(struct fault *f)
{
    bool store = f->access == ACCESS_WRITE, shared = f->vma->flags & VM_SHARED;
    enum fault_result r = get_cache_page(f, store && shared);

    if (r == FAULT_OK && store && shared)
        r = dirty_cache_page(f);
    if (r != FAULT_OK)
        return r;
    if (store && !shared)
        return copy_cache_page(f);
    f->page = f->cache_page;
    f->cache_ref = false;           /* the reference goes along */
    return FAULT_OK;
}

/* Entries for the neighbours of a page that was read. */
struct window {
    struct pte *ptes;
    uint64_t bits;
    bool exec, locked;
    size_t mapped;
};

/* PAGE is ready and belongs at entry I: enter it, if nothing is there. */
static void map_neighbour(struct page *page, size_t i, void *arg)
{
    struct window *w = arg;

    /* An executable page must have been fetched before. */
    if (pte_read(&w->ptes[i]).bits || (w->exec && !page_test(page, PG_FETCHABLE)))
        return;
    get_page(page);
    page_map_get(page);
    if (w->locked)
        page_mlock_get(page);
    pte_set(&w->ptes[i], pte_make(page_to_phys(page), w->bits));
    w->mapped++;
}

/* Pages of the mapping from FIRST on, at most N, that lie in the file. */
static size_t within_file(const struct address_space *as, uint64_t first, size_t n)
{
    uint64_t end = (inode_size(as->host) + PAGE_SIZE - 1) >> PAGE_SHIFT;

    return first < end ? min_u64(n, end - first) : 0;
}

static __attribute__((noinline)) void map_window(struct fault *f)
{
    struct vma *vma = f->vma;
    vaddr_t window = f->va & ~(AROUND * PAGE_SIZE - 1);
    vaddr_t start = MAX(window, vma->start), end = MIN(window + AROUND * PAGE_SIZE, vma->end);
    uint64_t first = vma_pgoff(vma, start);
    struct window w = {
        .ptes = f->pte - ((f->va - start) >> PAGE_SHIFT),
        .bits = vma_pte_bits(vma->flags, false, false) & ~PTE_A,
        .exec = vma->flags & VM_EXEC,
        .locked = vma->flags & VM_LOCKED,
    };

    spin_lock(&f->mm->pt_lock);
    if (!f->mm->unstable)
        page_cache_for_each_ready(vma->mapping, first,
                                  within_file(vma->mapping, first, (end - start) >> PAGE_SHIFT),
                                  map_neighbour, &w);
    *mm_rss_of(f->mm, f->cache_page) += (int64_t)w.mapped;
    spin_unlock(&f->mm->pt_lock);
    count_vm_events(VM_FAULT_AROUND, w.mapped);
}

/* Not around a private page that has come back from swap. */
static void file_fault_around(struct fault *f)
{
    if (!f->old.bits && !(f->vma->flags & VM_RAND_READ) && !f->mm->recorded)
        map_window(f);
}

const struct vma_ops file_vma_ops = {
    .name = "file",
    .fault = file_fault,
    .make_writable = file_make_writable,
    .fault_around = file_fault_around,
};
