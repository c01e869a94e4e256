/* SPDX-License-Identifier: MIT */
/*
 * eventfd.h - counters that are files: written to add, read to take.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/eventfd.h"

/* A counter that starts at COUNT; FLAGS are EFD_SEMAPHORE and EFD_NONBLOCK.  0 or -ENOMEM.
 * May sleep. */
int eventfd_create(uint32_t count, uint32_t flags, const struct cred *cred, struct file **out);

/* What F is, if it is one. */
struct eventfd_info {
    uint64_t count;
    unsigned id;                        /* no other has, or had, it            */
    bool is_semaphore;
};
bool eventfd_get_info(const struct file *f, struct eventfd_info *info);
