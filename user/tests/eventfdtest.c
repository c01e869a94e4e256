/* SPDX-License-Identifier: MIT */
/*
 * eventfdtest.c - counters behind descriptors: every unit added is taken once.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define MOST (UINT64_MAX - 1)

static int open_counter(unsigned count, int flags)
{
    int fd = eventfd(count, flags);

    REQUIRE(fd >= 0);
    return fd;
}

static uint64_t take(int fd)
{
    uint64_t value = 0;

    EXPECT_OK(eventfd_read(fd, &value));
    return value;
}

static int events_of(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

    EXPECT(poll(&p, 1, 0) >= 0);
    return p.revents;
}

static void all_at_once(void)
{
    int fd = open_counter(3, EFD_NONBLOCK);
    uint64_t value;

    EXPECT_EQ(take(fd), 3);
    EXPECT_ERROR(eventfd_read(fd, &value), EAGAIN);
    EXPECT_OK(eventfd_write(fd, 5));
    EXPECT_OK(eventfd_write(fd, 0));
    EXPECT_OK(eventfd_write(fd, 1UL << 40));
    EXPECT_EQ(take(fd), (1UL << 40) + 5);
    close(fd);
}

static void one_at_a_time(void)
{
    int fd = open_counter(2, EFD_NONBLOCK | EFD_SEMAPHORE);
    uint64_t value;

    EXPECT_OK(eventfd_write(fd, 1));
    EXPECT_EQ(take(fd) + take(fd) + take(fd), 3);
    EXPECT_ERROR(eventfd_read(fd, &value), EAGAIN);
    close(fd);
}

static void full(void)
{
    int fd = open_counter(0, EFD_NONBLOCK);

    EXPECT_EQ(events_of(fd), POLLOUT);
    EXPECT_ERROR(eventfd_write(fd, UINT64_MAX), EINVAL);
    EXPECT_OK(eventfd_write(fd, MOST - 1));
    EXPECT_EQ(events_of(fd), POLLIN | POLLOUT);
    EXPECT_ERROR(eventfd_write(fd, 2), EAGAIN);
    EXPECT_OK(eventfd_write(fd, 1));
    EXPECT_EQ(events_of(fd), POLLIN);
    EXPECT_OK(eventfd_write(fd, 0));
    EXPECT_EQ(take(fd), MOST);
    close(fd);
}

static void arguments(void)
{
    int fd = open_counter(UINT32_MAX, 0);
    uint64_t values[2] = { 0, 7 };

    EXPECT_ERROR(eventfd(0, 2), EINVAL);
    EXPECT_ERROR(eventfd(0, O_APPEND), EINVAL);
    EXPECT_ERROR(read(fd, values, 7), EINVAL);
    EXPECT_ERROR(read(fd, values, 0), EINVAL);
    EXPECT_ERROR(write(fd, values, 7), EINVAL);
    EXPECT_ERROR(write(fd, (void *)8, 8), EFAULT);
    EXPECT_EQ(read(fd, values, sizeof(values)), 8);
    EXPECT(values[0] == UINT32_MAX && values[1] == 7);
    values[0] = 1;
    EXPECT_ERROR(write(fd, values, sizeof(values)), EINVAL);
    EXPECT_EQ(write(fd, values, 8), 8);
    EXPECT_EQ(take(fd), 1);
    EXPECT_ERROR(ftruncate(fd, 0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
    close(fd);
}

static void what_it_is(void)
{
    int fd = open_counter(0, EFD_CLOEXEC | EFD_NONBLOCK);
    char path[32], name[32] = "";
    struct stat st;

    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    EXPECT_OK(fstat(fd, &st));
    EXPECT_EQ(st.st_mode, 0600);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
    EXPECT(!strcmp(name, "anon_inode:[eventfd]"));
    EXPECT_ERROR(open(path, O_RDWR), ENXIO);
    close(fd);
}

/* Waiting */

static int counter;

static void add_later(void *arg)
{
    (void)arg;
    usleep(20000);
    EXPECT_OK(eventfd_write(counter, 4));
}

static void readers_wait(void)
{
    pid_t pid;

    counter = open_counter(0, 0);
    pid = start_child(add_later, NULL);
    EXPECT_EQ(take(counter), 4);
    EXPECT_CHILD(pid);
    pid = start_child(add_later, NULL);
    {
        struct pollfd p = { .fd = counter, .events = POLLIN };

        EXPECT_EQ(poll(&p, 1, -1), 1);
    }
    EXPECT_EQ(take(counter), 4);
    EXPECT_CHILD(pid);
    close(counter);
}

static void take_later(void *arg)
{
    (void)arg;
    usleep(20000);
    EXPECT_EQ(take(counter), MOST);
}

static void writers_wait(void)
{
    pid_t pid;

    counter = open_counter(0, 0);
    EXPECT_OK(eventfd_write(counter, MOST));
    pid = start_child(take_later, NULL);
    EXPECT_OK(eventfd_write(counter, 9));
    EXPECT_EQ(take(counter), 9);
    EXPECT_CHILD(pid);
    close(counter);
}

static void wait_for_it(void *arg)
{
    (void)arg;
    take(counter);
}

static void killed_while_it_waits(void)
{
    pid_t pid;

    counter = open_counter(0, 0);
    pid = start_child(wait_for_it, NULL);
    wait_until(pid, 'S');
    EXPECT_OK(kill(pid, SIGTERM));
    EXPECT_EQ(wait_child(pid), SIGTERM);
    close(counter);
}

/* Many of both: a semaphore gives each unit to one reader. */

#define READERS 4
#define EACH 500

static void take_each(void *arg)
{
    (void)arg;
    for (int i = 0; i < EACH; i++)
        EXPECT_EQ(take(counter), 1);
}

static void add_each(void *arg)
{
    (void)arg;
    for (int i = 0; i < EACH; i++)
        EXPECT_OK(eventfd_write(counter, 1));
}

static void many_of_both(void)
{
    pid_t readers[READERS], writers[READERS];

    counter = open_counter(0, EFD_SEMAPHORE);
    for (int i = 0; i < READERS; i++) {
        readers[i] = start_child(take_each, NULL);
        writers[i] = start_child(add_each, NULL);
    }
    for (int i = 0; i < READERS; i++) {
        EXPECT_CHILD(readers[i]);
        EXPECT_CHILD(writers[i]);
    }
    EXPECT_EQ(events_of(counter), POLLOUT);
    close(counter);
}

static const struct test tests[] = {
    TEST(all_at_once), TEST(one_at_a_time), TEST(full), TEST(arguments), TEST(what_it_is),
    TEST(readers_wait), TEST(writers_wait), TEST(killed_while_it_waits), TEST(many_of_both),
};

TEST_MAIN(tests)
