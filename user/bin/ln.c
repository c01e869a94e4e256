/* SPDX-License-Identifier: MIT */
/*
 * ln.c - make links; -s symbolic ones, -f in place of what is there, -n into no directory.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

static bool symbolic, force;

static int make_link(const char *source, const char *path)
{
    return symbolic ? symlink(source, path) : link(source, path);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return lstat(a, &x) == 0 && lstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whether a hard link to SOURCE can take the place of PATH: nothing is removed in vain. */
static bool can_replace(const char *source, const char *path)
{
    struct stat from, to;

    if (lstat(source, &from) < 0 || lstat(path, &to) < 0)
        return false;
    errno = S_ISDIR(from.st_mode) ? EPERM : EXDEV;
    return !S_ISDIR(from.st_mode) && from.st_dev == to.st_dev;
}

static int make(const char *source, const char *path)
{
    if (make_link(source, path) == 0)
        return 0;
    if (errno == EEXIST && force) {
        if (symbolic ? leads_to(source, path) : is_same_file(source, path)) {
            warnx("%s and %s are the same file", source, path);
            return 1;
        }
        if ((symbolic || can_replace(source, path)) && unlink(path) == 0
            && make_link(source, path) == 0)
            return 0;
    }
    warn("%s", errno == EEXIST || symbolic ? path : source);
    return 1;
}

static int usage(void)
{
    fputs("usage: ln [-fns] target [link]\n"
          "       ln [-fns] target ... directory\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    bool no_directory = false;
    const char *dest = ".";
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "fns")) != -1) {
        switch (option) {
        case 'f':
            force = true;
            break;
        case 'n':
            no_directory = true;
            break;
        case 's':
            symbolic = true;
            break;
        default:
            return usage();
        }
    }
    if (optind == argc)
        return usage();
    if (argc - optind > 1)
        dest = argv[--argc];
    if (argc - optind > 1 && !is_directory(dest)) {
        errno = ENOTDIR;
        err(1, "%s", dest);
    }
    for (; optind < argc; optind++) {
        struct stat st;
        bool is_link = no_directory && lstat(dest, &st) == 0 && S_ISLNK(st.st_mode);
        char *path = is_link ? strdup(dest) : path_into(dest, argv[optind]);

        if (path == NULL)
            err(1, NULL);
        status |= make(argv[optind], path);
        free(path);
    }
    return status;
}
