/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - messages with borders: to a name, to a peer, and in a sequence.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"
#include "user/tests/sockettest/sockettest.h"

static void borders(void)
{
    static const int kinds[] = { SOCK_DGRAM, SOCK_SEQPACKET };
    char buf[8];
    int size;

    for (size_t i = 0; i < COUNT(kinds); i++) {
        open_pair(kinds[i]);
        EXPECT_EQ(write(s[0], "abc", 3), 3);
        EXPECT_EQ(write(s[0], "", 0), 0);                   /* a message, too */
        EXPECT_EQ(send(s[0], "defghijkl", 9, 0), 9);
        EXPECT_OK(ioctl(s[1], FIONREAD, &size));
        EXPECT_EQ(size, kinds[i] == SOCK_DGRAM ? 3 : 12);
        EXPECT_EQ(recv(s[1], buf, 2, MSG_PEEK), 2);
        EXPECT_EQ(recv(s[1], buf, 2, MSG_PEEK | MSG_TRUNC), 3);
        EXPECT_EQ(read(s[1], buf, 2), 2);                   /* the rest is lost */
        EXPECT_EQ(read(s[1], buf, sizeof(buf)), 0);
        EXPECT_EQ(recv(s[1], buf, sizeof(buf), MSG_TRUNC), 9);
        EXPECT(!memcmp(buf, "defghijk", 8));
        EXPECT_ERROR(recv(s[1], buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
        close_pair();
    }
}

static void to_a_name(void)
{
    struct name here = abstract_name("here"), there = path_name("there"), from;
    int a = bound_socket(SOCK_DGRAM, &here), b = bound_socket(SOCK_DGRAM, &there);
    int c = new_socket(SOCK_DGRAM);
    char buf[8];

    EXPECT_EQ(send_to(a, "one", &there), 3);
    EXPECT_EQ(send_to(c, "two", &there), 3);
    EXPECT_ERROR(send(a, "x", 1, 0), ENOTCONN);
    from.len = sizeof(from.un);
    EXPECT_EQ(recvfrom(b, buf, sizeof(buf), 0, &from.un, &from.len), 3);
    EXPECT(from.len == here.len && !memcmp(&from.un, &here.un, here.len));
    from.len = sizeof(from.un);
    EXPECT_EQ(recvfrom(b, buf, sizeof(buf), 0, &from.un, &from.len), 3);
    EXPECT_EQ(from.len, 0);                                 /* he has no name */
    EXPECT_EQ(send_to(b, "self", &there), 4);
    EXPECT_MESSAGE(b, "self");
    close(a);
    EXPECT_ERROR(send_to(b, "x", &here), ECONNREFUSED);
    remove_name(&there);
    EXPECT_ERROR(send_to(c, "x", &there), ENOENT);
    close(b);
    close(c);
}

static void with_a_peer(void)
{
    struct name here = abstract_name("here"), there = abstract_name("there");
    int a = bound_socket(SOCK_DGRAM, &here), b = bound_socket(SOCK_DGRAM, &there);
    int c = new_socket(SOCK_DGRAM);
    const unsigned short nobody = AF_UNSPEC;

    EXPECT_OK(connect_to(a, &there));
    EXPECT_EQ(send(a, "one", 3, 0), 3);
    EXPECT_MESSAGE(b, "one");
    EXPECT_OK(connect_to(c, &here) < 0 && errno == EPERM ? 0 : -1);
    EXPECT_ERROR(send_to(c, "x", &here), EPERM);            /* a listens to b only */
    EXPECT_OK(connect_to(b, &here));
    EXPECT_EQ(send(b, "two", 3, 0), 3);
    EXPECT_OK(connect(a, &nobody, sizeof(nobody)));         /* what came is lost */
    EXPECT_ERROR(recv(a, &c, 1, MSG_DONTWAIT), EAGAIN);
    EXPECT_ERROR(send(a, "x", 1, 0), ENOTCONN);
    EXPECT_OK(connect_to(a, &there));
    close(b);
    EXPECT_ERROR(send(a, "x", 1, 0), ECONNREFUSED);
    EXPECT_ERROR(send(a, "x", 1, 0), ENOTCONN);
    close(a);
    close(c);
}

static void send_one_more(void *arg)
{
    int fd = new_socket(SOCK_DGRAM);

    EXPECT_EQ(send_to(fd, "last", arg), 4);
}

/* Eleven wait for a reader who does not send back; then senders wait. */
static void slow_reader(void)
{
    struct name n = abstract_name("slow");
    int reader = bound_socket(SOCK_DGRAM, &n), fd = new_socket(SOCK_DGRAM | SOCK_NONBLOCK);
    int sent = 0;
    pid_t pid;

    EXPECT_OK(connect_to(fd, &n));
    EXPECT_EQ(ready(fd), POLLOUT);
    while (send(fd, "m", 1, 0) == 1)
        sent++;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(sent, 11);
    EXPECT_EQ(ready(fd), 0);
    pid = start_child(send_one_more, &n);
    wait_until(pid, 'S');
    EXPECT_MESSAGE(reader, "m");
    EXPECT_CHILD(pid);
    while (sent-- > 1)
        EXPECT_MESSAGE(reader, "m");
    EXPECT_MESSAGE(reader, "last");
    EXPECT_EQ(ready(fd), POLLOUT);
    close(reader);
    close(fd);
}

static void poll_for_room(void *arg)
{
    struct pollfd p = { *(int *)arg, POLLOUT, 0 };

    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, POLLOUT);
}

static void polling_for_room(void)
{
    struct name n = abstract_name("room");
    int reader = bound_socket(SOCK_DGRAM, &n), fd = new_socket(SOCK_DGRAM | SOCK_NONBLOCK);
    pid_t pid;

    EXPECT_OK(connect_to(fd, &n));
    while (send(fd, "m", 1, 0) == 1)
        continue;
    pid = start_child(poll_for_room, &fd);
    wait_until(pid, 'S');
    EXPECT_MESSAGE(reader, "m");
    EXPECT_CHILD(pid);
    close(reader);
    close(fd);
}

static void large(void)
{
    size_t most = 212992 - 32;
    char *sent = map_anon(MB), *got = map_anon(MB);

    for (size_t i = 0; i < most; i++)
        sent[i] = (char)rand_below(&test_rand, 256);
    open_pair(SOCK_DGRAM | SOCK_NONBLOCK);
    EXPECT_ERROR(send(s[0], sent, most + 1, 0), EMSGSIZE);
    EXPECT_EQ(send(s[0], sent, most, 0), most);
    EXPECT_ERROR(send(s[0], sent, most, 0), EAGAIN);        /* its memory is the sender's */
    EXPECT_EQ(ready(s[0]), 0);
    EXPECT_EQ(read(s[1], got, MB), most);
    EXPECT(!memcmp(sent, got, most));
    EXPECT_EQ(ready(s[0]), POLLOUT);
    EXPECT_ERROR(send(s[0], (void *)PAGE, 10, 0), EFAULT);
    EXPECT_EQ(send(s[0], sent, 100, 0), 100);
    EXPECT_ERROR(recv(s[1], (void *)PAGE, 100, 0), EFAULT);
    EXPECT_ERROR(recv(s[1], got, 100, 0), EAGAIN);          /* it is gone all the same */
    close_pair();
    munmap(sent, MB);
    munmap(got, MB);
}

/* No write of messages raises a signal. */
static void ends(void)
{
    int file = open("/proc/self/exe", O_RDONLY);
    char c;

    open_pair(SOCK_SEQPACKET);
    EXPECT_EQ(write(s[0], "x", 1), 1);
    close(s[1]);
    EXPECT_EQ(ready(s[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
    EXPECT_ERROR(write(s[0], "x", 1), ECONNRESET);
    EXPECT_ERROR(write(s[0], "x", 1), EPIPE);
    EXPECT_ERROR(sendfile(s[0], file, NULL, 1), EPIPE);
    close(file);
    EXPECT_EQ(read(s[0], &c, 1), 0);
    EXPECT_EQ(recv(s[0], &c, 1, MSG_DONTWAIT), 0);
    close(s[0]);
    open_pair(SOCK_DGRAM);
    EXPECT_OK(shutdown(s[1], SHUT_RD));
    EXPECT_ERROR(write(s[0], "x", 1), EPIPE);
    EXPECT_EQ(read(s[1], &c, 1), 0);
    EXPECT_ERROR(recv(s[1], &c, 1, MSG_DONTWAIT), EAGAIN);
    EXPECT_EQ(send(s[1], "y", 1, 0), 1);                    /* the other way is open */
    close(s[0]);
    EXPECT_ERROR(send(s[1], "y", 1, 0), ECONNREFUSED);
    close(s[1]);
}

static const struct test tests[] = {
    TEST(borders), TEST(to_a_name), TEST(with_a_peer), TEST(slow_reader), TEST(polling_for_room),
    TEST(large), TEST(ends),
};

const struct test_list datagram_tests = TEST_LIST(tests);
