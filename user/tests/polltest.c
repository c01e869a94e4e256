/* SPDX-License-Identifier: MIT */
/*
 * polltest.c - poll, ppoll and pselect: what is ready, when it wakes, and what signals do.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define FIFO "polltest.fifo"

static char buffer[128 * KB];

/* What poll says of FD at once, or 0; it must agree with its own result. */
static int ready(int fd, int events)
{
    struct pollfd p = { .fd = fd, .events = (short)events, .revents = 0x7fff };
    int r = poll(&p, 1, 0);

    EXPECT_EQ(r, p.revents != 0);
    EXPECT_EQ(p.fd, fd);
    EXPECT_EQ(p.events, events);
    return p.revents;
}

static void fill(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (write(fd, buffer, 4096) > 0)
        continue;
    fcntl(fd, F_SETFL, flags);
}

static uint64_t now(void)
{
    struct timespec t;

    EXPECT_OK(clock_gettime(CLOCK_MONOTONIC, &t));
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* What is ready */

static void pipes(void)
{
    int fd[2], all = POLLIN | POLLOUT | POLLPRI;

    REQUIRE(pipe(fd) == 0);
    EXPECT_EQ(ready(fd[0], all), 0);
    EXPECT_EQ(ready(fd[1], all), POLLOUT);
    EXPECT_EQ(ready(fd[1], POLLIN), 0);
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_EQ(ready(fd[0], all), POLLIN);
    EXPECT_EQ(ready(fd[0], POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
    EXPECT_EQ(ready(fd[0], 0), 0);
    fill(fd[1]);
    EXPECT_EQ(ready(fd[1], all), 0);
    EXPECT_EQ(read(fd[0], buffer, 4096), 4096);
    EXPECT_EQ(ready(fd[1], POLLOUT | POLLWRNORM), POLLOUT | POLLWRNORM);
    close(fd[1]);
    EXPECT_EQ(ready(fd[0], all), POLLIN | POLLHUP);
    EXPECT_EQ(ready(fd[0], 0), POLLHUP);        /* told without being asked */
    while (read(fd[0], buffer, sizeof(buffer)) > 0)
        continue;
    EXPECT_EQ(ready(fd[0], all), POLLHUP);
    close(fd[0]);
}

static void nobody_reads(void)
{
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    close(fd[0]);
    EXPECT_EQ(ready(fd[1], POLLIN | POLLOUT), POLLOUT | POLLERR);
    EXPECT_EQ(ready(fd[1], 0), POLLERR);
    close(fd[1]);
}

static void fifos(void)
{
    int in, out;

    unlink(FIFO);
    REQUIRE(mkfifo(FIFO, 0600) == 0);
    in = open(FIFO, O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(ready(in, POLLIN), 0);            /* nobody has been there: no hang-up */
    out = open(FIFO, O_WRONLY);
    EXPECT_EQ(ready(in, POLLIN), 0);
    EXPECT_EQ(write(out, "x", 1), 1);
    EXPECT_EQ(ready(in, POLLIN), POLLIN);
    close(out);
    EXPECT_EQ(ready(in, POLLIN), POLLIN | POLLHUP);
    EXPECT_EQ(read(in, buffer, 10), 1);
    EXPECT_EQ(ready(in, POLLIN), POLLHUP);
    out = open(FIFO, O_WRONLY);
    EXPECT_EQ(ready(in, POLLIN), 0);            /* and it is over when another comes */
    close(out);
    close(in);
    in = open(FIFO, O_RDWR);
    EXPECT_EQ(ready(in, POLLIN | POLLOUT), POLLOUT);
    close(in);
    unlink(FIFO);
}

static void files(void)
{
    int fd = open("polltest.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    int null = open("/dev/null", O_RDWR), directory = open(".", O_RDONLY);

    EXPECT_EQ(ready(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);   /* at the end, too */
    EXPECT_EQ(ready(null, POLLIN | POLLOUT), POLLIN | POLLOUT);
    EXPECT_EQ(ready(directory, POLLIN), POLLIN);
    close(fd);
    close(null);
    close(directory);
    unlink("polltest.file");
}

/* The serial line of our test machine: nobody types, and what is written goes out. */
static void terminal(void)
{
    int fd;

    need_debug_call();
    fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
    REQUIRE(fd >= 0);
    EXPECT_OK(ioctl(fd, TCSBRK, 1));            /* wait until it has */
    EXPECT_EQ(ready(fd, POLLIN | POLLOUT), POLLOUT);
    EXPECT_EQ(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 2), 0);
    close(fd);
}

static void invalid(void)
{
    struct pollfd p[3] = { { .fd = -1, .events = POLLIN, .revents = 99 }, { .fd = 0 }, { .fd = -7 } };
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    close(fd[0]);
    EXPECT_EQ(ready(fd[0], POLLIN), POLLNVAL);
    EXPECT_EQ(ready(fd[0], 0), POLLNVAL);
    p[1] = (struct pollfd){ .fd = fd[0], .events = POLLIN };
    EXPECT_EQ(poll(p, 3, -1), 1);               /* no reason to wait */
    EXPECT_EQ(p[0].revents, 0);
    EXPECT_EQ(p[1].revents, POLLNVAL);
    EXPECT_EQ(poll(p, 1, 0), 0);
    EXPECT_ERROR(syscall(SYS_ppoll, 1L, 1L, NULL, NULL, 0L), EFAULT);
    EXPECT_OK(syscall(SYS_ppoll, NULL, 0L, &(struct timespec){ 0 }, NULL, 0L));
    EXPECT_ERROR(syscall(SYS_ppoll, p, 1L, &(struct timespec){ 0, -1 }, NULL, 0L), EINVAL);
    EXPECT_ERROR(syscall(SYS_ppoll, p, 1L, &(struct timespec){ -1, 0 }, NULL, 0L), EINVAL);
    EXPECT_ERROR(syscall(SYS_ppoll, p, 1L, 8L, NULL, 0L), EFAULT);
    EXPECT_ERROR(syscall(SYS_ppoll, p, 1L, NULL, p, 4L), EINVAL);
    close(fd[1]);
}

static void too_many(void)
{
    struct rlimit limit = { 16, 16 };
    struct pollfd p[17];

    for (size_t i = 0; i < COUNT(p); i++)
        p[i] = (struct pollfd){ .fd = -1 };
    EXPECT_OK(setrlimit(RLIMIT_NOFILE, &limit));
    EXPECT_EQ(poll(p, 16, 0), 0);
    EXPECT_ERROR(poll(p, 17, 0), EINVAL);
}

/* Waiting: for each way in which something can become ready, somebody who sleeps until then */

struct waiter {
    int fd, events, expected;
    int close_first;
};

static void wait_ready(void *arg)
{
    struct waiter *w = arg;
    struct pollfd p = { .fd = w->fd, .events = (short)w->events };

    if (w->close_first >= 0)
        close(w->close_first);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, w->expected);
}

static pid_t start_waiter(struct waiter w)
{
    pid_t pid = start_child(wait_ready, &w);

    wait_until(pid, 'S');
    return pid;
}

static void waking(void)
{
    pid_t one, two;
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    one = start_waiter((struct waiter){ fd[0], POLLIN, POLLIN, -1 });
    two = start_waiter((struct waiter){ fd[0], POLLIN, POLLIN, -1 });
    EXPECT_EQ(write(fd[1], "x", 1), 1);         /* wakes both */
    EXPECT_CHILD(one);
    EXPECT_CHILD(two);
    fill(fd[1]);
    one = start_waiter((struct waiter){ fd[1], POLLOUT, POLLOUT, -1 });
    EXPECT_EQ(read(fd[0], buffer, 4096), 4096);
    EXPECT_CHILD(one);
    while (read(fd[0], buffer, sizeof(buffer)) == (ssize_t)sizeof(buffer))
        continue;
    one = start_waiter((struct waiter){ fd[0], POLLIN, POLLHUP, fd[1] });
    close(fd[1]);
    EXPECT_CHILD(one);
    close(fd[0]);
    REQUIRE(pipe(fd) == 0);
    fill(fd[1]);
    one = start_waiter((struct waiter){ fd[1], 0, POLLERR, fd[0] });
    close(fd[0]);
    EXPECT_CHILD(one);
    close(fd[1]);
}

/* Whatever is awaited beside it, the pipe that is written wakes. */
#define MANY 200

static void wait_for_number(void *arg)
{
    int (*fd)[2] = arg, found = -1;
    struct pollfd p[MANY];

    for (int i = 0; i < MANY; i++)
        p[i] = (struct pollfd){ .fd = fd[i][0], .events = POLLIN };
    EXPECT_EQ(poll(p, MANY, -1), 1);
    for (int i = 0; i < MANY; i++)
        if (p[i].revents)
            found = i;
    EXPECT_EQ(read(fd[found][0], buffer, 1), 1);
    EXPECT_EQ((unsigned char)buffer[0], found);
}

static void many_files(void)
{
    static int fd[MANY][2];

    for (int i = 0; i < MANY; i++)
        REQUIRE(pipe(fd[i]) == 0);
    for (int turn = 0; turn < 20; turn++) {
        int i = (int)rand_below(&test_rand, MANY);
        char c = (char)i;
        pid_t pid = start_child(wait_for_number, fd);

        wait_until(pid, 'S');
        EXPECT_EQ(write(fd[i][1], &c, 1), 1);
        EXPECT_CHILD(pid);
    }
    for (int i = 0; i < MANY; i++) {
        close(fd[i][0]);
        close(fd[i][1]);
    }
}

/* No wake-up is lost between looking and sleeping: two processes wake each other in turn. */
#define ROUNDS 300

static void play(int in, int out, int rounds)
{
    struct pollfd p = { .fd = in, .events = POLLIN };
    char c;

    for (int i = 0; i < rounds; i++) {
        EXPECT_EQ(poll(&p, 1, -1), 1);
        EXPECT_EQ(read(in, &c, 1), 1);
        EXPECT_EQ(write(out, &c, 1), 1);
    }
}

static void answer(void *arg)
{
    int *fd = arg;

    play(fd[0], fd[3], ROUNDS);
}

static void ping_pong(void)
{
    int fd[4];
    pid_t pid;

    REQUIRE(pipe(fd) == 0 && pipe(fd + 2) == 0);
    pid = start_child(answer, fd);
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    play(fd[2], fd[1], ROUNDS - 1);
    EXPECT_CHILD(pid);
    for (int i = 0; i < 4; i++)
        close(fd[i]);
}

/* Time */

static void timeouts(void)
{
    static const int times[] = { 1, 5, 20, 50 };
    struct timespec t = { 0, 3000000 };
    struct pollfd p = { .events = POLLIN };
    uint64_t begin;
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    p.fd = fd[0];
    for (size_t i = 0; i < COUNT(times); i++) {
        begin = now();
        EXPECT_EQ(poll(&p, 1, times[i]), 0);
        EXPECT(now() - begin >= (uint64_t)times[i] * 1000000);
        EXPECT_EQ(p.revents, 0);
        begin = now();
        EXPECT_EQ(poll(NULL, 0, times[i]), 0);
        EXPECT(now() - begin >= (uint64_t)times[i] * 1000000);
    }
    begin = now();
    EXPECT_OK(syscall(SYS_ppoll, &p, 1L, &t, NULL, 0L));
    EXPECT(now() - begin >= 3000000);
    EXPECT(t.tv_sec == 0 && t.tv_nsec == 0);    /* what is left is written back */
    t.tv_sec = 1000;
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_EQ(syscall(SYS_ppoll, &p, 1L, &t, NULL, 0L), 1);
    EXPECT_RANGE(t.tv_sec, 1, 999);
    close(fd[0]);
    close(fd[1]);
}

/* Signals: ppoll with a mask that lets SIGUSR1 in, which is blocked otherwise */

static void mask_and_events(void)
{
    struct timespec at_once = { 0, 0 };
    sigset_t none = set_of(0, 0);
    struct pollfd p = { .events = POLLIN };
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    p.fd = fd[0];
    handle_with(SIGUSR1, record, SA_RESTART);
    block(SIGUSR1, 0);
    raise(SIGUSR1);
    EXPECT_EQ(ppoll(&p, 1, &at_once, NULL), 0);
    EXPECT_EQ(nseen, 0);
    EXPECT_ERROR(ppoll(&p, 1, &at_once, &none), EINTR);     /* comes in, though nobody waits */
    EXPECT_SEEN(SIGUSR1);
    EXPECT(is_blocked(SIGUSR1));
    raise(SIGUSR1);
    p.fd = 1000;
    EXPECT_EQ(ppoll(&p, 1, &at_once, &none), 1);
    EXPECT_EQ(p.revents, POLLNVAL);
    p.fd = fd[0];
    EXPECT_EQ(nseen, 0);
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_EQ(ppoll(&p, 1, NULL, &none), 1);    /* an event is told first ... */
    EXPECT_EQ(nseen, 0);
    EXPECT(is_pending(SIGUSR1));                /* ... and the signal waits */
    EXPECT(is_blocked(SIGUSR1));
    EXPECT_EQ(read(fd[0], buffer, 1), 1);
    EXPECT_ERROR(ppoll(&p, 1, NULL, &none), EINTR);
    EXPECT_SEEN(SIGUSR1);
    close(fd[0]);
    close(fd[1]);
}

static void signal_parent(void *arg)
{
    wait_until(getppid(), 'S');
    EXPECT_OK(kill(getppid(), (int)(intptr_t)arg));
}

static void signals(void)
{
    struct pollfd p = { .fd = -1 };
    sigset_t only_usr2 = set_of(SIGUSR2, 0);
    pid_t sender;

    handle_with(SIGUSR1, record, SA_RESTART);
    handle_with(SIGUSR2, record, SA_RESTART);
    block(SIGUSR1, 0);
    sender = start_child(signal_parent, (void *)SIGUSR1);
    EXPECT_ERROR(ppoll(&p, 1, NULL, &only_usr2), EINTR);
    EXPECT_SEEN(SIGUSR1);
    EXPECT(is_blocked(SIGUSR1) && !is_blocked(SIGUSR2));
    EXPECT_CHILD(sender);
    signal(SIGUSR2, SIG_IGN);                   /* does not end the wait */
    sender = start_child(signal_parent, (void *)SIGUSR2);
    EXPECT_EQ(poll(&p, 1, 30), 0);
    EXPECT_CHILD(sender);
}

/* pselect, which our library does not have: three sets of one word */

static int select_at_once(long n, uint64_t *in, uint64_t *out)
{
    struct timespec at_once = { 0, 0 };

    return (int)syscall(SYS_pselect6, n, in, out, NULL, &at_once, NULL);
}

static void selecting(void)
{
    uint64_t in, out;
    int fd[2];

    REQUIRE(pipe(fd) == 0 && fd[1] < 64);
    in = 1UL << fd[0];
    out = 1UL << fd[1];
    EXPECT_EQ(select_at_once(64, &in, &out), 1);
    EXPECT_EQ(in, 0);
    EXPECT_EQ(out, 1UL << fd[1]);
    in = 1UL << fd[0];
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_EQ(select_at_once(64, &in, &out), 2);
    EXPECT_EQ(in, 1UL << fd[0]);
    EXPECT_EQ(select_at_once(fd[0] + 1, &in, NULL), 1);
    EXPECT_EQ(select_at_once(0, NULL, NULL), 0);
    close(fd[1]);
    in = 1UL << fd[0];
    out = 1UL << fd[1];
    EXPECT_ERROR(select_at_once(64, &in, &out), EBADF);
    EXPECT_ERROR(select_at_once(-1, &in, NULL), EINVAL);
    EXPECT_ERROR(select_at_once(64, (uint64_t *)8, NULL), EFAULT);
    close(fd[0]);
}

/* That the writers have gone is something to read, but no exception: it is waited on. */
static void selecting_exceptions(void)
{
    sigset_t none = set_of(0, 0);
    struct {
        const sigset_t *set;
        size_t size;
    } mask = { &none, sizeof(none) };
    uint64_t exceptions;
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    close(fd[1]);
    EXPECT_EQ(ready(fd[0], 0), POLLHUP);
    handle_with(SIGUSR1, record, 0);
    block(SIGUSR1, 0);
    raise(SIGUSR1);
    exceptions = 1UL << fd[0];
    EXPECT_ERROR(syscall(SYS_pselect6, 64, NULL, NULL, &exceptions, NULL, &mask), EINTR);
    EXPECT_SEEN(SIGUSR1);
    close(fd[0]);
}

static const struct test tests[] = {
    TEST(pipes),
    TEST(nobody_reads),
    TEST(fifos),
    TEST(files),
    TEST(terminal),
    TEST(invalid),
    CHILD_TEST(too_many),
    TEST(waking),
    TEST(many_files),
    TEST(ping_pong),
    TEST(timeouts),
    CHILD_TEST(mask_and_events),
    CHILD_TEST(signals),
    TEST(selecting),
    CHILD_TEST(selecting_exceptions),
};

TEST_MAIN(tests)
