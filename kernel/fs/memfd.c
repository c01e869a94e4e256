/* SPDX-License-Identifier: MIT */
/*
 * memfd.c - files without a name that programs make.
 *
 * The same as shared anonymous memory, but with a name to show, which is the open
 * file's, and with seals.
 */
#include "kernel/fs/memfd.h"
#include "kernel/fs/tmpfs_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "lib/string.h"

void memfd_release(struct file *f)
{
    kfree(f->private);
}

/* Nobody else knows INODE yet. */
static void prepare(struct inode *inode, uint32_t flags, const struct cred *cred)
{
    inode->uid = cred->fsuid;
    inode->gid = cred->fsgid;
    if (flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL))
        inode->seals = 0;
    if (flags & MFD_NOEXEC_SEAL) {
        inode->seals = F_SEAL_EXEC;
        inode->mode &= ~0111u;
    }
}

int memfd_check_flags(uint32_t flags)
{
    if (flags & ~(uint32_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC))
        return -EINVAL;
    return (flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL) ? -EINVAL : 0;
}

int memfd_create(const char *name, uint32_t flags, const struct cred *cred, struct file **out)
{
    char *copy = kstrdup(name, GFP_KERNEL);
    int err;

    if (!copy)
        return -ENOMEM;
    err = shmem_create(0, O_RDWR | O_LARGEFILE, false, out);
    if (err) {
        kfree(copy);
        return err;
    }
    prepare((*out)->inode, flags, cred);
    (*out)->ops = &memfd_ops;
    (*out)->private = copy;
    return 0;
}
