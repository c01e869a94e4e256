/* SPDX-License-Identifier: MIT */
/*
 * sys_xattr.c - calls on extended attributes: get, set, list and remove.
 *
 * Each comes three times: by name, by name without following a last link, by descriptor.
 * The arguments behind that are the same.
 */
#include "kernel/fs/xattr.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"

/* A call on INODE; A are the arguments behind the first. */
typedef int64_t xattr_call(struct inode *inode, const uint64_t *a);

static int64_t by_name(const uint64_t *a, uint32_t lookup, xattr_call *call)
{
    struct path path;
    int64_t r = path_of_name(a[0], lookup, &path);

    if (r)
        return r;
    r = call(path_inode(&path), a + 1);
    path_put(&path);
    return r;
}

static int64_t by_descriptor(const uint64_t *a, xattr_call *call)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = call(ref.file->inode, a + 1);
    fd_put(ref);
    return r;
}

static const struct cred *caller(void)
{
    return &current_process()->cred;
}

/* An attribute's name has a limit and an error of its own. */
static int get_name(char *name, uintptr_t user)
{
    ssize_t len = strncpy_from_user(name, user, XATTR_NAME_MAX + 1);

    if (len == 0 || len == -ENAMETOOLONG)
        return -ERANGE;
    return len < 0 ? (int)len : 0;
}

static int64_t set_value(struct inode *inode, const char *name, uintptr_t user, size_t size,
                         uint32_t flags)
{
    void *value = NULL;
    int64_t r = 0;

    if (size > XATTR_SIZE_MAX)
        return -E2BIG;
    if (size > 0) {
        value = kvmalloc(size);
        r = value ? copy_from_user(value, user, size) : -ENOMEM;
    }
    if (!r)
        r = inode_setxattr(inode, name, value, size, flags, caller());
    kvfree(value, size);
    return r;
}

static int64_t set(struct inode *inode, const uint64_t *a)
{
    char name[XATTR_NAME_MAX + 1];
    uint32_t flags = (uint32_t)a[3];
    int r;

    if (flags & ~(uint32_t)(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    r = get_name(name, a[0]);
    return r ? r : set_value(inode, name, a[1], a[2], flags);
}

/* What is asked for NAME, or for all names if that is NULL, into the SIZE bytes at USER.
 * A size that says "as much as there can be" and is too small is an error of its own. */
static int64_t get_into(struct inode *inode, const char *name, uintptr_t user, size_t size)
{
    void *buf = size > 0 ? kvmalloc(size) : NULL;
    int64_t r;

    if (size > 0 && !buf)
        return -ENOMEM;
    if (name)
        r = inode_getxattr(inode, name, buf, size, caller());
    else
        r = inode_listxattr(inode, buf, size, caller());
    if (r > 0 && size > 0 && copy_to_user(user, buf, (size_t)r))
        r = -EFAULT;
    kvfree(buf, size);
    return r == -ERANGE && size == XATTR_SIZE_MAX ? -E2BIG : r;
}

static int64_t get(struct inode *inode, const uint64_t *a)
{
    char name[XATTR_NAME_MAX + 1];
    int r = get_name(name, a[0]);

    return r ? r : get_into(inode, name, a[1], MIN(a[2], (uint64_t)XATTR_SIZE_MAX));
}

static int64_t list(struct inode *inode, const uint64_t *a)
{
    return get_into(inode, NULL, a[0], MIN(a[1], (uint64_t)XATTR_LIST_MAX));
}

static int64_t remove(struct inode *inode, const uint64_t *a)
{
    char name[XATTR_NAME_MAX + 1];
    int r = get_name(name, a[0]);

    return r ? r : inode_removexattr(inode, name, caller());
}

int64_t sys_setxattr(const uint64_t *a)
{
    return by_name(a, LOOKUP_FOLLOW, set);
}

int64_t sys_lsetxattr(const uint64_t *a)
{
    return by_name(a, 0, set);
}

int64_t sys_fsetxattr(const uint64_t *a)
{
    return by_descriptor(a, set);
}

int64_t sys_getxattr(const uint64_t *a)
{
    return by_name(a, LOOKUP_FOLLOW, get);
}

int64_t sys_lgetxattr(const uint64_t *a)
{
    return by_name(a, 0, get);
}

int64_t sys_fgetxattr(const uint64_t *a)
{
    return by_descriptor(a, get);
}

int64_t sys_listxattr(const uint64_t *a)
{
    return by_name(a, LOOKUP_FOLLOW, list);
}

int64_t sys_llistxattr(const uint64_t *a)
{
    return by_name(a, 0, list);
}

int64_t sys_flistxattr(const uint64_t *a)
{
    return by_descriptor(a, list);
}

int64_t sys_removexattr(const uint64_t *a)
{
    return by_name(a, LOOKUP_FOLLOW, remove);
}

int64_t sys_lremovexattr(const uint64_t *a)
{
    return by_name(a, 0, remove);
}

int64_t sys_fremovexattr(const uint64_t *a)
{
    return by_descriptor(a, remove);
}
