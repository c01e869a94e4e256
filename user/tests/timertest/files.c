/* SPDX-License-Identifier: MIT */
/*
 * files.c - timers that are files: how often each has expired is read once.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"
#include "user/tests/timertest/timertest.h"

static int open_timer(clockid_t clock, int flags)
{
    int fd = timerfd_create(clock, flags);

    REQUIRE(fd >= 0);
    return fd;
}

static void set(int fd, int flags, int64_t value, int64_t interval)
{
    struct itimerspec s = setting(value, interval);

    EXPECT_OK(timerfd_settime(fd, flags, &s, NULL));
}

static int64_t left_of(int fd)
{
    struct itimerspec s = setting(77, 77);

    EXPECT_OK(timerfd_gettime(fd, &s));
    return from_timespec(s.it_value);
}

static uint64_t take(int fd)
{
    uint64_t count = 0;

    EXPECT_EQ(read(fd, &count, sizeof(count)), sizeof(count));
    return count;
}

static void expect_nothing(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
    uint64_t count;

    EXPECT_EQ(poll(&p, 1, 0), 0);
    EXPECT_ERROR(read(fd, &count, sizeof(count)), EAGAIN);
}

static void file_once(void)
{
    static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME };

    for (size_t i = 0; i < COUNT(clocks); i++) {
        int fd = open_timer(clocks[i], 0);
        int64_t begin = read_clock(clocks[i]);

        set(fd, 0, 5 * MS, 0);
        EXPECT_EQ(take(fd), 1);
        EXPECT(read_clock(clocks[i]) - begin >= 5 * MS);
        EXPECT_EQ(left_of(fd), 0);
        EXPECT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
        expect_nothing(fd);
        begin = read_clock(clocks[i]) + 5 * MS;
        set(fd, TFD_TIMER_ABSTIME, begin, 0);
        EXPECT_OK(fcntl(fd, F_SETFL, 0));
        EXPECT_EQ(take(fd), 1);
        EXPECT(read_clock(clocks[i]) >= begin);
        set(fd, TFD_TIMER_ABSTIME, 1, 0);       /* long ago */
        EXPECT_EQ(take(fd), 1);
        close(fd);
    }
}

/* What nobody read adds up, and the sum is right. */
static void file_at_intervals(void)
{
    int fd = open_timer(CLOCK_MONOTONIC, 0);
    int64_t begin = read_clock(CLOCK_MONOTONIC), after;
    uint64_t sum = 0;

    set(fd, 0, 3 * MS, 2 * MS);
    for (int turn = 0; turn < 5; turn++) {
        sum += take(fd);
        after = read_clock(CLOCK_MONOTONIC);
        EXPECT((int64_t)(sum - 1) * 2 * MS + 3 * MS <= after - begin);
        EXPECT_RANGE(left_of(fd), 0, 2 * MS);
    }
    sleep_for(11 * MS);
    EXPECT(take(fd) >= 5);
    set(fd, TFD_TIMER_ABSTIME, after - 10 * MS, MS);            /* since then */
    EXPECT(take(fd) >= 11);
    set(fd, 0, 1, 1);                           /* as short as can be */
    sleep_for(2 * MS);
    EXPECT(take(fd) >= 1000000);
    close(fd);
}

static void file_settings(void)
{
    int fd = open_timer(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec s = setting(1000 * SECOND, 3 * SECOND), old = setting(7, 7);

    EXPECT_OK(timerfd_settime(fd, 0, &s, &old));
    EXPECT(from_timespec(old.it_value) == 0 && from_timespec(old.it_interval) == 0);
    s = setting(MS, 0);
    EXPECT_OK(timerfd_settime(fd, 0, &s, &old));
    EXPECT_RANGE(from_timespec(old.it_value), 900 * SECOND, 1000 * SECOND);
    EXPECT_EQ(from_timespec(old.it_interval), 3 * SECOND);
    sleep_for(2 * MS);
    set(fd, 0, 0, 0);                           /* forgets what has expired, too */
    expect_nothing(fd);
    set(fd, 0, 0, SECOND);
    EXPECT_OK(timerfd_gettime(fd, &s));
    EXPECT(from_timespec(s.it_value) == 0 && from_timespec(s.it_interval) == SECOND);
    set(fd, TFD_TIMER_ABSTIME, read_clock(CLOCK_MONOTONIC) + 500 * SECOND, 0);
    EXPECT_RANGE(left_of(fd), 400 * SECOND, 500 * SECOND);
    close(fd);
}

static void file_refusals(void)
{
    static const struct timespec bad[] = { { 0, SECOND }, { 0, -1 }, { -1, 0 } };
    static const clockid_t none[] = { CLOCK_PROCESS_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_TAI, 77 };
    int fd = open_timer(CLOCK_REALTIME, TFD_NONBLOCK), other = open("/proc/self/stat", O_RDONLY);
    struct itimerspec s = setting(0, 0);
    uint64_t count;

    for (size_t i = 0; i < COUNT(none); i++)
        EXPECT_ERROR(timerfd_create(none[i], 0), EINVAL);
    EXPECT_ERROR(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
    for (size_t i = 0; i < COUNT(bad); i++) {
        s = (struct itimerspec){ .it_value = bad[i] };
        EXPECT_ERROR(timerfd_settime(fd, 0, &s, NULL), EINVAL);
        s = (struct itimerspec){ .it_interval = bad[i] };
        EXPECT_ERROR(timerfd_settime(fd, 0, &s, NULL), EINVAL);
    }
    s = setting(0, 0);
    EXPECT_ERROR(timerfd_settime(fd, 4, &s, NULL), EINVAL);
    EXPECT_ERROR(timerfd_settime(other, 0, &s, NULL), EINVAL);
    EXPECT_ERROR(timerfd_gettime(other, &s), EINVAL);
    EXPECT_ERROR(timerfd_settime(-1, 0, &s, NULL), EBADF);
    EXPECT_ERROR(timerfd_gettime(-1, &s), EBADF);
    EXPECT_ERROR(timerfd_settime(fd, 0, (void *)8, NULL), EFAULT);
    EXPECT_ERROR(timerfd_settime(fd, 0, &s, (void *)8), EFAULT);
    EXPECT_ERROR(timerfd_gettime(fd, (void *)8), EFAULT);
    EXPECT_ERROR(read(fd, &count, 7), EINVAL);
    EXPECT_ERROR(write(fd, &count, 8), EINVAL);
    set(fd, TFD_TIMER_ABSTIME, 1, 0);
    EXPECT_EQ(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1), 1);
    EXPECT_ERROR(read(fd, (void *)8, 8), EFAULT);
    close(fd);
    close(other);
}

static void open_alarm(void *arg)
{
    (void)arg;
    EXPECT_OK(setuid(1000));
    EXPECT_ERROR(timerfd_create(CLOCK_REALTIME_ALARM, 0), EPERM);
    EXPECT_ERROR(timerfd_create(CLOCK_BOOTTIME_ALARM, 0), EPERM);
}

static void file_alarms(void)
{
    int fd;

    if (getuid() != 0)
        skip("not root");
    fd = open_timer(CLOCK_BOOTTIME_ALARM, 0);
    set(fd, 0, MS, 0);
    EXPECT_EQ(take(fd), 1);
    close(fd);
    EXPECT_EQ(run_child(open_alarm, NULL), 0);
}

static void file_description(void)
{
    int fd = open_timer(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    char path[32], name[32] = "";

    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
    EXPECT(!strcmp(name, "anon_inode:[timerfd]"));
    EXPECT_ERROR(open(path, O_RDWR), ENXIO);
    expect_nothing(fd);
    close(fd);
}

/* Many wait for one: each expiry goes to one of them; and a copy in a child is the same timer. */

#define READERS 3

static int shared;

static void take_some(void *arg)
{
    uint64_t *sum = arg;

    for (int i = 0; i < 3; i++)
        __atomic_fetch_add(sum, take(shared), __ATOMIC_RELAXED);
}

static void file_shared(void)
{
    uint64_t *sum = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int64_t begin = read_clock(CLOCK_MONOTONIC), passed;
    pid_t pids[READERS];

    shared = open_timer(CLOCK_MONOTONIC, 0);
    for (int i = 0; i < READERS; i++)
        pids[i] = start_child(take_some, sum);
    set(shared, 0, MS, MS);
    for (int i = 0; i < READERS; i++)
        EXPECT_CHILD(pids[i]);
    passed = read_clock(CLOCK_MONOTONIC) - begin;
    EXPECT_RANGE(*sum, 3 * READERS, passed / MS);
    close(shared);
    munmap(sum, PAGE);
}

static void file_polled(void)
{
    int fd = open_timer(CLOCK_REALTIME, 0);
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

    set(fd, 0, 2 * MS, 0);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, POLLIN);
    EXPECT_EQ(poll(&p, 1, -1), 1);              /* until it is read */
    EXPECT_EQ(take(fd), 1);
    EXPECT_EQ(poll(&p, 1, 0), 0);
    close(fd);
}

static void read_forever(void *arg)
{
    (void)arg;
    take(shared);
}

static void file_killed_reader(void)
{
    pid_t pid;

    shared = open_timer(CLOCK_MONOTONIC, 0);
    set(shared, 0, 1000 * SECOND, 0);
    pid = start_child(read_forever, NULL);
    wait_until(pid, 'S');
    EXPECT_OK(kill(pid, SIGTERM));
    EXPECT_EQ(wait_child(pid), SIGTERM);
    close(shared);
}

/* Setting the clock, on a machine of our own only. */

static void set_realtime(int64_t ns)
{
    struct timespec t = to_timespec(ns);

    EXPECT_OK(clock_settime(CLOCK_REALTIME, &t));
}

static void take_cancelled(void *arg)
{
    uint64_t count;

    (void)arg;
    EXPECT_ERROR(read(shared, &count, sizeof(count)), ECANCELED);
}

static void expect_cancelled(int fd)
{
    struct itimerspec s = setting(INT64_MAX / 2, 0);
    pid_t pid;

    set(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, INT64_MAX / 2, 0);
    shared = fd;
    pid = start_child(take_cancelled, NULL);
    wait_until(pid, 'S');
    set_realtime(read_clock(CLOCK_REALTIME) + SECOND);
    EXPECT_CHILD(pid);
    set_realtime(read_clock(CLOCK_REALTIME) + SECOND);
    EXPECT_ERROR(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &s, NULL),
                 ECANCELED);
    set(fd, TFD_TIMER_ABSTIME, INT64_MAX / 2, 0);       /* does not care any more */
    set_realtime(read_clock(CLOCK_REALTIME) - 2 * SECOND);
    EXPECT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
    expect_nothing(fd);
}

/* One that has expired goes on neither after the clock was set, nor does it count down. */
static void expired_and_cancelled(int64_t now)
{
    int fd = open_timer(CLOCK_REALTIME, TFD_NONBLOCK);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    uint64_t count;

    set(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, now, MS);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    set_realtime(now - 1000 * SECOND);
    EXPECT_ERROR(read(fd, &count, sizeof(count)), ECANCELED);
    left_of(fd);
    expect_nothing(fd);
    set_realtime(now + SECOND);
    EXPECT_ERROR(read(fd, &count, sizeof(count)), ECANCELED);
    left_of(fd);
    expect_nothing(fd);
    close(fd);
}

/* The clock was set back to before it expired: that is read as nothing. */
static void expired_and_set_back(int64_t now, int flags)
{
    int fd = open_timer(CLOCK_REALTIME, flags);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    uint64_t count = 77;

    set(fd, TFD_TIMER_ABSTIME, now, MS);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    set_realtime(now - 1000 * SECOND);
    if (flags & TFD_NONBLOCK)
        EXPECT_ERROR(read(fd, &count, sizeof(count)), EAGAIN);
    else
        EXPECT_EQ(read(fd, &count, sizeof(count)), 0);
    EXPECT_EQ(count, 77);
    EXPECT_RANGE(left_of(fd), 900 * SECOND, 1000 * SECOND);
    EXPECT_EQ(poll(&p, 1, 0), 0);
    set_realtime(now + SECOND);
    close(fd);
}

static void file_expired_then_clock_set(void)
{
    int64_t real = read_clock(CLOCK_REALTIME), mono = read_clock(CLOCK_MONOTONIC);

    need_debug_call();
    expired_and_cancelled(real);
    expired_and_set_back(real, 0);
    expired_and_set_back(real, TFD_NONBLOCK);
    set_realtime(real + read_clock(CLOCK_MONOTONIC) - mono);
}

static void file_clock_set(void)
{
    int64_t real = read_clock(CLOCK_REALTIME), mono = read_clock(CLOCK_MONOTONIC);
    int fd = open_timer(CLOCK_REALTIME, 0), span = open_timer(CLOCK_REALTIME, TFD_NONBLOCK);

    need_debug_call();
    set(fd, TFD_TIMER_ABSTIME, real + 1000 * SECOND, 0);
    set(span, 0, 500 * SECOND, 0);
    set_realtime(real + 1001 * SECOND);
    EXPECT_EQ(take(fd), 1);                     /* now is later */
    expect_nothing(span);                       /* no less than a span */
    EXPECT_RANGE(left_of(span), 400 * SECOND, 500 * SECOND);
    set(fd, TFD_TIMER_ABSTIME, real + 1001 * SECOND + 10 * MS, 0);
    set_realtime(real);
    EXPECT(left_of(fd) > 900 * SECOND);
    expect_cancelled(fd);
    set_realtime(real + read_clock(CLOCK_MONOTONIC) - mono);
    close(fd);
    close(span);
}

static const struct test tests[] = {
    TEST(file_once),
    TEST(file_at_intervals),
    TEST(file_settings),
    TEST(file_refusals),
    TEST(file_alarms),
    TEST(file_description),
    TEST(file_shared),
    TEST(file_polled),
    TEST(file_killed_reader),
    TEST(file_clock_set),
    TEST(file_expired_then_clock_set),
};

const struct test_list file_tests = TEST_LIST(tests);
