/* SPDX-License-Identifier: MIT */
/*
 * device.c - mappings of frames that are not memory.
 */
#include "kernel/vm/device.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/pte_bits.h"
#include "lib/abi/errno.h"

static struct pte entry_for(uint32_t flags, pfn_t pfn)
{
    if (!(flags & VM_ACCESS))
        return pte_make_protnone(pfn, PTE_SPECIAL);
    return pte_make(pfn << PAGE_SHIFT, vma_pte_bits(flags, flags & VM_WRITE, true) | PTE_SPECIAL);
}

int remap_pfn_range(struct vma *vma, pfn_t pfn)
{
    struct pte *pte;

    vma_touch(vma);
    for (vaddr_t va = vma->start; va < vma->end; va += PAGE_SIZE, pfn++) {
        pte = pt_get(&vma->mm->ctx.pt, va, 0);
        if (!pte)
            return -ENOMEM;
        pte_set(pte, entry_for(vma->flags, pfn));
    }
    return 0;
}

/* Nothing is left to a fault: whatever is not there cannot be had. */
static enum fault_result no_frame(struct fault *f)
{
    (void)f;
    return FAULT_SIGBUS;
}

const struct vma_ops device_vma_ops = {
    .name = "device",
    .fault = no_frame,
    .make_writable = no_frame,
    .fault_around = vma_op_nothing_around,
};
