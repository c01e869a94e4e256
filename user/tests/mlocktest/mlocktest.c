/* SPDX-License-Identifier: MIT */
/*
 * mlocktest.c - memory that stays: mlock and its relatives, limits, and what locks do
 * when the memory under them changes.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include "user/tests/mlocktest/mlocktest.h"

#define FILE_NAME "/mlocktest.file"
#define NOBODY 65534

long locked(void)
{
    return proc_number("/proc/self/status", "VmLck:") / 4;
}

int file_of(size_t npages)
{
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0666);
    char page[PAGE];

    REQUIRE(fd >= 0);
    memset(page, 'a', PAGE);
    for (size_t i = 0; i < npages; i++)
        REQUIRE(write(fd, page, PAGE) == (ssize_t)PAGE);
    unlink(FILE_NAME);
    return fd;
}

void set_limit(size_t bytes)
{
    struct rlimit r;

    REQUIRE(getrlimit(RLIMIT_MEMLOCK, &r) == 0);
    r.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_MEMLOCK, &r) == 0);
}

void become_limited_user(size_t bytes)
{
    set_limit(bytes);
    REQUIRE(setuid(NOBODY) == 0);
}

static const struct test_list *const lists[] = {
    &locking_tests, &change_tests, &everything_tests, &limit_tests, &process_tests, &figure_tests,
};
TEST_LISTS_MAIN(lists)
