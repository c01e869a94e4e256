/* SPDX-License-Identifier: MIT */
/*
 * passwd.c - users and groups: lines of fields between colons in /etc/passwd and /etc/group.
 *
 * A line is kept in a buffer and cut up in place; the results point into it.
 */
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MEMBERS 64

struct table {
    const char *path;
    FILE *file;
    char *line;
    size_t size;
};

static struct table users = { .path = "/etc/passwd" };
static struct table groups = { .path = "/etc/group" };

static void finish(struct table *t)
{
    if (t->file != NULL)
        fclose(t->file);
    t->file = NULL;
}

/* Cut the next line with COUNT fields into FIELD; false at the end. */
static bool next_line(struct table *t, char **field, int count)
{
    if (t->file == NULL)
        t->file = fopen(t->path, "re");
    if (t->file == NULL)
        return false;
    while (getline(&t->line, &t->size, t->file) > 0) {
        char *rest = t->line;
        int i = 0;

        rest[strcspn(rest, "\n")] = '\0';
        while (i < count && rest != NULL)
            field[i++] = strsep(&rest, ":");
        if (i == count)
            return true;
    }
    return false;
}

struct passwd *getpwent(void)
{
    static struct passwd user;
    char *field[7];

    if (!next_line(&users, field, 7))
        return NULL;
    user = (struct passwd){
        .pw_name = field[0],
        .pw_passwd = field[1],
        .pw_uid = (uid_t)strtoul(field[2], NULL, 10),
        .pw_gid = (gid_t)strtoul(field[3], NULL, 10),
        .pw_gecos = field[4],
        .pw_dir = field[5],
        .pw_shell = field[6],
    };
    return &user;
}

void setpwent(void)
{
    finish(&users);
}

void endpwent(void)
{
    finish(&users);
}

struct passwd *getpwnam(const char *name)
{
    struct passwd *user;

    setpwent();
    do
        user = getpwent();
    while (user != NULL && strcmp(user->pw_name, name) != 0);
    endpwent();
    return user;
}

struct passwd *getpwuid(uid_t uid)
{
    struct passwd *user;

    setpwent();
    do
        user = getpwent();
    while (user != NULL && user->pw_uid != uid);
    endpwent();
    return user;
}

struct group *getgrent(void)
{
    static struct group group;
    static char *member[MAX_MEMBERS + 1];
    char *field[4];
    int count = 0;

    if (!next_line(&groups, field, 4))
        return NULL;
    for (char *rest = field[3]; rest != NULL && *rest != '\0' && count < MAX_MEMBERS;)
        member[count++] = strsep(&rest, ",");
    member[count] = NULL;
    group = (struct group){
        .gr_name = field[0],
        .gr_passwd = field[1],
        .gr_gid = (gid_t)strtoul(field[2], NULL, 10),
        .gr_mem = member,
    };
    return &group;
}

void setgrent(void)
{
    finish(&groups);
}

void endgrent(void)
{
    finish(&groups);
}

struct group *getgrnam(const char *name)
{
    struct group *group;

    setgrent();
    do
        group = getgrent();
    while (group != NULL && strcmp(group->gr_name, name) != 0);
    endgrent();
    return group;
}

struct group *getgrgid(gid_t gid)
{
    struct group *group;

    setgrent();
    do
        group = getgrent();
    while (group != NULL && group->gr_gid != gid);
    endgrent();
    return group;
}
