/* SPDX-License-Identifier: MIT */
/*
 * abi/uio.h - the pieces of memory that readv and writev take.
 */
#pragma once
#include <stddef.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};

#define IOV_MAX 1024            /* the most pieces in one call             */
#define UIO_MAXIOV IOV_MAX

_Static_assert(sizeof(struct iovec) == 16, "struct iovec");
