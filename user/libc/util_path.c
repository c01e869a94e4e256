/* SPDX-License-Identifier: MIT */
/* util_path.c - names that commands make for the files they write. */
#include <err.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <util.h>

bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool leads_to(const char *name, const char *path)
{
    struct stat there, here;

    return stat(name, &there) == 0 && lstat(path, &here) == 0 && there.st_dev == here.st_dev
           && there.st_ino == here.st_ino;
}

char *path_join(const char *dir, const char *name)
{
    size_t length = strlen(dir);
    const char *slash = length > 0 && dir[length - 1] == '/' ? "" : "/";
    char *path;

    if (asprintf(&path, "%s%s%s", dir, slash, name) < 0)
        err(1, "%s", dir);
    return path;
}

char *path_into(const char *dest, const char *source)
{
    char *copy = strdup(is_directory(dest) ? source : dest);
    char *path;

    if (copy == NULL)
        err(1, "%s", dest);
    if (!is_directory(dest))
        return copy;
    path = path_join(dest, basename(copy));
    free(copy);
    return path;
}
