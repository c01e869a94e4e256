/* SPDX-License-Identifier: MIT */
/*
 * descriptors.c - the open files of a process: where they lead to, and what is told of them.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

static void links(void)
{
    int fd = open("/bin/sh", O_RDONLY), p[2];
    char path[64], text[64] = "";

    REQUIRE(fd >= 0 && pipe(p) == 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT_EQ(readlink(path, text, sizeof(text)), 7);
    EXPECT(strncmp(text, "/bin/sh", 7) == 0);
    close(fd);
    EXPECT_ERROR(readlink(path, text, sizeof(text)), ENOENT);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", p[0]);
    EXPECT(readlink(path, text, sizeof(text)) > 6 && strncmp(text, "pipe:[", 6) == 0);
    close(p[0]);
    close(p[1]);
}

static void expect_link_mode(int fd, mode_t mode)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT_OK(lstat(path, &st));
    EXPECT_EQ(st.st_mode, S_IFLNK | mode);
}

/* The mode of a link is what the file is open for, and a number may be used again. */
static void modes_of_links(void)
{
    int fd = open("/dev/null", O_RDONLY);

    REQUIRE(fd >= 0);
    expect_link_mode(fd, 0500);
    EXPECT_EQ(dup2(open("/dev/null", O_WRONLY), fd), fd);
    expect_link_mode(fd, 0300);
    EXPECT_EQ(dup2(open("/dev/null", O_RDWR), fd), fd);
    expect_link_mode(fd, 0700);
    EXPECT_EQ(dup2(open("/dev/null", O_PATH), fd), fd);
    expect_link_mode(fd, 0);
    close(fd);
}

/* A program finds a descriptor that was left to it, and not one that goes at exec. */
static void exec_with(void *flags)
{
    int null = open("/dev/null", O_RDWR);

    REQUIRE(dup2(null, 500) == 500 && fcntl(500, F_SETFD, (long)flags) == 0);
    dup2(null, 1);
    dup2(null, 2);
    execl("/bin/ls", "ls", "/proc/self/fd/500", (char *)NULL);
    _exit(127);
}

static void closed_on_exec(void)
{
    EXPECT_EQ(run_child(exec_with, NULL), 0);
    EXPECT_RANGE(WEXITSTATUS(run_child(exec_with, (void *)FD_CLOEXEC)), 1, 126);
}

/* The text of descriptor FD, which has these lines first; AT, if not NULL, is what follows. */
struct info {
    unsigned long pos, ino;
    unsigned flags;
    int mount;
};

static struct info read_info(int fd, char **at)
{
    struct info info = { 0 };
    char path[64], *text;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    text = open_text(path);
    EXPECT_EQ(sscanf(next_line(&text), "pos:\t%lu", &info.pos), 1);
    EXPECT_EQ(sscanf(next_line(&text), "flags:\t%o", &info.flags), 1);
    EXPECT_EQ(sscanf(next_line(&text), "mnt_id:\t%d", &info.mount), 1);
    EXPECT_EQ(sscanf(next_line(&text), "ino:\t%lu", &info.ino), 1);
    if (at)
        *at = text;
    else
        EXPECT(next_line(&text) == NULL);
    return info;
}

static bool is_mount(int id)
{
    char *text = open_text("/proc/self/mountinfo"), *line;

    while ((line = next_line(&text)))
        if (atoi(line) == id)
            return true;
    return false;
}

static void every_file(void)
{
    int fd = open("/tmp/procpidtest.file", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600), p[2];
    struct info info;
    struct stat st;

    REQUIRE(fd >= 0 && fstat(fd, &st) == 0 && pipe(p) == 0);
    EXPECT_EQ(write(fd, "12345678", 8), 8);
    EXPECT_EQ(lseek(fd, 5, SEEK_SET), 5);
    info = read_info(fd, NULL);
    EXPECT_EQ(info.pos, 5);
    EXPECT_EQ(info.ino, st.st_ino);
    EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | O_APPEND | O_LARGEFILE);
    EXPECT_EQ(info.flags, (unsigned)(fcntl(fd, F_GETFL) | O_CLOEXEC));
    EXPECT(is_mount(info.mount));
    EXPECT_OK(fcntl(fd, F_SETFD, 0));
    EXPECT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
    info = read_info(fd, NULL);
    EXPECT_EQ(info.flags, (unsigned)fcntl(fd, F_GETFL));
    EXPECT(!(info.flags & O_APPEND) && (info.flags & O_NONBLOCK));
    info = read_info(p[1], NULL);
    EXPECT_EQ(info.flags, O_WRONLY);
    EXPECT(!is_mount(info.mount));
    unlink("/tmp/procpidtest.file");
    close(fd);
    close(p[0]);
    close(p[1]);
}

static void counters(void)
{
    int fd[2] = { eventfd(18, 0), eventfd(0, EFD_SEMAPHORE) }, id[2];
    char *at;

    read_info(fd[0], &at);
    EXPECT_LINE(next_line(&at), "eventfd-count: %16x", 18);
    EXPECT_EQ(sscanf(next_line(&at), "eventfd-id: %d", &id[0]), 1);
    EXPECT_LINE(next_line(&at), "eventfd-semaphore: %d", 0);
    EXPECT(next_line(&at) == NULL);
    read_info(fd[1], &at);
    next_line(&at);
    EXPECT_EQ(sscanf(next_line(&at), "eventfd-id: %d", &id[1]), 1);
    EXPECT_LINE(next_line(&at), "eventfd-semaphore: %d", 1);
    EXPECT(id[0] != id[1]);
    close(fd[0]);
    close(fd[1]);
}

static void sets(void)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = 0x1234567890abcdef };
    int set = epoll_create1(0), p[2];
    struct stat st;
    char *at;

    REQUIRE(set >= 0 && pipe(p) == 0 && fstat(p[0], &st) == 0);
    read_info(set, NULL);
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_ADD, p[0], &event));
    read_info(set, &at);
    EXPECT_LINE(next_line(&at), "tfd: %8d events: %8x data: %16lx  pos:%d ino:%lx sdev:%lx", p[0],
                EPOLLIN | EPOLLET | EPOLLERR | EPOLLHUP, event.data.u64, 0, st.st_ino, st.st_dev);
    EXPECT(next_line(&at) == NULL);
    event.events = EPOLLOUT;
    EXPECT_OK(epoll_ctl(set, EPOLL_CTL_ADD, p[1], &event));
    read_info(set, &at);
    EXPECT(next_line(&at) && next_line(&at));
    EXPECT(next_line(&at) == NULL);
    close(set);
    close(p[0]);
    close(p[1]);
}

static void timers(void)
{
    struct itimerspec t = { .it_value = { 1L << 40, 5 }, .it_interval = { 7, 9 } };
    int fd = timerfd_create(CLOCK_REALTIME, 0);
    unsigned long seconds, ns;
    char *at;

    REQUIRE(fd >= 0);
    EXPECT_OK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL));
    read_info(fd, &at);
    EXPECT_LINE(next_line(&at), "clockid: %d", CLOCK_REALTIME);
    EXPECT_LINE(next_line(&at), "ticks: %d", 0);
    EXPECT_LINE(next_line(&at), "settime flags: 0%o", TFD_TIMER_ABSTIME);
    EXPECT_EQ(sscanf(next_line(&at), "it_value: (%lu, %lu)", &seconds, &ns), 2);
    EXPECT_RANGE(seconds, 1, 1L << 40);
    EXPECT_LINE(next_line(&at), "it_interval: (%d, %d)", 7, 9);
    EXPECT(next_line(&at) == NULL);
    t = (struct itimerspec){ .it_value = { 0, 1 } };
    EXPECT_OK(timerfd_settime(fd, 0, &t, NULL));
    EXPECT_EQ(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1), 1);
    read_info(fd, &at);
    next_line(&at);
    EXPECT_LINE(next_line(&at), "ticks: %d", 1);
    EXPECT_LINE(next_line(&at), "settime flags: 0%o", 0);
    EXPECT_LINE(next_line(&at), "it_value: (%d, %d)", 0, 0);
    close(fd);
}

static void leave(void *arg)
{
    (void)arg;
}

static void processes(void)
{
    pid_t pid = start_child(leave, NULL);
    int fd = pidfd_open(pid, 0);
    char *at;

    REQUIRE(fd >= 0);
    read_info(fd, &at);
    EXPECT_LINE(next_line(&at), "Pid:\t%d", pid);
    EXPECT_LINE(next_line(&at), "NSpid:\t%d", pid);
    EXPECT(next_line(&at) == NULL);
    EXPECT_CHILD(pid);
    read_info(fd, &at);
    EXPECT_LINE(next_line(&at), "Pid:\t%d", -1);
    close(fd);
}

static void gone(void)
{
    int fd = open("/dev/null", O_RDWR), info;
    char path[64], c;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    info = open(path, O_RDONLY);
    EXPECT_OK(info);
    close(fd);
    EXPECT_ERROR(read(info, &c, 1), ENOENT);
    close(info);
    EXPECT_ERROR(open(path, O_RDONLY), ENOENT);
    EXPECT_ERROR(open("/proc/self/fdinfo/x", O_RDONLY), ENOENT);
    EXPECT_EQ(write_text("/proc/self/fdinfo/0", "x"), EINVAL);
}

static void of_others(void)
{
    become_user(ANN, STAFF);
    EXPECT_EQ(read_info(0, NULL).pos, 0);
    EXPECT_ERROR(open("/proc/1/fdinfo/0", O_RDONLY), EACCES);
    EXPECT_ERROR(open("/proc/1/fd/0", O_RDONLY), EACCES);
}

static const struct test tests[] = {
    TEST(links), TEST(modes_of_links), TEST(closed_on_exec), TEST(every_file), TEST(counters),
    TEST(sets), TEST(timers), TEST(processes), TEST(gone), CHILD_TEST(of_others),
};

const struct test_list descriptor_tests = TEST_LIST(tests);
