/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - the page that the kernel lends to every process: clocks without a system call,
 * and the code that a signal handler returns to.
 *
 * What is in it is made from user/vdso.  One frame for all, made at boot, never freed, in
 * no count: entries carry PTE_SPECIAL.  Programs cannot write to it; the kernel can, and
 * keeps the clock's figures in its end.
 */
#include "kernel/mm/page_alloc.h"
#include "kernel/sched/timer.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/vdso.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "lib/vdso.h"

extern const char vdso_image[VDSO_SIZE];        /* vdso_image.S */

static struct page *vdso_page;

size_t vdso_sigreturn;

static enum fault_result vdso_fault(struct fault *f)
{
    f->page = vdso_page;
    get_page(f->page);
    f->special = true;
    return FAULT_OK;
}

const struct vma_ops special_vma_ops = {
    .name = "special",
    .fault = vdso_fault,
    .make_writable = anon_copy_on_write,
    .fault_around = vma_op_nothing_around,
};

int vm_map_vdso(struct mm *mm)
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
        mm->vdso = vma->start;
    }
    rwsem_write_unlock(&mm->lock);
    return vma ? 0 : -ENOMEM;
}

void vdso_init(void)
{
    struct vdso_data *data;
    char *place;

    _Static_assert(VDSO_SIZE == PAGE_SIZE, "the vDSO is a page");
    vdso_page = alloc_page(GFP_KERNEL);
    if (!vdso_page)
        panic("vm: no memory for the vDSO");
    place = page_address(vdso_page);
    memcpy(place, vdso_image, VDSO_SIZE);
    data = (struct vdso_data *)(place + VDSO_DATA_OFFSET);
    vdso_sigreturn = data->sigreturn;
    clock_share(&data->clock);
}
