/* SPDX-License-Identifier: MIT */
/* process.c - system calls about processes, sessions, limits and priorities. */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/syscall.h"

pid_t fork(void)
{
    return (pid_t)SYSCALL(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

void _exit(int status)
{
    for (;;)
        RAW_SYSCALL(SYS_exit_group, status);
}

void _Exit(int status)
{
    _exit(status);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
    return (int)SYSCALL(SYS_execve, path, argv, envp);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    return (pid_t)SYSCALL(SYS_wait4, pid, status, options, usage);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

pid_t getpid(void)
{
    return (pid_t)SYSCALL(SYS_getpid);
}

pid_t getppid(void)
{
    return (pid_t)SYSCALL(SYS_getppid);
}

pid_t gettid(void)
{
    return (pid_t)SYSCALL(SYS_gettid);
}

pid_t getpgid(pid_t pid)
{
    return (pid_t)SYSCALL(SYS_getpgid, pid);
}

pid_t getpgrp(void)
{
    return getpgid(0);
}

int setpgid(pid_t pid, pid_t group)
{
    return (int)SYSCALL(SYS_setpgid, pid, group);
}

pid_t getsid(pid_t pid)
{
    return (pid_t)SYSCALL(SYS_getsid, pid);
}

pid_t setsid(void)
{
    return (pid_t)SYSCALL(SYS_setsid);
}

int sched_yield(void)
{
    return (int)SYSCALL(SYS_sched_yield);
}

/* The kernel returns the bytes it wrote; the C convention is 0. */
int sched_getaffinity(pid_t pid, size_t size, void *mask)
{
    return SYSCALL(SYS_sched_getaffinity, pid, size, mask) < 0 ? -1 : 0;
}

int sched_setaffinity(pid_t pid, size_t size, const void *mask)
{
    return (int)SYSCALL(SYS_sched_setaffinity, pid, size, mask);
}

int prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old)
{
    return (int)SYSCALL(SYS_prlimit64, pid, resource, limit, old);
}

int getrlimit(int resource, struct rlimit *limit)
{
    return prlimit(0, resource, NULL, limit);
}

int setrlimit(int resource, const struct rlimit *limit)
{
    return prlimit(0, resource, limit, NULL);
}

int getrusage(int who, struct rusage *usage)
{
    return (int)SYSCALL(SYS_getrusage, who, usage);
}

/* The kernel returns 20 - priority, so that no result looks like an error. */
int getpriority(int which, id_t who)
{
    long result = SYSCALL(SYS_getpriority, which, who);

    return result < 0 ? -1 : 20 - (int)result;
}

int setpriority(int which, id_t who, int priority)
{
    return (int)SYSCALL(SYS_setpriority, which, who, priority);
}

int nice(int increment)
{
    int old;

    errno = 0;
    old = getpriority(PRIO_PROCESS, 0);
    if (errno != 0 || setpriority(PRIO_PROCESS, 0, old + increment) < 0)
        return -1;
    return getpriority(PRIO_PROCESS, 0);
}

int prctl(int operation, ...)
{
    va_list args;
    long arg[4];

    va_start(args, operation);
    for (int i = 0; i < 4; i++)
        arg[i] = va_arg(args, long);
    va_end(args);
    return (int)SYSCALL(SYS_prctl, operation, arg[0], arg[1], arg[2], arg[3]);
}

int personality(unsigned long persona)
{
    return (int)SYSCALL(SYS_personality, persona);
}
