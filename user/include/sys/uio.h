/* SPDX-License-Identifier: MIT */
/* uio.h - reading to and writing from several pieces of memory in one call. */
#pragma once
#include <sys/types.h>
#include "lib/abi/uio.h"

ssize_t readv(int fd, const struct iovec *pieces, int count);
ssize_t writev(int fd, const struct iovec *pieces, int count);
ssize_t preadv(int fd, const struct iovec *pieces, int count, off_t offset);
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset);
