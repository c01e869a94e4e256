// sources: kernel/fs/ext2/xattr_area.c
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_xattr.c - attributes in a block or the rest of an inode, against a list of them.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/fs/ext2/xattr_area.h"
#include "tests/host/shim.h"

#define NNAMES 40

static struct {
    bool is_there;
    size_t size;
    uint8_t byte;
} model[NNAMES];

static uint32_t below(uint32_t n)
{
    return (uint32_t)(port_random() % n);
}

/* Name number I, unlike any other. */
static struct ext2_xattr_key key_of(unsigned i)
{
    static char names[NNAMES][64];
    size_t len = 3 + i * 37 % 60;
    char *name = names[i];

    memset(name, 'a' + (int)(i % 26), sizeof(names[i]));
    snprintf(name, sizeof(names[i]), "%03u", i);
    name[3] = 'x';
    return (struct ext2_xattr_key){ (uint8_t)(1 + i % 6), name, len };
}

static size_t padded(size_t n)
{
    return (n + 3) & ~3UL;
}

/* Bytes that the attributes of the model take, but those of LEFT_OUT. */
static size_t model_size(unsigned left_out)
{
    size_t sum = 4;

    for (unsigned i = 0; i < NNAMES; i++)
        if (model[i].is_there && i != left_out)
            sum += padded(16 + key_of(i).len) + padded(model[i].size);
    return sum;
}

static bool is_sorted(const struct ext2_xattr_area *area)
{
    const struct ext2_xattr_entry *before = NULL, *entry = ext2_xattr_next(area, NULL);

    for (; entry; before = entry, entry = ext2_xattr_next(area, entry)) {
        if (!before || before->name_index < entry->name_index)
            continue;
        if (before->name_index > entry->name_index || before->name_len > entry->name_len)
            return false;
        if (before->name_len == entry->name_len
            && memcmp(before->name, entry->name, entry->name_len) >= 0)
            return false;
    }
    return true;
}

static void expect_model(const struct ext2_xattr_area *area)
{
    static uint8_t bytes[EXT2_BLOCK_SIZE];

    cr_assert(!ext2_xattr_find_fault(area) && is_sorted(area));
    for (unsigned i = 0; i < NNAMES; i++) {
        struct ext2_xattr_key key = key_of(i);
        const struct ext2_xattr_entry *entry = ext2_xattr_find(area, &key);

        cr_assert((entry != NULL) == model[i].is_there);
        if (!entry)
            continue;
        memset(bytes, model[i].byte, model[i].size);
        cr_assert(le32_get(entry->value_size) == model[i].size);
        cr_assert(memcmp(ext2_xattr_value(area, entry), bytes, model[i].size) == 0);
    }
}

/* Random changes of an area of SIZE bytes from FIRST on. */
static void follow_model(uint32_t first, uint32_t size, uint32_t longest)
{
    struct ext2_xattr_area area = { calloc(1, size), first, size };
    struct ext2_xattr_area next = { calloc(1, size), first, size }, old;
    static uint8_t value[EXT2_BLOCK_SIZE];
    unsigned refused = 0;

    memset(model, 0, sizeof(model));
    for (unsigned step = 0; step < 5000; step++) {
        unsigned i = below(NNAMES);
        struct ext2_xattr_key key = key_of(i);
        bool removes = below(3) == 0, fits;
        size_t n = below(longest), needs;

        memset(value, (int)step, n);
        needs = first + model_size(i) + (removes ? 0 : padded(16 + key.len) + padded(n));
        fits = ext2_xattr_compose(&area, &key, removes ? NULL : value, n, &next);
        cr_assert(fits == (needs <= size));
        refused += !fits;
        if (fits) {
            model[i].is_there = !removes;
            model[i].size = n;
            model[i].byte = (uint8_t)step;
            old = area;
            area = next;
            next = old;
        }
        expect_model(&area);
    }
    cr_assert(refused > 100, "it was full at times");
    free(area.bytes);
    free(next.bytes);
}

Test(ext2_xattr, random_changes_follow_the_model)
{
    shim_seed(5);
    follow_model(32, EXT2_BLOCK_SIZE, 400);
    follow_model(0, 92, 40);
    follow_model(0, 4000, 300);
}

/* Hashes as the host's tools count them. */
Test(ext2_xattr, a_sealed_block_has_hashes)
{
    static uint8_t bytes[EXT2_BLOCK_SIZE];
    struct ext2_xattr_area block = ext2_xattr_block(bytes);
    struct ext2_xattr_key key = { EXT2_XATTR_USER, "ab", 2 };
    const struct ext2_xattr_header *header = (const void *)bytes;
    uint32_t hash;

    cr_assert(ext2_xattr_compose(NULL, &key, "12345", 5, &block));
    ext2_xattr_seal(&block);
    /* 'a' << 5 ^ 'b', then the words "1234" and "5", each behind a turn of 16 bits. */
    hash = 0x0c42u << 16 ^ 0x34333231u;
    hash = (hash >> 16 | hash << 16) ^ 0x35u;
    cr_assert(le32_get(ext2_xattr_next(&block, NULL)->hash) == hash);
    cr_assert(le32_get(header->hash) == hash);
    cr_assert(le32_get(header->refcount) == 1 && le32_get(header->blocks) == 1);
}

/* Walks over a damaged area end, and stay inside. */
Test(ext2_xattr, damage_is_found_or_harmless)
{
    struct ext2_xattr_area area = { NULL, 32, EXT2_BLOCK_SIZE }, sound, next;
    unsigned faults = 0;

    shim_seed(6);
    sound = ext2_xattr_block(calloc(1, EXT2_BLOCK_SIZE));
    next = ext2_xattr_block(calloc(1, EXT2_BLOCK_SIZE));
    for (unsigned i = 0; i < 20; i++) {
        struct ext2_xattr_key key = key_of(i);

        cr_assert(ext2_xattr_compose(&sound, &key, "some value", 11, &next));
        area = sound;
        sound = next;
        next = area;
    }
    for (unsigned round = 0; round < 20000; round++) {
        const struct ext2_xattr_entry *entry = NULL;
        struct ext2_xattr_key key = key_of(round % NNAMES);

        area.bytes = malloc(EXT2_BLOCK_SIZE);       /* where a byte too far is noticed */
        memcpy(area.bytes, sound.bytes, EXT2_BLOCK_SIZE);
        for (unsigned n = below(5); n <= 5; n++)
            area.bytes[32 + below(800)] = (uint8_t)port_random();
        if (ext2_xattr_find_fault(&area)) {
            faults++;
        } else {
            while ((entry = ext2_xattr_next(&area, entry)))
                memcpy(next.bytes, ext2_xattr_value(&area, entry), le32_get(entry->value_size));
            ext2_xattr_compose(&area, &key, "x", 1, &next);
        }
        free(area.bytes);
    }
    cr_assert(faults > 1000 && faults < 20000);
    free(sound.bytes);
    free(next.bytes);
}
