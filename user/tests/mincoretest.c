/* SPDX-License-Identifier: MIT */
/*
 * mincoretest.c - which pages are in memory.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define COUNT_PAGES 64
#define FILE_NAME "/mincoretest.file"

static void touched_pages_are_there(void)
{
    char *p = map_anon(COUNT_PAGES * PAGE);

    EXPECT_EQ(in_memory(p, COUNT_PAGES), 0);
    for (size_t i = 0; i < COUNT_PAGES; i += 2)
        p[i * PAGE] = 1;
    EXPECT_EQ(in_memory(p, COUNT_PAGES), COUNT_PAGES / 2);
    EXPECT_EQ(in_memory(p, 1), 1);
    EXPECT_EQ(in_memory(p + PAGE, 1), 0);
    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    EXPECT_EQ(in_memory(p, 1), 1);
    EXPECT_OK(munmap(p, COUNT_PAGES * PAGE));
}

/* Pages of a file count when they are cached, touched here or not. */
static void cached_pages_are_there(void)
{
    char *p, byte = 1;
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600), drop;

    for (size_t i = 0; i < COUNT_PAGES; i += 4)
        EXPECT_EQ(pwrite(fd, &byte, 1, (off_t)(i * PAGE)), 1);
    p = mmap(NULL, COUNT_PAGES * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ(in_memory(p, COUNT_PAGES), COUNT_PAGES / 4);
    sync();
    drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
    if (drop >= 0) {
        EXPECT_EQ(write(drop, "1", 1), 1);
        close(drop);
        EXPECT_EQ(in_memory(p, COUNT_PAGES), 0);
    }
    munmap(p, COUNT_PAGES * PAGE);
    close(fd);
    unlink(FILE_NAME);
}

static void store_to_each(void *arg)
{
    for (size_t i = 0; i < COUNT_PAGES; i++)
        ((char *)arg)[i * PAGE] = 1;
}

static void what_others_touch_is_there(void)
{
    char *p = mmap(NULL, COUNT_PAGES * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ(in_memory(p, COUNT_PAGES), 0);
    EXPECT_EQ(run_child(store_to_each, p), 0);
    EXPECT_EQ(in_memory(p, COUNT_PAGES), COUNT_PAGES);
    munmap(p, COUNT_PAGES * PAGE);
}

static void errors(void)
{
    unsigned char vec[3];
    char *p = map_anon(3 * PAGE), *hole = map_anon(PAGE);

    EXPECT_OK(munmap(hole, PAGE));
    EXPECT_ERROR(mincore(p + 1, PAGE, vec), EINVAL);
    EXPECT_OK(mincore(p, 0, vec));
    vec[2] = 7;
    EXPECT_OK(mincore(p, PAGE + 1, vec));
    EXPECT_EQ(vec[2], 7);
    EXPECT_ERROR(mincore(p, PAGE, (unsigned char *)hole), EFAULT);
    EXPECT_ERROR(mincore(hole, PAGE, vec), ENOMEM);
    EXPECT_OK(munmap(p + PAGE, PAGE));
    p[0] = 1;
    vec[0] = vec[1] = 7;
    EXPECT_ERROR(mincore(p, 3 * PAGE, vec), ENOMEM);
    EXPECT(vec[0] == 1 && vec[1] == 7);         /* up to the hole there is an answer */
    EXPECT_ERROR(mincore(p, -2 * PAGE, vec), ENOMEM);
    munmap(p, 3 * PAGE);
}

/* More pages than the kernel answers for at once, to an address that is not touched yet. */
static void many_pages(void)
{
    size_t n = 3 * PAGE + 5;
    char *p = map_pages(n, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *vec = map_anon(4 * PAGE);

    p[(n - 1) * PAGE] = p[PAGE * PAGE] = 1;
    EXPECT_OK(mincore(p, n * PAGE, (unsigned char *)vec));
    for (size_t i = 0; i < n; i++)
        EXPECT_EQ(vec[i], i == n - 1 || i == PAGE);
    munmap(p, n * PAGE);
    munmap(vec, 4 * PAGE);
}

static const struct test tests[] = {
    TEST(touched_pages_are_there), TEST(cached_pages_are_there),
    TEST(what_others_touch_is_there), TEST(errors), TEST(many_pages),
};
TEST_MAIN(tests)
