/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/mm_fork.c */
/* Takes the lock for each entry, and the right to write from each that is there. */

static struct pte protect(struct copy *c, struct pte *p, struct pte e)
{
    if (pte_is_present(e)) {
        pte_clear_bits(p, PTE_W | PTE_WRITE_LATER);
        e = without_write(pte_read(p));
        c->protected = true;
    } else if (pte_is_moving(e)) {
        e = pte_freeze(without_write(pte_settled(e)));
        pte_set(p, e);
    }
    return e;
}

static int copy_entries(struct copy *c, const struct vma *vma)
{
    struct pte *from, *to;
    size_t n;

    c->cow = !(vma->flags & VM_SHARED);
    for (vaddr_t va = vma->start; (from = pt_next_run(&c->from->ctx.pt, &va, vma->end, &n));
         va += n * PAGE_SIZE) {
        to = pt_get(&c->to->ctx.pt, va, 0);
        if (!to)
            return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
            spin_lock(&c->from->pt_lock);
            copy_run(c, &from[i], &to[i], 1);
            spin_unlock(&c->from->pt_lock);
        }
    }
    return 0;
}
