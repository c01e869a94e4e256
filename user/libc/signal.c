/* SPDX-License-Identifier: MIT */
/*
 * signal.c - system calls about signals, sets of signals, and their names.
 *
 * A handler returns to code that the kernel provides, so actions are passed through as they are.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <util.h>
#include <unistd.h>
#include "lib/bitops.h"
#include "user/libc/syscall.h"

int kill(pid_t pid, int sig)
{
    return (int)SYSCALL(SYS_kill, pid, sig);
}

int killpg(pid_t group, int sig)
{
    if (group < 0) {
        errno = EINVAL;
        return -1;
    }
    return kill(-group, sig);
}

int tgkill(pid_t group, pid_t thread, int sig)
{
    return (int)SYSCALL(SYS_tgkill, group, thread, sig);
}

int raise(int sig)
{
    return tgkill(getpid(), gettid(), sig);
}

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    return (int)SYSCALL(SYS_rt_sigaction, sig, action, old, SIGSET_SIZE);
}

sighandler_t signal(int sig, sighandler_t handler)
{
    struct sigaction action = { .sa_flags = SA_RESTART };
    struct sigaction old;

    action.sa_handler = handler;
    return sigaction(sig, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return (int)SYSCALL(SYS_rt_sigprocmask, how, set, old, SIGSET_SIZE);
}

int sigpending(sigset_t *set)
{
    return (int)SYSCALL(SYS_rt_sigpending, set, SIGSET_SIZE);
}

int sigsuspend(const sigset_t *mask)
{
    return (int)SYSCALL(SYS_rt_sigsuspend, mask, SIGSET_SIZE);
}

int sigaltstack(const stack_t *stack, stack_t *old)
{
    return (int)SYSCALL(SYS_sigaltstack, stack, old);
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
    return (int)SYSCALL(SYS_rt_sigtimedwait, set, info, timeout, SIGSET_SIZE);
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return sigtimedwait(set, info, NULL);
}

/* Returns the error instead of setting errno. */
int sigwait(const sigset_t *set, int *sig)
{
    int got;

    do
        got = sigwaitinfo(set, NULL);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno;
    *sig = got;
    return 0;
}

int pause(void)
{
    return ppoll(NULL, 0, NULL, NULL);
}

static bool is_signal(int sig)
{
    if (sig >= 1 && sig <= NSIG)
        return true;
    errno = EINVAL;
    return false;
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)0;
    return 0;
}

int sigaddset(sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return -1;
    *set |= (sigset_t)1 << (sig - 1);
    return 0;
}

int sigdelset(sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return -1;
    *set &= ~((sigset_t)1 << (sig - 1));
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    if (!is_signal(sig))
        return -1;
    return *set >> (sig - 1) & 1;
}

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
        return *end == '\0' && number >= 0 && number <= NSIG ? (int)number : -1;
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
