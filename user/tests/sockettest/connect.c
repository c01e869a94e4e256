/* SPDX-License-Identifier: MIT */
/*
 * connect.c - listening, connecting, accepting; and what becomes of those who are not accepted.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/sockettest/sockettest.h"

static const int kinds[] = { SOCK_STREAM, SOCK_SEQPACKET };

static void talk(int type)
{
    struct name n = abstract_name("talk");
    int fd = listener(type, &n, 5), client = new_socket(type), server;
    struct sockaddr_un un;
    socklen_t len = sizeof(un);

    EXPECT_EQ(option_of(fd, SO_ACCEPTCONN), 1);
    EXPECT_EQ(ready(fd), 0);
    EXPECT_EQ(ready(client), POLLOUT | POLLHUP);
    EXPECT_OK(connect_to(client, &n));
    EXPECT_EQ(ready(fd), POLLIN);
    EXPECT_EQ(ready(client), POLLOUT);
    EXPECT_EQ(send(client, "early", 5, 0), 5);              /* before anybody accepts */
    server = accept4(fd, &un, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    REQUIRE(server >= 0);
    EXPECT(un.sun_family == AF_UNIX && len == 2);           /* a client without a name */
    EXPECT_EQ(fcntl(server, F_GETFL), O_RDWR | O_NONBLOCK);
    EXPECT_EQ(fcntl(server, F_GETFD), FD_CLOEXEC);
    EXPECT_MESSAGE(server, "early");
    EXPECT_EQ(send(server, "back", 4, 0), 4);
    EXPECT_MESSAGE(client, "back");
    len = sizeof(un);
    EXPECT(getsockname(server, &un, &len) == 0 && len == n.len && !memcmp(&un, &n.un, len));
    EXPECT_ERROR(connect_to(client, &n), EISCONN);
    EXPECT_ERROR(listen(client, 1), EINVAL);
    close(fd);                                              /* connections go on */
    EXPECT_EQ(send(client, "late", 4, 0), 4);
    EXPECT_MESSAGE(server, "late");
    close(server);
    EXPECT_EQ(recv(client, &un, sizeof(un), 0), 0);
    EXPECT_ERROR(send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
    close(client);
}

static void talking(void)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        talk(kinds[i]);
}

static void wrong_order(void)
{
    struct name n = path_name("order");
    int stream = new_socket(SOCK_STREAM), datagram = bound_socket(SOCK_DGRAM, &n), size;
    char c;

    EXPECT_ERROR(listen(stream, 1), EINVAL);                /* without a name */
    EXPECT_ERROR(accept(stream, NULL, NULL), EINVAL);
    EXPECT_ERROR(accept4(stream, NULL, NULL, 1), EINVAL);
    EXPECT_ERROR(listen(datagram, 1), EOPNOTSUPP);
    EXPECT_ERROR(accept(datagram, NULL, NULL), EOPNOTSUPP);
    EXPECT_ERROR(connect_to(stream, &n), EPROTOTYPE);
    EXPECT_ERROR(send(stream, "x", 1, 0), ENOTCONN);
    EXPECT_ERROR(recv(stream, &c, 1, 0), EINVAL);
    EXPECT_ERROR(send_to(stream, "x", &n), EOPNOTSUPP);
    EXPECT_ERROR(getpeername(stream, &n.un, &n.len), ENOTCONN);
    close(stream);
    stream = new_socket(SOCK_SEQPACKET);
    EXPECT_ERROR(send(stream, "x", 1, 0), ENOTCONN);
    EXPECT_ERROR(recv(stream, &c, 1, 0), ENOTCONN);
    close(stream);
    close(datagram);
    n = path_name("order");
    remove_name(&n);
    n = abstract_name("order");
    stream = listener(SOCK_STREAM, &n, 1);
    EXPECT_ERROR(connect_to(stream, &n), EINVAL);           /* it listens itself */
    EXPECT_ERROR(ioctl(stream, FIONREAD, &size), EINVAL);
    EXPECT_ERROR(recv(stream, &c, 1, 0), EINVAL);
    close(stream);
}

/* One more than the backlog may wait. */
static void backlog(void)
{
    struct name n = abstract_name("backlog");
    int fd = listener(SOCK_STREAM, &n, 1), clients[3], server;

    for (size_t i = 0; i < 3; i++)
        clients[i] = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
    EXPECT_OK(connect_to(clients[0], &n));
    EXPECT_OK(connect_to(clients[1], &n));
    EXPECT_ERROR(connect_to(clients[2], &n), EAGAIN);
    EXPECT_OK(listen(fd, 2));
    EXPECT_OK(connect_to(clients[2], &n));
    EXPECT_EQ(write(clients[0], "first", 5), 5);
    server = accept(fd, NULL, NULL);                        /* in their order */
    EXPECT_MESSAGE(server, "first");
    close(server);
    close(fd);                                              /* those who wait are sent away */
    EXPECT_ERROR(read(clients[1], &server, 1), ECONNRESET);
    EXPECT_EQ(read(clients[1], &server, 1), 0);
    EXPECT_EQ(option_of(clients[2], SO_ERROR), ECONNRESET);
    for (size_t i = 0; i < 3; i++)
        close(clients[i]);
}

static struct name meeting;

static void connect_and_say(void *arg)
{
    int fd = new_socket(SOCK_STREAM);

    (void)arg;
    EXPECT_OK(connect_to(fd, &meeting));
    EXPECT_EQ(write(fd, "hello", 5), 5);
}

static void waiting(void)
{
    int fd, server, first = new_socket(SOCK_STREAM);
    char buf[5];
    pid_t pid;

    meeting = abstract_name("meeting");
    fd = listener(SOCK_STREAM, &meeting, 0);
    EXPECT_OK(connect_to(first, &meeting));
    pid = start_child(connect_and_say, NULL);
    wait_until(pid, 'S');                                   /* the queue is full */
    server = accept(fd, NULL, NULL);
    EXPECT_CHILD(pid);
    close(server);
    server = accept(fd, NULL, NULL);
    EXPECT_EQ(recv(server, buf, 5, MSG_WAITALL), 5);
    EXPECT_EQ(read(server, buf, 5), 0);
    close(server);
    EXPECT_ERROR(accept4(fd, NULL, NULL, SOCK_NONBLOCK | 1), EINVAL);
    EXPECT_ERROR(accept4(999, NULL, NULL, 1), EBADF);
    close(first);
    close(fd);
}

static void accept_in_vain(void *arg)
{
    EXPECT_ERROR(accept(*(int *)arg, NULL, NULL), EINVAL);
}

/* Who stops listening refuses, and wakes who waits. */
static void stopping(void)
{
    struct name n = abstract_name("stopping");
    int fd = listener(SOCK_STREAM, &n, 0), client = new_socket(SOCK_STREAM);
    pid_t pid = start_child(accept_in_vain, &fd);

    wait_until(pid, 'S');
    EXPECT_OK(shutdown(fd, SHUT_RD));
    EXPECT_CHILD(pid);
    EXPECT_ERROR(connect_to(client, &n), ECONNREFUSED);
    close(fd);
    EXPECT_ERROR(connect_to(client, &n), ECONNREFUSED);
    close(client);
}

/* Nobody is lost when there is no descriptor for him. */
static void no_descriptor(void)
{
    struct name n = abstract_name("full");
    int fd = listener(SOCK_STREAM, &n, 5), client = new_socket(SOCK_STREAM), last = 0, server;

    EXPECT_OK(connect_to(client, &n));
    EXPECT_EQ(write(client, "kept", 4), 4);
    while (last >= 0) {
        server = last;
        last = dup(fd);
    }
    EXPECT_EQ(errno, EMFILE);
    EXPECT_ERROR(accept(fd, NULL, NULL), EMFILE);
    for (int i = client + 1; i <= server; i++)
        close(i);
    server = accept(fd, NULL, NULL);
    EXPECT_MESSAGE(server, "kept");
    close(server);
    close(client);
    close(fd);
}

static void time_limits(void)
{
    struct name n = abstract_name("limits");
    struct timeval limit = { 0, 20000 }, told = { 7, 7 };
    socklen_t len = sizeof(told);
    int fd = listener(SOCK_STREAM, &n, 0), first = new_socket(SOCK_STREAM);
    int second = new_socket(SOCK_STREAM);
    char c;

    EXPECT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    EXPECT_ERROR(accept(fd, NULL, NULL), EAGAIN);
    EXPECT_OK(connect_to(first, &n));
    EXPECT_OK(setsockopt(second, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
    EXPECT_ERROR(connect_to(second, &n), EAGAIN);
    EXPECT_OK(setsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    EXPECT_ERROR(read(first, &c, 1), EAGAIN);
    EXPECT_OK(getsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &told, &len));
    EXPECT(told.tv_sec == 0 && told.tv_usec == 20000 && len == sizeof(told));
    EXPECT_OK(getsockopt(first, SOL_SOCKET, SO_SNDTIMEO, &told, &len));
    EXPECT(told.tv_sec == 0 && told.tv_usec == 0);
    limit.tv_usec = 1000000;
    EXPECT_ERROR(setsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), EDOM);
    EXPECT_ERROR(setsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, 8), EINVAL);
    limit = (struct timeval){ -1, 0 };                      /* over before it begins */
    EXPECT_OK(setsockopt(first, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
    EXPECT_ERROR(read(first, &c, 1), EAGAIN);
    close(first);
    close(second);
    close(fd);
}

static const struct test tests[] = {
    TEST(talking), TEST(wrong_order), TEST(backlog), TEST(waiting), TEST(stopping),
    TEST(no_descriptor), TEST(time_limits),
};

const struct test_list connect_tests = TEST_LIST(tests);
