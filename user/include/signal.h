/* SPDX-License-Identifier: MIT */
/* signal.h - sending, catching and blocking signals. */
#pragma once
#include <sys/types.h>
#include "lib/abi/signal.h"

typedef uint64_t sigset_t; /* bit n - 1 is signal n */
typedef struct siginfo siginfo_t;
typedef struct sigaltstack stack_t;
typedef struct ucontext ucontext_t;
typedef struct sigcontext mcontext_t;
typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);

struct timespec;

int kill(pid_t pid, int sig);
int killpg(pid_t group, int sig);
int tgkill(pid_t group, pid_t thread, int sig);
int raise(int sig);

/* signal() installs with SA_RESTART and returns the old handler or SIG_ERR. */
sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *action, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigaltstack(const stack_t *stack, stack_t *old);
int sigwait(const sigset_t *set, int *sig);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);

void psignal(int sig, const char *what);
