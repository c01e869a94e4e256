/* SPDX-License-Identifier: MIT */
/*
 * epolltest.c - sets of files: who is told of what, how often, and until when.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/threads.h"

#define MANY 8

static int set;
static struct epoll_event got[MANY];

static int open_set(void)
{
    int fd = epoll_create1(0);

    REQUIRE(fd >= 0);
    return fd;
}

static int open_counter(unsigned count)
{
    int fd = eventfd(count, EFD_NONBLOCK);

    REQUIRE(fd >= 0);
    return fd;
}

static int control_as(int to, int op, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event e = { .events = events, .data.u64 = data };

    return epoll_ctl(to, op, fd, &e);
}

static int control(int op, int fd, uint32_t events)
{
    return control_as(set, op, fd, events, (uint64_t)fd);
}

static int add(int fd, uint32_t events)
{
    return control(EPOLL_CTL_ADD, fd, events);
}

static int events_now(void)
{
    memset(got, 0, sizeof(got));
    return epoll_wait(set, got, MANY, 0);
}

/* There is one member with events, FD, and these they are. */
#define EXPECT_ONE(fd_, events_)                                               \
    do {                                                                       \
        EXPECT_EQ(events_now(), 1);                                            \
        EXPECT_EQ(got[0].data.u64, fd_);                                       \
        EXPECT_EQ(got[0].events, events_);                                     \
    } while (0)

static void bump(int fd)
{
    EXPECT_OK(eventfd_write(fd, 1));
}

static void take(int fd)
{
    eventfd_t value;

    EXPECT_OK(eventfd_read(fd, &value));
}

static short poll_of(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

    EXPECT(poll(&p, 1, 0) >= 0);
    return p.revents;
}

/* How often an event is told */

static void level(void)
{
    int fd = open_counter(0);

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    EXPECT_EQ(events_now(), 0);
    bump(fd);
    EXPECT_ONE(fd, EPOLLIN);
    EXPECT_ONE(fd, EPOLLIN);
    take(fd);
    EXPECT_EQ(events_now(), 0);
    EXPECT_OK(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT));
    EXPECT_ONE(fd, EPOLLOUT);
    bump(fd);
    EXPECT_ONE(fd, EPOLLIN | EPOLLOUT);
    EXPECT_OK(control(EPOLL_CTL_DEL, fd, 0));
    EXPECT_EQ(events_now(), 0);
    close(fd);
    close(set);
}

static void edge(void)
{
    int p[2];

    set = open_set();
    REQUIRE(pipe(p) == 0);
    EXPECT_OK(add(p[0], EPOLLIN | EPOLLET));
    EXPECT_OK(add(p[1], EPOLLOUT | EPOLLET));
    EXPECT_ONE(p[1], EPOLLOUT);
    EXPECT_EQ(events_now(), 0);
    EXPECT_EQ(write(p[1], "ab", 2), 2);
    EXPECT_ONE(p[0], EPOLLIN);
    EXPECT_EQ(events_now(), 0);
    EXPECT_EQ(write(p[1], "c", 1), 1);
    EXPECT_EQ(events_now(), 1);
    EXPECT_EQ(events_now(), 0);
    EXPECT_OK(control(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET));
    EXPECT_ONE(p[0], EPOLLIN);
    close(p[0]);
    EXPECT_ONE(p[1], EPOLLOUT | EPOLLERR);
    close(p[1]);
    close(set);
}

static void once(void)
{
    int fd = open_counter(0);

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN | EPOLLONESHOT));
    bump(fd);
    EXPECT_ONE(fd, EPOLLIN);
    EXPECT_EQ(events_now(), 0);
    bump(fd);
    EXPECT_EQ(events_now(), 0);
    EXPECT_OK(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT));
    EXPECT_ONE(fd, EPOLLIN);
    EXPECT_EQ(events_now(), 0);
    close(fd);
    close(set);
}

/* Told unasked, always. */
static void ends(void)
{
    int p[2], q[2], s[2];

    set = open_set();
    REQUIRE(pipe(p) == 0 && pipe(q) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    EXPECT_OK(add(p[0], 0));
    EXPECT_OK(add(q[1], 0));
    EXPECT_EQ(write(p[1], "x", 1), 1);
    EXPECT_EQ(events_now(), 0);
    close(p[1]);
    EXPECT_ONE(p[0], EPOLLHUP);
    close(p[0]);
    close(q[0]);
    EXPECT_ONE(q[1], EPOLLERR);
    close(q[1]);
    EXPECT_OK(add(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP));
    EXPECT_ONE(s[0], EPOLLOUT);
    close(s[1]);
    EXPECT_ONE(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP);
    close(s[0]);
    close(set);
}

/* More have events than there is room for: each gets its turn. */
static void in_turn(void)
{
    int fd[3];
    uint64_t seen_fds = 0;

    set = open_set();
    for (int i = 0; i < 3; i++) {
        fd[i] = open_counter(1);
        EXPECT_OK(control_as(set, EPOLL_CTL_ADD, fd[i], EPOLLIN, 1UL << i));
    }
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(epoll_wait(set, got, 1, 0), 1);
        seen_fds |= got[0].data.u64;
    }
    EXPECT_EQ(seen_fds, 7);
    EXPECT_EQ(events_now(), 3);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    close(set);
}

/* Who is a member */

static void arguments(void)
{
    int fd = open_counter(1), file = open("/tmp/epolltest", O_RDWR | O_CREAT, 0600);

    set = open_set();
    unlink("/tmp/epolltest");
    EXPECT_ERROR(epoll_create1(1), EINVAL);
    EXPECT_ERROR(add(-1, EPOLLIN), EBADF);
    EXPECT_ERROR(control_as(-1, EPOLL_CTL_ADD, fd, EPOLLIN, 0), EBADF);
    EXPECT_ERROR(control_as(fd, EPOLL_CTL_ADD, set, EPOLLIN, 0), EINVAL);
    EXPECT_ERROR(add(set, EPOLLIN), EINVAL);
    EXPECT_ERROR(add(file, EPOLLIN), EPERM);
    EXPECT_ERROR(control(EPOLL_CTL_MOD, fd, EPOLLIN), ENOENT);
    EXPECT_ERROR(control(EPOLL_CTL_DEL, fd, EPOLLIN), ENOENT);
    EXPECT_ERROR(control(7, fd, EPOLLIN), EINVAL);
    EXPECT_ERROR(epoll_ctl(set, EPOLL_CTL_ADD, fd, (void *)8), EFAULT);
    EXPECT_OK(add(fd, EPOLLIN));
    EXPECT_ERROR(add(fd, EPOLLOUT), EEXIST);
    EXPECT_ERROR(epoll_wait(set, got, 0, 0), EINVAL);
    EXPECT_ERROR(epoll_wait(set, got, -1, 0), EINVAL);
    EXPECT_ERROR(epoll_wait(set, got, INT32_MAX, 0), EINVAL);
    EXPECT_ERROR(epoll_wait(fd, got, 1, 0), EINVAL);
    EXPECT_ERROR(epoll_wait(-1, got, 1, 0), EBADF);
    EXPECT_ERROR(epoll_wait(set, (void *)8, 1, 0), EFAULT);
    EXPECT_ERROR(syscall(SYS_epoll_pwait, set, got, 1, 0, got, 7L), EINVAL);
    EXPECT_ERROR(epoll_pwait2(set, got, 1, &(struct timespec){ 0, -1 }, NULL), EINVAL);
    EXPECT_ERROR(read(set, got, sizeof(got)), EINVAL);
    EXPECT_ONE(fd, EPOLLIN);                            /* a bad address loses nothing */
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
    close(fd);
    close(file);
    close(set);
}

static void exclusive(void)
{
    int fd = open_counter(0), other = open_set();

    set = open_set();
    EXPECT_ERROR(add(other, EPOLLIN | EPOLLEXCLUSIVE), EINVAL);
    EXPECT_ERROR(add(fd, EPOLLIN | EPOLLONESHOT | EPOLLRDHUP | EPOLLEXCLUSIVE), EINVAL);
    EXPECT_OK(add(fd, EPOLLIN | EPOLLEXCLUSIVE));
    EXPECT_ERROR(control(EPOLL_CTL_MOD, fd, EPOLLIN), EINVAL);
    EXPECT_ERROR(control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE), EINVAL);
    EXPECT_OK(control_as(other, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
    bump(fd);
    EXPECT(events_now() + epoll_wait(other, got, 1, 0) >= 1);
    EXPECT_OK(control(EPOLL_CTL_DEL, fd, 0));
    close(fd);
    close(other);
    close(set);
}

static void what_it_is(void)
{
    char path[32], name[32] = "";

    set = epoll_create1(EPOLL_CLOEXEC);
    EXPECT_EQ(fcntl(set, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(set, F_GETFL), O_RDWR);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", set);
    EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
    EXPECT(!strcmp(name, "anon_inode:[eventpoll]"));
    close(set);
}

/* A member is an open file under a number: it stays while any number names the file. */
static void same_file_twice(void)
{
    int fd = open_counter(1), copy = dup(fd);

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    EXPECT_OK(add(copy, EPOLLIN));
    EXPECT_EQ(events_now(), 2);
    EXPECT_EQ(got[0].data.u64 + got[1].data.u64, fd + copy);
    EXPECT_OK(control(EPOLL_CTL_DEL, copy, 0));
    EXPECT_ONE(fd, EPOLLIN);
    close(fd);
    EXPECT_ONE(fd, EPOLLIN);
    EXPECT_ERROR(control(EPOLL_CTL_DEL, fd, 0), EBADF);
    EXPECT_EQ(open_counter(0), fd);                     /* another file, the same number */
    EXPECT_OK(add(fd, EPOLLIN));
    EXPECT_EQ(events_now(), 1);
    close(copy);
    EXPECT_EQ(events_now(), 0);
    bump(fd);
    EXPECT_ONE(fd, EPOLLIN);
    close(fd);
    EXPECT_EQ(events_now(), 0);
    close(set);
}

static void closed_before_its_members(void)
{
    int fd = open_counter(0);

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    bump(fd);
    close(set);
    bump(fd);
    take(fd);
    close(fd);
}

/* Sets in sets */

static void nested(void)
{
    int fd = open_counter(0), inner = open_set();

    set = open_set();
    EXPECT_OK(add(inner, EPOLLIN));
    EXPECT_OK(control_as(inner, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    EXPECT_EQ(events_now(), 0);
    EXPECT_EQ(poll_of(set), 0);
    bump(fd);
    EXPECT_EQ(poll_of(inner), POLLIN);
    EXPECT_EQ(poll_of(set), POLLIN);
    EXPECT_ONE(inner, EPOLLIN);
    EXPECT_EQ(epoll_wait(inner, got, 1, 0), 1);
    EXPECT_ONE(inner, EPOLLIN);
    take(fd);
    EXPECT_EQ(poll_of(set), 0);
    EXPECT_EQ(events_now(), 0);
    bump(fd);
    EXPECT_ONE(inner, EPOLLIN);
    close(inner);
    EXPECT_EQ(events_now(), 0);
    close(fd);
    close(set);
}

static void no_circle(void)
{
    int sets[6];

    for (int i = 0; i < 6; i++)
        sets[i] = open_set();
    for (int i = 0; i < 4; i++)
        EXPECT_OK(control_as(sets[i], EPOLL_CTL_ADD, sets[i + 1], EPOLLIN, 0));
    EXPECT_ERROR(control_as(sets[4], EPOLL_CTL_ADD, sets[0], EPOLLIN, 0), ELOOP);
    EXPECT_ERROR(control_as(sets[1], EPOLL_CTL_ADD, sets[0], EPOLLIN, 0), ELOOP);
    EXPECT_ERROR(control_as(sets[4], EPOLL_CTL_ADD, sets[5], EPOLLIN, 0), ELOOP);   /* too deep */
    EXPECT_ERROR(control_as(sets[5], EPOLL_CTL_ADD, sets[0], EPOLLIN, 0), ELOOP);
    EXPECT_OK(control_as(sets[0], EPOLL_CTL_ADD, sets[2], EPOLLIN, 0));
    EXPECT_OK(control_as(sets[0], EPOLL_CTL_DEL, sets[1], 0, 0));
    EXPECT_OK(control_as(sets[1], EPOLL_CTL_ADD, sets[0], EPOLLIN, 0));
    for (int i = 0; i < 6; i++)
        close(sets[i]);
}

/* Waiting */

static void bump_later(void *arg)
{
    usleep(20000);
    bump(*(int *)arg);
}

static void waits_for_events(void)
{
    int fd = open_counter(0), inner = open_set();
    struct pollfd p;
    pid_t pid;

    set = open_set();
    EXPECT_OK(control_as(inner, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    EXPECT_OK(add(inner, EPOLLIN));
    pid = start_child(bump_later, &fd);
    EXPECT_EQ(epoll_wait(set, got, MANY, -1), 1);
    EXPECT_CHILD(pid);
    take(fd);
    pid = start_child(bump_later, &fd);
    p = (struct pollfd){ .fd = set, .events = POLLIN };
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_CHILD(pid);
    take(fd);
    pid = start_child(bump_later, &fd);
    EXPECT_EQ(epoll_pwait2(inner, got, MANY, NULL, NULL), 1);
    EXPECT_CHILD(pid);
    close(fd);
    close(inner);
    close(set);
}

static long ms_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void waits_for_a_time(void)
{
    int fd = open_counter(0);
    long start = ms_now();

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    EXPECT_EQ(epoll_wait(set, got, MANY, 20), 0);
    EXPECT(ms_now() - start >= 20);
    start = ms_now();
    EXPECT_EQ(epoll_pwait2(set, got, MANY, &(struct timespec){ 0, 20000000 }, NULL), 0);
    EXPECT(ms_now() - start >= 20);
    EXPECT_EQ(epoll_pwait2(set, got, MANY, &(struct timespec){ 0, 0 }, NULL), 0);
    close(fd);
    close(set);
}

static void interrupt_parent(void *arg)
{
    (void)arg;
    wait_until(getppid(), 'S');
    EXPECT_OK(kill(getppid(), SIGUSR1));
}

static void signals_end_it(void)
{
    int fd = open_counter(0);
    sigset_t none = set_of(0, 0);
    pid_t pid;

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    handle_with(SIGUSR1, record, SA_RESTART);
    pid = start_child(interrupt_parent, NULL);
    EXPECT_ERROR(epoll_wait(set, got, MANY, -1), EINTR);
    EXPECT_CHILD(pid);
    EXPECT_SEEN(SIGUSR1);
    block(SIGUSR1, 0);
    kill(getpid(), SIGUSR1);
    EXPECT_EQ(epoll_wait(set, got, MANY, 10), 0);
    EXPECT_ERROR(epoll_pwait(set, got, MANY, -1, &none), EINTR);
    EXPECT_SEEN(SIGUSR1);
    EXPECT(is_blocked(SIGUSR1));
    kill(getpid(), SIGUSR1);
    bump(fd);
    EXPECT_EQ(epoll_pwait(set, got, MANY, -1, &none), 1);       /* an event comes first */
    EXPECT(is_pending(SIGUSR1));
    unblock(SIGUSR1, 0);
    EXPECT_SEEN(SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    close(fd);
    close(set);
}

/* Several who wait for one set: each unit is taken, and nobody sleeps beside one. */

#define WAITERS 3
#define UNITS 300

static int counters[2];

static void take_units(void *arg)
{
    long *sum = arg;
    eventfd_t value;

    while (__atomic_load_n(sum, __ATOMIC_RELAXED) < UNITS) {
        struct epoll_event e;

        EXPECT_EQ(epoll_wait(set, &e, 1, 20000), 1);
        if (eventfd_read((int)e.data.u64, &value) == 0)
            if (__atomic_add_fetch(sum, 1, __ATOMIC_RELAXED) == UNITS)
                for (int i = 0; i < WAITERS; i++)
                    bump(counters[0]);                  /* let the others go */
    }
}

static void several_wait(void)
{
    long *sum = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[WAITERS];

    set = open_set();
    for (int i = 0; i < 2; i++) {
        counters[i] = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
        EXPECT_OK(add(counters[i], EPOLLIN));
    }
    for (int i = 0; i < WAITERS; i++)
        pids[i] = start_child(take_units, sum);
    for (int i = 0; i < UNITS; i++) {
        bump(counters[i % 2]);
        if (i % 8 == 0)
            sched_yield();
    }
    for (int i = 0; i < WAITERS; i++)
        EXPECT_CHILD(pids[i]);
    EXPECT(*sum >= UNITS);
    munmap(sum, PAGE);
    close(counters[0]);
    close(counters[1]);
    close(set);
}

/* What stays ready is told to all who sleep, though its file wakes only one of them. */

static void wait_for_one(void *arg)
{
    struct epoll_event e;

    (void)arg;
    alarm(20);                                  /* the end of who was forgotten */
    EXPECT_EQ(epoll_wait(set, &e, 1, -1), 1);
}

static void all_are_told(void)
{
    int fd = open_counter(0);
    pid_t pids[WAITERS];

    set = open_set();
    EXPECT_OK(add(fd, EPOLLIN));
    for (int i = 0; i < WAITERS; i++)
        pids[i] = start_child(wait_for_one, NULL);
    for (int i = 0; i < WAITERS; i++)
        wait_until(pids[i], 'S');
    bump(fd);
    for (int i = 0; i < WAITERS; i++)
        EXPECT_CHILD(pids[i]);
    close(fd);
    close(set);
}

/* Members come and go, closed as often as removed, while others wait and wake. */

#define TURNS 400

static volatile bool done;
static int inner_set, target;

static int wait_on(void *arg)
{
    struct epoll_event e[MANY];

    (void)arg;
    while (!done)
        if (epoll_wait(set, e, MANY, 1) < 0)
            _exit(1);
    _exit(0);
}

static int bump_on(void *arg)
{
    (void)arg;
    while (!done) {
        uint64_t one = 1;

        if (write(target, &one, sizeof(one)) < 0 || read(target, &one, sizeof(one)) < 0)
            sched_yield();
    }
    _exit(0);
}

static void change_members(int turn)
{
    struct epoll_event in = { .events = EPOLLIN | (turn % 3 ? 0 : EPOLLET) };
    int fd = dup(target), p[2];

    REQUIRE(pipe(p) == 0);
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_ADD, fd, &in));
    EXPECT_OK(epoll_ctl(inner_set, EPOLL_CTL_ADD, p[0], &in));
    EXPECT_EQ(write(p[1], "x", 1), 1);
    if (turn % 2)
        EXPECT_OK(epoll_ctl(inner_set, EPOLL_CTL_DEL, p[0], NULL));
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
    close(p[0]);
    close(p[1]);
    close(fd);
    if (turn % 50 == 0) {
        close(inner_set);
        inner_set = open_set();
        EXPECT_OK(add(inner_set, EPOLLIN));
    }
}

static void members_come_and_go(void)
{
    pid_t pids[4];

    set = open_set();
    inner_set = open_set();
    target = open_counter(0);
    EXPECT_OK(add(inner_set, EPOLLIN));
    done = false;
    for (size_t i = 0; i < 4; i++)
        pids[i] = start_thread(i + 1, i % 2 ? bump_on : wait_on);
    for (int turn = 0; turn < TURNS; turn++)
        change_members(turn);
    done = true;
    for (size_t i = 0; i < 4; i++)
        EXPECT_CHILD(pids[i]);
    close(target);
    close(inner_set);
    close(set);
}

/* Each set of a layer has all of the layer below: ways double from one to the next. */
static void many_ways_lead_out(void)
{
    enum { LAYERS = 3, WIDE = 2 };             /* Linux takes no more */
    int layer[LAYERS][WIDE], fd = open_counter(0);

    set = open_set();
    for (int k = 0; k < LAYERS; k++) {
        for (int i = 0; i < WIDE; i++) {
            layer[k][i] = open_set();
            for (int j = 0; j < (k ? WIDE : 1); j++)
                EXPECT_OK(control_as(layer[k][i], EPOLL_CTL_ADD, k ? layer[k - 1][j] : fd,
                                     EPOLLIN, 0));
        }
    }
    for (int i = 0; i < WIDE; i++)
        EXPECT_OK(add(layer[LAYERS - 1][i], EPOLLIN));
    EXPECT_ERROR(control_as(layer[0][0], EPOLL_CTL_ADD, set, EPOLLIN, 0), ELOOP);
    for (int round = 0; round < 3; round++) {
        EXPECT_EQ(events_now(), 0);
        bump(fd);
        EXPECT_EQ(events_now(), WIDE);
        take(fd);
    }
    for (int k = 0; k < LAYERS; k++)
        for (int i = 0; i < WIDE; i++)
            close(layer[k][i]);
    close(fd);
    close(set);
}

static const struct test tests[] = {
    TEST(level), TEST(edge), TEST(once), TEST(ends), TEST(in_turn), TEST(arguments),
    TEST(exclusive), TEST(what_it_is), TEST(same_file_twice), TEST(closed_before_its_members),
    TEST(nested), TEST(many_ways_lead_out), TEST(no_circle), TEST(waits_for_events),
    TEST(waits_for_a_time),
    TEST(signals_end_it), TEST(several_wait), TEST(all_are_told),
    TEST(members_come_and_go),
};

TEST_MAIN(tests)
