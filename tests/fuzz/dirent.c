// sources: kernel/fs/ext2/dirent.c
// options: -len_control=0 -max_len=4400
/* SPDX-License-Identifier: MIT */
/*
 * dirent.c - one block of a directory, whatever is in it: all walks end and stay in the
 * block, and what was inserted is found until it is removed.
 *
 * The bytes: the block, cut short or not (zeroes follow), or, where it is whole, names
 * behind it, each after its length: those found are removed, the others inserted.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/fs/ext2/dirent.h"
#include "kernel/port/port.h"
#include "lib/bitops.h"
#include "tests/fuzz/fuzz.h"

#define NINODES 1000
#define NEW     77                      /* the inode of what is inserted       */

/* Entries follow each other up to the end, or to a fault; whether to the end. */
static bool check_entries(struct ext2_dir_block *b)
{
    const struct ext2_dirent *e;
    uint32_t offset = 0, next;

    b->fault = NULL;
    for (; (e = ext2_dirent_at(b, offset)); offset = next) {
        next = offset + le16_get(e->rec_len);
        ASSERT((const uint8_t *)e == b->bytes + offset);
        ASSERT(next > offset && next <= EXT2_BLOCK_SIZE && next % 4 == 0);
        ASSERT(le32_get(e->inode) <= NINODES);
        if (le32_get(e->inode))
            ASSERT(e->name_len && EXT2_DIRENT_SIZE(e->name_len) <= next - offset);
        ASSERT(ext2_dirent_settle(b, offset) == offset);
    }
    ASSERT(offset == EXT2_BLOCK_SIZE || b->fault);
    return !b->fault;
}

static void check_found(const struct ext2_dir_block *b, const struct ext2_dirent *e,
                        uint32_t offset, const char *name, size_t len)
{
    ASSERT(offset < EXT2_BLOCK_SIZE && (const uint8_t *)e == b->bytes + offset);
    ASSERT(le32_get(e->inode) && e->name_len == len && memcmp(e->name, name, len) == 0);
}

/* Remove what has the name, or insert it. */
static void change(struct ext2_dir_block *b, const char *name, size_t len)
{
    bool sound = check_entries(b);
    uint32_t offset = 0;
    struct ext2_dirent *e = ext2_dirent_find(b, name, len, &offset);

    if (e) {
        check_found(b, e, offset, name, len);
        ASSERT(ext2_dirent_remove(b, offset) || !sound);
    } else if (ext2_dirent_insert(b, name, len, NEW, 1)) {
        e = ext2_dirent_find(b, name, len, &offset);
        ASSERT(e || !sound);
        if (e)
            check_found(b, e, offset, name, len);
    }
    if (sound)
        ASSERT(check_entries(b));
}

bool fuzz_dirent(const uint8_t *data, size_t size)
{
    struct ext2_dir_block b = { .bytes = calloc(1, EXT2_BLOCK_SIZE), .ninodes = NINODES };
    size_t have = MIN(size, (size_t)EXT2_BLOCK_SIZE), len;
    bool sound;

    memcpy(b.bytes, data, have);
    sound = check_entries(&b);
    ext2_dirent_is_empty(&b);
    for (data += have, size -= have; size > 1; data += 1 + len, size -= 1 + len) {
        len = MIN((size_t)data[0], size - 1);
        if (len)
            change(&b, (const char *)data + 1, len);
    }
    free(b.bytes);
    return sound;
}
