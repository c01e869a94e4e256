/* SPDX-License-Identifier: MIT */
/*
 * pagemap.c - tables of pages as Linux lays them out, eight bytes for each page:
 * /proc/<pid>/pagemap by virtual page, /proc/kpagecount and /proc/kpageflags by frame.
 * And /proc/<pid>/clear_refs, which starts the observation of a process's pages anew.
 *
 * The position of a file says which page comes next, so that a reader may begin
 * anywhere.  Words are made in a kernel buffer and copied out with no lock held.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/usage.h"
#include "lib/abi/errno.h"
#include "lib/abi/pagemap.h"
#include "lib/bitops.h"
#include "lib/strutil.h"

#define WORDS (PAGE_SIZE / sizeof(uint64_t))        /* made at once */

/*
 * Read words from *POS on, of which there are NWORDS: FILL(arg, first, n, out) makes N,
 * at most WORDS.  The bytes read, or an errno; position and length must be whole words.
 */
static ssize_t read_words(struct uio *uio, uint64_t *pos, uint64_t nwords, void *arg,
                          int (*fill)(void *arg, uint64_t first, size_t n, uint64_t *out))
{
    size_t all = uio->resid;
    uint64_t *buf;
    int err = 0;

    if ((*pos | all) % sizeof(*buf))
        return -EINVAL;
    if (!all || *pos / sizeof(*buf) >= nwords)
        return 0;
    buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
    if (!buf)
        return -ENOMEM;
    while (!err && uio->resid && *pos / sizeof(*buf) < nwords) {
        uint64_t first = *pos / sizeof(*buf);
        size_t before = uio->resid;
        size_t n = MIN(before / sizeof(*buf), WORDS);

        n = MIN(n, nwords - first);
        err = fill(arg, first, n, buf);
        if (!err)
            err = uio_write(uio, buf, n * sizeof(*buf));
        *pos += before - uio->resid;
    }
    kfree(buf);
    return uio->resid < all ? (ssize_t)(all - uio->resid) : err;
}

/* ---- pagemap -------------------------------------------------------------------------- */

/* Who looks at what.  The process may be another program's by the time of the read,
 * whose pages are not the opener's to see: the root of the address space is held. */
struct view {
    struct process *process;            /* held by the inode        */
    struct mm *mm;                      /* its ctx is referenced    */
    bool shows_pfn;                     /* to root only             */
    struct usage_page *pages;           /* of one read at a time    */
};

static uint64_t pagemap_word(const struct usage_page *page, bool shows_pfn)
{
    uint64_t word;

    if (page->swapped)
        return PM_SWAP | (shows_pfn ? swap_entry_area(page->entry)
                                      | swap_entry_slot(page->entry) << PM_SWAP_OFFSET_SHIFT : 0);
    if (!page->present)
        return 0;
    word = PM_PRESENT | (shows_pfn ? page->pfn & PM_PFN_MASK : 0);
    if (page->is_file)
        word |= PM_FILE;
    if (page->exclusive)
        word |= PM_MMAP_EXCLUSIVE;
    return word;
}

static int fill_pagemap(void *arg, uint64_t first, size_t n, uint64_t *out)
{
    const struct view *v = arg;

    usage_look(v->mm, first << PAGE_SHIFT, n, v->pages);
    for (size_t i = 0; i < n; i++)
        out[i] = pagemap_word(&v->pages[i], v->shows_pfn);
    return 0;
}

static ssize_t pagemap_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    const struct view *seen = f->private;
    struct mm *mm = process_get_mm(seen->process);
    struct view v = *seen;
    ssize_t n = 0;

    if (mm && mm == v.mm) {
        v.pages = kmalloc(WORDS * sizeof(*v.pages), GFP_KERNEL);
        n = v.pages ? read_words(uio, pos, USER_END >> PAGE_SHIFT, &v, fill_pagemap) : -ENOMEM;
        kfree(v.pages);
    }
    if (mm)
        mm_put(mm);
    return n;
}

static int pagemap_open(struct inode *inode, struct file *f)
{
    struct process *p = proc_inode_process(inode);
    struct mm *mm = process_get_mm(p);
    struct view *v = NULL;
    bool may_see = process_may_see(p);      /* after the address space came, see guard() */

    if (may_see)
        v = kmalloc(sizeof(*v), GFP_KERNEL);
    if (v) {
        *v = (struct view){ .process = p, .mm = mm,
                            .shows_pfn = !current_process()->cred.euid };
        if (mm)
            mmu_context_get(&mm->ctx);
        f->private = v;
    }
    if (mm)
        mm_put(mm);
    if (!may_see)
        return -EACCES;
    return v ? 0 : -ENOMEM;
}

static void pagemap_release(struct file *f)
{
    struct view *v = f->private;

    if (v->mm)
        mmu_context_put(&v->mm->ctx);
    kfree(v);
}

#define TABLE_FOPS(open_, read_, write_, release_)                                      \
    { .open = (open_), .read = (read_), .write = (write_), .release = (release_),       \
      .seek = synth_seek, .mmap = file_op_mmap_refuse,                                  \
      .fsync = file_op_fsync_refuse, .iterate = file_op_iterate_notdir,                 \
      .poll = file_op_poll_ready, .ioctl = file_op_ioctl_refuse,                        \
      .flush = file_op_flush_nothing, .fallocate = file_op_fallocate_refuse }

const struct file_operations proc_pagemap_fops =
    TABLE_FOPS(pagemap_open, pagemap_read, file_op_write_refuse, pagemap_release);

/* ---- Frames --------------------------------------------------------------------------- */

static int fill_counts(void *arg, uint64_t first, size_t n, uint64_t *out)
{
    (void)arg;
    for (size_t i = 0; i < n; i++) {
        const struct page *page = pfn_is_valid(first + i) ? pfn_to_page(first + i) : NULL;
        int32_t entries = page ? __atomic_load_n(&page->mapcount, __ATOMIC_RELAXED) : 0;

        out[i] = (uint64_t)MAX(entries, 0);
    }
    return 0;
}

/* Flags that say the same here and there. */
static const struct {
    uint8_t here, kpf;
} same_flags[] = {
    { PG_LOCKED, KPF_LOCKED },         { PG_ERROR, KPF_ERROR },
    { PG_REFERENCED, KPF_REFERENCED }, { PG_UPTODATE, KPF_UPTODATE },
    { PG_DIRTY, KPF_DIRTY },           { PG_LRU, KPF_LRU },
    { PG_ACTIVE, KPF_ACTIVE },         { PG_WRITEBACK, KPF_WRITEBACK },
    { PG_SWAPBACKED, KPF_SWAPBACKED }, { PG_UNEVICTABLE, KPF_UNEVICTABLE },
    { PG_HEAD, KPF_COMPOUND_HEAD },    { PG_MAPPED_BLOCK, KPF_MAPPEDTODISK },
    { PG_SWAPCACHE, KPF_SWAPCACHE },
};

static uint64_t identity_flags(const struct page *page)
{
    switch ((enum page_identity)page->identity) {
    case PAGE_RESERVED:
        return 1UL << KPF_RESERVED;
    case PAGE_FREE:
    case PAGE_FREE_TAIL:
        return 1UL << KPF_BUDDY;
    case PAGE_TAIL:
        return 1UL << KPF_COMPOUND_TAIL;
    case PAGE_SLAB:
        return 1UL << KPF_SLAB;
    case PAGE_TABLE:
        return 1UL << KPF_PGTABLE;
    case PAGE_ANON:
        return 1UL << KPF_ANON;
    default:
        return 0;
    }
}

/* Flags of a page that is free, or inside a block, are its neighbours' business. */
static bool has_flags(const struct page *page)
{
    return page->identity != PAGE_FREE && page->identity != PAGE_FREE_TAIL
           && page->identity != PAGE_PCP && page->identity != PAGE_TAIL;
}

/* A snapshot without locks: the page may change while it is looked at, as on Linux. */
static uint64_t frame_flags(pfn_t pfn)
{
    const struct page *page;
    uint64_t word;

    if (!pfn_is_valid(pfn))
        return 1UL << KPF_NOPAGE;
    page = pfn_to_page(pfn);
    word = identity_flags(page);
    for (size_t i = 0; has_flags(page) && i < ARRAY_SIZE(same_flags); i++)
        if (page_test(page, (enum page_flag)same_flags[i].here))
            word |= 1UL << same_flags[i].kpf;
    if (__atomic_load_n(&page->mapcount, __ATOMIC_RELAXED) > 0)
        word |= 1UL << KPF_MMAP;
    if (__atomic_load_n(&page->mlocks, __ATOMIC_RELAXED) > 0)
        word |= 1UL << KPF_MLOCKED | 1UL << KPF_UNEVICTABLE;
    if (page == zero_page)
        word |= 1UL << KPF_ZERO_PAGE;
    return word;
}

static int fill_flags(void *arg, uint64_t first, size_t n, uint64_t *out)
{
    (void)arg;
    for (size_t i = 0; i < n; i++)
        out[i] = frame_flags(first + i);
    return 0;
}

static ssize_t kpagecount_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f;
    return read_words(uio, pos, frames.end_pfn, NULL, fill_counts);
}

static ssize_t kpageflags_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f;
    return read_words(uio, pos, frames.end_pfn, NULL, fill_flags);
}

/* Linux's error where a file of /proc, but not of a process, cannot be written. */
static ssize_t write_nothing(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f;
    (void)uio;
    (void)pos;
    return -EIO;
}

const struct file_operations proc_kpagecount_fops =
    TABLE_FOPS(file_op_open_accept, kpagecount_read, write_nothing, file_op_release_nothing);
const struct file_operations proc_kpageflags_fops =
    TABLE_FOPS(file_op_open_accept, kpageflags_read, write_nothing, file_op_release_nothing);

/* ---- clear_refs ----------------------------------------------------------------------- */

static void reset_peak(struct mm *mm)
{
    spin_lock(&mm->pt_lock);
    mm->peak_rss = (int64_t)mm_rss(mm);
    spin_unlock(&mm->pt_lock);
}

int proc_store_pid_clear_refs(const char *text, size_t n, struct process *p)
{
    struct mm *mm;
    const char *end;
    uint64_t what;

    (void)n;
    if (str_to_u64(text, &end, 10, &what) || (*end && *end != '\n') || what < CLEAR_REFS_ALL
        || what > CLEAR_REFS_PEAK_RSS)
        return -EINVAL;
    mm = process_get_mm(p);
    if (!mm)
        return 0;
    if (what == CLEAR_REFS_PEAK_RSS)
        reset_peak(mm);
    else if (what != CLEAR_REFS_SOFT_DIRTY)         /* there is no such bit here */
        usage_forget(mm, what != CLEAR_REFS_FILE, what != CLEAR_REFS_ANON);
    mm_put(mm);
    return 0;
}
