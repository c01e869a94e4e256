/* SPDX-License-Identifier: MIT */
/*
 * bytes.c - what is typed and printed: both ways through the line discipline, polling,
 * waiting, and stopping.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/ptytest/ptytest.h"

#define LOTS (64 * KB)           /* several times what either end holds */

static int count_of(int fd, unsigned long call)
{
    int n = -1;

    EXPECT_OK(ioctl(fd, call, &n));
    return n;
}

static void lines(void)
{
    struct pair p = open_pair();

    put(p.master, "onx\177e\r");
    EXPECT_TEXT(p.slave, "one\n");
    EXPECT_TEXT(p.master, "onx\b \be\r\n");             /* the echo */
    put(p.slave, "two\n");
    EXPECT_TEXT(p.master, "two\r\n");
    put(p.master, "\004");
    EXPECT_EQ(read(p.slave, &(char){ 0 }, 1), 0);       /* ^D: the end */
    put(p.master, "left");
    EXPECT_TEXT(p.master, "left");
    EXPECT_EQ(try_to_read(p.slave), -EAGAIN);           /* no line yet */
    put(p.master, "\n");
    EXPECT_TEXT(p.slave, "left\n");
    close_pair(&p);
}

static void raw(void)
{
    struct pair p = open_pair();

    make_raw(&p);
    put(p.master, "\003\032\r\n\004");
    EXPECT_TEXT(p.slave, "\003\032\r\n\004");
    EXPECT_EQ(try_to_read(p.master), -EAGAIN);          /* no echo */
    put(p.slave, "a\nb");
    EXPECT_TEXT(p.master, "a\nb");
    close_pair(&p);
}

/* Typed before anybody has the slave open, and read by who comes. */
static void typed_ahead(void)
{
    struct pair p = open_master();

    EXPECT_EQ(try_to_read(p.master), -EAGAIN);
    EXPECT_EQ(ready(p.master), POLLOUT);
    put(p.master, "early\n");
    EXPECT_TEXT(p.master, "early\r\n");
    p.slave = open(p.name, O_RDWR | O_NOCTTY);
    EXPECT_TEXT(p.slave, "early\n");
    close_pair(&p);
}

static void counts(void)
{
    struct pair p = open_pair();

    put(p.slave, "12\n");
    await_ready(p.master, POLLIN);
    for (int i = 0; i < 100000 && count_of(p.master, FIONREAD) < 4; i++)
        sched_yield();                          /* it may come in pieces */
    EXPECT_EQ(count_of(p.master, FIONREAD), 4);
    EXPECT_EQ(count_of(p.slave, TIOCOUTQ), 0);
    put(p.master, "123\n");
    await_ready(p.slave, POLLIN);
    EXPECT_EQ(count_of(p.slave, FIONREAD), 4);
    EXPECT_EQ(count_of(p.master, TIOCOUTQ), 0);
    EXPECT_OK(tcflush(p.slave, TCIFLUSH));
    EXPECT_EQ(count_of(p.slave, FIONREAD), 0);
    EXPECT_OK(tcflush(p.master, TCIFLUSH));
    EXPECT_EQ(count_of(p.master, FIONREAD), 0);
    close_pair(&p);
}

static void polling(void)
{
    struct pair p = open_pair();

    EXPECT_EQ(ready(p.master), POLLOUT);
    EXPECT_EQ(ready(p.slave), POLLOUT);
    put(p.slave, "x");
    await_ready(p.master, POLLIN);
    EXPECT_EQ(ready(p.master), POLLIN | POLLOUT);
    EXPECT_TEXT(p.master, "x");
    EXPECT_EQ(ready(p.master), POLLOUT);
    put(p.master, "y");
    EXPECT_TEXT(p.master, "y");
    EXPECT_EQ(ready(p.slave), POLLOUT);                 /* no line */
    put(p.master, "\n");
    await_ready(p.slave, POLLIN);
    EXPECT_EQ(ready(p.slave), POLLIN | POLLOUT);
    close_pair(&p);
}

/* A slave whose output nobody reads fills up, and is writable again when it is read. */
static void full_output(void)
{
    struct pair p = open_pair();

    make_raw(&p);
    while (try_to_write(p.slave, 4096) > 0)
        continue;
    EXPECT_EQ(try_to_write(p.slave, 4096), -EAGAIN);
    EXPECT_EQ(ready(p.slave) & POLLOUT, 0);
    while (!(ready(p.slave) & POLLOUT))
        EXPECT(try_to_read(p.master) > 0);
    EXPECT(try_to_write(p.slave, 100) > 0);
    close_pair(&p);
}

/* The same of what is typed. */
static void full_input(void)
{
    struct pair p = open_pair();

    make_raw(&p);
    do {
        while (try_to_write(p.master, 4096) > 0)
            continue;
        sched_yield();
    } while (ready(p.master) & POLLOUT);
    while (!(ready(p.master) & POLLOUT))
        if (ready(p.slave) & POLLIN)
            EXPECT(try_to_read(p.slave) > 0);
    EXPECT(try_to_write(p.master, 100) > 0);
    close_pair(&p);
}

static void poll_both(void *arg)
{
    struct pair *p = arg;
    struct pollfd fds[] = {
        { .fd = p->master, .events = POLLIN }, { .fd = p->slave, .events = POLLIN },
    };

    EXPECT_EQ(poll(fds, 2, -1), 1);
    EXPECT(fds[0].revents == POLLIN || fds[1].revents == POLLIN);
}

static void poll_wakes(void)
{
    struct pair p = open_pair();
    pid_t pid;

    make_raw(&p);
    pid = start_child(poll_both, &p);
    wait_until(pid, 'S');
    put(p.slave, "x");
    EXPECT_CHILD(pid);
    EXPECT_TEXT(p.master, "x");
    pid = start_child(poll_both, &p);
    wait_until(pid, 'S');
    put(p.master, "y");
    EXPECT_CHILD(pid);
    close_pair(&p);
}

/* Byte number I of a long text. */
static char letter(size_t i)
{
    return (char)('a' + i * 7 % 26);
}

static void write_lots(int fd)
{
    char buf[1000];

    for (size_t done = 0; done < LOTS;) {
        size_t n = LOTS - done < sizeof(buf) ? LOTS - done : sizeof(buf);

        for (size_t i = 0; i < n; i++)
            buf[i] = letter(done + i);
        EXPECT_EQ(write(fd, buf, n), n);                /* it waits for room, and writes all */
        done += n;
    }
}

static void read_lots(int fd)
{
    char buf[777];
    size_t done = 0, wrong = 0;
    ssize_t n = 1;

    for (; done < LOTS && n > 0; done += (size_t)n) {
        n = read(fd, buf, sizeof(buf));
        for (ssize_t i = 0; i < n; i++)
            wrong += buf[i] != letter(done + (size_t)i);
    }
    EXPECT_EQ(done, LOTS);
    EXPECT_EQ(wrong, 0);
}

static void work_on_slave(void *arg)
{
    struct pair *p = arg;

    write_lots(p->slave);
    read_lots(p->slave);
}

static void a_lot_each_way(void)
{
    struct pair p = open_pair();
    pid_t pid;

    make_raw(&p);
    pid = start_child(work_on_slave, &p);
    read_lots(p.master);
    write_lots(p.master);
    EXPECT_CHILD(pid);
    close_pair(&p);
}

/* ^S holds back what is printed from then on, not what was. */
static void stop_and_go(void)
{
    struct pair p = open_pair();

    put(p.slave, "before");
    put(p.master, "\023");
    await_not_ready(p.slave, POLLOUT);
    EXPECT_EQ(try_to_write(p.slave, 1), -EAGAIN);
    EXPECT_TEXT(p.master, "before");
    put(p.master, "typed\n");                           /* received, its echo waits */
    EXPECT_TEXT(p.slave, "typed\n");
    EXPECT_EQ(try_to_read(p.master), -EAGAIN);
    put(p.master, "\021");
    EXPECT_TEXT(p.master, "typed\r\n");
    await_ready(p.slave, POLLOUT);
    put(p.slave, "after");
    EXPECT_TEXT(p.master, "after");
    EXPECT_OK(ioctl(p.slave, TCXONC, (long)TCOOFF));    /* by hand */
    EXPECT_EQ(try_to_write(p.slave, 1), -EAGAIN);
    EXPECT_OK(ioctl(p.slave, TCXONC, (long)TCOON));
    EXPECT_EQ(try_to_write(p.slave, 1), 1);
    EXPECT_EQ(read(p.master, &(char){ 0 }, 1), 1);
    close_pair(&p);
}

/* What has reached the master, no key and no call at the slave takes back. */
static void arrived_for_good(void)
{
    struct pair p = open_pair();

    put(p.slave, "printed");
    await_ready(p.master, POLLIN);
    EXPECT_OK(tcflush(p.slave, TCOFLUSH));
    put(p.master, "\003");
    EXPECT_TEXT(p.master, "printed^C");
    put(p.master, "\023");
    await_not_ready(p.slave, POLLOUT);
    put(p.master, "echo\003\n");                       /* what waits is forgotten, and it goes on */
    EXPECT_TEXT(p.slave, "\n");
    EXPECT_TEXT(p.master, "^C\r\n");
    close_pair(&p);
}

/* tcdrain does not wait for who reads the master. */
static void drained_at_once(void)
{
    struct pair p = open_pair();

    put(p.slave, "unread");
    EXPECT_OK(tcdrain(p.slave));
    EXPECT_TEXT(p.master, "unread");
    close_pair(&p);
}

/* There is no line to break: nobody waits for the end of a break. */
static void no_breaks(void)
{
    struct pair p = open_pair();
    struct timespec begin, end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < 20; i++) {
        EXPECT_OK(ioctl(p.slave, TCSBRK, 0L));
        EXPECT_OK(ioctl(p.slave, TCSBRKP, 0L));
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    EXPECT(end.tv_sec - begin.tv_sec < 8);              /* and not a quarter of a second each */
    close_pair(&p);
}

/* More of what takes no room than anybody will wait for. */
static void flood(void *arg)
{
    const struct pair *p = arg;
    const char *zeros = mmap(NULL, 1UL << 30, PROT_READ,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(zeros != MAP_FAILED);
    put(p->master, "x");
    EXPECT(write(p->master, zeros, 1UL << 30) > 0);
}

static void a_flood_can_be_stopped(void)
{
    struct pair p = open_pair();
    pid_t pid = start_child(flood, &p);

    EXPECT_TEXT(p.master, "x");
    sched_yield();
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
    close_pair(&p);
}

static const struct test tests[] = {
    TEST(lines), TEST(raw), TEST(typed_ahead), TEST(counts), TEST(polling), TEST(full_output),
    TEST(full_input), TEST(poll_wakes), TEST(a_lot_each_way), TEST(stop_and_go),
    TEST(arrived_for_good), TEST(drained_at_once), TEST(no_breaks),
    TEST(a_flood_can_be_stopped),
};

const struct test_list byte_tests = TEST_LIST(tests);
