/* SPDX-License-Identifier: MIT */
/*
 * path.c - take path names apart.
 */
#include "lib/path.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static const char *skip_slashes(const char *s)
{
    while (*s == '/')
        s++;
    return s;
}

static const char *skip_name(const char *s)
{
    while (*s && *s != '/')
        s++;
    return s;
}

int path_next(const char **path, struct path_name *name)
{
    const char *start = skip_slashes(*path);
    const char *end = skip_name(start);

    if (start == end)
        return 0;
    if (end - start > NAME_MAX)
        return -ENAMETOOLONG;
    name->s = start;
    name->len = (size_t)(end - start);
    name->has_slash = *end == '/';
    name->is_last = !*skip_slashes(end);
    *path = end;
    return 1;
}

int path_split(const char *path, size_t *dir_len, struct path_name *name)
{
    const char *rest = path;
    int err;

    if (!*path)
        return -ENOENT;
    *name = (struct path_name){ .s = path, .is_last = true, .has_slash = true };
    do {
        err = path_next(&rest, name);
        if (err < 0)
            return err;
    } while (err > 0 && !name->is_last);
    *dir_len = name->len ? (size_t)(name->s - path) : 1;
    return name->len ? 0 : -EISDIR;
}

bool path_is_dot(const struct path_name *name)
{
    return name->len == 1 && name->s[0] == '.';
}

bool path_is_dotdot(const struct path_name *name)
{
    return name->len == 2 && name->s[0] == '.' && name->s[1] == '.';
}

bool path_name_is(const struct path_name *name, const char *s)
{
    return strlen(s) == name->len && memcmp(name->s, s, name->len) == 0;
}
