/* SPDX-License-Identifier: MIT */
/*
 * special.c - the page that the kernel lends to every process: the code that a
 * signal handler returns to.
 *
 * Its words are exactly `li a7, 139; ecall` (rt_sigreturn), which is how stack
 * unwinders recognise a signal frame.  Made at boot, never freed, in no count:
 * entries carry PTE_SPECIAL.
 */
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/special.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static const uint32_t sigreturn_code[] = { 0x08b00893, 0x00000073 };
static struct page *sigreturn_page;

static enum fault_result special_fault(struct fault *f)
{
    f->page = sigreturn_page;
    get_page(f->page);
    f->special = true;
    return FAULT_OK;
}

const struct vma_ops special_vma_ops = {
    .name = "special",
    .fault = special_fault,
    .make_writable = anon_copy_on_write,
    .fault_around = vma_op_nothing_around,
};

int vm_map_sigreturn(struct mm *mm)
{
    struct vma proto, *vma;

    vma_init(&proto, mm, &special_vma_ops,
             VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYEXEC | VM_SPECIAL);
    rwsem_write_lock(&mm->lock);
    proto.start = vmaset_find_gap(&mm->vmas, PAGE_SIZE, mmap_min_addr, mm->mmap_base);
    proto.end = proto.start + PAGE_SIZE;
    vma = proto.start ? vma_alloc(mm, &proto) : NULL;
    if (vma) {
        vmaset_insert(&mm->vmas, vma, vmaset_find_from(&mm->vmas, vma->end));
        vm_account(mm, vma->flags, 1);
        mm->sigreturn = vma->start;
    }
    rwsem_write_unlock(&mm->lock);
    return vma ? 0 : -ENOMEM;
}

void special_init(void)
{
    sigreturn_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
    if (!sigreturn_page)
        panic("vm: no memory for the sigreturn page");
    memcpy(page_address(sigreturn_page), sigreturn_code, sizeof(sigreturn_code));
}
