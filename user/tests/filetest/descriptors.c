/* SPDX-License-Identifier: MIT */
/*
 * descriptors.c - descriptors in place of names, and names of descriptors.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include "user/tests/filetest/filetest.h"

/* An empty name is the descriptor's own file, also if that has no name: never the
 * working directory, which even root may search. */
static void empty_name_is_descriptor(void)
{
    char to[16];
    int ends[2], link;

    REQUIRE(pipe(ends) == 0);
    EXPECT_OK(faccessat(AT_FDCWD, "", X_OK, AT_EMPTY_PATH));
    EXPECT_OK(faccessat(ends[0], "", R_OK | W_OK, AT_EMPTY_PATH));
    EXPECT_ERROR(faccessat(ends[0], "", X_OK, AT_EMPTY_PATH), EACCES);
    EXPECT_ERROR(readlinkat(ends[0], "", to, sizeof(to)), ENOENT);
    EXPECT_ERROR(readlinkat(AT_FDCWD, "", to, sizeof(to)), ENOENT);
    close(ends[0]);
    close(ends[1]);
    REQUIRE(symlink("there", "/tmp/filetest.link") == 0);
    link = open("/tmp/filetest.link", O_PATH | O_NOFOLLOW);
    REQUIRE(link >= 0);
    EXPECT_EQ(readlinkat(link, "", to, sizeof(to)), 5);
    close(link);
    EXPECT_OK(unlink("/tmp/filetest.link"));
}

/* NAME should be the file that FD is open to. */
static void expect_same_file(const char *name, int fd)
{
    struct stat a, b;

    EXPECT_OK(stat(name, &a));
    EXPECT_OK(fstat(fd, &b));
    EXPECT_EQ(a.st_ino, b.st_ino);
    EXPECT_EQ(a.st_dev, b.st_dev);
}

/* Programs that only take names can be given descriptors. */
static void descriptors_have_names(void)
{
    static const char *const standard[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
    char name[32];
    int fd;

    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "/tmp/filetest.%d", i);
        write_file(name, name);
        fd = open(name, O_RDONLY);
        unlink(name);
        REQUIRE(fd >= 0 && dup2(fd, i + 10) == i + 10);
        close(fd);
    }
    fd = dup(STDERR_FILENO);
    for (int i = 0; i < 3; i++)
        dup2(i + 10, i);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "/tmp/filetest.%d", i);
        expect_content(standard[i], name);
        expect_same_file(standard[i], i);
    }
    dup2(fd, STDOUT_FILENO);            /* reports again */
    expect_content("/dev/fd/12", "/tmp/filetest.2");
    close(12);
    EXPECT_ERROR(open("/dev/fd/12", O_RDONLY), ENOENT);
}

/* What has no path cannot be given one; what has, only by root. */
static void link_descriptor(void)
{
    int ends[2], fd, gone;

    REQUIRE(chdir("/tmp") == 0 && pipe(ends) == 0);
    write_file("filetest.a", "one");
    write_file("filetest.gone", "two");
    fd = open("filetest.a", O_RDONLY);
    gone = open("filetest.gone", O_RDONLY);
    unlink("filetest.gone");
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EXDEV);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.a", AT_EMPTY_PATH), EEXIST);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", 0), ENOENT);
    EXPECT_ERROR(linkat(ends[0], "x", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOTDIR);
    EXPECT_ERROR(linkat(gone, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    EXPECT_ERROR(linkat(AT_FDCWD, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EPERM);
    EXPECT_ERROR(linkat(99, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EBADF);
    EXPECT_OK(linkat(fd, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH));
    expect_content("filetest.b", "one");
    EXPECT_EQ(stat_of("filetest.a").st_nlink, 2);
    unlink("filetest.b");
    REQUIRE(seteuid(1000) == 0);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    EXPECT_ERROR(linkat(fd, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    REQUIRE(seteuid(0) == 0);
    unlink("filetest.a");
}

/* They have no position, and let it be moved nowhere. */
static void seeking_nowhere(void)
{
    sigset_t none;
    int fds[4];
    char c;

    sigemptyset(&none);
    fds[0] = eventfd(0, 0);
    fds[1] = timerfd_create(CLOCK_MONOTONIC, 0);
    fds[2] = epoll_create1(0);
    fds[3] = signalfd(-1, &none, 0);
    for (size_t i = 0; i < COUNT(fds); i++) {
        EXPECT_EQ(lseek(fds[i], 5, SEEK_SET), 0);
        EXPECT_EQ(lseek(fds[i], -5, SEEK_END), 0);
        EXPECT_ERROR(lseek(fds[i], 0, 77), EINVAL);
        EXPECT_ERROR(pread(fds[i], &c, 1, 0), ESPIPE);
        close(fds[i]);
    }
}

static const struct test tests[] = {
    TEST(seeking_nowhere),
    TEST(empty_name_is_descriptor),
    CHILD_TEST(descriptors_have_names),
    CHILD_TEST(link_descriptor),
};

const struct test_list descriptor_tests = TEST_LIST(tests);
