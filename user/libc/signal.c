/* SPDX-License-Identifier: MIT */
/*
 * signal.c - system calls about signals, and sets of signals.
 *
 * A handler returns to code that the kernel provides, so actions are passed through as they are.
 */
#include <poll.h>
#include <signal.h>
#include <unistd.h>
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
    if (sig >= 1 && sig < NSIG)
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
