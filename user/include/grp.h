/* SPDX-License-Identifier: MIT */
/* grp.h - groups, read from /etc/group.  Results are valid until the next call. */
#pragma once
#include <sys/types.h>

struct group {
    char *gr_name;
    char *gr_passwd;
    gid_t gr_gid;
    char **gr_mem;
};

struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);
struct group *getgrent(void);
void setgrent(void);
void endgrent(void);
int setgroups(size_t count, const gid_t *groups);
