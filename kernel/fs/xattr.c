/* SPDX-License-Identifier: MIT */
/*
 * xattr.c - extended attributes: whose they are, by Linux's rules.
 *
 * Linux looks at the rights first and only then whether there is such a space of names, so
 * the errors come in this order here, too.
 */
#include "kernel/fs/xattr.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/endian.h"
#include "lib/string.h"

#define NO_SPACE (-1)

static const char *const prefixes[] = {
    [XATTR_SECURITY] = "security.",
    [XATTR_TRUSTED] = "trusted.",
    [XATTR_USER] = "user.",
};

struct xattr_list {
    char *buf;
    size_t size, len;                   /* of BUF; of all names                */
    bool for_root;
};

static bool begins_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* An enum xattr_space, or NO_SPACE. */
static int find_space(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (begins_with(name, prefixes[i]))
            return (int)i;
    return NO_SPACE;
}

static int take_apart(const char *text, struct xattr_name *name)
{
    int space = find_space(text);

    if (space == NO_SPACE)
        return -EOPNOTSUPP;
    name->space = (enum xattr_space)space;
    name->rest = text + strlen(prefixes[space]);
    name->len = strlen(name->rest);
    return name->len > 0 ? 0 : -EINVAL;
}

/* ---- rights ----------------------------------------------------------------------------- */

static bool is_root(const struct cred *cred)
{
    return cred->euid == 0;
}

static int check_user(struct inode *inode, uint32_t mask, const struct cred *cred)
{
    if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
        return mask & MAY_WRITE ? -EPERM : -ENODATA;
    if ((mask & MAY_WRITE) && S_ISDIR(inode->mode) && (inode->mode & S_ISVTX)
        && cred->fsuid != 0 && cred->fsuid != inode->uid)
        return -EPERM;
    return inode_permission(inode, mask, cred);
}

/* May CRED do MASK (MAY_READ or MAY_WRITE) to the attribute NAME? */
static int check_rights(struct inode *inode, const char *name, uint32_t mask,
                        const struct cred *cred)
{
    if ((mask & MAY_WRITE) && super_is_read_only(inode->sb))
        return -EROFS;
    if (begins_with(name, "system."))
        return 0;
    switch (find_space(name)) {
    case XATTR_USER:
        return check_user(inode, mask, cred);
    case XATTR_TRUSTED:
        if (is_root(cred))
            return 0;
        return mask & MAY_WRITE ? -EPERM : -ENODATA;
    case XATTR_SECURITY:
        return (mask & MAY_WRITE) && !is_root(cred) ? -EPERM : 0;
    default:
        return inode_permission(inode, mask, cred);
    }
}

/* NAME as the file systems want it, for CRED who wants to do MASK to it. */
static int admit(struct inode *inode, const char *text, uint32_t mask, const struct cred *cred,
                 struct xattr_name *name)
{
    int err = check_rights(inode, text, mask, cred);

    return err ? err : take_apart(text, name);
}

/*
 * Capabilities of a program file give nothing here, but they must look as Linux wants them:
 * the file may be for a Linux.  A number that says how they are stored, then a pair of sets,
 * twice; the newer kind has a user behind them.
 */
static int check_capability(const void *value, size_t size)
{
    uint32_t kind = size >= sizeof(struct le32) ? le32_get(*(const struct le32 *)value) >> 24 : 0;

    return (kind == 2 && size == 20) || (kind == 3 && size == 24) ? 0 : -EINVAL;
}

/* ---- the four calls ------------------------------------------------------------------------ */

ssize_t inode_getxattr(struct inode *inode, const char *text, void *buf, size_t size,
                       const struct cred *cred)
{
    struct xattr_name name;
    ssize_t r = admit(inode, text, MAY_READ, cred, &name);

    if (r)
        return r;
    rwsem_read_lock(&inode->lock);
    r = inode->ops->xattr->get(inode, &name, buf, size);
    rwsem_read_unlock(&inode->lock);
    return r;
}

static int set_locked(struct inode *inode, const char *text, const void *value, size_t size,
                      uint32_t flags, const struct cred *cred)
{
    struct xattr_name name;
    int err = admit(inode, text, MAY_WRITE, cred, &name);

    if (!err)
        err = fs_op_begin(inode->sb, 2);
    if (err)
        return err;
    err = inode->ops->xattr->set(inode, &name, value, size, flags);
    fs_op_end(inode->sb);
    return err;
}

static int set(struct inode *inode, const char *name, const void *value, size_t size,
               uint32_t flags, const struct cred *cred)
{
    int err;

    rwsem_write_lock(&inode->lock);
    err = set_locked(inode, name, value, size, flags, cred);
    rwsem_write_unlock(&inode->lock);
    return err;
}

int inode_setxattr(struct inode *inode, const char *name, const void *value, size_t size,
                   uint32_t flags, const struct cred *cred)
{
    if (size > 0 && strcmp(name, "security.capability") == 0) {
        int err = check_capability(value, size);

        if (err)
            return err;
    }
    return set(inode, name, size > 0 ? value : "", size, flags, cred);
}

int inode_removexattr(struct inode *inode, const char *name, const struct cred *cred)
{
    return set(inode, name, NULL, 0, XATTR_REPLACE, cred);
}

ssize_t inode_listxattr(struct inode *inode, char *buf, size_t size, const struct cred *cred)
{
    struct xattr_list list = { .buf = buf, .size = size, .for_root = is_root(cred) };
    int err;

    rwsem_read_lock(&inode->lock);
    err = inode->ops->xattr->list(inode, &list);
    rwsem_read_unlock(&inode->lock);
    if (err)
        return err;
    return size > 0 && list.len > size ? -ERANGE : (ssize_t)list.len;
}

/* ---- for file systems --------------------------------------------------------------------- */

ssize_t xattr_copy(void *buf, size_t size, const void *value, size_t len)
{
    if (size > 0 && len > size)
        return -ERANGE;
    if (size > 0)
        memcpy(buf, value, len);
    return (ssize_t)len;
}

int xattr_check_flags(bool exists, uint32_t flags)
{
    if (exists)
        return flags & XATTR_CREATE ? -EEXIST : 0;
    return flags & XATTR_REPLACE ? -ENODATA : 0;
}

void xattr_list_add(struct xattr_list *list, enum xattr_space space, const char *rest, size_t len)
{
    size_t prefix = strlen(prefixes[space]), at = list->len;

    if (space == XATTR_TRUSTED && !list->for_root)
        return;
    list->len += prefix + len + 1;
    if (list->len > list->size)
        return;
    memcpy(list->buf + at, prefixes[space], prefix);
    memcpy(list->buf + at + prefix, rest, len);
    list->buf[list->len - 1] = '\0';
}

/* ---- where there are none ------------------------------------------------------------------- */

static ssize_t get_nothing(struct inode *inode, const struct xattr_name *name, void *buf,
                           size_t size)
{
    (void)inode, (void)name, (void)buf, (void)size;
    return -EOPNOTSUPP;
}

static int set_nothing(struct inode *inode, const struct xattr_name *name, const void *value,
                       size_t size, uint32_t flags)
{
    (void)inode, (void)name, (void)value, (void)size, (void)flags;
    return -EOPNOTSUPP;
}

static int list_nothing(struct inode *inode, struct xattr_list *list)
{
    (void)inode, (void)list;
    return 0;
}

const struct xattr_operations xattr_ops_none = {
    .get = get_nothing,
    .set = set_nothing,
    .list = list_nothing,
};
