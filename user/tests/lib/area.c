/* SPDX-License-Identifier: MIT */
/*
 * area.c - areas of memory: mappings, places for them, and what is in memory of them.
 */
#include <stdio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/watch.h"

#define MOST_PAGES 256          /* that in_memory() looks at */

char *map_pages(size_t npages, int prot, int flags, int fd, size_t first)
{
    char *p = mmap(NULL, npages * PAGE, prot, flags, fd, (off_t)(first * PAGE));

    REQUIRE(p != MAP_FAILED);
    return p;
}

char *map_touched(size_t npages)
{
    char *p = map_anon(npages * PAGE);

    for (size_t i = 0; i < npages; i++)
        p[i * PAGE] = 1;
    return p;
}

char *map_shared(size_t npages)
{
    return map_pages(npages, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void unmap(char *p, size_t npages)
{
    EXPECT_OK(munmap(p, npages * PAGE));
}

char *map_apart(size_t npages, int prot)
{
    char *p = map_pages(npages + 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT_OK(mprotect(p + PAGE, npages * PAGE, prot));
    return p + PAGE;
}

void unmap_apart(char *p, size_t npages)
{
    unmap(p - PAGE, npages + 2);
}

char *free_place(size_t npages)
{
    char *p = map_pages(npages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    unmap(p, npages);
    return p;
}

size_t in_memory(const void *p, size_t npages)
{
    unsigned char vec[MOST_PAGES];
    size_t sum = 0;

    REQUIRE(npages <= sizeof(vec));
    EXPECT_OK(mincore((void *)(uintptr_t)p, npages * PAGE, vec));
    for (size_t i = 0; i < npages; i++)
        sum += vec[i] & 1;
    return sum;
}

int count_mappings(const char *p, size_t npages)
{
    const char *end = p + npages * PAGE;
    char line[256];
    uintptr_t start, next;
    int n = 0;

    while (p < end) {
        REQUIRE(find_mapping(p, line, sizeof(line)));
        REQUIRE(sscanf(line, "%lx-%lx", &start, &next) == 2);
        p = (const char *)next;
        n++;
    }
    return n;
}
