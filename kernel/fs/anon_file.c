/* SPDX-License-Identifier: MIT */
/*
 * anon_file.c - files that only a call makes, and only descriptors name.
 */
#include "kernel/fs/anon_file.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"

static struct super_block *anon_super;

static struct inode *make_inode(const char *kind, const struct file_operations *ops,
                                const struct cred *cred)
{
    struct inode *inode = inode_new(anon_super);

    if (!inode)
        return NULL;
    inode_set_mode(inode, S_IRUSR | S_IWUSR);
    inode->uid = cred->fsuid;
    inode->gid = cred->fsgid;
    inode->fops = ops;
    inode->private = (void *)kind;
    return inode;
}

int anon_file_create(const char *kind, const struct file_operations *ops, uint32_t flags,
                     void *private, const struct cred *cred, struct file **out)
{
    struct inode *inode = make_inode(kind, ops, cred);
    int err;

    if (!inode)
        return -ENOMEM;
    err = file_open_anon(inode, ops, flags, private, out);
    if (err)
        inode_put(inode);
    return err;
}

const char *anon_file_kind(const struct file *f)
{
    return f->inode->sb == anon_super ? f->inode->private : NULL;
}

int anon_file_refuse_open(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return -ENXIO;
}

static const struct file_system_type anon_type = { .name = "anon_inodefs" };

void anon_file_init(void)
{
    anon_super = super_create_internal(&anon_type);
}
