/* SPDX-License-Identifier: MIT */
/* ftw.h - a function called for every file of a tree. */
#pragma once
#include <sys/stat.h>

#define FTW_F 0   /* a file that is no directory */
#define FTW_D 1   /* a directory, before its contents */
#define FTW_DNR 2 /* a directory that cannot be read */
#define FTW_NS 3  /* stat failed; errno says why */
#define FTW_SL 4  /* a symbolic link (FTW_PHYS) */
#define FTW_DP 5  /* a directory, after its contents (FTW_DEPTH) */
#define FTW_SLN 6 /* a symbolic link that leads nowhere */

#define FTW_PHYS 1  /* do not follow symbolic links */
#define FTW_MOUNT 2 /* stay in one file system */
#define FTW_DEPTH 8 /* directories after their contents */

struct FTW {
    int base;  /* offset of the last name in the path */
    int level; /* depth below the start, which is 0 */
};

/*
 * Walk the tree at PATH.  Stops and returns what FUNCTION returned when that is not 0; -1 with
 * errno when memory runs out.  At most one directory is open at a time, so MAX_FDS is not looked
 * at.
 */
int nftw(const char *path,
         int (*function)(const char *path, const struct stat *st, int type, struct FTW *where),
         int max_fds, int flags);
