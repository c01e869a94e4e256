/* SPDX-License-Identifier: MIT */
/*
 * filesizetest.c - RLIMIT_FSIZE: files do not grow beyond it, and who tries gets SIGXFSZ.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"

#define LIMIT (2 * PAGE + 100)

static const char *const files[] = { "/tmp/filesizetest.file", "/filesizetest.file" };
static volatile int signals;

static void count(int sig)
{
    (void)sig;
    signals++;
}

/* The call should fail with EFBIG and raise one signal. */
#define EXPECT_TOO_LARGE(call)                                                 \
    do {                                                                       \
        signals = 0;                                                           \
        EXPECT_ERROR(call, EFBIG);                                             \
        EXPECT_EQ(signals, 1);                                                 \
    } while (0)

static void limit_to(rlim_t size)
{
    struct rlimit limit = { size, RLIM_INFINITY };

    EXPECT_OK(setrlimit(RLIMIT_FSIZE, &limit));
}

static int make(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0);
    signal(SIGXFSZ, count);
    limit_to(LIMIT);
    return fd;
}

static long size_of(int fd)
{
    struct stat st;

    EXPECT_OK(fstat(fd, &st));
    return st.st_size;
}

/* What fits is written, the next byte is refused. */
static void writes(const char *path)
{
    static char data[4 * PAGE];
    int fd = make(path);

    signals = 0;
    EXPECT_EQ(write(fd, data, sizeof(data)), (long)LIMIT);
    EXPECT_EQ(signals, 0);
    EXPECT_TOO_LARGE(write(fd, data, 1));
    EXPECT_EQ(write(fd, data, 0), 0);
    EXPECT_TOO_LARGE(pwrite(fd, data, 10, LIMIT));
    EXPECT_EQ(pwrite(fd, data, 10, LIMIT - 4), 4);
    EXPECT_EQ(fcntl(fd, F_SETFL, O_APPEND), 0);
    EXPECT_TOO_LARGE(write(fd, data, 1));
    EXPECT_EQ(size_of(fd), (long)LIMIT);
    close(fd);
}

static void sizes(const char *path)
{
    int fd = make(path);

    EXPECT_OK(ftruncate(fd, LIMIT));
    EXPECT_TOO_LARGE(ftruncate(fd, LIMIT + 1));
    EXPECT_TOO_LARGE(truncate(path, 10 * MB));
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1) == 0)  /* not everywhere on Linux */
        EXPECT_TOO_LARGE(fallocate(fd, 0, LIMIT, 1));
    EXPECT_EQ(size_of(fd), (long)LIMIT);
    limit_to(PAGE);                     /* a file that is larger already may shrink */
    signals = 0;
    EXPECT_OK(ftruncate(fd, LIMIT - 1));
    EXPECT_OK(ftruncate(fd, LIMIT - 1));
    EXPECT_EQ(signals, 0);
    EXPECT_TOO_LARGE(ftruncate(fd, LIMIT));
    EXPECT_TOO_LARGE(pwrite(fd, "x", 1, PAGE));
    EXPECT_EQ(pwrite(fd, "x", 1, PAGE - 1), 1);
    close(fd);
}

static void grow_in_child(void *path)
{
    int fd = make(path);

    signal(SIGXFSZ, SIG_DFL);
    EXPECT_OK(ftruncate(fd, LIMIT + 1));
}

static void on_both(void (*test)(const char *path))
{
    for (size_t i = 0; i < COUNT(files); i++) {
        test(files[i]);
        unlink(files[i]);
    }
}

static void writes_end(void)
{
    on_both(writes);
}

static void files_end(void)
{
    on_both(sizes);
}

static void the_signal_kills(void)
{
    EXPECT_KILLED(grow_in_child, (void *)files[0], SIGXFSZ);
    unlink(files[0]);
}

/* Pipes and devices have no size. */
static void others_are_endless(void)
{
    static char data[PAGE];
    int fd[2], null = open("/dev/null", O_WRONLY);

    REQUIRE(pipe(fd) == 0 && null >= 0);
    limit_to(1);
    EXPECT_EQ(write(fd[1], data, PAGE), (long)PAGE);
    EXPECT_EQ(write(null, data, PAGE), (long)PAGE);
    close(fd[0]);
    close(fd[1]);
    close(null);
}

static const struct test tests[] = {
    CHILD_TEST(writes_end), CHILD_TEST(files_end), TEST(the_signal_kills),
    CHILD_TEST(others_are_endless),
};
TEST_MAIN(tests)
