/* SPDX-License-Identifier: MIT */
/*
 * clocks.c - clocks of processor time of others, and sleeping by them.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"
#include "user/tests/timertest/timertest.h"

static void compute_for_ever(void *arg)
{
    static volatile int never;

    (void)arg;
    compute_until(&never, 1);
}

/* It goes on while the other computes and enters the kernel for nothing; and never back. */
static void clock_of_process(void)
{
    pid_t pid = start_child(compute_for_ever, NULL);
    int64_t before, t;
    clockid_t clock;

    EXPECT_EQ(clock_getcpuclockid(pid, &clock), 0);
    before = read_clock(clock);
    while ((t = read_clock(clock)) < before + 20 * MS) {
        EXPECT(t >= before);
        usleep(500);
    }
    clock = CPU_CLOCK(pid, CPU_CLOCK_USER);
    EXPECT(read_clock(clock) <= read_clock(CPU_CLOCK(pid, CPU_CLOCK_ALL)) + 10 * MS);
    end_child(pid);
    EXPECT_EQ(clock_getcpuclockid(pid, &clock), ESRCH);
}

static void clock_of_threads(void)
{
    int64_t last = read_clock(CLOCK_PROCESS_CPUTIME_ID), last_of_one = 0, t;
    clockid_t clock;

    start_computing(2);
    clock = CPU_CLOCK(computing_tid(0), CPU_CLOCK_SCHED | CPU_CLOCK_THREAD);
    while ((t = read_clock(clock)) < 50 * MS) {
        EXPECT(t >= last_of_one);
        last_of_one = t;
        t = read_clock(CLOCK_PROCESS_CPUTIME_ID);
        EXPECT(t >= last);
        last = t;
    }
    end_computing();
    EXPECT(read_clock(CLOCK_PROCESS_CPUTIME_ID) >= 10 * MS);
}

static void clock_refusals(void)
{
    struct timespec t = { 0, 1 };
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_ERROR(clock_gettime(CPU_CLOCK(pid, CPU_CLOCK_SCHED | CPU_CLOCK_THREAD), &t), EINVAL);
    EXPECT_ERROR(clock_gettime(CPU_CLOCK(0, CPU_CLOCK_KINDS | CPU_CLOCK_THREAD), &t), EINVAL);
    EXPECT_ERROR(clock_settime(CPU_CLOCK(0, CPU_CLOCK_SCHED), &t), EPERM);
    EXPECT_ERROR(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &t), EINVAL);
    EXPECT_OK(clock_gettime(CPU_CLOCK(0, CPU_CLOCK_SCHED | CPU_CLOCK_THREAD), &t));
    EXPECT_EQ(clock_nanosleep(CPU_CLOCK(0, CPU_CLOCK_SCHED | CPU_CLOCK_THREAD), 0, &t, NULL),
              EINVAL);
    EXPECT_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL), EOPNOTSUPP);
    end_child(pid);
}

/* Until the others have computed for so long. */
static void sleep_by_processor_time(void)
{
    int64_t begin;
    struct timespec t = to_timespec(5 * MS);

    start_computing(1);
    begin = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    EXPECT_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &t, NULL), 0);
    EXPECT(read_clock(CLOCK_PROCESS_CPUTIME_ID) - begin >= 5 * MS);
    t = to_timespec(read_clock(CLOCK_PROCESS_CPUTIME_ID) + 5 * MS);
    EXPECT_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &t, NULL), 0);
    EXPECT_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, &t, NULL), 0);
    EXPECT(read_clock(CLOCK_PROCESS_CPUTIME_ID) >= from_timespec(t));
    end_computing();
}

static void sleep_interrupted(void)
{
    struct timespec t = to_timespec(1000 * SECOND), left = { 0, 0 };
    struct itimerspec soon = setting(2 * MS, 2 * MS);
    timer_t timer;

    handle_with(SIGALRM, record, SA_RESTART);
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, NULL, &timer));
    EXPECT_OK(timer_settime(timer, 0, &soon, NULL));
    EXPECT_EQ(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &t, &left), EINTR);
    EXPECT_RANGE(from_timespec(left), 900 * SECOND, 1000 * SECOND);
    timer_delete(timer);
}

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

static char stack[4 * PAGE] __attribute__((aligned(16)));
static volatile int at_work;

static int compute_a_while(void *arg)
{
    at_work = (int)syscall(SYS_gettid);
    compute_for(CLOCK_MONOTONIC, 10 * MS);
    syscall(SYS_exit, 0);
    return arg != NULL;
}

/* Not before it has ended: we sleep by its time. */
static void wake_when_it_has_ended(void *arg)
{
    (void)arg;
    while (syscall(SYS_tgkill, getppid(), at_work, 0) == 0)
        usleep(1000);
    for (;;) {
        kill(getppid(), SIGALRM);
        usleep(5000);
    }
}

/* Of such a sleep all is left, as far as anybody can say. */
static void sleep_by_an_ended_thread(void)
{
    struct timespec t = to_timespec(1000 * SECOND), left = { 0, 0 };
    pid_t waker;
    int r;

    handle_with(SIGALRM, record, SA_RESTART);
    REQUIRE(clone(compute_a_while, stack + sizeof(stack), THREAD_FLAGS, NULL) > 0);
    while (!at_work)
        sched_yield();
    waker = start_child(wake_when_it_has_ended, NULL);
    r = clock_nanosleep(CPU_CLOCK(at_work, CPU_CLOCK_SCHED | CPU_CLOCK_THREAD), 0, &t, &left);
    if (r != EINVAL) {                  /* it had ended before */
        EXPECT_EQ(r, EINTR);
        EXPECT_EQ(from_timespec(left), 1000 * SECOND);
    }
    end_child(waker);
}

/* Setting the clock wakes who waits for a moment of it; on a machine of our own only. */

static void sleep_until(void *moment)
{
    EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, moment, NULL), 0);
}

static void wait_on_word_until(void *moment)
{
    static uint32_t word;

    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, moment, NULL,
                         FUTEX_BITSET_MATCH_ANY), ETIMEDOUT);
}

static void set_clock_beyond(void (*wait_for)(void *moment))
{
    int64_t real = read_clock(CLOCK_REALTIME), mono = read_clock(CLOCK_MONOTONIC);
    struct timespec moment = to_timespec(real + 1000 * SECOND), t;
    pid_t pid;

    pid = start_child(wait_for, &moment);
    wait_until(pid, 'S');
    t = to_timespec(real + 1001 * SECOND);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &t));
    EXPECT_CHILD(pid);
    t = to_timespec(real + read_clock(CLOCK_MONOTONIC) - mono);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &t));
}

static void wait_while_clock_is_set(void)
{
    need_debug_call();
    set_clock_beyond(sleep_until);
    set_clock_beyond(wait_on_word_until);
}

static const struct test tests[] = {
    TEST(clock_of_process),
    CHILD_TEST(clock_of_threads),
    TEST(clock_refusals),
    CHILD_TEST(sleep_by_processor_time),
    CHILD_TEST(sleep_interrupted), CHILD_TEST(sleep_by_an_ended_thread),
    TEST(wait_while_clock_is_set),
};

const struct test_list clock_tests = TEST_LIST(tests);
