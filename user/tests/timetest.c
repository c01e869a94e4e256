/* SPDX-License-Identifier: MIT */
/*
 * timetest.c - clocks, sleeping, and the interval timer.
 *
 * Of time only one thing can be tested on a machine that others share: that
 * nothing comes too early.
 */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define MS 1000000L
#define SECOND 1000000000L

static int64_t read_clock(clockid_t clock)
{
    struct timespec t = { -1, -1 };

    EXPECT_OK(clock_gettime(clock, &t));
    EXPECT_RANGE(t.tv_nsec, 0, SECOND - 1);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int64_t now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static struct timespec to_timespec(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / SECOND, .tv_nsec = ns % SECOND };
}

static int64_t from_timeval(struct timeval t)
{
    EXPECT_RANGE(t.tv_usec, 0, 999999);
    return t.tv_sec * SECOND + t.tv_usec * 1000;
}

static void arm(int64_t value, int64_t interval)
{
    struct itimerval t = {
        .it_interval = { interval / SECOND, interval % SECOND / 1000 },
        .it_value = { value / SECOND, value % SECOND / 1000 },
    };

    EXPECT_OK(setitimer(ITIMER_REAL, &t, NULL));
}

/* Clocks */

static const clockid_t clocks[] = {
    CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
    CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
};

static void never_back(void)
{
    for (size_t i = 0; i < COUNT(clocks); i++) {
        int64_t last = read_clock(clocks[i]);

        for (int turn = 0; turn < 2000; turn++) {
            int64_t t = read_clock(clocks[i]);

            if (t < last)
                fail(__FILE__, __LINE__, "clock %d: %ld after %ld", clocks[i], t, last);
            last = t;
            if (turn % 100 == 0)
                sched_yield();                  /* perhaps to another hart */
        }
    }
}

/* Nor from one process, and hart, to another: they hand the time on. */
#define HANDS 400

static void hand_on(int in, int out, int count)
{
    for (int i = 0; i < count; i++) {
        int64_t before, after;

        EXPECT_EQ(read(in, &before, sizeof(before)), sizeof(before));
        after = now();
        if (after < before)
            fail(__FILE__, __LINE__, "%ld here after %ld there", after, before);
        EXPECT_EQ(write(out, &after, sizeof(after)), sizeof(after));
    }
}

static void hand_back(void *arg)
{
    int *fd = arg;

    hand_on(fd[0], fd[3], HANDS);
}

static void one_time_for_all(void)
{
    int64_t start = now();
    int fd[4];
    pid_t pid;

    REQUIRE(pipe(fd) == 0 && pipe(fd + 2) == 0);
    pid = start_child(hand_back, fd);
    EXPECT_EQ(write(fd[1], &start, sizeof(start)), sizeof(start));
    hand_on(fd[2], fd[1], HANDS - 1);
    EXPECT_CHILD(pid);
    for (int i = 0; i < 4; i++)
        close(fd[i]);
}

static void time_of_day(void)
{
    struct timeval t;
    int64_t before = read_clock(CLOCK_REALTIME), middle;
    time_t seconds, same;

    EXPECT_OK(gettimeofday(&t, NULL));
    seconds = time(&same);
    middle = from_timeval(t);
    EXPECT(before - before % 1000 <= middle && middle <= read_clock(CLOCK_REALTIME));
    EXPECT_EQ(seconds, same);
    EXPECT(t.tv_sec <= seconds && seconds <= read_clock(CLOCK_REALTIME) / SECOND);
    EXPECT(seconds > 1700000000);               /* the machine has a clock */
}

static void resolution(void)
{
    struct timespec t;

    for (size_t i = 0; i < COUNT(clocks); i++) {
        EXPECT_OK(clock_getres(clocks[i], &t));
        EXPECT_EQ(t.tv_sec, 0);
        EXPECT_RANGE(t.tv_nsec, 1, 10 * MS);
        EXPECT_OK(clock_getres(clocks[i], NULL));
    }
}

static void bad_clocks(void)
{
    struct timespec t = { 0, 0 };

    EXPECT_ERROR(clock_gettime(77, &t), EINVAL);
    EXPECT_ERROR(clock_getres(77, &t), EINVAL);
    EXPECT_ERROR(clock_getres(77, NULL), EINVAL);
    EXPECT_ERROR(clock_settime(CLOCK_MONOTONIC, &t), EINVAL);
    EXPECT_ERROR(syscall(SYS_clock_gettime, CLOCK_REALTIME, 1L), EFAULT);
    EXPECT_ERROR(syscall(SYS_clock_getres, CLOCK_REALTIME, 1L), EFAULT);
    EXPECT_ERROR(syscall(SYS_gettimeofday, 1L, NULL), EFAULT);
}

static void set_as_nobody(void *arg)
{
    struct timespec t = { 1000, 0 };

    (void)arg;
    EXPECT_OK(setuid(1000));
    EXPECT_ERROR(clock_settime(CLOCK_REALTIME, &t), EPERM);
}

static void set_zone_as_nobody(void *zone)
{
    EXPECT_OK(setuid(1000));
    EXPECT_ERROR(settimeofday(NULL, zone), EPERM);
}

/* The kernel keeps no zone of time, but not everybody may set it, nor to everything. */
static void zone_of_time(void)
{
    struct timezone utc = { 0, 0 }, far = { 15 * 60 + 1, 0 };

    EXPECT_OK(settimeofday(NULL, NULL));
    EXPECT_OK(settimeofday(NULL, &utc));
    EXPECT_ERROR(settimeofday(NULL, &far), EINVAL);
    far.tz_minuteswest = -far.tz_minuteswest;
    EXPECT_ERROR(settimeofday(NULL, &far), EINVAL);
    EXPECT_EQ(run_child(set_zone_as_nobody, &utc), 0);
    EXPECT_EQ(run_child(set_zone_as_nobody, NULL), 0);
}

/* Only on a machine of our own, which the debug call tells. */
static void setting(void)
{
    int64_t real = read_clock(CLOCK_REALTIME), mono = now(), then = 2000000000 * SECOND;
    struct timespec t = to_timespec(then), bad = { 0, SECOND }, at_boot = { 0, 1 };

    need_debug_call();
    EXPECT_ERROR(clock_settime(CLOCK_REALTIME, &bad), EINVAL);
    EXPECT_EQ(run_child(set_as_nobody, NULL), 0);
    EXPECT_ERROR(clock_settime(CLOCK_REALTIME, &at_boot), EINVAL);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &t));
    EXPECT_EQ((read_clock(CLOCK_REALTIME) - then) / SECOND / 1000, 0);
    EXPECT_EQ((now() - mono) / SECOND / 1000, 0);       /* that one goes on as ever */
    t = to_timespec(real + (now() - mono));
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &t));
}

/* Sleeping */

static void sleep_for(int64_t ns)
{
    struct timespec want = to_timespec(ns), left = { 77, 77 };
    int64_t begin = now();

    EXPECT_OK(nanosleep(&want, &left));
    EXPECT(now() - begin >= ns);
    EXPECT_EQ(left.tv_sec, 77);                 /* not touched */
    begin = now();
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &want, NULL), 0);
    EXPECT(now() - begin >= ns);
    begin = read_clock(CLOCK_REALTIME);
    EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, 0, &want, NULL), 0);
    EXPECT(read_clock(CLOCK_REALTIME) - begin >= ns);
}

static void not_too_short(void)
{
    static const int64_t times[] = { 0, 1, 999, 1000, 100000, MS, 7 * MS, 30 * MS };

    for (size_t i = 0; i < COUNT(times); i++)
        sleep_for(times[i]);
}

static void until(clockid_t clock, int64_t deadline)
{
    struct timespec t = to_timespec(deadline);

    EXPECT_EQ(clock_nanosleep(clock, TIMER_ABSTIME, &t, NULL), 0);
    EXPECT(read_clock(clock) >= deadline);
}

static void absolute(void)
{
    static const clockid_t which[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME };

    for (size_t i = 0; i < COUNT(which); i++) {
        until(which[i], 0);                     /* long ago */
        until(which[i], read_clock(which[i]) - MS);
        until(which[i], read_clock(which[i]) + 5 * MS);
        until(which[i], read_clock(which[i]) + 20 * MS);
    }
}

/* Many at once, each for its own time: nobody is woken by another's timer. */
#define SLEEPERS 12

static void sleep_some(void *arg)
{
    rand_seed(&test_rand, test_seed * 100 + (uintptr_t)arg);
    for (int i = 0; i < 8; i++)
        sleep_for((int64_t)rand_below(&test_rand, 4 * MS));
}

static void many_sleepers(void)
{
    pid_t pid[SLEEPERS];

    for (uintptr_t i = 0; i < SLEEPERS; i++)
        pid[i] = start_child(sleep_some, (void *)i);
    for (size_t i = 0; i < SLEEPERS; i++)
        EXPECT_CHILD(pid[i]);
}

/* A signal ends it: what has passed and what is left are at least what was wanted. */
static void interrupted(void)
{
    int64_t wanted = 1000 * SECOND, begin, rest;
    struct timespec want = to_timespec(wanted), left;

    handle_with(SIGALRM, record, SA_RESTART);
    for (int turn = 0; turn < 3; turn++) {
        begin = now();
        arm(3 * MS, 3 * MS);                    /* again, should the first come before the call */
        left = (struct timespec){ 0, 0 };
        if (turn == 1)
            EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &want, &left), EINTR);
        else
            EXPECT_ERROR(nanosleep(&want, &left), EINTR);
        rest = left.tv_sec * SECOND + left.tv_nsec;
        EXPECT(rest < wanted);
        EXPECT(now() - begin + rest >= wanted);
        EXPECT(now() - begin >= 3 * MS);
    }
    want = to_timespec(now() + wanted);
    left = (struct timespec){ 77, 77 };
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &want, &left), EINTR);
    arm(0, 0);
    EXPECT(left.tv_sec == 77 && left.tv_nsec == 77);
    EXPECT(nseen >= 4);
}

static void bad_sleeps(void)
{
    static const struct timespec bad[] = { { 0, SECOND }, { 0, -1 }, { -1, 0 } };
    struct timespec good = { 0, 0 };

    for (size_t i = 0; i < COUNT(bad); i++) {
        EXPECT_ERROR(nanosleep(&bad[i], NULL), EINVAL);
        EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad[i], NULL), EINVAL);
        EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &bad[i], NULL), EINVAL);
    }
    EXPECT_EQ(clock_nanosleep(77, 0, &good, NULL), EINVAL);
    EXPECT_EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &good, NULL), EOPNOTSUPP);
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &good, NULL), EOPNOTSUPP);
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &good, NULL), EOPNOTSUPP);
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 8, &good, NULL), 0);     /* flag unknown */
    EXPECT_ERROR(syscall(SYS_nanosleep, 1L, NULL), EFAULT);
    EXPECT_ERROR(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0L, 1L, NULL), EFAULT);
}

/* The interval timer */

static void once(void)
{
    struct itimerval t;
    int64_t begin = now();

    block(SIGALRM, 0);
    handle_info(SIGALRM, record_info, 0);
    arm(5 * MS, 0);
    await_signals(1);
    EXPECT(now() - begin >= 5 * MS);
    EXPECT_SEEN(SIGALRM);
    EXPECT_EQ(last_info.si_code, SI_KERNEL);
    EXPECT_OK(getitimer(ITIMER_REAL, &t));
    EXPECT(from_timeval(t.it_value) == 0 && from_timeval(t.it_interval) == 0);
}

static void again_and_again(void)
{
    int64_t begin = now();
    struct itimerval t;

    block(SIGALRM, 0);
    handle_with(SIGALRM, record, 0);
    arm(6 * MS, 2 * MS);
    for (int n = 1; n <= 10; n++) {
        await_signals(n);
        EXPECT(now() - begin >= 6 * MS + (nseen - 1) * 2 * MS);
    }
    EXPECT_OK(getitimer(ITIMER_REAL, &t));
    EXPECT_EQ(from_timeval(t.it_interval), 2 * MS);
    EXPECT_RANGE(from_timeval(t.it_value), 0, 2 * MS);     /* 0: it waits for a signal to be taken */
    arm(0, 2 * MS);                             /* no value: it is over */
    EXPECT_OK(getitimer(ITIMER_REAL, &t));
    EXPECT_EQ(from_timeval(t.it_value), 0);
    unblock(SIGALRM, 0);                        /* the last may have come meanwhile */
    nseen = 0;
    sleep_for(5 * MS);
    EXPECT_EQ(nseen, 0);
}

static void setting_timers(void)
{
    struct itimerval new = { { 3, 4 }, { 1000, 5 } }, old = { { 7, 7 }, { 7, 7 } };
    struct itimerval zero = { 0 };

    EXPECT_OK(setitimer(ITIMER_REAL, &new, &old));
    EXPECT(from_timeval(old.it_value) == 0 && from_timeval(old.it_interval) == 0);
    EXPECT_OK(setitimer(ITIMER_REAL, &zero, &old));
    EXPECT_RANGE(from_timeval(old.it_value), 1, 1000 * SECOND + 5000);
    EXPECT_EQ(from_timeval(old.it_interval), 3 * SECOND + 4000);
    new.it_value.tv_usec = 1000000;
    EXPECT_ERROR(setitimer(ITIMER_REAL, &new, NULL), EINVAL);
    new = (struct itimerval){ { 0, -1 }, { 1, 0 } };
    EXPECT_ERROR(setitimer(ITIMER_REAL, &new, NULL), EINVAL);
    EXPECT_ERROR(setitimer(9, &zero, NULL), EINVAL);
    EXPECT_ERROR(getitimer(9, &old), EINVAL);
    EXPECT_ERROR(syscall(SYS_setitimer, ITIMER_REAL, 1L, NULL), EFAULT);
    EXPECT_ERROR(syscall(SYS_getitimer, ITIMER_REAL, 1L), EFAULT);
    EXPECT_OK(getitimer(ITIMER_REAL, &old));
    EXPECT_EQ(from_timeval(old.it_value), 0);
}

static void be_alarmed(void *arg)
{
    (void)arg;
    arm(MS, 0);
    pause_forever(NULL);
}

static void alarms(void)
{
    EXPECT_EQ(alarm(1000), 0);
    EXPECT_RANGE(alarm(500), 1, 1000);
    EXPECT_RANGE(alarm(0), 1, 500);
    EXPECT_EQ(alarm(0), 0);
    EXPECT_KILLED(be_alarmed, NULL, SIGALRM);
}

/* A child has no timer of its parent's; a program that exec starts has. */

static void has_no_timer(void *arg)
{
    (void)arg;
    EXPECT_EQ(alarm(0), 0);
}

static void after_exec(void)
{
    EXPECT_RANGE(alarm(0), 1, 1000);
}

static void fork_and_exec(void)
{
    alarm(1000);
    EXPECT_EQ(run_child(has_no_timer, NULL), 0);
    exec_test("/proc/self/exe", "after_exec");
}

/* Processor time */

static volatile uint64_t sink;

static void burn(int64_t ns)
{
    int64_t begin = read_clock(CLOCK_PROCESS_CPUTIME_ID);

    while (read_clock(CLOCK_PROCESS_CPUTIME_ID) - begin < ns)
        for (int i = 0; i < 1000; i++)
            sink = hash_mix64(sink);
}

/* A process cannot have used more of it than has passed. */
static void no_more_than_real(void)
{
    int64_t real = now(), used = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    int64_t thread = read_clock(CLOCK_THREAD_CPUTIME_ID);

    burn(10 * MS);
    sleep_for(10 * MS);
    burn(5 * MS);
    thread = read_clock(CLOCK_THREAD_CPUTIME_ID) - thread;
    used = read_clock(CLOCK_PROCESS_CPUTIME_ID) - used;
    real = now() - real;
    EXPECT(used >= 15 * MS);
    EXPECT(used <= real);
    EXPECT(thread <= used);
}

static void burn_50(void *arg)
{
    (void)arg;
    burn(50 * MS);
}

static int64_t of_usage(int who)
{
    struct rusage r;

    EXPECT_OK(getrusage(who, &r));
    return from_timeval(r.ru_utime) + from_timeval(r.ru_stime);
}

static void of_children(void)
{
    struct tms before, after;
    int64_t children = of_usage(RUSAGE_CHILDREN), own;
    clock_t begin = times(&before);
    pid_t pid = start_child(burn_50, NULL);

    EXPECT_CHILD(pid);
    EXPECT(times(&after) - begin >= 4);
    EXPECT(after.tms_cutime + after.tms_cstime - before.tms_cutime - before.tms_cstime >= 4);
    EXPECT(of_usage(RUSAGE_CHILDREN) - children >= 49 * MS);
    own = of_usage(RUSAGE_SELF);
    burn(30 * MS);
    EXPECT(of_usage(RUSAGE_SELF) - own >= 29 * MS);
    EXPECT_OK(times(NULL));
    EXPECT_ERROR(syscall(SYS_times, 1L), EFAULT);
}

/* A child's report has what its own children used, if it waited for them. */
#define TOUCHED 300                     /* pages: more than any child touches to begin and end */

static void touch(void *arg)
{
    char *p = map_anon(TOUCHED * PAGE);

    (void)arg;
    memset(p, 1, TOUCHED * PAGE);
}

static void have_it_done(void *arg)
{
    EXPECT_CHILD(start_child(touch, arg));
}

static void of_grandchildren(void)
{
    struct rusage before, after, report;
    pid_t pid;
    int status;

    EXPECT_OK(getrusage(RUSAGE_CHILDREN, &before));
    pid = start_child(have_it_done, NULL);
    EXPECT_EQ(wait4(pid, &status, 0, &report), pid);
    EXPECT_EQ(status, 0);
    EXPECT(report.ru_minflt >= TOUCHED);
    EXPECT(report.ru_maxrss >= (long)(TOUCHED / 2 * PAGE / KB));        /* Linux counts in lots */
    EXPECT_OK(getrusage(RUSAGE_CHILDREN, &after));
    EXPECT_EQ(after.ru_minflt - before.ru_minflt, report.ru_minflt);
    EXPECT_EQ(after.ru_nvcsw - before.ru_nvcsw, report.ru_nvcsw);
}

static const struct test tests[] = {
    TEST(never_back),
    TEST(one_time_for_all),
    TEST(time_of_day),
    TEST(resolution),
    TEST(bad_clocks),
    TEST(zone_of_time),
    TEST(setting),
    TEST(not_too_short),
    TEST(absolute),
    TEST(many_sleepers),
    CHILD_TEST(interrupted),
    TEST(bad_sleeps),
    CHILD_TEST(once),
    CHILD_TEST(again_and_again),
    TEST(setting_timers),
    TEST(alarms),
    CHILD_TEST(fork_and_exec),
    NAMED_TEST(after_exec),
    TEST(no_more_than_real),
    TEST(of_children),
    TEST(of_grandchildren),
};

TEST_MAIN(tests)
