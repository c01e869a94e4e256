/* SPDX-License-Identifier: MIT */
/*
 * files.c - private mappings of files, on disk and in memory.
 */
#include <fcntl.h>
#include <stdio.h>
#include "user/tests/mmaptest/mmaptest.h"
#include "user/tests/lib/folders.h"
#include "user/tests/lib/watch.h"

/* A new file of SIZE bytes, byte I of which is 'a' + I / PAGE. */
static int new_file(const char *name, size_t size)
{
    int fd = open(in_folder(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
    char page[PAGE];

    REQUIRE(fd >= 0);
    for (size_t at = 0; at < size; at += PAGE) {
        size_t n = size - at < PAGE ? size - at : PAGE;

        memset(page, 'a' + (int)(at / PAGE), PAGE);
        REQUIRE(write(fd, page, n) == (ssize_t)n);
    }
    return fd;
}

static char *map_private(int fd, size_t size)
{
    char *p = mmap(NULL, size, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

static void check_contents(void)
{
    int fd = new_file("mmap.1", 3 * PAGE + 100);
    char *p = map_private(fd, 4 * PAGE), *q, byte;

    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(p[i * PAGE + 50], 'a' + i);
    EXPECT_EQ(p[3 * PAGE + 99], 'd');
    for (size_t i = 3 * PAGE + 100; i < 4 * PAGE; i++)
        if (p[i]) {
            fail(__FILE__, __LINE__, "byte %zu behind the end is not zero", i);
            break;
        }
    q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
    EXPECT_EQ(q[0], 'c');
    p[2 * PAGE] = 'X';                          /* private: the file never learns */
    EXPECT_EQ(q[0], 'c');
    EXPECT(pread(fd, &byte, 1, 2 * PAGE) == 1 && byte == 'c');
    p[3 * PAGE + 200] = 'Y';
    EXPECT_EQ(lseek(fd, 0, SEEK_END), 3 * PAGE + 100);
    munmap(p, 4 * PAGE);
    munmap(q, PAGE);
    close(fd);
    unlink(in_folder("mmap.1"));
}

static void check_beyond_end(void)
{
    int fd = new_file("mmap.2", PAGE + 1);
    char *p = map_private(fd, 5 * PAGE);

    EXPECT_NO_FAULT(try_read(p + 2 * PAGE - 1));
    EXPECT_FAULT(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 4 * PAGE + 77), SIGBUS, BUS_ADRERR, p + 4 * PAGE + 77);
    EXPECT_OK(ftruncate(fd, 5 * PAGE));         /* now it is there */
    EXPECT_NO_FAULT(try_read(p + 2 * PAGE));
    EXPECT_EQ(p[4 * PAGE + 77], 0);
    munmap(p, 5 * PAGE);
    close(fd);
    unlink(in_folder("mmap.2"));
}

static void check_truncation(void)
{
    int fd = new_file("mmap.3", 4 * PAGE);
    char *p = map_private(fd, 4 * PAGE);

    EXPECT_EQ(p[PAGE + 200], 'b');              /* mapped, not written */
    p[2 * PAGE] = 'X';                          /* a copy */
    EXPECT_EQ(p[3 * PAGE], 'd');
    EXPECT_OK(ftruncate(fd, PAGE + 100));
    EXPECT_EQ(p[0], 'a');
    EXPECT_EQ(p[PAGE + 99], 'b');
    EXPECT_EQ(p[PAGE + 200], 0);                /* zeroed in the page */
    EXPECT_FAULT(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 3 * PAGE), SIGBUS, BUS_ADRERR, p + 3 * PAGE);
    EXPECT_OK(ftruncate(fd, 4 * PAGE));
    EXPECT_EQ(p[PAGE + 200], 0);
    EXPECT_EQ(p[2 * PAGE], 0);
    EXPECT_EQ(p[3 * PAGE], 0);
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(in_folder("mmap.3"));
}

/* Until a page is written it shows the file as it is; afterwards it is a copy. */
static void check_later_writes(void)
{
    int fd = new_file("mmap.4", 3 * PAGE);
    char *p = map_private(fd, 3 * PAGE);

    EXPECT_EQ(p[0], 'a');
    p[PAGE + 1] = 'X';
    EXPECT_EQ(pwrite(fd, "1", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "2", 1, PAGE), 1);
    EXPECT_EQ(pwrite(fd, "3", 1, 2 * PAGE), 1);
    EXPECT_EQ(p[0], '1');
    EXPECT_EQ(p[PAGE], 'b');
    EXPECT_EQ(p[2 * PAGE], '3');
    munmap(p, 3 * PAGE);
    close(fd);
    unlink(in_folder("mmap.4"));
}

static void check_outlives_its_name(void)
{
    int fd = new_file("mmap.5", 4 * PAGE);
    char *p = map_private(fd, 4 * PAGE);

    EXPECT_EQ(p[PAGE], 'b');
    close(fd);
    EXPECT_OK(unlink(in_folder("mmap.5")));
    fd = new_file("mmap.5", 10);                /* another file of that name */
    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(p[i * PAGE], 'a' + i);
    p[3 * PAGE] = 'X';
    EXPECT_EQ(p[3 * PAGE + 1], 'd');
    EXPECT_OK(munmap(p + PAGE, PAGE));
    EXPECT_EQ(p[2 * PAGE], 'c');
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(in_folder("mmap.5"));
}

static void check_open_modes(void)
{
    int fd = new_file("mmap.6", PAGE), r = open(in_folder("mmap.6"), O_RDONLY);
    char *p = map_private(r, PAGE);

    EXPECT_EQ(p[0], 'a');
    p[0] = 'X';                                 /* private: read-only does */
    EXPECT_EQ(p[1], 'a');
    munmap(p, PAGE);
    close(r);
    close(fd);
    unlink(in_folder("mmap.6"));
}

/* A hole in a file reads as zero through a mapping, too. */
static void check_sparse_file(void)
{
    int fd = new_file("mmap.7", PAGE);
    char *p;

    EXPECT_OK(ftruncate(fd, 600 * PAGE));
    EXPECT_EQ(pwrite(fd, "end", 3, 600 * PAGE - 3), 3);
    p = map_private(fd, 600 * PAGE);
    EXPECT_EQ(p[PAGE - 1], 'a');
    EXPECT_EQ(p[PAGE], 0);
    EXPECT_EQ(p[300 * PAGE + 17], 0);
    EXPECT(memcmp(p + 600 * PAGE - 3, "end", 3) == 0);
    munmap(p, 600 * PAGE);
    close(fd);
    unlink(in_folder("mmap.7"));
}

/* Pages mapped around a fault must be the right ones: touch in random order. */
static void check_random_order(void)
{
    int fd = new_file("mmap.8", 26 * PAGE);
    char *p = mmap(NULL, 20 * PAGE, PROT_READ, MAP_PRIVATE, fd, 3 * PAGE);

    REQUIRE(p != MAP_FAILED);
    for (int n = 0; n < 60; n++) {
        size_t i = rand_below(&test_rand, 20);

        EXPECT_EQ(p[i * PAGE + rand_below(&test_rand, PAGE)], 'a' + 3 + i);
    }
    munmap(p, 20 * PAGE);
    close(fd);
    unlink(in_folder("mmap.8"));
}

FILE_TEST(contents)
FILE_TEST(beyond_end)
FILE_TEST(truncation)
FILE_TEST(later_writes)
FILE_TEST(outlives_its_name)
FILE_TEST(open_modes)
FILE_TEST(sparse_file)
FILE_TEST(random_order)

static void zero_device(void)
{
    int fd = open("/dev/zero", O_RDWR);
    char *p;

    REQUIRE(fd >= 0);
    p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    close(fd);
    EXPECT_EQ(p[2 * PAGE], 0);
    p[PAGE] = 'z';
    EXPECT_EQ(p[PAGE], 'z');
    EXPECT_OK(munmap(p, 3 * PAGE));
}

/* What /proc/self/maps says of a mapping. */
static void shown_in_maps(void)
{
    int fd = new_file("mmap.9", 2 * PAGE);
    char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE), line[256];
    char *q = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    uintptr_t start, end, offset;
    char rights[8];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx %7s %lx", &start, &end, rights, &offset), 4);
    EXPECT_EQ(start, p);
    EXPECT_EQ(end - start, 2 * PAGE);
    EXPECT(strcmp(rights, "r--p") == 0);
    EXPECT_EQ(offset, PAGE);
    EXPECT(strstr(line, "mmap.9") != NULL);
    REQUIRE(find_mapping(q, line, sizeof(line)));
    EXPECT(strstr(line, "---p") != NULL);
    munmap(p, 2 * PAGE);
    munmap(q, PAGE);
    close(fd);
    unlink(in_folder("mmap.9"));
}

static const struct test tests[] = {
    TEST(contents), TEST(beyond_end), TEST(truncation), TEST(later_writes),
    TEST(outlives_its_name), TEST(open_modes), TEST(sparse_file), TEST(random_order),
    TEST(zero_device), TEST(shown_in_maps),
};

const struct test_list file_tests = TEST_LIST(tests);
