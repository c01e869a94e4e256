/* SPDX-License-Identifier: MIT */
/* glob.h - names that match a shell pattern. */
#pragma once
#include <stddef.h>

#define GLOB_ERR 0x01      /* stop at a directory that cannot be read */
#define GLOB_MARK 0x02     /* append '/' to directories */
#define GLOB_NOSORT 0x04   /* leave them in directory order */
#define GLOB_DOOFFS 0x08   /* begin with gl_offs NULL pointers */
#define GLOB_NOCHECK 0x10  /* no match: return the pattern itself */
#define GLOB_APPEND 0x20   /* add to the result of an earlier call */
#define GLOB_NOESCAPE 0x40 /* '\' is an ordinary character */
#define GLOB_PERIOD 0x80   /* a leading '.' is matched by * ? [ */

#define GLOB_NOSPACE 1
#define GLOB_ABORTED 2
#define GLOB_NOMATCH 3

typedef struct {
    size_t gl_pathc;
    char **gl_pathv;
    size_t gl_offs;
} glob_t;

int glob(const char *pattern, int flags, int (*on_error)(const char *path, int error), glob_t *g);
void globfree(glob_t *g);
