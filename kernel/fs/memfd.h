/* SPDX-License-Identifier: MIT */
/*
 * memfd.h - files without a name that programs make.
 */
#pragma once
#include "kernel/fs/file.h"

#define MEMFD_NAME_MAX 249              /* with "memfd:" the length of a file's name */

/* Whether FLAGS, MFD_*, can be: 0 or -EINVAL. */
int memfd_check_flags(uint32_t flags);
/* An empty file of CRED, to be shown as NAME, that is gone at its last reference.  0 or
 * -ENOMEM.  May sleep. */
int memfd_create(const char *name, uint32_t flags, const struct cred *cred, struct file **out);
