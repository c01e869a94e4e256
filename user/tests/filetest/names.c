/* SPDX-License-Identifier: MIT */
/*
 * names.c - the names that a file has: long ones, links of both kinds, and other ones.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include "user/tests/filetest/filetest.h"

static void long_names(void)
{
    char name[NAME_MAX + 2], path[PATH_MAX + 100];

    memset(name, 'n', sizeof(name));
    name[NAME_MAX] = '\0';
    write_file(name, "long");
    expect_content(name, "long");
    EXPECT_OK(unlink(name));
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = '\0';
    EXPECT_ERROR(open(name, O_RDONLY | O_CREAT, 0644), ENAMETOOLONG);
    EXPECT_ERROR(mkdir(name, 0755), ENAMETOOLONG);
    EXPECT_ERROR(unlink(name), ENAMETOOLONG);
    write_file("file", "no directory");
    snprintf(path, sizeof(path), "file/%s", name);
    EXPECT_ERROR(access(path, F_OK), ENOTDIR);
    EXPECT_OK(unlink("file"));
    memset(path, '/', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    EXPECT_ERROR(access(path, F_OK), ENAMETOOLONG);
    memset(path, 0, sizeof(path));
    for (size_t i = 0; i < 2000; i++)
        memcpy(path + 2 * i, "./", 2);
    EXPECT_OK(access(path, F_OK));
}

static void symbolic_links(void)
{
    char buf[PATH_MAX];
    char target[1200];

    EXPECT_OK(symlink("b", "a"));
    EXPECT_OK(symlink("a", "b"));
    EXPECT_ERROR(open("a", O_RDONLY), ELOOP);
    EXPECT_ERROR(access("a/x", F_OK), ELOOP);
    EXPECT_OK(unlink("a"));
    EXPECT_ERROR(open("b", O_RDONLY), ENOENT);
    EXPECT_ERROR(open("b", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    write_file("b", "through a dangling link");
    expect_content("a", "through a dangling link");
    EXPECT_ERROR(open("b", O_RDONLY | O_NOFOLLOW), ELOOP);
    EXPECT_ERROR(open("b", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
    EXPECT_EQ(readlink("b", buf, sizeof(buf)), 1);
    EXPECT_EQ(readlink("b", buf, 0), -1);
    EXPECT_ERROR(readlink("a", buf, sizeof(buf)), EINVAL);
    EXPECT_ERROR(symlink("x", "b"), EEXIST);
    EXPECT_ERROR(symlink("", "c"), ENOENT);
    memset(target, '/', sizeof(target));
    memcpy(target + sizeof(target) - 5, "/tmp", 5);
    EXPECT_OK(symlink(target, "c"));
    EXPECT_EQ(readlink("c", buf, sizeof(buf)), sizeof(target) - 1);
    EXPECT_OK(access("c/.", F_OK));
    EXPECT_EQ(stat_of("c").st_size, sizeof(target) - 1);
    unlink("a");
    unlink("b");
    unlink("c");
}

/* 40 links one behind the other are followed, 41 are not. */
static void long_chain_of_links(void)
{
    char from[8], to[8];

    write_file("l0", "end");
    for (int i = 1; i <= 41; i++) {
        snprintf(from, sizeof(from), "l%d", i);
        snprintf(to, sizeof(to), "l%d", i - 1);
        EXPECT_OK(symlink(to, from));
    }
    EXPECT_OK(access("l40", F_OK));
    EXPECT_ERROR(access("l41", F_OK), ELOOP);
    for (int i = 0; i <= 41; i++) {
        snprintf(from, sizeof(from), "l%d", i);
        EXPECT_OK(unlink(from));
    }
}

static void hard_links(void)
{
    write_file("a", "1");
    EXPECT_OK(link("a", "b"));
    EXPECT_EQ(stat_of("a").st_nlink, 2);
    EXPECT_EQ(stat_of("a").st_ino, stat_of("b").st_ino);
    write_file("b", "two");
    expect_content("a", "two");
    EXPECT_ERROR(link("a", "b"), EEXIST);
    EXPECT_ERROR(link("none", "c"), ENOENT);
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_ERROR(link("d", "e"), EPERM);
    EXPECT_ERROR(link("a", "/dev/x"), EXDEV);
    EXPECT_OK(unlink("a"));
    EXPECT_EQ(stat_of("b").st_nlink, 1);
    unlink("b");
    rmdir("d");
}

static void renaming(void)
{
    ino_t inode;

    write_file("a", "a");
    write_file("b", "b");
    inode = stat_of("a").st_ino;
    EXPECT_OK(rename("a", "b"));
    EXPECT_ERROR(access("a", F_OK), ENOENT);
    EXPECT_EQ(stat_of("b").st_ino, inode);
    expect_content("b", "a");
    EXPECT_ERROR(rename("none", "b"), ENOENT);
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_OK(mkdir("d/e", 0755));
    EXPECT_ERROR(rename("b", "d"), EISDIR);
    EXPECT_ERROR(rename("d", "b"), ENOTDIR);
    EXPECT_ERROR(rename("d", "d/e/f"), EINVAL);
    EXPECT_ERROR(rename("b", "/dev/b"), EXDEV);
    EXPECT_OK(mkdir("x", 0755));
    EXPECT_ERROR(rename("x", "d"), ENOTEMPTY);
    EXPECT_OK(rename("d", "x"));
    EXPECT_OK(rename("x/e", "e"));
    EXPECT_EQ(stat_of("x").st_nlink, 2);
    EXPECT_EQ(stat_of("e/..").st_ino, stat_of(".").st_ino);
    EXPECT_OK(rename("b", "b"));
    EXPECT_OK(rename("b", "e/b"));
    expect_content("e/b", "a");
    EXPECT_OK(unlink("e/b"));
    EXPECT_OK(rmdir("e"));
    EXPECT_OK(rmdir("x"));
}

/* The name of FD ends with END, however its folder is called. */
static void expect_name(int fd, const char *end)
{
    char link[32], name[PATH_MAX] = "";
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, name, sizeof(name) - 1);
    if (n < (ssize_t)strlen(end) || strcmp(name + n - strlen(end), end) != 0)
        fail(__FILE__, __LINE__, "%s, not ...%s", name, end);
}

static void rename_over_open_file(void)
{
    char buf[8] = "";
    int fd;

    write_file("old", "old");
    write_file("new", "new");
    fd = open("old", O_RDONLY);
    EXPECT_OK(rename("new", "old"));
    EXPECT_EQ(read(fd, buf, sizeof(buf)), 3);
    EXPECT(memcmp(buf, "old", 3) == 0);
    expect_name(fd, "/old (deleted)");
    close(fd);
    expect_content("old", "new");
    unlink("old");
}

/* What is replaced keeps its name and its folder; what replaces it had a long name. */
static void names_of_the_replaced(void)
{
    const char *from = "from/a-name-that-is-too-long-for-the-entry-itself";
    int victim, other;

    EXPECT_OK(mkdir("from", 0755));
    EXPECT_OK(mkdir("to", 0755));
    write_file(from, "new");
    write_file("to/old", "old");
    victim = open("to/old", O_RDONLY);
    other = open(from, O_RDONLY);
    EXPECT_OK(rename(from, "to/old"));
    expect_name(victim, "/to/old (deleted)");
    expect_name(other, "/to/old");
    EXPECT_ERROR(access(from, F_OK), ENOENT);
    expect_content("to/old", "new");
    EXPECT_OK(rename("to/old", from));
    expect_name(other, from);
    close(victim);
    close(other);
    EXPECT_OK(unlink(from));
    EXPECT_OK(rmdir("from"));
    EXPECT_OK(rmdir("to"));
}

#define RULES(X)                                                               \
    X(long_names) X(symbolic_links) X(long_chain_of_links) X(hard_links) X(renaming)\
    X(rename_over_open_file) X(names_of_the_replaced)

RULES(ON_BOTH)

static const struct test tests[] = { RULES(BOTH) };

const struct test_list name_tests = TEST_LIST(tests);
