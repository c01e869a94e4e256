// sources: lib/path.c tests/fuzz/path.c
/* SPDX-License-Identifier: MIT */
/*
 * test_path.c - paths taken apart, against strtok and by hand.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "lib/abi/errno.h"
#include "lib/path.h"
#include "lib/rand.h"
#include "tests/fuzz/fuzz.h"

Test(path, names_as_strtok_finds_them)
{
    struct rand r = { 13 };

    for (int round = 0; round < 20000; round++) {
        size_t n = rand_below(&r, 24);
        uint8_t *path = malloc(n + 1);

        for (size_t i = 0; i < n; i++)
            path[i] = (uint8_t)"//ab."[rand_below(&r, 5)];
        fuzz_path(path, n);
        free(path);
    }
}

Test(path, long_names)
{
    char path[700];
    const char *rest;
    struct path_name name;
    size_t dir_len;

    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[256] = '/';                    /* a name of 255                   */
    path[512] = '\0';                   /* another                         */
    rest = path;
    cr_assert(path_next(&rest, &name) == 1 && name.len == 255 && !name.is_last);
    cr_assert(path_next(&rest, &name) == 1 && name.len == 255 && name.is_last && !name.has_slash);
    cr_assert(path_split(path, &dir_len, &name) == 0 && dir_len == 257);
    path[512] = 'x';
    path[513] = '\0';                   /* one too long                    */
    rest = path;
    cr_assert(path_next(&rest, &name) == 1);
    for (int i = 0; i < 2; i++)
        cr_assert(path_next(&rest, &name) == -ENAMETOOLONG && rest == path + 256);
    cr_assert(path_split(path, &dir_len, &name) == -ENAMETOOLONG);
    path[256] = 'x';
    path[400] = '\0';
    rest = path;
    cr_assert(path_next(&rest, &name) == -ENAMETOOLONG);
}

Test(path, by_hand)
{
    struct path_name name;
    size_t dir_len;

    cr_assert(path_is_absolute("/a") && !path_is_absolute("a/") && !path_is_absolute(""));
    cr_assert(path_split("file", &dir_len, &name) == 0 && dir_len == 0 && !name.has_slash);
    cr_assert(path_split("/file", &dir_len, &name) == 0 && dir_len == 1);
    cr_assert(path_split("a/b///c//", &dir_len, &name) == 0 && dir_len == 6 && name.has_slash);
    cr_assert(path_name_is(&name, "c") && !path_name_is(&name, "c/") && !path_name_is(&name, ""));
    cr_assert(path_split("..", &dir_len, &name) == 0 && path_is_dotdot(&name));
    cr_assert(path_split("a/.", &dir_len, &name) == 0 && path_is_dot(&name) && dir_len == 2);
    cr_assert(path_split("...", &dir_len, &name) == 0 && !path_is_dotdot(&name));
}
