/* SPDX-License-Identifier: MIT */
/*
 * sockettest.c - sockets between programs of one machine: pairs, names, connections, messages.
 */
#include <stdio.h>
#include "user/tests/sockettest/sockettest.h"

int s[2];

void open_pair(int type)
{
    REQUIRE(socketpair(AF_UNIX, type, 0, s) == 0);
}

void open_stream_pair(int flags)
{
    open_pair(SOCK_STREAM | flags);
}

void close_pair(void)
{
    close(s[0]);
    close(s[1]);
}

short ready(int fd)
{
    struct pollfd p = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };

    EXPECT(poll(&p, 1, 0) >= 0);
    return p.revents;
}

int option_of(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof(value);

    EXPECT_OK(getsockopt(fd, SOL_SOCKET, option, &value, &len));
    EXPECT_EQ(len, sizeof(value));
    return value;
}

void set_option(int fd, int option, int value)
{
    EXPECT_OK(setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)));
}

struct name path_name(const char *text)
{
    struct name n = { .un.sun_family = AF_UNIX };

    n.len = (socklen_t)(sizeof(n.un.sun_family) + 1
                        + (size_t)snprintf(n.un.sun_path, sizeof(n.un.sun_path), "/tmp/socket.%s",
                                           text));
    return n;
}

struct name abstract_name(const char *text)
{
    struct name n = { .un.sun_family = AF_UNIX };

    n.len = (socklen_t)(sizeof(n.un.sun_family) + 1 + strlen(text));
    memcpy(n.un.sun_path + 1, text, strlen(text));
    return n;
}

void remove_name(const struct name *n)
{
    EXPECT_OK(unlink(n->un.sun_path));
}

int new_socket(int type)
{
    int fd = socket(AF_UNIX, type, 0);

    REQUIRE(fd >= 0);
    return fd;
}

int bind_to(int fd, const struct name *n)
{
    return bind(fd, &n->un, n->len);
}

int connect_to(int fd, const struct name *n)
{
    return connect(fd, &n->un, n->len);
}

ssize_t send_to(int fd, const char *text, const struct name *n)
{
    return sendto(fd, text, strlen(text), 0, &n->un, n->len);
}

int bound_socket(int type, const struct name *n)
{
    int fd = new_socket(type);

    REQUIRE(bind_to(fd, n) == 0);
    return fd;
}

int listener(int type, const struct name *n, int backlog)
{
    int fd = bound_socket(type, n);

    REQUIRE(listen(fd, backlog) == 0);
    return fd;
}

void expect_message(const char *file, int line, int fd, const char *text)
{
    char buf[64] = "";
    ssize_t n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

    if (n != (ssize_t)strlen(text) || memcmp(buf, text, (size_t)n))
        fail(file, line, "got %ld, errno %d, '%s', not '%s'", (long)n, n < 0 ? errno : 0, buf, text);
}

static const struct test_list *const lists[] = {
    &pair_tests, &file_tests, &name_tests, &connect_tests, &datagram_tests, &option_tests,
};

TEST_LISTS_MAIN(lists)
