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

static bool is_cached(struct address_space *as, pgoff_t index)
{
    struct page *page = page_cache_find(as, index);
    bool ready = page && page_is_uptodate(page);

    if (page)
        put_page(page);
    return ready;
}

/* Whether the page at VA in VMA is in memory; the map lock is held.  A private copy that is in
 * swap hides the file's page. */
static bool is_resident(const struct vma *vma, vaddr_t va)
{
    const struct pte *pte = pt_find(&vma->mm->ctx.pt, va, 0);
    struct pte e = pte ? pte_read(pte) : (struct pte){ 0 };

    if (e.bits)
        return pte_has_frame(e);
    return vma->mapping && is_cached(vma->mapping, vma_pgoff(vma, va));
}

/* N pages from VA on, one byte each, into VEC; returns how many there are before a hole. */
static size_t look(struct mm *mm, vaddr_t va, size_t n, uint8_t *vec)
{
    const struct vma *vma = NULL;
    size_t i;

    rwsem_read_lock(&mm->lock);
    for (i = 0; i < n; i++, va += PAGE_SIZE) {
        if (!vma || va >= vma->end)
            vma = vmaset_find(&mm->vmas, va);
        if (!vma)
            break;
        vec[i] = is_resident(vma, va);
    }
    rwsem_read_unlock(&mm->lock);
    return i;
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
        size_t n = MIN(left, PAGE_SIZE), seen = look(mm, addr, n, buf);

        err = copy_to_user(vec, buf, seen);
        if (!err && seen < n)
            err = -ENOMEM;
        addr += n * PAGE_SIZE;
        vec += n;
        left -= n;
        cond_resched();
    }
    kfree(buf);
    return err;
}
