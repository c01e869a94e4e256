/* SPDX-License-Identifier: MIT */
/*
 * attributes.c - times, modes and who may do what, and the space that a file takes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <time.h>
#include "user/tests/filetest/filetest.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void let_time_pass(void)
{
    nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
}

static void times(void)
{
    struct timespec set[2] = { { 1000000000, 123456789 }, { 2000000000, 987654321 } };
    struct stat before, after, dir = stat_of(".");
    int fd;

    let_time_pass();
    write_file("f", "x");
    before = stat_of("f");
    EXPECT_RANGE(before.st_mtime, time(NULL) - 5, time(NULL) + 1);
    EXPECT(is_later(stat_of(".").st_mtim, dir.st_mtim));
    let_time_pass();
    fd = open("f", O_RDWR);
    EXPECT_EQ(pwrite(fd, "y", 1, 0), 1);
    after = stat_of("f");
    EXPECT(is_later(after.st_mtim, before.st_mtim));
    EXPECT(is_later(after.st_ctim, before.st_ctim));
    let_time_pass();
    EXPECT_OK(chmod("f", 0600));
    EXPECT(is_later(stat_of("f").st_ctim, after.st_ctim));
    EXPECT(!is_later(stat_of("f").st_mtim, after.st_mtim));
    EXPECT_OK(futimens(fd, set));
    close(fd);
    sync();
    if (has_debug_call())
        debug_call(DEBUG_QUIESCE, 0, 0);
    after = stat_of("f");
    EXPECT_EQ(after.st_atime, 1000000000);
    EXPECT_EQ(after.st_mtime, 2000000000);
    EXPECT_EQ(after.st_mtim.tv_nsec, 987654321);
    unlink("f");
}

static void modes(void)
{
    mode_t mask = umask(027);

    EXPECT_OK(close(open("f", O_WRONLY | O_CREAT, 0666)));
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 0640);
    EXPECT_OK(mkdir("d", 0777));
    EXPECT_EQ(stat_of("d").st_mode, S_IFDIR | 0750);
    umask(mask);
    EXPECT_OK(chmod("f", 06751));
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 06751);
    EXPECT_OK(chown("f", 1000, 2000));
    EXPECT_EQ(stat_of("f").st_uid, 1000);
    EXPECT_EQ(stat_of("f").st_gid, 2000);
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 0751);
    EXPECT_OK(mkfifo("p", 0644));
    EXPECT_EQ(stat_of("p").st_mode & S_IFMT, S_IFIFO);
    unlink("f");
    unlink("p");
    rmdir("d");
}

static void without_rights(void *arg)
{
    (void)arg;
    REQUIRE(setgid(1000) == 0 && setuid(1000) == 0);
    EXPECT_ERROR(open("secret", O_RDONLY), EACCES);
    EXPECT_ERROR(open("readable", O_WRONLY), EACCES);
    EXPECT_OK(close(open("readable", O_RDONLY)));
    EXPECT_ERROR(access("readable", W_OK), EACCES);
    EXPECT_ERROR(open("new", O_WRONLY | O_CREAT, 0644), EACCES);
    EXPECT_ERROR(unlink("readable"), EACCES);
    EXPECT_ERROR(rename("readable", "x"), EACCES);
    EXPECT_ERROR(access("closed/f", F_OK), EACCES);
    EXPECT_ERROR(opendir("closed") ? 0 : -1, EACCES);
    EXPECT_ERROR(chmod("readable", 0777), EPERM);
    EXPECT_ERROR(chown("readable", 1000, 1000), EPERM);
    EXPECT_ERROR(truncate("readable", 0), EACCES);
    EXPECT_ERROR(truncate("closed", 0), EISDIR);
    EXPECT_ERROR(truncate("/dev/null", 0), EINVAL);
    EXPECT_ERROR(utimensat(AT_FDCWD, "readable", NULL, 0), EACCES);
    EXPECT_ERROR(unlink("sticky/theirs"), EPERM);
    EXPECT_ERROR(rename("sticky/theirs", "sticky/x"), EPERM);
    EXPECT_OK(close(open("sticky/mine", O_WRONLY | O_CREAT, 0644)));
    EXPECT_OK(unlink("sticky/mine"));
    EXPECT_OK(close(open("group", O_RDWR)));
}

static void permissions(void)
{
    write_file("secret", "s");
    write_file("readable", "r");
    write_file("group", "g");
    EXPECT_OK(chown("group", 0, 1000));
    EXPECT_OK(chmod("group", 0060));
    EXPECT_OK(chmod("secret", 0600));
    EXPECT_OK(mkdir("closed", 0700));
    write_file("closed/f", "");
    EXPECT_OK(mkdir("sticky", 0755));
    EXPECT_OK(chmod("sticky", 01777));
    write_file("sticky/theirs", "");
    EXPECT_EQ(run_child(without_rights, NULL), 0);
    unlink("secret");
    unlink("readable");
    unlink("group");
    unlink("closed/f");
    unlink("sticky/theirs");
    rmdir("closed");
    rmdir("sticky");
}

/* fchmodat2: a link has no mode of its own, and a descriptor needs no name. */
static void modes_with_flags(void)
{
    int fd, link;

    write_file("f", "");
    EXPECT_OK(symlink("f", "link"));
    EXPECT_OK(fchmodat(AT_FDCWD, "f", 0640, AT_SYMLINK_NOFOLLOW));
    EXPECT_EQ(stat_of("f").st_mode & 07777, 0640);
    EXPECT_ERROR(fchmodat(AT_FDCWD, "link", 0600, AT_SYMLINK_NOFOLLOW), EOPNOTSUPP);
    EXPECT_EQ(stat_of("link").st_mode & 07777, 0777);
    fd = open("f", O_PATH);
    link = open("link", O_PATH | O_NOFOLLOW);
    EXPECT_OK(fchmodat(fd, "", 0604, AT_EMPTY_PATH));
    EXPECT_EQ(stat_of("f").st_mode & 07777, 0604);
    EXPECT_ERROR(fchmodat(link, "", 0604, AT_EMPTY_PATH), EOPNOTSUPP);
    EXPECT_ERROR(fchmodat(fd, "", 0600, AT_SYMLINK_NOFOLLOW), ENOENT);
    EXPECT_ERROR(fchmodat(AT_FDCWD, "f", 0600, AT_EACCESS), EINVAL);
    EXPECT_ERROR(fchmodat(-1, "f", 0600, AT_SYMLINK_NOFOLLOW), EBADF);
    close(link);
    close(fd);
    unlink("link");
    unlink("f");
}

static void space(void)
{
    static char block[64 * KB];
    struct statfs before, during, after;
    int fd;

    sync();
    EXPECT_OK(statfs(".", &before));
    EXPECT(before.f_bfree <= before.f_blocks);
    EXPECT(before.f_bavail <= before.f_bfree);
    EXPECT_EQ(before.f_namelen, NAME_MAX);
    fd = open("f", O_RDWR | O_CREAT, 0644);
    memset(block, 's', sizeof(block));
    for (int i = 0; i < 16; i++)
        EXPECT_EQ(write(fd, block, sizeof(block)), sizeof(block));
    EXPECT_OK(fsync(fd));
    EXPECT_OK(fstatfs(fd, &during));
    EXPECT_RANGE((long)(before.f_bfree - during.f_bfree) * before.f_bsize, MB, MB + 64 * (long)KB);
    EXPECT_EQ(before.f_ffree - during.f_ffree, 1);
    close(fd);
    unlink("f");
    sync();
    EXPECT_OK(statfs(".", &after));
    EXPECT_EQ(after.f_bfree, before.f_bfree);
    EXPECT_EQ(after.f_ffree, before.f_ffree);
}

#define RULES(X)                                                               \
    X(times) X(modes) X(permissions) X(modes_with_flags) X(space)

RULES(ON_BOTH)

static const struct test tests[] = { RULES(BOTH) };

const struct test_list attribute_tests = TEST_LIST(tests);
