/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/pagetable.c */
/* Makes all tables of a mapping before its first leaf, so that nothing has to be undone. */

int pt_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, uint64_t bits,
           unsigned max_level)
{
    check_range(va, size);
    ASSERT(is_aligned(pa, PAGE_SIZE) && (bits & (PTE_R | PTE_X)));
    for (int pass = 0; pass < 2; pass++) {
        for (size_t done = 0; done < size;) {
            unsigned level = largest_leaf(va + done, pa + done, size - done, max_level);
            struct pte *p = get_leaf(pt, va + done, &level);

            if (!p)
                return -ENOMEM;
            if (pte_read(p).bits)
                panic("page table: %lx is mapped already (%lx)", va + done, pte_read(p).bits);
            if (pass == 1)
                pte_set(p, pte_make(pa + done, bits));
            done += PT_LEAF_SIZE(level);
        }
    }
    return 0;
}
