/* SPDX-License-Identifier: MIT */
/*
 * xattr_area.h - names and values of attributes in a block, or in the rest of an inode.
 *
 *     a block       0          first                              size
 *                   +----------+-----+-----+-----+---+-- - - --+-----+-----+
 *                   | header   | a   | b   | c   | 0 |  free   | of c| of a|
 *                   +----------+-----+-----+-----+---+-- - - --+-----+-----+
 *     an inode      first = 0: the magic lies before it
 *
 * Entries come first, each with its name, padded to 4 bytes, up to four bytes of zeros; their
 * values come from the end.  An entry has the offset of its value.  In a block the entries are
 * in order, by index, length and bytes of the name, which others rely on to search.
 *
 * Nothing is changed in place: a new area is composed of an old one and a change.
 *
 * Pure.  Locks: the inode's, held by the caller.
 */
#pragma once
#include "kernel/fs/ext2/layout.h"

struct ext2_xattr_area {
    uint8_t *bytes;             /* what offsets count from                         */
    uint32_t first;             /* offset of the first entry                       */
    uint32_t size;              /* of all of it, bytes                             */
};

/* A name: how it begins, EXT2_XATTR_..., and the rest of it, LEN bytes (at most 255). */
struct ext2_xattr_key {
    uint8_t index;
    const char *name;
    size_t len;
};

/* A block's area. */
static inline struct ext2_xattr_area ext2_xattr_block(void *block)
{
    return (struct ext2_xattr_area){ block, sizeof(struct ext2_xattr_header), EXT2_BLOCK_SIZE };
}

/* Why AREA cannot be used, or NULL.  All below wants one that can. */
const char *ext2_xattr_find_fault(const struct ext2_xattr_area *area);

/* The entry behind ENTRY, the first one behind NULL; NULL behind the last. */
const struct ext2_xattr_entry *ext2_xattr_next(const struct ext2_xattr_area *area,
                                               const struct ext2_xattr_entry *entry);
/* The entry of that name, or NULL. */
const struct ext2_xattr_entry *ext2_xattr_find(const struct ext2_xattr_area *area,
                                               const struct ext2_xattr_key *key);
/* ENTRY's value_size bytes. */
const void *ext2_xattr_value(const struct ext2_xattr_area *area,
                             const struct ext2_xattr_entry *entry);

/*
 * Fill TO, another area, with the entries of FROM (NULL: none), but KEY's; it gets VALUE, of
 * SIZE bytes, if that is not NULL.  False if they do not fit: what is in TO is useless then.
 * Hashes are 0, and so is what is before TO's first entry.
 */
bool ext2_xattr_compose(const struct ext2_xattr_area *from, const struct ext2_xattr_key *key,
                        const void *value, size_t size, struct ext2_xattr_area *to);
/* Give BLOCK, as composed, hashes and a header with one user. */
void ext2_xattr_seal(struct ext2_xattr_area *block);
