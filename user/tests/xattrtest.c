/* SPDX-License-Identifier: MIT */
/*
 * xattrtest.c - named values of files: set, read, listed and removed, by whom, on what.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/folders.h"
#include "user/tests/lib/users.h"

static void make_file(const char *path, mode_t mode)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

    REQUIRE(fd >= 0);
    EXPECT_OK(fchmod(fd, mode));
    close(fd);
}

/* The attribute NAME of PATH is this text. */
static bool has_value(const char *path, const char *name, const char *text)
{
    char value[64];
    ssize_t n = lgetxattr(path, name, value, sizeof(value));

    return n == (ssize_t)strlen(text) && !memcmp(value, text, (size_t)n);
}

static int set_text(const char *path, const char *name, const char *text)
{
    return lsetxattr(path, name, text, strlen(text), 0);
}

/* Whether NAME is among the N bytes of names in LIST. */
static bool is_listed(const char *list, ssize_t n, const char *name)
{
    for (const char *p = list; p < list + n; p += strlen(p) + 1)
        if (!strcmp(p, name))
            return true;
    return false;
}

/* Values */

static void check_one_value(void)
{
    const char *path = in_folder("xattrtest.f");
    char buf[8];

    make_file(path, 0600);
    EXPECT_EQ(listxattr(path, NULL, 0), 0);
    EXPECT_ERROR(getxattr(path, "user.colour", buf, sizeof(buf)), ENODATA);
    EXPECT_ERROR(removexattr(path, "user.colour"), ENODATA);
    EXPECT_ERROR(setxattr(path, "user.colour", "red", 3, XATTR_REPLACE), ENODATA);
    EXPECT_OK(setxattr(path, "user.colour", "red", 3, XATTR_CREATE));
    EXPECT(has_value(path, "user.colour", "red"));
    EXPECT_ERROR(setxattr(path, "user.colour", "blue", 4, XATTR_CREATE), EEXIST);
    EXPECT_ERROR(setxattr(path, "user.colour", "blue", 4, XATTR_CREATE | XATTR_REPLACE), EEXIST);
    EXPECT_ERROR(setxattr(path, "user.other", "blue", 4, XATTR_CREATE | XATTR_REPLACE), ENODATA);
    EXPECT_OK(setxattr(path, "user.colour", "yellow", 6, XATTR_REPLACE));
    EXPECT(has_value(path, "user.colour", "yellow"));
    EXPECT_OK(set_text(path, "user.colour", "tan"));
    EXPECT(has_value(path, "user.colour", "tan"));
    EXPECT_OK(removexattr(path, "user.colour"));
    EXPECT_ERROR(getxattr(path, "user.colour", buf, sizeof(buf)), ENODATA);
    EXPECT_EQ(listxattr(path, NULL, 0), 0);
    EXPECT_OK(unlink(path));
}
FILE_TEST(one_value)

/* Size 0 asks how large it is. */
static void check_sizes(void)
{
    const char *path = in_folder("xattrtest.f");
    char buf[100] = "untouched";

    make_file(path, 0600);
    EXPECT_OK(set_text(path, "user.a", "value"));
    EXPECT_OK(set_text(path, "user.empty", ""));
    EXPECT_EQ(getxattr(path, "user.a", NULL, 0), 5);
    EXPECT_EQ(getxattr(path, "user.a", buf, 0), 5);
    EXPECT_ERROR(getxattr(path, "user.a", buf, 4), ERANGE);
    EXPECT(!strcmp(buf, "untouched"));
    EXPECT_EQ(getxattr(path, "user.a", buf, 5), 5);
    EXPECT_EQ(getxattr(path, "user.a", buf, 1UL << 40), 5);
    EXPECT_EQ(getxattr(path, "user.empty", NULL, 0), 0);
    EXPECT_EQ(getxattr(path, "user.empty", buf, sizeof(buf)), 0);
    EXPECT_EQ(listxattr(path, NULL, 0), 18);
    EXPECT_ERROR(listxattr(path, buf, 17), ERANGE);
    EXPECT_EQ(listxattr(path, buf, 18), 18);
    EXPECT(is_listed(buf, 18, "user.a") && is_listed(buf, 18, "user.empty"));
    EXPECT_ERROR(getxattr(path, "user.a", (void *)8, 100), EFAULT);
    EXPECT_ERROR(listxattr(path, (void *)8, 100), EFAULT);
    EXPECT_ERROR(setxattr(path, "user.a", (void *)8, 5, 0), EFAULT);
    EXPECT_ERROR(setxattr(path, "user.a", buf, XATTR_SIZE_MAX + 1, 0), E2BIG);
    EXPECT_ERROR(setxattr(path, "user.a", buf, 1, 4), EINVAL);
    EXPECT(has_value(path, "user.a", "value"));
    EXPECT_OK(unlink(path));
}
FILE_TEST(sizes)

static void check_names(void)
{
    const char *path = in_folder("xattrtest.f");
    char name[XATTR_NAME_MAX + 2], c;

    make_file(path, 0600);
    memset(name, 'n', sizeof(name));
    memcpy(name, "user.", 5);
    name[XATTR_NAME_MAX + 1] = '\0';
    EXPECT_ERROR(set_text(path, name, "x"), ERANGE);
    EXPECT_ERROR(getxattr(path, name, &c, 1), ERANGE);
    EXPECT_ERROR(removexattr(path, name), ERANGE);
    name[XATTR_NAME_MAX] = '\0';
    EXPECT_OK(set_text(path, name, "x"));
    EXPECT_EQ(getxattr(path, name, &c, 1), 1);
    EXPECT_EQ(listxattr(path, NULL, 0), XATTR_NAME_MAX + 1);
    EXPECT_ERROR(set_text(path, "", "x"), ERANGE);
    EXPECT_ERROR(getxattr(path, "", &c, 1), ERANGE);
    EXPECT_ERROR(set_text(path, NULL, "x"), EFAULT);
    EXPECT_ERROR(set_text(path, "user.", "x"), EINVAL);
    EXPECT_ERROR(getxattr(path, "trusted.", &c, 1), EINVAL);
    EXPECT_ERROR(removexattr(path, "security."), EINVAL);
    EXPECT_ERROR(set_text(path, "user", "x"), EOPNOTSUPP);
    EXPECT_ERROR(getxattr(path, "users.x", &c, 1), EOPNOTSUPP);
    EXPECT_ERROR(set_text(path, "system.x", "x"), EOPNOTSUPP);
    EXPECT_ERROR(removexattr(path, "system.x"), EOPNOTSUPP);
    EXPECT_OK(set_text(path, "user. \377\001", "bytes"));
    EXPECT(has_value(path, "user. \377\001", "bytes"));
    EXPECT_OK(unlink(path));
}
FILE_TEST(names)

/* They come and go in any order, and others stay. */
static void check_many(void)
{
    const char *path = in_folder("xattrtest.f");
    char name[32], value[32], list[2000];
    ssize_t n;

    make_file(path, 0600);
    for (unsigned turn = 0; turn < 3; turn++)
        for (unsigned i = 0; i < 40; i++) {
            unsigned which = i * 17 % 40;

            snprintf(name, sizeof(name), "user.test%u", which);
            snprintf(value, sizeof(value), "%u of %0*u", which, (int)(which % 7 * turn + 1), turn);
            EXPECT_OK(set_text(path, name, value));
        }
    for (unsigned i = 0; i < 40; i += 3) {
        snprintf(name, sizeof(name), "user.test%u", i);
        EXPECT_OK(removexattr(path, name));
    }
    n = listxattr(path, list, sizeof(list));
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "user.test%u", i);
        snprintf(value, sizeof(value), "%u of %0*u", i, (int)(i % 7 * 2 + 1), 2u);
        EXPECT_EQ(has_value(path, name, value), i % 3 != 0);
        EXPECT_EQ(is_listed(list, n, name), i % 3 != 0);
    }
    EXPECT_OK(unlink(path));
}
FILE_TEST(many)

static void large_in_memory(void)
{
    char *value = map_touched(XATTR_SIZE_MAX / PAGE), *copy = map_touched(XATTR_SIZE_MAX / PAGE);
    char name[XATTR_NAME_MAX + 1];

    make_file("large", 0600);
    for (size_t i = 0; i < XATTR_SIZE_MAX; i++)
        value[i] = (char)(i * 7 + i / 251);
    EXPECT_OK(setxattr("large", "user.large", value, XATTR_SIZE_MAX, 0));
    EXPECT_ERROR(getxattr("large", "user.large", copy, XATTR_SIZE_MAX - 1), ERANGE);
    EXPECT_EQ(getxattr("large", "user.large", copy, XATTR_SIZE_MAX), XATTR_SIZE_MAX);
    EXPECT(!memcmp(value, copy, XATTR_SIZE_MAX));
    /* More names than any buffer may take. */
    memset(name, 'n', sizeof(name));
    name[XATTR_NAME_MAX] = '\0';
    for (unsigned i = 0; i < XATTR_LIST_MAX / sizeof(name) + 1; i++) {
        snprintf(name, 9, "user.%03u", i);
        name[8] = 'n';
        EXPECT_OK(set_text("large", name, ""));
    }
    EXPECT_ERROR(listxattr("large", copy, 1 << 20), E2BIG);
    EXPECT_ERROR(listxattr("large", copy, 1000), ERANGE);
    EXPECT(listxattr("large", NULL, 0) > XATTR_LIST_MAX);
    EXPECT_OK(unlink("large"));
    unmap(value, XATTR_SIZE_MAX / PAGE);
    unmap(copy, XATTR_SIZE_MAX / PAGE);
}

static long blocks_of(const char *path)
{
    struct stat st;

    REQUIRE(stat(path, &st) == 0);
    return st.st_blocks;
}

/* On the disk a file has one block for them, beside the little room in its inode. */
static void large_on_disk(void)
{
    static const char *const path = "/tests/xattrtest.f";
    static char value[5000], copy[5000];

    make_file(path, 0600);
    memset(value, 'v', sizeof(value));
    EXPECT_ERROR(setxattr(path, "user.large", value, sizeof(value), 0), ENOSPC);
    EXPECT_OK(set_text(path, "user.small", "small"));
    EXPECT_EQ(blocks_of(path), 0);
    EXPECT_OK(setxattr(path, "user.large", value, 3900, 0));
    EXPECT_EQ(blocks_of(path), PAGE / 512);
    EXPECT_ERROR(setxattr(path, "user.other", value, 200, 0), ENOSPC);
    EXPECT_ERROR(setxattr(path, "user.large", value, sizeof(value), 0), ENOSPC);
    EXPECT_EQ(getxattr(path, "user.large", copy, sizeof(copy)), 3900);
    EXPECT(!memcmp(value, copy, 3900));
    EXPECT(has_value(path, "user.small", "small"));
    EXPECT_OK(removexattr(path, "user.large"));
    EXPECT_EQ(blocks_of(path), 0);
    EXPECT_OK(unlink(path));
}

/* Whose they are */

static void look_as_ann(void *arg)
{
    const char *path = arg;
    char list[100], c[8];
    ssize_t n;

    become_user(ANN, ANN);
    EXPECT(has_value(path, "user.u", "all"));
    EXPECT_OK(set_text(path, "user.u", "hers"));
    EXPECT(has_value(path, "security.s", "free"));
    EXPECT_ERROR(set_text(path, "security.s", "hers"), EPERM);
    EXPECT_ERROR(removexattr(path, "security.s"), EPERM);
    EXPECT_ERROR(getxattr(path, "trusted.t", c, sizeof(c)), ENODATA);
    EXPECT_ERROR(set_text(path, "trusted.t", "hers"), EPERM);
    EXPECT_ERROR(removexattr(path, "trusted.t"), EPERM);
    n = listxattr(path, list, sizeof(list));
    EXPECT(is_listed(list, n, "user.u") && is_listed(list, n, "security.s"));
    EXPECT(!is_listed(list, n, "trusted.t"));
    EXPECT_EQ(listxattr(path, NULL, 0), n);
}

static void check_spaces(void)
{
    const char *path = in_folder("xattrtest.f");
    char list[100];
    ssize_t n;

    make_file(path, 0666);
    EXPECT_OK(set_text(path, "user.u", "all"));
    EXPECT_OK(set_text(path, "trusted.t", "root"));
    EXPECT_OK(set_text(path, "security.s", "free"));
    n = listxattr(path, list, sizeof(list));
    EXPECT(is_listed(list, n, "trusted.t"));
    EXPECT_EQ(run_child(look_as_ann, (void *)path), 0);
    EXPECT(has_value(path, "trusted.t", "root") && has_value(path, "user.u", "hers"));
    EXPECT_OK(unlink(path));
}
FILE_TEST(spaces)

struct rights {
    const char *path;
    int get, set, set_unknown;          /* errors, 0: none */
};

static void try_as_ann(void *arg)
{
    const struct rights *r = arg;
    char c[8];

    become_user(ANN, ANN);
    errno = 0;
    getxattr(r->path, "user.u", c, sizeof(c));
    EXPECT_EQ(errno, r->get);
    errno = 0;
    set_text(r->path, "user.u", "new");
    EXPECT_EQ(errno, r->set);
    errno = 0;
    removexattr(r->path, "user.u");
    EXPECT_EQ(errno, r->set);
    EXPECT_ERROR(set_text(r->path, "unknown.u", "new"), r->set_unknown);
}

static void try_mode(const char *path, mode_t mode, uid_t owner, int get, int set, int set_unknown)
{
    struct rights r = { path, get, set, set_unknown };

    EXPECT_OK(chmod(path, mode));
    EXPECT_OK(chown(path, owner, 0));
    EXPECT_OK(set_text(path, "user.u", "old"));
    EXPECT_EQ(run_child(try_as_ann, &r), 0);
}

static void check_rights_by_mode(void)
{
    const char *path = in_folder("xattrtest.f");

    make_file(path, 0600);
    try_mode(path, 0600, 0, EACCES, EACCES, EACCES);
    try_mode(path, 0644, 0, 0, EACCES, EACCES);
    try_mode(path, 0622, 0, EACCES, 0, EOPNOTSUPP);
    try_mode(path, 0600, ANN, 0, 0, EOPNOTSUPP);
    try_mode(path, 0400, ANN, 0, EACCES, EACCES);
    EXPECT_OK(unlink(path));
}
FILE_TEST(rights_by_mode)

/* Who may put files into a sticky directory may not mark the directory itself. */
static void check_directories(void)
{
    const char *path = in_folder("xattrtest.d");

    REQUIRE(mkdir(path, 0700) == 0);
    try_mode(path, 0777, 0, 0, 0, EOPNOTSUPP);
    try_mode(path, 01777, 0, 0, EPERM, EOPNOTSUPP);
    try_mode(path, 01777, ANN, 0, 0, EOPNOTSUPP);
    EXPECT_OK(rmdir(path));
}
FILE_TEST(directories)

/* On what */

static void check_links_and_fifos(void)
{
    const char *link;
    char c[8], file[100];

    strlcpy(file, in_folder("xattrtest.f"), sizeof(file));
    link = in_folder("xattrtest.l");
    make_file(file, 0600);
    REQUIRE(symlink("xattrtest.f", link) == 0);
    EXPECT_OK(setxattr(link, "user.u", "file", 4, 0));
    EXPECT(has_value(file, "user.u", "file"));
    EXPECT_EQ(getxattr(link, "user.u", c, 8), 4);
    EXPECT_ERROR(lgetxattr(link, "user.u", c, 8), ENODATA);
    EXPECT_ERROR(lsetxattr(link, "user.u", "link", 4, 0), EPERM);
    EXPECT_ERROR(lremovexattr(link, "user.u"), EPERM);
    EXPECT_OK(lsetxattr(link, "trusted.t", "link", 4, 0));
    EXPECT_EQ(llistxattr(link, NULL, 0), 10);
    EXPECT_EQ(listxattr(link, NULL, 0), 7);
    EXPECT(has_value(link, "trusted.t", "link"));
    EXPECT_EQ(readlink(link, c, sizeof(c)), sizeof(c));
    EXPECT_OK(lremovexattr(link, "trusted.t"));
    EXPECT_OK(removexattr(link, "user.u"));
    EXPECT_EQ(listxattr(file, NULL, 0), 0);
    EXPECT_OK(unlink(link));
    EXPECT_OK(unlink(file));

    REQUIRE(mkfifo(link, 0666) == 0);
    EXPECT_ERROR(set_text(link, "user.u", "x"), EPERM);
    EXPECT_ERROR(getxattr(link, "user.u", c, 8), ENODATA);
    EXPECT_OK(set_text(link, "trusted.t", "x"));
    EXPECT(has_value(link, "trusted.t", "x"));
    EXPECT_OK(unlink(link));
}
FILE_TEST(links_and_fifos)

static void check_descriptors(void)
{
    const char *path = in_folder("xattrtest.f");
    int fd = open(path, O_RDONLY | O_CREAT | O_EXCL, 0600), only_path = open(path, O_PATH), p[2];
    char c[8];

    REQUIRE(fd >= 0 && only_path >= 0 && pipe(p) == 0);
    EXPECT_OK(fsetxattr(fd, "user.u", "open", 4, 0));
    EXPECT(has_value(path, "user.u", "open"));
    EXPECT_ERROR(fgetxattr(only_path, "user.u", c, 8), EBADF);
    EXPECT_ERROR(fsetxattr(only_path, "user.u", c, 8, 0), EBADF);
    EXPECT_ERROR(flistxattr(only_path, c, 8), EBADF);
    EXPECT_ERROR(fremovexattr(only_path, "user.u"), EBADF);
    EXPECT_ERROR(fgetxattr(-1, "user.u", c, 8), EBADF);
    EXPECT_OK(unlink(path));
    EXPECT_EQ(fgetxattr(fd, "user.u", c, 8), 4);
    EXPECT_OK(fsetxattr(fd, "user.v", "gone", 4, XATTR_CREATE));
    EXPECT_EQ(flistxattr(fd, NULL, 0), 14);
    EXPECT_OK(fremovexattr(fd, "user.u"));

    EXPECT_ERROR(fsetxattr(p[0], "user.u", "x", 1, 0), EPERM);
    EXPECT_ERROR(fgetxattr(p[0], "user.u", c, 8), ENODATA);
    EXPECT_ERROR(fsetxattr(p[0], "trusted.t", "x", 1, 0), EOPNOTSUPP);
    EXPECT_EQ(flistxattr(p[0], c, 8), 0);
    close(p[0]);
    close(p[1]);
    close(only_path);
    close(fd);
}
FILE_TEST(descriptors)

static void where_there_are_none(void)
{
    static const char *const paths[] = { "/proc", "/proc/self/status", "/dev/pts" };
    char c[8];

    for (size_t i = 0; i < COUNT(paths); i++) {
        EXPECT_ERROR(getxattr(paths[i], "user.u", c, 8), EOPNOTSUPP);
        EXPECT_ERROR(getxattr(paths[i], "trusted.t", c, 8), EOPNOTSUPP);
        EXPECT_ERROR(setxattr(paths[i], "security.s", c, 8, 0), EOPNOTSUPP);
        EXPECT_EQ(listxattr(paths[i], c, 8), 0);
    }
    EXPECT_ERROR(getxattr("/no-such-file", "user.u", c, 8), ENOENT);
    EXPECT_ERROR(getxattr("", "user.u", c, 8), ENOENT);
    EXPECT_ERROR(listxattr((void *)8, c, 8), EFAULT);
}

/* Of two errors, that of what is to be set or removed is told rather than that of the file. */
static void two_errors(void)
{
    static char value[XATTR_SIZE_MAX + 1];

    EXPECT_ERROR(setxattr("/no-such-file", "user.u", value, sizeof(value), 0), E2BIG);
    EXPECT_ERROR(setxattr("/no-such-file", "user.u", value, sizeof(value), 4), EINVAL);
    EXPECT_ERROR(setxattr("/no-such-file", "user.u", (void *)8, 1, 0), EFAULT);
    EXPECT_ERROR(setxattr("/no-such-file", "", value, sizeof(value), 0), ERANGE);
    EXPECT_ERROR(removexattr("/no-such-file", ""), ERANGE);
    EXPECT_ERROR(getxattr("/no-such-file", "", NULL, 0), ENOENT);
    EXPECT_ERROR(fsetxattr(-1, "", value, sizeof(value), 4), EBADF);
    EXPECT_ERROR(fremovexattr(-1, ""), EBADF);
    EXPECT_ERROR(fgetxattr(-1, "", NULL, 0), EBADF);
}

static bool has_ctime_of(const struct stat *a, const struct stat *b)
{
    return !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

/* A value belongs to the file, whatever its names are; a new file has none. */
static void check_names_of_the_file(void)
{
    char path[100], other[100];
    struct stat before, after;

    strlcpy(path, in_folder("xattrtest.f"), sizeof(path));
    strlcpy(other, in_folder("xattrtest.o"), sizeof(other));
    make_file(path, 0600);
    REQUIRE(stat(path, &before) == 0);
    after = before;
    /* Linux's clock for files is a coarse one, and may stand still on a busy host. */
    for (unsigned i = 0; i < 100 && has_ctime_of(&after, &before); i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        EXPECT_OK(set_text(path, "user.u", "stays"));
        REQUIRE(stat(path, &after) == 0);
    }
    EXPECT(!has_ctime_of(&after, &before));
    EXPECT(!memcmp(&before.st_mtim, &after.st_mtim, sizeof(struct timespec)));
    EXPECT_OK(link(path, other));
    EXPECT(has_value(other, "user.u", "stays"));
    EXPECT_OK(unlink(path));
    EXPECT_OK(rename(other, path));
    EXPECT(has_value(path, "user.u", "stays"));
    EXPECT_OK(truncate(path, 10000));
    EXPECT_OK(chmod(path, 0644));
    EXPECT(has_value(path, "user.u", "stays"));
    EXPECT_OK(unlink(path));
    make_file(path, 0600);
    EXPECT_EQ(listxattr(path, NULL, 0), 0);
    EXPECT_OK(unlink(path));
}
FILE_TEST(names_of_the_file)

/* Linux wants to understand what a program file may do; here it means nothing. */
static void check_capabilities(void)
{
    const char *path = in_folder("xattrtest.f");
    unsigned char value[24] = { 1, 0, 0, 2, 0, 4 };

    make_file(path, 0700);
    EXPECT_ERROR(set_text(path, "security.capability", "x"), EINVAL);
    EXPECT_ERROR(setxattr(path, "security.capability", value, 24, 0), EINVAL);
    EXPECT_OK(setxattr(path, "security.capability", value, 20, 0));
    EXPECT_EQ(getxattr(path, "security.capability", value, 24), 20);
    EXPECT_EQ(value[5], 4);
    EXPECT_OK(unlink(path));
}
FILE_TEST(capabilities)

/* Limits */

/* Attributes take of the same space as inodes, 1 KiB for each. */
static void space_of_tmpfs(void)
{
    static char value[3000];

    REQUIRE(mkdir("limited", 0700) == 0);
    REQUIRE(mount("none", "limited", "tmpfs", 0, "nr_inodes=4") == 0);
    make_file("limited/a", 0600);
    EXPECT_ERROR(setxattr("limited/a", "user.a", value, 3000, 0), ENOSPC);
    EXPECT_OK(setxattr("limited/a", "user.a", value, 1500, 0));
    EXPECT_ERROR(setxattr("limited/a", "user.a", value, 900, 0), ENOSPC);   /* both must fit */
    EXPECT_OK(setxattr("limited/a", "user.b", value, 100, 0));
    EXPECT_ERROR(mkdir("limited/b", 0700), ENOSPC);
    EXPECT_OK(removexattr("limited/a", "user.a"));
    EXPECT_OK(mkdir("limited/b", 0700));
    EXPECT_ERROR(mkdir("limited/c", 0700), ENOSPC);
    EXPECT_OK(umount("limited"));
    EXPECT_OK(rmdir("limited"));
}

static void read_only(void)
{
    char c;

    REQUIRE(mkdir("read-only", 0700) == 0);
    REQUIRE(mount("none", "read-only", "tmpfs", 0, NULL) == 0);
    EXPECT_OK(set_text("read-only", "user.u", "x"));
    EXPECT_OK(mount("none", "read-only", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    EXPECT_ERROR(set_text("read-only", "user.u", "y"), EROFS);
    EXPECT_ERROR(set_text("read-only", "trusted.t", "y"), EROFS);
    EXPECT_ERROR(set_text("read-only", "security.s", "y"), EROFS);
    EXPECT_ERROR(set_text("read-only", "unknown", "y"), EROFS);
    EXPECT_ERROR(removexattr("read-only", "user.u"), EROFS);
    EXPECT_EQ(getxattr("read-only", "user.u", &c, 1), 1);
    EXPECT_OK(umount("read-only"));
    EXPECT_OK(rmdir("read-only"));
}

static const struct test tests[] = {
    TEST(one_value), TEST(sizes), TEST(names), TEST(many), TEST(large_in_memory),
    TEST(large_on_disk), TEST(spaces), TEST(rights_by_mode), TEST(directories),
    TEST(links_and_fifos), TEST(descriptors), TEST(where_there_are_none), TEST(two_errors),
    TEST(names_of_the_file), TEST(capabilities), TEST(space_of_tmpfs), TEST(read_only),
};

TEST_MAIN(tests)
