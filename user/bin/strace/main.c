/* SPDX-License-Identifier: MIT */
/*
 * strace - print the system calls of a program.
 *
 *     strace [-f] [-o FILE] PROGRAM [ARGUMENT...]
 *
 * -f: those of its threads and children, too, each line with the number of who made the call.
 * A call is printed to stderr, or FILE, when it begins, and its result when it returns; should
 * others come in between, its line is left <unfinished ...> and resumed.  The status is the
 * program's.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/strace/calls.h"
#include "user/bin/strace/names.h"
#include "user/bin/strace/print.h"

#define TRACE "/proc/call_trace"

static void usage(void)
{
    fprintf(stderr, "usage: strace [-f] [-o FILE] PROGRAM [ARGUMENT...]\n");
    exit(2);
}

static void follow(int trace, pid_t pid, bool forks)
{
    static struct call_trace_start start;

    start.pid = pid;
    start.flags = forks ? CALL_TRACE_FORKS : 0;
    fill_masks(start.masks);
    if (write(trace, &start, sizeof(start)) < 0) {
        kill(pid, SIGKILL);
        err(1, "cannot follow process %d", (int)pid);
    }
    kill(pid, SIGCONT);
}

/* Print what comes, from the first execve on: what was before is ours. */
static void print_all(int trace)
{
    static struct call_record records[8];
    bool started = false;
    ssize_t n;

    while ((n = read(trace, records, sizeof(records))) > 0) {
        for (size_t i = 0; i < (size_t)n / sizeof(records[0]); i++) {
            started |= records[i].kind == CALL_BEGINS && records[i].nr == SYS_execve;
            if (started)
                print_record(&records[i]);
        }
        print_flush();
    }
    if (n < 0)
        err(1, TRACE);
}

static int finish(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    print_end(pid, status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    const char *name = NULL;
    bool forks = false;
    int c, trace;
    pid_t pid;

    while ((c = getopt(argc, argv, "+fo:")) != -1) {
        if (c == 'f')
            forks = true;
        else if (c == 'o')
            name = optarg;
        else
            usage();
    }
    if (optind == argc)
        usage();
    trace = open(TRACE, O_RDWR | O_CLOEXEC);
    if (trace < 0)
        err(1, TRACE);
    print_begin(name, forks);
    pid = start_stopped(argv + optind);
    follow(trace, pid, forks);
    /* Ctrl-C is for the program. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    print_all(trace);
    return finish(pid);
}
