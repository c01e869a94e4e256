/* SPDX-License-Identifier: MIT */
/*
 * frames.c - which frame a page is, and how many entries map it, as /proc tells root.
 */
#include <fcntl.h>
#include <stdio.h>
#include "lib/abi/pagemap.h"
#include "user/tests/lib/frames.h"

uint64_t word_at(const char *path, uint64_t index)
{
    uint64_t word = 0;
    int fd = open(path, O_RDONLY);

    REQUIRE(fd >= 0);
    EXPECT_EQ(pread(fd, &word, 8, (off_t)(index * 8)), 8);
    close(fd);
    return word;
}

uint64_t word_of(pid_t pid, const void *p)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
    return word_at(path, (uintptr_t)p / PAGE);
}

uint64_t frame_of(pid_t pid, const void *p)
{
    return word_of(pid, p) & PM_PFN_MASK;
}

uint64_t entries_of(uint64_t pfn)
{
    return word_at("/proc/kpagecount", pfn);
}
