/* SPDX-License-Identifier: MIT */
/*
 * clonetest.c - clone3: its structure, what it refuses, and handlers that a child does not keep.
 */
#include <fcntl.h>
#include <sched.h>
#include "user/tests/lib/child.h"

static struct clone_args plain(uint64_t flags)
{
    return (struct clone_args){ .flags = flags, .exit_signal = SIGCHLD };
}

/* A child ends with the number of calls of its handler. */
static volatile int handled;

static void handle(int sig)
{
    (void)sig;
    handled++;
}

static pid_t clone_child(const void *args, size_t size)
{
    pid_t pid = (pid_t)syscall(SYS_clone3, args, size);

    if (pid == 0) {
        raise(SIGCONT);         /* harmless without a handler */
        _exit(handled);
    }
    return pid;
}

static void makes_a_process(void)
{
    struct clone_args args = plain(0);

    EXPECT_EQ(wait_child(clone_child(&args, sizeof(args))), 0);
    EXPECT_EQ(wait_child(clone_child(&args, CLONE_ARGS_SIZE_VER0)), 0);
}

static void sizes(void)
{
    static char large[2 * PAGE];
    struct clone_args args = plain(0);

    memcpy(large, &args, sizeof(args));
    EXPECT_EQ(wait_child(clone_child(large, PAGE)), 0);
    EXPECT_ERROR(clone_child(large, PAGE + 1), E2BIG);
    EXPECT_ERROR(clone_child(large, CLONE_ARGS_SIZE_VER0 - 1), EINVAL);
    large[PAGE - 1] = 1;
    EXPECT_ERROR(clone_child(large, PAGE), E2BIG);
    EXPECT_EQ(wait_child(clone_child(large, PAGE - 1)), 0);
    EXPECT_ERROR(clone_child(NULL, sizeof(args)), EFAULT);
}

static void refuses(void)
{
    static const uint64_t bad[] = {
        SIGCHLD, CLONE_DETACHED, CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND, CLONE_SIGHAND,
        CLONE_PARENT, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 1UL << 40,
    };
    struct clone_args args;

    for (size_t i = 0; i < COUNT(bad); i++) {
        args = plain(bad[i]);
        EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
    }
    args = plain(0);
    args.exit_signal = 65;
    EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
    args = plain(0);
    args.stack_size = PAGE;
    EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
    args.stack = (uintptr_t)&args;
    args.stack_size = 0;
    EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
    args.stack_size = UINT64_MAX;
    EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
    args = plain(0);
    args.set_tid_size = 1;
    EXPECT_ERROR(clone_child(&args, sizeof(args)), EINVAL);
}

/* Handlers go, what was ignored stays so; the parent keeps both. */
static void child_forgets_handlers(void)
{
    struct clone_args args = plain(0);

    handled = 0;
    signal(SIGCONT, handle);
    signal(SIGUSR1, SIG_IGN);
    EXPECT_EQ(wait_child(clone_child(&args, sizeof(args))), 1 << 8);
    args = plain(CLONE_CLEAR_SIGHAND);
    EXPECT_EQ(wait_child(clone_child(&args, sizeof(args))), 0);
    raise(SIGCONT);
    EXPECT_EQ(handled, 1);
    if (syscall(SYS_clone3, &args, sizeof(args)) == 0) {
        raise(SIGUSR1);
        _exit(3);
    }
    EXPECT_EQ(wait_child(-1), 3 << 8);
    signal(SIGCONT, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
}

/* Its flags are 32 bits: what only clone3 knows is not seen. */
static void clone_knows_no_more_flags(void)
{
    pid_t pid;

    handled = 0;
    signal(SIGCONT, handle);
    pid = (pid_t)syscall(SYS_clone, CLONE_CLEAR_SIGHAND | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        raise(SIGCONT);
        _exit(handled);
    }
    EXPECT_EQ(wait_child(pid), 1 << 8);
    signal(SIGCONT, SIG_DFL);
}

/* Whatever its maker was to hear of its end: who runs a program is a child like any other. */
static void exec_makes_an_ordinary_child(void)
{
    char *const argv[] = { "true", NULL };
    int began[2], status;
    pid_t pid;
    char c;

    REQUIRE(pipe2(began, O_CLOEXEC) == 0);
    pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (pid == 0) {
        execve("/bin/true", argv, argv + 1);
        _exit(1);
    }
    close(began[1]);
    EXPECT_EQ(read(began[0], &c, 1), 0);
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    close(began[0]);
}

static const struct test tests[] = {
    TEST(makes_a_process), TEST(sizes), TEST(refuses), TEST(child_forgets_handlers),
    TEST(clone_knows_no_more_flags), TEST(exec_makes_an_ordinary_child),
};
TEST_MAIN(tests)
