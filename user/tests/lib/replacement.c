/* SPDX-License-Identifier: MIT */
/*
 * replacement.c - what tests of page replacement share.
 */
#include <fcntl.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include "user/tests/lib/replacement.h"

#define DISK   "/dev/vdb"
#define POLICY "/proc/sys/vm/policy"
#define FILE_NAME "/replacement.tmp"

void begin_swap(void)
{
    if (access(DISK, F_OK) < 0)
        skip("no second disk");
    REQUIRE(swapon(DISK, 0) == 0);
}

void end_swap(void)
{
    EXPECT_OK(swapoff(DISK));
}

void set_policy(const char *name)
{
    int fd = open(POLICY, O_WRONLY);

    if (fd < 0)
        skip("the policy cannot be changed here");
    EXPECT_EQ(write(fd, name, strlen(name)), strlen(name));
    close(fd);
}

void write_number(char *p, size_t i, size_t number)
{
    *(volatile size_t *)(p + i * PAGE) = number;
}

size_t read_number(const char *p, size_t i)
{
    return *(const volatile size_t *)(p + i * PAGE);
}

size_t pages_of_machine(const char *pretended)
{
    struct sysinfo info;
    size_t npages = 1;

    REQUIRE(sysinfo(&info) == 0);
    while (npages < (pretended ? strtoul(pretended, NULL, 10) * MB : info.totalram) / PAGE)
        npages *= 2;
    return npages;
}

int file_of_holes(size_t npages)
{
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0 && unlink(FILE_NAME) == 0 && ftruncate(fd, (off_t)(npages * PAGE)) == 0);
    return fd;
}
