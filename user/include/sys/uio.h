/* SPDX-License-Identifier: MIT */
/* uio.h - reading to and writing from several pieces of memory in one call. */
#pragma once
#include <sys/types.h>
#include "lib/abi/uio.h"

ssize_t readv(int fd, const struct iovec *pieces, int count);
ssize_t writev(int fd, const struct iovec *pieces, int count);
ssize_t preadv(int fd, const struct iovec *pieces, int count, off_t offset);
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset);

/* The same with RWF_... flags; the offset -1 is the file's own position. */
ssize_t preadv2(int fd, const struct iovec *pieces, int count, off_t offset, int flags);
ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags);

/* Between the pieces HERE and those THERE, in the memory of PID's thread: bytes copied. */
ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long nhere,
                         const struct iovec *there, unsigned long nthere, unsigned long flags);
ssize_t process_vm_writev(pid_t pid, const struct iovec *here, unsigned long nhere,
                          const struct iovec *there, unsigned long nthere, unsigned long flags);
