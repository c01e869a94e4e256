// sources: kernel/fs/ext2/dirent.c kernel/fs/ext2/filter.c lib/bitmap.c
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_dirent.c - one directory block against a list of names, and garbage.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/fs/ext2/dirent.h"
#include "kernel/fs/ext2/filter.h"
#include "tests/host/shim.h"

#define NINODES 5000
#define NNAMES  400

static struct ext2_dir_block block;

static struct ext2_dir_block *fresh_block(void)
{
    free(block.bytes);
    block = (struct ext2_dir_block){ .bytes = malloc(EXT2_BLOCK_SIZE), .ninodes = NINODES };
    ext2_dirent_init_block(&block);
    return &block;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(port_random() % n);
}

/* Name number I: 1 to 255 bytes, unlike any other. */
static size_t make_name(unsigned i, char *name)
{
    size_t len = i % 7 == 0 ? 255 : 3 + i * 37 % 60;

    memset(name, 'a' + (int)(i % 26), 255);
    snprintf(name, 256, "%03u", i);
    name[3] = 'x';
    return len;
}

/* Every entry in place; the number of live ones. */
static unsigned check_block(struct ext2_dir_block *b)
{
    struct ext2_dirent *e;
    uint32_t offset = 0;
    unsigned live = 0;

    for (; (e = ext2_dirent_at(b, offset)) != NULL; offset += le16_get(e->rec_len))
        live += le32_get(e->inode) != 0;
    cr_assert(offset == EXT2_BLOCK_SIZE && !b->fault, "%s", b->fault);
    return live;
}

Test(ext2_dirent, random_names_follow_the_model)
{
    struct ext2_dir_block *b = fresh_block();
    uint32_t offset_of[NNAMES], offset, ino[NNAMES] = { 0 };
    unsigned live = 0, refused = 0;
    char name[256];

    shim_seed(3);
    for (unsigned step = 0; step < 40000; step++) {
        unsigned i = below(NNAMES);
        size_t len = make_name(i, name);
        struct ext2_dirent *e = ext2_dirent_find(b, name, len, &offset);

        cr_assert((e != NULL) == (ino[i] != 0) && !b->fault);
        if (e) {
            cr_assert(le32_get(e->inode) == ino[i] && offset == offset_of[i]);
            cr_assert(e->file_type == i % EXT2_FT_MAX);
            cr_assert(ext2_dirent_remove(b, offset));
            ino[i] = 0;
            live--;
        } else if (ext2_dirent_insert(b, name, len, 1 + i, (uint8_t)(i % EXT2_FT_MAX))) {
            cr_assert(ext2_dirent_find(b, name, len, &offset_of[i]) != NULL);
            ino[i] = 1 + i;
            live++;
        } else {
            refused++;
        }
        cr_assert(check_block(b) == live);
    }
    cr_assert(refused > 100, "the block was full at times");
    for (unsigned i = 0; i < NNAMES; i++)
        if (ino[i])
            cr_assert(ext2_dirent_remove(b, offset_of[i]));
    cr_assert(check_block(b) == 0 && ext2_dirent_is_empty(b));
}

Test(ext2_dirent, a_full_block_loses_nothing)
{
    struct ext2_dir_block *b = fresh_block();
    char name[8];
    unsigned n = 0;
    uint32_t offset;

    while (snprintf(name, sizeof(name), "%04u", n), ext2_dirent_insert(b, name, 4, 1, 1))
        n++;
    cr_assert(n == EXT2_BLOCK_SIZE / 12 && check_block(b) == n, "%u", n);
    cr_assert(ext2_dirent_find(b, "0100", 4, &offset) && offset == 1200);
    cr_assert(ext2_dirent_remove(b, offset));
    cr_assert(!ext2_dirent_insert(b, "01234", 5, 1, 1), "13 bytes do not fit into 12");
    cr_assert(ext2_dirent_insert(b, "abcd", 4, 1, 1));
    cr_assert(check_block(b) == n);
}

Test(ext2_dirent, dots)
{
    struct ext2_dir_block *b = fresh_block();
    uint32_t offset;

    ext2_dirent_init_dots(b, 12, 2, EXT2_FT_DIR);
    cr_assert(check_block(b) == 2 && ext2_dirent_is_empty(b));
    cr_assert(le32_get(ext2_dirent_find(b, ".", 1, &offset)->inode) == 12 && offset == 0);
    cr_assert(le32_get(ext2_dirent_find(b, "..", 2, &offset)->inode) == 2 && offset == 12);
    cr_assert(ext2_dirent_insert(b, "...", 3, 13, EXT2_FT_REG));
    cr_assert(!ext2_dirent_is_empty(b));
    cr_assert(ext2_dirent_find(b, "..", 2, &offset) && ext2_dirent_find(b, "...", 3, &offset));
    cr_assert(ext2_dirent_remove(b, offset) && ext2_dirent_is_empty(b));
    cr_assert(!ext2_dirent_remove(b, offset), "gone");
    cr_assert(ext2_name_is_dots(".", 1) && ext2_name_is_dots("..", 2));
    cr_assert(!ext2_name_is_dots("...", 3) && !ext2_name_is_dots(".a", 2) &&
              !ext2_name_is_dots("a.", 2) && !ext2_name_is_dots("a", 1));
}

/* A reader that stops after any entry goes on with exactly the later ones. */
Test(ext2_dirent, positions_stay_while_others_come_and_go)
{
    struct ext2_dir_block *b = fresh_block();
    uint32_t pos = 0, offset, last = 0;
    char name[256];
    unsigned seen = 0;

    shim_seed(5);
    for (unsigned i = 0; i < 60; i++)
        cr_assert(ext2_dirent_insert(b, name, make_name(i * 7 + 1, name), 100 + i, 1));
    while ((pos = ext2_dirent_settle(b, pos)) < EXT2_BLOCK_SIZE) {
        struct ext2_dirent *e = ext2_dirent_at(b, pos);
        uint32_t number = le32_get(e->inode);

        pos += le16_get(e->rec_len);
        if (number >= 100 && number % 2 == 0) {
            cr_assert(number > last, "each one once, in order");
            last = number;
            seen++;
        }
        /* Odd ones vanish at random, strangers come. */
        unsigned odd = below(30) * 2 + 1;
        if (ext2_dirent_find(b, name, make_name(odd * 7 + 1, name), &offset))
            cr_assert(ext2_dirent_remove(b, offset));
        ext2_dirent_insert(b, name, make_name(1000 + below(500), name), 1, 1);
        check_block(b);
    }
    cr_assert(seen == 30, "%u", seen);
}

struct corruption {
    uint32_t offset;
    uint16_t rec_len;
    uint8_t name_len;
    uint32_t inode;
    const char *fault;
};

static const struct corruption corruptions[] = {
    { 12, 0, 2, 2, "record too short" },
    { 12, 8, 2, 2, "record too short" },
    { 12, 14, 2, 2, "record length is not a multiple of 4" },
    { 12, 4088, 2, 2, "record crosses the end of the block" },
    { 12, 65532, 2, 2, "record crosses the end of the block" },
    { 12, 16, 9, 2, "record shorter than its name" },
    { 12, 4084, 2, NINODES + 1, "inode number out of range" },
    { 12, 4084, 0, 5, "empty name" },
    { 12, 4076, 2, 2, "no room for the last record" },
};

Test(ext2_dirent, corruption_is_named)
{
    uint32_t offset;

    for (size_t i = 0; i < sizeof(corruptions) / sizeof(corruptions[0]); i++) {
        const struct corruption *c = &corruptions[i];
        struct ext2_dir_block *b = fresh_block();
        struct ext2_dirent *e = (struct ext2_dirent *)(b->bytes + c->offset);

        ext2_dirent_init_dots(b, 12, 2, EXT2_FT_DIR);
        e->rec_len = le16_make(c->rec_len);
        e->name_len = c->name_len;
        e->inode = le32_make(c->inode);
        cr_expect(ext2_dirent_find(b, "none", 4, &offset) == NULL);
        cr_expect(ext2_dirent_settle(b, EXT2_BLOCK_SIZE) == EXT2_BLOCK_SIZE);
        cr_expect_str_eq(b->fault, c->fault);
        cr_expect(!ext2_dirent_is_empty(b));
        cr_expect(ext2_dirent_settle(b, 4095) == EXT2_BLOCK_SIZE);
    }
}

/* What can be found behind an entry with a fault, but of a length that makes sense, can also be
 * removed. */
Test(ext2_dirent, neighbours_of_a_fault_can_be_removed)
{
    struct ext2_dir_block *b = fresh_block();
    struct ext2_dirent *e;
    uint32_t offset;

    ext2_dirent_init_dots(b, 12, 2, EXT2_FT_DIR);
    cr_assert(ext2_dirent_insert(b, "bad", 3, 13, EXT2_FT_REG));
    cr_assert(ext2_dirent_insert(b, "good", 4, 14, EXT2_FT_REG));
    e = ext2_dirent_find(b, "bad", 3, &offset);
    e->inode = le32_make(NINODES + 1);
    cr_assert(ext2_dirent_find(b, "good", 4, &offset) != NULL);
    cr_assert(ext2_dirent_remove(b, offset));
    cr_assert(ext2_dirent_find(b, "good", 4, &offset) == NULL);
}

/* Nothing reads or writes outside the block, and everything ends. */
Test(ext2_dirent, garbage)
{
    char name[256];
    uint32_t offset;

    shim_seed(9);
    for (unsigned round = 0; round < 3000; round++) {
        struct ext2_dir_block *b = fresh_block();

        ext2_dirent_init_dots(b, 12, 2, EXT2_FT_DIR);
        for (unsigned i = 0; i < 30; i++)
            ext2_dirent_insert(b, name, make_name(i, name), 1 + i, 1);
        for (unsigned i = 0; i < 8; i++)
            b->bytes[below(EXT2_BLOCK_SIZE)] = (uint8_t)port_random();
        for (unsigned i = 0; i < 30; i++) {
            size_t len = make_name(below(40), name);

            if (ext2_dirent_find(b, name, len, &offset))
                ext2_dirent_remove(b, offset);
            else
                ext2_dirent_insert(b, name, len, 1 + i, 1);
            ext2_dirent_is_empty(b);
            ext2_dirent_settle(b, below(EXT2_BLOCK_SIZE + 1));
        }
    }
}

#define FILTERED 20000

static uint64_t hash_of(unsigned i)
{
    char name[20];

    return ext2_name_hash(name, (size_t)snprintf(name, sizeof(name), "file%u", i));
}

/* No name that was added is denied, and few that were not are believed. */
Test(ext2_dirent, a_filter_denies_only_what_is_not_there)
{
    struct ext2_filter *f = calloc(1, ext2_filter_size(FILTERED));
    unsigned believed = 0;

    ext2_filter_init(f, FILTERED);
    cr_assert(!ext2_filter_may_have(f, ext2_name_hash("a", 1)));
    for (unsigned i = 0; i < FILTERED; i++) {
        cr_assert(!ext2_filter_is_full(f));
        ext2_filter_add(f, hash_of(i));
    }
    cr_assert(ext2_filter_is_full(f));
    for (unsigned i = 0; i < FILTERED; i++)
        cr_assert(ext2_filter_may_have(f, hash_of(i)));
    for (unsigned i = FILTERED; i < 3 * FILTERED; i++)
        believed += ext2_filter_may_have(f, hash_of(i));
    cr_assert(believed < FILTERED / 100, "%u", believed);
    free(f);
}
