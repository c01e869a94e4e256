/* SPDX-License-Identifier: MIT */
/* chmod.c - change permissions, by an octal number or words such as u+x,go-w; -R of whole trees. */
#include <ctype.h>
#include <err.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static const char *mode_text;
static int status;

static void fail(const char *path)
{
    warn("%s", path);
    status = 1;
}

static void change(const char *path, const struct stat *st)
{
    mode_t mode = 0;

    if (!parse_mode(mode_text, st->st_mode, &mode))
        errx(1, "%s: invalid mode", mode_text);
    if (chmod(path, mode) < 0)
        fail(path);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where);

/* A directory that could not be read before its mode was changed. */
static void enter(const char *path)
{
    if (access(path, R_OK | X_OK) < 0 || nftw(path, visit, 1, FTW_PHYS) < 0)
        fail(path);
}

/* Links inside a tree have no mode of their own, and what they lead to is not part of the tree. */
static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)where;
    if (type == FTW_NS)
        fail(path);
    else if (type != FTW_SL)
        change(path, st);
    if (type == FTW_DNR)
        enter(path);
    return 0;
}

static void handle(const char *path, bool recursive)
{
    struct stat st;

    if (stat(path, &st) < 0)
        fail(path);
    else if (!recursive)
        change(path, &st);
    else if (nftw(path, visit, 1, FTW_PHYS) < 0)
        fail(path);
}

static int usage(void)
{
    fputs("usage: chmod [-R] mode file ...\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    bool recursive = false;
    mode_t mode;
    int i = 1;

    /* "-x" is a mode, so getopt would be wrong. */
    for (; i < argc && (strcmp(argv[i], "-R") == 0 || strcmp(argv[i], "--") == 0); i++)
        recursive |= argv[i][1] == 'R';
    if (argc - i < 2)
        return usage();
    mode_text = argv[i++];
    if (!parse_mode(mode_text, 0, &mode))
        errx(1, "%s: invalid mode", mode_text);
    for (; i < argc; i++)
        handle(argv[i], recursive);
    return status;
}
