/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_xattr.c - extended attributes in tmpfs: a tree of names and values per inode.
 *
 * They are kernel memory that cannot be swapped out, so they take of the space that limits
 * the number of inodes; also those of files without a name, which know no other limit.
 */
#include "kernel/fs/tmpfs_impl.h"
#include "kernel/mm/kvmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

struct attribute {
    struct rb_node node;                /* of inode->xattrs                    */
    enum xattr_space space;
    size_t len, size;                   /* of name and value                   */
    char bytes[];                       /* the name, then the value            */
};

static const void *value_of(const struct attribute *a)
{
    return a->bytes + a->len;
}

/* What A takes of memory, and so of the file system's space. */
static size_t space_of(const struct attribute *a)
{
    return sizeof(*a) + a->len + a->size;
}

/* How NAME sorts against A. */
static int compare(const struct xattr_name *name, const struct attribute *a)
{
    int order;

    if (name->space != a->space)
        return name->space < a->space ? -1 : 1;
    order = memcmp(name->rest, a->bytes, MIN(name->len, a->len));
    if (order || name->len == a->len)
        return order;
    return name->len < a->len ? -1 : 1;
}

static struct attribute *find(struct inode *inode, const struct xattr_name *name)
{
    struct rb_node *node = inode->xattrs.top;

    while (node) {
        struct attribute *a = rb_entry(node, struct attribute, node);
        int order = compare(name, a);

        if (order == 0)
            return a;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

static void insert(struct inode *inode, struct attribute *a)
{
    const struct xattr_name name = { .space = a->space, .rest = a->bytes, .len = a->len };
    struct rb_node *parent = NULL, **link = &inode->xattrs.top;

    while (*link) {
        parent = *link;
        link = compare(&name, rb_entry(parent, struct attribute, node)) < 0 ? &parent->left
                                                                            : &parent->right;
    }
    rb_insert(&inode->xattrs, parent, link, &a->node);
}

/* The attribute, in no tree; NULL if VALUE is. */
static int make(struct tmpfs *t, const struct xattr_name *name, const void *value, size_t size,
                struct attribute **out)
{
    size_t n = sizeof(struct attribute) + name->len + size;
    struct attribute *a = NULL;

    if (value && !tmpfs_take_space(t, n))
        return -ENOSPC;
    if (value) {
        a = kvmalloc(n);
        if (!a) {
            tmpfs_return_space(t, n);
            return -ENOMEM;
        }
        *a = (struct attribute){ .space = name->space, .len = name->len, .size = size };
        memcpy(a->bytes, name->rest, name->len);
        memcpy(a->bytes + name->len, value, size);
    }
    *out = a;
    return 0;
}

static void destroy(struct tmpfs *t, struct attribute *a)
{
    size_t n = space_of(a);

    kvfree(a);
    tmpfs_return_space(t, n);
}

/* ---- what the VFS asks ------------------------------------------------------------------- */

static ssize_t get(struct inode *inode, const struct xattr_name *name, void *buf, size_t size)
{
    const struct attribute *a = find(inode, name);

    return a ? xattr_copy(buf, size, value_of(a), a->size) : -ENODATA;
}

/* The new value is there before the old one goes, so there must be room for both. */
static int set(struct inode *inode, const struct xattr_name *name, const void *value, size_t size,
               uint32_t flags)
{
    struct attribute *old = find(inode, name), *a;
    struct tmpfs *t = tmpfs_of(inode->sb);
    int err = xattr_check_flags(old, flags);

    if (!err)
        err = make(t, name, value, size, &a);
    if (err)
        return err;
    if (old) {
        rb_erase(&inode->xattrs, &old->node);
        destroy(t, old);
    }
    if (a)
        insert(inode, a);
    inode->ctime = inode_now();
    return 0;
}

static int list(struct inode *inode, struct xattr_list *names)
{
    rb_for_each(node, &inode->xattrs) {
        const struct attribute *a = rb_entry(node, struct attribute, node);

        xattr_list_add(names, a->space, a->bytes, a->len);
    }
    return 0;
}

void tmpfs_xattr_free_all(struct inode *inode)
{
    struct rb_node *node;

    while ((node = rb_first(&inode->xattrs))) {
        rb_erase(&inode->xattrs, node);
        destroy(tmpfs_of(inode->sb), rb_entry(node, struct attribute, node));
    }
}

const struct xattr_operations tmpfs_xattr_ops = {
    .get = get,
    .set = set,
    .list = list,
};
