/* SPDX-License-Identifier: MIT */
/*
 * signals.c - catching, blocking and recording signals in a test.
 */
#include <sched.h>
#include <stdio.h>
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

volatile int seen[64];
volatile int nseen;
siginfo_t last_info;

void record(int sig)
{
    if (nseen < (int)COUNT(seen))
        seen[nseen] = sig;
    nseen++;
}

void record_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    last_info = *info;
    record(sig);
}

void handle_with(int sig, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = (uint32_t)flags };

    EXPECT_OK(sigaction(sig, &action, NULL));
}

void handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler,
                                .sa_flags = (uint32_t)flags | SA_SIGINFO };

    EXPECT_OK(sigaction(sig, &action, NULL));
}

sigset_t set_of(int a, int b)
{
    sigset_t set;

    sigemptyset(&set);
    if (a)
        sigaddset(&set, a);
    if (b)
        sigaddset(&set, b);
    return set;
}

void block(int a, int b)
{
    sigset_t set = set_of(a, b);

    EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
}

void unblock(int a, int b)
{
    sigset_t set = set_of(a, b);

    EXPECT_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

bool is_blocked(int sig)
{
    sigset_t set;

    EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &set));
    return sigismember(&set, sig);
}

bool is_pending(int sig)
{
    sigset_t set;

    EXPECT_OK(sigpending(&set));
    return sigismember(&set, sig);
}

int queue_to_self(int sig, int value)
{
    siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    return (int)syscall(SYS_rt_sigqueueinfo, getpid(), sig, &info);
}

void await_signals(int n)
{
    sigset_t none = set_of(0, 0);

    while (nseen < n)
        sigsuspend(&none);
}

char state_of(pid_t pid)
{
    char path[64], text[512], *after_name;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    read_file(path, text, sizeof(text));
    after_name = strrchr(text, ')');
    return after_name ? after_name[2] : '?';
}

void wait_until(pid_t pid, char state)
{
    while (state_of(pid) != state)
        sched_yield();
}

void expect_seen(const char *file, int line, int n, const int *order)
{
    if (nseen != n)
        fail(file, line, "%d signals were seen, not %d", nseen, n);
    for (int i = 0; i < n && i < nseen; i++)
        if (seen[i] != order[i])
            fail(file, line, "signal number %d was %d, not %d", i, seen[i], order[i]);
    nseen = 0;
}
