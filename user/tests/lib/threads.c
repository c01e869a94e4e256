/* SPDX-License-Identifier: MIT */
/*
 * threads.c - threads of a test, and their faults.
 */
#include <sched.h>
#include <signal.h>
#include "user/tests/lib/threads.h"

#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD)

sigjmp_buf way_back[MAX_THREADS];

static char stacks[MAX_THREADS][16 * KB] __attribute__((aligned(16)));
static char *area;
static size_t area_size;

void *stack_of_thread(size_t n)
{
    return stacks[n] + sizeof(stacks[n]);
}

pid_t start_thread_on(void *top, int (*function)(void *), void *arg)
{
    pid_t pid = clone(function, top, FLAGS, arg);

    REQUIRE(pid > 0);
    return pid;
}

pid_t start_thread(size_t n, int (*function)(void *))
{
    return start_thread_on(stack_of_thread(n), function, (void *)n);
}

/* There is no thread-local storage: a thread is known by its stack. */
static size_t this_thread(void)
{
    return (size_t)((char *)__builtin_frame_address(0) - stacks[0]) / sizeof(stacks[0]);
}

static void jump_back(int sig, siginfo_t *info, void *context)
{
    char *at = info->si_addr;
    size_t n = this_thread();

    (void)context;
    if (n >= MAX_THREADS || at < area || at >= area + area_size) {
        note("signal %d at %p, thread %zu", sig, at, n);
        _exit(1);
    }
    siglongjmp(way_back[n], 1);
}

void jump_back_from(char *start, size_t size)
{
    struct sigaction action = {
        .sa_sigaction = jump_back, .sa_flags = SA_SIGINFO | SA_NODEFER
    };

    area = start;
    area_size = size;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
