/* SPDX-License-Identifier: MIT */
/*
 * space.c - where blocks and inodes come from, when there are none, and when they go back.
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel/cache/writeback.h"
#include "tests/host/test_ext2_cases/cases.h"

Test(ext2_cases, sequential_files_are_contiguous_and_move_in_large_transfers)
{
    size_t size = 4 * MiB, at = 0;
    char *data = malloc(size);
    struct inode *inode;
    uint32_t block;
    unsigned runs = 0;

    start(DEFAULT, 64 * MiB);
    memset(data, 'y', size);
    inode = create("file");
    cr_assert(fake_write(inode, data, size, 0) == (ssize_t)size);
    while (at < size / 4096) {
        int n = ext2_map_run(inode, at, SIZE_MAX, &block);

        cr_assert(n > 0 && block != 0);
        at += (size_t)n;
        runs++;
    }
    cr_assert(runs <= 3, "direct, single and double indirect: %u", runs);
    fake_disk.transfers = fake_disk.max_in_flight = 0;
    cr_assert(writeback_range(inode->mapping, 0, UINT64_MAX, true) == 0);
    cr_assert(fake_disk.max_in_flight >= 8, "%u in flight", fake_disk.max_in_flight);
    cr_assert(fake_disk.transfers <= size / 4096 / 16, "%u transfers", fake_disk.transfers);
    inode_put(inode);
    finish();
    free(data);
}

static void fill_disk(struct inode *inode, uint32_t expected)
{
    static char data[4096];
    uint64_t pos = 0;
    ssize_t n;

    while ((n = fake_write(inode, data, sizeof(data), pos)) > 0)
        pos += (uint64_t)n;
    cr_assert(n == -ENOSPC, "%zd", n);
    cr_assert(inode->size == pos && free_blocks() == expected, "%u left", free_blocks());
}

Test(ext2_cases, a_full_disk_and_its_reserve)
{
    static const struct cred user = { .fsuid = 1000, .fsgid = 100 };
    struct inode *mine, *roots, *dir;
    uint32_t before;

    start(DEFAULT " -m 10", 8 * MiB);
    before = free_blocks();
    fake_cred = &user;
    mine = create("mine");
    fake_cred = &fake_root;
    cr_assert(mine->uid == 1000 && mine->gid == 100);
    fill_disk(mine, fs()->geo.reserved_blocks);
    roots = create("roots");
    fill_disk(roots, 0);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == -ENOSPC);
    cr_assert(fake_lookup(sb->root, "dir", &dir) == -ENOENT);
    cr_assert(fake_sync(sb) == 0);
    cr_assert(image_is_sound(image));
    inode_put(mine);
    inode_put(roots);
    unlink_name("mine");
    unlink_name("roots");
    cr_assert(free_blocks() == before);
    finish();
}

Test(ext2_cases, no_inode_left)
{
    struct inode *inode;
    char name[20];
    unsigned n = 0;
    int err;

    start(DEFAULT " -N 32", 8 * MiB);
    while ((snprintf(name, sizeof(name), "%u", n),
            err = fake_create(sb->root, name, S_IFREG, 0, &inode)) == 0) {
        inode_put(inode);
        n++;
    }
    cr_assert(err == -ENOSPC && n > 0 && fs()->alloc.free_inodes == 0);
    cr_assert(fake_mkdir(sb->root, "dir", &inode) == -ENOSPC);
    unlink_name("0");
    cr_assert(fake_mkdir(sb->root, "dir", &inode) == 0);
    inode_put(inode);
    finish();
}

Test(ext2_cases, an_unlinked_open_file_lives_until_it_is_closed)
{
    static char data[100000], got[100000];
    struct inode *inode;
    uint32_t blocks, inodes, ino;

    start(DEFAULT, 16 * MiB);
    blocks = free_blocks(), inodes = fs()->alloc.free_inodes;
    memset(data, 'z', sizeof(data));
    inode = create("file");
    ino = (uint32_t)inode->ino;
    cr_assert(fake_write(inode, data, sizeof(data), 0) == sizeof(data));
    unlink_name("file");
    fake_drop_caches(sb);
    cr_assert(fake_read(inode, got, sizeof(got), 0) == sizeof(got));
    cr_assert(memcmp(got, data, sizeof(got)) == 0);
    cr_assert(fake_write(inode, data, sizeof(data), sizeof(data)) == sizeof(data));
    inode_put(inode);
    cr_assert(free_blocks() == blocks && fs()->alloc.free_inodes == inodes);
    inode = create("next");
    cr_assert(inode->ino == ino && inode->size == 0 && inode->blocks == 0);
    inode_put(inode);
    finish();
}
