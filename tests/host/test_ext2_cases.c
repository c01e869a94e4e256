// sources: @ext2
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_cases.c - single situations of ext2: sizes, limits, foreign images,
 * damage, and what must have reached the disk when.
 */
#include "tests/host/test_ext2_cases/cases.h"

/* ---- mounting ------------------------------------------------------------------- */

Test(ext2_cases, the_superblock_tells_the_state)
{
    prepare(DEFAULT, 64 * MiB);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         clean"));
    cr_assert(fake_mount(0, &sb) == 0);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         not clean"));
    cr_assert(strstr(debugfs("stats"), "Mount count:              1\n"));
    inode_put(create("file"));
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         clean"));
    cr_assert(strstr(debugfs("stats"), "Free inodes:              16372\n"));
    cr_assert(fake_mount(MS_RDONLY, &sb) == 0);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         clean"));
    cr_assert(fake_remount(sb, 0) == 0);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         not clean"));
    inode_put(create("another"));
    cr_assert(fake_remount(sb, MS_RDONLY) == 0);
    cr_assert(strstr(debugfs("stats"), "Filesystem state:         clean"));
    finish();
}

Test(ext2_cases, an_unclean_file_system_is_mounted_and_stays_unclean)
{
    prepare(DEFAULT, 16 * MiB);
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ssv state 0' %s", image));
    cr_assert(fake_mount(0, &sb) == 0);
    inode_put(create("file"));
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(strstr(debugfs("stats"), "not clean"), "only e2fsck may call it clean");
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_cases, what_cannot_be_mounted)
{
    static const struct { const char *options; int writable, read_only; } cases[] = {
        { "-t ext4 -b 4096", -EINVAL, -EINVAL },
        { "-t ext2 -b 1024", -EINVAL, -EINVAL },
        { "-t ext3 -b 4096", 0, 0 },
        { "-t ext2 -b 4096 -O quota", -EROFS, 0 },
        { "-t ext2 -b 4096 -r 0", -EINVAL, -EINVAL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        prepare(cases[i].options, 32 * MiB);
        cr_expect(fake_mount(0, &sb) == cases[i].writable, "%s", cases[i].options);
        if (cases[i].writable == 0)
            cr_expect(fake_unmount(sb) == 0);
        cr_expect(fake_mount(MS_RDONLY, &sb) == cases[i].read_only, "%s", cases[i].options);
        if (cases[i].read_only == 0)
            cr_expect(fake_unmount(sb) == 0);
        clean_up();
    }
}

Test(ext2_cases, mounting_fails_at_every_allocation)
{
    unsigned n = 0;
    int err;

    prepare(DEFAULT, 16 * MiB);
    do {
        n++;
        shim_fail_nth(n % 2 ? FAIL_SLAB : FAIL_PAGE, 1 + n / 2);
        err = fake_mount(0, &sb);
        shim_fail_reset();
        cr_assert(err == 0 || err == -ENOMEM);
        if (err == 0)
            cr_assert(fake_unmount(sb) == 0);
    } while (n < 60);
    cr_assert(err == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

/* ---- what is on the disk, and when -------------------------------------------------- */

Test(ext2_cases, fsync_brings_all_that_leads_to_the_data)
{
    static char data[6 * MiB], got[6 * MiB];
    struct inode *inode;

    start(DEFAULT, 64 * MiB);
    shim_seed(12);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(port_random() >> 16);
    inode = create("file");
    cr_assert(fake_sync(sb) == 0);
    cr_assert(fake_write(inode, data, sizeof(data), 0) == sizeof(data));
    cr_assert(fake_disk.writes < 100, "nothing is written before it must be");
    fake_disk.flushes = 0;
    cr_assert(fake_fsync(inode) == 0);
    cr_assert(fake_disk.flushes == 1);
    /* The host sees what a power cut would leave. */
    cr_assert(image_get(image, "file", got, sizeof(got)) == sizeof(got));
    cr_assert(memcmp(got, data, sizeof(got)) == 0);
    fake_disk.writes = 0;
    cr_assert(fake_fsync(inode) == 0);
    cr_assert(fake_disk.writes == 0, "there was nothing to write");
    inode_put(inode);
    finish();
}

Test(ext2_cases, a_freed_table_is_not_written_over_its_successor)
{
    static char data[4096 * 40];
    struct inode *a, *b;

    /* With few blocks, those of one file's tables soon hold another's data. */
    start(DEFAULT " -N 32 -m 0", 1 * MiB);
    memset(data, 'd', sizeof(data));
    for (unsigned i = 0; i < 30; i++) {
        a = create("a");
        cr_assert(fake_write(a, data, sizeof(data), 0) == sizeof(data));
        inode_put(a);
        unlink_name("a");
        b = create("b");
        cr_assert(fake_write(b, data, sizeof(data), 4096) == sizeof(data));
        inode_put(b);
        fake_drop_caches(sb);
        b = look_up("b");
        for (uint64_t pos = 4096; pos < sizeof(data); pos += 4096) {
            char c = 0;

            cr_assert(fake_read(b, &c, 1, pos) == 1 && c == 'd');
        }
        inode_put(b);
        unlink_name("b");
        cr_assert(fake_sync(sb) == 0);
        cr_assert(image_is_sound(image));
    }
    finish();
}
