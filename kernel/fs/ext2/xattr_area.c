/* SPDX-License-Identifier: MIT */
/*
 * xattr_area.c - names and values of attributes in a block, or in the rest of an inode.
 */
#include "kernel/fs/ext2/xattr_area.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define PAD(n) (((uint32_t)(n) + 3) & ~3u)
#define END_SIZE 4u                     /* the zeros behind the last entry     */

/* Bytes of an entry with a name of LEN bytes. */
static uint32_t entry_size(size_t len)
{
    return PAD(sizeof(struct ext2_xattr_entry) + len);
}

/* The entry at OFFSET; there are END_SIZE bytes at least. */
static struct ext2_xattr_entry *entry_at(const struct ext2_xattr_area *area, uint32_t offset)
{
    return (struct ext2_xattr_entry *)(area->bytes + offset);
}

static uint32_t offset_of(const struct ext2_xattr_area *area, const struct ext2_xattr_entry *entry)
{
    return (uint32_t)((const uint8_t *)entry - area->bytes);
}

static bool is_end(const struct ext2_xattr_area *area, uint32_t offset)
{
    return le32_get(*(const struct le32 *)(area->bytes + offset)) == 0;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Where the entries end, or 0 if they do not. */
static uint32_t find_end(const struct ext2_xattr_area *area)
{
    uint32_t offset = area->first;

    while (offset + END_SIZE <= area->size) {
        if (is_end(area, offset))
            return offset + END_SIZE;
        offset += entry_size(entry_at(area, offset)->name_len);
    }
    return 0;
}

static bool has_value(const struct ext2_xattr_area *area, const struct ext2_xattr_entry *entry,
                      uint32_t end)
{
    uint32_t offs = le16_get(entry->value_offs), size = le32_get(entry->value_size);

    return size == 0 || (offs >= end && offs <= area->size && size <= area->size - offs);
}

const char *ext2_xattr_find_fault(const struct ext2_xattr_area *area)
{
    const struct ext2_xattr_entry *entry = NULL;
    uint32_t end = find_end(area);

    if (end == 0)
        return "has attributes without end";
    while ((entry = ext2_xattr_next(area, entry))) {
        if (entry->name_index == 0 && entry->name_len == 0)
            return "has an attribute without a name";
        if (le32_get(entry->value_inum) != 0)
            return "has an attribute in another inode";
        if (!has_value(area, entry, end))
            return "has a value of an attribute that is elsewhere";
    }
    return NULL;
}

const struct ext2_xattr_entry *ext2_xattr_next(const struct ext2_xattr_area *area,
                                               const struct ext2_xattr_entry *entry)
{
    uint32_t offset = area->first;

    if (entry)
        offset = offset_of(area, entry) + entry_size(entry->name_len);
    return is_end(area, offset) ? NULL : entry_at(area, offset);
}

static bool has_key(const struct ext2_xattr_entry *entry, const struct ext2_xattr_key *key)
{
    return entry->name_index == key->index && entry->name_len == key->len
           && memcmp(entry->name, key->name, key->len) == 0;
}

const struct ext2_xattr_entry *ext2_xattr_find(const struct ext2_xattr_area *area,
                                               const struct ext2_xattr_key *key)
{
    const struct ext2_xattr_entry *entry = NULL;

    while ((entry = ext2_xattr_next(area, entry)))
        if (has_key(entry, key))
            break;
    return entry;
}

const void *ext2_xattr_value(const struct ext2_xattr_area *area,
                             const struct ext2_xattr_entry *entry)
{
    return area->bytes + (le32_get(entry->value_size) ? le16_get(entry->value_offs) : 0);
}

/* ---- composing --------------------------------------------------------------------------- */

/* An area being filled from both ends. */
struct work {
    struct ext2_xattr_area *to;
    uint32_t next;                      /* offset of the next entry            */
    uint32_t values;                    /* all values are from there on        */
    bool is_full;                       /* something did not fit               */
};

static void put(struct work *w, const struct ext2_xattr_key *key, const void *value, size_t size)
{
    uint32_t room = w->values - w->next, needs = entry_size(key->len) + END_SIZE;
    struct ext2_xattr_entry *entry = entry_at(w->to, w->next);

    w->is_full = w->is_full || size > w->to->size || needs + PAD(size) > room;
    if (w->is_full)
        return;
    w->next += entry_size(key->len);
    entry->name_len = (uint8_t)key->len;
    entry->name_index = key->index;
    entry->value_size = le32_make((uint32_t)size);
    memcpy(entry->name, key->name, key->len);
    if (size == 0)
        return;
    w->values -= PAD(size);
    entry->value_offs = le16_make((uint16_t)w->values);
    memcpy(w->to->bytes + w->values, value, size);
}

/* Whether KEY is to stand before ENTRY. */
static bool sorts_before(const struct ext2_xattr_key *key, const struct ext2_xattr_entry *entry)
{
    if (key->index != entry->name_index)
        return key->index < entry->name_index;
    if (key->len != entry->name_len)
        return key->len < entry->name_len;
    return memcmp(key->name, entry->name, key->len) < 0;
}

bool ext2_xattr_compose(const struct ext2_xattr_area *from, const struct ext2_xattr_key *key,
                        const void *value, size_t size, struct ext2_xattr_area *to)
{
    struct work w = { .to = to, .next = to->first, .values = to->size };
    const struct ext2_xattr_entry *entry = NULL;
    bool is_there = !value;

    memset(to->bytes, 0, to->size);
    while (from && (entry = ext2_xattr_next(from, entry))) {
        struct ext2_xattr_key other = { entry->name_index, entry->name, entry->name_len };

        if (has_key(entry, key))
            continue;
        if (!is_there && sorts_before(key, entry)) {
            put(&w, key, value, size);
            is_there = true;
        }
        put(&w, &other, ext2_xattr_value(from, entry), le32_get(entry->value_size));
    }
    if (!is_there)
        put(&w, key, value, size);
    return !w.is_full;
}

/* ---- hashes ------------------------------------------------------------------------------ */

static uint32_t rotate(uint32_t hash, unsigned bits)
{
    return hash << bits | hash >> (32 - bits);
}

/* Of the name's bytes, and the words of the value, which is padded with zeros. */
static uint32_t hash_entry(const struct ext2_xattr_area *block,
                           const struct ext2_xattr_entry *entry)
{
    const struct le32 *word = ext2_xattr_value(block, entry);
    uint32_t hash = 0;

    for (unsigned i = 0; i < entry->name_len; i++)
        hash = rotate(hash, 5) ^ (uint8_t)entry->name[i];
    for (uint32_t n = PAD(le32_get(entry->value_size)) / 4; n > 0; n--)
        hash = rotate(hash, 16) ^ le32_get(*word++);
    return hash;
}

void ext2_xattr_seal(struct ext2_xattr_area *block)
{
    struct ext2_xattr_header *header = (struct ext2_xattr_header *)block->bytes;
    const struct ext2_xattr_entry *entry = NULL;
    bool has_zero = false;
    uint32_t all = 0;

    while ((entry = ext2_xattr_next(block, entry))) {
        uint32_t hash = hash_entry(block, entry);

        entry_at(block, offset_of(block, entry))->hash = le32_make(hash);
        has_zero = has_zero || hash == 0;
        all = rotate(all, 16) ^ hash;
    }
    *header = (struct ext2_xattr_header){
        .magic = le32_make(EXT2_XATTR_MAGIC),
        .refcount = le32_make(1),
        .blocks = le32_make(1),
        .hash = le32_make(has_zero ? 0 : all),
    };
}
