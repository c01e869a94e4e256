/* SPDX-License-Identifier: MIT */
/*
 * sys_xattr.c - calls on extended attributes: get, set, list and remove.
 *
 * Each comes three times: by name, by name without following a last link, by descriptor.
 * What is to be set or removed is fetched before a name is looked up, as Linux does: of two
 * errors the program sees the same one.
 */
#include "kernel/fs/xattr.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"

/* What is done to INODE. */
typedef int64_t xattr_call(struct inode *inode, const void *what);

static int64_t by_name(uintptr_t name, uint32_t lookup, xattr_call *call, const void *what)
{
    struct path path;
    int64_t r = path_of_name(name, lookup, &path);

    if (r)
        return r;
    r = call(path_inode(&path), what);
    path_put(&path);
    return r;
}

static int64_t by_descriptor(uint64_t fd, xattr_call *call, const void *what)
{
    struct fd_ref ref = fd_get((int)fd);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = call(ref.file->inode, what);
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

/* ---- setting ------------------------------------------------------------------------- */

struct setting {
    char name[XATTR_NAME_MAX + 1];
    void *value;                        /* owned until setting_put             */
    size_t size;
    uint32_t flags;
};

static void setting_put(struct setting *s)
{
    kvfree(s->value);
}

/* Of the arguments name, value, size and flags.  0, until setting_put, or an errno. */
static int setting_get(struct setting *s, const uint64_t *a)
{
    int r;

    s->value = NULL;
    s->size = a[2];
    s->flags = (uint32_t)a[3];
    if (s->flags & ~(uint32_t)(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    r = get_name(s->name, a[0]);
    if (r || s->size == 0)
        return r;
    if (s->size > XATTR_SIZE_MAX)
        return -E2BIG;
    s->value = kvmalloc(s->size);
    if (!s->value)
        return -ENOMEM;
    r = copy_from_user(s->value, a[1], s->size);
    if (r)
        setting_put(s);
    return r;
}

static int64_t set(struct inode *inode, const void *what)
{
    const struct setting *s = what;

    return inode_setxattr(inode, s->name, s->value, s->size, s->flags, caller());
}

static int64_t set_by_name(const uint64_t *a, uint32_t lookup)
{
    struct setting s;
    int64_t r = setting_get(&s, a + 1);

    if (r)
        return r;
    r = by_name(a[0], lookup, set, &s);
    setting_put(&s);
    return r;
}

/* A descriptor comes first. */
static int64_t get_and_set(struct inode *inode, const void *arguments)
{
    struct setting s;
    int64_t r = setting_get(&s, arguments);

    if (r)
        return r;
    r = set(inode, &s);
    setting_put(&s);
    return r;
}

/* ---- removing ------------------------------------------------------------------------ */

static int64_t remove(struct inode *inode, const void *name)
{
    return inode_removexattr(inode, name, caller());
}

static int64_t remove_by_name(const uint64_t *a, uint32_t lookup)
{
    char name[XATTR_NAME_MAX + 1];
    int r = get_name(name, a[1]);

    return r ? r : by_name(a[0], lookup, remove, name);
}

static int64_t get_and_remove(struct inode *inode, const void *arguments)
{
    char name[XATTR_NAME_MAX + 1];
    int r = get_name(name, ((const uint64_t *)arguments)[0]);

    return r ? r : remove(inode, name);
}

/* ---- reading ------------------------------------------------------------------------- */

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
    kvfree(buf);
    return r == -ERANGE && size == XATTR_SIZE_MAX ? -E2BIG : r;
}

static int64_t get(struct inode *inode, const void *arguments)
{
    char name[XATTR_NAME_MAX + 1];
    const uint64_t *a = arguments;
    int r = get_name(name, a[0]);

    return r ? r : get_into(inode, name, a[1], MIN(a[2], (uint64_t)XATTR_SIZE_MAX));
}

static int64_t list(struct inode *inode, const void *arguments)
{
    const uint64_t *a = arguments;

    return get_into(inode, NULL, a[0], MIN(a[1], (uint64_t)XATTR_LIST_MAX));
}

/* ---- the calls ----------------------------------------------------------------------- */

int64_t sys_setxattr(const uint64_t *a)
{
    return set_by_name(a, LOOKUP_FOLLOW);
}

int64_t sys_lsetxattr(const uint64_t *a)
{
    return set_by_name(a, 0);
}

int64_t sys_fsetxattr(const uint64_t *a)
{
    return by_descriptor(a[0], get_and_set, a + 1);
}

int64_t sys_getxattr(const uint64_t *a)
{
    return by_name(a[0], LOOKUP_FOLLOW, get, a + 1);
}

int64_t sys_lgetxattr(const uint64_t *a)
{
    return by_name(a[0], 0, get, a + 1);
}

int64_t sys_fgetxattr(const uint64_t *a)
{
    return by_descriptor(a[0], get, a + 1);
}

int64_t sys_listxattr(const uint64_t *a)
{
    return by_name(a[0], LOOKUP_FOLLOW, list, a + 1);
}

int64_t sys_llistxattr(const uint64_t *a)
{
    return by_name(a[0], 0, list, a + 1);
}

int64_t sys_flistxattr(const uint64_t *a)
{
    return by_descriptor(a[0], list, a + 1);
}

int64_t sys_removexattr(const uint64_t *a)
{
    return remove_by_name(a, LOOKUP_FOLLOW);
}

int64_t sys_lremovexattr(const uint64_t *a)
{
    return remove_by_name(a, 0);
}

int64_t sys_fremovexattr(const uint64_t *a)
{
    return by_descriptor(a[0], get_and_remove, a + 1);
}
