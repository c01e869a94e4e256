/* SPDX-License-Identifier: MIT */
/*
 * exec_map.c - put a program, and its dynamic loader, into a new address space.
 */
#include "kernel/proc/exec_impl.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

static unsigned prot_of(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0)
           | (flags & PF_X ? PROT_EXEC : 0);
}

/*
 * Map one segment: whole pages of the file, then the rest of the last page
 * cleared if it may be written, then anonymous pages up to memsz.
 */
static int map_segment(struct mm *mm, struct file *f, const struct elf_segment *seg, vaddr_t bias)
{
    vaddr_t start = align_down(seg->vaddr + bias, PAGE_SIZE);
    vaddr_t file_end = seg->vaddr + bias + seg->filesz;
    vaddr_t anon = seg->filesz ? align_up(file_end, PAGE_SIZE) : start;
    vaddr_t end = align_up(seg->vaddr + bias + seg->memsz, PAGE_SIZE);
    int64_t at = 0;

    if (seg->filesz)
        at = vm_mmap(mm, start, file_end - start, prot_of(seg->flags), MAP_PRIVATE | MAP_FIXED, f,
                     align_down(seg->offset, PAGE_SIZE));
    if (at < 0)
        return (int)at;
    if (seg->filesz && (seg->flags & PF_W) && seg->memsz > seg->filesz && file_end < anon
        && mm_clear(mm, file_end, anon - file_end) < anon - file_end)
        return -ENOMEM;
    if (end > anon)
        at = vm_mmap(mm, anon, end - anon, prot_of(seg->flags),
                     MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
    return at < 0 ? (int)at : 0;
}

static int map_image(struct mm *mm, struct file *f, const struct elf_image *image, vaddr_t bias)
{
    for (size_t i = 0; i < image->nsegments; i++) {
        int err = map_segment(mm, f, &image->segment[i], bias);

        if (err)
            return err;
    }
    return 0;
}

/* Behind the program; at once where it lies so high that nothing is free farther on. */
static vaddr_t heap_start(const struct exec *x)
{
    vaddr_t end = x->image.end + x->bias;

    return end < x->layout.mmap_base ? end + x->layout.brk_gap : end;
}

/* What /proc and brk want to know: where code and data lie. */
static void describe_program(struct exec *x)
{
    struct mm *mm = x->mm;

    for (size_t i = 0; i < x->image.nsegments; i++) {
        const struct elf_segment *seg = &x->image.segment[i];
        vaddr_t start = seg->vaddr + x->bias, end = start + seg->filesz;

        if (seg->flags & PF_X) {
            mm->start_code = mm->start_code ? MIN(mm->start_code, start) : start;
            mm->end_code = MAX(mm->end_code, end);
        } else {
            mm->start_data = mm->start_data ? MIN(mm->start_data, start) : start;
            mm->end_data = MAX(mm->end_data, end);
        }
    }
    mm->start_brk = mm->brk = heap_start(x);
}

int exec_map_program(struct exec *x)
{
    int err;

    if (x->image.is_pie)
        x->bias = align_down(x->layout.program - x->image.start, x->image.align);
    if (x->image.start + x->bias < mmap_min_addr)
        return -EPERM;
    err = map_image(x->mm, x->file, &x->image, x->bias);
    if (err)
        return err;
    describe_program(x);
    x->entry = x->image.entry + x->bias;
    return 0;
}

int exec_map_loader(struct exec *x)
{
    size_t len = x->loader_image.end - x->loader_image.start;
    vaddr_t at = vmaset_find_gap(&x->mm->vmas, len, mmap_min_addr, x->mm->mmap_base);
    int err;

    if (!at)
        return -ENOMEM;
    x->loader_bias = x->loader_image.is_pie ? at - x->loader_image.start : 0;
    err = map_image(x->mm, x->loader, &x->loader_image, x->loader_bias);
    x->entry = x->loader_image.entry + x->loader_bias;
    return err;
}
