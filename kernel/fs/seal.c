/* SPDX-License-Identifier: MIT */
/*
 * seal.c - seals: what will never again be done to a file of tmpfs.
 */
#include "kernel/fs/seal.h"
#include "lib/bitops.h"

#define ALL_SEALS                                                                           \
    (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE         \
     | F_SEAL_EXEC)
#define NO_WRITE (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

/* Nobody who maps INODE may write to it, or will: -EBUSY if somebody may. */
static int seal_mapping(struct inode *inode, uint32_t seals)
{
    struct address_space *as = &inode->data;
    int err = 0;

    spin_lock(&as->mmap_lock);
    if ((seals & ~inode->seals & F_SEAL_WRITE) && as->nwritable_shared > 0)
        err = -EBUSY;
    else
        inode->seals |= seals;
    spin_unlock(&as->mmap_lock);
    return err;
}

/* The inode is locked. */
static int add_seals(struct inode *inode, uint32_t seals)
{
    if (inode->seals & F_SEAL_SEAL)
        return -EPERM;
    /* What stays executable must stay what it is. */
    if ((seals & F_SEAL_EXEC) && (inode->mode & 0111))
        seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
    return seal_mapping(inode, seals);
}

int file_add_seals(struct file *f, uint32_t seals)
{
    struct inode *inode = f->inode;
    int err;

    if (!(f->mode & FILE_WRITE))
        return -EPERM;
    if ((seals & ~(uint32_t)ALL_SEALS) || !inode_test(inode, INODE_SEALABLE))
        return -EINVAL;
    rwsem_write_lock(&inode->lock);
    err = add_seals(inode, seals);
    rwsem_write_unlock(&inode->lock);
    return err;
}

int file_get_seals(const struct file *f)
{
    if (!inode_test(f->inode, INODE_SEALABLE))
        return -EINVAL;
    return (int)__atomic_load_n(&f->inode->seals, __ATOMIC_RELAXED);
}

int seal_check_allocate(const struct inode *inode, int mode, uint64_t end)
{
    if (mode & FALLOC_FL_PUNCH_HOLE)
        return inode->seals & NO_WRITE ? -EPERM : 0;
    return end > inode->size && (inode->seals & F_SEAL_GROW) ? -EPERM : 0;
}

int seal_check_write(const struct inode *inode, uint64_t pos, size_t n, uint64_t *max)
{
    if (n == 0)
        return 0;
    if (inode->seals & NO_WRITE)
        return -EPERM;
    if (!(inode->seals & F_SEAL_GROW) || pos + n <= inode->size)
        return 0;
    /* Pages are written one by one, and the one that would grow the file is not. */
    *max = MIN(*max, align_down(inode->size, PAGE_SIZE));
    return pos >= *max ? -EPERM : 0;
}

int file_op_mmap_sealed(struct file *f, struct mmap_request *req)
{
    struct inode *inode = f->inode;
    struct address_space *as = &inode->data;
    int err = 0;

    if (req->shared) {
        spin_lock(&as->mmap_lock);
        req->never_write = inode->seals & NO_WRITE;
        req->counted_writer = !req->never_write && (f->mode & FILE_WRITE);
        as->nwritable_shared += req->counted_writer;
        spin_unlock(&as->mmap_lock);
        err = req->never_write && req->write ? -EPERM : 0;
    }
    return err ? err : file_op_mmap_cache(f, req);
}
