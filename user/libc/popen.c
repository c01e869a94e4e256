/* SPDX-License-Identifier: MIT */
/*
 * popen.c - running commands through the shell: system, popen, pclose.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/libc/stdio_file.h"

#define SHELL "/bin/sh"

static void exec_shell(const char *command)
{
    execl(SHELL, "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static pid_t wait_for(pid_t pid, int *status)
{
    pid_t got;

    do
        got = waitpid(pid, status, 0);
    while (got < 0 && errno == EINTR);
    return got;
}

/*
 * While the command runs, the terminal's signals are its own: the caller ignores them, and keeps
 * SIGCHLD for itself until the child is collected.
 */
int system(const char *command)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction old_int, old_quit;
    sigset_t child = (sigset_t)1 << (SIGCHLD - 1);
    sigset_t old_mask;
    int status = -1;
    pid_t pid;

    if (command == NULL)
        return access(SHELL, X_OK) == 0;
    sigaction(SIGINT, &ignore, &old_int);
    sigaction(SIGQUIT, &ignore, &old_quit);
    sigprocmask(SIG_BLOCK, &child, &old_mask);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        sigaction(SIGINT, &old_int, NULL);
        sigaction(SIGQUIT, &old_quit, NULL);
        sigprocmask(SIG_SETMASK, &old_mask, NULL);
        exec_shell(command);
    }
    if (pid > 0 && wait_for(pid, &status) < 0)
        status = -1;
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGQUIT, &old_quit, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    return status;
}

/* The child gets the other end of the pipe as its stdin or stdout. */
static void run_child(const char *command, int end, int number)
{
    if (end == number)
        fcntl(end, F_SETFD, 0);
    else if (dup2(end, number) < 0)
        _exit(127);
    exec_shell(command);
}

FILE *popen(const char *command, const char *mode)
{
    int flags = __stdio_flags(mode);
    bool reading = mode[0] == 'r';
    int fd[2];
    FILE *f;

    if (flags < 0 || pipe2(fd, O_CLOEXEC) < 0)
        return NULL;
    f = __stdio_create(fd[!reading], reading ? O_RDONLY : O_WRONLY);
    if (f == NULL)
        goto close_both;
    fflush(NULL);
    f->child = fork();
    if (f->child == 0)
        run_child(command, fd[reading], reading);
    if (f->child < 0) {
        int error = errno;

        fclose(f);
        close(fd[reading]);
        errno = error;
        return NULL;
    }
    close(fd[reading]);
    return f;

close_both:
    close(fd[0]);
    close(fd[1]);
    return NULL;
}

int pclose(FILE *f)
{
    pid_t pid = f->child;
    int status;

    fclose(f);
    return wait_for(pid, &status) < 0 ? -1 : status;
}
