/* SPDX-License-Identifier: MIT */
/*
 * capability.h - root's rights in Linux's finer terms, for programs that ask.
 *
 * This kernel knows root and others.  What Linux gives to each of them at first is what both
 * have here for ever: nothing is stored, it follows from the ids.
 */
#pragma once
#include "kernel/fs/inode.h"
#include "lib/abi/capability.h"

#define CAP_ALL ((2UL << CAP_LAST_CAP) - 1)

struct capabilities {
    uint64_t permitted;             /* may be made effective, by changing ids */
    uint64_t effective;
};

struct capabilities cred_capabilities(const struct cred *c);
