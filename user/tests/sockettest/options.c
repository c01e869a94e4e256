/* SPDX-License-Identifier: MIT */
/*
 * options.c - options of sockets, who sent a message, and many messages in one call.
 */
#include <sys/ioctl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/sockettest/sockettest.h"

static void numbers(void)
{
    static const int kept[] = { SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST, SO_PASSCRED };
    int fd = new_socket(SOCK_STREAM), value = 1;
    socklen_t len = 2;

    for (size_t i = 0; i < COUNT(kept); i++) {
        EXPECT_EQ(option_of(fd, kept[i]), 0);
        set_option(fd, kept[i], 5);
        EXPECT_EQ(option_of(fd, kept[i]), 1);
        set_option(fd, kept[i], 0);
        EXPECT_EQ(option_of(fd, kept[i]), 0);
    }
    EXPECT_ERROR(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, 4), ENOPROTOOPT);
    EXPECT_ERROR(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, 3), EINVAL);
    EXPECT_ERROR(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, (void *)PAGE, 4), EFAULT);
    EXPECT_ERROR(setsockopt(fd, 6, 1, &value, 4), EOPNOTSUPP);
    EXPECT_ERROR(getsockopt(fd, 6, 1, &value, &len), EOPNOTSUPP);
    EXPECT_OK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
    EXPECT_EQ(len, 2);
    len = (socklen_t)-1;
    EXPECT_ERROR(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len), EINVAL);
    close(fd);
}

static void buffers(void)
{
    static char much[8192];
    int used;

    open_pair(SOCK_STREAM | SOCK_NONBLOCK);
    EXPECT_EQ(option_of(s[0], SO_SNDBUF), 212992);
    EXPECT_EQ(option_of(s[0], SO_RCVBUF), 212992);
    set_option(s[0], SO_SNDBUF, 10000);
    EXPECT_EQ(option_of(s[0], SO_SNDBUF), 20000);
    set_option(s[0], SO_SNDBUF, 1);
    EXPECT_EQ(option_of(s[0], SO_SNDBUF), 4608);
    set_option(s[0], SO_RCVBUF, 1);
    EXPECT_EQ(option_of(s[0], SO_RCVBUF), 2304);
    set_option(s[1], SO_SNDBUF, -1);
    EXPECT_EQ(option_of(s[1], SO_SNDBUF), 2 * 212992);
    EXPECT(ioctl(s[0], TIOCOUTQ, &used) == 0 && used == 0);
    while (write(s[0], much, sizeof(much)) > 0)
        continue;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_OK(ioctl(s[0], TIOCOUTQ, &used));
    EXPECT_RANGE(used, 4608, 16384);
    while (read(s[1], much, sizeof(much)) > 0)
        continue;
    EXPECT(ioctl(s[0], TIOCOUTQ, &used) == 0 && used == 0);
    close_pair();
}

static void expect_peer(int fd, pid_t pid, unsigned uid)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    EXPECT_OK(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len));
    EXPECT(who.pid == pid && who.uid == uid && who.gid == uid);
}

static struct name meeting;

static void connect_as_bob(void *arg)
{
    int fd = new_socket(SOCK_STREAM);

    (void)arg;
    become_user(BOB, BOB);
    EXPECT_OK(connect_to(fd, &meeting));
    expect_peer(fd, getppid(), 0);
}

static void peers(void)
{
    int fd = new_socket(SOCK_STREAM), server;
    pid_t pid;

    expect_peer(fd, 0, (unsigned)-1);
    close(fd);
    meeting = abstract_name("peers");
    fd = listener(SOCK_STREAM, &meeting, 1);
    pid = start_child(connect_as_bob, NULL);
    server = accept(fd, NULL, NULL);
    expect_peer(server, pid, BOB);
    EXPECT_CHILD(pid);
    close(server);
    close(fd);
}

/* Who sent a message */

union control {
    struct cmsghdr header;
    struct {
        struct cmsghdr h;
        struct ucred who;
    } cred;
};

static ssize_t send_who(int fd, const struct ucred *who)
{
    struct iovec piece = { "x", 1 };
    union control c = { .cred = { { CMSG_LEN(sizeof(*who)), SOL_SOCKET, SCM_CREDENTIALS }, *who } };
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &c,
                          .msg_controllen = sizeof(c) };

    return sendmsg(fd, &msg, 0);
}

/* Receive up to 8 bytes: how many came, from whom. */
static ssize_t receive_who(int fd, struct ucred *who)
{
    char buf[8];
    struct iovec piece = { buf, sizeof(buf) };
    union control c = { .cred.who.pid = -1 };
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &c,
                          .msg_controllen = sizeof(c) };
    ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

    EXPECT_EQ(msg.msg_controllen, n < 0 ? sizeof(c) : CMSG_SPACE(sizeof(*who)));
    EXPECT(c.header.cmsg_type == SCM_CREDENTIALS && c.header.cmsg_len == CMSG_LEN(sizeof(*who)));
    *who = c.cred.who;
    return n;
}

static void write_as_bob(void *arg)
{
    struct ucred me = { getpid(), BOB, BOB }, wrong = { getpid(), ANN, BOB };

    (void)arg;
    become_user(BOB, BOB);
    EXPECT_ERROR(send_who(s[0], &wrong), EPERM);
    wrong = (struct ucred){ getppid(), BOB, BOB };
    EXPECT_ERROR(send_who(s[0], &wrong), EPERM);
    EXPECT_EQ(send_who(s[0], &me), 1);
}

static void senders(void)
{
    struct ucred who, nobody = { 999999, 0, 0 };
    pid_t pid;

    open_pair(SOCK_STREAM);
    EXPECT_EQ(write(s[0], "a", 1), 1);                      /* nobody has asked */
    set_option(s[1], SO_PASSCRED, 1);
    EXPECT_EQ(write(s[0], "b", 1), 1);
    pid = start_child(write_as_bob, NULL);
    EXPECT_CHILD(pid);
    EXPECT_ERROR(send_who(s[0], &nobody), ESRCH);
    EXPECT_EQ(receive_who(s[1], &who), 1);                  /* one writer at a time */
    EXPECT(who.pid == 0 && who.uid == 65534 && who.gid == 65534);
    EXPECT_EQ(receive_who(s[1], &who), 1);
    EXPECT(who.pid == getpid() && who.uid == 0 && who.gid == 0);
    EXPECT_EQ(receive_who(s[1], &who), 1);
    EXPECT(who.pid == pid && who.uid == BOB && who.gid == BOB);
    close_pair();
}

/* Many in one call */

static void many(void)
{
    static char text[4][4];
    struct iovec pieces[4];
    struct mmsghdr msgs[4] = { 0 };
    struct timespec limit = { 0, 0 };

    for (size_t i = 0; i < 4; i++) {
        pieces[i] = (struct iovec){ "abcd", i + 1 };
        msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
    }
    open_pair(SOCK_DGRAM);
    EXPECT_EQ(sendmmsg(s[0], msgs, 3, 0), 3);
    EXPECT(msgs[0].msg_len == 1 && msgs[2].msg_len == 3);
    for (size_t i = 0; i < 4; i++)
        pieces[i] = (struct iovec){ text[i], i ? 4 : 0 };
    EXPECT_EQ(recvmmsg(s[1], msgs, 4, MSG_WAITFORONE, NULL), 3);
    EXPECT(msgs[0].msg_len == 0 && msgs[0].msg_hdr.msg_flags == MSG_TRUNC);
    EXPECT(msgs[2].msg_len == 3 && msgs[2].msg_hdr.msg_flags == 0);
    EXPECT(!memcmp(text[1], "ab", 3) && !memcmp(text[2], "abc", 4));
    EXPECT_ERROR(recvmmsg(s[1], msgs, 4, MSG_DONTWAIT, NULL), EAGAIN);
    EXPECT_EQ(sendmmsg(s[0], msgs, 2, 0), 2);
    EXPECT_EQ(recvmmsg(s[1], msgs, 4, 0, &limit), 1);       /* the time is over after one */
    limit.tv_nsec = -1;
    EXPECT_ERROR(recvmmsg(s[1], msgs, 4, 0, &limit), EINVAL);
    close_pair();
}

static const struct test tests[] = {
    TEST(numbers), TEST(buffers), TEST(peers), TEST(senders), TEST(many),
};

const struct test_list option_tests = TEST_LIST(tests);
