/* SPDX-License-Identifier: MIT */
/*
 * signalfdtest.c - signals that are read from a descriptor.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define RT SIGRTMIN

/* A descriptor for two signals, which are blocked. */
static int open_for(int a, int b, int flags)
{
    sigset_t set = set_of(a, b);
    int fd = signalfd(-1, &set, flags);

    REQUIRE(fd >= 0);
    block(a, b);
    return fd;
}

static struct signalfd_siginfo take(int fd)
{
    struct signalfd_siginfo info = { 0 };

    EXPECT_EQ(read(fd, &info, sizeof(info)), sizeof(info));
    return info;
}

static void expect_nothing(int fd)
{
    struct signalfd_siginfo info;

    EXPECT_ERROR(read(fd, &info, sizeof(info)), EAGAIN);
}

static void takes_what_is_pending(void)
{
    int fd = open_for(SIGUSR1, SIGUSR2, SFD_NONBLOCK);
    struct signalfd_siginfo got[3], wanted = {
        .ssi_code = SI_USER, .ssi_pid = (uint32_t)getpid(), .ssi_uid = getuid(),
    };

    expect_nothing(fd);
    EXPECT_OK(kill(getpid(), SIGUSR2));
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_OK(kill(getpid(), SIGUSR1));             /* is pending already */
    EXPECT_EQ(read(fd, got, sizeof(got)), 2 * sizeof(got[0]));
    wanted.ssi_signo = SIGUSR1;
    EXPECT(memcmp(&got[0], &wanted, sizeof(wanted)) == 0);
    wanted.ssi_signo = SIGUSR2;
    EXPECT(memcmp(&got[1], &wanted, sizeof(wanted)) == 0);
    EXPECT(!is_pending(SIGUSR1) && !is_pending(SIGUSR2));
    expect_nothing(fd);
    close(fd);
}

static void only_whole_records(void)
{
    int fd = open_for(SIGUSR1, SIGUSR2, SFD_NONBLOCK);
    char buf[2 * sizeof(struct signalfd_siginfo)];

    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_OK(kill(getpid(), SIGUSR2));
    EXPECT_ERROR(read(fd, buf, sizeof(struct signalfd_siginfo) - 1), EINVAL);
    EXPECT_EQ(read(fd, buf, sizeof(buf) - 1), sizeof(struct signalfd_siginfo));
    EXPECT(is_pending(SIGUSR2));
    EXPECT_ERROR(read(fd, (void *)8, sizeof(buf)), EFAULT);
    EXPECT(!is_pending(SIGUSR2));                   /* it was taken before */
    close(fd);
}

static void only_those_of_the_set(void)
{
    int fd = open_for(SIGUSR1, 0, SFD_NONBLOCK);
    struct pollfd p = { .fd = fd, .events = POLLIN };

    block(SIGUSR2, 0);
    EXPECT_OK(kill(getpid(), SIGUSR2));
    EXPECT_EQ(poll(&p, 1, 0), 0);
    expect_nothing(fd);
    EXPECT(is_pending(SIGUSR2));
    close(fd);
}

/* What stands in a record depends on the signal, and on who sent it. */
static const struct layout {
    siginfo_t sent;
    struct signalfd_siginfo read;
} layouts[] = {
    { { .si_signo = RT, .si_code = SI_QUEUE, .si_pid = 5, .si_uid = 6, .si_value.sival_int = -7 },
      { .ssi_pid = 5, .ssi_uid = 6, .ssi_int = -7, .ssi_ptr = 0xfffffff9 } },
    { { .si_signo = RT + 1, .si_code = SI_TKILL, .si_errno = 3, .si_pid = 5, .si_uid = 6 },
      { .ssi_errno = 3, .ssi_pid = 5, .ssi_uid = 6 } },
    { { .si_signo = SIGUSR1, .si_code = SI_TIMER, .si_pid = 5, .si_uid = 6,
        .si_value.sival_ptr = (void *)0x123456789a },
      { .ssi_tid = 5, .ssi_overrun = 6, .ssi_int = 0x3456789a, .ssi_ptr = 0x123456789a } },
    { { .si_signo = SIGUSR1, .si_code = SI_SIGIO, .si_band = 9, .si_fd = 4 },
      { .ssi_band = 9, .ssi_fd = 4 } },
    { { .si_signo = SIGUSR1, .si_code = SI_KERNEL, .si_pid = 5, .si_uid = 6 },
      { .ssi_pid = 5, .ssi_uid = 6 } },
    { { .si_signo = SIGUSR1, .si_code = 3, .si_band = 9, .si_fd = 4 },
      { .ssi_band = 9, .ssi_fd = 4 } },
    { { .si_signo = SIGUSR1, .si_code = 7, .si_pid = 5, .si_uid = 6 },
      { .ssi_pid = 5, .ssi_uid = 6 } },
    { { .si_signo = SIGIO, .si_code = POLL_HUP, .si_band = 9, .si_fd = 4 },
      { .ssi_band = 9, .ssi_fd = 4 } },
    { { .si_signo = SIGSEGV, .si_code = SEGV_ACCERR, .si_addr = (void *)0x5000 },
      { .ssi_addr = 0x5000 } },
    { { .si_signo = SIGILL, .si_code = ILL_ILLOPC, .si_addr = (void *)0x5002 },
      { .ssi_addr = 0x5002 } },
    { { .si_signo = SIGBUS, .si_code = BUS_ADRERR, .si_addr = (void *)0x6000 },
      { .ssi_addr = 0x6000 } },
    { { .si_signo = SIGCHLD, .si_code = CLD_KILLED, .si_pid = 5, .si_uid = 6, .si_status = 9,
        .si_utime = 10, .si_stime = 11 },
      { .ssi_pid = 5, .ssi_uid = 6, .ssi_status = 9, .ssi_utime = 10, .ssi_stime = 11 } },
    { { .si_signo = SIGCHLD, .si_code = SI_USER, .si_pid = 5, .si_uid = 6, .si_status = 9 },
      { .ssi_pid = 5, .ssi_uid = 6 } },
};

static void records(void)
{
    for (const struct layout *l = layouts; l < layouts + COUNT(layouts); l++) {
        int sig = l->sent.si_signo, fd = open_for(sig, 0, SFD_NONBLOCK);
        struct signalfd_siginfo wanted = l->read, got;

        wanted.ssi_signo = (uint32_t)sig;
        wanted.ssi_code = l->sent.si_code;
        EXPECT_OK(syscall(SYS_rt_sigqueueinfo, getpid(), sig, &l->sent));
        got = take(fd);
        if (memcmp(&got, &wanted, sizeof(got)))
            fail(__FILE__, __LINE__, "signal %d with code %d reads otherwise", sig,
                 l->sent.si_code);
        close(fd);
    }
}

static void exit_with_7(void *arg)
{
    (void)arg;
    _exit(7);
}

/* From the kernel itself: a child's end, a timer. */
static void events(void)
{
    struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RT,
                          .sigev_value.sival_int = 1234 };
    struct itimerspec soon = { .it_value.tv_nsec = 1 };
    int fd = open_for(SIGCHLD, RT, 0);
    struct signalfd_siginfo info;
    timer_t timer;
    pid_t pid = start_child(exit_with_7, NULL);

    info = take(fd);
    EXPECT_EQ(info.ssi_signo, SIGCHLD);
    EXPECT_EQ(info.ssi_code, CLD_EXITED);
    EXPECT_EQ(info.ssi_pid, pid);
    EXPECT_EQ(info.ssi_status, 7);
    EXPECT_EQ(wait_child(pid), 7 << 8);
    EXPECT_OK(timer_create(CLOCK_MONOTONIC, &e, &timer));
    EXPECT_OK(timer_settime(timer, 0, &soon, NULL));
    info = take(fd);
    EXPECT_EQ(info.ssi_signo, RT);
    EXPECT_EQ(info.ssi_code, SI_TIMER);
    EXPECT_EQ(info.ssi_int, 1234);
    EXPECT_OK(timer_delete(timer));
    close(fd);
}

/* Signals that come while somebody waits */

struct sending {
    pid_t to;
    int sig[3];                     /* up to a 0 */
};

static void send_to_sleeper(void *arg)
{
    const struct sending *s = arg;

    for (const int *sig = s->sig; *sig; sig++) {
        wait_until(s->to, 'S');
        EXPECT_OK(kill(s->to, *sig));
    }
}

static void waits(void)
{
    struct sending s = { getpid(), { SIGUSR2, SIGUSR1, 0 } };
    struct signalfd_siginfo info[2];
    int fd = open_for(SIGUSR1, 0, 0);
    pid_t pid = start_child(send_to_sleeper, &s);

    handle_with(SIGUSR2, record, SA_RESTART);
    EXPECT_EQ(read(fd, info, sizeof(info)), sizeof(info[0]));   /* one is enough */
    EXPECT_EQ(info[0].ssi_pid, pid);
    EXPECT_SEEN(SIGUSR2);                           /* that did not end it */
    EXPECT_CHILD(pid);
    handle_with(SIGUSR2, record, 0);
    s.sig[1] = 0;
    pid = start_child(send_to_sleeper, &s);
    EXPECT_ERROR(read(fd, info, sizeof(info)), EINTR);
    EXPECT_CHILD(pid);
    close(fd);
}

static void polled(void)
{
    struct sending s = { getpid(), { SIGUSR1, 0 } };
    int fd = open_for(SIGUSR1, 0, 0), set = epoll_create1(0);
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
    struct epoll_event e = { .events = EPOLLIN | EPOLLET };
    pid_t pid;

    EXPECT_EQ(poll(&p, 1, 0), 0);
    pid = start_child(send_to_sleeper, &s);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, POLLIN);
    EXPECT_CHILD(pid);
    take(fd);
    EXPECT_EQ(poll(&p, 1, 0), 0);
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_ADD, fd, &e));
    EXPECT_EQ(epoll_wait(set, &e, 1, 0), 0);
    pid = start_child(send_to_sleeper, &s);
    EXPECT_EQ(epoll_wait(set, &e, 1, -1), 1);
    EXPECT_CHILD(pid);
    take(fd);
    EXPECT_EQ(epoll_wait(set, &e, 1, 0), 0);
    close(set);
    close(fd);
}

/* The reader's signals count, whoever made the descriptor. */
static void read_ones_own(void *arg)
{
    int fd = *(int *)arg;

    expect_nothing(fd);
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_EQ(take(fd).ssi_pid, getpid());
    expect_nothing(fd);
}

static void belongs_to_the_reader(void)
{
    int fd = open_for(SIGUSR1, 0, SFD_NONBLOCK);

    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_EQ(run_child(read_ones_own, &fd), 0);
    EXPECT_EQ(take(fd).ssi_pid, getpid());
    close(fd);
}

static void read_set(int fd, char *buf, size_t size)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    read_file(path, buf, size);
}

static void another_set(void)
{
    sigset_t set = set_of(SIGUSR2, SIGKILL);
    int fd = open_for(SIGUSR1, SIGUSR2, SFD_NONBLOCK);
    char text[200];

    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_EQ(signalfd(fd, &set, 0), fd);
    EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    expect_nothing(fd);
    EXPECT_OK(kill(getpid(), SIGUSR2));
    EXPECT_EQ(take(fd).ssi_signo, SIGUSR2);
    read_set(fd, text, sizeof(text));
    EXPECT(strstr(text, "\nsigmask:\t0000000000000800\n"));
    set = set_of(SIGUSR1, SIGSTOP);
    EXPECT_EQ(signalfd(fd, &set, 0), fd);
    EXPECT_EQ(take(fd).ssi_signo, SIGUSR1);
    close(fd);
}

static void bad_requests(void)
{
    sigset_t set = set_of(SIGUSR1, 0);
    int fd = open_for(SIGUSR1, 0, SFD_CLOEXEC), p[2];

    REQUIRE(pipe(p) == 0);
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    EXPECT_ERROR(signalfd(-1, &set, 1), EINVAL);
    EXPECT_ERROR(signalfd(p[0], &set, 0), EINVAL);
    EXPECT_ERROR(signalfd(-2, &set, 0), EBADF);
    EXPECT_ERROR(signalfd(999, &set, 0), EBADF);
    EXPECT_ERROR(signalfd(-1, (sigset_t *)8, 0), EFAULT);
    EXPECT_ERROR(syscall(SYS_signalfd4, -1, &set, 4, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_signalfd4, -1, &set, 16, 0), EINVAL);
    EXPECT_ERROR(write(fd, &set, sizeof(set)), EINVAL);
    close(p[0]);
    close(p[1]);
    close(fd);
}

static const struct test tests[] = {
    CHILD_TEST(takes_what_is_pending), CHILD_TEST(only_whole_records),
    CHILD_TEST(only_those_of_the_set), CHILD_TEST(records), CHILD_TEST(events),
    CHILD_TEST(waits), CHILD_TEST(polled), CHILD_TEST(belongs_to_the_reader),
    CHILD_TEST(another_set), CHILD_TEST(bad_requests),
};

TEST_MAIN(tests)
