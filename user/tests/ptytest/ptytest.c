/* SPDX-License-Identifier: MIT */
/*
 * ptytest.c - pseudo terminals: both ends, their names, and the sessions on them.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include "user/tests/ptytest/ptytest.h"

struct pair open_master(void)
{
    struct pair p = { .master = posix_openpt(O_RDWR | O_NOCTTY), .slave = -1 };

    REQUIRE(p.master >= 0);
    EXPECT_OK(grantpt(p.master));
    EXPECT_OK(unlockpt(p.master));
    REQUIRE(ptsname_r(p.master, p.name, sizeof(p.name)) == 0);
    return p;
}

struct pair open_pair(void)
{
    struct pair p = open_master();

    p.slave = open(p.name, O_RDWR | O_NOCTTY);
    REQUIRE(p.slave >= 0);
    return p;
}

void close_pair(struct pair *p)
{
    EXPECT_OK(close(p->master));
    if (p->slave >= 0)
        EXPECT_OK(close(p->slave));
}

void make_raw(const struct pair *p)
{
    struct termios t;

    EXPECT_OK(tcgetattr(p->slave, &t));
    cfmakeraw(&t);
    EXPECT_OK(tcsetattr(p->slave, TCSANOW, &t));
}

void put(int fd, const char *text)
{
    EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
}

void expect_text(const char *file, int line, int fd, const char *text)
{
    size_t size = strlen(text), done = 0;
    char buf[256] = "";
    ssize_t n = 1;

    while (done < size && (n = read(fd, buf + done, size - done)) > 0)
        done += (size_t)n;
    if (n <= 0)
        fail(file, line, "after '%s': errno %d", buf, n ? errno : 0);
    else if (strcmp(buf, text) != 0)
        fail(file, line, "'%s' was read, not '%s'", buf, text);
}

int ready(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

    EXPECT(poll(&p, 1, 0) >= 0);
    return p.revents;
}

void await_ready(int fd, int events)
{
    struct pollfd p = { .fd = fd, .events = (short)events };

    EXPECT_EQ(poll(&p, 1, -1), 1);
}

void await_not_ready(int fd, int events)
{
    while (ready(fd) & events)
        sched_yield();
}

static void set_nonblocking(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

long try_to_read(int fd)
{
    char buf[256];
    long n;

    set_nonblocking(fd, true);
    n = read(fd, buf, sizeof(buf));
    n = n < 0 ? -errno : n;
    set_nonblocking(fd, false);
    return n;
}

long try_to_write(int fd, size_t size)
{
    static char zeros[4096];
    long n;

    set_nonblocking(fd, true);
    n = write(fd, zeros, size);
    n = n < 0 ? -errno : n;
    set_nonblocking(fd, false);
    return n;
}

static const struct test_list *const lists[] = {
    &name_tests, &byte_tests, &hang_up_tests, &session_tests,
};
TEST_LISTS_MAIN(lists)
