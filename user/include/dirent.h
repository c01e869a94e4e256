/* SPDX-License-Identifier: MIT */
/* dirent.h - reading directories. */
#pragma once
#include <sys/types.h>
#include "lib/abi/dirent.h"

#define NAME_MAX 255

typedef struct dir_stream DIR;

struct dirent {
    ino_t d_ino;
    off_t d_off;
    unsigned short d_reclen;
    unsigned char d_type; /* DT_... */
    char d_name[NAME_MAX + 1];
};

DIR *opendir(const char *path);
DIR *fdopendir(int fd);
int closedir(DIR *dir);
/* The next entry, valid until the next call; NULL at the end, or with errno changed on an error. */
struct dirent *readdir(DIR *dir);
void rewinddir(DIR *dir);
void seekdir(DIR *dir, long position);
long telldir(DIR *dir);
int dirfd(DIR *dir);

/*
 * All entries that SELECT accepts, sorted by COMPARE; returns their number.  Free each and *LIST.
 */
int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **a, const struct dirent **b);
