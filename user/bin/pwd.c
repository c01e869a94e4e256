/* SPDX-License-Identifier: MIT */
/* pwd.c - the current directory; -L as PWD says, if that is right, -P without symbolic links. */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

static bool is_here(const char *path)
{
    struct stat a, b;

    return path != NULL && path[0] == '/' && strstr(path, "/.") == NULL && stat(path, &a) == 0
           && stat(".", &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int main(int argc, char **argv)
{
    bool logical = false;
    char *path;
    int option;

    while ((option = getopt(argc, argv, "LP")) != -1) {
        if (option == '?') {
            fputs("usage: pwd [-L | -P]\n", stderr);
            return 1;
        }
        logical = option == 'L';
    }
    path = logical && is_here(getenv("PWD")) ? getenv("PWD") : getcwd(NULL, 0);
    if (path == NULL)
        err(1, NULL);
    puts(path);
    return finish_output(0);
}
