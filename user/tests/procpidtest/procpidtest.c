/* SPDX-License-Identifier: MIT */
/*
 * procpidtest.c - what /proc/<pid> says of a process is true: each field follows its cause.
 */
#include <stdio.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/watch.h"

struct stat_line read_stat_in(const char *folder)
{
    struct stat_line s = { 0 };
    char path[64], text[1024], *p, *end;

    snprintf(path, sizeof(path), "%s/stat", folder);
    read_file(path, text, sizeof(text));
    s.v[PID] = strtoul(text, &p, 10);
    end = strrchr(text, ')');
    REQUIRE(end != NULL);
    snprintf(s.comm, sizeof(s.comm), "%.*s", (int)(end - p - 2), p + 2);
    s.state = end[2];
    p = end + 3;
    for (int i = PPID; i <= WORDS; i++) {
        REQUIRE(*p == ' ');
        s.v[i] = strtoul(p, &p, 10);
    }
    EXPECT_EQ(*p, '\n');                        /* there is nothing more */
    return s;
}

struct stat_line read_stat(pid_t pid)
{
    char folder[32];

    snprintf(folder, sizeof(folder), "/proc/%d", pid);
    return read_stat_in(folder);
}

uint64_t own(int word)
{
    return read_stat(getpid()).v[word];
}

const char *status_in(const char *folder, const char *key)
{
    static char text[4096];
    char path[64], *line;

    snprintf(path, sizeof(path), "%s/status", folder);
    read_file(path, text, sizeof(text));
    for (line = text; strncmp(line, key, strlen(key)) != 0; line++) {
        line = strchr(line, '\n');
        REQUIRE(line != NULL && line[1]);
    }
    line[strcspn(line, "\n")] = '\0';
    return line + strlen(key) + 1;
}

const char *status_of(pid_t pid, const char *key)
{
    char folder[32];

    snprintf(folder, sizeof(folder), "/proc/%d", pid);
    return status_in(folder, key);
}

static const struct test_list *const lists[] = {
    &identity_tests, &running_tests, &thread_tests, &memory_tests, &file_tests,
    &descriptor_tests, &rights_tests,
};
TEST_LISTS_MAIN(lists)
