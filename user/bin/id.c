/* SPDX-License-Identifier: MIT */
/*
 * id.c - the user and groups of this process: -u user, -g group, -G all groups, -n names, -r
 * real.
 */
#include <err.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>
#include <util.h>

#define MAX_GROUPS 256

static bool names;

static void print_user(uid_t uid)
{
    struct passwd *user = names ? getpwuid(uid) : NULL;

    if (user != NULL)
        fputs(user->pw_name, stdout);
    else
        printf("%u", uid);
}

static void print_group(gid_t gid)
{
    struct group *group = names ? getgrgid(gid) : NULL;

    if (group != NULL)
        fputs(group->gr_name, stdout);
    else
        printf("%u", gid);
}

/* "uid=0(root)" */
static void print_labelled_user(const char *label, uid_t uid)
{
    struct passwd *user = getpwuid(uid);

    printf("%s=%u", label, uid);
    if (user != NULL)
        printf("(%s)", user->pw_name);
}

static void print_labelled_group(const char *label, gid_t gid)
{
    struct group *group = getgrgid(gid);

    printf("%s%u", label, gid);
    if (group != NULL)
        printf("(%s)", group->gr_name);
}

/* The effective group first, then the others; returns how many there are. */
static int list_groups(gid_t groups[MAX_GROUPS])
{
    gid_t others[MAX_GROUPS];
    int nothers = getgroups(MAX_GROUPS, others);
    int count = 0;

    if (nothers < 0)
        err(1, "cannot read the groups");
    groups[count++] = getegid();
    for (int i = 0; i < nothers && count < MAX_GROUPS; i++)
        if (others[i] != groups[0])
            groups[count++] = others[i];
    return count;
}

static void print_all(void)
{
    gid_t groups[MAX_GROUPS];
    int count = list_groups(groups);

    print_labelled_user("uid", getuid());
    print_labelled_group(" gid=", getgid());
    if (geteuid() != getuid())
        print_labelled_user(" euid", geteuid());
    if (getegid() != getgid())
        print_labelled_group(" egid=", getegid());
    for (int i = 0; i < count; i++)
        print_labelled_group(i == 0 ? " groups=" : ",", groups[i]);
}

static void print_groups(void)
{
    gid_t groups[MAX_GROUPS];
    int count = list_groups(groups);

    for (int i = 0; i < count; i++) {
        if (i > 0)
            putchar(' ');
        print_group(groups[i]);
    }
}

int main(int argc, char **argv)
{
    bool real = false;
    int what = 0;
    int option;

    while ((option = getopt(argc, argv, "ugGnr")) != -1) {
        switch (option) {
        case 'u':
        case 'g':
        case 'G':
            what = option;
            break;
        case 'n':
            names = true;
            break;
        case 'r':
            real = true;
            break;
        default:
            optind = argc + 1;
            break;
        }
    }
    if (optind != argc || (what == 0 && (names || real))) {
        fputs("usage: id [-u | -g | -G] [-nr]\n", stderr);
        return 1;
    }
    if (what == 'u')
        print_user(real ? getuid() : geteuid());
    else if (what == 'g')
        print_group(real ? getgid() : getegid());
    else if (what == 'G')
        print_groups();
    else
        print_all();
    putchar('\n');
    return finish_output(0);
}
