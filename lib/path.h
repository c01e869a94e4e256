/* SPDX-License-Identifier: MIT */
/*
 * path.h - take path names apart.
 *
 * A path is names between slashes; several slashes count as one.  Slashes at
 * the end ask for a directory.  Nothing here knows what the names mean, except
 * that it recognises . and ..; nothing is copied: names point into the path.
 */
#pragma once
#include "lib/types.h"

#define NAME_MAX 255                    /* bytes in a name                 */
#define PATH_MAX 4096                   /* bytes in a path, NUL included   */

struct path_name {
    const char *s;                      /* not ended by a NUL              */
    size_t len;
    bool is_last;                       /* nothing but slashes behind it   */
    bool has_slash;                     /* at least one slash behind it    */
};

static inline bool path_is_absolute(const char *path)
{
    return path[0] == '/';
}

/*
 * Take the first name off *PATH, which then starts behind it.
 * 1, 0 if there is no name left, or -ENAMETOOLONG (*PATH does not move).
 */
int path_next(const char **path, struct path_name *name);

/*
 * Split PATH before its last name: *DIR_LEN bytes of PATH name the directory,
 * 0 meaning the current one.
 * 0; -ENOENT for an empty path; -EISDIR if it has slashes only (NAME is then
 * empty and *DIR_LEN 1); -ENAMETOOLONG.
 */
int path_split(const char *path, size_t *dir_len, struct path_name *name);

bool path_is_dot(const struct path_name *name);
bool path_is_dotdot(const struct path_name *name);

/* Whether NAME is the string S. */
bool path_name_is(const struct path_name *name, const char *s);
