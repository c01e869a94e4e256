/* SPDX-License-Identifier: MIT */
/*
 * vmtrace.c - record in which order a program uses its pages.
 *
 *     vmtrace [-o FILE] [-w WINDOW] PROGRAM [ARGUMENT...]
 *
 * The file, vmtrace.out if none is named, is for vmsim on the host.  A use of one of the
 * WINDOW pages (16) that the program came to last is not recorded.  The status is the
 * program's.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>

#define TRACE "/proc/page_trace"

static void usage(void)
{
    fprintf(stderr, "usage: vmtrace [-o FILE] [-w WINDOW] PROGRAM [ARGUMENT...]\n");
    exit(2);
}

static void record(int trace, pid_t pid, const char *window)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%d %s", (int)pid, window);

    if (n >= (int)sizeof(text) || write(trace, text, (size_t)n) < 0) {
        kill(pid, SIGKILL);
        err(1, "cannot record with a window of %s", window);
    }
}

static void put(int to, const char *buf, size_t n, const char *name)
{
    if (write_all(to, buf, n) < 0)
        err(1, "%s", name);
}

static void copy(int from, int to, const char *name)
{
    static char buf[65536];
    size_t have = 0;
    ssize_t n;

    while ((n = read(from, buf + have, sizeof(buf) - have)) > 0) {
        have += (size_t)n;
        if (have > sizeof(buf) / 2) {
            put(to, buf, have, name);
            have = 0;
        }
    }
    if (n < 0)
        err(1, TRACE);
    put(to, buf, have, name);
}

int main(int argc, char **argv)
{
    const char *name = "vmtrace.out", *window = "16";
    int c, trace, out, status;
    pid_t pid;

    while ((c = getopt(argc, argv, "+o:w:")) != -1) {
        if (c == 'o')
            name = optarg;
        else if (c == 'w')
            window = optarg;
        else
            usage();
    }
    if (optind == argc)
        usage();
    trace = open(TRACE, O_RDWR | O_CLOEXEC);
    if (trace < 0)
        err(1, TRACE);
    out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0)
        err(1, "%s", name);
    pid = start_stopped(argv + optind);
    record(trace, pid, window);
    kill(pid, SIGCONT);
    copy(trace, out, name);
    if (waitpid(pid, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
