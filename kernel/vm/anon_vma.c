/* SPDX-License-Identifier: MIT */
/*
 * anon_vma.c - from an anonymous page to the entries that map it.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/slab.h"
#include "kernel/vm/anon_vma.h"
#include "kernel/vm/mm.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static struct kmem_cache *anon_vmas, *spans;

/* Who follows page->anon_vma to its reference holds this; so does who frees one. */
static struct spinlock end_lock = SPINLOCK_INIT(RANK_ANON_END, "end of an anon_vma");

/* References */

static void get(struct anon_vma *a)
{
    __atomic_fetch_add(&a->refcount, 1, __ATOMIC_RELAXED);
}

static bool get_unless_zero(struct anon_vma *a)
{
    int32_t n = __atomic_load_n(&a->refcount, __ATOMIC_RELAXED);

    while (n > 0)
        if (__atomic_compare_exchange_n(&a->refcount, &n, n + 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

/* Nobody has a reference; take A from its family and free it. */
static void end(struct anon_vma *a)
{
    ASSERT(list_is_empty(&a->children) && a->nmms == 0);
    if (a->parent) {
        anon_vma_lock(a);
        list_remove(&a->sibling);
        anon_vma_unlock(a);
    }
    spin_lock(&end_lock);       /* whoever found it in a page has given up by now */
    spin_unlock(&end_lock);
    kmem_cache_free(anon_vmas, a);
}

void anon_vma_put(struct anon_vma *a)
{
    struct anon_vma *parent;

    for (; a && __atomic_sub_fetch(&a->refcount, 1, __ATOMIC_ACQ_REL) == 0; a = parent) {
        parent = a->parent;
        end(a);
    }
}

struct anon_vma *anon_vma_of(const struct page *page)
{
    struct anon_vma *a = NULL;

    spin_lock(&end_lock);
    /* Whoever maps the page stands in the anon_vma or below it. */
    if (__atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0) {
        a = __atomic_load_n(&page->anon_vma, __ATOMIC_RELAXED);
        if (a && !get_unless_zero(a))
            a = NULL;
    }
    spin_unlock(&end_lock);
    return a;
}

/* Address spaces */

void anon_space_init(struct mm *mm)
{
    struct anon_space *s = &mm->anon;

    spin_init(&s->lock, RANK_ANON_MAKE, "first anonymous page");
    s->anon_vma = NULL;
    s->is_own = false;
    s->home = (struct anon_span){ .mm = mm };
    list_init(&s->moved);
}

static void enter(struct anon_vma *a, struct anon_span *span, uint64_t first, uint64_t last)
{
    interval_insert(&a->spans, &span->pages, first, last);
}

/* S stands in A from now on; the lock is held. */
static void enter_home(struct anon_vma *a, struct anon_space *s)
{
    s->anon_vma = a;
    a->nmms++;
    enter(a, &s->home, 0, (USER_END >> PAGE_SHIFT) - 1);
}

void anon_space_fork(struct mm *child, struct mm *parent)
{
    struct anon_vma *a = parent->anon.anon_vma;

    if (!a)
        return;
    get(a);
    anon_vma_lock(a);
    enter_home(a, &child->anon);
    __atomic_fetch_add(&a->root->nforks, 1, __ATOMIC_RELAXED);
    anon_vma_unlock(a);
}

/* The parent has not moved: its map lock is held all the time. */
void anon_space_forked(struct mm *parent)
{
    struct anon_span *span;

    list_for_each_entry(span, &parent->anon.moved, link)
        span->copy = NULL;
    if (parent->anon.anon_vma)
        __atomic_fetch_sub(&parent->anon.anon_vma->root->nforks, 1, __ATOMIC_RELEASE);
}

void anon_space_leave(struct mm *mm)
{
    struct anon_vma *a = mm->anon.anon_vma;

    ASSERT(list_is_empty(&mm->anon.moved));
    if (!a)
        return;
    anon_vma_lock(a);
    interval_remove(&a->spans, &mm->anon.home.pages);
    a->nmms--;
    anon_vma_unlock(a);
    mm->anon.anon_vma = NULL;
    anon_vma_put(a);
}

static struct anon_vma *anon_vma_create(void)
{
    struct anon_vma *a = kmem_cache_alloc(anon_vmas, GFP_KERNEL);

    if (!a)
        return NULL;
    spin_init(&a->lock, RANK_ANON_VMA, "family of anonymous pages");
    a->root = a;
    a->parent = NULL;
    list_init(&a->children);
    interval_tree_init(&a->spans);
    a->nmms = 0;
    a->refcount = 1;
    a->nforks = 0;
    return a;
}

static void move_span(struct anon_vma *from, struct anon_vma *to, struct anon_span *span)
{
    interval_remove(&from->spans, &span->pages);
    enter(to, span, span->pages.first, span->pages.last);
}

/* S moves from OLD, its parent's, to NEW below it; the lock is held. */
static void branch(struct anon_vma *old, struct anon_vma *new, struct anon_space *s)
{
    struct anon_span *span;

    new->root = old->root;
    new->parent = old;                  /* S's reference is the child's now */
    list_insert_head(&old->children, &new->sibling);
    move_span(old, new, &s->home);
    list_for_each_entry(span, &s->moved, link)
        move_span(old, new, span);
    old->nmms--;
    new->nmms++;
    s->anon_vma = new;
}

/* Let S have an anon_vma of its own: NEW, or the one where it stands if nobody else is
 * left there.  (Without that, a program that lives on in its child again and again
 * would leave an anon_vma each time.)  Whether NEW was used. */
static bool make_own(struct anon_space *s, struct anon_vma *new)
{
    struct anon_vma *old = s->anon_vma;
    bool used = true;

    anon_vma_lock(old ? old : new);
    if (!old)
        enter_home(new, s);
    else if (old->nmms > 1 || !list_is_empty(&old->children))
        branch(old, new, s);
    else
        used = false;
    anon_vma_unlock(old ? old : new);
    __atomic_store_n(&s->is_own, true, __ATOMIC_RELEASE);
    return used;
}

/* The first page of this mm, or of this VMA. */
static __attribute__((noinline)) int make(struct vma *vma)
{
    struct anon_space *s = &vma->mm->anon;
    struct anon_vma *new = s->is_own ? NULL : anon_vma_create();
    bool used = false;

    if (!new && !s->is_own)
        return -ENOMEM;
    spin_lock(&s->lock);
    if (!s->is_own)                     /* nobody was faster */
        used = make_own(s, new);
    if (!vma->span) {
        s->home.nvmas++;
        __atomic_store_n(&vma->span, &s->home, __ATOMIC_RELEASE);
    }
    spin_unlock(&s->lock);
    if (new && !used)
        kmem_cache_free(anon_vmas, new);
    return 0;
}

int anon_vma_prepare(struct vma *vma)
{
    if (__atomic_load_n(&vma->span, __ATOMIC_ACQUIRE)
        && __atomic_load_n(&vma->mm->anon.is_own, __ATOMIC_ACQUIRE))
        return 0;
    return make(vma);
}

/* Spans */

void anon_span_share(struct vma *vma, const struct vma *of)
{
    if (of->span) {
        vma->span = of->span;
        vma->span->nvmas++;
    }
}

/* A span of VMA's mm for the pages [first, last] of PAGES, used by nobody yet. */
static struct anon_span *make_span(struct vma *vma, vaddr_t base, uint64_t first, uint64_t last)
{
    struct anon_span *span = kmem_cache_alloc(spans, GFP_KERNEL);
    struct anon_vma *a = vma->mm->anon.anon_vma;

    if (!span)
        return NULL;
    span->mm = vma->mm;
    span->base = base;
    span->nvmas = 0;
    span->copy = NULL;
    list_insert_tail(&vma->mm->anon.moved, &span->link);
    anon_vma_lock(a);
    enter(a, span, first, last);
    anon_vma_unlock(a);
    return span;
}

int anon_span_fork(struct vma *vma, const struct vma *of)
{
    struct anon_span *span = of->span;

    if (!span)
        return 0;
    if (span == &of->mm->anon.home)
        vma->span = &vma->mm->anon.home;
    else if (span->copy)
        vma->span = span->copy;
    else
        vma->span = span->copy = make_span(vma, span->base, span->pages.first, span->pages.last);
    if (!vma->span)
        return -ENOMEM;
    vma->span->nvmas++;
    return 0;
}

int anon_span_move(struct vma *vma, const struct vma *of)
{
    vaddr_t base = of->span->base + (vma->start - of->start);

    if (base == 0)
        vma->span = &vma->mm->anon.home;
    else
        vma->span = make_span(vma, base, anon_index(of, of->start),
                              anon_index(of, of->end - 1));
    if (!vma->span)
        return -ENOMEM;
    vma->span->nvmas++;
    return 0;
}

void anon_span_cover(struct vma *vma)
{
    struct interval *pages = &vma->span->pages;
    struct anon_vma *a = vma->mm->anon.anon_vma;

    anon_vma_lock(a);
    interval_change(&a->spans, pages, MIN(pages->first, anon_index(vma, vma->start)),
                    MAX(pages->last, anon_index(vma, vma->end - 1)));
    anon_vma_unlock(a);
}

void anon_span_leave(struct vma *vma)
{
    struct anon_vma *a = vma->mm->anon.anon_vma;
    struct anon_span *span = vma->span;

    if (--span->nvmas || span == &vma->mm->anon.home)
        return;
    anon_vma_lock(a);
    interval_remove(&a->spans, &span->pages);
    anon_vma_unlock(a);
    list_remove(&span->link);
    kmem_cache_free(spans, span);
}

/* Walks */

struct walk {
    uint64_t index;
    bool (*fn)(struct mm *mm, vaddr_t va, void *arg);
    void *arg;
    bool more;
};

static void visit(struct interval *it, void *arg)
{
    const struct anon_span *span = container_of(it, struct anon_span, pages);
    struct walk *w = arg;
    vaddr_t va = span->base + (w->index << PAGE_SHIFT);

    count_vm_event(VM_RMAP_STEP);
    if (va < USER_END)
        w->more = w->fn(span->mm, va, w->arg);
}

/* The one after A in the family below TOP, parents first. */
static struct anon_vma *next_below(struct anon_vma *a, const struct anon_vma *top)
{
    if (!list_is_empty(&a->children))
        return list_first_entry(&a->children, struct anon_vma, sibling);
    for (; a != top; a = a->parent) {
        if (a->sibling.next != &a->parent->children)
            return list_entry(a->sibling.next, struct anon_vma, sibling);
    }
    return NULL;
}

bool anon_vma_for_each(struct anon_vma *a, uint64_t index,
                       bool (*fn)(struct mm *mm, vaddr_t va, void *arg), void *arg)
{
    struct walk w = { .index = index, .fn = fn, .arg = arg, .more = true };
    bool growing = __atomic_load_n(&a->root->nforks, __ATOMIC_ACQUIRE);

    ASSERT(spin_is_mine(&a->root->lock));
    for (struct anon_vma *each = a; each && (w.more || growing); each = next_below(each, a))
        interval_for_each(&each->spans, index, index, visit, &w);
    return w.more || growing;
}

void anon_vma_init(void)
{
    anon_vmas = kmem_cache_create("anon_vma", sizeof(struct anon_vma), 0, 0, NULL);
    spans = kmem_cache_create("anon_span", sizeof(struct anon_span), 0, 0, NULL);
    if (!anon_vmas || !spans)
        panic("vm: no memory for caches");
}
