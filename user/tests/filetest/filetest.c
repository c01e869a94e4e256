/* SPDX-License-Identifier: MIT */
/*
 * filetest.c - the rules of files and directories, one by one, on disk and in memory.
 */
#include <fcntl.h>
#include <stdio.h>
#include "user/tests/filetest/filetest.h"
#include "user/tests/lib/watch.h"

void write_file(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    REQUIRE(fd >= 0);
    REQUIRE(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    close(fd);
}

void expect_content(const char *path, const char *content)
{
    char buf[256];

    read_file(path, buf, sizeof(buf));
    if (strcmp(buf, content) != 0)
        fail(__FILE__, __LINE__, "%s holds '%s', not '%s'", path, buf, content);
}

struct stat stat_of(const char *path)
{
    struct stat st = { 0 };

    if (lstat(path, &st) < 0)
        fail(__FILE__, __LINE__, "%s: errno %d", path, errno);
    return st;
}

void check_in(const char *where, void (*rule)(void))
{
    char path[64];

    snprintf(path, sizeof(path), "%s/filetest.%d", where, getpid());
    REQUIRE(mkdir(path, 0755) == 0 && chdir(path) == 0);
    rule();
    REQUIRE(chdir("/") == 0);
    EXPECT_OK(rmdir(path));
}

static const struct test_list *const lists[] = {
    &open_file_tests, &name_tests, &directory_tests, &attribute_tests, &descriptor_tests,
};
TEST_LISTS_MAIN(lists)
