/* SPDX-License-Identifier: MIT */
/*
 * directories.c - directories: made and removed, large, and changed while they are read.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include "user/tests/filetest/filetest.h"
#include "user/tests/lib/child.h"

#define MANY 2000               /* entries of a large directory */

static void directories(void)
{
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_EQ(stat_of("d").st_nlink, 2);
    EXPECT_OK(mkdir("d/e", 0700));
    EXPECT_EQ(stat_of("d").st_nlink, 3);
    EXPECT_ERROR(mkdir("d", 0755), EEXIST);
    EXPECT_ERROR(mkdir("none/d", 0755), ENOENT);
    EXPECT_ERROR(rmdir("d"), ENOTEMPTY);
    EXPECT_ERROR(rmdir("d/."), EINVAL);
    EXPECT_ERROR(unlink("d"), EISDIR);
    EXPECT_ERROR(read(open("d", O_RDONLY), &(char){ 0 }, 1), EISDIR);
    write_file("f", "");
    EXPECT_ERROR(rmdir("f"), ENOTDIR);
    EXPECT_OK(rmdir("d/e"));
    EXPECT_EQ(stat_of("d").st_nlink, 2);
    EXPECT_OK(rmdir("d"));
    unlink("f");
}

static void leave_directory_that_is_gone(void)
{
    char buf[PATH_MAX];
    int fd;

    EXPECT_OK(mkdir("d", 0755));
    fd = open("d", O_RDONLY | O_DIRECTORY);
    EXPECT_OK(rmdir("d"));
    EXPECT_ERROR(openat(fd, "f", O_WRONLY | O_CREAT, 0644), ENOENT);
    EXPECT_ERROR(mkdirat(fd, "e", 0755), ENOENT);
    EXPECT_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)) <= 0, 1);
    close(fd);
}

/* Read a directory in small portions; how many names it has.  The first NAMES
 * must each be seen at most once; others may go and come again meanwhile. */
static size_t count_entries(const char *path, size_t portion, uint8_t *seen, size_t names)
{
    char buf[4096] __attribute__((aligned(8)));
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    size_t count = 0;
    long n;

    REQUIRE(fd >= 0);
    while ((n = syscall(SYS_getdents64, fd, buf, portion)) > 0)
        for (char *p = buf; p < buf + n; p += ((struct linux_dirent64 *)p)->d_reclen) {
            const char *name = ((struct linux_dirent64 *)p)->d_name;
            size_t i = strtoul(name + 1, NULL, 10);

            if (name[0] == '.')
                continue;
            if (i < names && seen[i]++)
                fail(__FILE__, __LINE__, "'%s' is there twice", name);
            count++;
        }
    EXPECT_EQ(n, 0);
    close(fd);
    return count;
}

static void make_many(size_t from, size_t to)
{
    char name[32];

    for (size_t i = from; i < to; i++) {
        snprintf(name, sizeof(name), "d/n%zu", i);
        REQUIRE(close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644)) == 0);
    }
}

static void remove_many(size_t from, size_t to, size_t step)
{
    char name[32];

    for (size_t i = from; i < to; i += step) {
        snprintf(name, sizeof(name), "d/n%zu", i);
        EXPECT_OK(unlink(name));
    }
}

static void large_directory(void)
{
    const char *wanted = getenv("FILETEST_ENTRIES");
    size_t many = wanted ? strtoul(wanted, NULL, 10) : MANY;
    uint8_t *seen = calloc(many, 1);
    char name[32];

    EXPECT_OK(mkdir("d", 0755));
    make_many(0, many);
    EXPECT_EQ(count_entries("d", 4096, seen, many), many);
    for (size_t i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "d/n%zu", rand_below(&test_rand, 2 * many));
        EXPECT_EQ(access(name, F_OK) == 0, strtoul(name + 3, NULL, 10) < many);
    }
    EXPECT_ERROR(rmdir("d"), ENOTEMPTY);
    remove_many(0, many, 3);
    memset(seen, 0, many);
    EXPECT_EQ(count_entries("d", 200, seen, many), many - (many + 2) / 3);
    remove_many(1, many, 3);
    remove_many(2, many, 3);
    memset(seen, 0, many);
    EXPECT_EQ(count_entries("d", 4096, seen, many), 0);
    EXPECT_OK(rmdir("d"));
    free(seen);
}

/* What is deleted while somebody reads may be seen or not; all else is seen once. */
static void deleting_while_reading(void)
{
    static uint8_t seen[600];
    char name[32];
    struct dirent *entry;
    size_t deleted = 0;
    DIR *stream;

    memset(seen, 0, sizeof(seen));
    EXPECT_OK(mkdir("d", 0755));
    make_many(0, COUNT(seen));
    stream = opendir("d");
    while ((entry = readdir(stream))) {
        size_t i = strtoul(entry->d_name + 1, NULL, 10);

        if (entry->d_name[0] == '.')
            continue;
        EXPECT_EQ(seen[i]++, 0);
        if (i % 2 == 0) {
            snprintf(name, sizeof(name), "d/n%zu", i);
            EXPECT_OK(unlink(name));
            deleted++;
        }
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        EXPECT_EQ(seen[i], 1);
    EXPECT_EQ(deleted, COUNT(seen) / 2);
    rewinddir(stream);
    while ((entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            deleted++;
    EXPECT_EQ(deleted, COUNT(seen));
    closedir(stream);
    remove_many(1, COUNT(seen), 2);
    EXPECT_OK(rmdir("d"));
}

static void create_and_delete(void *arg)
{
    size_t base = (size_t)arg;

    for (int turn = 0; turn < 3; turn++) {
        make_many(base, base + 60);
        remove_many(base, base + 60, 1);
    }
}

/* Several processes in one directory; those entries that stay are always seen. */
static void busy_directory(void)
{
    pid_t child[3];

    EXPECT_OK(mkdir("d", 0755));
    make_many(0, 50);
    for (size_t i = 0; i < COUNT(child); i++)
        child[i] = start_child(create_and_delete, (void *)(1000 * (i + 1)));
    for (int turn = 0; turn < 10; turn++) {
        uint8_t seen[50];
        size_t stayed = 0;

        memset(seen, 0, sizeof(seen));
        count_entries("d", 512, seen, COUNT(seen));
        for (size_t i = 0; i < COUNT(seen); i++)
            stayed += seen[i];
        EXPECT_EQ(stayed, COUNT(seen));
    }
    for (size_t i = 0; i < COUNT(child); i++)
        EXPECT_CHILD(child[i]);
    remove_many(0, 50, 1);
    EXPECT_OK(rmdir("d"));
}

#define RULES(X)                                                               \
    X(directories) X(leave_directory_that_is_gone) X(large_directory)          \
    X(deleting_while_reading) X(busy_directory)

RULES(ON_BOTH)

static const struct test tests[] = { RULES(BOTH) };

const struct test_list directory_tests = TEST_LIST(tests);
