/* SPDX-License-Identifier: MIT */
/*
 * page_read.c - pages get their content: one that is wanted, and those that will be.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/readahead.h"
#include "kernel/sched/thread.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static void start_run(struct address_space *as, struct page **run, size_t n)
{
    if (n == 0)
        return;
    as->ops->read_pages(as, run, n);
    for (size_t i = 0; i < n; i++)
        put_page(run[i]);
}

void page_cache_start_read(struct address_space *as, pgoff_t start, size_t n)
{
    struct page *run[READAHEAD_MAX];
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        gfp_t gfp = i == 0 ? as->gfp : as->gfp | __GFP_NORETRY | __GFP_NOWARN;
        int err = len < READAHEAD_MAX ? page_cache_add(as, start + i, gfp, false, &run[len]) : -ENOMEM;

        if (err == 0) {
            len++;
            continue;
        }
        if (err != -EEXIST)
            break;
        start_run(as, run, len);
        len = 0;
    }
    start_run(as, run, len);
}

int page_cache_make_uptodate(struct address_space *as, struct page *page)
{
    int err = 0;

    if (page_is_uptodate(page))
        return 0;
    page_lock(page);
    if (page->mapping != as)
        err = -EAGAIN;
    else if (!page_test(page, PG_UPTODATE))
        err = as->ops->read_page(as, page);
    if (err && err != -EAGAIN)
        page_cache_discard_unread(as, page);
    page_unlock(page);
    return err;
}

/* The page behind the last one with data. */
static pgoff_t end_of_data(const struct address_space *as)
{
    return div_round_up(__atomic_load_n(&as->size, __ATOMIC_RELAXED), PAGE_SIZE);
}

int page_cache_read_several(struct address_space *as, pgoff_t index, size_t nreq,
                            struct readahead *ra, struct page **out)
{
    uint64_t end = end_of_data(as);
    struct readahead_plan plan = { 0, 0 };
    bool goes_on = ra && ra->next == index + 1;     /* a reader in small steps */
    struct page *page;
    int err;

    if (!as->writes_back)
        ra = NULL;
    do {
        page = page_cache_find(as, index);
        if (ra && plan.npages == 0) {
            plan = page ? readahead_on_hit(ra, index, end)
                        : readahead_on_miss(ra, index, nreq, end);
            page_cache_start_read(as, plan.start, plan.npages);
        }
        if (!page) {
            err = page_cache_get_lock(as, index, &page);
            if (err)
                return err;
            page_unlock(page);
        }
        err = page_cache_make_uptodate(as, page);
        if (err)
            put_page(page);
    } while (err == -EAGAIN);
    if (err)
        return err;
    if (!goes_on)
        page_mark_used(page);
    *out = page;
    return 0;
}

int page_cache_read(struct address_space *as, pgoff_t index, struct readahead *ra,
                    struct page **page)
{
    return page_cache_read_several(as, index, 1, ra, page);
}

int page_cache_read_nofail(struct address_space *as, pgoff_t index, struct page **page)
{
    int err;

    while ((err = page_cache_read(as, index, NULL, page)) == -ENOMEM) {
        struct page *room;

        if (page_cache_add(as, index, as->gfp | __GFP_NOFAIL, false, &room) == 0) {
            page_unlock_handed_over(room);
            put_page(room);
        }
        cond_resched();
    }
    return err;
}

void page_cache_will_need(struct address_space *as, pgoff_t index, size_t n)
{
    pgoff_t end = end_of_data(as);

    if (!as->writes_back || index >= end)
        return;
    end = index + min_u64(min_u64(n, end - index), WILL_NEED_MAX);
    rwsem_read_lock(&as->invalidate);
    for (; index < end; index += READAHEAD_MAX)
        page_cache_start_read(as, index, min_u64(end - index, READAHEAD_MAX));
    rwsem_read_unlock(&as->invalidate);
}

void page_cache_end_read(struct page *page, int error)
{
    if (!error)
        page_set(page, PG_UPTODATE);
    page_unlock_handed_over(page);
}
