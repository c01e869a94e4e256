/* SPDX-License-Identifier: MIT */
/*
 * abi/dirent.h - what getdents64 writes: records one after the other, each
 * d_reclen bytes long, a multiple of 8.
 */
#pragma once
#include "lib/types.h"

struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;              /* where the next record is, for lseek     */
    uint16_t d_reclen;
    uint8_t d_type;             /* DT_...                                  */
    char d_name[];              /* ends with a NUL                         */
};

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define DT_WHT 14

/* The DT_ of a st_mode, and the length of a record whose name has LEN bytes. */
#define IFTODT(mode) (((mode) & 0170000) >> 12)
#define DIRENT_RECLEN(len) ((offsetof(struct linux_dirent64, d_name) + (len) + 1 + 7) & ~(size_t)7)

_Static_assert(offsetof(struct linux_dirent64, d_reclen) == 16 &&
               offsetof(struct linux_dirent64, d_type) == 18 &&
               offsetof(struct linux_dirent64, d_name) == 19, "struct linux_dirent64");
