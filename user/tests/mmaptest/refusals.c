/* SPDX-License-Identifier: MIT */
/*
 * refusals.c - what mmap refuses: arguments, files, and more than the limits allow.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include "user/tests/mmaptest/mmaptest.h"
#include "user/tests/lib/watch.h"

static void bad_arguments(void)
{
    char *p = free_place(1);

    EXPECT_ERROR(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, ANON, -1, 123), EINVAL);
    EXPECT_ERROR(mmap(NULL, 2 * PAGE, RW, ANON, -1, -(off_t)PAGE), EOVERFLOW);
    EXPECT_ERROR(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, ~0UL, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(mmap(NULL, ~0UL - 2 * PAGE, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(mmap(NULL, 1UL << 48, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(mmap((void *)(1UL << 60), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERROR(mmap((void *)(~0UL & ~(PAGE - 1)), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
#if defined(__riscv)
    EXPECT_ERROR(mmap((void *)TOP, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERROR(mmap((void *)(TOP - PAGE), 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
#endif
    EXPECT_OK(munmap(mmap(NULL, PAGE, RW, ANON | 0x8000000, -1, 0), PAGE));   /* unknown: ignored */
}

/* Kinds that do not exist: shared memory that grows, and without a file a kind that asks it. */
static void bad_kinds(void)
{
    int fd = open("mmap.w", O_RDWR | O_CREAT, 0600);

    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_OK(munmap(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE, fd, 0), PAGE));
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_HUGETLB, fd, 0), EINVAL);
    close(fd);
    unlink("mmap.w");
}

static void bad_files(void)
{
    int fd[2], folder = open("/", O_RDONLY), w = open("mmap.w", O_WRONLY | O_CREAT, 0600);

    REQUIRE(pipe(fd) == 0 && folder >= 0 && w >= 0);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0), EBADF);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd[0], 0), ENODEV);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0), ENODEV);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_ERROR(mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, w, -(off_t)PAGE), EOVERFLOW);
    close(fd[0]);
    close(fd[1]);
    close(folder);
    close(w);
    unlink("mmap.w");
}

static void first_pages_are_forbidden(void)
{
    if (getuid() != 0 || setuid(1000) < 0)
        skip("needs root");
    EXPECT_ERROR(mmap(NULL, PAGE, RW, ANON | MAP_FIXED, -1, 0), EPERM);
    EXPECT_FAULT(try_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
}

static void limited_space(void)
{
    struct rlimit r;
    char *p;

    EXPECT_OK(getrlimit(RLIMIT_AS, &r));
    r.rlim_cur = (rlim_t)read_statm().size * PAGE + 4 * MB;
    EXPECT_OK(setrlimit(RLIMIT_AS, &r));
    EXPECT_ERROR(mmap(NULL, 5 * MB, PROT_NONE, ANON, -1, 0), ENOMEM);
    p = mmap(NULL, 4 * MB, PROT_NONE, ANON, -1, 0);
    EXPECT(p != MAP_FAILED);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0), ENOMEM);
    EXPECT_OK(munmap(p, MB));
    EXPECT_OK(mmap(NULL, MB, PROT_NONE, ANON, -1, 0));
    EXPECT_OK(mmap(p + MB, 3 * MB, PROT_READ, ANON | MAP_FIXED, -1, 0));    /* in place of itself */
    EXPECT_ERROR(mmap(p + MB, 8 * MB, PROT_READ, ANON | MAP_FIXED, -1, 0), ENOMEM);
}

static void limited_data(void)
{
    struct rlimit r;

    EXPECT_OK(getrlimit(RLIMIT_DATA, &r));
    r.rlim_cur = 16 * MB;
    EXPECT_OK(setrlimit(RLIMIT_DATA, &r));
    EXPECT_ERROR(mmap(NULL, 17 * MB, RW, ANON, -1, 0), ENOMEM);
    EXPECT_OK(mmap(NULL, 17 * MB, PROT_READ, ANON, -1, 0));
    EXPECT_OK(mmap(NULL, MB, RW, ANON, -1, 0));
}

/* No more than max_map_count mappings; then a split is refused as well. */
static void too_many_mappings(void)
{
    size_t most = 140000, i;
    char *p = mmap(NULL, most * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    int holes = 0, maps = 0;

    REQUIRE(p != MAP_FAILED);
    for (i = 1; i < most; i += 2)
        if (mprotect(p + i * PAGE, PAGE, PROT_READ) < 0)
            break;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(i, 65400, 65536);
    while (holes < 9 && munmap(p + (most - 9 - 2 * holes) * PAGE, PAGE) == 0)
        holes++;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(holes, 0, 2);
    while (maps < 9 && mmap(NULL, PAGE, maps % 2 ? RW : PROT_EXEC, ANON, -1, 0) != MAP_FAILED)
        maps++;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(maps, 0, 2);
    EXPECT_OK(munmap(p, 100 * PAGE));           /* whole mappings can always go */
    EXPECT_OK(munmap(p + 50000 * PAGE, PAGE));
}

static const struct test tests[] = {
    TEST(bad_arguments), TEST(bad_kinds), TEST(bad_files), CHILD_TEST(first_pages_are_forbidden),
    CHILD_TEST(limited_space), CHILD_TEST(limited_data), LONG_CHILD_TEST(too_many_mappings),
};

const struct test_list refusal_tests = TEST_LIST(tests);
