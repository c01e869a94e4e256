/* SPDX-License-Identifier: MIT */
/*
 * names.c - directories: many names, and many links.
 */
#include "lib/abi/fcntl.h"
#include "tests/host/test_ext2_cases/cases.h"

static void look_up_many(struct inode *dir)
{
    struct inode *inode;

    for (unsigned i = 0; i < MANY; i++) {
        cr_assert(fake_lookup(dir, name_of(i), &inode) == 0);
        inode_put(inode);
    }
}

Test(ext2_cases, ten_thousand_names)
{
    struct inode *dir, *inode;
    uint64_t size;
    unsigned reads;

    start(DEFAULT, 64 * MiB);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == 0);
    create_many(dir, 1);
    size = dir->size;
    cr_assert(size < MANY * 30 && count_entries(dir) == MANY + 2);
    fake_drop_caches(sb);
    reads = fake_disk.reads;
    look_up_many(dir);
    cr_assert(fake_disk.reads - reads < 2000, "%u reads", fake_disk.reads - reads);
    for (unsigned i = 0; i < MANY; i += 2) {
        cr_assert(fake_lookup(dir, name_of(i), &inode) == 0);
        cr_assert(fake_unlink(dir, name_of(i), inode) == 0);
        inode_put(inode);
    }
    cr_assert(count_entries(dir) == MANY / 2 + 2);
    create_many(dir, 2);
    cr_assert(dir->size == size, "gaps are used again");
    look_up_many(dir);
    inode_put(dir);
    finish();
}

Test(ext2_cases, a_directory_has_at_most_32000_links)
{
    struct inode *dir, *child, *file;

    start(DEFAULT, 16 * MiB);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == 0);
    cr_assert(fake_create(dir, "file", S_IFREG | 0644, 0, &file) == 0);
    dir->nlink = EXT2_LINK_MAX;
    cr_assert(fake_mkdir(dir, "child", &child) == -EMLINK);
    cr_assert(fake_mkdir(sb->root, "other", &child) == 0);
    cr_assert(fake_rename(sb->root, "other", child, dir, "child", NULL, 0) == -EMLINK);
    cr_assert(fake_rename(sb->root, "other", child, dir, "file", file, RENAME_EXCHANGE) == -EMLINK);
    cr_assert(fake_rename(dir, "file", file, sb->root, "other", child, RENAME_EXCHANGE) == -EMLINK);
    cr_assert(sb->root->nlink == 5);
    dir->nlink = 2;
    inode_put(file);
    cr_assert(fake_rename(sb->root, "other", child, dir, "child", NULL, 0) == 0);
    cr_assert(dir->nlink == 3 && sb->root->nlink == 4);
    inode_put(child);
    child = create("file");
    child->nlink = EXT2_LINK_MAX;
    cr_assert(fake_link(sb->root, "link", child) == -EMLINK);
    child->nlink = 1;
    inode_put(child);
    inode_put(dir);
    finish();
}
