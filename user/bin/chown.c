/* SPDX-License-Identifier: MIT */
/*
 * chown.c - give files to others: user, user:group or :group, by name or number.
 *
 * -R whole trees, -h the link itself instead of what it leads to.
 */
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uid_t uid = (uid_t)-1; /* -1: stays as it is */
static gid_t gid = (gid_t)-1;
static bool links_themselves;
static int status;

static void fail(const char *path)
{
    warn("%s", path);
    status = 1;
}

static bool parse_number(const char *text, unsigned *number)
{
    char *end;

    *number = (unsigned)strtoul(text, &end, 10);
    return end != text && *end == '\0';
}

static void parse_owner(char *text)
{
    char *group_name = text + strcspn(text, ":");
    struct passwd *user;
    struct group *group;

    if (*group_name == ':')
        *group_name++ = '\0';
    if (*text != '\0') {
        user = getpwnam(text);
        if (user != NULL)
            uid = user->pw_uid;
        else if (!parse_number(text, &uid))
            errx(1, "%s: unknown user", text);
    }
    if (*group_name != '\0') {
        group = getgrnam(group_name);
        if (group != NULL)
            gid = group->gr_gid;
        else if (!parse_number(group_name, &gid))
            errx(1, "%s: unknown group", group_name);
    }
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)where;
    if (type == FTW_NS || lchown(path, uid, gid) < 0 || type == FTW_DNR)
        fail(path);
    return 0;
}

static void handle(const char *path, bool recursive)
{
    if (recursive) {
        if (nftw(path, visit, 1, FTW_PHYS) < 0)
            fail(path);
        return;
    }
    if ((links_themselves ? lchown(path, uid, gid) : chown(path, uid, gid)) < 0)
        fail(path);
}

int main(int argc, char **argv)
{
    bool recursive = false;
    int option;

    while ((option = getopt(argc, argv, "hR")) != -1) {
        if (option == '?')
            break;
        recursive |= option == 'R';
        links_themselves |= option == 'h';
    }
    if (option == '?' || argc - optind < 2) {
        fputs("usage: chown [-hR] user[:group] file ...\n", stderr);
        return 1;
    }
    parse_owner(argv[optind++]);
    for (; optind < argc; optind++)
        handle(argv[optind], recursive);
    return status;
}
