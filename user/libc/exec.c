/* SPDX-License-Identifier: MIT */
/*
 * exec.c - the forms of execve that search PATH or take their arguments one by one.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/syscall.h"

#define DEFAULT_PATH "/bin:/usr/bin"

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* A file without "#!" that no loader knows is a script for the shell. */
static int exec_script(const char *path, char *const argv[], char *const envp[])
{
    size_t count = 0;

    while (argv[count] != NULL)
        count++;

    char *script[count + 2];

    script[0] = "sh";
    script[1] = (char *)path;
    for (size_t i = 1; i <= count; i++)
        script[i + 1] = argv[i];
    if (count == 0)
        script[2] = NULL;
    return execve("/bin/sh", script, envp);
}

static int exec_file(const char *path, char *const argv[], char *const envp[])
{
    execve(path, argv, envp);
    return errno == ENOEXEC ? exec_script(path, argv, envp) : -1;
}

/* Try NAME in each directory of PATH.  EACCES in one does not stop the search but is remembered. */
int execvpe(const char *name, char *const argv[], char *const envp[])
{
    const char *path = getenv("PATH");
    size_t name_length = strlen(name);
    bool denied = false;
    char full[PATH_MAX];

    if (strchr(name, '/') != NULL)
        return exec_file(name, argv, envp);
    errno = ENOENT;
    if (name_length == 0)
        return -1;
    for (const char *dir = path != NULL ? path : DEFAULT_PATH; dir != NULL;) {
        const char *colon = strchr(dir, ':');
        size_t length = colon != NULL ? (size_t)(colon - dir) : strlen(dir);
        char *end = full;

        if (length + 1 + name_length + 1 > sizeof(full)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (length > 0) {
            end = mempcpy(end, dir, length);
            *end++ = '/';
        }
        memcpy(end, name, name_length + 1);
        exec_file(full, argv, envp);
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            return -1;
        denied |= errno == EACCES;
        dir = colon != NULL ? colon + 1 : NULL;
    }
    errno = denied ? EACCES : ENOENT;
    return -1;
}

int execvp(const char *name, char *const argv[])
{
    return execvpe(name, argv, environ);
}

/* The number of arguments up to the NULL. */
static size_t count_arguments(const char *first, va_list args)
{
    size_t count = 0;

    for (const char *arg = first; arg != NULL; arg = va_arg(args, const char *))
        count++;
    return count;
}

static void collect_arguments(const char *first, va_list args, size_t count, char **argv)
{
    argv[0] = (char *)first;
    for (size_t i = 1; i <= count; i++)
        argv[i] = va_arg(args, char *);
}

int execl(const char *path, const char *arg0, ...)
{
    va_list args;
    size_t count;

    va_start(args, arg0);
    count = count_arguments(arg0, args);
    va_end(args);

    char *argv[count + 1];

    va_start(args, arg0);
    collect_arguments(arg0, args, count, argv);
    va_end(args);
    return execv(path, argv);
}

int execlp(const char *name, const char *arg0, ...)
{
    va_list args;
    size_t count;

    va_start(args, arg0);
    count = count_arguments(arg0, args);
    va_end(args);

    char *argv[count + 1];

    va_start(args, arg0);
    collect_arguments(arg0, args, count, argv);
    va_end(args);
    return execvp(name, argv);
}
