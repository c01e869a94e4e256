/* SPDX-License-Identifier: MIT */
/*
 * cases.c - files of the root, and large directories.
 */
#include <stdio.h>
#include "tests/host/test_ext2_cases/cases.h"

struct inode *create(const char *name)
{
    struct inode *inode;

    cr_assert(fake_create(sb->root, name, S_IFREG | 0644, 0, &inode) == 0);
    return inode;
}

struct inode *look_up(const char *name)
{
    struct inode *inode;

    cr_assert(fake_lookup(sb->root, name, &inode) == 0, "%s", name);
    return inode;
}

void unlink_name(const char *name)
{
    struct inode *inode = look_up(name);

    cr_assert(fake_unlink(sb->root, name, inode) == 0);
    inode_put(inode);
}

uint32_t free_blocks(void)
{
    return fs()->alloc.free_blocks;
}

const char *name_of(unsigned i)
{
    static char name[40];

    snprintf(name, sizeof(name), "name-of-a-file-%u", i);
    return name;
}

void create_many(struct inode *dir, unsigned step)
{
    struct inode *inode;

    for (unsigned i = 0; i < MANY; i += step) {
        cr_assert(fake_create(dir, name_of(i), S_IFREG | 0600, 0, &inode) == 0);
        inode_put(inode);
    }
}

bool count_entry(struct dir_context *ctx, const char *name, size_t len, uint64_t ino,
                 uint8_t type, uint64_t next_pos)
{
    (void)name, (void)len, (void)ino, (void)type, (void)next_pos;
    container_of(ctx, struct count, ctx)->n++;
    return true;
}

unsigned count_entries(struct inode *dir)
{
    struct count count = COUNT_INIT;

    cr_assert(fake_iterate(dir, &count.ctx) == 0);
    return count.n;
}
