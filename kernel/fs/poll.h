/* SPDX-License-Identifier: MIT */
/*
 * poll.h - wait until one of several files is ready.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/poll.h"

struct poll_entry {
    struct file *file;          /* held by the caller; NULL: not looked at     */
    uint32_t events;            /* wanted, POLLERR and POLLHUP as well         */
    uint32_t revents;           /* out                                         */
};

/*
 * Wait until an entry has something to report, DEADLINE (monotonic ns;
 * UINT64_MAX: none, 0: do not wait) passes, or a signal comes.  Returns how many
 * have revents, 0 at the deadline, -EINTR, or -ENOMEM.
 */
int poll_wait_files(struct poll_entry *entries, size_t n, uint64_t deadline);
