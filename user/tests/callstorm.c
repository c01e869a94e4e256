/* SPDX-License-Identifier: MIT */
/*
 * callstorm.c - system calls at random, by an ordinary user: with arguments of the kinds that
 * strace knows them to have, and with others.
 *
 * Nobody looks at what the calls say.  The kernel has to go on, nobody may wait for ever who
 * is told to end, and when all have ended nothing of theirs may be left.
 *
 * CALLSTORM_WORKERS in the environment: how many processes, one after the other.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include "lib/abi/call_trace.h"
#include "lib/abi/futex.h"
#include "user/bin/strace/calls.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define CALLS 600               /* of one worker */
#define PATIENCE 1000           /* milliseconds that it gets */
#define ARENA_PAGES 64UL
#define ARENA_SIZE (ARENA_PAGES * PAGE)
#define MOST_FDS 48

static const char *const folders[] = { "/tmp/callstorm.tmp", "/callstorm.tmp" };
static char *arena;
static long results[8];         /* of the latest calls: descriptors, addresses, numbers */

/* ---- arguments -------------------------------------------------------------------------- */

static long below(long n)
{
    return (long)rand_below(&test_rand, (uint64_t)n);
}

static long pick(const long *from, size_t count)
{
    return from[below((long)count)];
}

static long random_size(void)
{
    switch (below(5)) {
    case 0:
        return below(16);
    case 1:
        return below(3 * (long)PAGE);
    case 2:
        return below((long)ARENA_PAGES) * (long)PAGE;
    case 3:
        return 1L << below(63);
    }
    return (1L << below(40)) - 1;
}

static long random_number(void)
{
    static const long ids[] = { 0, -1, 1, ANN, STAFF };

    switch (below(12)) {
    case 0:
        return random_size();
    case 1:
        return pick(ids, COUNT(ids));
    case 2:
        return getpid() + below(3);
    case 3:
        return 1024 + below(16);        /* Linux's own of fcntl(2) */
    case 4:
    case 5:
        return below(4);
    case 6:
        return below(16);
    case 7:
        return pick(results, COUNT(results));
    }
    return below(MOST_FDS);
}

static long random_address(void)
{
    switch (below(16)) {
    case 0:
    case 1:
        return 0;
    case 2:
        return (long)arena + (long)ARENA_SIZE - 8 + below(16);
    case 3:
        return (long)rand_next(&test_rand);
    case 4:
        return -below(1L << 40);
    case 5:
    case 6:
    case 7:
        return (long)arena + below((long)ARENA_PAGES) * (long)PAGE;
    case 8:
        return pick(results, COUNT(results));
    }
    return (long)arena + below((long)ARENA_SIZE / 8) * 8;
}

static long random_path(void)
{
    static const char *const paths[] = {
        "a", "b", "d", "d/a", "d/d", "d/../b", "link", "d/link", "fifo", "socket", "", ".", "..",
        "/", "/tmp", "/proc/self/fd/3", "/proc/self/exe", "/proc/self/maps", "/proc/self/mounts",
        "/proc/self/oom_score_adj", "/dev/null", "/dev/tty", "/dev/ptmx", "/bin/true", "user.name",
        "script", "/proc/self/task", "/dev/zero",
    };

    return (long)paths[below(COUNT(paths))];
}

static long random_bits(void)
{
    switch (below(4)) {
    case 0:
        return 1L << below(14);
    case 1:
        return below(16);
    case 2:
        return (long)(uint32_t)rand_next(&test_rand);
    }
    return 0;
}

static long open_flags(void)
{
    static const long some[] = { O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, O_DIRECTORY,
                                 O_NOFOLLOW, O_PATH, O_CLOEXEC, O_SYNC };
    long flags = below(3);

    for (long n = below(4); n > 0; n--)
        flags |= pick(some, COUNT(some));
    return flags;
}

static long map_flags(void)
{
    static const long some[] = { MAP_ANONYMOUS, MAP_ANONYMOUS, MAP_POPULATE, MAP_NORESERVE,
                                 MAP_GROWSDOWN, MAP_FIXED, MAP_LOCKED };
    long flags = below(4);

    for (long n = below(3); n >= 0; n--)
        flags |= pick(some, COUNT(some));
    return flags;
}

/* Seldom with our memory: the new one would have our stack, too. */
static long clone_flags(void)
{
    long flags = below(2) ? SIGCHLD : below(65);

    for (long n = below(3); n > 0; n--)
        flags |= 0x100L << below(24);
    return below(8) ? flags & ~(long)(CLONE_VM | CLONE_VFORK) : flags;
}

static long random_request(void)
{
    static const long first[] = { 0x5400, 0x5410, 0x5420, 0x5430, 0x541b, 0x4600, 0x1260, 0x7000 };

    return below(8) ? pick(first, COUNT(first)) + below(16) : random_bits();
}

static long argument(char kind)
{
    if (below(16) == 0)
        kind = "dxps"[below(4)];
    switch (kind) {
    case 'd':
        return random_number();
    case 'm':
        return below(02000);
    case 'p':
    case 'b':
    case 'B':
        return random_address();
    case 'f':
        return below(3) ? AT_FDCWD : below(MOST_FDS);
    case 's':
        return below(8) ? random_path() : random_address();
    case 'o':
        return open_flags();
    case 'O':
        return below(3) ? 0 : O_NONBLOCK | O_CLOEXEC;
    case 'r':
        return below(8);
    case 'a':
        return map_flags();
    case 'v':
        return below(26);
    case 'c':
        return clone_flags();
    case 'u':
        return below(11) | (below(2) ? FUTEX_PRIVATE_FLAG : 0);
    case 'g':
        return below(66);
    }
    return random_bits();
}

/* ---- what they point at ----------------------------------------------------------------- */

/* Structures of calls are made of such words. */
static void fill_arena(void)
{
    for (size_t at = 0; at < ARENA_SIZE / 16; at += sizeof(long)) {
        long word = below(3) ? random_number() : below(2) ? random_address() : random_path();

        if (below(4) == 0)
            word = below(1000) | below(1000) << 32;
        memcpy(arena + at, &word, sizeof(word));
    }
}

static void make_files(void)
{
    int fd;

    mkdir("d", 0755);
    symlink("a", "link");
    symlink("../d", "d/link");
    mknod("fifo", S_IFIFO | 0644, 0);
    fd = open("script", O_WRONLY | O_CREAT, 0755);
    (void)!write(fd, "#!/bin/true\n", 12);
    close(fd);
    fd = open("b", O_WRONLY | O_CREAT, 0644);
    (void)!write(fd, arena, 3 * PAGE + 100);
    close(fd);
}

/* One of each kind of file: from descriptor 3 on. */
static void open_files(void)
{
    static const char *const names[] = {
        "d", "b", "/dev/zero", "/dev/null", "/dev/full", "/dev/random", "/proc/self/maps",
        "/proc/self/fd", "/proc/self/pagemap", "/proc/self/smaps", "/proc/self/status",
        "/proc/meminfo", "/proc", "/",
    };
    int fd[2], pty;

    for (int i = 0; i < 3; i++)
        dup2(open("/dev/null", O_RDWR), i);
    open("a", O_RDWR | O_CREAT, 0644);
    open("b", O_RDWR);
    open("a", O_PATH);
    for (size_t i = 0; i < COUNT(names); i++)
        open(names[i], O_RDONLY);
    (void)!pipe2(fd, 0);
    (void)!pipe2(fd, O_NONBLOCK);
    socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fd);
    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd);
    syscall(SYS_eventfd2, 1, 0);
    syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
    syscall(SYS_epoll_create1, 0);
    syscall(SYS_signalfd4, -1, arena, 8, 0);
    syscall(SYS_memfd_create, "memory", 2 /* MFD_ALLOW_SEALING */);
    syscall(SYS_pidfd_open, getpid(), 0);
    syscall(SYS_pidfd_open, getppid(), 0);
    pty = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(pty, TIOCSPTLCK, &(int){ 0 });
    ioctl(pty, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

/* ---- a worker --------------------------------------------------------------------------- */

static void wake(int sig)
{
    (void)sig;
}

static void limit(int resource, rlim_t to)
{
    setrlimit(resource, &(struct rlimit){ to, to });
}

/* What it asks for without end, it gets little of. */
static void set_limits(void)
{
    limit(RLIMIT_NPROC, 12);
    limit(RLIMIT_NOFILE, 128);
    limit(RLIMIT_AS, 16 * MB);
    limit(RLIMIT_FSIZE, 256 * KB);
    limit(RLIMIT_MEMLOCK, MB);
    limit(RLIMIT_CPU, 2);
    limit(RLIMIT_SIGPENDING, 32);
}

/* What sleeps is woken, as long as a call at random has not forbidden it. */
static void wake_often(void)
{
    struct sigaction action = { .sa_handler = wake };
    struct itimerval often = { { 0, 5000 }, { 0, 5000 } };

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

/* Those that end the worker, or wait for the disk, and those that nobody has. */
static bool is_wanted(long nr)
{
    const struct call *call = find_call((uint64_t)nr);

    switch (nr) {
    case SYS_exit:
    case SYS_exit_group:
    case SYS_rt_sigreturn:
        return false;
    case SYS_sync:
    case SYS_syncfs:
    case SYS_fsync:
    case SYS_fdatasync:
        return below(10) == 0;
    }
    return call->name && *call->args != 'x';
}

static void call_something(void)
{
    long nr, arg[6] = { 0 };
    const char *kinds;

    do {
        nr = below(CALL_TRACE_CALLS);
    } while (!is_wanted(nr));
    kinds = find_call((uint64_t)nr)->args;
    kinds += *kinds == '*';
    for (size_t i = 0; i < COUNT(arg) && kinds[i]; i++)
        arg[i] = argument(kinds[i]);
    if (nr == SYS_ioctl)
        arg[1] = random_request();
    results[below(COUNT(results))] = syscall(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

static void work(void *seed)
{
    rand_seed(&test_rand, (uintptr_t)seed);
    setsid();
    set_limits();
    become_user(ANN, STAFF);
    arena = map_anon(ARENA_SIZE);
    fill_arena();
    make_files();
    open_files();
    wake_often();
    for (int i = 0; i < CALLS; i++) {
        if (i % 64 == 63)
            fill_arena();
        call_something();
    }
    _exit(0);
}

/* ---- the end of it ---------------------------------------------------------------------- */

static void kill_all(void *arg)
{
    (void)arg;
    become_user(ANN, STAFF);
    kill(-1, SIGKILL);
}

static void end_workers(void)
{
    run_child(kill_all, NULL);
    while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
        ;
}

static void run_worker(const char *folder)
{
    char *const remove[] = { "rm", "-rf", (char *)(uintptr_t)folder, NULL };
    pid_t pid;

    REQUIRE(mkdir(folder, 0755) == 0 && chown(folder, ANN, STAFF) == 0 && chdir(folder) == 0);
    pid = start_child(work, (void *)rand_next(&test_rand));
    for (int ms = 0; ms < PATIENCE && waitpid(pid, NULL, WNOHANG | __WALL) == 0; ms++)
        usleep(1000);
    end_workers();
    REQUIRE(chdir("/") == 0);
    EXPECT_EQ(run_program("/bin/rm", remove), 0);
}

/* A file that is always there keeps the list of its locks, from the first of them on. */
static void lock_what_stays(void)
{
    static const char *const names[] = {
        "/", "/tmp", "/proc", "/proc/meminfo", "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
        "/dev/tty", "/dev/ptmx", "/bin/true",
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        int fd = open(names[i], O_RDONLY | O_NOCTTY);

        flock(fd, LOCK_SH);
        close(fd);
    }
}

static void nothing_breaks(void)
{
    const char *workers = getenv("CALLSTORM_WORKERS");

    if (!has_debug_call())
        skip("may be too much for a kernel that has to go on afterwards");
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    lock_what_stays();
    REQUIRE(chmod("/tmp", 0755) == 0);      /* nobody makes anything outside his folder */
    for (int n = workers ? atoi(workers) : 30; n > 0; n--)
        run_worker(folders[n % 2]);
    REQUIRE(chmod("/tmp", 01777) == 0);
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == 0);
}

static const struct test tests[] = { TEST(nothing_breaks) };
TEST_MAIN(tests)
