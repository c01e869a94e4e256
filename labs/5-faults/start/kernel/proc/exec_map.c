/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 5: a program is read from its file as a whole, into memory of its own.
 */
#include "kernel/mm/page_alloc.h"

/* Read N bytes from POS of F to TO in MM, or as many as the file has.  0 or a negated errno. */
static int load(struct mm *mm, struct file *f, vaddr_t to, size_t n, uint64_t pos)
{
    struct page *page = alloc_page(GFP_KERNEL);
    ssize_t got = 1;
    size_t done = 0;

    if (!page)
        return -ENOMEM;
    while (done < n && got > 0) {
        got = file_read_kernel(f, page_address(page), MIN(n - done, PAGE_SIZE), pos + done);
        if (got > 0 && mm_write(mm, to + done, page_address(page), (size_t)got) < (size_t)got)
            got = -ENOMEM;
        done += got > 0 ? (size_t)got : 0;
    }
    free_page(page);
    return got < 0 ? (int)got : 0;
}

static int map_segment(struct mm *mm, struct file *f, const struct elf_segment *seg, vaddr_t bias)
{
    vaddr_t start = align_down(seg->vaddr + bias, PAGE_SIZE);
    vaddr_t end = align_up(seg->vaddr + bias + seg->memsz, PAGE_SIZE);
    int64_t at = vm_mmap(mm, start, end - start, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
    int err;

    if (at < 0)
        return (int)at;
    err = load(mm, f, seg->vaddr + bias, seg->filesz, seg->offset);
    return err ? err : vm_mprotect(mm, start, end - start, prot_of(seg->flags));
}
