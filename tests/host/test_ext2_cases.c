// sources: @ext2
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_cases.c - single situations of ext2: sizes, limits, foreign images,
 * damage, and what must have reached the disk when.
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/host/ext2_setup.h"
#include "tests/host/shim.h"

#define GiB ((uint64_t)1 << 30)
#define DEFAULT "-t ext2 -b 4096"

static struct inode *create(const char *name)
{
    struct inode *inode;

    cr_assert(fake_create(sb->root, name, S_IFREG | 0644, 0, &inode) == 0);
    return inode;
}

static struct inode *look_up(const char *name)
{
    struct inode *inode;

    cr_assert(fake_lookup(sb->root, name, &inode) == 0, "%s", name);
    return inode;
}

static void unlink_name(const char *name)
{
    struct inode *inode = look_up(name);

    cr_assert(fake_unlink(sb->root, name, inode) == 0);
    inode_put(inode);
}

static uint32_t free_blocks(void)
{
    return fs()->alloc.free_blocks;
}

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

/* ---- sizes ---------------------------------------------------------------------- */

/* Where the next height of tables begins, one page before, one behind, and far away. */
static const uint64_t edges[] = {
    0, 11, 12, 13, 1035, 1036, 1037, 2060, 1036 + 1024 * 1024 - 1, 1036 + 1024 * 1024,
    1036 + 1024 * 1024 + 1023, 1036 + 1024 * 1024 + 1024, 5 * GiB / 4096, 100 * GiB / 4096,
};

static void check_edges(struct inode *inode, uint64_t end)
{
    char text[8], expected[8];

    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        uint64_t pos = edges[i] * 4096 + 100;

        if (pos + 8 > end)
            continue;
        snprintf(expected, sizeof(expected), "%07zu", i);
        cr_assert(fake_read(inode, text, 8, pos) == 8);
        cr_assert_str_eq(text, expected);
        if (pos + 5000 < end && i + 1 < ARRAY_SIZE(edges) && edges[i + 1] > edges[i] + 1) {
            cr_assert(fake_read(inode, text, 1, pos + 4096) == 1 && text[0] == 0, "a hole");
        }
    }
}

Test(ext2_cases, sparse_files_through_all_levels)
{
    struct inode *inode;
    uint32_t before;
    char text[8];

    start(DEFAULT, 16 * MiB);
    before = free_blocks();
    inode = create("sparse");
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        snprintf(text, sizeof(text), "%07zu", i);
        cr_assert(fake_write(inode, text, 8, edges[i] * 4096 + 100) == 8);
    }
    cr_assert(inode->size == 100 * GiB + 108);
    inode_put(inode);
    remount();
    inode = look_up("sparse");
    check_edges(inode, inode->size);
    for (size_t i = ARRAY_SIZE(edges); i-- > 0;) {
        uint64_t size = edges[i] * 4096 + 50;

        cr_assert(fake_truncate(inode, size) == 0);
        check_edges(inode, size);
        ext2_alloc_check(&fs()->alloc);
        if (i % 3 == 0) {
            cr_assert(fake_sync(sb) == 0);
            cr_assert(image_is_sound(image));
        }
    }
    cr_assert(fake_truncate(inode, 0) == 0);
    cr_assert(inode->blocks == 0 && free_blocks() == before);
    inode_put(inode);
    finish();
}

Test(ext2_cases, the_largest_file)
{
    uint64_t max = ext2_max_size();
    struct inode *inode;
    char c = 'x';

    start(DEFAULT " -O ^large_file", 16 * MiB);
    inode = create("large");
    cr_assert(max > 2000 * GiB && max < 2048 * GiB);
    cr_assert(fake_write(inode, &c, 1, max - 1) == 1);
    cr_assert(fake_write(inode, &c, 1, max) == -EFBIG);
    cr_assert(fake_truncate(inode, max + 1) == -EFBIG);
    cr_assert(inode->size == max);
    inode_put(inode);
    remount();
    inode = look_up("large");
    cr_assert(inode->size == max && fake_read(inode, &c, 1, max - 1) == 1 && c == 'x');
    cr_assert(strstr(debugfs("stats"), "large_file"), "the feature was added");
    inode_put(inode);
    finish();
}

Test(ext2_cases, bytes_behind_the_end_read_as_zeros)
{
    static char data[8192], got[8192];
    struct inode *inode;
    struct page *page;

    start(DEFAULT, 16 * MiB);
    memset(data, 'x', sizeof(data));
    inode = create("file");
    cr_assert(fake_write(inode, data, 8192, 0) == 8192);
    cr_assert(fake_truncate(inode, 5000) == 0);
    fake_drop_caches(sb);
    /* A mapping has scribbled behind the end. */
    cr_assert(page_cache_read(inode->mapping, 1, NULL, &page) == 0);
    memset((char *)page_address(page) + 904, 'm', PAGE_SIZE - 904);
    page_cache_dirty(page);
    put_page(page);
    cr_assert(fake_write(inode, data, 10, 8000) == 10);
    cr_assert(fake_read(inode, got, 8192, 0) == 8010);
    for (int i = 0; i < 8010; i++)
        cr_assert(got[i] == (i < 5000 || i >= 8000 ? 'x' : 0), "byte %d", i);
    /* The tail of a page that is not in memory. */
    cr_assert(fake_truncate(inode, 4097) == 0);
    fake_drop_caches(sb);
    cr_assert(fake_truncate(inode, 100) == 0);
    cr_assert(fake_truncate(inode, 8192) == 0);
    fake_drop_caches(sb);
    cr_assert(fake_read(inode, got, 8192, 0) == 8192);
    for (int i = 0; i < 8192; i++)
        cr_assert(got[i] == (i < 100 ? 'x' : 0), "byte %d", i);
    inode_put(inode);
    finish();
}

/* ---- placement ------------------------------------------------------------------- */

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

/* ---- directories ----------------------------------------------------------------- */

#define MANY 10000

static const char *name_of(unsigned i)
{
    static char name[40];

    snprintf(name, sizeof(name), "name-of-a-file-%u", i);
    return name;
}

static void create_many(struct inode *dir, unsigned step)
{
    struct inode *inode;

    for (unsigned i = 0; i < MANY; i += step) {
        cr_assert(fake_create(dir, name_of(i), S_IFREG | 0600, 0, &inode) == 0);
        inode_put(inode);
    }
}

static void look_up_many(struct inode *dir)
{
    struct inode *inode;

    for (unsigned i = 0; i < MANY; i++) {
        cr_assert(fake_lookup(dir, name_of(i), &inode) == 0);
        inode_put(inode);
    }
}

struct count {
    struct dir_context ctx;
    unsigned n;
};

static bool count_entry(struct dir_context *ctx, const char *name, size_t len, uint64_t ino,
                        uint8_t type, uint64_t next_pos)
{
    (void)name, (void)len, (void)ino, (void)type, (void)next_pos;
    container_of(ctx, struct count, ctx)->n++;
    return true;
}

static unsigned count_entries(struct inode *dir)
{
    struct count count = { .ctx.emit = count_entry };

    cr_assert(fake_iterate(dir, &count.ctx) == 0);
    return count.n;
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
    struct inode *dir, *child;

    start(DEFAULT, 16 * MiB);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == 0);
    dir->nlink = EXT2_LINK_MAX;
    cr_assert(fake_mkdir(dir, "child", &child) == -EMLINK);
    cr_assert(fake_mkdir(sb->root, "other", &child) == 0);
    cr_assert(fake_rename(sb->root, "other", child, dir, "child", NULL, 0) == -EMLINK);
    dir->nlink = 2;
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

/* ---- inodes ---------------------------------------------------------------------- */

static void check_times(const char *options, bool fine)
{
    static const struct timespec times[] = {
        { 0, 1 }, { 1700000000, 999999999 }, { -5, 7 }, { INT32_MIN, 0 },
        { 0x7fffffff, 123456789 }, { 0x80000000, 1 }, { 0x37fffffff, 5 },
    };
    struct inode *inode;

    start(options, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        bool held = fine || times[i].tv_sec <= INT32_MAX;
        char name[10];

        snprintf(name, sizeof(name), "t%zu", i);
        inode = create(name);
        inode->atime = inode->mtime = inode->ctime = times[i];
        inode->uid = 70000, inode->gid = 0x12345678;
        inode_mark_dirty(inode);
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->mtime.tv_sec == (held ? times[i].tv_sec : INT32_MAX));
        cr_assert(inode->atime.tv_nsec == (fine ? times[i].tv_nsec : 0));
        cr_assert(inode->ctime.tv_sec == inode->mtime.tv_sec);
        cr_assert(inode->uid == 70000 && inode->gid == 0x12345678);
        inode_put(inode);
    }
    finish();
}

Test(ext2_cases, times_in_256_byte_inodes)
{
    check_times(DEFAULT, true);
}

Test(ext2_cases, times_in_128_byte_inodes)
{
    check_times(DEFAULT " -I 128", false);
}

Test(ext2_cases, devices_old_and_new)
{
    static const uint32_t numbers[][2] = { { 1, 3 }, { 255, 255 }, { 256, 0 }, { 4000, 70000 } };
    struct inode *inode;
    char name[10];

    start(DEFAULT, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        dev_t dev = dev_make(numbers[i][0], numbers[i][1]);

        snprintf(name, sizeof(name), "d%zu", i);
        cr_assert(fake_create(sb->root, name, S_IFBLK | 0600, dev, &inode) == 0);
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->rdev == dev);
        inode_put(inode);
    }
    cr_assert(strstr(debugfs("stat d0"), "01:03"));
    finish();
}

Test(ext2_cases, symlinks_at_the_edges)
{
    static char text[5000], got[5000];
    static const size_t lengths[] = { 1, 59, 60, 61, 4095 };
    struct inode *inode;
    char name[10];

    start(DEFAULT, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        memset(text, 'a' + (int)i, sizeof(text));
        text[lengths[i]] = '\0';
        snprintf(name, sizeof(name), "s%zu", i);
        cr_assert(fake_symlink(sb->root, name, text, &inode) == 0);
        cr_assert(inode->blocks == (lengths[i] < 60 ? 0 : 8));
        inode_put(inode);
        fake_drop_caches(sb);
        inode = look_up(name);
        cr_assert(inode->ops->readlink(inode, got, sizeof(got)) == (ssize_t)lengths[i]);
        cr_assert_str_eq(got, text);
        cr_assert(inode->ops->readlink(inode, got, 10) == (ssize_t)MIN(lengths[i], (size_t)9));
        inode_put(inode);
    }
    text[4095] = 'x';
    text[4096] = '\0';
    cr_assert(fake_symlink(sb->root, "long", text, &inode) == -ENAMETOOLONG);
    finish();
}

/* ---- what others made -------------------------------------------------------------- */

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

Test(ext2_cases, attribute_blocks_go_with_their_last_user)
{
    struct inode *a, *b;
    struct ext2_xattr_header *header;
    uint32_t before, block;

    prepare(DEFAULT " -I 128", 16 * MiB);
    cr_assert(image_put(image, "a", "a", 1) && image_put(image, "b", "b", 1));
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ea_set a user.colour %0100d' %s", 1, image));
    cr_assert(fake_mount(0, &sb) == 0);
    a = look_up("a");
    b = look_up("b");
    block = ext2_of(a)->file_acl;
    cr_assert(block != 0 && a->blocks == 16);
    header = (struct ext2_xattr_header *)(fake_disk.bytes + (size_t)block * 4096);
    header->refcount = le32_make(2);
    ext2_of(b)->file_acl = block;
    b->blocks += 8;
    before = free_blocks();
    inode_put(a);
    unlink_name("a");
    cr_assert(free_blocks() == before + 1);
    cr_assert(fake_truncate(b, 0) == 0);
    inode_mark_dirty(b);
    inode_put(b);
    remount();
    unlink_name("b");
    cr_assert(free_blocks() == before + 3);
    finish();
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

/* ---- damage --------------------------------------------------------------------------- */

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

/* Use all that is there, whatever it is; nothing may crash, hang or leak. */
static void exercise(void)
{
    static const char *const names[] = { "file", "dir", "link", "missing" };
    static char buf[70000];
    struct inode *inode, *child;
    struct count count = { .ctx.emit = count_entry };

    fake_iterate(sb->root, &count.ctx);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (fake_lookup(sb->root, names[i], &inode) != 0)
            continue;
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
        /* Superblock, descriptors, bitmaps, inodes, directories, tables: all in front. */
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
