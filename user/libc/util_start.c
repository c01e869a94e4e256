/* SPDX-License-Identifier: MIT */
/* util_start.c - programs that somebody looks at from their first step on. */
#include <err.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>

pid_t start_stopped(char **argv)
{
    pid_t pid = fork();
    int status;

    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        raise(SIGSTOP);
        execvp(argv[0], argv);
        err(127, "%s", argv[0]);
    }
    if (waitpid(pid, &status, WUNTRACED) < 0)
        err(1, "waitpid");
    return pid;
}
