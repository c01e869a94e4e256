/* SPDX-License-Identifier: MIT */
/*
 * filetest.h - what the files of filetest share: small files, and rules that hold on both
 * file systems.
 */
#pragma once
#include <sys/stat.h>
#include "user/tests/lib/test.h"

/* A new file with this text in it, or an old one that has it from now on. */
void write_file(const char *path, const char *content);

void expect_content(const char *path, const char *content);

/* Of a link it is the link's own. */
struct stat stat_of(const char *path);

/* Run RULE in a fresh directory of the folder WHERE, which it must leave empty. */
void check_in(const char *where, void (*rule)(void));

/* The tests of a rule: on disk and in memory. */
#define ON_BOTH(rule)                                                          \
    static void rule##_on_disk(void)                                           \
    {                                                                          \
        check_in("/var/tmp", rule);                                            \
    }                                                                          \
    static void rule##_in_memory(void)                                         \
    {                                                                          \
        check_in("/tmp", rule);                                                \
    }

#define BOTH(rule) TEST(rule##_on_disk), TEST(rule##_in_memory),

extern const struct test_list open_file_tests, name_tests, directory_tests, attribute_tests,
                              descriptor_tests;
