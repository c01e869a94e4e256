/* SPDX-License-Identifier: MIT */
/*
 * child.c - children of a test, and accesses that are meant to fault.
 */
#include <setjmp.h>
#include <stdio.h>
#include "user/tests/lib/child.h"

pid_t start_child(void (*function)(void *), void *arg)
{
    int before = test_failures();
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid)
        return pid;
    function(arg);
    _exit(test_failures() != before);
}

int wait_child(pid_t pid)
{
    int status = -1;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) {
            fail(__FILE__, __LINE__, "waitpid(%d): errno %d", pid, errno);
            return -1;
        }
    return status;
}

int wait_last_child(pid_t pid)
{
    int status, one;
    pid_t found;

    while ((found = wait(&status)) != pid)
        if (found < 0 && errno != EINTR)
            return -1;
    if (getpid() == 1)
        kill(-1, SIGKILL);
    while (wait(&one) > 0 || errno == EINTR)
        continue;
    return status;
}

int run_child(void (*function)(void *), void *arg)
{
    return wait_child(start_child(function, arg));
}

void pause_forever(void *arg)
{
    (void)arg;
    for (;;)
        pause();
}

void end_child(pid_t pid)
{
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

void start_children(pid_t *pids, size_t count, void (*function)(void *))
{
    for (size_t i = 0; i < count; i++)
        pids[i] = start_child(function, NULL);
}

void end_children(const pid_t *pids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        EXPECT_OK(kill(pids[i], SIGKILL));
    for (size_t i = 0; i < count; i++)
        EXPECT_EQ(wait_child(pids[i]), SIGKILL);
}

int run_program(const char *path, char *const argv[])
{
    char *const no_environment[] = { NULL };
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid == 0) {
        execve(path, argv, no_environment);
        _exit(127);
    }
    return wait_child(pid);
}

void exec_test(const char *program, const char *name)
{
    char *const argv[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)name, NULL };
    char *const envp[] = { "KTAP_QUIET=1", NULL };

    execve(program, argv, envp);
    fail(__FILE__, __LINE__, "exec of %s: errno %d", program, errno);
}

void open_gate(struct gate *g)
{
    REQUIRE(pipe(g->fd) == 0);
}

void close_gate(struct gate *g)
{
    close(g->fd[0]);
    close(g->fd[1]);
}

void signal_gate(struct gate *g)
{
    EXPECT_EQ(write(g->fd[1], "", 1), 1);
}

void wait_gate(struct gate *g)
{
    char c;
    ssize_t n;

    do
        n = read(g->fd[0], &c, 1);
    while (n < 0 && errno == EINTR);
    EXPECT_EQ(n, 1);
}

static void wait_and_run(void *arg)
{
    struct late_child *c = arg;

    wait_gate(&c->go);
    if (c->function)
        c->function(c->arg);
}

void start_late_child(struct late_child *c, void (*function)(void *), void *arg)
{
    c->function = function;
    c->arg = arg;
    open_gate(&c->go);
    c->pid = start_child(wait_and_run, c);
}

void end_late_child(struct late_child *c)
{
    signal_gate(&c->go);
    EXPECT_CHILD(c->pid);
    close_gate(&c->go);
}

/* Faults */

static sigjmp_buf after_fault;
static struct fault caught;

static void catch_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    caught = (struct fault){ sig, info->si_code, (uintptr_t)info->si_addr };
    siglongjmp(after_fault, 1);
}

static void read_byte(uintptr_t addr)
{
    (void)*(volatile uint8_t *)addr;
}

static void write_byte(uintptr_t addr)
{
    *(volatile uint8_t *)addr = 1;
}

static void call(uintptr_t addr)
{
    ((void (*)(void))addr)();
}

static struct fault try(void (*touch)(uintptr_t), uintptr_t addr)
{
    static const int sigs[] = { SIGSEGV, SIGBUS, SIGILL };
    struct sigaction action = { .sa_sigaction = catch_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    struct sigaction old[COUNT(sigs)];

    for (size_t i = 0; i < COUNT(sigs); i++)
        sigaction(sigs[i], &action, &old[i]);
    caught = (struct fault){ 0 };
    if (sigsetjmp(after_fault, 1) == 0)
        touch(addr);
    for (size_t i = 0; i < COUNT(sigs); i++)
        sigaction(sigs[i], &old[i], NULL);
    return caught;
}

struct fault try_read(const volatile void *p)
{
    return try(read_byte, (uintptr_t)p);
}

struct fault try_write(volatile void *p)
{
    return try(write_byte, (uintptr_t)p);
}

struct fault try_call(const void *p)
{
    return try(call, (uintptr_t)p);
}
