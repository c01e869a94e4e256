/* SPDX-License-Identifier: MIT */
/*
 * unmap.c - look at a page's entries, and take them away.
 *
 * The hardware sets an A bit only where it has forgotten that it is set: so clearing
 * one takes a flush, as taking an entry away does.
 *
 * What an entry lets a program store needs no look at its D bit: a page that has a
 * writable entry is marked dirty, or is in no slot of swap.
 */
#include "kernel/cache/swap.h"
#include "kernel/vm/page_map.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/unmap.h"

struct visit {
    struct page *page;
    struct tlb_batch *tlb;
    int32_t left;           /* entries that have not been found yet */
    bool used, blocked;
};

/* The entry of V's page at VA, or NULL; the page-table lock is held. */
static struct pte *find_entry(const struct visit *v, struct mm *mm, vaddr_t va)
{
    struct pte *pte = pt_find(&mm->ctx.pt, va, 0), e;

    if (!pte)
        return NULL;
    e = pte_read(pte);
    return pte_counted_page(e) == v->page && !pte_is_moving(e) ? pte : NULL;
}

static bool look(struct mm *mm, vaddr_t va, void *arg)
{
    struct visit *v = arg;
    struct pte *pte;

    spin_lock(&mm->pt_lock);
    pte = find_entry(v, mm, va);
    if (pte) {
        v->left--;
        if (pte_is_present(pte_read(pte)) && (pte_clear_bits(pte, PTE_A).bits & PTE_A)) {
            tlb_batch_add(v->tlb, &mm->ctx, va);
            v->used = true;
        }
    }
    spin_unlock(&mm->pt_lock);
    return v->left > 0;
}

static bool unmap(struct mm *mm, vaddr_t va, void *arg)
{
    struct visit *v = arg;
    struct page *page = v->page;
    bool swaps = page_test(page, PG_SWAPCACHE) && page->identity == PAGE_ANON;
    struct pte *pte;

    spin_lock(&mm->pt_lock);
    pte = find_entry(v, mm, va);
    if (pte && __atomic_load_n(&page->mlocks, __ATOMIC_RELAXED))
        v->blocked = true;
    else if (pte) {
        if (swaps) {
            swap_get(page->swap);
            mm->nswap++;
        }
        pte_exchange(pte, swaps ? pte_make_swap(page->swap) : (struct pte){ 0 });
        tlb_batch_add(v->tlb, &mm->ctx, va);
        *mm_rss_of(mm, page) -= 1;
        page_map_put(page);
        put_page(page);             /* not the last: the caller has one */
        v->left--;
    }
    spin_unlock(&mm->pt_lock);
    return v->left > 0 && !v->blocked;
}

/* Call FN for the places where V's page may be mapped. */
static void walk(struct visit *v, bool (*fn)(struct mm *mm, vaddr_t va, void *arg))
{
    struct anon_vma *a = NULL;

    v->left = (int32_t)__atomic_load_n(&v->page->mapcount, __ATOMIC_RELAXED);
    if (v->left == 0)
        return;
    if (v->page->identity == PAGE_ANON) {
        a = anon_vma_of(v->page);
        if (!a)
            return;
    } else if (!v->page->mapping) {
        return;
    }
    rmap_walk(v->page, a, fn, v);
    anon_vma_put(a);
}

bool page_test_used(struct page *page, struct tlb_batch *tlb)
{
    struct visit v = { .page = page, .tlb = tlb };

    walk(&v, look);
    return page_test_and_clear(page, PG_REFERENCED) || v.used;
}

/* Who finds the entry gone before it is in the batch has to know, too. */
static bool unmap_owing(struct mm *mm, vaddr_t va, void *arg)
{
    bool more;

    tlb_owe(&mm->ctx);
    more = unmap(mm, va, arg);
    tlb_owe_no_more(&mm->ctx);
    return more;
}

bool page_unmap(struct page *page, struct tlb_batch *tlb)
{
    struct visit v = { .page = page, .tlb = tlb };

    walk(&v, unmap_owing);
    return __atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) == 0;
}
