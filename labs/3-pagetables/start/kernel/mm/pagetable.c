/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 3: whoever wants an entry looks at all of a table from the
 * beginning; everything is mapped in pages of 4 KiB; what is shared between harts
 * or goes wrong is taken lightly.
 */

/* The entry of LEVEL for VA in TABLE, of level AT, or below it.  VA counts from where TABLE's
 * first entry maps to. */
static struct pte *search(struct pte *table, unsigned at, vaddr_t va, unsigned level)
{
    for (unsigned i = 0; i < PT_ENTRIES; i++) {
        struct pte e = pte_read(&table[i]);

        if (va >= PT_LEAF_SIZE(at))
            va -= PT_LEAF_SIZE(at);
        else if (at == level)
            return &table[i];
        else
            return pte_is_table(e) ? search(pte_table(e), at - 1, va, level) : NULL;
    }
    return NULL;
}

static inline struct pte *find(struct pagetable *pt, vaddr_t va, unsigned level)
{
    return search(phys_to_virt(pt->root), 2, va & (PT_LEAF_SIZE(PT_LEVELS) - 1), level);
}

struct pte *pt_find_leaf(struct pagetable *pt, vaddr_t va, unsigned *level)
{
    struct pte *root = phys_to_virt(pt->root);

    for (*level = 0; *level < PT_LEVELS; ++*level) {
        struct pte *p = search(root, 2, va & (PT_LEAF_SIZE(PT_LEVELS) - 1), *level);

        if (p && pte_is_present(pte_read(p)) && pte_is_leaf(pte_read(p)))
            return p;
    }
    return NULL;
}

static struct pte *make_table(struct pagetable *pt, struct pte *p)
{
    paddr_t pa = pt->new_table(pt);

    /* If another hart was faster, ours is lost. */
    if (!pa || !pte_cmpxchg(p, (struct pte){ 0 }, pte_make(pa, 0)))
        return pa ? pte_table(pte_read(p)) : NULL;
    __atomic_fetch_add(&pt->ntables, 1, __ATOMIC_RELAXED);
    return phys_to_virt(pa);
}

/* The way is looked for anew after each table that is made. */
static __attribute__((noinline))
struct pte *make_way(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct pte *root = phys_to_virt(pt->root);

    va &= PT_LEAF_SIZE(PT_LEVELS) - 1;
    for (unsigned l = PT_LEVELS - 1; l > level; l--) {
        struct pte *p = search(root, 2, va, l);

        if (!pte_is_table(pte_read(p)) && !make_table(pt, p))
            return NULL;
    }
    return search(root, 2, va, level);
}

static unsigned largest_leaf(vaddr_t va, paddr_t pa, size_t size, unsigned max_level)
{
    (void)va, (void)pa, (void)size, (void)max_level;
    return 0;
}

static struct pte *get_leaf(struct pagetable *pt, vaddr_t va, unsigned *level)
{
    return pt_get(pt, va, *level);
}

/* When tables run out, what has been mapped so far stays. */
int pt_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, uint64_t bits,
           unsigned max_level)
{
    check_range(va, size);
    for (size_t done = 0; done < size; done += PAGE_SIZE) {
        unsigned level = largest_leaf(va + done, pa + done, PAGE_SIZE, max_level);
        struct pte *p = get_leaf(pt, va + done, &level);

        if (!p)
            return -ENOMEM;
        pte_exchange(p, pte_make(pa + done, bits));
    }
    return 0;
}

/* Page by page, each looked for from the root. */
int pt_walk_range(struct pagetable *pt, vaddr_t start, vaddr_t end, struct pt_walk *w)
{
    int r = 0;

    for (vaddr_t va = start; va != end && !r; va += PAGE_SIZE) {
        unsigned level = 0;
        struct pte *p = pt_find(pt, va, 0);

        if (!p)
            p = pt_find_leaf(pt, va, &level);
        if (p && pte_read(p).bits && is_aligned(va, PT_LEAF_SIZE(level)))
            r = w->visit(w, p, va, level);
    }
    return r;
}

static int protect_leaf(struct pt_walk *w, struct pte *p, vaddr_t va, unsigned level)
{
    const struct change *c = change_of(w, va, level);

    pte_exchange(p, pte_make(pte_pa(pte_read(p)), c->bits | PTE_A | PTE_D));
    return 0;
}

/* Only when all of an address space goes, when there is nothing to look for. */
static void free_below(struct pagetable *pt, struct pte *table, unsigned level,
                       vaddr_t start, vaddr_t last)
{
    if (level == PT_LEVELS - 1 && last - start < PT_LEAF_SIZE(2) * (PT_ENTRIES / 2 - 1))
        return;
    for (unsigned i = 0; i < (level == 1 ? PT_ENTRIES : PT_ENTRIES / 2); i++) {
        struct pte e = table[i];

        if (!pte_is_table(e))
            continue;
        if (level > 1)
            free_below(pt, pte_table(e), level - 1, start, last);
        pte_exchange(&table[i], (struct pte){ 0 });
        __atomic_fetch_sub(&pt->ntables, 1, __ATOMIC_RELAXED);
        pt->retire_table(pt, pte_pa(e));
    }
}
