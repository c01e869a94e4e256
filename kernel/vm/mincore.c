/* SPDX-License-Identifier: MIT */
/*
 * mincore.c - which pages of a range are in memory.
 *
 * Of a file: in the page cache, whether mapped here or not.  Else: present in the
 * page table.  The answer may be out of date when the program sees it.
 *
 * It is made in a kernel buffer and copied out with no lock held, since the copy
 * may fault in the very address space that is looked at.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static bool is_present(struct mm *mm, vaddr_t va)
{
    const struct pte *pte = pt_find(&mm->ctx.pt, va, 0);

    return pte && pte_has_frame(pte_read(pte));
}

static bool is_cached(struct address_space *as, pgoff_t index)
{
    struct page *page = page_cache_find(as, index);
    bool ready = page && page_is_uptodate(page);

    if (page)
        put_page(page);
    return ready;
}

/* Whether the page at VA in VMA is in memory; the map lock is held. */
static bool is_resident(const struct vma *vma, vaddr_t va)
{
    if (is_present(vma->mm, va))
        return true;
    return vma->mapping && is_cached(vma->mapping, vma_pgoff(vma, va));
}

/* N pages from VA on, one byte each, into VEC.  0, or -ENOMEM: a hole. */
static int look(struct mm *mm, vaddr_t va, size_t n, uint8_t *vec)
{
    const struct vma *vma = NULL;
    int err = 0;

    rwsem_read_lock(&mm->lock);
    for (size_t i = 0; i < n && !err; i++, va += PAGE_SIZE) {
        if (!vma || va >= vma->end)
            vma = vmaset_find(&mm->vmas, va);
        if (vma)
            vec[i] = is_resident(vma, va);
        else
            err = -ENOMEM;
    }
    rwsem_read_unlock(&mm->lock);
    return err;
}

int vm_mincore(struct mm *mm, vaddr_t addr, size_t len, uintptr_t vec)
{
    size_t left = div_round_up(len, PAGE_SIZE);
    uint8_t *buf;
    int err = 0;

    if (addr & ~PAGE_MASK)
        return -EINVAL;
    if (addr > USER_END || len > USER_END - addr)
        return -ENOMEM;
    if (!user_range_ok(vec, left))
        return -EFAULT;
    buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
    if (!buf)
        return -EAGAIN;
    while (left > 0 && !err) {
        size_t n = MIN(left, PAGE_SIZE);

        err = look(mm, addr, n, buf);
        if (!err)
            err = copy_to_user(vec, buf, n);
        addr += n * PAGE_SIZE;
        vec += n;
        left -= n;
    }
    kfree(buf);
    return err;
}
