/* SPDX-License-Identifier: MIT */
/* libgen.c - directory part and last part of a path; slashes at its end do not count. */
#include <libgen.h>
#include <string.h>

static void strip_slashes(char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
}

char *basename(char *path)
{
    char *slash;

    if (path == NULL || *path == '\0')
        return ".";
    strip_slashes(path);
    slash = strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

char *dirname(char *path)
{
    char *slash;

    if (path == NULL || *path == '\0')
        return ".";
    strip_slashes(path);
    slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    slash[slash == path] = '\0';
    strip_slashes(path);
    return path;
}
