// sources: @ext2
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_fail.c - one session of everyday work, in which one thing fails.
 *
 * A session mounts a file system, makes and removes things, and unmounts.  It is
 * repeated with its n-th allocation refused, or its n-th block not transferred, for
 * n from 1 until nothing is left to fail.
 *
 *   - Missing memory changes nothing on the disk but what the callers were told:
 *     e2fsck finds no fault, and the state is clean.
 *   - A disk that fails may leave faults.  Then the state says so, e2fsck can mend
 *     them, and what was synced before is there.
 */
#include <signal.h>
#include <stdio.h>
#include "kernel/cache/writeback.h"
#include "kernel/fs/xattr.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "tests/host/ext2_setup.h"
#include "tests/host/shim.h"

#define SIZE      (2 * MiB)
#define PAGES     20            /* of a file: one table */
#define NKEPT     (30 * 4096)
#define SESSIONS  1000          /* more than any has points of failure */

static uint8_t blank[SIZE];     /* the image as each session finds it */
static char kept[NKEPT], page_of_text[4096];

/* ---- the work ------------------------------------------------------------------------ */

/* What is done may fail for this reason only, or because something failed before. */
static int excuse;

static int tell(long result)
{
    cr_assert(result >= 0 || result == excuse || result == -ENOENT, "%ld", result);
    return result < 0 ? (int)result : 0;
}

static struct inode *find(struct inode *dir, const char *name)
{
    struct inode *inode;

    return tell(fake_lookup(dir, name, &inode)) == 0 ? inode : NULL;
}

static void write_pages(struct inode *inode, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++)
        tell(fake_write(inode, page_of_text, sizeof(page_of_text), (uint64_t)i * 4096));
}

static void make_file(struct inode *dir, const char *name)
{
    struct inode *inode;

    if (tell(fake_create(dir, name, S_IFREG | 0644, 0, &inode)) != 0)
        return;
    write_pages(inode, 0, PAGES);
    inode_put(inode);
}

static void make_dir(struct inode *dir, const char *name)
{
    struct inode *inode;

    if (tell(fake_mkdir(dir, name, &inode)) != 0)
        return;
    make_file(inode, "inner");
    inode_put(inode);
}

static void make_link(struct inode *dir, const char *name)
{
    char target[200];
    struct inode *inode;

    memset(target, 't', sizeof(target));
    target[sizeof(target) - 1] = '\0';
    if (tell(fake_symlink(dir, name, target, &inode)) == 0)
        inode_put(inode);
}

static void remove_name(struct inode *dir, const char *name)
{
    struct inode *inode = find(dir, name);

    if (!inode)
        return;
    tell(S_ISDIR(inode->mode) ? fake_rmdir(dir, name, inode) : fake_unlink(dir, name, inode));
    inode_put(inode);
}

/* In the inode, in a block, in the block of both. */
static void set_attributes(struct inode *dir, const char *name)
{
    struct inode *inode = find(dir, name);
    char value[4096];

    if (!inode)
        return;
    tell(inode_setxattr(inode, "user.small", "value", 5, 0, &fake_root));
    tell(inode_setxattr(inode, "user.large", page_of_text, 3000, 0, &fake_root));
    tell(inode_setxattr(inode, "user.small", page_of_text, 300, 0, &fake_root));
    tell((int)inode_listxattr(inode, value, sizeof(value), &fake_root));
    tell(fake_fsync(inode));
    inode_put(inode);
}

static void cut(struct inode *dir, const char *name)
{
    struct inode *inode = find(dir, name);

    if (!inode)
        return;
    tell(fake_truncate(inode, 5000));
    write_pages(inode, 1100, 2);                /* two tables deep */
    tell(fake_allocate(inode, 0, 11 * 4096, 3 * 4096));
    tell(fake_fsync(inode));
    tell(fake_allocate(inode, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 12 * 4096 + 5,
                       1089 * 4096));
    inode_put(inode);
}

static void rename_over(struct inode *from, const char *name, struct inode *to,
                        const char *victim_name)
{
    struct inode *child = find(from, name), *victim = NULL;

    if (child && victim_name[0] == 'v')
        victim = find(to, victim_name);
    if (child && (victim || victim_name[0] != 'v'))
        tell(fake_rename(from, name, child, to, victim_name, victim, 0));
    if (child)
        inode_put(child);
    if (victim)
        inode_put(victim);
}

/* A file that is in the root and on the disk for sure, if nothing says otherwise. */
static bool make_synced(void)
{
    struct inode *inode;
    bool sure = tell(fake_create(sb->root, "synced", S_IFREG | 0644, 0, &inode)) == 0;

    if (!sure)
        return false;
    sure = fake_write(inode, kept, NKEPT, 0) == NKEPT && tell(fake_fsync(inode)) == 0 &&
           tell(fake_fsync(sb->root)) == 0;
    inode_put(inode);
    return sure;
}

/* As another system may leave them: two files have their attributes in one block. */
static void share_attributes(struct inode *dir, const char *name, const char *other_name)
{
    struct inode *inode = find(dir, name), *other = find(dir, other_name);
    uint32_t block;
    struct page *page;

    cr_assert(inode_setxattr(inode, "user.large", page_of_text, 2000, 0, &fake_root) == 0);
    block = ext2_of(inode)->file_acl;
    cr_assert(ext2_read_meta(fs(), block, "attributes", false, &page) == 0);
    ((struct ext2_xattr_header *)page_address(page))->refcount = le32_make(2);
    page_cache_dirty(page);
    put_page(page);
    ext2_of(other)->file_acl = block;
    other->blocks += EXT2_SECTORS;
    inode_mark_dirty(other);
    inode_put(inode);
    inode_put(other);
}

/* Things for the session to work on, and the file that must never suffer. */
static void furnish(void)
{
    struct inode *inode, *dir;

    for (size_t i = 0; i < NKEPT; i++)
        kept[i] = (char)(port_random() >> 16);
    cr_assert(fake_create(sb->root, "kept", S_IFREG | 0644, 0, &inode) == 0);
    cr_assert(fake_write(inode, kept, NKEPT, 0) == NKEPT);
    inode_put(inode);
    cr_assert(fake_mkdir(sb->root, "dir", &dir) == 0);
    make_file(dir, "gone");
    make_file(dir, "short");
    make_file(dir, "moved");
    share_attributes(dir, "short", "moved");
    make_file(sb->root, "victim");
    cr_assert(fake_mkdir(dir, "empty", &inode) == 0);
    inode_put(inode);
    cr_assert(fake_mkdir(dir, "sub", &inode) == 0);
    inode_put(inode);
    inode_put(dir);
}

/* True if the file "synced" was. */
static bool work(void)
{
    struct inode *dir = find(sb->root, "dir");
    bool synced = make_synced();

    make_dir(sb->root, "new-dir");
    make_file(sb->root, "new-file");
    make_link(sb->root, "new-link");
    if (!dir)
        return synced;
    remove_name(dir, "gone");
    remove_name(dir, "empty");
    cut(dir, "short");
    set_attributes(dir, "short");
    set_attributes(sb->root, "new-file");
    rename_over(dir, "moved", sb->root, "victim");
    rename_over(dir, "sub", sb->root, "sub");
    inode_put(dir);
    tell(fake_sync(sb));
    remove_name(sb->root, "victim");
    remove_name(sb->root, "sub");
    return synced;
}

/* ---- sessions -------------------------------------------------------------------------- */

static void begin(void)
{
    start("-t ext2 -b 4096 -g 256 -N 64", SIZE);
    memset(page_of_text, 'p', sizeof(page_of_text));
    furnish();
    cr_assert(fake_unmount(sb) == 0);
    memcpy(blank, fake_disk.bytes, SIZE);
}

/* Work, while what the caller set up fails; true if the file "synced" was. */
static bool work_and_unmount(void)
{
    bool synced = work();

    tell(fake_sync(sb));
    if (excuse == -ENOMEM) {
        cr_assert(fs()->nerrors == 0);
        ext2_alloc_check(&fs()->alloc);
    }
    fake_unmount(sb);
    cr_assert(shim_locks_held() == 0);
    return synced;
}

static void mount_blank(void)
{
    memcpy(fake_disk.bytes, blank, SIZE);
    cr_assert(fake_mount(0, &sb) == 0);
}

/* The session in which the NTH time of SITE fails; false: it did not come so far. */
static bool session(enum fail_site site, unsigned nth, bool *synced)
{
    bool hit;

    mount_blank();
    shim_fail_reset();
    shim_fail_nth(site, nth);
    *synced = work_and_unmount();
    hit = shim_fail_hits(site) > 0;
    shim_fail_reset();
    return hit;
}

/* "clean", perhaps; "with errors", perhaps. */
static bool state_says(const char *what)
{
    return strstr(debugfs("stats -h"), what) != NULL;
}

static void expect_file(const char *name)
{
    static char got[NKEPT];

    cr_assert(image_get(image, name, got, NKEPT) == NKEPT, "%s", name);
    cr_assert(memcmp(got, kept, NKEPT) == 0, "%s", name);
}

/* The image is sound, or it says that it is not and can be mended. */
static void expect_mended(const char *what, unsigned n, bool synced)
{
    if (!image_is_sound(image)) {
        cr_assert(state_says("with errors"), "%s %u left faults and no mark", what, n);
        image_run(NULL, 0, "e2fsck -fy %s", image);
        cr_assert(image_is_sound(image), "%s %u cannot be mended", what, n);
    }
    expect_file("kept");
    if (synced)
        expect_file("synced");
}

static void refuse_memory(enum fail_site site)
{
    unsigned n = 1;
    bool synced;

    begin();
    excuse = -ENOMEM;
    while (session(site, n, &synced)) {
        cr_assert(image_is_sound(image), "allocation %u", n);
        cr_assert(!state_says("with errors"), "allocation %u", n);
        cr_assert(n++ < SESSIONS);
    }
    cr_assert(n > 20, "only %u allocations", n);
    clean_up();
}

Test(ext2_fail, each_page_is_refused_once, .timeout = 120)
{
    refuse_memory(FAIL_PAGE);
}

Test(ext2_fail, each_object_is_refused_once, .timeout = 120)
{
    refuse_memory(FAIL_SLAB);
}

Test(ext2_fail, each_transfer_fails_once, .timeout = 120)
{
    unsigned n = 1;
    bool synced;

    begin();
    excuse = -EIO;
    while (session(FAIL_DISK, n, &synced)) {
        expect_mended("transfer", n, synced);
        cr_assert(n++ < SESSIONS);
    }
    cr_assert(n > 50, "only %u transfers", n);
    clean_up();
}

Test(ext2_fail, each_block_is_unwritable, .timeout = 120)
{
    unsigned marked = 0;

    begin();
    excuse = -EIO;
    for (unsigned block = 1; block < SIZE / 4096; block++) {
        bool synced;

        mount_blank();
        fake_disk.bad_write = block;
        fake_disk.failed = 0;
        synced = work_and_unmount();
        fake_disk.bad_write = 0;
        if (fake_disk.failed == 0)
            continue;
        marked += state_says("with errors");
        expect_mended("unwritable block", block, synced);
    }
    cr_assert(marked > 10, "%u", marked);
    clean_up();
}

Test(ext2_fail, each_block_is_unreadable, .timeout = 120)
{
    begin();
    excuse = -EIO;
    for (unsigned block = 1; block < SIZE / 4096; block++) {
        bool synced;

        mount_blank();
        fake_disk.bad_read = block;
        fake_disk.failed = 0;
        synced = work_and_unmount();
        fake_disk.bad_read = 0;
        if (fake_disk.failed > 0)
            expect_mended("unreadable block", block, synced);
    }
    clean_up();
}

/* ---- what must not be forgotten ------------------------------------------------------------ */

Test(ext2_fail, what_could_not_be_written_is_not_read_back)
{
    struct inode *inode;

    begin();
    mount_blank();
    fake_disk.bad_write = fs()->alloc.groups[0].block_bitmap;
    make_file(sb->root, "a");
    cr_assert(fake_sync(sb) == -EIO);
    cr_assert(fs()->nerrors > 0);
    fake_drop_caches(sb);
    ext2_alloc_check(&fs()->alloc);
    fake_disk.bad_write = le32_get(ext2_of(sb->root)->block[0]);
    make_file(sb->root, "b");
    fake_sync(sb);
    fake_drop_caches(sb);
    inode = find(sb->root, "b");
    cr_assert(inode);
    inode_put(inode);
    fake_disk.bad_write = 0;
    cr_assert(fake_sync(sb) == 0, "all could be written now");
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    cr_assert(state_says("clean with errors"));
    clean_up();
}

Test(ext2_fail, an_unwritten_table_outlives_its_inode)
{
    struct inode *inode;

    begin();
    mount_blank();
    excuse = -EIO;
    make_file(sb->root, "a");
    inode = find(sb->root, "a");
    fake_disk.bad_write = le32_get(ext2_of(inode)->block[EXT2_NDIR_BLOCKS]);
    cr_assert(fake_fsync(inode) == -EIO);
    inode_put(inode);
    fake_drop_caches(sb);
    inode = find(sb->root, "a");
    cr_assert(fake_fsync(inode) == -EIO, "the table is not on the disk");
    fake_disk.bad_write = 0;
    cr_assert(fake_fsync(inode) == 0);
    inode_put(inode);
    fake_sync(sb);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_fail, a_failed_write_is_an_error_whoever_was_told)
{
    struct inode *inode;

    begin();
    mount_blank();
    inode = find(sb->root, "kept");
    fake_disk.bad_write = 1;            /* descriptors */
    make_file(sb->root, "a");
    cr_assert(writeback_range(fs()->meta, 1, 1, true) == -EIO);
    fake_disk.bad_write = 0;
    cr_assert(fs()->nerrors == 0, "nobody has looked");
    cr_assert(fake_fsync(inode) == 0, "it is not this file that is concerned");
    cr_assert(fs()->nerrors == 1);
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(image_is_sound(image));
    cr_assert(state_says("clean with errors"));
    clean_up();
}

Test(ext2_fail, attributes_that_met_no_memory_are_written_later)
{
    struct inode *inode;

    begin();
    mount_blank();
    inode = find(sb->root, "kept");
    inode->uid = 77;
    fake_drop_caches(sb);
    inode->uid = 78;
    inode_mark_dirty(inode);
    shim_fail_nth(FAIL_PAGE, 1);        /* the page of the table */
    cr_assert(fake_sync(sb) == -ENOMEM);
    shim_fail_reset();
    inode_put(inode);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(strstr(debugfs("stat kept"), "User:    78"), "%s", debugfs("stat kept"));
    cr_assert(image_is_sound(image));
    clean_up();
}

/* Its blocks would go to somebody else while the table still has them here. */
Test(ext2_fail, an_inode_whose_table_cannot_be_read_keeps_its_blocks)
{
    struct inode *inode;
    uint32_t before;

    begin();
    mount_blank();
    inode = find(sb->root, "victim");
    cr_assert(fake_unlink(sb->root, "victim", inode) == 0);
    fake_drop_caches(sb);
    before = fs()->alloc.free_blocks;
    fake_disk.bad_read = fs()->alloc.groups[0].inode_table;
    inode_put(inode);
    fake_disk.bad_read = 0;
    cr_assert(fs()->alloc.free_blocks == before && fs()->nerrors > 0);
    ext2_alloc_check(&fs()->alloc);
    cr_assert(fake_unmount(sb) == 0);
    expect_mended("unreadable table", 0, false);
    clean_up();
}

Test(ext2_fail, a_used_inode_marked_free_is_not_counted_as_a_new_directory)
{
    struct inode *dir, *inode;
    struct ext2_group *group;
    uint32_t dirs;

    begin();
    cr_assert(image_run(NULL, 0, "debugfs -w -R 'freei dir' %s", image));
    cr_assert(fake_mount(0, &sb) == 0);
    dir = find(sb->root, "dir");
    group = &fs()->alloc.groups[ext2_ino_group(&fs()->geo, (uint32_t)dir->ino)];
    group->free_inodes++;               /* debugfs leaves the counts alone */
    dirs = group->used_dirs;
    cr_assert(fake_mkdir(dir, "d", &inode) == -EIO);
    cr_assert(group->used_dirs == dirs && fs()->nerrors > 0);
    inode_put(dir);
    fake_unmount(sb);
    image_run(NULL, 0, "e2fsck -fy %s", image);
    cr_assert(image_is_sound(image));
    clean_up();
}

/* ---- errors= ------------------------------------------------------------------------------- */

/* Look up a file whose inode cannot be read. */
static void meet_an_error(void)
{
    struct inode *inode;

    fake_drop_caches(sb);
    fake_disk.bad_read = fs()->alloc.groups[0].inode_table;
    excuse = -EIO;
    cr_assert(fake_lookup(sb->root, "kept", &inode) == -EIO);
    fake_disk.bad_read = 0;
}

static void mount_with(const char *errors)
{
    begin();
    cr_assert(image_run(NULL, 0, "tune2fs -e %s %s", errors, image));
    cr_assert(fake_mount(0, &sb) == 0);
}

Test(ext2_fail, errors_continue)
{
    mount_with("continue");
    meet_an_error();
    cr_assert(!super_is_read_only(sb));
    make_file(sb->root, "new");
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(state_says("clean with errors"));
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_fail, errors_remount_ro)
{
    struct inode *open, *unlinked;
    char options[40];

    mount_with("remount-ro");
    sb->ops->show_options(sb, options, sizeof(options));
    cr_assert_str_eq(options, ",errors=remount-ro");
    make_file(sb->root, "open");
    make_file(sb->root, "unlinked");
    open = find(sb->root, "open");
    unlinked = find(sb->root, "unlinked");
    cr_assert(fake_unlink(sb->root, "unlinked", unlinked) == 0);
    cr_assert(fake_write(open, kept, NKEPT, 0) == NKEPT);
    meet_an_error();
    cr_assert(super_is_read_only(sb));
    cr_assert(fake_write(open, "x", 1, 0) == -EROFS);
    cr_assert(fake_remount(sb, 0) == -EROFS);
    inode_put(open);
    inode_put(unlinked);
    cr_assert(fake_remount(sb, MS_RDONLY) == 0);
    cr_assert(fake_remount(sb, 0) == -EROFS);
    cr_assert(fake_unmount(sb) == 0);
    cr_assert(state_says("clean with errors"));
    cr_assert(image_get(image, "open", page_of_text, 4096) > 0);
    cr_assert(memcmp(page_of_text, kept, 4096) == 0, "what was taken is written");
    image_run(NULL, 0, "e2fsck -fy %s", image);
    cr_assert(image_is_sound(image));
    clean_up();
}

Test(ext2_fail, errors_panic, .signal = SIGABRT)
{
    mount_with("panic");
    meet_an_error();
}

Test(ext2_fail, errors_as_a_mount_option)
{
    char options[40];

    begin();
    cr_assert(fake_mount(0, &sb) == 0);
    sb->ops->show_options(sb, options, sizeof(options));
    cr_assert_str_eq(options, "");
    cr_assert(sb->ops->remount(sb, 0, "defaults,errors=remount-ro") == 0);
    sb->ops->show_options(sb, options, sizeof(options));
    cr_assert_str_eq(options, ",errors=remount-ro");
    cr_assert(sb->ops->remount(sb, 0, "errors=continue,errors=what") == -EINVAL);
    cr_assert(fs()->on_error == EXT2_ERRORS_RO, "all or none");
    cr_assert(sb->ops->remount(sb, 0, "errors=panic,") == 0);
    cr_assert(fs()->on_error == EXT2_ERRORS_PANIC);
    cr_assert(sb->ops->remount(sb, 0, "error=panic") == -EINVAL);
    cr_assert(fake_unmount(sb) == 0);
    clean_up();
}
