/* SPDX-License-Identifier: MIT */
/*
 * mmap.c - mmap and munmap: check everything, then commit.
 *
 * mmap  1. check the arguments                     (nothing held)
 *       2. ask the file what mapping it means; shared memory without a file gets one
 *       3. find a place, or clear the one demanded (map lock)
 *       4. extend a neighbour, or enter a new VMA
 *
 * munmap clears entries, then shortens VMAs and takes them out, and frees tables,
 * all under the map lock; files are released after it, because the last
 * reference to an unlinked file deletes it.  It needs memory only for a hole
 * inside one VMA.
 */
#include "kernel/fs/file.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/vm/device.h"
#include "kernel/vm/mlock.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/populate.h"
#include "kernel/vm/rmap.h"
#include "kernel/vm/zap.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

/* Flags that MAP_SHARED_VALIDATE lets pass. */
#define KNOWN_FLAGS                                                                         \
    (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE  \
     | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_FIXED_NOREPLACE)

/* A request on its way through the steps. */
struct request {
    struct mm *mm;
    vaddr_t addr;           /* hint, then the place                       */
    size_t len;             /* rounded up                                 */
    unsigned flags;         /* MAP_*                                      */
    struct vma proto;       /* what the VMA will be, but for its range    */
    struct file *memory;    /* made for shared memory without a file      */
    struct address_space *writer_of;    /* counts us as a writer, or NULL */
    pfn_t pfn;              /* VM_PFNMAP: the first frame                 */
    struct vma *spare;      /* made before what is in the way went        */
};

unsigned max_map_count = 65530, mmap_min_addr = MMAP_MIN_ADDR;

uint32_t vm_flags_from_prot(unsigned prot)
{
    return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0)
           | (prot & PROT_EXEC ? VM_EXEC : 0);
}

bool vm_within_limits(const struct mm *mm, uint32_t flags, size_t npages)
{
    if (mm->total_vm + npages > mm->limit_as >> PAGE_SHIFT)
        return false;
    return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) != VM_WRITE
           || mm->data_vm + npages <= mm->limit_data >> PAGE_SHIFT;
}

/* Whether there are mappings of this kind.  Nobody shares a stack, MAP_SHARED_VALIDATE asks a
 * file, and huge pages are nobody's to ask for. */
static bool is_kind(unsigned flags)
{
    if (flags & MAP_HUGETLB)
        return false;
    switch (flags & MAP_TYPE) {
    case MAP_PRIVATE:
        return true;
    case MAP_SHARED:
        return (flags & (MAP_ANONYMOUS | MAP_GROWSDOWN)) != (MAP_ANONYMOUS | MAP_GROWSDOWN);
    case MAP_SHARED_VALIDATE:
        return !(flags & MAP_ANONYMOUS);
    default:
        return false;
    }
}

static int check_arguments(struct request *q, size_t len, uint64_t offset)
{
    if (!len || (offset & ~PAGE_MASK) || !is_kind(q->flags))
        return -EINVAL;
    if ((q->flags & MAP_TYPE) == MAP_SHARED_VALIDATE && (q->flags & ~KNOWN_FLAGS))
        return -EOPNOTSUPP;
    q->len = align_up(len, PAGE_SIZE);
    if (q->len < len || q->len > USER_END)
        return -ENOMEM;
    if (offset + q->len < offset
        || (!(q->flags & MAP_ANONYMOUS)
            && (offset >> PAGE_SHIFT) + (q->len >> PAGE_SHIFT) > 1UL << 51))
        return -EOVERFLOW;
    if (!(q->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
        return 0;
    if (q->addr & ~PAGE_MASK)
        return -EINVAL;
    if (q->addr > USER_END - q->len)
        return -ENOMEM;
    return q->addr < mmap_min_addr ? -EPERM : 0;
}

/* What the open mode of F lets a mapping do.  No stack is a file's. */
static int check_file_rights(struct request *q, const struct file *f)
{
    unsigned mode = f->flags & O_ACCMODE;

    if (mode == O_WRONLY)
        return -EACCES;
    if ((q->proto.flags & VM_SHARED) && (q->proto.flags & VM_WRITE) && mode == O_RDWR
        && inode_test(f->inode->mapping->host, INODE_SWAPFILE))
        return -ETXTBSY;
    if (mode == O_RDONLY && (q->proto.flags & VM_SHARED)) {
        if (q->proto.flags & VM_WRITE)
            return -EACCES;
        q->proto.flags &= ~VM_MAYWRITE;
    }
    return q->flags & MAP_GROWSDOWN ? -EINVAL : 0;
}

static void map_pages_of(struct request *q, struct file *f, struct address_space *as,
                         uint64_t pgoff)
{
    q->proto.ops = &file_vma_ops;
    q->proto.file = f;
    q->proto.mapping = as;
    q->proto.pgoff = pgoff;
}

/* There are no copies of what is not memory. */
static int map_frames_of(struct request *q, struct file *f, const struct mmap_request *m)
{
    if (!(q->proto.flags & VM_SHARED)) {
        if (q->proto.flags & VM_WRITE)
            return -EINVAL;
        q->proto.flags &= ~VM_MAYWRITE;
    }
    q->proto.ops = &device_vma_ops;
    q->proto.file = f;
    q->proto.pgoff = m->pgoff;
    q->proto.flags |= VM_PFNMAP;
    q->pfn = m->pfn;
    return 0;
}

/* Let the file say which mapping it means. */
static __attribute__((noinline)) int ask_file(struct request *q, struct file *f, uint64_t offset)
{
    struct mmap_request m = {
        .pgoff = offset >> PAGE_SHIFT,
        .npages = q->len >> PAGE_SHIFT,
        .shared = q->proto.flags & VM_SHARED,
        .write = q->proto.flags & VM_WRITE,
    };
    int err = check_file_rights(q, f);

    if (!err)
        err = f->ops->mmap(f, &m);
    if (err)
        return err;
    if (m.never_write)
        q->proto.flags &= ~VM_MAYWRITE;
    if (m.counted_writer)
        q->writer_of = m.as;
    switch (m.kind) {
    case MMAP_ANON:
        return 0;
    case MMAP_CACHE:
        map_pages_of(q, f, m.as, m.pgoff);
        return 0;
    case MMAP_PFN:
        return map_frames_of(q, f, &m);
    }
    return -ENODEV;
}

/* Memory that processes share has pages that outlive each of them: a file's. */
static __attribute__((noinline)) int make_shared_memory(struct request *q)
{
    int err = shmem_create(q->len, O_RDWR, !(q->proto.flags & VM_NORESERVE), &q->memory);

    if (!err)
        map_pages_of(q, q->memory, q->memory->inode->mapping, 0);
    return err;
}

/* What the VMA will be; FILE may be NULL. */
static int describe(struct request *q, unsigned prot, struct file *file, uint64_t offset)
{
    int err = 0;

    vma_init(&q->proto, q->mm, &anon_vma_ops,
             vm_flags_from_prot(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC);
    q->memory = NULL;
    q->writer_of = NULL;
    q->spare = NULL;
    if ((q->flags & MAP_TYPE) != MAP_PRIVATE)
        q->proto.flags |= VM_SHARED;
    else if (q->flags & MAP_GROWSDOWN)
        q->proto.flags |= VM_GROWSDOWN;
    if (q->flags & MAP_LOCKED)
        q->proto.flags |= VM_LOCKED;
    if ((q->flags & MAP_NORESERVE) && overcommit_memory != COMMIT_NEVER)
        q->proto.flags |= VM_NORESERVE;
    if (vm_is_accountable(q->proto.flags))
        q->proto.flags |= VM_ACCOUNT;
    if (file)
        err = ask_file(q, file, offset);
    if (!err && (q->proto.flags & VM_SHARED) && q->proto.ops == &anon_vma_ops)
        err = make_shared_memory(q);
    return err;
}

/* Mappings of whole 2 MiB steps get page tables of their own: tables that are not
 * shared with neighbours are made, looked at and freed whole. */
static __attribute__((noinline)) vaddr_t find_aligned_hole(const struct mm *mm, size_t len)
{
    const size_t step = PT_LEAF_SIZE(1), spare = step - PAGE_SIZE;
    vaddr_t at = vmaset_find_gap(&mm->vmas, len + spare, mmap_min_addr, mm->mmap_base);

    return at ? align_down(at + spare, step) : 0;
}

/* Whether a mapping that ends at END would be in the way of a stack that grows. */
static bool is_below_stack(const struct mm *mm, vaddr_t end)
{
    const struct vma *next = vmaset_find_from(&mm->vmas, end);

    return next && (next->flags & VM_GROWSDOWN) && next->start - end < STACK_GUARD;
}

vaddr_t vm_find_hole(const struct mm *mm, size_t len)
{
    vaddr_t at = is_aligned(len, PT_LEAF_SIZE(1)) ? find_aligned_hole(mm, len) : 0;

    if (!at)
        at = vmaset_find_gap(&mm->vmas, len, mmap_min_addr, mm->mmap_base);
    if (at && is_below_stack(mm, at + len))
        at = vmaset_find_gap(&mm->vmas, len + STACK_GUARD, mmap_min_addr, mm->mmap_base);
    return at;
}

static inline void put_at(struct vma *proto, vaddr_t start, vaddr_t end)
{
    proto->start = start;
    proto->end = end;
    if (proto->ops == &anon_vma_ops)
        proto->pgoff = start >> PAGE_SHIFT;
}

/* One more VMA, like PROTO; Linux allows one more than splits may make. */
static inline struct vma *new_vma(struct mm *mm, const struct vma *proto)
{
    return mm->vmas.count > max_map_count ? NULL : vma_alloc(mm, proto);
}

/* Make the place that MAP_FIXED demands free.  What is there goes only if the new mapping is
 * sure to come. */
static __attribute__((noinline)) int clear_place(struct request *q, struct list *doomed)
{
    int err;

    if (!vmaset_find_range(&q->mm->vmas, q->addr, q->addr + q->len))
        return 0;
    if (q->flags & MAP_FIXED_NOREPLACE)
        return -EEXIST;
    put_at(&q->proto, q->addr, q->addr + q->len);
    q->spare = new_vma(q->mm, &q->proto);
    if (!q->spare)
        return -ENOMEM;
    err = vm_remove_range(q->mm, q->addr, q->addr + q->len, doomed);
    if (err)
        vma_free(q->spare);
    return err;
}

/* Whether the place that the caller would like is free: then it is taken. */
static __attribute__((noinline)) bool take_hint(struct request *q)
{
    vaddr_t hint = MAX(q->addr & PAGE_MASK, align_up((vaddr_t)mmap_min_addr, PAGE_SIZE));

    if (hint > USER_END - q->len || vmaset_find_range(&q->mm->vmas, hint, hint + q->len)
        || is_below_stack(q->mm, hint + q->len))
        return false;
    q->addr = hint;
    return true;
}

static int choose_place(struct request *q, struct list *doomed)
{
    if (q->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        return clear_place(q, doomed);
    if ((q->addr & PAGE_MASK) && take_hint(q))
        return 0;
    q->addr = vm_find_hole(q->mm, q->len);
    return q->addr ? 0 : -ENOMEM;
}

/* Enter a VMA like PROTO at [START, END), which is free: VMA, or a new one if that is NULL. */
static inline int enter(struct mm *mm, struct vma *proto, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *next = vmaset_find_from(&mm->vmas, end);

    put_at(proto, start, end);
    if (!vmaset_extend(&mm->vmas, proto, next)) {
        if (!vma)
            vma = new_vma(mm, proto);
        if (!vma)
            return -ENOMEM;
        rmap_link(vma);
        vmaset_insert(&mm->vmas, vma, next);
    } else if (vma) {
        vma_free(vma);
    }
    vm_account(mm, proto->flags, (end - start) >> PAGE_SHIFT);
    return 0;
}

int vm_map_anon(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t vm_flags)
{
    struct vma proto;

    size_t npages = (end - start) >> PAGE_SHIFT;
    int err;

    vm_flags |= VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT;
    vma_init(&proto, mm, &anon_vma_ops, vm_flags);
    err = vm_charge(mm, vm_flags, npages);
    if (err)
        return err;
    err = enter(mm, &proto, NULL, start, end);
    if (err)
        vm_uncharge(vm_flags, npages);
    return err;
}

/* Whether the limits allow it; what MAP_FIXED replaces makes room. */
static bool fits_limits(const struct request *q)
{
    size_t npages = q->len >> PAGE_SHIFT;

    if (vm_within_limits(q->mm, q->proto.flags, npages))
        return true;
    if (!(q->flags & MAP_FIXED))
        return false;
    npages -= vmaset_count(&q->mm->vmas, q->addr, q->addr + q->len, 0);
    return vm_within_limits(q->mm, q->proto.flags, npages);
}

static int check_limits(const struct request *q)
{
    if ((q->flags & MAP_LOCKED) && !mlock_permitted())
        return -EPERM;
    if (!mlock_fits(q->mm, q->proto.flags, q->len >> PAGE_SHIFT))
        return -EAGAIN;
    return fits_limits(q) ? 0 : -ENOMEM;
}

/* Have the memory promised.  What MAP_FIXED replaces returns its own, which is enough for
 * as much: nothing is lost by a refusal. */
static int charge(const struct request *q)
{
    size_t npages = q->len >> PAGE_SHIFT, kept = 0;
    int err;

    if (!(q->proto.flags & VM_ACCOUNT))
        return 0;
    if (q->flags & MAP_FIXED)
        kept = vmaset_count(&q->mm->vmas, q->addr, q->addr + q->len, VM_ACCOUNT);
    err = vm_charge(q->mm, VM_ACCOUNT, npages - kept);
    if (!err && kept)
        commit_add(COMMIT_PRIVATE, (int64_t)kept);
    return err;
}

static __attribute__((noinline)) int enter_frames(const struct request *q, struct list *doomed)
{
    int err = remap_pfn_range(vmaset_find(&q->mm->vmas, q->addr), q->pfn);

    if (err)
        vm_remove_range(q->mm, q->addr, q->addr + q->len, doomed);
    return err;
}

/* Find or make the place, and enter the VMA there. */
static int place(struct request *q)
{
    struct list doomed = LIST_INIT(doomed);
    struct mm *mm = q->mm;
    int err;

    rwsem_write_lock(&mm->lock);
    q->proto.flags |= mm->def_flags;
    if (q->proto.flags & VM_PFNMAP)
        q->proto.flags &= ~VM_LOCKS;        /* frames of a device cannot go anyway */
    err = check_limits(q);
    if (!err)
        err = charge(q);
    if (!err) {
        err = choose_place(q, &doomed);
        if (!err)
            err = enter(mm, &q->proto, q->spare, q->addr, q->addr + q->len);
        if (!err && (q->proto.flags & VM_PFNMAP))
            err = enter_frames(q, &doomed);
        if (err)
            vm_uncharge(q->proto.flags, q->len >> PAGE_SHIFT);
    }
    rwsem_write_unlock(&mm->lock);
    if (!list_is_empty(&doomed))
        vm_free_doomed(&doomed);
    return err;
}

/* The VMA counts for itself now, or never will. */
static void uncount_writer(struct address_space *as)
{
    spin_lock(&as->mmap_lock);
    as->nwritable_shared--;
    spin_unlock(&as->mmap_lock);
}

int64_t vm_mmap(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, unsigned flags,
                struct file *file, uint64_t offset)
{
    struct request q;
    int err;

    q.mm = mm;
    q.addr = addr;
    q.flags = flags;
    err = check_arguments(&q, len, offset);
    if (!err)
        err = describe(&q, prot, file, offset);
    if (err)
        return err;
    err = place(&q);
    if (q.writer_of)
        uncount_writer(q.writer_of);
    if (q.memory)
        file_put(q.memory);
    if (err)
        return err;
    /* Failures show at first use. */
    if ((q.proto.flags & VM_LOCKED) || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
        vm_populate(mm, q.addr, q.addr + q.len, 0);
    return (int64_t)q.addr;
}

struct vma *vm_cut(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *part = vma;
    size_t splits = (vma->start < start) + (vma->end > end);

    if (mm->vmas.count + splits > max_map_count)
        return NULL;
    if (vma->start < start)
        part = vmaset_split(&mm->vmas, vma, start);
    if (!part || part->end <= end || vmaset_split(&mm->vmas, part, end))
        return part;
    if (part != vma)
        vmaset_unsplit(&mm->vmas, vma, part);
    return NULL;
}

/* The whole steps of LEVEL that [*FROM, *TO) touches and that lie in [LOW, HIGH); false if
 * there is none. */
static inline bool whole_steps(unsigned level, vaddr_t low, vaddr_t high, vaddr_t *from, vaddr_t *to)
{
    *from = align_down(*from, PT_LEAF_SIZE(level));
    *to = align_up(*to, PT_LEAF_SIZE(level));
    if (*from < low)
        *from += PT_LEAF_SIZE(level);
    if (*to > high)
        *to -= PT_LEAF_SIZE(level);
    return *from < *to;
}

/* Free the tables of the steps of LEVEL in [FROM, TO), and above what lies in [LOW, HIGH). */
static __attribute__((noinline))
void free_steps(struct mm *mm, vaddr_t low, vaddr_t high, vaddr_t from, vaddr_t to, unsigned level)
{
    do {
        spin_lock(&mm->pt_lock);        /* walkers of the reverse map look under it */
        pt_free_tables(&mm->ctx.pt, from, to);
        spin_unlock(&mm->pt_lock);
    } while (++level < PT_LEVELS && whole_steps(level, low, high, &from, &to));
    mmu_context_free_retired(&mm->ctx);
}

/* Tables of 2 MiB steps that [START, END) shares with PREV and NEXT go with these. */
static inline void leave_tables(struct vma *prev, struct vma *next, vaddr_t start, vaddr_t end)
{
    if (prev && prev->end > align_down(start, PT_LEAF_SIZE(1)))
        vma_touch(prev);
    if (next && next->start < align_up(end, PT_LEAF_SIZE(1)))
        vma_touch(next);
}

/*
 * Tables that lie wholly in the hole around [START, END), which ends at NEXT, now serve
 * nobody: those of its 2 MiB steps (level 1), if somebody has TOUCHED it, and of its 1 GiB
 * steps.  All other tables in that hole went with earlier mappings.
 */
static inline void free_tables(struct mm *mm, struct vma *next, vaddr_t start, vaddr_t end,
                               bool touched)
{
    struct vma *prev = vmaset_prev(&mm->vmas, next);
    vaddr_t low = prev ? prev->end : 0, high = next ? next->start : USER_END;
    vaddr_t from = start, to = end;
    unsigned level = touched ? 1 : 2;

    if (touched)
        leave_tables(prev, next, start, end);
    if (whole_steps(level, low, high, &from, &to))
        free_steps(mm, low, high, from, to, level);
}

/* The pages of VMA in [START, END) leave the figures. */
static void account_removed(struct mm *mm, const struct vma *vma, vaddr_t start, vaddr_t end)
{
    size_t npages = (MIN(vma->end, end) - MAX(vma->start, start)) >> PAGE_SHIFT;

    vm_account(mm, vma->flags, -(int64_t)npages);
    vm_uncharge(vma->flags, npages);
}

/* VMA is in the set no more.  The last reference to a file may delete it: that waits until
 * the map lock is released. */
static inline void dismiss(struct vma *vma, struct list *doomed)
{
    rmap_unlink(vma);
    if (vma->file)
        list_insert_tail(doomed, &vma->link);
    else
        vma_free(vma);
}

/* Take [START, END) out of VMA and those behind it; returns the one behind the hole. */
static inline struct vma *remove_vmas(struct mm *mm, struct vma *vma, vaddr_t start, vaddr_t end,
                                      struct list *doomed)
{
    struct vma *next;

    for (; vma && vma->start < end; vma = next) {
        next = vmaset_next(&mm->vmas, vma);
        account_removed(mm, vma, start, end);
        if (!vmaset_clear(&mm->vmas, vma, start, end))
            dismiss(vma, doomed);
        else if (vma->start == end)
            return vma;
    }
    return vma;
}

void vm_remove_empty(struct mm *mm, struct vma *first, vaddr_t start, vaddr_t end,
                     struct list *doomed, bool touched)
{
    struct vma *next = remove_vmas(mm, first, start, end, doomed);

    free_tables(mm, next, start, end, touched);
}

void vm_free_tables(struct mm *mm, vaddr_t start, vaddr_t end)
{
    free_tables(mm, vmaset_find_from(&mm->vmas, end), start, end, true);
}

/* Whether somebody has used memory below END, from VMA FIRST on. */
static inline bool is_touched(struct mm *mm, const struct vma *first, vaddr_t end)
{
    const struct vma *vma = first;

    while (vma && vma->start < end && !vma->touched)
        vma = vmaset_next(&mm->vmas, vma);
    return vma && vma->start < end;
}

/* munmap has it in place; others call it. */
static inline int remove_range(struct mm *mm, vaddr_t start, vaddr_t end, struct list *doomed)
{
    struct vma *first = vmaset_find_range(&mm->vmas, start, end);
    bool touched;

    if (!first)
        return 0;
    /* A hole inside one VMA leaves two of it. */
    if (first->start < start && end < first->end
        && (mm->vmas.count >= max_map_count || !vmaset_split(&mm->vmas, first, end)))
        return -ENOMEM;
    /* The reverse map must find the pages as long as they are mapped, and may look
     * into the tables until the VMAs have left it. */
    touched = is_touched(mm, first, end);
    if (touched)
        zap_range(mm, start, end);
    vm_remove_empty(mm, first, start, end, doomed, touched);
    return 0;
}

int vm_remove_range(struct mm *mm, vaddr_t start, vaddr_t end, struct list *doomed)
{
    return remove_range(mm, start, end, doomed);
}

void vm_free_doomed(struct list *doomed)
{
    struct vma *vma, *next;

    list_for_each_entry_safe(vma, next, doomed, link)
        vma_free(vma);
}

int64_t vm_munmap(struct mm *mm, vaddr_t addr, size_t len)
{
    struct list doomed = LIST_INIT(doomed);
    int err;

    if ((addr & ~PAGE_MASK) || !len || addr > USER_END || len > USER_END - addr)
        return -EINVAL;
    rwsem_write_lock(&mm->lock);
    err = remove_range(mm, addr, align_up(addr + len, PAGE_SIZE), &doomed);
    rwsem_write_unlock(&mm->lock);
    if (!list_is_empty(&doomed))
        vm_free_doomed(&doomed);
    return err;
}
