/* SPDX-License-Identifier: MIT */
/*
 * anon_file.h - files that only a call makes, and only descriptors name.
 *
 * Each has an inode of its own, without a kind in its mode; /proc shows "anon_inode:" and
 * what it is.  Pipes, sockets and memory without a name are others.
 */
#pragma once
#include "kernel/fs/file.h"

/*
 * A file of this KIND ("[eventfd]", which stays), open with FLAGS, that OPS work on and
 * whose private pointer is PRIVATE: it goes to the file, which OPS->release ends.  0, or
 * -ENOMEM, and then PRIVATE is still the caller's.  May sleep.
 */
int anon_file_create(const char *kind, const struct file_operations *ops, uint32_t flags,
                     void *private, const struct cred *cred, struct file **out);

/* What kind of these F is; NULL if it is none. */
const char *anon_file_kind(const struct file *f);

/* Their open operation, by the name in /proc: -ENXIO. */
int anon_file_refuse_open(struct inode *inode, struct file *f);

/* The operations that none of them has. */
#define FILE_OPS_ANON                                                           \
    .iterate = file_op_iterate_notdir, .ioctl = file_op_ioctl_refuse,           \
    .mmap = file_op_mmap_refuse, .open = anon_file_refuse_open,                 \
    .fsync = file_op_fsync_refuse, .flush = file_op_flush_nothing,              \
    .fallocate = file_op_fallocate_refuse

void anon_file_init(void);
