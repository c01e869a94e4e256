/* SPDX-License-Identifier: MIT */
/*
 * failtest.c - every operation with its n-th allocation refused, for n from 1 on.
 *
 * Whatever fails must fail as a whole: with an errno, and without leaving behind
 * a frame, an object or a reference, which runtest counts.  A copy that finds no
 * memory may end the process, so each attempt is made by a child.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define DEPTH 40        /* more allocations than any operation here makes */

static const uint32_t sites[] = { DEBUG_FAIL_PAGE, DEBUG_FAIL_SLAB, DEBUG_FAIL_VMALLOC };

static char *const program[] = { "/bin/true", "an argument", NULL };

static void fork_once(void)
{
    pid_t pid = fork();

    if (!pid)
        _exit(0);
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

static void exec_once(void)
{
    execv(program[0], program);
}

static void fork_and_exec(void)
{
    pid_t pid = vfork();

    if (!pid) {
        execv(program[0], program);
        _exit(1);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

static void map_and_cut(void)
{
    char *p = mmap(NULL, 8 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
                   -1, 0);

    if (p == MAP_FAILED)
        return;
    mprotect(p + MB, PAGE, PROT_READ);
    mprotect(p + 3 * MB, PAGE, PROT_NONE);
    munmap(p + 5 * MB, PAGE);
    fork_once();
    munmap(p, 8 * MB);
}

static void map_file(void)
{
    int fd = open(program[0], O_RDONLY);
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    if (p != MAP_FAILED) {
        p[0] = 1;
        mprotect(p + PAGE, PAGE, PROT_READ);
        madvise(p + 2 * PAGE, 2 * PAGE, MADV_WILLNEED);
        munmap(p, 4 * PAGE);
    }
    close(fd);
}

static void advise(void)
{
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return;
    madvise(p + PAGE, PAGE, MADV_RANDOM);
    madvise(p + 3 * PAGE, 2 * PAGE, MADV_WIPEONFORK);
    madvise(p, 6 * PAGE, MADV_POPULATE_WRITE);
    madvise(p, 2 * PAGE, MADV_DONTNEED);
    madvise(p + 5 * PAGE, PAGE, MADV_DONTFORK);
    fork_once();
    munmap(p, 8 * PAGE);
}

static void lock(void)
{
    int fd = memfd_create("failtest", MFD_ALLOW_SEALING);
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *q = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LOCKED, fd, 0);

    if (p != MAP_FAILED) {
        mlock(p + 2 * PAGE, 4 * PAGE);
        mlock2(p + 3 * PAGE, PAGE, MLOCK_ONFAULT);
        munlock(p + 4 * PAGE, PAGE);
        munmap(p, 8 * PAGE);
    }
    if (q != MAP_FAILED)
        munmap(q, 2 * PAGE);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
    close(fd);
}

static void grow_heap(void)
{
    char *p = sbrk(MB);

    if (p != (char *)-1)
        p[MB - 1] = 1;
}

static void use_files(void)
{
    int fd = open("/tmp/failtest", O_CREAT | O_RDWR, 0600);

    write(fd, program[0], 8);
    fcntl(fd, F_DUPFD, 500);
    close(fd);
    unlink("/tmp/failtest");
    mkdir("/tmp/failtest.d", 0700);
    rmdir("/tmp/failtest.d");
}

static void use_pipe(void)
{
    int fd[2];

    if (pipe(fd) < 0)
        return;
    struct pollfd p[2] = { { fd[0], POLLIN, 0 }, { fd[1], POLLOUT, 0 } };

    write(fd[1], program[0], 4);
    poll(p, 2, 0);
    close(fd[0]);
    close(fd[1]);
}

static void use_sockets(void)
{
    int fd[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0)
        return;
    write(fd[0], program[0], 4);
    close(fd[1]);
    close(fd[0]);
}

/* A connection by a path, and a message of more than a page with a file. */
static void connect_sockets(void)
{
    static const struct sockaddr_un name = { AF_UNIX, "/tmp/failtest.s" };
    static char text[3 * PAGE];
    struct iovec piece = { text, sizeof(text) };
    struct {
        struct cmsghdr header;
        int fd;
    } control = { { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS }, 1 };
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
                          .msg_controllen = sizeof(control) };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
    int client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0), server;

    bind(fd, &name, sizeof(name));
    listen(fd, 1);
    connect(client, &name, sizeof(name));
    sendmsg(client, &msg, MSG_NOSIGNAL);
    server = accept(fd, NULL, NULL);
    recvmsg(server, &msg, MSG_PEEK | MSG_DONTWAIT);
    msg.msg_controllen = sizeof(control);
    recvmsg(server, &msg, MSG_DONTWAIT);
    unlink(name.sun_path);
    close(server);
    close(client);
    close(fd);
}

static void use_splice(void)
{
    int file = open(program[0], O_RDONLY), a[2], b[2];

    if (pipe(a) == 0 && pipe(b) == 0) {
        splice(file, NULL, a[1], NULL, 3 * PAGE, SPLICE_F_NONBLOCK);
        tee(a[0], b[1], PAGE + 1, SPLICE_F_NONBLOCK);
        splice(a[0], NULL, b[1], NULL, PAGE + 1, SPLICE_F_NONBLOCK);
    }
    close(file);
}

static void use_sets(void)
{
    int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(1, 0);
    struct epoll_event e = { .events = EPOLLIN };

    epoll_ctl(inner, EPOLL_CTL_ADD, fd, &e);
    epoll_ctl(outer, EPOLL_CTL_ADD, inner, &e);
    epoll_wait(outer, &e, 1, 0);
    close(fd);
    close(inner);
    close(outer);
}

static void use_counter(void)
{
    int fd = eventfd(3, EFD_CLOEXEC);
    eventfd_t value;

    eventfd_read(fd, &value);
    close(fd);
}

static void use_signal_file(void)
{
    sigset_t set = 1UL << (SIGUSR1 - 1);
    int fd = signalfd(-1, &set, SFD_NONBLOCK);
    struct signalfd_siginfo info;

    read(fd, &info, sizeof(info));
    close(fd);
}

static void use_pidfd(void)
{
    int fd = pidfd_open(getpid(), 0);
    struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&fd, .exit_signal = SIGCHLD };
    siginfo_t info;

    close(pidfd_getfd(fd, 1, 0));
    close(fd);
    if (syscall(SYS_clone3, &args, sizeof(args)) == 0)
        _exit(0);
    syscall(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL);
    close(fd);
}

static void use_timer(void)
{
    struct itimerspec soon = { .it_value.tv_nsec = 1 };
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t count;
    timer_t timer;

    if (timerfd_settime(fd, 0, &soon, NULL) == 0)
        read(fd, &count, sizeof(count));
    close(fd);
    if (timer_create(CLOCK_MONOTONIC, &(struct sigevent){ .sigev_notify = SIGEV_NONE }, &timer) == 0)
        timer_delete(timer);
}

static void use_terminals(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

    if (master < 0)
        return;
    unlockpt(master);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    write(slave, program[0], 4);
    write(master, program[0], 4);
    close(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    close(master);
    close(slave);
}

static void use_attributes(void)
{
    static const char *const names[] = { "/tmp/failtest.a", "/tests/failtest.a" };
    char value[5000] = "x", list[100];

    for (size_t i = 0; i < COUNT(names); i++) {
        int fd = open(names[i], O_CREAT | O_RDWR, 0600);

        fsetxattr(fd, "user.small", value, 1, 0);
        fsetxattr(fd, "user.large", value, i == 0 ? 5000 : 3000, 0);
        fgetxattr(fd, "user.large", value, sizeof(value));
        flistxattr(fd, list, sizeof(list));
        fremovexattr(fd, "user.small");
        close(fd);
        unlink(names[i]);
    }
}

/* More pieces than fit on the kernel's stack. */
static void copy_pieces(void)
{
    struct iovec here[20], there[20];
    char to[20];

    for (int i = 0; i < 20; i++) {
        here[i] = (struct iovec){ &to[i], 1 };
        there[i] = (struct iovec){ program[0] + i % 9, 1 };
    }
    process_vm_readv(getpid(), here, 20, there, 20, 0);
}

static void look_around(void)
{
    static const char *const names[] = {
        "/proc/self/maps", "/proc/self/status", "/proc/meminfo", "/proc/self/exe", "/bin"
    };
    char buf[512];

    for (size_t i = 0; i < COUNT(names); i++) {
        int fd = open(names[i], O_RDONLY);

        read(fd, buf, sizeof(buf));
        close(fd);
        readlink(names[i], buf, sizeof(buf));
    }
    getcwd(buf, sizeof(buf));
}

static void nothing(int sig)
{
    (void)sig;
}

static void take_signals(void)
{
    signal(SIGUSR1, nothing);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
}

struct attempt {
    void (*run)(void);
    struct debug_fail order;
};

static void make_attempt(void *arg)
{
    struct attempt *a = arg;

    if (debug_call(DEBUG_FAIL_NTH, (uintptr_t)&a->order, 0) < 0)
        _exit(2);
    a->run();
    _exit(0);
}

/* Killed for want of memory or a signal frame is a good end; a strange exit code is not. */
static bool is_good_end(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV;
    return WEXITSTATUS(status) == 0;
}

static void refuse_each(void (*run)(void))
{
    need_debug_call();
    for (size_t site = 0; site < COUNT(sites); site++)
        for (uint64_t n = 1; n <= DEPTH; n++) {
            struct attempt a = { .run = run, .order = { .sites = sites[site], .nth = n } };

            EXPECT(is_good_end(run_child(make_attempt, &a)));
        }
}

#define REFUSE(operation)                                                      \
    static void operation##_fails(void)                                        \
    {                                                                          \
        refuse_each(operation);                                                \
    }

REFUSE(fork_once)
REFUSE(exec_once)
REFUSE(fork_and_exec)
REFUSE(map_and_cut)
REFUSE(map_file)
REFUSE(advise)
REFUSE(lock)
REFUSE(grow_heap)
REFUSE(use_files)
REFUSE(use_pipe)
REFUSE(use_sockets)
REFUSE(connect_sockets)
REFUSE(use_splice)
REFUSE(use_sets)
REFUSE(use_counter)
REFUSE(use_signal_file)
REFUSE(use_pidfd)
REFUSE(use_timer)
REFUSE(use_terminals)
REFUSE(use_attributes)
REFUSE(copy_pieces)
REFUSE(look_around)
REFUSE(take_signals)

static const struct test tests[] = {
    TEST(fork_once_fails), TEST(exec_once_fails), TEST(fork_and_exec_fails),
    TEST(map_and_cut_fails), TEST(map_file_fails), TEST(advise_fails), TEST(lock_fails),
    TEST(grow_heap_fails),
    TEST(use_files_fails), TEST(use_pipe_fails), TEST(use_sockets_fails),
    TEST(connect_sockets_fails), TEST(use_splice_fails), TEST(use_sets_fails),
    TEST(use_counter_fails), TEST(use_signal_file_fails), TEST(use_pidfd_fails),
    TEST(use_timer_fails), TEST(use_terminals_fails), TEST(use_attributes_fails),
    TEST(copy_pieces_fails), TEST(look_around_fails), TEST(take_signals_fails),
};

TEST_MAIN(tests)
