/* SPDX-License-Identifier: MIT */
/*
 * damage.c - disks that fail, and images that are wrong.
 */
#include <stdlib.h>
#include "kernel/fs/xattr.h"
#include "tests/host/test_ext2_cases/cases.h"

/* A disk that cannot read BLOCK: each thing that needs it fails, and only that. */
static void expect_unreadable(uint32_t block, int (*use)(void))
{
    fake_drop_caches(sb);
    fake_disk.bad_read = block;
    cr_assert(use() == -EIO, "block %u", block);
    fake_disk.bad_read = 0;
    cr_assert(use() == 0, "block %u", block);
    cr_assert(shim_locks_held() == 0);
}

static int use_lookup(void)
{
    struct inode *inode;
    int err = fake_lookup(sb->root, "file", &inode);

    if (!err)
        inode_put(inode);
    return err;
}

static int use_read(void)
{
    struct inode *inode = look_up("file");
    char c;
    ssize_t n = fake_read(inode, &c, 1, 20 * 4096);

    inode_put(inode);
    return n == 1 ? 0 : (int)n;
}

static int use_create(void)
{
    struct inode *inode;
    int err = fake_create(sb->root, "new", S_IFREG, 0, &inode);

    if (err)
        return err;
    inode_put(inode);
    unlink_name("new");
    return 0;
}

static int use_write(void)
{
    struct inode *inode = look_up("file");
    ssize_t n = fake_write(inode, "x", 1, 5000 * 4096);

    if (n == 1)
        fake_truncate(inode, 21 * 4096);
    inode_put(inode);
    return n == 1 ? 0 : (int)n;
}

Test(ext2_cases, unreadable_blocks)
{
    static char data[21 * 4096];
    struct inode *inode;
    uint32_t block;

    start(DEFAULT, 8 * MiB);
    inode = create("file");
    cr_assert(fake_write(inode, data, sizeof(data), 0) == sizeof(data));
    cr_assert(ext2_map_run(inode, 20, 1, &block) == 1);
    inode_put(inode);
    expect_unreadable(block, use_read);
    cr_assert(fs()->nerrors == 0, "a file's data is not the file system");
    expect_unreadable(le32_get(ext2_of(sb->root)->block[0]), use_lookup);
    inode = look_up("file");
    block = le32_get(ext2_of(inode)->block[EXT2_IND_BLOCK]);
    inode_put(inode);
    expect_unreadable(block, use_read);
    expect_unreadable(fs()->alloc.groups[0].inode_table, use_lookup);
    expect_unreadable(fs()->alloc.groups[0].inode_table, use_create);
    expect_unreadable(fs()->alloc.groups[0].inode_bitmap, use_create);
    expect_unreadable(fs()->alloc.groups[0].block_bitmap, use_write);
    cr_assert(fs()->nerrors > 0);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(strstr(debugfs("stats"), "with errors"), "e2fsck is called for");
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_cases, unwritable_blocks_are_reported_by_fsync)
{
    struct inode *inode;
    uint32_t block;

    start(DEFAULT, 8 * MiB);
    inode = create("file");
    cr_assert(fake_write(inode, "text", 4, 0) == 4);
    cr_assert(ext2_map_run(inode, 0, 1, &block) == 1);
    fake_disk.bad_write = block;
    cr_assert(fake_fsync(inode) == -EIO);
    fake_disk.bad_write = 0;
    cr_assert(fake_fsync(inode) == 0, "reported once");
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

static void exercise_attributes(struct inode *inode)
{
    char buf[400];

    inode_listxattr(inode, buf, sizeof(buf), &fake_root);
    inode_getxattr(inode, "user.short", buf, sizeof(buf), &fake_root);
    inode_setxattr(inode, "user.long", buf, 300, 0, &fake_root);
    inode_setxattr(inode, "trusted.new", "new", 3, 0, &fake_root);
    inode_removexattr(inode, "user.short", &fake_root);
}

/* Use all that is there, whatever it is; nothing may crash, hang or leak. */
static void exercise(void)
{
    static const char *const names[] = { "file", "dir", "link", "missing" };
    static char buf[70000];
    struct inode *inode, *child;
    struct count count = COUNT_INIT;

    fake_iterate(sb->root, &count.ctx);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (fake_lookup(sb->root, names[i], &inode) != 0)
            continue;
        exercise_attributes(inode);
        if (S_ISREG(inode->mode)) {
            fake_read(inode, buf, sizeof(buf), 0);
            fake_write(inode, buf, 9000, 70000);
            fake_truncate(inode, 5000);
        } else if (S_ISLNK(inode->mode)) {
            inode->ops->readlink(inode, buf, 300);
        } else if (S_ISDIR(inode->mode) && inode != sb->root) {
            count.ctx.pos = 0;
            fake_iterate(inode, &count.ctx);
            if (fake_create(inode, "new", S_IFREG, 0, &child) == 0)
                inode_put(child);
            fake_rmdir(sb->root, names[i], inode);
        }
        if (!S_ISDIR(inode->mode))
            fake_unlink(sb->root, names[i], inode);
        inode_put(inode);
    }
    if (fake_mkdir(sb->root, "fresh", &inode) == 0)
        inode_put(inode);
}

/* Flip bits in one metadata block of the image. */
static void damage(uint32_t block)
{
    uint8_t *bytes = fake_disk.bytes + (size_t)block * 4096;

    for (unsigned n = 1 + port_random() % 20; n > 0; n--)
        bytes[port_random() % (port_random() % 4 ? 600 : 4096)] ^=
            (uint8_t)(1u << port_random() % 8);
}

Test(ext2_cases, damaged_images, .timeout = 120)
{
    static char data[70000];
    struct inode *inode;
    size_t size = 2 * MiB;
    uint8_t *sound = malloc(size);
    unsigned mounted = 0;

    start(DEFAULT " -N 64", size);
    inode = create("file");
    cr_assert(inode_setxattr(inode, "user.short", "short", 5, 0, &fake_root) == 0);
    cr_assert(inode_setxattr(inode, "user.long", data, 300, 0, &fake_root) == 0);
    cr_assert(ext2_of(inode)->file_acl < 16);
    cr_assert(fake_write(inode, data, sizeof(data), 0) == sizeof(data));
    inode_put(inode);
    cr_assert(fake_mkdir(sb->root, "dir", &inode) == 0);
    inode_put(inode);
    memset(data, 'l', 100);
    data[100] = '\0';
    cr_assert(fake_symlink(sb->root, "link", data, &inode) == 0);
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    memcpy(sound, fake_disk.bytes, size);
    fake_disk.may_overlap = true;
    shim_seed(13);
    for (unsigned round = 0; round < 1500; round++) {
        memcpy(fake_disk.bytes, sound, size);
        /* Superblock, descriptors, bitmaps, inodes, directories, attributes, tables: all in
         * front. */
        for (unsigned n = 1 + port_random() % 2; n > 0; n--)
            damage((uint32_t)(port_random() % 16));
        if (fake_mount(0, &sb) != 0)
            continue;
        mounted++;
        exercise();
        fake_unmount(sb);
        cr_assert(shim_locks_held() == 0);
    }
    cr_assert(mounted > 500, "%u", mounted);
    clean_up();
    free(sound);
}
