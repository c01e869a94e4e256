/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/filemap.c */
/* Takes each neighbour's own lock, if nobody has it, in place of the tree's. */

static void enter_neighbour(struct fault *f, struct page *page, vaddr_t va)
{
    struct pte *pte = f->pte + ((long)va - (long)f->va) / (long)PAGE_SIZE;
    uint64_t bits = vma_pte_bits(f->vma->flags, false, false) & ~PTE_A;
    bool is_new;

    spin_lock(&f->mm->pt_lock);
    is_new = !f->mm->unstable && !pte_read(pte).bits;
    if (is_new) {
        get_page(page);
        page_map_get(page);
        if (f->vma->flags & VM_LOCKED)
            page_mlock_get(page);
        pte_set(pte, pte_make(page_to_phys(page), bits));
        *mm_rss_of(f->mm, page) += 1;
    }
    spin_unlock(&f->mm->pt_lock);
    count_vm_events(VM_FAULT_AROUND, is_new);
}

static __attribute__((noinline)) void map_window(struct fault *f)
{
    struct address_space *as = f->vma->mapping;
    vaddr_t va = MAX(f->va & ~(AROUND * PAGE_SIZE - 1), f->vma->start);
    vaddr_t end = MIN((f->va | (AROUND * PAGE_SIZE - 1)) + 1, f->vma->end);

    for (; va < end; va += PAGE_SIZE) {
        struct page *page = page_cache_find(as, vma_pgoff(f->vma, va));

        if (!page)
            continue;
        if (page_trylock(page)) {
            if (page->mapping == as && page_test(page, PG_UPTODATE) && !beyond_end(as, page->index)
                && (!(f->vma->flags & VM_EXEC) || page_test(page, PG_FETCHABLE)))
                enter_neighbour(f, page, va);
            page_unlock(page);
        }
        put_page(page);
    }
}
