/* SPDX-License-Identifier: MIT */
/*
 * lru.c - the lists of evictable pages, under one lock.
 *
 * A page on a list may be losing its last reference at this moment; whoever frees
 * it waits for the lock in lru_forget.  So who takes a page off a list asks for a
 * reference, and leaves the page alone if there is none left to share.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"

static struct {
    struct spinlock lock;                   /* RANK_LRU                     */
    const struct policy *policy;            /*                          [l] */
    struct page_lists lists[PAGE_KINDS];    /*                          [l] */
    size_t nunevictable;                    /*                          [l] */
} lru = {
    .lock = SPINLOCK_INIT(RANK_LRU, "evictable pages"),
    .policy = &policy_clock2,
};

static struct page_lists *lists_of(const struct page *page)
{
    return &lru.lists[page_kind(page)];
}

void lru_init(void)
{
    for (enum page_kind kind = 0; kind < PAGE_KINDS; kind++)
        page_lists_init(&lru.lists[kind], kind);
    lru.nunevictable = 0;
}

void lru_add(struct page *page)
{
    spin_lock(&lru.lock);
    page_set(page, PG_LRU);
    lru.policy->add(lists_of(page), page);
    spin_unlock(&lru.lock);
}

/* The pages of G have left their list. */
static void count_forgotten_locked(const struct lru_group *g)
{
    struct page_lists *l = &lru.lists[g->flags & 1u << PG_SWAPBACKED ? KIND_ANON : KIND_FILE];

    if (g->flags & 1u << PG_UNEVICTABLE)
        lru.nunevictable -= g->n;
    else
        *(g->flags & 1u << PG_ACTIVE ? &l->nactive : &l->ninactive) -= g->n;
}

void lru_group_begin(struct lru_group *g, const struct page *page)
{
    if (g->flags == LRU_NO_GROUP)
        spin_lock(&lru.lock);           /* until lru_group_end */
    else
        count_forgotten_locked(g);
    *g = (struct lru_group){ .flags = page->flags };
}

void lru_group_end(struct lru_group *g)
{
    if (g->flags == LRU_NO_GROUP)
        return;
    count_forgotten_locked(g);
    spin_unlock(&lru.lock);
    g->flags = LRU_NO_GROUP;
}

void lru_forget(struct page *page)
{
    struct lru_group g = { .flags = LRU_NO_GROUP };

    lru_group_begin(&g, page);
    lru_group_forget(&g, page);
    page_clear(page, PG_LRU);           /* or policy_random finds it, though it is on no list */
    lru_group_end(&g);
}

/* PAGE, whose turn it is, for the caller of isolate; false if it cannot be had. */
static bool take_locked(struct page_lists *l, struct page *page, int zone)
{
    if ((zone == ALL_ZONES || page->zone == zone) && get_page_unless_zero(page)) {
        page_lists_remove(l, page);
        page_clear(page, PG_LRU);
        page_set(page, PG_ISOLATED);
        return true;
    }
    list_move_head(page_test(page, PG_ACTIVE) ? &l->active : &l->inactive, &page->link);
    return false;
}

size_t lru_isolate(enum page_kind kind, int zone, struct page **pages, size_t n, size_t *scanned)
{
    struct page_lists *l = &lru.lists[kind];
    size_t taken = 0;

    spin_lock(&lru.lock);
    for (*scanned = 0; *scanned < n; ++*scanned) {
        struct page *page = lru.policy->next(l);

        if (!page)
            break;
        if (take_locked(l, page, zone))
            pages[taken++] = page;
    }
    spin_unlock(&lru.lock);
    return taken;
}

bool lru_isolate_page(struct page *page)
{
    bool taken;

    spin_lock(&lru.lock);
    taken = page_test(page, PG_LRU) && take_locked(lists_of(page), page, ALL_ZONES);
    spin_unlock(&lru.lock);
    return taken;
}

/* PAGE is on a list, as the policy has put it. */
static void listed_locked(struct page *page)
{
    page_clear(page, PG_ISOLATED);
    page_set(page, PG_LRU);
}

bool lru_judge(struct page *page, bool used)
{
    bool was_active = page_test(page, PG_ACTIVE), is_active, evict;

    ASSERT(page_test(page, PG_ISOLATED));
    spin_lock(&lru.lock);
    evict = lru.policy->judge(lists_of(page), page, used);
    is_active = page_test(page, PG_ACTIVE);
    if (!evict)
        listed_locked(page);
    spin_unlock(&lru.lock);
    if (is_active != was_active)
        count_vm_event(is_active ? VM_PGACTIVATE : VM_PGDEACTIVATE);
    return evict;
}

void lru_put_back(struct page *page)
{
    bool active = page_test_and_clear(page, PG_ACTIVE);

    ASSERT(page_test(page, PG_ISOLATED));
    spin_lock(&lru.lock);
    page_lists_insert(lists_of(page), page, active);
    listed_locked(page);
    spin_unlock(&lru.lock);
}

void lru_cull(struct page *page)
{
    ASSERT(page_test(page, PG_ISOLATED));
    spin_lock(&lru.lock);
    page_clear(page, PG_ISOLATED);
    page_clear(page, PG_ACTIVE);
    page_set(page, PG_UNEVICTABLE);
    lru.nunevictable++;
    spin_unlock(&lru.lock);
    count_vm_event(VM_UNEVICTABLE_CULLED);
}

void lru_rescue(struct page *page)
{
    spin_lock(&lru.lock);
    if (page_test_and_clear(page, PG_UNEVICTABLE)) {
        lru.nunevictable--;
        count_vm_event(VM_UNEVICTABLE_RESCUED);
        page_set(page, PG_LRU);
        lru.policy->add(lists_of(page), page);
    }
    spin_unlock(&lru.lock);
}

void lru_replace(struct page *old, struct page *new)
{
    spin_lock(&lru.lock);
    if (page_test(old, PG_LRU)) {
        list_replace(&old->link, &new->link);
        if (page_test_and_clear(old, PG_ACTIVE))
            page_set(new, PG_ACTIVE);
        page_clear(old, PG_LRU);
    } else {
        lru.policy->add(lists_of(new), new);
    }
    page_set(new, PG_LRU);
    spin_unlock(&lru.lock);
}

/* All active pages become inactive, behind the others, in their order; fresh ones in front. */
static void deactivate_all_locked(struct page_lists *l)
{
    while (!list_is_empty(&l->fresh))
        list_move_head(&l->inactive, l->fresh.prev);
    while (!list_is_empty(&l->active)) {
        struct page *page = list_first_entry(&l->active, struct page, link);

        page_lists_remove(l, page);
        page_clear(page, PG_ACTIVE);
        list_insert_tail(&l->inactive, &page->link);
        l->ninactive++;
    }
}

void lru_deactivate_all(enum page_kind kind)
{
    spin_lock(&lru.lock);
    deactivate_all_locked(&lru.lists[kind]);
    spin_unlock(&lru.lock);
}

struct lru_figures lru_figures(void)
{
    struct lru_figures f = { .unevictable = __atomic_load_n(&lru.nunevictable, __ATOMIC_RELAXED) };

    for (enum page_kind kind = 0; kind < PAGE_KINDS; kind++) {
        f.active[kind] = __atomic_load_n(&lru.lists[kind].nactive, __ATOMIC_RELAXED);
        f.inactive[kind] = __atomic_load_n(&lru.lists[kind].ninactive, __ATOMIC_RELAXED);
    }
    return f;
}

const struct policy *lru_policy(void)
{
    return __atomic_load_n(&lru.policy, __ATOMIC_RELAXED);
}

void lru_set_policy(const struct policy *policy)
{
    spin_lock(&lru.lock);
    for (enum page_kind kind = 0; kind < PAGE_KINDS; kind++)
        deactivate_all_locked(&lru.lists[kind]);
    __atomic_store_n(&lru.policy, policy, __ATOMIC_RELAXED);
    spin_unlock(&lru.lock);
}
