/* SPDX-License-Identifier: MIT */
/*
 * pidfdtest.c - a process behind a descriptor: found, signalled, waited for, and outlived.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/users.h"

static int open_pidfd(pid_t pid, unsigned flags)
{
    int fd = pidfd_open(pid, flags);

    REQUIRE(fd >= 0);
    return fd;
}

/* What poll says of FD within WAIT ms. */
static int ready(int fd, int wait)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, wait) == 1 ? p.revents : 0;
}

static long wait_pidfd(int fd, siginfo_t *info, int options)
{
    return syscall(SYS_waitid, P_PIDFD, fd, info, options, NULL);
}

/* The descriptor */

static void what_it_is(void)
{
    int fd = open_pidfd(getpid(), 0), other = open_pidfd(getpid(), PIDFD_NONBLOCK);
    char path[32], name[32] = "", byte = 0;

    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR);
    EXPECT_EQ(fcntl(other, F_GETFL), O_RDWR | O_NONBLOCK);
    EXPECT_ERROR(read(fd, &byte, 1), EINVAL);
    EXPECT_ERROR(write(fd, &byte, 1), EINVAL);
    EXPECT_ERROR(lseek(fd, 0, SEEK_SET), ESPIPE);
    EXPECT_ERROR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), ENODEV);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
    EXPECT(!strcmp(name, "anon_inode:[pidfd]"));
    close(fd);
    close(other);
}

static char thread_stack[4 * PAGE] __attribute__((aligned(16)));

static pid_t start_real_thread(int (*function)(void *), void *arg)
{
    pid_t tid = clone(function, thread_stack + sizeof(thread_stack), THREAD, arg);

    REQUIRE(tid > 0);
    return tid;
}

static int pause_in_thread(void *arg)
{
    pause_forever(arg);
    return 0;
}

static void what_has_none(void)
{
    pid_t gone = start_child(pause_forever, NULL);

    end_child(gone);
    EXPECT_ERROR(pidfd_open(gone, 0), ESRCH);
    EXPECT_ERROR(pidfd_open(0, 0), EINVAL);
    EXPECT_ERROR(pidfd_open(-1, 0), EINVAL);
    EXPECT_ERROR(pidfd_open(getpid(), O_CLOEXEC), EINVAL);
    EXPECT_ERROR(pidfd_open(start_real_thread(pause_in_thread, NULL), 0), EINVAL);
}

/* Signals */

static void end_by_usr1(void *gate)
{
    block(SIGUSR1, 0);
    signal_gate(gate);
    for (sigset_t set = set_of(SIGUSR1, 0);;) {
        siginfo_t info;

        EXPECT_EQ(sigwaitinfo(&set, &info), SIGUSR1);
        EXPECT_EQ(info.si_pid, getppid());
        if (info.si_code == SI_QUEUE) {
            EXPECT_EQ(info.si_value.sival_int, 77);
            return;
        }
        EXPECT_EQ(info.si_code, SI_USER);
        signal_gate(gate);
    }
}

static void signals_arrive(void)
{
    siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
    struct gate is_ready;
    pid_t pid;
    int fd;

    info.si_pid = getpid();
    info.si_value.sival_int = 77;
    open_gate(&is_ready);
    pid = start_child(end_by_usr1, &is_ready);
    fd = open_pidfd(pid, 0);
    wait_gate(&is_ready);
    EXPECT_OK(pidfd_send_signal(fd, 0, NULL, 0));
    EXPECT_OK(pidfd_send_signal(fd, SIGUSR1, NULL, 0));
    wait_gate(&is_ready);
    EXPECT_OK(pidfd_send_signal(fd, SIGUSR1, &info, 0));
    EXPECT_CHILD(pid);
    close_gate(&is_ready);
    close(fd);
}

/* What the kernel says, a program may say to itself only. */
static void what_may_be_said(void)
{
    siginfo_t info = { .si_signo = SIGURG };
    pid_t pid = start_child(pause_forever, NULL);
    int fd = open_pidfd(pid, 0), me = open_pidfd(getpid(), 0);

    EXPECT_ERROR(pidfd_send_signal(fd, SIGCHLD, &info, 0), EINVAL);
    EXPECT_ERROR(pidfd_send_signal(fd, SIGURG, &info, 0), EPERM);
    EXPECT_OK(pidfd_send_signal(me, SIGURG, &info, 0));
    info.si_code = SI_TKILL;
    EXPECT_ERROR(pidfd_send_signal(fd, SIGURG, &info, 0), EPERM);
    EXPECT_OK(pidfd_send_signal(me, SIGURG, &info, 0));
    info.si_code = SI_QUEUE;
    EXPECT_OK(pidfd_send_signal(fd, SIGURG, &info, 0));
    EXPECT_ERROR(pidfd_send_signal(fd, 65, NULL, 0), EINVAL);
    EXPECT_ERROR(pidfd_send_signal(fd, SIGURG, NULL, 1u << 30), EINVAL);
    EXPECT_ERROR(pidfd_send_signal(fd, SIGURG, (siginfo_t *)8, 0), EFAULT);
    EXPECT_ERROR(pidfd_send_signal(1000, SIGURG, NULL, 0), EBADF);
    EXPECT_ERROR(pidfd_send_signal(STDOUT_FILENO, SIGURG, NULL, 0), EBADF);
    EXPECT_OK(pidfd_send_signal(fd, SIGKILL, NULL, 0));
    EXPECT_EQ(wait_child(pid), SIGKILL);
    close(fd);
    close(me);
}

/* A process's folder in /proc does as well. */
static void folders_do(void)
{
    pid_t pid = start_child(pause_forever, NULL);
    char path[32];
    int fd;

    snprintf(path, sizeof(path), "/proc/%d", pid);
    fd = open(path, O_RDONLY | O_DIRECTORY);
    REQUIRE(fd >= 0);
    EXPECT_OK(pidfd_send_signal(fd, 0, NULL, 0));
    EXPECT_ERROR(pidfd_getfd(fd, 0, 0), EBADF);
    EXPECT_OK(pidfd_send_signal(fd, SIGKILL, NULL, 0));
    EXPECT_EQ(wait_child(pid), SIGKILL);
    EXPECT_ERROR(pidfd_send_signal(fd, 0, NULL, 0), ESRCH);
    close(fd);
    fd = open("/proc", O_RDONLY | O_DIRECTORY);
    EXPECT_ERROR(pidfd_send_signal(fd, 0, NULL, 0), EBADF);
    close(fd);
}

/* The end */

static void zombie_and_gone(void)
{
    pid_t pid = start_child(pause_forever, NULL);
    int fd = open_pidfd(pid, 0), another;
    siginfo_t info;

    EXPECT_EQ(ready(fd, 0), 0);
    kill(pid, SIGKILL);
    EXPECT_EQ(ready(fd, -1), POLLIN);
    another = open_pidfd(pid, 0);
    EXPECT_EQ(ready(another, 0), POLLIN);
    EXPECT_OK(pidfd_send_signal(fd, SIGTERM, NULL, 0));
    EXPECT_ERROR(pidfd_getfd(fd, 0, 0), ESRCH);
    EXPECT_EQ(wait_child(pid), SIGKILL);
    EXPECT_EQ(ready(fd, 0), POLLIN | POLLHUP);
    EXPECT_EQ(ready(another, 0), POLLIN | POLLHUP);
    EXPECT_ERROR(pidfd_send_signal(fd, 0, NULL, 0), ESRCH);
    EXPECT_ERROR(pidfd_getfd(fd, 0, 0), ESRCH);
    EXPECT_ERROR(wait_pidfd(fd, &info, WEXITED | WNOHANG), ECHILD);
    close(fd);
    close(another);
}

/* Who sleeps in poll hears of both. */
static void pollers_are_woken(void)
{
    pid_t sleeper = start_child(pause_forever, NULL);
    struct pollfd p = { .fd = open_pidfd(sleeper, 0), .events = 0 };
    pid_t killer = fork();

    REQUIRE(killer >= 0);
    if (!killer) {
        usleep(20000);
        _exit(kill(sleeper, SIGKILL));
    }
    EXPECT_EQ(ready(p.fd, -1), POLLIN);
    EXPECT_CHILD(killer);
    killer = fork();
    if (!killer)
        _exit(poll(&p, 1, -1) != 1 || p.revents != POLLHUP);
    wait_until(killer, 'S');
    EXPECT_EQ(wait_child(sleeper), SIGKILL);
    EXPECT_CHILD(killer);
    close(p.fd);
}

static int wait_and_end(void *gate)
{
    wait_gate(gate);
    _exit(7);
}

/* Only its first thread ends at once. */
static void end_in_two_steps(void *gate)
{
    start_real_thread(wait_and_end, gate);
    syscall(SYS_exit, 0);
}

static void all_threads_count(void)
{
    struct gate may_end;
    pid_t pid;
    int fd;

    open_gate(&may_end);
    pid = start_child(end_in_two_steps, &may_end);
    fd = open_pidfd(pid, 0);
    EXPECT_EQ(ready(fd, 50), 0);
    EXPECT_OK(pidfd_send_signal(fd, 0, NULL, 0));
    signal_gate(&may_end);
    EXPECT_EQ(ready(fd, -1), POLLIN);
    EXPECT_EQ(wait_child(pid), 7 << 8);
    close_gate(&may_end);
    close(fd);
}

/* waitid */

static void end_at_once(void *arg)
{
    (void)arg;
}

static void waitid_takes_it(void)
{
    pid_t other = start_child(end_at_once, NULL), pid = start_child(pause_forever, NULL);
    int fd = open_pidfd(pid, 0), eager = open_pidfd(pid, PIDFD_NONBLOCK);
    siginfo_t info = { .si_pid = 1 };

    EXPECT_OK(wait_pidfd(fd, &info, WEXITED | WNOHANG));
    EXPECT_EQ(info.si_pid, 0);
    EXPECT_ERROR(wait_pidfd(eager, &info, WEXITED), EAGAIN);
    EXPECT_OK(wait_pidfd(eager, &info, WEXITED | WNOHANG));
    kill(pid, SIGKILL);
    EXPECT_OK(wait_pidfd(fd, &info, WEXITED | WNOWAIT));
    EXPECT_OK(wait_pidfd(eager, &info, WEXITED));
    EXPECT_EQ(info.si_pid, pid);
    EXPECT_EQ(info.si_code, CLD_KILLED);
    EXPECT_EQ(info.si_status, SIGKILL);
    EXPECT_CHILD(other);
    close(fd);
    close(eager);
}

static void waitid_refuses(void)
{
    int me = open_pidfd(getpid(), 0);
    siginfo_t info;

    EXPECT_ERROR(wait_pidfd(me, &info, WEXITED), ECHILD);
    EXPECT_ERROR(wait_pidfd(STDOUT_FILENO, &info, WEXITED), EBADF);
    EXPECT_ERROR(wait_pidfd(1000, &info, WEXITED), EBADF);
    EXPECT_ERROR(wait_pidfd(-1, &info, WEXITED), EINVAL);
    EXPECT_ERROR(wait_pidfd(me, &info, WNOHANG), EINVAL);
    close(me);
}

/* Another's files */

struct owner {
    struct gate is_ready;
    int pipe[2];
};

static void own_a_pipe(void *arg)
{
    struct owner *o = arg;

    close(o->pipe[1]);
    signal_gate(&o->is_ready);
    pause_forever(NULL);
}

static void files_are_shared(void)
{
    struct owner o;
    pid_t pid;
    int fd, end;
    char c = 0;

    open_gate(&o.is_ready);
    REQUIRE(pipe(o.pipe) == 0);
    pid = start_child(own_a_pipe, &o);
    wait_gate(&o.is_ready);
    close(o.pipe[0]);
    fd = open_pidfd(pid, 0);
    end = pidfd_getfd(fd, o.pipe[0], 0);
    EXPECT(end >= 0);
    EXPECT_EQ(fcntl(end, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(write(o.pipe[1], "x", 1), 1);
    EXPECT_EQ(read(end, &c, 1), 1);
    EXPECT_EQ(c, 'x');
    EXPECT_ERROR(pidfd_getfd(fd, o.pipe[1], 0), EBADF);
    EXPECT_ERROR(pidfd_getfd(fd, -1, 0), EBADF);
    EXPECT_ERROR(pidfd_getfd(fd, 0, 1), EINVAL);
    EXPECT_ERROR(pidfd_getfd(STDOUT_FILENO, 0, 0), EBADF);
    end_child(pid);
    EXPECT_EQ(write(o.pipe[1], "y", 1), 1);
    EXPECT_EQ(read(end, &c, 1), 1);
    close(fd);
    close(end);
    close(o.pipe[1]);
    close_gate(&o.is_ready);
}

static void look_as_bob(void *pidfd)
{
    int fd = *(int *)pidfd;

    become_user(BOB, BOB);
    EXPECT_ERROR(pidfd_send_signal(fd, 0, NULL, 0), EPERM);
    EXPECT_ERROR(pidfd_getfd(fd, 0, 0), EPERM);
    EXPECT_EQ(ready(fd, 0), 0);
}

static void other_users(void)
{
    pid_t pid = start_child(pause_forever, NULL);
    int fd = open_pidfd(pid, 0);

    EXPECT_EQ(run_child(look_as_bob, &fd), 0);
    end_child(pid);
    close(fd);
}

/* clone gives one with the child */

static int have_no_pidfd(void *pidfd)
{
    int fd = *(int *)pidfd;

    _exit(fd == -1 ? 0 : 1);
}

static void clone_makes_one(void)
{
    int fd = -1;
    pid_t pid = clone(have_no_pidfd, thread_stack + sizeof(thread_stack), CLONE_PIDFD | SIGCHLD, &fd,
                      &fd);
    siginfo_t info;

    REQUIRE(pid > 0);
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_OK(wait_pidfd(fd, &info, WEXITED));
    EXPECT_EQ(info.si_pid, pid);
    EXPECT_EQ(info.si_status, 0);
    close(fd);
}

/* Its table was copied before. */
static void clone3_makes_one(void)
{
    int fd = -1, tid = -1;
    struct clone_args args = { .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uintptr_t)&fd,
                               .parent_tid = (uintptr_t)&tid, .exit_signal = SIGCHLD };
    int next = dup(STDOUT_FILENO);
    pid_t pid;

    close(next);
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        _exit(fcntl(next, F_GETFD) != -1);
    EXPECT_EQ(tid, pid);
    EXPECT_EQ(fd, next);
    EXPECT_CHILD(pid);
    EXPECT_EQ(ready(fd, 0), POLLIN | POLLHUP);
    close(fd);
}

static void clone_refuses(void)
{
    struct rlimit few = { .rlim_cur = 3, .rlim_max = 1024 };
    int fd = -1, next = dup(STDOUT_FILENO);
    struct clone_args args = { .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uintptr_t)&fd,
                               .parent_tid = (uintptr_t)&fd, .exit_signal = SIGCHLD };

    close(next);
    EXPECT_ERROR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL);
    EXPECT_ERROR(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, 0, &fd, 0, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8, 0, 0), EFAULT);
    EXPECT_ERROR(fcntl(next, F_GETFD), EBADF);
    for (next = 0; next < 3; next++)
        REQUIRE(dup(STDOUT_FILENO) >= 0);
    EXPECT_OK(setrlimit(RLIMIT_NOFILE, &few));
    EXPECT_ERROR(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0), EMFILE);
    EXPECT_ERROR(pidfd_open(getpid(), 0), EMFILE);
    EXPECT_ERROR(waitpid(-1, NULL, 0), ECHILD);
    EXPECT_EQ(fd, -1);
}

static const struct test tests[] = {
    TEST(what_it_is),
    CHILD_TEST(what_has_none),
    TEST(signals_arrive),
    CHILD_TEST(what_may_be_said),
    TEST(folders_do),
    TEST(zombie_and_gone),
    TEST(pollers_are_woken),
    TEST(all_threads_count),
    TEST(waitid_takes_it),
    TEST(waitid_refuses),
    TEST(files_are_shared),
    TEST(other_users),
    TEST(clone_makes_one),
    TEST(clone3_makes_one),
    CHILD_TEST(clone_refuses),
};

TEST_MAIN(tests)
