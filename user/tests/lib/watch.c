/* SPDX-License-Identifier: MIT */
/*
 * watch.c - look at the system from a test: /proc, and the debug call.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/watch.h"

size_t read_file(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY);
    size_t len = 0;
    ssize_t n;

    if (fd < 0)
        fail(__FILE__, __LINE__, "%s: errno %d", path, errno);
    REQUIRE(fd >= 0);
    while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
        len += (size_t)n;
    buf[len] = '\0';
    close(fd);
    return len;
}

long proc_number(const char *path, const char *key)
{
    static char text[16384];
    size_t len = strlen(key);

    read_file(path, text, sizeof(text));
    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) == 0)
            return strtol(line + len, NULL, 10);
    }
    return -1;
}

struct statm read_statm(void)
{
    struct statm s;
    char text[256];
    int n;

    read_file("/proc/self/statm", text, sizeof(text));
    n = sscanf(text, "%ld %ld %ld %ld %ld %ld %ld", &s.size, &s.resident, &s.shared, &s.text,
               &s.lib, &s.data, &s.dirty);
    REQUIRE(n == 7);
    return s;
}

long resident_pages(void)
{
    return read_statm().resident;
}

/* The first call has the stack there, and ours alone, for the second. */
static struct rusage usage(void)
{
    struct rusage u;

    EXPECT_OK(getrusage(RUSAGE_SELF, &u));
    EXPECT_OK(getrusage(RUSAGE_SELF, &u));
    return u;
}

long minor_faults(void)
{
    return usage().ru_minflt;
}

long major_faults(void)
{
    return usage().ru_majflt;
}

/* Without malloc, which would change what is looked at. */
bool find_mapping(const void *p, char *buf, size_t size)
{
    static char maps[16384];
    uintptr_t start, end;
    char *line, *next;

    read_file("/proc/self/maps", maps, sizeof(maps));
    for (line = maps; (next = strchr(line, '\n')); line = next + 1) {
        *next = '\0';
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && (uintptr_t)p >= start
            && (uintptr_t)p < end) {
            snprintf(buf, size, "%s", line);
            return true;
        }
    }
    return false;
}

long debug_call(enum debug_op op, uintptr_t arg1, uintptr_t arg2)
{
    long result = syscall(SYS_pagoda_debug, op, arg1, arg2);

    return result == -1 ? -errno : result;
}

bool has_debug_call(void)
{
    struct debug_counters c;

    return debug_call(DEBUG_COUNTERS, (uintptr_t)&c, sizeof(c)) == 0;
}

void fail_nth(uint32_t sites, uint64_t nth)
{
    struct debug_fail order = { .sites = sites, .nth = nth };

    REQUIRE(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&order, 0) == 0);
}

void need_debug_call(void)
{
    if (!has_debug_call())
        skip("needs the debug call");
}

void need_pagoda(const char *others)
{
    char version[256];

    read_file("/proc/version", version, sizeof(version));
    if (!strstr(version, "(Pagoda)"))
        skip(others);
}

struct debug_counters read_counters(void)
{
    struct debug_counters c;

    REQUIRE(debug_call(DEBUG_COUNTERS, (uintptr_t)&c, sizeof(c)) == 0);
    return c;
}

struct debug_page read_page(const void *p)
{
    struct debug_page page;

    REQUIRE(debug_call(DEBUG_PAGE, (uintptr_t)p, (uintptr_t)&page) == 0);
    return page;
}

char *map_anon(size_t size)
{
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

long harts(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN);
}
