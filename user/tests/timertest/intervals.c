/* SPDX-License-Identifier: MIT */
/*
 * intervals.c - interval timers by processor time.  Programs that only compute must hear of
 * them, too: nothing but the timer brings those into the kernel.
 */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/signals.h"
#include "user/tests/timertest/timertest.h"

/* Linux looks at processor time as often as its tick comes. */
#define TICK (10 * MS)

static const struct by_time {
    int which, sig;
} timers[] = { { ITIMER_VIRTUAL, SIGVTALRM }, { ITIMER_PROF, SIGPROF } };

static int64_t from_timeval(struct timeval t)
{
    EXPECT_RANGE(t.tv_usec, 0, 999999);
    return t.tv_sec * SECOND + t.tv_usec * 1000;
}

static void arm(int which, int64_t value, int64_t interval)
{
    struct itimerval t = {
        .it_interval = { interval / SECOND, interval % SECOND / 1000 },
        .it_value = { value / SECOND, value % SECOND / 1000 },
    };

    EXPECT_OK(setitimer(which, &t, NULL));
}

static int64_t left_of(int which)
{
    struct itimerval t;

    EXPECT_OK(getitimer(which, &t));
    return from_timeval(t.it_value);
}

static int64_t used(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static void interval_once(void)
{
    for (size_t i = 0; i < COUNT(timers); i++) {
        int64_t begin = used();

        nseen = 0;
        handle_info(timers[i].sig, record_info, 0);
        arm(timers[i].which, 15 * MS, 0);
        compute_until(&nseen, 1);
        EXPECT_SEEN(timers[i].sig);
        EXPECT_EQ(last_info.si_code, SI_KERNEL);
        EXPECT(used() - begin >= 15 * MS);
        EXPECT_EQ(left_of(timers[i].which), 0);
    }
}

static void interval_again(void)
{
    for (size_t i = 0; i < COUNT(timers); i++) {
        int64_t begin = used();

        nseen = 0;
        handle_with(timers[i].sig, record, 0);
        arm(timers[i].which, 5 * MS, 2 * MS);
        compute_until(&nseen, 8);
        EXPECT(used() - begin >= 5 * MS + 7 * 2 * MS);
        EXPECT_RANGE(left_of(timers[i].which), 1, 2 * MS + TICK);
        arm(timers[i].which, 0, 0);
        EXPECT_EQ(left_of(timers[i].which), 0);
    }
}

/* Time asleep does not count; and a timer's time is the clock's. */
static void interval_asleep(void)
{
    int64_t before = used(), left;

    arm(ITIMER_PROF, 100 * SECOND, 0);
    arm(ITIMER_VIRTUAL, 100 * SECOND, 0);
    sleep_for(30 * MS);
    left = left_of(ITIMER_PROF);
    EXPECT(100 * SECOND - left <= used() - before + TICK);
    left = left_of(ITIMER_VIRTUAL);
    EXPECT(100 * SECOND - left <= used() - before + TICK);
    EXPECT(left_of(ITIMER_VIRTUAL) <= 100 * SECOND + TICK);
}

static void interval_settings(void)
{
    struct itimerval t = { { 3, 4 }, { 1000, 5 } }, old = { { 7, 7 }, { 7, 7 } };

    for (size_t i = 0; i < COUNT(timers); i++) {
        arm(timers[i].which, 0, 0);
        EXPECT_OK(setitimer(timers[i].which, &t, &old));
        EXPECT(from_timeval(old.it_value) == 0 && from_timeval(old.it_interval) == 0);
        EXPECT_OK(getitimer(timers[i].which, &old));
        EXPECT_RANGE(from_timeval(old.it_value), 900 * SECOND, 1000 * SECOND + TICK);
        EXPECT_EQ(from_timeval(old.it_interval), 3 * SECOND + 4000);
    }
    EXPECT_EQ(left_of(ITIMER_REAL), 0);
    EXPECT_ERROR(setitimer(3, &t, NULL), EINVAL);
    EXPECT_ERROR(setitimer(-1, &t, NULL), EINVAL);
    EXPECT_ERROR(getitimer(3, &t), EINVAL);
    t.it_value.tv_usec = 1000000;
    EXPECT_ERROR(setitimer(ITIMER_PROF, &t, NULL), EINVAL);
}

static void has_none(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < COUNT(timers); i++)
        EXPECT_EQ(left_of(timers[i].which), 0);
}

static void interval_after_exec(void)
{
    for (size_t i = 0; i < COUNT(timers); i++)
        EXPECT_RANGE(left_of(timers[i].which), 1, 1000 * SECOND + TICK);
    handle_with(SIGPROF, record, 0);
    arm(ITIMER_PROF, 3 * MS, 0);
    compute_until(&nseen, 1);
}

static void interval_inherited(void)
{
    for (size_t i = 0; i < COUNT(timers); i++)
        arm(timers[i].which, 1000 * SECOND, 0);
    EXPECT_EQ(run_child(has_none, NULL), 0);
    exec_test("/proc/self/exe", "interval_after_exec");
}

static void compute_for_ever(void *arg)
{
    static volatile int never;

    arm((int)(intptr_t)arg, 10 * MS, 0);
    compute_until(&never, 1);
}

static void interval_kills(void)
{
    for (size_t i = 0; i < COUNT(timers); i++)
        EXPECT_KILLED(compute_for_ever, (void *)(intptr_t)timers[i].which, timers[i].sig);
}

/* Threads: all count, and who runs gets the signal, not who sleeps. */

static volatile int by_main, by_others;

static void note_thread(int sig)
{
    (void)sig;
    if (syscall(SYS_gettid) == getpid())
        by_main++;
    else
        by_others++;
}

static void interval_of_threads(void)
{
    int64_t begin = used();

    by_main = by_others = 0;
    handle_with(SIGPROF, note_thread, SA_RESTART);
    start_computing(2);
    arm(ITIMER_PROF, 4 * MS, 4 * MS);
    while (by_main + by_others < 8)
        usleep(2000);                           /* a signal may end it */
    arm(ITIMER_PROF, 0, 0);
    EXPECT(used() - begin >= 8 * 4 * MS);
    EXPECT(by_others > 0);                      /* not all: the sleeper, too, runs for moments */
    end_computing();
}

/* RLIMIT_CPU */

/* One warning at once, and one after each second beyond the soft limit. */
static void limit_warns(void)
{
    struct rlimit limit = { 0, 100 };

    handle_with(SIGXCPU, record, 0);
    EXPECT_OK(setrlimit(RLIMIT_CPU, &limit));
    compute_until(&nseen, 1);
    EXPECT_SEEN(SIGXCPU);
    EXPECT_OK(getrlimit(RLIMIT_CPU, &limit));
    EXPECT_EQ(limit.rlim_cur, 1);
    EXPECT_EQ(limit.rlim_max, 100);
    compute_for(CLOCK_PROCESS_CPUTIME_ID, 20 * MS);
    EXPECT_EQ(nseen, 0);
}

static void compute_unwarned(void *arg)
{
    (void)arg;
    signal(SIGXCPU, SIG_IGN);
    compute_for(CLOCK_PROCESS_CPUTIME_ID, 100 * SECOND);
}

/* At the hard limit: set by another process, and as a shell does it for what it starts. */
static void limit_kills(void)
{
    struct rlimit none = { 0, 0 }, second = { 1, 1 };
    pid_t child = start_child(compute_unwarned, NULL);
    int status;

    EXPECT_OK(prlimit(child, RLIMIT_CPU, &none, NULL));
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status & ~WCOREFLAG, SIGKILL);
    EXPECT_OK(setrlimit(RLIMIT_CPU, &second));
    child = start_child(compute_unwarned, NULL);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status & ~WCOREFLAG, SIGKILL);
}

static const struct test tests[] = {
    CHILD_TEST(interval_once),
    CHILD_TEST(interval_again),
    CHILD_TEST(interval_asleep),
    CHILD_TEST(interval_settings),
    CHILD_TEST(interval_inherited),
    NAMED_TEST(interval_after_exec),
    TEST(interval_kills),
    CHILD_TEST(interval_of_threads),
    CHILD_TEST(limit_warns),
    CHILD_TEST(limit_kills),
};

const struct test_list interval_tests = TEST_LIST(tests);
