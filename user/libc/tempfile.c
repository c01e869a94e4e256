/* SPDX-License-Identifier: MIT */
/*
 * tempfile.c - files and directories with new names: the last six X of a template become random
 * letters, until a name is free.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "user/libc/stdio_file.h"

#define NX 6
#define TRIES 100

/* Where the X stand, or NULL with EINVAL. */
static char *find_x(char *template)
{
    size_t length = strlen(template);

    if (length >= NX && strcmp(template + length - NX, "XXXXXX") == 0)
        return template + length - NX;
    errno = EINVAL;
    return NULL;
}

static void fill_x(char *x)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    uint64_t random;

    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        random = (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15UL + (uint64_t)getpid();
    }
    for (int i = 0; i < NX; i++, random >>= 6)
        x[i] = letters[random % 64];
}

int mkostemp(char *template, int flags)
{
    char *x = find_x(template);

    for (int i = 0; x != NULL && i < TRIES; i++) {
        int fd;

        fill_x(x);
        fd = open(template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

int mkstemp(char *template)
{
    return mkostemp(template, 0);
}

char *mkdtemp(char *template)
{
    char *x = find_x(template);

    for (int i = 0; x != NULL && i < TRIES; i++) {
        fill_x(x);
        if (mkdir(template, 0700) == 0)
            return template;
        if (errno != EEXIST)
            return NULL;
    }
    return NULL;
}

FILE *tmpfile(void)
{
    char path[] = P_tmpdir "/tmp.XXXXXX";
    int fd = mkstemp(path);
    FILE *f;

    if (fd < 0)
        return NULL;
    unlink(path);
    f = __stdio_create(fd, O_RDWR);
    if (f == NULL)
        close(fd);
    return f;
}
