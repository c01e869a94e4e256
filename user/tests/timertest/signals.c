/* SPDX-License-Identifier: MIT */
/*
 * signals.c - the timers of timer_create: each sends one signal at a time, and says how many
 * more there would have been.
 */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"
#include "user/tests/timertest/timertest.h"

static const clockid_t clocks[] = {
    CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID,
    CLOCK_THREAD_CPUTIME_ID,
};

static timer_t make(clockid_t clock, int notify, int sig, long value)
{
    struct sigevent e = { .sigev_notify = notify, .sigev_signo = sig,
                          .sigev_value.sival_ptr = (void *)value };
    timer_t t = -1;

    REQUIRE(timer_create(clock, &e, &t) == 0);
    return t;
}

static void set(timer_t t, int flags, int64_t value, int64_t interval)
{
    struct itimerspec s = setting(value, interval);

    EXPECT_OK(timer_settime(t, flags, &s, NULL));
}

static int64_t left_of(timer_t t)
{
    struct itimerspec s = setting(77, 77);

    EXPECT_OK(timer_gettime(t, &s));
    return from_timespec(s.it_value);
}

/* Take SIG, which is blocked, when it comes. */
static siginfo_t take(int sig)
{
    sigset_t set = set_of(sig, 0);
    siginfo_t info;

    EXPECT_EQ(sigwaitinfo(&set, &info), sig);
    return info;
}

/* What has been sent outlives the timer. */
static void drop_pending(int sig)
{
    while (is_pending(sig))
        take(sig);
}

static void expect_no_signal(int sig)
{
    EXPECT(!is_pending(sig));
}

static void signal_once(void)
{
    for (size_t i = 0; i < COUNT(clocks); i++) {
        timer_t t = make(clocks[i], SIGEV_SIGNAL, SIGUSR1, 0x123456789);
        int64_t begin = read_clock(clocks[i]);

        nseen = 0;
        handle_info(SIGUSR1, record_info, 0);
        set(t, 0, 4 * MS, 0);
        compute_until(&nseen, 1);
        EXPECT(read_clock(clocks[i]) - begin >= 4 * MS);
        EXPECT_EQ(last_info.si_code, SI_TIMER);
        EXPECT_EQ(last_info.si_timerid, t);
        EXPECT_EQ(last_info.si_overrun, 0);
        EXPECT_EQ(last_info.si_value.sival_ptr, 0x123456789);
        EXPECT(left_of(t) == 0 && timer_getoverrun(t) == 0);
        begin = read_clock(clocks[i]) + 3 * MS;
        nseen = 0;
        set(t, TIMER_ABSTIME, begin, 0);
        compute_until(&nseen, 1);
        EXPECT(read_clock(clocks[i]) >= begin);
        EXPECT_OK(timer_delete(t));
        EXPECT_ERROR(timer_delete(t), EINVAL);
    }
}

static void signal_by_default(void)
{
    timer_t first, t;
    siginfo_t info;

    block(SIGALRM, 0);
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, NULL, &first));
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, NULL, &t));
    EXPECT(t != first);
    set(t, 0, MS, 0);
    info = take(SIGALRM);
    EXPECT(info.si_timerid == t && info.si_value.sival_int == t);
    timer_delete(t);
    timer_delete(first);
}

/* One signal waits; what it tells and what was taken is all that passed. */
static void signal_overruns(void)
{
    for (size_t i = 0; i < COUNT(clocks); i++) {
        timer_t t = make(clocks[i], SIGEV_SIGNAL, SIGRTMIN + 2, 0);
        int64_t begin = read_clock(clocks[i]), passed, sum = 0;

        block(SIGRTMIN + 2, 0);
        set(t, 0, MS, MS);
        compute_for(clocks[i], 10 * MS);
        for (int n = 0; n < 3; n++) {
            siginfo_t info;

            while (!is_pending(SIGRTMIN + 2))
                continue;
            info = take(SIGRTMIN + 2);
            passed = (read_clock(clocks[i]) - begin) / MS;
            EXPECT_EQ(info.si_overrun, timer_getoverrun(t));
            sum += 1 + info.si_overrun;
            EXPECT(sum <= passed);
            if (n == 0)
                EXPECT(sum >= 10);
            EXPECT_RANGE(left_of(t), 1, MS);
        }
        timer_delete(t);
        drop_pending(SIGRTMIN + 2);
    }
}

/* Two timers, one signal: each has its own, though the signal is an ordinary one. */
static void signal_of_two(void)
{
    timer_t a = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 1);
    timer_t b = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 2);
    long values;

    block(SIGUSR2, 0);
    set(a, TIMER_ABSTIME, 1, 0);
    set(b, TIMER_ABSTIME, 1, 0);
    sleep_for(2 * MS);
    values = (long)take(SIGUSR2).si_value.sival_ptr;
    values += (long)take(SIGUSR2).si_value.sival_ptr;
    EXPECT_EQ(values, 3);
    expect_no_signal(SIGUSR2);
    timer_delete(a);
    timer_delete(b);
}

static void signal_none(void)
{
    for (size_t i = 0; i < COUNT(clocks); i++) {
        timer_t t = make(clocks[i], SIGEV_NONE, 0, 0);

        set(t, 0, 1000 * SECOND, 0);
        EXPECT_RANGE(left_of(t), 900 * SECOND, 1000 * SECOND);
        set(t, 0, 2 * MS, 0);
        compute_for(clocks[i], 3 * MS);
        EXPECT_EQ(left_of(t), 0);
        set(t, 0, 2 * MS, 2 * MS);
        compute_for(clocks[i], 5 * MS);
        EXPECT_RANGE(left_of(t), 0, 2 * MS);
        timer_delete(t);
    }
}

static void signal_settings(void)
{
    struct itimerspec s = setting(1000 * SECOND, 3 * SECOND), old = setting(7, 7);

    for (size_t i = 0; i < COUNT(clocks); i++) {
        timer_t t = make(clocks[i], SIGEV_SIGNAL, SIGUSR1, 0);

        EXPECT_OK(timer_settime(t, 0, &s, &old));
        EXPECT(from_timespec(old.it_value) == 0 && from_timespec(old.it_interval) == 0);
        EXPECT_OK(timer_gettime(t, &old));
        EXPECT_RANGE(from_timespec(old.it_value), 900 * SECOND, 1000 * SECOND);
        EXPECT_EQ(from_timespec(old.it_interval), 3 * SECOND);
        set(t, 0, 0, SECOND);
        EXPECT_OK(timer_gettime(t, &old));
        EXPECT_EQ(from_timespec(old.it_value), 0);
        timer_delete(t);
    }
}

static void signal_refusals(void)
{
    static const clockid_t no_timers[] = {
        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME_ALARM,
        CLOCK_BOOTTIME_ALARM,
    };
    struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65 };
    struct itimerspec s = setting(0, 0);
    timer_t t;

    for (size_t i = 0; i < COUNT(no_timers); i++)
        EXPECT_ERROR(timer_create(no_timers[i], NULL, &t), EOPNOTSUPP);
    EXPECT_ERROR(timer_create(77, NULL, &t), EINVAL);
    EXPECT_ERROR(timer_create(-1, NULL, &t), EINVAL);
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
    e.sigev_signo = 0;
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
    e = (struct sigevent){ .sigev_notify = 3, .sigev_signo = SIGUSR1 };
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
    e.sigev_notify = SIGEV_THREAD_ID;
    e.sigev_notify_thread_id = 1;               /* another process's */
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, (void *)8, &t), EFAULT);
    EXPECT_ERROR(timer_create(CLOCK_MONOTONIC, NULL, (void *)8), EFAULT);
    t = make(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0);
    EXPECT_ERROR(timer_settime(t, 0, NULL, NULL), EINVAL);
    EXPECT_ERROR(timer_settime(t, 0, (void *)8, NULL), EFAULT);
    EXPECT_ERROR(timer_settime(t, 0, &s, (void *)8), EFAULT);
    EXPECT_ERROR(timer_gettime(t, (void *)8), EFAULT);
    s.it_value.tv_nsec = SECOND;
    EXPECT_ERROR(timer_settime(t, 0, &s, NULL), EINVAL);
    EXPECT_OK(timer_delete(t));
    EXPECT_ERROR(timer_gettime(t, &s), EINVAL);
    EXPECT_ERROR(timer_getoverrun(t), EINVAL);
    s = setting(0, 0);
    EXPECT_ERROR(timer_settime(t, 0, &s, NULL), EINVAL);
}

/* As many as signals may wait: each keeps the place of one. */
static void signal_limit(void)
{
    struct rlimit few = { 8, 8 };
    timer_t t[9];
    int n = 0;

    EXPECT_OK(setrlimit(RLIMIT_SIGPENDING, &few));
    while (n < 9 && timer_create(CLOCK_MONOTONIC, NULL, &t[n]) == 0)
        n++;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_RANGE(n, 1, 8);                      /* on Linux the user may have others */
    EXPECT_ERROR(queue_to_self(SIGRTMIN, 0), EAGAIN);
    EXPECT_OK(timer_delete(t[0]));
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, NULL, &t[0]));
}

/* While the signal is ignored the timer goes on; then it is heard of again. */
static void signal_ignored(void)
{
    timer_t t = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);

    signal(SIGUSR1, SIG_IGN);
    set(t, 0, MS, MS);
    sleep_for(10 * MS);
    EXPECT_RANGE(left_of(t), 1, 10 * MS);
    nseen = 0;
    handle_with(SIGUSR1, record, 0);
    compute_until(&nseen, 2);
    timer_delete(t);
}

/* One thread's signal, and one thread's time. */

static volatile int at_thread;

static void note_thread(int sig)
{
    (void)sig;
    at_thread = (int)syscall(SYS_gettid);
    nseen++;
}

static void signal_to_thread(void)
{
    struct sigevent e = { .sigev_notify = SIGEV_SIGNAL | SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
    timer_t t;

    handle_with(SIGUSR1, note_thread, SA_RESTART);
    start_computing(2);
    for (int i = 0; i < 2; i++) {
        nseen = 0;
        e.sigev_notify_thread_id = computing_tid(i);
        EXPECT_OK(timer_create(CLOCK_MONOTONIC, &e, &t));
        set(t, 0, MS, 0);
        while (!nseen)
            sched_yield();
        EXPECT_EQ(at_thread, computing_tid(i));
        EXPECT_OK(timer_delete(t));
    }
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, &e, &t));
    end_computing();
    nseen = 0;
    set(t, 0, MS, MS);                          /* nobody is there to hear it */
    sleep_for(5 * MS);
    EXPECT_EQ(nseen, 0);
}

/* A thread that is about to end may not take a signal along with it. */

#define THREAD_FLAGS                                                                           \
    (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS | CLONE_PARENT_SETTID    \
     | CLONE_CHILD_CLEARTID)
#define ENDS 400
#define TO_AND_FRO (60 * 1000L)         /* ns: it takes less to end */

static char stack[4 * PAGE] __attribute__((aligned(16)));
static volatile int at_work;

static void count_one(int sig)
{
    (void)sig;
    __atomic_fetch_add(&nseen, 1, __ATOMIC_RELAXED);
}

/* End about when the next signal is due: a little sooner or later each time. */
static int end_in_time(void *round)
{
    int before = nseen;
    int64_t due;

    while (nseen == before)
        continue;
    due = read_clock(CLOCK_MONOTONIC) + MS - TO_AND_FRO + (intptr_t)round % 100 * TO_AND_FRO / 50;
    while (read_clock(CLOCK_MONOTONIC) < due)
        continue;
    syscall(SYS_exit, 0);
    return 0;
}

static void signal_at_the_end_of_a_thread(void)
{
    const struct timespec second = { 1, 0 };
    timer_t t = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
    pid_t *tid = (pid_t *)(uintptr_t)&at_work;

    nseen = 0;
    handle_with(SIGUSR1, count_one, SA_RESTART);
    set(t, 0, MS, MS);
    for (intptr_t round = 0; round < ENDS && !test_failures(); round++) {
        REQUIRE(clone(end_in_time, stack + sizeof(stack), THREAD_FLAGS, (void *)round, tid, NULL,
                      tid) > 0);
        for (int before = nseen - 1; at_work || nseen < before + 3; ) {
            int now = nseen;

            EXPECT(nanosleep(&second, NULL) < 0 || nseen > now);
        }
    }
}

/* A timer on CLOCK, NS ahead, is not early. */
static void expect_signal_after(clockid_t clock, int64_t ns)
{
    timer_t t = make(clock, SIGEV_SIGNAL, SIGUSR1, 0);
    int64_t begin = read_clock(clock);

    nseen = 0;
    set(t, 0, ns, 0);
    while (!nseen)
        usleep(1000);
    EXPECT(read_clock(clock) - begin >= ns);
}

static void signal_of_threads_time(void)
{
    start_computing(2);
    handle_with(SIGUSR1, record, SA_RESTART);
    expect_signal_after(CPU_CLOCK(computing_tid(1), CPU_CLOCK_SCHED | CPU_CLOCK_THREAD), 8 * MS);
    expect_signal_after(CLOCK_PROCESS_CPUTIME_ID, 8 * MS);
    end_computing();
}

/* A child has none of its parent's, nor has a new program. */

static void delete_none(void *arg)
{
    struct itimerspec s;

    EXPECT_ERROR(timer_gettime((timer_t)(intptr_t)arg, &s), EINVAL);
    EXPECT_ERROR(timer_delete((timer_t)(intptr_t)arg), EINVAL);
}

static void signal_after_exec(void)
{
    for (timer_t t = 0; t < 8; t++)
        EXPECT_ERROR(timer_delete(t), EINVAL);
    drop_pending(SIGUSR1);
    sleep_for(5 * MS);
    expect_no_signal(SIGUSR1);
}

static void signal_inherited(void)
{
    timer_t t = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);

    make(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1, 0);
    set(t, 0, 1000 * SECOND, 0);
    EXPECT_EQ(run_child(delete_none, (void *)(intptr_t)t), 0);
    block(SIGUSR1, 0);
    set(t, 0, MS, MS);
    sleep_for(2 * MS);
    take(SIGUSR1);
    exec_test("/proc/self/exe", "signal_after_exec");
}

/* Many that end and are set anew while they expire. */
static void signal_crowd(void)
{
    timer_t t[20];

    handle_with(SIGRTMIN + 1, record, 0);
    for (int turn = 0; turn < 12; turn++) {
        for (size_t i = 0; i < COUNT(t); i++) {
            t[i] = make(clocks[i % COUNT(clocks)], SIGEV_SIGNAL, SIGRTMIN + 1, (long)i);
            set(t[i], 0, 1 + (int64_t)rand_below(&test_rand, 100000), 20000);
        }
        for (size_t i = 0; i < COUNT(t); i += 3)
            set(t[i], 0, 1 + (int64_t)rand_below(&test_rand, 100000), 0);
        for (size_t i = 0; i < COUNT(t); i++)
            EXPECT_OK(timer_delete(t[i]));
        nseen = 0;
    }
}

/* An absolute timer is due when the clock says so; on a machine of our own only. */
static void signal_clock_set(void)
{
    int64_t real = read_clock(CLOCK_REALTIME), mono = read_clock(CLOCK_MONOTONIC);
    timer_t t = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1, 0);
    timer_t span = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR2, 0);
    struct timespec then = to_timespec(real + 1001 * SECOND);

    need_debug_call();
    block(SIGUSR1, SIGUSR2);
    set(t, TIMER_ABSTIME, real + 1000 * SECOND, 0);
    set(span, 0, 500 * SECOND, 0);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &then));
    EXPECT_EQ(take(SIGUSR1).si_timerid, t);
    expect_no_signal(SIGUSR2);
    EXPECT_RANGE(left_of(span), 400 * SECOND, 500 * SECOND);
    then = to_timespec(real + read_clock(CLOCK_MONOTONIC) - mono);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &then));
    timer_delete(t);
    timer_delete(span);
}

static const struct test tests[] = {
    CHILD_TEST(signal_once),
    CHILD_TEST(signal_by_default),
    CHILD_TEST(signal_overruns),
    CHILD_TEST(signal_of_two),
    CHILD_TEST(signal_none),
    CHILD_TEST(signal_settings),
    CHILD_TEST(signal_refusals),
    CHILD_TEST(signal_limit),
    CHILD_TEST(signal_ignored),
    CHILD_TEST(signal_to_thread), CHILD_TEST(signal_at_the_end_of_a_thread),
    CHILD_TEST(signal_of_threads_time),
    CHILD_TEST(signal_inherited),
    NAMED_TEST(signal_after_exec),
    CHILD_TEST(signal_crowd),
    CHILD_TEST(signal_clock_set),
};

const struct test_list signal_tests = TEST_LIST(tests);
