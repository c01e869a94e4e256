/* SPDX-License-Identifier: MIT */
/*
 * folders.c - tests of files that run twice: on a file system in memory, and on the disk.
 *
 * runtest starts programs in /tmp, which is in memory; /tests is on the root disk.
 */
#include <stdio.h>
#include <unistd.h>
#include "user/tests/lib/folders.h"

static const char *folder = ".";

char *in_folder(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void check_in_folders(void (*check)(void))
{
    folder = ".";
    check();
    if (access("/tests", W_OK) == 0) {
        folder = "/tests";
        check();
        folder = ".";
    }
}
