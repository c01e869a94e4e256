/* SPDX-License-Identifier: MIT */
/*
 * dir_op.h - the common frame of operations that change a directory (inside fs/
 * only): its lock held, the name looked up, rights to be checked.
 */
#pragma once
#include "kernel/fs/walk.h"

struct dir_op {
    struct walk walk;                   /* at: the directory                   */
    struct inode *dir;                  /* locked for writing if LOCKED        */
    struct dentry *child;               /* the name; referenced, may be negative;
                                         * NULL unless walk.last is WALK_NAME  */
    struct inode *removed;              /* lost its name; put by dir_op_end: a last
                                         * reference deletes it, after the lock */
    bool locked;
};

/* Resolve NAME to its directory, lock that and look the last component up.  0 or an
 * errno; dir_op_end always. */
int dir_op_begin(struct dir_op *op, const struct path_ctx *ctx, const struct path *start,
                 const char *name);
void dir_op_end(struct dir_op *op);
/* The locking half, for a walk that stands at its parent; and its end. */
int dir_op_lock(struct dir_op *op);
void dir_op_unlock(struct dir_op *op);

/* Make op->child, negative, a file of MODE: *OUT is held through the entry. */
int dir_op_create(struct dir_op *op, uint32_t mode, dev_t rdev, struct inode **out);

/* May CRED make a name in DIR; take VICTIM's out, as rmdir (IS_DIR) or unlink does? */
int dir_may_create(struct inode *dir, const struct cred *cred);
int dir_may_delete(struct inode *dir, const struct dentry *victim, bool is_dir,
                   const struct cred *cred);
/* Whether something is mounted on D. */
bool dentry_has_mount(const struct dentry *d);
