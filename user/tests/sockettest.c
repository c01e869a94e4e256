/* SPDX-License-Identifier: MIT */
/*
 * sockettest.c - connected pairs of sockets: streams both ways, their ends, files sent along.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define MUCH (400 * KB)
#define FILES 3

static int s[2];

static void open_pair(int flags)
{
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, s) == 0);
}

static void close_pair(void)
{
    close(s[0]);
    close(s[1]);
}

static short ready(int fd)
{
    struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

    EXPECT(poll(&p, 1, 0) >= 0);
    return p.revents;
}

/* Making, and what an end says of itself */

static int option_of(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof(value);

    EXPECT_OK(getsockopt(fd, SOL_SOCKET, option, &value, &len));
    EXPECT_EQ(len, sizeof(value));
    return value;
}

static void making(void)
{
    char name[64] = "";
    struct stat st;

    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM, 7, s), EPROTONOSUPPORT);
    EXPECT_ERROR(socketpair(77, SOCK_STREAM, 0, s), EAFNOSUPPORT);
    EXPECT_ERROR(socketpair(AF_UNIX, 9, 0, s), ESOCKTNOSUPPORT);
    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, s), EINVAL);
    EXPECT_ERROR(socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)PAGE), EFAULT);
    open_pair(SOCK_NONBLOCK | SOCK_CLOEXEC);
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

    open_pair(0);
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

    open_pair(0);
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
    open_pair(0);
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

    open_pair(0);
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

    open_pair(SOCK_NONBLOCK);
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
    open_pair(SOCK_NONBLOCK);
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
    open_pair(0);
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

    open_pair(0);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[0]);
    EXPECT_EQ(read(s[1], &c, 1), 1);
    EXPECT_EQ(read(s[1], &c, 1), 0);
    EXPECT_ERROR(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    close(s[1]);
    open_pair(0);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[1]);
    EXPECT_EQ(ready(s[0]) & (POLLERR | POLLHUP), POLLERR | POLLHUP);
    EXPECT_ERROR(read(s[0], &c, 1), ECONNRESET);
    EXPECT_EQ(read(s[0], &c, 1), 0);
    close(s[0]);
    open_pair(0);
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
    open_pair(0);
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

    open_pair(0);
    pid = start_child(read_until_end, NULL);
    wait_until(pid, 'S');
    close(s[0]);
    EXPECT_CHILD(pid);
    close(s[1]);
}

/* Files */

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(FILES * sizeof(int))];
};

static ssize_t send_files(int to, const char *text, const int *fds, size_t n)
{
    struct iovec piece = { (void *)(uintptr_t)text, strlen(text) };
    union control control = { .header = { CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                          .msg_controllen = CMSG_SPACE(n * sizeof(int)) };

    memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
    return sendmsg(to, &msg, 0);
}

/* Receive up to SIZE bytes with room for ROOM descriptors; how many came. */
static size_t receive_files(int from, size_t size, int *fds, size_t room, int *flags, ssize_t *got)
{
    char buf[64];
    struct iovec piece = { buf, size };
    union control control;
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                          .msg_controllen = room ? CMSG_LEN(room * sizeof(int)) : 0 };
    size_t n;

    *got = recvmsg(from, &msg, *flags);
    *flags = msg.msg_flags & MSG_CTRUNC;
    if (*got < 0 || !msg.msg_controllen)
        return 0;
    EXPECT(control.header.cmsg_level == SOL_SOCKET && control.header.cmsg_type == SCM_RIGHTS);
    n = (control.header.cmsg_len - sizeof(struct cmsghdr)) / sizeof(int);
    memcpy(fds, CMSG_DATA(&control.header), n * sizeof(int));
    return n;
}

/* A file stays open on its way, and is the same open file where it arrives. */
static void files_travel(void)
{
    int p[2], there[FILES], flags = MSG_CMSG_CLOEXEC;
    ssize_t got;
    char c;

    open_pair(0);
    REQUIRE(pipe(p) == 0);
    EXPECT_EQ(send_files(s[0], "two", p, 2), 3);
    close(p[0]);
    close(p[1]);
    EXPECT_EQ(receive_files(s[1], 64, there, FILES, &flags, &got), 2);
    EXPECT(got == 3 && flags == 0);
    EXPECT_EQ(fcntl(there[0], F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(write(there[1], "x", 1), 1);
    close(there[1]);
    EXPECT_EQ(read(there[0], &c, 1), 1);
    EXPECT_EQ(read(there[0], &c, 1), 0);                    /* no writer was left behind */
    close(there[0]);
    close_pair();
}

/* A read goes over messages without files, and stops behind one that has some. */
static void files_stop_a_read(void)
{
    int fd = dup(1), there[FILES], flags = 0;
    ssize_t got;

    open_pair(0);
    EXPECT_EQ(write(s[0], "aa", 2), 2);
    EXPECT_EQ(send_files(s[0], "bbb", &fd, 1), 3);
    EXPECT_EQ(write(s[0], "cccc", 4), 4);
    EXPECT_EQ(receive_files(s[1], 64, there, FILES, &flags, &got), 1);
    EXPECT_EQ(got, 5);
    close(there[0]);
    EXPECT_EQ(receive_files(s[1], 64, there, FILES, &flags, &got), 0);
    EXPECT_EQ(got, 4);
    EXPECT_EQ(send_files(s[0], "dddd", &fd, 1), 4);
    EXPECT_EQ(receive_files(s[1], 1, there, FILES, &flags, &got), 1);   /* with the first byte */
    close(there[0]);
    EXPECT_EQ(receive_files(s[1], 64, there, FILES, &flags, &got), 0);
    EXPECT_EQ(got, 3);
    close(fd);
    close_pair();
}

/* Those for which there is no room are closed. */
static void files_without_room(void)
{
    int p[2], there[FILES], flags = 0;
    ssize_t got;
    char buf[8];

    open_pair(0);
    REQUIRE(pipe(p) == 0);
    EXPECT_EQ(send_files(s[0], "x", (int[]){ p[0], p[1] }, 2), 1);
    EXPECT_EQ(send_files(s[0], "y", &p[1], 1), 1);
    EXPECT_EQ(send_files(s[0], "z", &p[1], 1), 1);
    close(p[1]);
    EXPECT_EQ(receive_files(s[1], 64, there, 1, &flags, &got), 1);
    EXPECT(got == 1 && flags == MSG_CTRUNC);
    close(there[0]);
    EXPECT_EQ(receive_files(s[1], 64, there, 0, &flags, &got), 0);
    EXPECT_EQ(flags, MSG_CTRUNC);
    EXPECT_EQ(read(s[1], buf, sizeof(buf)), 1);             /* read() takes none */
    EXPECT_EQ(read(p[0], buf, 1), 0);
    close(p[0]);
    close_pair();
}

/* Unread messages let go of their files when the reader's end closes. */
static void files_are_dropped(void)
{
    int p[2];
    char c;

    open_pair(0);
    REQUIRE(pipe(p) == 0);
    EXPECT_EQ(send_files(s[0], "x", &p[1], 1), 1);
    close(p[1]);
    close(s[1]);
    EXPECT_EQ(read(p[0], &c, 1), 0);
    close(p[0]);
    close(s[0]);
}

static void wrong_files(void)
{
    union control control = { .header = { CMSG_LEN(0), SOL_SOCKET, 99 } };
    struct iovec piece = { "x", 1 };
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                          .msg_controllen = CMSG_LEN(0) };
    int none = 999;

    open_pair(SOCK_NONBLOCK);
    EXPECT_ERROR(send_files(s[0], "x", &none, 1), EBADF);
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EINVAL);
    control.header.cmsg_len = 4;
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EINVAL);
    msg.msg_control = (void *)PAGE;
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EFAULT);
    EXPECT_ERROR(sendmsg(s[0], (void *)PAGE, 0), EFAULT);
    EXPECT_EQ(ready(s[1]), POLLOUT);                        /* nothing was sent */
    if (has_debug_call())                                   /* Linux finds circles of them */
        EXPECT_ERROR(send_files(s[0], "x", &s[1], 1), ETOOMANYREFS);
    close_pair();
}

static const struct test tests[] = {
    TEST(making), TEST(describing), TEST(both_ways), TEST(much_arrives), TEST(waits_for_all),
    TEST(full_or_empty), TEST(bad_pointers), TEST(shutting_down), TEST(closing),
    TEST(nobody_there), TEST(closing_wakes), TEST(files_travel), TEST(files_stop_a_read),
    TEST(files_without_room), TEST(files_are_dropped), TEST(wrong_files),
};

TEST_MAIN(tests)
