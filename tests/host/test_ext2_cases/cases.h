/* SPDX-License-Identifier: MIT */
/*
 * cases.h - what the files of test_ext2_cases share: files of the root, and large directories.
 */
#pragma once
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/host/ext2_setup.h"
#include "tests/host/shim.h"

#define DEFAULT "-t ext2 -b 4096"

/* An empty file in the root; a file that is there.  The caller puts the inode. */
struct inode *create(const char *name);
struct inode *look_up(const char *name);

void unlink_name(const char *name);
uint32_t free_blocks(void);

#define MANY 10000

/* The name of file I; the next call overwrites it. */
const char *name_of(unsigned i);

/* Every STEP-th of MANY files in DIR. */
void create_many(struct inode *dir, unsigned step);

/* A context that counts what fake_iterate() emits. */
struct count {
    struct dir_context ctx;
    unsigned n;
};

#define COUNT_INIT { .ctx.emit = count_entry }

bool count_entry(struct dir_context *ctx, const char *name, size_t len, uint64_t ino,
                 uint8_t type, uint64_t next_pos);

unsigned count_entries(struct inode *dir);
