/* SPDX-License-Identifier: MIT */
/*
 * abi/uio.h - the pieces of memory that readv and writev take, and how they are moved.
 */
#pragma once
#include <stddef.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};

#define IOV_MAX 1024            /* the most pieces in one call             */
#define UIO_MAXIOV IOV_MAX

/* preadv2, pwritev2 */
#define RWF_HIPRI 0x01          /* ask the device whether it is done       */
#define RWF_DSYNC 0x02          /* as O_DSYNC, for this call               */
#define RWF_SYNC 0x04           /* as O_SYNC                               */
#define RWF_NOWAIT 0x08         /* only what can be moved at once          */
#define RWF_APPEND 0x10         /* as O_APPEND                             */
#define RWF_NOAPPEND 0x20       /* in spite of O_APPEND                    */

_Static_assert(sizeof(struct iovec) == 16, "struct iovec");
