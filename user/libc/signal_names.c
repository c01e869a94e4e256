/* SPDX-License-Identifier: MIT */
/* signal_names.c - signals in words, and words to signals. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <util.h>
#include "lib/bitops.h"

struct signal_text {
    const char *name;
    const char *text;
};

static const struct signal_text signals[] = {
    [SIGHUP] = { "HUP", "Hangup" },
    [SIGINT] = { "INT", "Interrupt" },
    [SIGQUIT] = { "QUIT", "Quit" },
    [SIGILL] = { "ILL", "Illegal instruction" },
    [SIGTRAP] = { "TRAP", "Trace/breakpoint trap" },
    [SIGABRT] = { "ABRT", "Aborted" },
    [SIGBUS] = { "BUS", "Bus error" },
    [SIGFPE] = { "FPE", "Floating point exception" },
    [SIGKILL] = { "KILL", "Killed" },
    [SIGUSR1] = { "USR1", "User defined signal 1" },
    [SIGSEGV] = { "SEGV", "Segmentation fault" },
    [SIGUSR2] = { "USR2", "User defined signal 2" },
    [SIGPIPE] = { "PIPE", "Broken pipe" },
    [SIGALRM] = { "ALRM", "Alarm clock" },
    [SIGTERM] = { "TERM", "Terminated" },
    [SIGSTKFLT] = { "STKFLT", "Stack fault" },
    [SIGCHLD] = { "CHLD", "Child exited" },
    [SIGCONT] = { "CONT", "Continued" },
    [SIGSTOP] = { "STOP", "Stopped (signal)" },
    [SIGTSTP] = { "TSTP", "Stopped" },
    [SIGTTIN] = { "TTIN", "Stopped (tty input)" },
    [SIGTTOU] = { "TTOU", "Stopped (tty output)" },
    [SIGURG] = { "URG", "Urgent I/O condition" },
    [SIGXCPU] = { "XCPU", "CPU time limit exceeded" },
    [SIGXFSZ] = { "XFSZ", "File size limit exceeded" },
    [SIGVTALRM] = { "VTALRM", "Virtual timer expired" },
    [SIGPROF] = { "PROF", "Profiling timer expired" },
    [SIGWINCH] = { "WINCH", "Window changed" },
    [SIGIO] = { "IO", "I/O possible" },
    [SIGPWR] = { "PWR", "Power failure" },
    [SIGSYS] = { "SYS", "Bad system call" },
};

const char *signal_name(int sig)
{
    return sig > 0 && sig < (int)ARRAY_SIZE(signals) ? signals[sig].name : NULL;
}

int signal_number(const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);

    if (end != name)
        return *end == '\0' && number >= 0 && number < NSIG ? (int)number : -1;
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int sig = 1; sig < (int)ARRAY_SIZE(signals); sig++)
        if (strcasecmp(name, signals[sig].name) == 0)
            return sig;
    return -1;
}

char *strsignal(int sig)
{
    static char unknown[32];

    if (signal_name(sig) != NULL)
        return (char *)signals[sig].text;
    snprintf(unknown, sizeof(unknown), sig >= SIGRTMIN && sig <= SIGRTMAX
             ? "Real-time signal %d" : "Unknown signal %d",
             sig >= SIGRTMIN && sig <= SIGRTMAX ? sig - SIGRTMIN : sig);
    return unknown;
}

void psignal(int sig, const char *what)
{
    dprintf(STDERR_FILENO, "%s: %s\n", what, strsignal(sig));
}
