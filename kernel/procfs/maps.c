/* SPDX-License-Identifier: MIT */
/*
 * maps.c - /proc/<pid>/maps, smaps and smaps_rollup, in Linux's formats.
 *
 * maps and smaps are printed some VMAs at a time, and go on at the address where they
 * stopped: of an address space that changes meanwhile each part is true, not the whole.
 */
#include "kernel/dev/dev.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/usage.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/strutil.h"

#define PART (2 * PAGE_SIZE)            /* text of a part: tens of VMAs per lock */
#define NAME_COLUMN 73

/* A line of maps */

static const char *area_name(const struct mm *mm, const struct vma *vma)
{
    if (vma->start <= mm->start_stack && mm->start_stack < vma->end)
        return "[stack]";
    if (vma->flags & VM_SPECIAL)
        return "[vdso]";
    if (!vma->file && vma->start <= mm->brk && vma->end > mm->start_brk)
        return "[heap]";
    return NULL;
}

static void show_vma(struct synth_buf *b, const struct mm *mm, const struct vma *vma, char *page)
{
    const struct inode *inode = vma->file ? vma->file->inode : NULL;
    uint64_t dev = inode && inode->sb ? inode->sb->dev : 0;
    const char *name = area_name(mm, vma);
    struct path_ctx ctx;
    size_t start = b->len;

    if (inode) {
        path_ctx_current(&ctx);
        name = file_describe(vma->file, &ctx.root, page, PAGE_SIZE);
        path_ctx_put(&ctx);
    }
    synth_printf(b, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->start, vma->end,
                 vma->flags & VM_READ ? 'r' : '-', vma->flags & VM_WRITE ? 'w' : '-',
                 vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_SHARED ? 's' : 'p',
                 inode ? vma->pgoff << PAGE_SHIFT : 0, dev_major(dev), dev_minor(dev),
                 inode ? inode->ino : 0);
    if (name) {
        for (size_t column = b->len - start; column < NAME_COLUMN; column++)
            synth_puts(b, " ");         /* which adds nothing when out of memory */
        synth_put_word(b, name, "\n");
    }
    synth_puts(b, "\n");
}

/* Print VMAs with SHOW from address *AT on, until there is enough text for now. */
static int print_vmas(struct synth_buf *b, struct process *p, uint64_t *at,
                      void (*show)(struct synth_buf *b, const struct mm *mm,
                                   const struct vma *vma, char *page))
{
    struct mm *mm = process_get_mm(p);
    char *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
    const struct vma *vma = NULL;

    if (mm && page) {
        rwsem_read_lock(&mm->lock);
        vma = vmaset_find_from(&mm->vmas, *at);
        for (; vma && b->len < PART && !b->overflow; vma = vmaset_next(&mm->vmas, vma)) {
            show(b, mm, vma, page);
            *at = vma->end;
        }
        rwsem_read_unlock(&mm->lock);
    }
    kfree(page);
    if (mm)
        mm_put(mm);
    return page ? vma != NULL : -ENOMEM;
}

int proc_part_pid_maps(struct synth_buf *b, struct process *p, uint64_t *at)
{
    return print_vmas(b, p, at, show_vma);
}

/* Figures */

static void kilobytes(struct synth_buf *b, const char *name, size_t pages)
{
    synth_printf(b, "%-16s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void share(struct synth_buf *b, const char *name, uint64_t bytes)
{
    synth_printf(b, "%-16s%8lu kB\n", name, bytes >> (USAGE_SHARE_SHIFT + 10));
}

/* What smaps and smaps_rollup show, from Rss on; the latter divides Pss by kind, too. */
static void show_usage(struct synth_buf *b, const struct usage *u, bool kinds)
{
    kilobytes(b, "Rss:", u->rss);
    share(b, "Pss:", u->share);
    share(b, "Pss_Dirty:", u->share_dirty);
    if (kinds) {
        share(b, "Pss_Anon:", u->share_anon);
        share(b, "Pss_File:", u->share_file);
        share(b, "Pss_Shmem:", u->share_shmem);
    }
    kilobytes(b, "Shared_Clean:", u->shared_clean);
    kilobytes(b, "Shared_Dirty:", u->shared_dirty);
    kilobytes(b, "Private_Clean:", u->private_clean);
    kilobytes(b, "Private_Dirty:", u->private_dirty);
    kilobytes(b, "Referenced:", u->referenced);
    kilobytes(b, "Anonymous:", u->anon);
    kilobytes(b, "KSM:", 0);                /* pages of equal content are not merged */
    kilobytes(b, "LazyFree:", 0);           /* MADV_FREE frees at once               */
    kilobytes(b, "AnonHugePages:", 0);      /* no entry maps more than a page        */
    kilobytes(b, "ShmemPmdMapped:", 0);
    kilobytes(b, "FilePmdMapped:", 0);
    kilobytes(b, "Shared_Hugetlb:", 0);
    kilobytes(b, "Private_Hugetlb:", 0);
    kilobytes(b, "Swap:", u->swap);
    share(b, "SwapPss:", u->share_swap);
    share(b, "Locked:", u->share_locked);
}

#define SHOW_STORES 0x80000000u         /* beside VM_*: shared, and may be stored to */

/* VM_* and what Linux calls it, in the order of Linux's bits. */
static const struct {
    uint32_t flag;
    char name[4];
} flag_names[] = {
    { VM_READ, "rd " },        { VM_WRITE, "wr " },       { VM_EXEC, "ex " },
    { SHOW_STORES, "sh " },    { VM_MAYREAD, "mr " },     { VM_MAYWRITE, "mw " },
    { VM_MAYEXEC, "me " },     { VM_SHARED, "ms " },      { VM_GROWSDOWN, "gd " },
    { VM_PFNMAP, "pf " },      { VM_LOCKED, "lo " },      { VM_PFNMAP, "io " },
    { VM_SEQ_READ, "sr " },    { VM_RAND_READ, "rr " },   { VM_DONTCOPY, "dc " },
    { VM_SPECIAL | VM_PFNMAP, "de " },                    { VM_LOCKONFAULT, "lf " },
    { VM_ACCOUNT, "ac " },     { VM_NORESERVE, "nr " },   { VM_WIPEONFORK, "wf " },
    { VM_PFNMAP, "dd " },
};

static void show_flags(struct synth_buf *b, const struct vma *vma)
{
    uint32_t flags = vma->flags | (vma_may_store(vma) ? SHOW_STORES : 0);

    synth_puts(b, "VmFlags: ");
    for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
        if (flags & flag_names[i].flag)
            synth_puts(b, flag_names[i].name);
    synth_puts(b, "\n");
}

static void show_vma_usage(struct synth_buf *b, const struct mm *mm, const struct vma *vma,
                           char *page)
{
    struct usage u = { 0 };

    usage_add_vma(&u, vma);
    show_vma(b, mm, vma, page);
    kilobytes(b, "Size:", vma_npages(vma));
    kilobytes(b, "KernelPageSize:", 1);
    kilobytes(b, "MMUPageSize:", 1);
    show_usage(b, &u, false);
    synth_printf(b, "%-16s%8u\n", "THPeligible:", 0u);
    show_flags(b, vma);
}

int proc_part_pid_smaps(struct synth_buf *b, struct process *p, uint64_t *at)
{
    return print_vmas(b, p, at, show_vma_usage);
}

/* The sum over all VMAs, the map lock free between two of them. */
static void add_all(struct mm *mm, struct usage *u, vaddr_t *start, vaddr_t *end)
{
    const struct vma *vma;

    *start = *end = 0;
    do {
        rwsem_read_lock(&mm->lock);
        vma = vmaset_find_from(&mm->vmas, *end);
        if (vma) {
            *start = *end ? *start : vma->start;
            usage_add_vma(u, vma);
            *end = vma->end;
        }
        rwsem_read_unlock(&mm->lock);
    } while (vma);
}

int proc_show_pid_smaps_rollup(struct synth_buf *b, struct process *p)
{
    struct mm *mm = process_get_mm(p);
    struct usage u = { 0 };
    vaddr_t start, end;

    if (!mm)
        return -ESRCH;
    add_all(mm, &u, &start, &end);
    mm_put(mm);
    synth_printf(b, "%08lx-%08lx ---p 00000000 00:00 0 ", start, end);
    while (b->len < NAME_COLUMN && !b->overflow)
        synth_puts(b, " ");
    synth_puts(b, "[rollup]\n");
    show_usage(b, &u, true);
    return 0;
}
