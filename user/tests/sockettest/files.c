/* SPDX-License-Identifier: MIT */
/*
 * files.c - open files that are sent through sockets.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/sockettest/sockettest.h"

#define FILES 3

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

    open_stream_pair(0);
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

    open_stream_pair(0);
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

    open_stream_pair(0);
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

    open_stream_pair(0);
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

    open_stream_pair(SOCK_NONBLOCK);
    EXPECT_ERROR(send_files(s[0], "x", &none, 1), EBADF);
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EINVAL);
    control.header.cmsg_len = 4;
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EINVAL);
    msg.msg_control = (void *)PAGE;
    EXPECT_ERROR(sendmsg(s[0], &msg, 0), EFAULT);
    EXPECT_ERROR(sendmsg(s[0], (void *)PAGE, 0), EFAULT);
    EXPECT_EQ(ready(s[1]), POLLOUT);                        /* nothing was sent */
    close_pair();
}

/* Sockets that are sent through sockets */

static void send_file(int to, int fd)
{
    EXPECT_EQ(send_files(to, "x", &fd, 1), 1);
}

static void sockets_travel(void)
{
    int other[2], there[FILES], flags = 0;
    ssize_t got;

    open_stream_pair(0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
    send_file(s[0], other[0]);
    close(other[0]);
    EXPECT_EQ(write(other[1], "early", 5), 5);
    EXPECT_EQ(receive_files(s[1], 64, there, FILES, &flags, &got), 1);
    EXPECT_MESSAGE(there[0], "early");
    EXPECT_EQ(write(there[0], "late", 4), 4);
    EXPECT_MESSAGE(other[1], "late");
    close(there[0]);
    EXPECT_EQ(read(other[1], there, 1), 0);
    close(other[1]);
    close_pair();
}

/* A pipe whose writing end is in some message: whether that is gone. */
static int witness[2];

static void open_witness(void)
{
    REQUIRE(pipe(witness) == 0);
}

static void send_witness(int to)
{
    send_file(to, witness[1]);
    close(witness[1]);
}

static bool is_witness_gone(int timeout)
{
    struct pollfd p = { witness[0], POLLIN, 0 };

    return poll(&p, 1, timeout) == 1;
}

/* The end of any socket lets the kernel look for those that nobody can reach. */
static void expect_collected(void)
{
    close(new_socket(SOCK_DGRAM));
    EXPECT(is_witness_gone(5000));
    close(witness[0]);
}

static void circle_of_one(void)
{
    open_witness();
    open_stream_pair(0);
    send_file(s[0], s[1]);                                  /* into its own inbox */
    send_witness(s[0]);
    close_pair();
    expect_collected();
}

static void circle_of_two(void)
{
    int other[2];

    open_witness();
    open_pair(SOCK_DGRAM);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
    send_file(s[0], other[1]);
    send_file(other[0], s[1]);
    send_file(other[0], s[1]);                              /* twice */
    send_witness(s[0]);
    close_pair();
    close(other[0]);
    close(other[1]);
    expect_collected();
}

/* In the inbox of a connection that nobody has accepted. */
static void circle_through_a_listener(void)
{
    struct name n = abstract_name("circle");
    int fd = listener(SOCK_STREAM, &n, 1), client = new_socket(SOCK_STREAM);

    open_witness();
    EXPECT_OK(connect_to(client, &n));
    send_file(client, fd);
    send_witness(client);
    close(fd);
    close(client);
    expect_collected();
}

/* A circle that hangs on a descriptor by a chain stays, until that goes. */
static void reachable_circle(void)
{
    int outer[2], there[FILES], flags = 0;
    ssize_t got;

    open_witness();
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, outer) == 0);
    open_stream_pair(0);
    send_witness(s[0]);
    send_file(s[0], s[1]);
    send_file(outer[0], s[1]);
    close_pair();
    close(new_socket(SOCK_DGRAM));
    EXPECT(!is_witness_gone(50));
    EXPECT_EQ(receive_files(outer[1], 1, there, FILES, &flags, &got), 1);
    EXPECT_EQ(receive_files(there[0], 1, there + 1, FILES, &flags, &got), 1);
    EXPECT_EQ(write(there[1], "alive", 5), 5);              /* the witness itself */
    close(there[1]);
    EXPECT(is_witness_gone(0));
    close(witness[0]);
    close(there[0]);
    close(outer[0]);
    close(outer[1]);
    close(new_socket(SOCK_DGRAM));
}

/* Each in the inbox of the next: the end of the last one ends all. */
static void long_chain(void)
{
    int pair[2], last;

    open_witness();
    open_stream_pair(0);
    send_witness(s[0]);
    close(s[0]);
    last = s[1];
    for (int i = 0; i < 150; i++) {
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        send_file(pair[0], last);
        close(pair[0]);
        close(last);
        last = pair[1];
    }
    close(last);
    EXPECT(is_witness_gone(5000));
    close(witness[0]);
}

static void send_too_many(void *arg)
{
    struct rlimit limit = { 20, 20 };
    int sent = 0, p[2];

    (void)arg;
    REQUIRE(pipe(p) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
    become_user(STRANGER, STRANGER);
    while (send_files(s[0], "x", p, 1) == 1)
        sent++;
    EXPECT_EQ(errno, ETOOMANYREFS);
    EXPECT_EQ(sent, 21);
    EXPECT_EQ(write(s[0], "x", 1), 1);                      /* other messages pass */
}

/* As many as descriptors, whether they are still open here or not. */
static void too_many_on_their_way(void)
{
    open_pair(SOCK_DGRAM | SOCK_NONBLOCK);
    EXPECT_EQ(run_child(send_too_many, NULL), 0);
    close_pair();
    open_pair(SOCK_DGRAM | SOCK_NONBLOCK);
    EXPECT_EQ(run_child(send_too_many, NULL), 0);           /* those have come back */
    close_pair();
}

static const struct test tests[] = {
    TEST(files_travel), TEST(files_stop_a_read), TEST(files_without_room),
    TEST(files_are_dropped), TEST(wrong_files), TEST(sockets_travel), TEST(circle_of_one),
    TEST(circle_of_two), TEST(circle_through_a_listener), TEST(reachable_circle), TEST(long_chain),
    TEST(too_many_on_their_way),
};

const struct test_list file_tests = TEST_LIST(tests);
