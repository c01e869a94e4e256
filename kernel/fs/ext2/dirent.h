/* SPDX-License-Identifier: MIT */
/*
 * dirent.h - the entries in one block of a directory.
 *
 *     offset 0        12           24                  44                    4096
 *     +-------------+-------------+------------------+---------------------+
 *     | 2 "." 12    | 2 ".." 12   | 15 "notes.txt" 20 | 0 (empty) 4052      |
 *     +-------------+-------------+------------------+---------------------+
 *
 * An entry is as long as its rec_len says, which may be longer than its name
 * needs.  Inserting cuts the surplus off an entry; removing adds an entry to the
 * one before it.  No entry ever moves, so the offset of one that stays is a
 * position that stays.
 *
 * Every entry is checked before it is used: a walk over a corrupt block ends,
 * stays inside the block, and says what was wrong.
 *
 * Pure.  Locks: the directory's, held by the caller.
 */
#pragma once
#include "kernel/fs/ext2/layout.h"

struct ext2_dir_block {
    uint8_t *bytes;             /* EXT2_BLOCK_SIZE of them                         */
    uint32_t ninodes;           /* larger inode numbers are wrong                  */
    const char *fault;          /* NULL, or why a walk ended early                 */
};

/* The entry at OFFSET, empty ones included, or NULL: end of the block or a fault. */
struct ext2_dirent *ext2_dirent_at(struct ext2_dir_block *b, uint32_t offset);

/* The offset of the first entry at or behind POS, or EXT2_BLOCK_SIZE. */
uint32_t ext2_dirent_settle(struct ext2_dir_block *b, uint32_t pos);

/* The entry with that name, its place in *OFFSET; NULL: none, or a fault on the way
 * that makes going on impossible. */
struct ext2_dirent *ext2_dirent_find(struct ext2_dir_block *b, const char *name, size_t len,
                                     uint32_t *offset);

/* Put an entry into the first gap that is large enough.  False: there is none, or a fault. */
bool ext2_dirent_insert(struct ext2_dir_block *b, const char *name, size_t len, uint32_t ino,
                        uint8_t type);

/* Remove the entry at OFFSET, as found.  False on a fault. */
bool ext2_dirent_remove(struct ext2_dir_block *b, uint32_t offset);

/* Whether only "." and ".." are in it (false on a fault). */
bool ext2_dirent_is_empty(struct ext2_dir_block *b);

/* A fresh block without entries; the first block of a directory. */
void ext2_dirent_init_block(struct ext2_dir_block *b);
void ext2_dirent_init_dots(struct ext2_dir_block *b, uint32_t self, uint32_t parent,
                           uint8_t type);

static inline bool ext2_name_is_dots(const char *name, size_t len)
{
    return len > 0 && len <= 2 && name[0] == '.' && name[len - 1] == '.';
}
