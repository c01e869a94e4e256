/* SPDX-License-Identifier: MIT */
/*
 * rm.c - remove files and trees.
 *
 * -f neither asks nor minds files that are not there; -i asks for every file; -r removes
 * directories with all they hold.  A file that may not be written is asked about when stdin is a
 * terminal.
 */
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static bool force, interactive, recursive, verbose;
static int status;

static void fail(const char *path)
{
    warn("%s", path);
    status = 1;
}

static bool is_allowed(const char *path, const struct stat *st)
{
    if (force && !interactive)
        return true;
    if (interactive)
        return ask("rm: remove %s? ", path);
    if (S_ISLNK(st->st_mode) || access(path, W_OK) == 0 || !isatty(STDIN_FILENO))
        return true;
    return ask("rm: remove write-protected %s? ", path);
}

static void remove_file(const char *path, const struct stat *st)
{
    if (!is_allowed(path, st))
        return;
    if ((S_ISDIR(st->st_mode) ? rmdir(path) : unlink(path)) < 0)
        fail(path);
    else if (verbose)
        printf("removed %s\n", path);
}

/* A directory that cannot be read may still be empty. */
static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)where;
    if (type == FTW_NS)
        fail(path);
    else if (type == FTW_DNR && rmdir(path) < 0)
        fail(path);
    else if (type != FTW_DNR)
        remove_file(path, st);
    return 0;
}

static bool is_forbidden(const char *path)
{
    char *copy = strdup(path);
    const char *last = copy != NULL ? basename(copy) : "";
    bool forbidden = strcmp(last, ".") == 0 || strcmp(last, "..") == 0 || strcmp(last, "/") == 0;

    free(copy);
    return forbidden;
}

static void remove_operand(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0) {
        if (errno != ENOENT || !force)
            fail(path);
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        remove_file(path, &st);
        return;
    }
    if (!recursive) {
        errno = EISDIR;
        fail(path);
        return;
    }
    if (is_forbidden(path)) {
        warnx("%s: refusing to remove", path);
        status = 1;
        return;
    }
    if (nftw(path, visit, 1, FTW_DEPTH | FTW_PHYS) < 0)
        fail(path);
}

static int usage(void)
{
    fputs("usage: rm [-firRv] file ...\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "firRv")) != -1) {
        switch (option) {
        case 'f':
            force = true;
            interactive = false;
            break;
        case 'i':
            interactive = true;
            break;
        case 'r':
        case 'R':
            recursive = true;
            break;
        case 'v':
            verbose = true;
            break;
        default:
            return usage();
        }
    }
    if (optind == argc && !force)
        return usage();
    for (; optind < argc; optind++)
        remove_operand(argv[optind]);
    return finish_output(status);
}
