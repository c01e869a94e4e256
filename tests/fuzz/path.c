// sources: lib/path.c
/* SPDX-License-Identifier: MIT */
/*
 * path.c - paths taken apart as strtok() does it.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/port/port.h"
#include "lib/abi/errno.h"
#include "lib/path.h"
#include "tests/fuzz/fuzz.h"

/* What path_next() says about the name at TOKEN. */
static void check_name(const struct path_name *name, const char *at, const char *token)
{
    const char *tail = at + strlen(token);

    ASSERT(name->s == at && path_name_is(name, token) && name->len == strlen(token));
    ASSERT(path_is_dot(name) == (strcmp(token, ".") == 0));
    ASSERT(path_is_dotdot(name) == (strcmp(token, "..") == 0));
    ASSERT(name->has_slash == (*tail == '/'));
    ASSERT(name->is_last == (strspn(tail, "/") == strlen(tail)));
}

/* Take names off PATH, of which COPY is a copy, up to its end or to one that is too long.
 * The last name; returns how many there are, or -ENAMETOOLONG. */
static int check_names(const char *path, char *copy, struct path_name *name)
{
    const char *rest = path;
    int n = 0;

    for (char *token = strtok(copy, "/"); token; token = strtok(NULL, "/"), n++) {
        const char *before = rest;
        int err = path_next(&rest, name);

        if (strlen(token) > NAME_MAX) {
            ASSERT(err == -ENAMETOOLONG && rest == before);
            return err;
        }
        ASSERT(err == 1);
        check_name(name, path + (token - copy), token);
    }
    ASSERT(path_next(&rest, name) == 0 && path_next(&rest, name) == 0);
    return n;
}

static void check_split(const char *path, int names, const struct path_name *name)
{
    struct path_name last;
    size_t dir_len;
    int err = path_split(path, &dir_len, &last);

    if (!*path) {
        ASSERT(err == -ENOENT);
    } else if (names == 0) {
        ASSERT(err == -EISDIR && dir_len == 1 && last.len == 0);
    } else if (names < 0) {
        ASSERT(err == -ENAMETOOLONG);
    } else {
        ASSERT(err == 0 && last.s == name->s && last.len == name->len);
        ASSERT(path + dir_len == last.s && last.has_slash == name->has_slash && last.is_last);
    }
}

bool fuzz_path(const uint8_t *data, size_t size)
{
    char *path = strndup((const char *)data, size), *copy = strdup(path);
    struct path_name name;
    int names = check_names(path, copy, &name);

    ASSERT(path_is_absolute(path) == (*path == '/'));
    check_split(path, names, &name);
    free(path);
    free(copy);
    return names > 0;
}
