/* SPDX-License-Identifier: MIT */
/*
 * letters.c - memory and files whose every byte is known: each page is full of one letter.
 */
#include <fcntl.h>
#include "user/tests/lib/letters.h"
#include "user/tests/lib/watch.h"

void fill(char *p, size_t npages, char c)
{
    memset(p, c, npages * PAGE);
}

bool page_is(const char *p, char c)
{
    for (size_t i = 0; i < PAGE; i++)
        if (p[i] != c)
            return false;
    return true;
}

void expect_pages(const char *file, int line, const char *p, const char *expected)
{
    for (size_t i = 0; expected[i]; i++) {
        char c = expected[i] == '0' ? 0 : expected[i];

        if (!page_is(p + i * PAGE, c))
            fail(file, line, "page %ld begins with %d, not all of it is %d", i, p[i * PAGE], c);
    }
}

char *make_pages(const char *content)
{
    char *p = map_anon(strlen(content) * PAGE);

    for (size_t i = 0; content[i]; i++)
        fill(p + i * PAGE, 1, content[i]);
    return p;
}

int make_file(const char *path, const char *content)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char page[PAGE];

    REQUIRE(fd >= 0);
    for (size_t i = 0; content[i]; i++) {
        memset(page, content[i], PAGE);
        REQUIRE(pwrite(fd, page, PAGE, (off_t)(i * PAGE)) == (ssize_t)PAGE);
    }
    return fd;
}

void remove_file(int fd, const char *path)
{
    close(fd);
    unlink(path);
}
