/* SPDX-License-Identifier: MIT */
/*
 * stacktest.c - the stack grows downwards when it is touched, to its limit.
 *
 * Tests that grow it run in children, so that each begins with a small one.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define GUARD MB                /* stays free between a stack and what lies below it */

static void *here(void)
{
    return __builtin_frame_address(0);
}

static char *below(size_t bytes)
{
    return (char *)here() - bytes;
}

/* Where the mapping of the stack begins and ends now. */
struct extent {
    uintptr_t start, end;
};

static struct extent stack_extent(void)
{
    struct extent e = { 0, 0 };
    char line[256];

    REQUIRE(find_mapping(here(), line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx", &e.start, &e.end), 2);
    EXPECT(strstr(line, "[stack]") != NULL);
    return e;
}

static void jump(void *arg)
{
    size_t bytes = (size_t)arg;
    char *p = below(bytes);

    EXPECT_EQ(*p, 0);
    *p = 1;
    p[PAGE] = 2;
    EXPECT_EQ(*p, 1);
    EXPECT(stack_extent().start <= (uintptr_t)p);
}

static void jumps(void)
{
    static const size_t sizes[] = { 64 * KB, 256 * KB, MB, 3 * MB, 7 * MB };

    for (size_t i = 0; i < COUNT(sizes); i++)
        EXPECT_EQ(run_child(jump, (void *)sizes[i]), 0);
}

/* What lies between is not touched, and costs nothing. */
static void gaps_cost_nothing(void)
{
    char *p = below(5 * MB);
    long before;

    resident_pages();
    before = resident_pages();
    *p = 1;
    p[2 * MB] = 1;
    EXPECT_RANGE(resident_pages() - before, 0, has_debug_call() ? 2 : 128);
}

/* Recursion, each frame with contents that are still there on the way back. */
static __attribute__((noinline)) long descend(long depth)
{
    volatile long frame[128];

    for (size_t i = 0; i < COUNT(frame); i++)
        frame[i] = depth ^ (long)i;
    if (depth > 0)
        descend(depth - 1);
    for (size_t i = 0; i < COUNT(frame); i++)
        if (frame[i] != (depth ^ (long)i))
            fail(__FILE__, __LINE__, "frame %ld has changed", depth);
    return frame[0];
}

static void deep(void *arg)
{
    descend((long)arg);
}

static void deep_recursion(void)
{
    EXPECT_EQ(run_child(deep, (void *)(6 * MB / 1100)), 0);
}

static void endless_recursion(void)
{
    EXPECT_KILLED(deep, (void *)(100 * MB), SIGSEGV);
}

/* The limit is RLIMIT_STACK, counted from the top. */
static void need_usual_limit(void)
{
    struct rlimit r;

    REQUIRE(getrlimit(RLIMIT_STACK, &r) == 0);
    if (r.rlim_cur != 8 * MB)
        skip("the limit is not 8 MiB here");
}

static void limit(void)
{
    char *limit = (char *)stack_extent().end - 8 * MB;

    need_usual_limit();
    EXPECT_FAULT(try_read(limit - PAGE), SIGSEGV, SEGV_MAPERR, limit - PAGE);
    EXPECT_FAULT(try_write(limit - 1), SIGSEGV, SEGV_MAPERR, limit - 1);
    EXPECT_NO_FAULT(try_write(limit + 2 * PAGE));
    EXPECT_FAULT(try_write(limit - 1), SIGSEGV, SEGV_MAPERR, limit - 1);
    EXPECT_FAULT(try_write(below(64 * MB)), SIGSEGV, SEGV_MAPERR, f_.addr);
}

static void limit_changes(void)
{
    struct rlimit r = { 2 * MB, RLIM_INFINITY };

    getrlimit(RLIMIT_STACK, &r);
    r.rlim_cur = 2 * MB;
    EXPECT_OK(setrlimit(RLIMIT_STACK, &r));
    EXPECT_NO_FAULT(try_write((char *)stack_extent().end - 2 * MB + 2 * PAGE));
    EXPECT_FAULT(try_write((char *)stack_extent().end - 2 * MB - PAGE), SIGSEGV, SEGV_MAPERR,
                 f_.addr);
    r.rlim_cur = 4 * MB;
    EXPECT_OK(setrlimit(RLIMIT_STACK, &r));
    EXPECT_NO_FAULT(try_write((char *)stack_extent().end - 2 * MB - PAGE));
}

/* A mapping below stops the stack, one guard gap away. */
static void guard_gap(void)
{
    char *page = (char *)(stack_extent().start - 3 * MB), *edge = page + PAGE + GUARD;

    REQUIRE(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
            == page);
    EXPECT_NO_FAULT(try_write(edge + PAGE));
    EXPECT_NO_FAULT(try_write(edge));
    EXPECT_FAULT(try_write(edge - 1), SIGSEGV, SEGV_MAPERR, edge - 1);
    EXPECT_FAULT(try_write(page + PAGE), SIGSEGV, SEGV_MAPERR, page + PAGE);
    EXPECT_NO_FAULT(try_write(page));
    EXPECT_OK(munmap(page, PAGE));
    EXPECT_NO_FAULT(try_write(page + PAGE));
}

/* The kernel grows it too, when it copies there. */
static void grown_by_the_kernel(void)
{
    char *p = below(2 * MB);
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    EXPECT_EQ(write(fd[1], "stack", 5), 5);
    EXPECT_EQ(read(fd[0], p, 5), 5);
    EXPECT(memcmp(p, "stack", 5) == 0);
    EXPECT_EQ(write(fd[1], p - MB, 5), 5);
    EXPECT_EQ(write(fd[1], "stack", 5), 5);
    EXPECT_ERROR(read(fd[0], below(64 * MB), 5), EFAULT);
}

/* On a stack of its own a handler survives the overflow. */
static char handler_stack[32 * KB] __attribute__((aligned(16)));
static sigjmp_buf rescued;
static volatile uintptr_t fault_addr;

static void rescue(int sig, siginfo_t *info, void *context)
{
    char *sp = here();

    (void)sig;
    (void)context;
    fault_addr = (uintptr_t)info->si_addr;
    if (sp < handler_stack || sp >= handler_stack + sizeof(handler_stack))
        _exit(9);
    siglongjmp(rescued, 1);
}

static void recover_from_overflow(void)
{
    struct sigaction action = { .sa_sigaction = rescue, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
    struct extent e;

    need_usual_limit();
    EXPECT_OK(sigaltstack(&stack, NULL));
    EXPECT_OK(sigaction(SIGSEGV, &action, NULL));
    for (volatile int turn = 0; turn < 3; turn++) {
        fault_addr = 0;
        if (sigsetjmp(rescued, 1) == 0)
            descend(100 * MB);
        e = stack_extent();
        EXPECT(fault_addr < e.start && fault_addr >= e.start - 4 * PAGE);
        EXPECT_RANGE(e.end - e.start, 7 * MB, 8 * MB);
    }
}

/* Without one, the handler cannot run, and the process must die of it. */
static void never_called(int sig)
{
    (void)sig;
    _exit(0);
}

static void overflow_with_handler(void *arg)
{
    (void)arg;
    signal(SIGSEGV, never_called);
    descend(100 * MB);
}

static void no_room_for_the_handler(void)
{
    EXPECT_KILLED(overflow_with_handler, NULL, SIGSEGV);
}

/* Programs start whatever the limit is. */
static void run_with_limit(void *arg)
{
    char *const argv[] = { "true", NULL };
    struct rlimit r;

    getrlimit(RLIMIT_STACK, &r);
    r.rlim_cur = (rlim_t)arg;
    EXPECT_OK(setrlimit(RLIMIT_STACK, &r));
    EXPECT_EQ(run_program("/bin/true", argv), 0);
}

static void start_with_any_limit(void)
{
    static const rlim_t limits[] = { 256 * KB, MB, 64 * MB, 1024 * MB, RLIM_INFINITY };

    for (size_t i = 0; i < COUNT(limits); i++)
        EXPECT_EQ(run_child(run_with_limit, (void *)limits[i]), 0);
}

/* A child inherits what the stack has grown to, and goes its own way from there. */
static void grow_further(void *arg)
{
    char *p = arg;

    EXPECT_EQ(*p, 'p');
    *p = 'c';
    EXPECT_NO_FAULT(try_write(p - MB));
}

static void grown_stack_forks(void)
{
    char *p = below(2 * MB);
    struct extent before;

    *p = 'p';
    before = stack_extent();
    EXPECT_EQ(run_child(grow_further, p), 0);
    EXPECT_EQ(*p, 'p');
    EXPECT_EQ(stack_extent().start, before.start);
}

static const struct test tests[] = {
    TEST(jumps),
    CHILD_TEST(gaps_cost_nothing),
    TEST(deep_recursion),
    TEST(endless_recursion),
    CHILD_TEST(limit),
    CHILD_TEST(limit_changes),
    CHILD_TEST(guard_gap),
    CHILD_TEST(grown_by_the_kernel),
    CHILD_TEST(recover_from_overflow),
    TEST(no_room_for_the_handler),
    TEST(start_with_any_limit),
    CHILD_TEST(grown_stack_forks),
};

TEST_MAIN(tests)
