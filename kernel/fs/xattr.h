/* SPDX-License-Identifier: MIT */
/*
 * xattr.h - extended attributes: named values that a file carries beside its content.
 *
 * The beginning of a name says to which space it belongs, and that says who may use it:
 *
 *     user.       whoever may read, or write, the file; only regular files and directories
 *                 have any, and in a sticky directory only its owner sets them
 *     trusted.    root; to everybody else there are none
 *     security.   everybody reads, root sets
 *
 * There are no others: "system.", where Linux keeps access lists, gives -EOPNOTSUPP.  The
 * values mean nothing to the kernel.
 *
 * The VFS checks names and rights, and locks the inode; a file system stores.
 */
#pragma once
#include "kernel/fs/inode.h"
#include "lib/abi/xattr.h"

/* In the order of their names. */
enum xattr_space { XATTR_SECURITY, XATTR_TRUSTED, XATTR_USER };

/* A name taken apart; REST is LEN bytes, at least one, then a NUL. */
struct xattr_name {
    enum xattr_space space;
    const char *rest;
    size_t len;
};

/* Where names are gathered: private to xattr.c. */
struct xattr_list;

/* The inode is locked, for writing in set, which is also inside fs_op_begin/end. */
struct xattr_operations {
    /* The value into BUF as xattr_copy does: its size, -ERANGE; -ENODATA, -EIO, -ENOMEM. */
    ssize_t (*get)(struct inode *inode, const struct xattr_name *name, void *buf, size_t size);
    /* Give it the VALUE of SIZE bytes; NULL: remove it.  FLAGS, XATTR_..., as
     * xattr_check_flags has them.  The file system changes ctime.  0, -EEXIST, -ENODATA,
     * -ENOSPC, -EIO, -ENOMEM; nothing has changed then. */
    int (*set)(struct inode *inode, const struct xattr_name *name, const void *value, size_t size,
               uint32_t flags);
    /* Give all names to xattr_list_add.  0, -EIO, -ENOMEM. */
    int (*list)(struct inode *inode, struct xattr_list *list);
};
/* For file systems.  A value of LEN bytes into BUF; with SIZE 0 nothing is copied.  LEN, or
 * -ERANGE if SIZE is too small. */
ssize_t xattr_copy(void *buf, size_t size, const void *value, size_t len);
/* Whether an attribute that EXISTS or not may be set with FLAGS: 0, -EEXIST, -ENODATA. */
int xattr_check_flags(bool exists, uint32_t flags);
/* One name more; REST is LEN bytes.  What is not for the reader is left out. */
void xattr_list_add(struct xattr_list *list, enum xattr_space space, const char *rest, size_t len);

/*
 * What CRED asks for.  NAME is NUL-terminated.  All may sleep; beside what is said here they
 * give -EOPNOTSUPP (no such space, or the file system has no attributes), -EINVAL (nothing
 * behind the space), -EPERM or -EACCES, -EIO, -ENOMEM.
 */
/* The size of the value, which is copied to BUF unless SIZE is 0.  -ENODATA, -ERANGE. */
ssize_t inode_getxattr(struct inode *inode, const char *name, void *buf, size_t size,
                       const struct cred *cred);
/* FLAGS are XATTR_...  0, -EEXIST, -ENODATA, -ENOSPC, -EROFS. */
int inode_setxattr(struct inode *inode, const char *name, const void *value, size_t size,
                   uint32_t flags, const struct cred *cred);
/* 0, -ENODATA, -EROFS. */
int inode_removexattr(struct inode *inode, const char *name, const struct cred *cred);
/* The names, each with a NUL behind it, into BUF unless SIZE is 0: how many bytes they are.
 * -ERANGE. */
ssize_t inode_listxattr(struct inode *inode, char *buf, size_t size, const struct cred *cred);
