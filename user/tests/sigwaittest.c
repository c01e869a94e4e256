/* SPDX-License-Identifier: MIT */
/*
 * sigwaittest.c - signals that arrive while a call sleeps.
 *
 * A helper watches in /proc until the test sleeps, and sends the signal then;
 * so nothing here depends on time.  A handler with SA_RESTART makes most calls
 * go on, one without makes them fail with EINTR; some always fail; and a stop
 * followed by a continuation is not noticed at all.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"

/* Count the signals from now on. */
static void handle(int sig, int flags)
{
    handle_with(sig, record, flags);
    nseen = 0;
}

/* The helper: signal the test when it sleeps, then do what lets its call end. */
struct help {
    pid_t whom;
    int sig;
    int then_write;             /* descriptor, or -1 */
    int then_read;
};

static void help(void *arg)
{
    struct help *h = arg;
    static char buf[4096];

    wait_until(h->whom, 'S');
    EXPECT_OK(kill(h->whom, h->sig));
    if (h->sig == SIGSTOP) {
        wait_until(h->whom, 'T');
        EXPECT_OK(kill(h->whom, SIGCONT));
    }
    if (h->then_write >= 0) {
        wait_until(h->whom, 'S');
        EXPECT_EQ(write(h->then_write, "w", 1), 1);
    }
    if (h->then_read >= 0) {
        wait_until(h->whom, 'S');
        EXPECT(read(h->then_read, buf, sizeof(buf)) > 0);
    }
}

static pid_t start_helper(int sig, int then_write, int then_read)
{
    struct help h = { getpid(), sig, then_write, then_read };

    return start_child(help, &h);
}

/* read from an empty pipe */

static void reading_fails(void)
{
    int fd[2];
    char c;
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    handle(SIGUSR1, 0);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(read(fd[0], &c, 1), EINTR);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

static void read_goes_on(int sig)
{
    int fd[2];
    char c = 0;
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    helper = start_helper(sig, fd[1], -1);
    EXPECT_EQ(read(fd[0], &c, 1), 1);
    EXPECT_EQ(c, 'w');
    EXPECT_CHILD(helper);
}

static void reading_goes_on(void)
{
    handle(SIGUSR1, SA_RESTART);
    read_goes_on(SIGUSR1);
    EXPECT_EQ(nseen, 1);
}

static void stopped_while_reading(void)
{
    read_goes_on(SIGSTOP);
}

static void ignored_while_reading(void)
{
    signal(SIGUSR1, SIG_IGN);
    read_goes_on(SIGUSR1);
    read_goes_on(SIGCHLD);
}

/* write to a full pipe */

static void fill(int fd)
{
    static char block[4096];
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (write(fd, block, sizeof(block)) > 0)
        continue;
    fcntl(fd, F_SETFL, flags);
}

static void writing_fails(void)
{
    int fd[2];
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    fill(fd[1]);
    handle(SIGUSR1, 0);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(write(fd[1], "x", 1), EINTR);
    EXPECT_CHILD(helper);
}

static void writing_goes_on(void)
{
    int fd[2];
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    fill(fd[1]);
    handle(SIGUSR1, SA_RESTART);
    helper = start_helper(SIGUSR1, -1, fd[0]);
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

/* What has been written already is told instead. */
static void writing_in_part(void)
{
    static char much[100 * KB];
    int fd[2];
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    handle(SIGUSR1, 0);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_EQ(write(fd[1], much, sizeof(much)), 64 * KB);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

/* wait4: the child here is the helper itself, which does not end by itself */

static void signal_and_linger(void *arg)
{
    struct help *h = arg;

    help(h);
    if (h->then_write < 0)
        wait_until(h->whom, 'S');
}

static void waiting_fails(void)
{
    struct help h = { getpid(), SIGUSR1, -1, -1 };
    pid_t helper;

    handle(SIGUSR1, 0);
    helper = start_child(signal_and_linger, &h);
    EXPECT_ERROR(waitpid(helper, NULL, 0), EINTR);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

static void waiting_goes_on(void)
{
    struct help h = { getpid(), SIGUSR1, -1, -1 };
    int status;
    pid_t helper;

    handle(SIGUSR1, SA_RESTART);
    helper = start_child(signal_and_linger, &h);
    EXPECT_EQ(waitpid(helper, &status, 0), helper);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(nseen, 1);
}

/* Sleeping: interrupted by any handler, with what was left. */

static void sleeping(void)
{
    struct timespec want = { 1000, 0 }, left = { 0, 0 };
    pid_t helper;

    handle(SIGUSR1, SA_RESTART);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(nanosleep(&want, &left), EINTR);
    EXPECT_RANGE(left.tv_sec, 100, 999);
    EXPECT_CHILD(helper);
    helper = start_helper(SIGUSR1, -1, -1);
    left.tv_sec = 0;
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &want, &left), EINTR);
    EXPECT_RANGE(left.tv_sec, 100, 999);
    EXPECT_CHILD(helper);
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A stop does not shorten the sleep. */
static void stopped_while_sleeping(void)
{
    struct timespec want = { 0, 200 * 1000000 };
    long begin = milliseconds();
    pid_t helper = start_helper(SIGSTOP, -1, -1);

    EXPECT_EQ(nanosleep(&want, NULL), 0);
    EXPECT(milliseconds() - begin >= 200);
    EXPECT_CHILD(helper);
}

static void pausing(void)
{
    pid_t helper;

    handle(SIGUSR1, SA_RESTART);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(pause(), EINTR);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

/* poll: interrupted by any handler, not by a stop */

static void polling(void)
{
    struct pollfd poll_in;
    int fd[2];
    pid_t helper;

    REQUIRE(pipe(fd) == 0);
    poll_in = (struct pollfd){ .fd = fd[0], .events = POLLIN };
    handle(SIGUSR1, SA_RESTART);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(poll(&poll_in, 1, -1), EINTR);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(poll(&poll_in, 1, 1000000), EINTR);
    EXPECT_CHILD(helper);
    helper = start_helper(SIGSTOP, fd[1], -1);
    EXPECT_EQ(poll(&poll_in, 1, -1), 1);
    EXPECT_EQ(poll_in.revents, POLLIN);
    EXPECT_CHILD(helper);
}

/* ppoll opens the mask while it waits, and only then. */
static void polling_with_mask(void)
{
    struct pollfd nothing = { .fd = -1 };
    struct timespec at_once = { 0, 0 };
    sigset_t none, usr1, now;
    pid_t helper;

    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    handle(SIGUSR1, 0);
    EXPECT_OK(sigprocmask(SIG_BLOCK, &usr1, NULL));
    EXPECT_OK(raise(SIGUSR1));
    EXPECT_EQ(ppoll(&nothing, 1, &at_once, NULL), 0);       /* still blocked */
    EXPECT_EQ(nseen, 0);
    EXPECT_ERROR(ppoll(&nothing, 1, NULL, &none), EINTR);
    EXPECT_EQ(nseen, 1);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(ppoll(&nothing, 1, NULL, &none), EINTR);
    EXPECT_EQ(nseen, 2);
    EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &now));
    EXPECT(sigismember(&now, SIGUSR1));
    EXPECT_CHILD(helper);
}

/* sigtimedwait */

static void waiting_for_signals(void)
{
    struct timespec at_once = { 0, 0 }, long_time = { 1000, 0 }, bad = { 0, 1000000000 };
    sigset_t usr1;
    siginfo_t info;
    pid_t helper;

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    EXPECT_OK(sigprocmask(SIG_BLOCK, &usr1, NULL));
    EXPECT_ERROR(sigtimedwait(&usr1, &info, &at_once), EAGAIN);
    EXPECT_ERROR(sigtimedwait(&usr1, &info, &bad), EINVAL);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_EQ(sigtimedwait(&usr1, &info, &long_time), SIGUSR1);
    EXPECT_EQ(info.si_signo, SIGUSR1);
    EXPECT_EQ(info.si_pid, helper);
    EXPECT_CHILD(helper);
    handle(SIGUSR2, SA_RESTART);
    helper = start_helper(SIGUSR2, -1, -1);
    EXPECT_ERROR(sigwaitinfo(&usr1, &info), EINTR);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
}

/* Opening a FIFO that has no other end yet */

static void open_other_end(void *arg)
{
    struct help *h = arg;
    int fd;

    help(h);
    wait_until(h->whom, 'S');
    fd = open("sigwait.fifo", O_WRONLY);
    EXPECT(fd >= 0);
}

static void opening(void)
{
    struct help h = { getpid(), SIGUSR1, -1, -1 };
    pid_t helper;
    int fd;

    unlink("sigwait.fifo");
    REQUIRE(mkfifo("sigwait.fifo", 0600) == 0);
    handle(SIGUSR1, 0);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(open("sigwait.fifo", O_RDONLY), EINTR);
    EXPECT_CHILD(helper);
    handle(SIGUSR1, SA_RESTART);
    helper = start_child(open_other_end, &h);
    fd = open("sigwait.fifo", O_RDONLY);
    EXPECT(fd >= 0);
    EXPECT_EQ(nseen, 1);
    EXPECT_CHILD(helper);
    unlink("sigwait.fifo");
}

/* Waiting for a lock */

static void lock_and_help(void *arg)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct help *h = arg;

    EXPECT_OK(fcntl(h->then_read, F_SETLK, &lock));
    EXPECT_EQ(write(h->then_write, "", 1), 1);
    h->then_read = h->then_write = -1;
    help(h);
    wait_until(h->whom, 'S');                   /* and unlock by ending */
}

static void locking(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open("sigwait.lock", O_RDWR | O_CREAT, 0600), locked[2];
    pid_t helper;
    char c;

    REQUIRE(fd >= 0 && pipe(locked) == 0);
    for (int restart = 0; restart < 2; restart++) {
        struct help h = { getpid(), SIGUSR1, locked[1], fd };

        handle(SIGUSR1, restart ? SA_RESTART : 0);
        helper = start_child(lock_and_help, &h);
        EXPECT_EQ(read(locked[0], &c, 1), 1);
        if (restart) {
            EXPECT_OK(fcntl(fd, F_SETLKW, &lock));
        } else {
            EXPECT_ERROR(fcntl(fd, F_SETLKW, &lock), EINTR);
            EXPECT_OK(fcntl(fd, F_SETLKW, &lock));
        }
        EXPECT_EQ(nseen, 1);
        EXPECT_CHILD(helper);
        lock.l_type = F_UNLCK;
        EXPECT_OK(fcntl(fd, F_SETLK, &lock));
        lock.l_type = F_WRLCK;
    }
    unlink("sigwait.lock");
}

/* A signal that kills ends every sleep. */

static void sleep_in(void *arg)
{
    int fd[2];
    char c;

    REQUIRE(pipe(fd) == 0);
    switch ((intptr_t)arg) {
    case 0:
        EXPECT(read(fd[0], &c, 1) == 1);
        break;
    case 1:
        fill(fd[1]);
        EXPECT(write(fd[1], "", 1) == 1);
        break;
    case 2:
        pause();
        break;
    case 3:
        poll(NULL, 0, -1);
        break;
    case 4:
        sleep(100000);
        break;
    case 5:
        run_child(sleep_in, (void *)2);
        break;
    default:
        open("sigwait.fifo", O_RDONLY);
    }
}

static void killed_in_sleep(void)
{
    unlink("sigwait.fifo");
    REQUIRE(mkfifo("sigwait.fifo", 0600) == 0);
    for (intptr_t how = 0; how < 7; how++)
        for (int turn = 0; turn < 2; turn++) {
            pid_t pid = start_child(sleep_in, (void *)how);

            wait_until(pid, 'S');
            EXPECT_OK(kill(pid, turn ? SIGKILL : SIGTERM));
            EXPECT_EQ(wait_child(pid), turn ? SIGKILL : SIGTERM);
        }
    unlink("sigwait.fifo");
}

/* By a clock, a futex is not waited for again after a handler, however that was set. */
static void waiting_at_a_futex(void)
{
    static uint32_t word;
    struct timespec hour = { .tv_sec = 3600 }, soon = { .tv_nsec = 300000000 };
    pid_t helper;

    handle(SIGUSR1, SA_RESTART);
    helper = start_helper(SIGUSR1, -1, -1);
    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &hour, NULL, 0), EINTR);
    EXPECT_SEEN(SIGUSR1);
    EXPECT_CHILD(helper);
    helper = start_helper(SIGSTOP, -1, -1);
    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &soon, NULL, 0), ETIMEDOUT);
    EXPECT_CHILD(helper);
}

static const struct test tests[] = {
    CHILD_TEST(reading_fails),
    CHILD_TEST(reading_goes_on),
    CHILD_TEST(stopped_while_reading),
    CHILD_TEST(ignored_while_reading),
    CHILD_TEST(writing_fails),
    CHILD_TEST(writing_goes_on),
    CHILD_TEST(writing_in_part),
    CHILD_TEST(waiting_fails),
    CHILD_TEST(waiting_goes_on),
    CHILD_TEST(sleeping),
    CHILD_TEST(stopped_while_sleeping),
    CHILD_TEST(pausing),
    CHILD_TEST(polling),
    CHILD_TEST(polling_with_mask),
    CHILD_TEST(waiting_for_signals),
    CHILD_TEST(opening),
    CHILD_TEST(locking),
    CHILD_TEST(waiting_at_a_futex),
    TEST(killed_in_sleep),
};

TEST_MAIN(tests)
