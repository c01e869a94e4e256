/* SPDX-License-Identifier: MIT */
/*
 * hang_up.c - one end is closed: what the other finds, at once or while it waits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/ptytest/ptytest.h"

static void no_slave_left(void)
{
    struct pair p = open_pair();
    int other = open(p.name, O_RDWR | O_NOCTTY);
    char c;

    put(p.slave, "last words");
    close(p.slave);
    EXPECT_EQ(ready(p.master) & POLLHUP, 0);            /* one is left */
    close(other);
    await_ready(p.master, POLLIN);
    EXPECT_EQ(ready(p.master), POLLIN | POLLOUT | POLLHUP);
    EXPECT_TEXT(p.master, "last words");
    EXPECT_ERROR(read(p.master, &c, 1), EIO);
    EXPECT_EQ(try_to_read(p.master), -EIO);
    EXPECT_EQ(ready(p.master), POLLOUT | POLLHUP);
    p.slave = open(p.name, O_RDWR | O_NOCTTY);          /* another comes */
    EXPECT_EQ(ready(p.master), POLLOUT);
    EXPECT_EQ(try_to_read(p.master), -EAGAIN);
    put(p.slave, "again");
    EXPECT_TEXT(p.master, "again");
    close_pair(&p);
}

static void no_master_left(void)
{
    struct pair p = open_pair();
    struct termios t;
    int group = getpgrp();
    char c;

    put(p.master, "unread\n");
    close(p.master);
    EXPECT_EQ(ready(p.slave), POLLIN | POLLOUT | POLLERR | POLLHUP);
    EXPECT_EQ(read(p.slave, &c, 1), 0);
    EXPECT_EQ(read(p.slave, &c, 1), 0);
    EXPECT_ERROR(write(p.slave, "x", 1), EIO);
    EXPECT_ERROR(tcgetattr(p.slave, &t), EIO);
    EXPECT_ERROR(ioctl(p.slave, TIOCSPGRP, &group), ENOTTY);
    EXPECT_ERROR(ioctl(p.slave, 0x9999, &group), EIO);
    EXPECT_ERROR(open(p.name, O_RDWR | O_NOCTTY), ENOENT);
    close(p.slave);
}

static void read_in_vain(void *arg)
{
    struct pair *p = arg;
    char c;

    close(p->master);
    EXPECT_ERROR(read(p->slave, &c, 1), EIO);           /* as it waited: see no_master_left */
}

static void write_in_vain(void *arg)
{
    static char more_than_fits[64 * KB];
    struct pair *p = arg;

    close(p->master);
    EXPECT_RANGE(write(p->slave, more_than_fits, sizeof(more_than_fits)), 1,
                 sizeof(more_than_fits) - 1);
    EXPECT_ERROR(write(p->slave, "x", 1), EIO);
}

static void poll_for_the_end(void *arg)
{
    struct pair *p = arg;
    struct pollfd fd = { .fd = p->slave, .events = POLLPRI };

    close(p->master);
    EXPECT_EQ(poll(&fd, 1, -1), 1);
    EXPECT(fd.revents & POLLHUP);
}

static void slaves_that_wait(void)
{
    void (*const waits[])(void *) = { read_in_vain, write_in_vain, poll_for_the_end };

    for (size_t i = 0; i < COUNT(waits); i++) {
        struct pair p = open_pair();
        pid_t pid = start_child(waits[i], &p);

        wait_until(pid, 'S');
        close(p.master);
        EXPECT_CHILD(pid);
        close(p.slave);
    }
}

static void read_error(void *arg)
{
    struct pair *p = arg;
    char c;

    close(p->slave);
    EXPECT_ERROR(read(p->master, &c, 1), EIO);
}

static void poll_for_hang_up(void *arg)
{
    struct pair *p = arg;
    struct pollfd fd = { .fd = p->master, .events = POLLIN };

    close(p->slave);
    EXPECT_EQ(poll(&fd, 1, -1), 1);
    EXPECT_EQ(fd.revents, POLLHUP);
}

static void masters_that_wait(void)
{
    void (*const waits[])(void *) = { read_error, poll_for_hang_up };

    for (size_t i = 0; i < COUNT(waits); i++) {
        struct pair p = open_pair();
        pid_t pid = start_child(waits[i], &p);

        wait_until(pid, 'S');
        close(p.slave);
        EXPECT_CHILD(pid);
        close(p.master);
    }
}

static void a_signal_interrupts(void)
{
    struct pair p = open_pair();
    pid_t parent = getpid(), pid;
    char c;

    handle_with(SIGUSR1, record, 0);
    pid = fork();
    if (pid == 0) {
        wait_until(parent, 'S');
        kill(parent, SIGUSR1);
        _exit(0);
    }
    EXPECT_ERROR(read(p.master, &c, 1), EINTR);
    EXPECT_CHILD(pid);
    EXPECT_SEEN(SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    close_pair(&p);
}

static const struct test tests[] = {
    TEST(no_slave_left), TEST(no_master_left), TEST(slaves_that_wait), TEST(masters_that_wait),
    TEST(a_signal_interrupts),
};

const struct test_list hang_up_tests = TEST_LIST(tests);
