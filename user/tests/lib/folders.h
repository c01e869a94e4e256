/* SPDX-License-Identifier: MIT */
/*
 * folders.h - tests of files that run twice: on a file system in memory, and on the disk.
 */
#pragma once

/* The path of NAME in the folder that it is the turn of; the next call overwrites it. */
char *in_folder(const char *name);

/* Run CHECK in each folder that there is: the current one and /tests. */
void check_in_folders(void (*check)(void));

/* The test NAME runs the function check_NAME in each folder. */
#define FILE_TEST(name)                                                        \
    static void name(void)                                                     \
    {                                                                          \
        check_in_folders(check_##name);                                        \
    }
