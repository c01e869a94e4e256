/* SPDX-License-Identifier: MIT */
/* util_put.c - the operands of commands that put files somewhere. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <util.h>

int put_all(int count, char **names, int (*act)(const char *source, const char *target))
{
    const char *dest = names[--count];
    int status = 0;

    if (count > 1 && !is_directory(dest)) {
        errno = ENOTDIR;
        err(1, "%s", dest);
    }
    for (int i = 0; i < count; i++) {
        char *target = path_into(dest, names[i]);

        status |= act(names[i], target);
        free(target);
    }
    return status;
}
