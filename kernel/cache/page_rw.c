/* SPDX-License-Identifier: MIT */
/*
 * page_rw.c - read(2) and write(2) through the page cache.
 *
 * Reading a page that is there takes no page lock: find it, copy, let go.  No fault is
 * served meanwhile either: the copy stops short, and the page is found again.
 *
 * Writing holds the page lock while it copies, and a fault must not be served
 * under it: the bytes to write may come from a mapping of the very page.  So the
 * copy stops short instead of faulting; then everything is let go, the source is
 * faulted in, and the page is tried again.
 *
 * A page that nobody can see yet (beyond the end, or about to be overwritten
 * whole) is filled first and given its place in the store after, so that neither
 * a bad address nor a full disk leaves a block behind that nobody wrote.  A page
 * that holds data gets its place first, since once changed it cannot go back.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/readahead.h"
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* ---- reading -------------------------------------------------------------- */

/* The page at INDEX if it is ready and starts no readahead; with a reference. */
static struct page *find_ready(struct address_space *as, pgoff_t index, struct readahead *ra)
{
    struct page *page = page_cache_find(as, index);

    if (!page)
        return NULL;
    if (!page_is_uptodate(page) || (ra && ra->size)) {
        put_page(page);
        return NULL;
    }
    if (ra)
        ra->next = index + 1;
    page_mark_used(page);
    return page;
}

/* The same for a page that must be read or waited for; the reader wants NBYTES from
 * byte OFF of it on. */
static int read_slowly(struct address_space *as, pgoff_t index, size_t off, size_t nbytes,
                       struct readahead *ra, struct page **out)
{
    int err;

    rwsem_read_lock(&as->invalidate);
    err = page_cache_read_several(as, index, div_round_up(off + nbytes, PAGE_SIZE), ra, out);
    rwsem_read_unlock(&as->invalidate);
    return err;
}

/* Bytes [*POS, END), any number of pages, which may have to be read.  0 or an errno;
 * *POS says how far it got. */
static int read_pages(struct address_space *as, uint64_t *pos, uint64_t end,
                      struct readahead *ra, struct uio *uio)
{
    int err = 0;

    while (!err && *pos < end) {
        size_t off = *pos % PAGE_SIZE, n = min_u64(PAGE_SIZE - off, end - *pos), copied;
        struct page *page = find_ready(as, *pos / PAGE_SIZE, ra);

        if (!page)
            err = read_slowly(as, *pos / PAGE_SIZE, off, end - *pos, ra, &page);
        if (err)
            break;
        copied = uio_copy_out(uio, (char *)page_address(page) + off, n);
        put_page(page);
        *pos += copied;
        if (copied < n)
            err = uio_fault_in(uio, n - copied, true);
        cond_resched();
    }
    return err;
}

ssize_t page_cache_read_iter(struct address_space *as, uint64_t *pos, uint64_t size,
                             struct readahead *ra, struct uio *uio)
{
    uint64_t at = *pos;
    size_t n = uio->resid, off = at % PAGE_SIZE;
    struct page *page;
    int err;

    /* The usual case apart: all of it in one page that is ready. */
    if (off + n <= PAGE_SIZE && at + n <= size && (page = find_ready(as, at / PAGE_SIZE, ra))) {
        *pos += uio_copy_out(uio, (char *)page_address(page) + off, n);
        put_page(page);
        if (*pos == at + n)
            return (ssize_t)n;
    }
    if (at >= size)
        return 0;
    err = read_pages(as, pos, at + min_u64(n, size - at), ra, uio);
    return *pos > at ? (ssize_t)(*pos - at) : err;
}

/* ---- writing -------------------------------------------------------------- */

/* One page of a write. */
struct write_step {
    struct address_space *as;
    struct page *page;                  /* locked                              */
    uint64_t pos;                       /* first byte                          */
    size_t off, len;                    /* the same within the page            */
    uint64_t size;                      /* of the file, now                    */
    struct uio *uio;
};

static char *step_address(const struct write_step *w)
{
    return (char *)page_address(w->page) + w->off;
}

/* Whether the page holds nothing that anybody can see. */
static bool step_is_unseen(const struct write_step *w)
{
    if (w->pos - w->off >= w->size)
        return true;
    return w->len == PAGE_SIZE && !page_test(w->page, PG_UPTODATE);
}

/* Change part of a page that holds data.  Bytes copied; 0: the source is not
 * present; or an errno. */
static ssize_t write_into(struct write_step *w)
{
    int err = 0;

    if (!page_test(w->page, PG_UPTODATE))
        err = w->as->ops->read_page(w->as, w->page);
    if (!err)
        err = w->as->ops->make_room(w->as, w->page, w->off + w->len);
    if (err)
        return err;
    page_cache_dirty(w->page);
    return (ssize_t)uio_copy_in(w->uio, step_address(w), w->len);
}

/* Fill a page that nobody sees, then find its place.  Results as above. */
static ssize_t write_unseen(struct write_step *w)
{
    size_t copied = uio_copy_in(w->uio, step_address(w), w->len);
    bool beyond_end = w->pos - w->off >= w->size;
    char *start = page_address(w->page);
    int err;

    if (copied == 0)
        return 0;
    if (copied < w->len && !beyond_end) {
        /* Not the whole page after all: the rest must come from the store. */
        uio_revert(w->uio, copied);
        w->len = copied;
        return write_into(w);
    }
    err = w->as->ops->make_room(w->as, w->page, w->off + copied);
    if (err) {
        /* It may be up to date, all zeros, and is seen if the file grows over it. */
        memset(step_address(w), 0, copied);
        uio_revert(w->uio, copied);
        return err;
    }
    if (beyond_end) {
        memset(start, 0, w->off);
        memset(start + w->off + copied, 0, PAGE_SIZE - w->off - copied);
    }
    page_set(w->page, PG_UPTODATE);
    page_cache_dirty(w->page);
    return (ssize_t)copied;
}

static ssize_t write_page_locked(struct write_step *w,
                                 void (*grow)(struct inode *inode, uint64_t size))
{
    ssize_t copied = step_is_unseen(w) ? write_unseen(w) : write_into(w);

    if (copied <= 0)
        return copied;
    page_forget_fetched(w->page);
    page_mark_used(w->page);
    w->pos += (uint64_t)copied;
    if (w->pos > w->size) {
        w->size = w->pos;
        grow(w->as->host, w->size);
    }
    return copied;
}

/* One page, inside the owner's bracket. */
static ssize_t write_one(struct write_step *w,
                         void (*grow)(struct inode *inode, uint64_t size))
{
    ssize_t copied = w->as->ops->change_begin(w->as);

    if (copied < 0)
        return copied;
    copied = page_cache_get_lock(w->as, w->pos / PAGE_SIZE, &w->page);
    if (copied == 0) {
        copied = write_page_locked(w, grow);
        if (copied <= 0)
            page_cache_discard_unread(w->as, w->page);
        page_unlock(w->page);
        put_page(w->page);
    }
    w->as->ops->change_end(w->as);
    return copied;
}

ssize_t page_cache_write_iter(struct address_space *as, uint64_t *pos, uint64_t old_size,
                              struct uio *uio, void (*grow)(struct inode *inode, uint64_t size))
{
    struct write_step w = { .as = as, .pos = *pos, .size = old_size, .uio = uio };
    ssize_t copied = 0;

    while (uio->resid > 0 && copied >= 0) {
        w.off = w.pos % PAGE_SIZE;
        w.len = min_u64(PAGE_SIZE - w.off, uio->resid);
        copied = write_one(&w, grow);
        if (copied == 0)
            copied = uio_fault_in(uio, w.len, false);
        if (as->writes_back)
            writeback_throttle();
        if (uio->resid > 0)
            cond_resched();
    }
    if (w.pos == *pos)
        return copied;
    copied = (ssize_t)(w.pos - *pos);
    *pos = w.pos;
    return copied;
}
