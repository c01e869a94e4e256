/* SPDX-License-Identifier: MIT */
/*
 * others.c - what others made, and what is made for others.
 */
#include "tests/host/test_ext2_cases/cases.h"

Test(ext2_cases, files_of_the_host_and_files_for_the_host)
{
    static char data[5 * MiB], got[5 * MiB];
    struct inode *inode;

    prepare(DEFAULT, 64 * MiB);
    shim_seed(11);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(port_random() >> 16);
    cr_assert(image_put(image, "from-host", data, sizeof(data)));
    cr_assert(fake_mount(0, &sb) == 0);
    inode = look_up("from-host");
    cr_assert(fake_read(inode, got, sizeof(got), 0) == sizeof(got));
    cr_assert(memcmp(got, data, sizeof(got)) == 0);
    inode_put(inode);
    inode = create("to-host");
    cr_assert(fake_write(inode, data, sizeof(data), 0) == sizeof(data));
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    memset(got, 0, sizeof(got));
    cr_assert(image_get(image, "to-host", got, sizeof(got)) == sizeof(got));
    cr_assert(memcmp(got, data, sizeof(got)) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_cases, an_index_is_dropped_where_we_write)
{
    struct inode *dir, *inode;

    start(DEFAULT, 64 * MiB);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == 0);
    create_many(dir, 5);
    inode_put(dir);
    cr_assert(fake_unmount(sb) == 0);
    image_run(NULL, 0, "e2fsck -fyD %s", image);
    cr_assert(strstr(debugfs("htree_dump dir"), "Root node"), "e2fsck made an index");
    cr_assert(fake_mount(0, &sb) == 0);
    dir = look_up("dir");
    cr_assert(ext2_of(dir)->flags & EXT2_INDEX_FL);
    cr_assert(count_entries(dir) == MANY / 5 + 2);
    cr_assert(fake_lookup(dir, name_of(500), &inode) == 0);
    cr_assert(fake_unlink(dir, name_of(500), inode) == 0);
    inode_put(inode);
    for (unsigned i = MANY; i < MANY + 300; i++) {
        cr_assert(fake_create(dir, name_of(i), S_IFREG, 0, &inode) == 0);
        inode_put(inode);
    }
    cr_assert(!(ext2_of(dir)->flags & EXT2_INDEX_FL));
    cr_assert(count_entries(dir) == MANY / 5 + 2 - 1 + 300);
    inode_put(dir);
    finish();
}
