/* SPDX-License-Identifier: MIT */
/*
 * attributes.c - extended attributes: those that the host made, ours as the host sees them,
 * shared blocks, a full disk, and damage.
 */
#include <stdio.h>
#include "kernel/fs/ext2/xattr_area.h"
#include "kernel/fs/xattr.h"
#include "tests/host/test_ext2_cases/cases.h"

#define LONG 3000               /* a value that fits no inode */

static const struct cred *const root = &fake_root;

static int set(struct inode *inode, const char *name, const void *value, size_t size)
{
    return inode_setxattr(inode, name, value, size, 0, root);
}

static int set_text(struct inode *inode, const char *name, const char *text)
{
    return set(inode, name, text, strlen(text));
}

/* Whether the value is SIZE bytes C. */
static bool has(struct inode *inode, const char *name, char c, size_t size)
{
    static char value[4096];
    bool same = inode_getxattr(inode, name, value, sizeof(value), root) == (ssize_t)size;

    for (size_t i = 0; same && i < size; i++)
        same = value[i] == c;
    return same;
}

static bool has_text(struct inode *inode, const char *name, const char *text)
{
    char value[100];
    ssize_t n = inode_getxattr(inode, name, value, sizeof(value), root);

    return n == (ssize_t)strlen(text) && memcmp(value, text, (size_t)n) == 0;
}

static const char *filled(char c)
{
    static char bytes[4096];

    memset(bytes, c, sizeof(bytes));
    return bytes;
}

/* What debugfs says is the value of NAME of FILE. */
static bool host_has(const char *file, const char *name, const char *text)
{
    char command[100];

    snprintf(command, sizeof(command), "ea_get %s %s", file, name);
    return strstr(debugfs(command), text);
}

static struct ext2_xattr_header *block_of(struct inode *inode)
{
    return (struct ext2_xattr_header *)(fake_disk.bytes
                                        + (size_t)ext2_of(inode)->file_acl * 4096);
}

/* The first byte behind the fields that INODE's place on the disk uses. */
static uint8_t *rest_of(struct inode *inode)
{
    uint32_t size = fs()->geo.inode_size, index = (uint32_t)inode->ino - 1;
    size_t table = fs()->alloc.groups[0].inode_table;

    return fake_disk.bytes + table * 4096 + index * size + 128 + 32;
}

/* ---- the host's and ours -------------------------------------------------------------------- */

static void expect_host_attributes(const char *options)
{
    struct inode *inode;
    char list[100];

    prepare(options, 16 * MiB);
    cr_assert(image_put(image, "file", "text", 4));
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ea_set file user.short red' %s", image));
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ea_set file user.long %0300d' %s", 7, image));
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ea_set file security.label no' %s", image));
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'ea_set file trusted.t yes' %s", image));
    cr_assert(fake_mount(0, &sb) == 0);
    inode = look_up("file");
    cr_assert(has_text(inode, "user.short", "red"));
    cr_assert(has_text(inode, "security.label", "no"));
    cr_assert(has_text(inode, "trusted.t", "yes"));
    cr_assert(inode_getxattr(inode, "user.long", NULL, 0, root) == 300);
    cr_assert(inode_getxattr(inode, "user.lon", NULL, 0, root) == -ENODATA);
    cr_assert(inode_listxattr(inode, list, sizeof(list), root) == 11 + 10 + 15 + 10);
    cr_assert(set_text(inode, "user.short", "yellow") == 0);
    cr_assert(inode_removexattr(inode, "trusted.t", root) == 0);
    cr_assert(set_text(inode, "user.new", "ours") == 0);
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(host_has("file", "user.short", "yellow"));
    cr_assert(host_has("file", "user.new", "ours"));
    cr_assert(host_has("file", "user.long", "0000000007"));
    cr_assert(!strstr(debugfs("ea_list file"), "trusted"));
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_cases, attributes_of_the_host)
{
    expect_host_attributes(DEFAULT);                    /* in the inode and in a block */
    expect_host_attributes(DEFAULT " -I 128");          /* in a block only */
}

/* Short ones in the inode, long ones in a block; each moves when its value is another. */
Test(ext2_cases, attributes_move_between_inode_and_block)
{
    struct inode *inode;
    uint32_t before;

    start(DEFAULT, 16 * MiB);
    inode = create("file");
    before = free_blocks();
    cr_assert(set_text(inode, "user.a", "short") == 0);
    cr_assert(ext2_of(inode)->file_acl == 0 && inode->blocks == 0);
    cr_assert(set(inode, "user.b", filled('b'), LONG) == 0);
    cr_assert(ext2_of(inode)->file_acl != 0 && inode->blocks == 8);
    cr_assert(free_blocks() == before - 1);
    cr_assert(set(inode, "user.a", filled('a'), 200) == 0);
    cr_assert(has(inode, "user.a", 'a', 200) && has(inode, "user.b", 'b', LONG));
    cr_assert(set_text(inode, "user.b", "") == 0);
    cr_assert(set_text(inode, "user.a", "short again") == 0);
    cr_assert(ext2_of(inode)->file_acl == 0 && inode->blocks == 0);
    cr_assert(free_blocks() == before);
    inode_put(inode);
    remount();
    inode = look_up("file");
    cr_assert(has_text(inode, "user.a", "short again") && has_text(inode, "user.b", ""));
    cr_assert(inode_removexattr(inode, "user.a", root) == 0);
    cr_assert(inode_removexattr(inode, "user.b", root) == 0);
    cr_assert(inode_listxattr(inode, NULL, 0, root) == 0);
    inode_put(inode);
    finish();
}

/* All kinds of files, before they were ever written. */
Test(ext2_cases, attributes_of_every_kind)
{
    static const struct { const char *name; uint32_t mode; } kinds[] = {
        { "file", S_IFREG }, { "fifo", S_IFIFO }, { "device", S_IFCHR }, { "socket", S_IFSOCK },
    };
    static char target[200];
    struct inode *inode;

    start(DEFAULT, 16 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        cr_assert(fake_create(sb->root, kinds[i].name, kinds[i].mode, 5, &inode) == 0);
        cr_assert(set_text(inode, "trusted.t", kinds[i].name) == 0);
        cr_assert(set(inode, "trusted.long", filled('l'), LONG) == 0);
        inode_put(inode);
    }
    memset(target, 't', sizeof(target) - 1);
    for (unsigned i = 0; i < 2; i++) {
        const char *name = i ? "long link" : "link";
        char got[300];

        cr_assert(fake_symlink(sb->root, name, i ? target : "short", &inode) == 0);
        cr_assert(set(inode, "trusted.long", filled('l'), LONG) == 0);
        cr_assert(inode->ops->readlink(inode, got, sizeof(got)) == (i ? 199 : 5));
        inode_put(inode);
        remount();
        inode = look_up(name);
        cr_assert(has(inode, "trusted.long", 'l', LONG));
        cr_assert(inode->ops->readlink(inode, got, sizeof(got)) == (i ? 199 : 5));
        cr_assert_str_eq(got, i ? target : "short");
        inode_put(inode);
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        inode = look_up(kinds[i].name);
        cr_assert(has_text(inode, "trusted.t", kinds[i].name));
        cr_assert(has(inode, "trusted.long", 'l', LONG));
        inode_put(inode);
        unlink_name(kinds[i].name);
    }
    unlink_name("link");
    cr_assert(set(sb->root, "user.dir", filled('d'), LONG) == 0);
    finish();
}

Test(ext2_cases, the_superblock_tells_of_attributes)
{
    struct inode *inode;

    prepare(DEFAULT " -O ^ext_attr", 16 * MiB);
    cr_assert(fake_mount(0, &sb) == 0);
    inode = create("file");
    cr_assert(inode_removexattr(inode, "user.a", root) == -ENODATA);
    cr_assert(fake_sync(sb) == 0);
    cr_assert(!strstr(debugfs("stats -h"), "ext_attr"));
    cr_assert(set(inode, "user.a", "a", 1) == 0);
    cr_assert(fake_sync(sb) == 0);
    cr_assert(strstr(debugfs("stats -h"), "ext_attr"));
    inode_put(inode);
    finish();
}

Test(ext2_cases, fsync_brings_attributes)
{
    struct inode *inode;

    start(DEFAULT, 16 * MiB);
    inode = create("file");
    cr_assert(fake_sync(sb) == 0);
    cr_assert(set_text(inode, "user.short", "inside") == 0);
    cr_assert(set(inode, "user.long", filled('l'), LONG) == 0);
    cr_assert(fake_fsync(inode) == 0);
    cr_assert(host_has("file", "user.short", "inside") && host_has("file", "user.long", "lll"));
    cr_assert(set(inode, "user.long", filled('m'), LONG) == 0);
    cr_assert(fake_fsync(inode) == 0);
    cr_assert(host_has("file", "user.long", "mmm"));
    inode_put(inode);
    finish();
}

/* ---- shared blocks ----------------------------------------------------------------------------- */

/* Let the files NAME0, NAME1 .. share the block that the first one has. */
static void share(const char *const *names, unsigned n)
{
    struct inode *first = look_up(names[0]), *inode;
    uint32_t block = ext2_of(first)->file_acl;

    cr_assert(fake_sync(sb) == 0);
    for (unsigned i = 1; i < n; i++) {
        inode = look_up(names[i]);
        ext2_of(inode)->file_acl = block;
        inode->blocks += 8;
        inode_mark_dirty(inode);
        inode_put(inode);
    }
    fake_drop_caches(sb);
    block_of(first)->refcount = le32_make(n);
    inode_put(first);
    remount();
}

Test(ext2_cases, who_changes_a_shared_block_gets_one_of_its_own)
{
    static const char *const names[] = { "a", "b", "c" };
    struct inode *inode[3];
    uint32_t block, before;

    start(DEFAULT " -I 128", 16 * MiB);
    for (unsigned i = 0; i < 3; i++)
        inode[i] = create(names[i]);
    cr_assert(set(inode[0], "user.shared", filled('s'), 100) == 0);
    for (unsigned i = 0; i < 3; i++)
        inode_put(inode[i]);
    share(names, 3);
    cr_assert(image_is_sound(image));
    for (unsigned i = 0; i < 3; i++)
        inode[i] = look_up(names[i]);
    block = ext2_of(inode[0])->file_acl;
    before = free_blocks();
    cr_assert(set_text(inode[1], "user.own", "b") == 0);
    cr_assert(ext2_of(inode[1])->file_acl != block && free_blocks() == before - 1);
    cr_assert(has(inode[1], "user.shared", 's', 100) && has_text(inode[1], "user.own", "b"));
    cr_assert(inode_getxattr(inode[0], "user.own", NULL, 0, root) == -ENODATA);
    cr_assert(has(inode[2], "user.shared", 's', 100));
    cr_assert(inode_removexattr(inode[2], "user.shared", root) == 0);
    cr_assert(ext2_of(inode[2])->file_acl == 0 && inode[2]->blocks == 0);
    cr_assert(has(inode[0], "user.shared", 's', 100));
    cr_assert(set_text(inode[0], "user.own", "a") == 0);
    cr_assert(ext2_of(inode[0])->file_acl == block, "it is nobody else's any more");
    cr_assert(free_blocks() == before - 1);
    for (unsigned i = 0; i < 3; i++)
        inode_put(inode[i]);
    finish();
}

Test(ext2_cases, attribute_blocks_go_with_their_last_user)
{
    static const char *const names[] = { "a", "b" };
    struct inode *inode;
    uint32_t before;

    start(DEFAULT " -I 128", 16 * MiB);
    before = free_blocks();
    inode_put(create("b"));
    inode = create("a");
    cr_assert(set_text(inode, "user.colour", "red") == 0);
    inode_put(inode);
    share(names, 2);
    unlink_name("a");
    cr_assert(free_blocks() == before - 1);
    unlink_name("b");
    cr_assert(free_blocks() == before);
    finish();
}

/* ---- limits, and what is wrong -------------------------------------------------------------------- */

Test(ext2_cases, attributes_that_do_not_fit)
{
    struct inode *inode, *other;

    start(DEFAULT " -N 32 -m 0", 1 * MiB);
    inode = create("file");
    cr_assert(set(inode, "user.a", filled('a'), 4096) == -ENOSPC);
    cr_assert(ext2_of(inode)->file_acl == 0);
    cr_assert(set(inode, "user.a", filled('a'), 4000) == 0);
    cr_assert(set(inode, "user.b", filled('b'), 100) == -ENOSPC);
    cr_assert(set(inode, "user.a", filled('b'), 4096) == -ENOSPC);
    cr_assert(has(inode, "user.a", 'a', 4000), "nothing has changed");
    other = create("other");
    while (fake_write(other, filled('o'), 4096, inode_size(other)) == 4096)
        ;
    cr_assert(free_blocks() == 0);
    cr_assert(set(other, "user.a", filled('a'), LONG) == -ENOSPC);
    cr_assert(ext2_of(other)->file_acl == 0);
    cr_assert(set_text(other, "user.a", "in the inode") == 0);
    cr_assert(set(inode, "user.a", filled('c'), 3900) == 0, "it has its block");
    inode_put(other);
    inode_put(inode);
    finish();
}

/* Whatever is done with a damaged attribute of "file" gives -EIO and is remembered. */
static void expect_refused(const char *what)
{
    struct inode *inode = look_up("file");
    char list[100];

    cr_expect(inode_getxattr(inode, "user.a", list, sizeof(list), root) == -EIO, "%s", what);
    cr_expect(inode_listxattr(inode, list, sizeof(list), root) == -EIO, "%s", what);
    cr_expect(set_text(inode, "user.a", "new") == -EIO, "%s", what);
    cr_expect(inode_removexattr(inode, "user.a", root) == -EIO, "%s", what);
    cr_expect(fs()->nerrors > 0, "%s", what);
    inode_put(inode);
    cr_assert(shim_locks_held() == 0);
}

struct wound {
    const char *what;
    uint32_t offset, bytes;             /* of the block; little-endian */
};

static void damage_and_look(const struct wound *w, bool in_block)
{
    struct inode *inode;
    uint32_t value = w->bytes;

    cr_assert(fake_mount(0, &sb) == 0);
    inode = create("file");
    cr_assert(set_text(inode, "user.a", "value") == 0);
    fake_drop_caches(sb);
    memcpy((in_block ? (uint8_t *)block_of(inode) : rest_of(inode)) + w->offset, &value, 4);
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(fake_mount(0, &sb) == 0);
    expect_refused(w->what);
    unlink_name("file");
    fake_unmount(sb);
    image_run(NULL, 0, "e2fsck -fy %s", image);
    cr_assert(image_is_sound(image), "%s", w->what);
}

Test(ext2_cases, damaged_blocks_of_attributes)
{
    static const struct wound wounds[] = {
        { "magic", 0, 0xea020001 }, { "no user", 4, 0 }, { "two blocks", 8, 2 },
        { "value in the header", 32, 0x00100101 },
        { "value behind the end", 32, 0x0fff0101 }, { "value too long", 40, 0xffffffff },
        { "value in an inode", 36, 12 },
    };

    prepare(DEFAULT " -I 128", 1 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(wounds); i++)
        damage_and_look(&wounds[i], true);
    clean_up();
}

Test(ext2_cases, damaged_attributes_in_inodes)
{
    static const struct wound wounds[] = {
        { "a name without end", 4, 0x001001ff }, { "value before it", 4, 0x00040101 },
        { "value behind the end", 4, 0x00600101 }, { "value too long", 12, 93 },
        { "value in an inode", 8, 12 },
    };

    prepare(DEFAULT, 1 * MiB);
    for (size_t i = 0; i < ARRAY_SIZE(wounds); i++)
        damage_and_look(&wounds[i], false);
    clean_up();
}

Test(ext2_cases, attributes_nowhere)
{
    struct inode *inode;

    start(DEFAULT " -I 128", 1 * MiB);
    inode = create("file");
    ext2_of(inode)->file_acl = fs()->alloc.groups[0].inode_table;
    inode->blocks = 8;
    inode_put(inode);
    expect_refused("in a table");
    inode = look_up("file");
    ext2_of(inode)->file_acl = 0x7fffffff;
    inode_put(inode);
    expect_refused("behind the disk");
    unlink_name("file");
    cr_assert(fake_unmount(sb) == 0);
    image_run(NULL, 0, "e2fsck -fy %s", image);
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_cases, unreadable_attributes)
{
    struct inode *inode;

    start(DEFAULT, 1 * MiB);
    inode = create("file");
    cr_assert(set(inode, "user.a", filled('a'), LONG) == 0);
    fake_drop_caches(sb);
    fake_disk.bad_read = ext2_of(inode)->file_acl;
    expect_refused("unreadable block");
    fake_disk.bad_read = fs()->alloc.groups[0].inode_table;
    fake_drop_caches(sb);
    expect_refused("unreadable table");
    fake_disk.bad_read = 0;
    cr_assert(has(inode, "user.a", 'a', LONG));
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}
