/* SPDX-License-Identifier: MIT */
/*
 * pair.c - connected pairs of stream sockets: bytes both ways, and their ends.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"
#include "user/tests/sockettest/sockettest.h"

#define MUCH (400 * KB)

/* Making, and what an end says of itself */

static void making(void)
{
    char name[64] = "";
    struct stat st;

    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM, 7, s), EPROTONOSUPPORT);
    EXPECT_ERROR(socketpair(77, SOCK_STREAM, 0, s), EAFNOSUPPORT);
    EXPECT_ERROR(socketpair(AF_UNIX, 9, 0, s), ESOCKTNOSUPPORT);
    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, s), EINVAL);
    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)PAGE), EFAULT);
    open_stream_pair(SOCK_NONBLOCK | SOCK_CLOEXEC);
    EXPECT_EQ(fcntl(s[0], F_GETFL), O_RDWR | O_NONBLOCK);
    EXPECT_EQ(fcntl(s[1], F_GETFD), FD_CLOEXEC);
    EXPECT(fstat(s[0], &st) == 0 && st.st_mode == (S_IFSOCK | 0777));
    snprintf(name, sizeof(name), "/proc/self/fd/%d", s[0]);
    EXPECT_ERROR(open(name, O_RDWR), ENXIO);
    EXPECT_ERROR(lseek(s[0], 0, SEEK_SET), ESPIPE);
    close_pair();
}

static void describing(void)
{
    struct ucred peer = { 0 };
    unsigned short family = 0;
    socklen_t len = sizeof(peer);
    int p[2];

    open_stream_pair(0);
    EXPECT_EQ(option_of(s[0], SO_TYPE), SOCK_STREAM);
    EXPECT_EQ(option_of(s[0], SO_DOMAIN), AF_UNIX);
    EXPECT_EQ(option_of(s[0], SO_PROTOCOL), 0);
    EXPECT_EQ(option_of(s[0], SO_ACCEPTCONN), 0);
    EXPECT_EQ(option_of(s[0], SO_ERROR), 0);
    EXPECT_ERROR(getsockopt(s[0], SOL_SOCKET, 999, &peer, &len), ENOPROTOOPT);
    EXPECT_OK(getsockopt(s[0], SOL_SOCKET, SO_PEERCRED, &peer, &len));
    EXPECT(peer.pid == getpid() && peer.uid == geteuid() && len == sizeof(peer));
    len = sizeof(family);
    EXPECT(getpeername(s[0], &family, &len) == 0 && family == AF_UNIX && len == 2);
    EXPECT(getsockname(s[0], &family, &len) == 0 && family == AF_UNIX && len == 2);
    close_pair();
    REQUIRE(pipe(p) == 0);
    EXPECT_ERROR(getpeername(p[0], &family, &len), ENOTSOCK);
    EXPECT_ERROR(send(p[1], "x", 1, 0), ENOTSOCK);
    EXPECT_ERROR(getpeername(999, &family, &len), EBADF);
    close(p[0]);
    close(p[1]);
}

/* Bytes */

static void both_ways(void)
{
    char buf[8];
    int n;

    open_stream_pair(0);
    EXPECT_EQ(write(s[0], "abc", 3), 3);
    EXPECT_EQ(write(s[0], "def", 3), 3);
    EXPECT_EQ(send(s[1], "back", 4, 0), 4);
    EXPECT(ioctl(s[1], FIONREAD, &n) == 0 && n == 6);
    EXPECT_EQ(recv(s[1], buf, 2, MSG_PEEK), 2);
    EXPECT_EQ(recv(s[1], buf, sizeof(buf), 0), 6);          /* no message has an end */
    EXPECT(!memcmp(buf, "abcdef", 6));
    EXPECT_EQ(read(s[0], buf, sizeof(buf)), 4);
    EXPECT_ERROR(recv(s[0], buf, 1, MSG_DONTWAIT), EAGAIN);
    EXPECT_EQ(read(s[0], buf, 0), 0);
    if (has_debug_call())                                   /* Linux has one urgent byte */
        EXPECT_ERROR(recv(s[0], buf, 1, MSG_OOB | MSG_DONTWAIT), EOPNOTSUPP);
    close_pair();
}

static void write_much(void *arg)
{
    char *p = arg;

    close(s[0]);
    EXPECT_EQ(write(s[1], p, MUCH), (long)MUCH);
}

/* More than fits: the writer waits, and each byte comes once, in its turn. */
static void much_arrives(void)
{
    char *sent = map_anon(MUCH), *got = map_anon(MUCH);
    size_t n = 0;
    ssize_t r = 1;
    pid_t pid;

    for (size_t i = 0; i < MUCH; i++)
        sent[i] = (char)rand_below(&test_rand, 256);
    open_stream_pair(0);
    pid = start_child(write_much, sent);
    close(s[1]);
    for (; r > 0 && n < MUCH; n += (size_t)r)
        r = read(s[0], got + n, 1 + rand_below(&test_rand, 10000));
    EXPECT_EQ(n, MUCH);
    EXPECT_EQ(read(s[0], got, 1), 0);
    EXPECT(!memcmp(sent, got, MUCH));
    EXPECT_CHILD(pid);
    close(s[0]);
    munmap(sent, MUCH);
    munmap(got, MUCH);
}

static void wait_for_all(void *arg)
{
    char buf[6];

    (void)arg;
    EXPECT_EQ(recv(s[1], buf, 6, MSG_WAITALL), 6);
    EXPECT(!memcmp(buf, "onetwo", 6));
}

static void waits_for_all(void)
{
    pid_t pid;

    open_stream_pair(0);
    pid = start_child(wait_for_all, NULL);
    EXPECT_EQ(write(s[0], "one", 3), 3);
    wait_until(pid, 'S');
    EXPECT_EQ(write(s[0], "two", 3), 3);
    EXPECT_CHILD(pid);
    close_pair();
}

static void full_or_empty(void)
{
    static char chunk[4096];
    long n = 0;

    open_stream_pair(SOCK_NONBLOCK);
    EXPECT_EQ(ready(s[0]), POLLOUT);
    while (write(s[0], chunk, sizeof(chunk)) > 0)
        n++;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_RANGE(n * (long)sizeof(chunk), 64 * 1024, 1024 * 1024);
    EXPECT_EQ(ready(s[0]), 0);
    EXPECT_EQ(ready(s[1]), POLLIN | POLLOUT);
    while (read(s[1], chunk, sizeof(chunk)) > 0)
        continue;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(ready(s[0]), POLLOUT);
    EXPECT_EQ(ready(s[1]), POLLOUT);
    close_pair();
}

static void bad_pointers(void)
{
    open_stream_pair(SOCK_NONBLOCK);
    EXPECT_ERROR(write(s[0], (void *)PAGE, 10), EFAULT);
    EXPECT_EQ(write(s[0], "abc", 3), 3);
    EXPECT_ERROR(read(s[1], (void *)PAGE, 3), EFAULT);
    EXPECT_EQ(ready(s[1]), POLLIN | POLLOUT);               /* nothing is lost */
    close_pair();
}

/* Ends */

static void shutting_down(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    char c;

    REQUIRE(sigaction(SIGPIPE, &ignore, &before) == 0);
    open_stream_pair(0);
    EXPECT_ERROR(shutdown(s[0], 3), EINVAL);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    EXPECT_OK(shutdown(s[0], SHUT_WR));
    EXPECT_ERROR(write(s[0], "x", 1), EPIPE);
    EXPECT_EQ(ready(s[1]), POLLIN | POLLOUT | POLLRDHUP);
    EXPECT_EQ(read(s[1], &c, 1), 1);
    EXPECT_EQ(read(s[1], &c, 1), 0);
    EXPECT_EQ(write(s[1], "y", 1), 1);                      /* the other way is open */
    EXPECT_EQ(read(s[0], &c, 1), 1);
    EXPECT_OK(shutdown(s[0], SHUT_RD));
    EXPECT_EQ(read(s[0], &c, 1), 0);
    EXPECT_ERROR(write(s[1], "y", 1), EPIPE);
    EXPECT_EQ(ready(s[1]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    close_pair();
    sigaction(SIGPIPE, &before, NULL);
}

/* Who closes with unread bytes tells the other once. */
static void closing(void)
{
    char c;

    open_stream_pair(0);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[0]);
    EXPECT_EQ(read(s[1], &c, 1), 1);
    EXPECT_EQ(read(s[1], &c, 1), 0);
    EXPECT_ERROR(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    close(s[1]);
    open_stream_pair(0);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[1]);
    EXPECT_EQ(ready(s[0]) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    EXPECT_ERROR(read(s[0], &c, 1), ECONNRESET);
    EXPECT_EQ(read(s[0], &c, 1), 0);
    close(s[0]);
    open_stream_pair(0);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[1]);
    EXPECT_EQ(option_of(s[0], SO_ERROR), ECONNRESET);
    EXPECT_EQ(option_of(s[0], SO_ERROR), 0);
    close(s[0]);
}

static void write_alone(void *arg)
{
    (void)arg;
    write(s[0], "x", 1);
}

static void nobody_there(void)
{
    open_stream_pair(0);
    close(s[1]);
    EXPECT_KILLED(write_alone, NULL, SIGPIPE);
    close(s[0]);
}

static void read_until_end(void *arg)
{
    char c;

    (void)arg;
    close(s[0]);
    EXPECT_EQ(read(s[1], &c, 1), 0);
}

static void closing_wakes(void)
{
    pid_t pid;

    open_stream_pair(0);
    pid = start_child(read_until_end, NULL);
    wait_until(pid, 'S');
    close(s[0]);
    EXPECT_CHILD(pid);
    close(s[1]);
}

static const struct test tests[] = {
    TEST(making), TEST(describing), TEST(both_ways), TEST(much_arrives), TEST(waits_for_all),
    TEST(full_or_empty), TEST(bad_pointers), TEST(shutting_down), TEST(closing),
    TEST(nobody_there), TEST(closing_wakes),
};

const struct test_list pair_tests = TEST_LIST(tests);
