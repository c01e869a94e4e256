/* SPDX-License-Identifier: MIT */
/* ids.c - system calls about users and groups; -1 as an id leaves it as it is. */
#include <grp.h>
#include <sys/fsuid.h>
#include <unistd.h>
#include "user/libc/syscall.h"

#define UNCHANGED ((unsigned)-1)

uid_t getuid(void)
{
    return (uid_t)SYSCALL(SYS_getuid);
}

uid_t geteuid(void)
{
    return (uid_t)SYSCALL(SYS_geteuid);
}

gid_t getgid(void)
{
    return (gid_t)SYSCALL(SYS_getgid);
}

gid_t getegid(void)
{
    return (gid_t)SYSCALL(SYS_getegid);
}

int setuid(uid_t uid)
{
    return (int)SYSCALL(SYS_setuid, uid);
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
    return (int)SYSCALL(SYS_setresuid, real, effective, saved);
}

int seteuid(uid_t uid)
{
    return setresuid(UNCHANGED, uid, UNCHANGED);
}

int setreuid(uid_t real, uid_t effective)
{
    return (int)SYSCALL(SYS_setreuid, real, effective);
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
    return (int)SYSCALL(SYS_getresuid, real, effective, saved);
}

int setgid(gid_t gid)
{
    return (int)SYSCALL(SYS_setgid, gid);
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
    return (int)SYSCALL(SYS_setresgid, real, effective, saved);
}

int setegid(gid_t gid)
{
    return setresgid(UNCHANGED, gid, UNCHANGED);
}

int setregid(gid_t real, gid_t effective)
{
    return (int)SYSCALL(SYS_setregid, real, effective);
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
    return (int)SYSCALL(SYS_getresgid, real, effective, saved);
}

int setfsuid(uid_t uid)
{
    return (int)SYSCALL(SYS_setfsuid, uid);
}

int setfsgid(gid_t gid)
{
    return (int)SYSCALL(SYS_setfsgid, gid);
}

int getgroups(int count, gid_t *groups)
{
    return (int)SYSCALL(SYS_getgroups, count, groups);
}

int setgroups(size_t count, const gid_t *groups)
{
    return (int)SYSCALL(SYS_setgroups, count, groups);
}
