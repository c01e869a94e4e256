/* SPDX-License-Identifier: MIT */
/*
 * migrate.c - give a page another frame, and nobody notices.
 *
 *   1. freeze   entries of the old frame become migration entries, which keep their bits;
 *               whoever meets one waits
 *   2. copy     nobody can store to the page now
 *   3. replace  a file's page: in its page tree; one in the swap cache: in its slot
 *   4. thaw     migration entries become entries of the new frame
 *
 * If somebody else refers to the page (I/O, read, a reclaimer), step 4 puts the old
 * frame back.  A fork, an munmap or an mremap may come in between: they copy, drop or move
 * migration entries like others.  (None of them loses a dirty bit: before a shared page
 * may be stored to, it is marked dirty.)  A walk may miss an entry that a fork copies at that
 * moment from a place yet to be visited to one already visited; but such a walk has changed
 * something itself.  So each walk is repeated until one has found nothing to do.
 *
 * Most walks end earlier.  An anonymous page gets new entries from forks alone: if none is
 * under way, a walk has found all entries when it has frozen as many as there were.  And all
 * are thawed when none is counted for the old frame.
 */
#include "kernel/cache/swap.h"
#include "kernel/core/counters.h"
#include "kernel/mm/contig_plan.h"
#include "kernel/mm/icache.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/wait.h"
#include "kernel/vm/migrate.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/rmap.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static struct wait_queue thaws = WAIT_QUEUE_INIT(thaws);

struct migration {
    struct page *from, *to;         /* step 1: the same                     */
    struct page *where;             /* which of them says where to look     */
    struct anon_vma *anon_vma;      /* of an anonymous page, referenced     */
    bool found;                     /* the walk has changed an entry        */
    int32_t left;                   /* entries it has yet to freeze, or one of: */
};

enum { NOT_COUNTED = -1, UNKNOWN = -2 };

static bool freeze_at(struct mm *mm, vaddr_t va, void *arg)
{
    struct migration *m = arg;
    struct pte *pte, old;

    if (m->left == NOT_COUNTED)
        m->left = (int32_t)__atomic_load_n(&m->from->mapcount, __ATOMIC_RELAXED);
    spin_lock(&mm->pt_lock);
    pte = pt_find(&mm->ctx.pt, va, 0);
    do {
        old = pte ? pte_read(pte) : (struct pte){ 0 };
        if (pte_counted_page(old) != m->from || pte_is_moving(old)) {
            spin_unlock(&mm->pt_lock);
            return m->left != 0;
        }
    } while (!pte_cmpxchg(pte, old, pte_freeze(old)));  /* the hardware may set A and D */
    tlb_flush_page(&mm->ctx, va);
    spin_unlock(&mm->pt_lock);
    m->found = true;
    if (m->left > 0)
        m->left--;
    return m->left != 0;
}

/* The entry and its reference pass from one page to the other. */
static void pass_on(const struct migration *m)
{
    get_page(m->to);
    page_map_get(m->to);
    page_map_put(m->from);
    put_page(m->from);              /* not the last: the caller has one */
}

static bool thaw_at(struct mm *mm, vaddr_t va, void *arg)
{
    struct migration *m = arg;
    struct pte *pte, old;

    spin_lock(&mm->pt_lock);
    pte = pt_find(&mm->ctx.pt, va, 0);
    old = pte ? pte_read(pte) : (struct pte){ 0 };
    if (pte_is_moving(old) && pte_pfn(old) == page_to_pfn(m->from)) {
        pte_cmpxchg(pte, old, pte_thaw(old, page_to_pfn(m->to)));   /* the lock: cannot fail */
        if (m->to != m->from)
            pass_on(m);
        m->found = true;
    }
    spin_unlock(&mm->pt_lock);
    return m->to == m->from || __atomic_load_n(&m->from->mapcount, __ATOMIC_RELAXED) != 0;
}

/* Walk until there is nothing left to do. */
static void walk(struct migration *m, bool (*fn)(struct mm *mm, vaddr_t va, void *arg))
{
    bool more;

    do {
        m->found = false;
        more = rmap_walk(m->where, m->anon_vma, fn, m);
        m->left = UNKNOWN;          /* some are frozen by now */
    } while (m->found && more);
}

static void freeze(struct migration *m)
{
    m->left = NOT_COUNTED;
    walk(m, freeze_at);
}

static void thaw(struct migration *m)
{
    walk(m, thaw_at);
    wake_up_all(&thaws);
}

void migration_wait(const struct pte *pte, struct pte old)
{
    wait_event(&thaws, pte_read(pte).bits != old.bits);
}

static void copy(struct page *to, const struct page *from)
{
    memcpy(page_address(to), page_address(from), PAGE_SIZE);
    if (page_test(from, PG_FETCHABLE)) {        /* some entries may execute it */
        fence_i_all();
        page_set(to, PG_FETCHABLE);
    }
}

/* What an anonymous page is, whatever the frame. */
#define MOVED_FLAGS                                                                         \
    (1u << PG_UPTODATE | 1u << PG_DIRTY | 1u << PG_REFERENCED | 1u << PG_SEEN                 \
     | 1u << PG_READAHEAD)

static bool is_alone(const struct page *page, int32_t nrefs)
{
    return __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE)
           == __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) + nrefs;
}

/* Nobody but the caller, migration entries and perhaps the swap cache refers to the old page;
 * there can be no new ones, except through the swap cache: it is asked under its lock. */
static bool replace_anon(struct page *old, struct page *new)
{
    bool in_swap = page_test(old, PG_SWAPCACHE);

    if (!in_swap && !is_alone(old, 1))
        return false;
    page_set_identity(new, PAGE_ANON);
    new->anon_vma = old->anon_vma;
    new->index = old->index;
    page_set(new, PG_SWAPBACKED);
    __atomic_fetch_or(&new->flags, old->flags & MOVED_FLAGS, __ATOMIC_RELAXED);
    if (in_swap && !swap_cache_replace(old, new)) {
        page_set_identity(new, PAGE_OWNED);
        __atomic_fetch_and(&new->flags, ~(MOVED_FLAGS | 1u << PG_SWAPBACKED), __ATOMIC_RELAXED);
        return false;
    }
    lru_replace(old, new);
    return true;
}

/* Both locked.  A is NULL for a page of a file, or one that nobody maps. */
static int move(struct page *old, struct page *new, struct anon_vma *a)
{
    struct migration m = { .from = old, .to = old, .where = old, .anon_vma = a };
    bool anon = old->identity == PAGE_ANON, mapped = a || !anon;
    bool done;

    if (mapped)
        freeze(&m);
    copy(new, old);
    done = anon ? replace_anon(old, new) : page_cache_replace(old, new);
    if (done) {
        m.where = m.to = new;
        if (!anon)
            walk(&m, freeze_at);    /* a fault on a neighbour may have mapped it, to read */
    }
    if (mapped)
        thaw(&m);
    if (!done)
        return -EBUSY;
    page_mlock_move(old, new);
    return 0;
}

/* With OLD locked. */
static int move_locked(struct page *old, struct page *new)
{
    struct anon_vma *a = NULL;
    int err;

    if (old->identity == PAGE_ANON) {
        a = anon_vma_of(old);
        if (!a && (__atomic_load_n(&old->mapcount, __ATOMIC_ACQUIRE) > 0
                   || !page_test(old, PG_SWAPCACHE)))
            return -EBUSY;          /* on its way in or out */
    } else if (old->identity != PAGE_CACHE || !old->mapping) {
        return -EBUSY;              /* gone meanwhile */
    }
    err = move(old, new, a);
    anon_vma_put(a);
    if (!err && old->identity == PAGE_CACHE)
        page_set_identity(old, PAGE_OWNED);
    return err;
}

/* Lock PAGE, which is then not in writeback.  False: WAIT is, and one would have to. */
static bool lock_for_move(struct page *page, bool wait)
{
    if (!wait && !page_trylock(page))
        return false;
    if (wait)
        page_lock(page);
    if (!page_test(page, PG_WRITEBACK))
        return true;
    if (wait)
        page_wait_writeback(page);
    else
        page_unlock(page);
    return wait;
}

int page_migrate_to(struct page *old, struct page *new, bool wait)
{
    int err = -EBUSY;

    if (frame_use(old) != FRAME_MOVABLE)
        return -EINVAL;
    if (lock_for_move(old, wait)) {
        page_trylock(new);          /* nobody else knows it */
        err = move_locked(old, new);
        page_unlock(new);
        page_unlock(old);
    }
    count_vm_event(err ? VM_PGMIGRATE_FAIL : VM_PGMIGRATE_SUCCESS);
    return err;
}

int page_migrate(struct page *old)
{
    struct page *new;
    int err;

    if (frame_use(old) != FRAME_MOVABLE)
        return -EINVAL;
    new = alloc_page(GFP_USER_MOVABLE);
    if (!new)
        return -ENOMEM;
    err = page_migrate_to(old, new, true);
    put_page(new);
    return err;
}
