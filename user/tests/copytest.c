/* SPDX-License-Identifier: MIT */
/*
 * copytest.c - sendfile and copy_file_range: what is copied, where both ends then are, and what
 * is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/tests/lib/test.h"

#define PATH "/tmp/copytest."
#define SIZE (20 * PAGE + 100)          /* more than one step of the kernel's */

static char pattern[SIZE], buffer[SIZE + 1];
static int from, to;

static int make(const char *path, int flags)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);

    REQUIRE(fd >= 0 && unlink(path) == 0);
    return fd;
}

/* A full file and an empty one. */
static void begin(void)
{
    for (size_t i = 0; i < SIZE; i++)
        pattern[i] = (char)(i * 7 + i / PAGE);
    from = make(PATH "from", 0);
    to = make(PATH "to", 0);
    REQUIRE(pwrite(from, pattern, SIZE, 0) == (ssize_t)SIZE);
}

static void end(void)
{
    close(from);
    close(to);
}

/* FD has SIZE bytes at AT, those of the pattern from FIRST on. */
static bool has(int fd, off_t at, size_t first, size_t size)
{
    return pread(fd, buffer, size, at) == (ssize_t)size && !memcmp(buffer, pattern + first, size);
}

static off_t place(int fd)
{
    return lseek(fd, 0, SEEK_CUR);
}

static void send_whole_file(void)
{
    off_t at = 10;

    begin();
    EXPECT_EQ(sendfile(to, from, NULL, 2 * SIZE), (ssize_t)SIZE);
    EXPECT_EQ(place(from), (off_t)SIZE);
    EXPECT_EQ(place(to), (off_t)SIZE);
    EXPECT(has(to, 0, 0, SIZE));
    EXPECT_EQ(sendfile(to, from, NULL, 1), 0);
    EXPECT_EQ(sendfile(to, from, &at, 30), 30);     /* the file's own place stays */
    EXPECT_EQ(at, 40);
    EXPECT_EQ(place(from), (off_t)SIZE);
    EXPECT(has(to, SIZE, 10, 30));
    end();
}

static void send_refusals(void)
{
    off_t at = 0, before = -1;
    int pipes[2], more;

    begin();
    more = make(PATH "more", O_APPEND);
    REQUIRE(pipe(pipes) == 0);
    EXPECT_ERROR(sendfile(-1, from, NULL, 1), EBADF);
    EXPECT_ERROR(sendfile(pipes[0], from, NULL, 1), EBADF);
    EXPECT_ERROR(sendfile(to, pipes[1], NULL, 1), EBADF);
    EXPECT_ERROR(sendfile(to, pipes[0], &at, 1), ESPIPE);
    EXPECT_ERROR(sendfile(to, from, &before, 1), EINVAL);
    EXPECT_ERROR(sendfile(more, from, NULL, 1), EINVAL);
    close(pipes[0]);
    close(pipes[1]);
    close(more);
    end();
}

static void copy_ranges(void)
{
    off_t in = 100, out = PAGE;

    begin();
    EXPECT_EQ(copy_file_range(from, &in, to, &out, 17 * PAGE, 0), (ssize_t)(17 * PAGE));
    EXPECT_EQ(in, (off_t)(17 * PAGE + 100));
    EXPECT_EQ(out, (off_t)(18 * PAGE));
    EXPECT_EQ(place(from), 0);
    EXPECT(has(to, PAGE, 100, 17 * PAGE));
    EXPECT_EQ(copy_file_range(from, NULL, to, NULL, 50, 0), 50);
    EXPECT_EQ(place(from), 50);
    EXPECT_EQ(place(to), 50);
    EXPECT(has(to, 0, 0, 50));
    in = SIZE - 5;                      /* no more than there is */
    EXPECT_EQ(copy_file_range(from, &in, to, NULL, 1000, 0), 5);
    EXPECT_EQ(copy_file_range(from, &in, to, NULL, 1000, 0), 0);
    end();
}

static void copy_within_a_file(void)
{
    off_t in = 0, out = PAGE;

    begin();
    EXPECT_EQ(copy_file_range(from, &in, from, &out, PAGE, 0), (ssize_t)PAGE);
    EXPECT(has(from, PAGE, 0, PAGE));
    in = 0;
    out = PAGE - 1;
    EXPECT_ERROR(copy_file_range(from, &in, from, &out, PAGE, 0), EINVAL);
    EXPECT_ERROR(copy_file_range(from, &out, from, &in, PAGE, 0), EINVAL);
    EXPECT_ERROR(copy_file_range(from, NULL, from, NULL, 1, 0), EINVAL);
    in = SIZE - 5;                      /* only what is there counts */
    out = SIZE;
    EXPECT_EQ(copy_file_range(from, &in, from, &out, PAGE, 0), 5);
    end();
}

static void copy_refusals(void)
{
    off_t at = 1, before = -5;
    int more, folder, pipes[2], other;

    begin();
    more = make(PATH "more", O_APPEND);
    folder = open("/tmp", O_RDONLY | O_DIRECTORY);
    other = open("/proc/version", O_RDONLY);
    REQUIRE(folder >= 0 && other >= 0 && pipe(pipes) == 0);
    EXPECT_ERROR(copy_file_range(from, NULL, -1, NULL, 1, 0), EBADF);
    EXPECT_ERROR(copy_file_range(from, NULL, to, NULL, 1, 1), EINVAL);
    EXPECT_ERROR(copy_file_range(folder, NULL, to, NULL, 1, 0), EISDIR);
    EXPECT_ERROR(copy_file_range(pipes[0], NULL, to, NULL, 1, 0), EINVAL);
    EXPECT_ERROR(copy_file_range(from, NULL, more, NULL, 1, 0), EBADF);
    EXPECT_ERROR(copy_file_range(from, NULL, other, NULL, 1, 0), EBADF);
    EXPECT_ERROR(copy_file_range(other, NULL, to, NULL, 1, 0), EXDEV);
    EXPECT_ERROR(copy_file_range(from, &at, to, NULL, (size_t)-1, 0), EOVERFLOW);
    EXPECT_ERROR(copy_file_range(from, &before, to, NULL, 1, 0), EINVAL);
    close(pipes[0]);
    close(pipes[1]);
    close(folder);
    close(other);
    close(more);
    end();
}

static const struct test tests[] = {
    TEST(send_whole_file), TEST(send_refusals), TEST(copy_ranges), TEST(copy_within_a_file),
    TEST(copy_refusals),
};

TEST_MAIN(tests)
