/* SPDX-License-Identifier: MIT */
/*
 * msync.c - have what was written through mappings reach the disk.
 *
 * read(2) and write(2) see it at once, since they meet in the same pages; this call
 * is about the disk only.  A file's fsync may take long: the map lock is given up
 * meanwhile, and the walk goes on behind the VMA it was at.
 */
#include "kernel/fs/file.h"
#include "kernel/vm/mmap.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"

/* The file behind VMA if stores to VMA reach it, referenced; or NULL. */
static struct file *shared_file(const struct vma *vma)
{
    if (!(vma->flags & VM_SHARED) || !vma->file)
        return NULL;
    file_get(vma->file);
    return vma->file;
}

/* The first VMA from *AT on: *AT moves to its end, FILE is what to write.  0,
 * -ENOMEM if a hole came first (it is passed over), -EBUSY in either case. */
static int next_file(struct mm *mm, vaddr_t *at, vaddr_t end, unsigned flags, struct file **file)
{
    struct vma *vma;
    int err = 0;

    *file = NULL;
    rwsem_read_lock(&mm->lock);
    vma = vmaset_find_range(&mm->vmas, *at, end);
    if (vma && (flags & MS_INVALIDATE) && (vma->flags & VM_LOCKED))
        err = -EBUSY;
    else if (!vma || vma->start > *at)
        err = -ENOMEM;
    *at = vma ? MIN(vma->end, end) : end;
    if (vma && err != -EBUSY)
        *file = shared_file(vma);
    rwsem_read_unlock(&mm->lock);
    return err;
}

/* Write FILE, which may be NULL, if it is to be on the disk now; its reference goes. */
static int write_file(struct file *file, unsigned flags)
{
    int err = 0;

    if (!file)
        return 0;
    if (flags & MS_SYNC)
        err = file->ops->fsync(file, false);
    file_put(file);
    return err;
}

int vm_msync(struct mm *mm, vaddr_t addr, size_t len, unsigned flags)
{
    vaddr_t end = addr + align_up(len, PAGE_SIZE);
    int err = 0, io, result = 0;
    struct file *file;

    if ((addr & ~PAGE_MASK) || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
        || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    if (end < addr)
        return -ENOMEM;
    while (addr < end && err != -EBUSY) {
        err = next_file(mm, &addr, end, flags, &file);
        io = write_file(file, flags);
        if (io)
            return io;
        result = err ? err : result;
    }
    return result;
}
