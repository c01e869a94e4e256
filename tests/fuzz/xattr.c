// sources: kernel/fs/ext2/xattr_area.c
// options: -len_control=0 -max_len=4400
/* SPDX-License-Identifier: MIT */
/*
 * xattr.c - one block of attributes, whatever is in it: what is found sound can be read, and
 * composed anew with one attribute more or less, and all others stay.
 *
 * The bytes: the block, cut short or not (zeroes follow), or, where it is whole, changes behind
 * it: a length, 0 to remove, of the value and of the name, which is the same bytes.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/fs/ext2/xattr_area.h"
#include "kernel/port/port.h"
#include "lib/bitops.h"
#include "tests/fuzz/fuzz.h"

/* Every name and value lies in the block; how many there are. */
static unsigned read_all(const struct ext2_xattr_area *area)
{
    const struct ext2_xattr_entry *entry = NULL;
    unsigned n = 0;

    while ((entry = ext2_xattr_next(area, entry))) {
        const uint8_t *value = ext2_xattr_value(area, entry);

        ASSERT((const uint8_t *)entry->name + entry->name_len <= area->bytes + area->size);
        ASSERT(value >= area->bytes);
        ASSERT(value + le32_get(entry->value_size) <= area->bytes + area->size);
        n++;
    }
    return n;
}

/* All of FROM but KEY are in TO. */
static void compare(const struct ext2_xattr_area *from, const struct ext2_xattr_area *to,
                    const struct ext2_xattr_key *key)
{
    const struct ext2_xattr_entry *entry = NULL, *copy = NULL;
    struct ext2_xattr_key other;

    while ((entry = ext2_xattr_next(from, entry))) {
        other = (struct ext2_xattr_key){ entry->name_index, entry->name, entry->name_len };
        if (entry == ext2_xattr_find(from, key) || ext2_xattr_find(from, &other) != entry)
            continue;
        copy = ext2_xattr_find(to, &other);
        ASSERT(copy && le32_get(copy->value_size) == le32_get(entry->value_size));
        ASSERT(memcmp(ext2_xattr_value(to, copy), ext2_xattr_value(from, entry),
                      le32_get(copy->value_size)) == 0);
    }
}

/* Set or remove what the LEN bytes at DATA say; whether that was possible. */
static bool change(const struct ext2_xattr_area *from, struct ext2_xattr_area *to,
                   const uint8_t *data, size_t len)
{
    struct ext2_xattr_key key = { (uint8_t)(1 + len % 7), (const char *)data, len };
    const struct ext2_xattr_entry *entry;
    size_t size = len * 5;
    uint8_t *value = malloc(size + 1);
    bool removes = len % 3 == 0, fits;

    memset(value, (int)len, size);
    fits = ext2_xattr_compose(from, &key, removes ? NULL : value, size, to);
    if (fits) {
        ext2_xattr_seal(to);
        ASSERT(!ext2_xattr_find_fault(to));
        compare(from, to, &key);
        entry = ext2_xattr_find(to, &key);
        ASSERT(!entry == removes);
        if (entry)
            ASSERT(memcmp(ext2_xattr_value(to, entry), value, size) == 0);
    }
    free(value);
    return fits;
}

bool fuzz_xattr(const uint8_t *data, size_t size)
{
    struct ext2_xattr_area area = ext2_xattr_block(calloc(1, EXT2_BLOCK_SIZE));
    struct ext2_xattr_area next = ext2_xattr_block(calloc(1, EXT2_BLOCK_SIZE)), old;
    size_t have = MIN(size, (size_t)EXT2_BLOCK_SIZE), len;
    bool sound;

    memcpy(area.bytes, data, have);
    sound = !ext2_xattr_find_fault(&area);
    if (sound)
        read_all(&area);
    for (data += have, size -= have; sound && size > 1; data += 1 + len, size -= 1 + len) {
        len = MIN((size_t)data[0], size - 1);
        if (!change(&area, &next, data + 1, len))
            continue;
        old = area;
        area = next;
        next = old;
    }
    free(area.bytes);
    free(next.bytes);
    return sound;
}
