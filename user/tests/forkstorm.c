/* SPDX-License-Identifier: MIT */
/*
 * forkstorm.c - many processes: made, replaced, ended, awaited.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

static void exit_with(void *arg)
{
    _exit((int)(intptr_t)arg);
}

static pid_t start_sleeper(void)
{
    return start_child(pause_forever, NULL);
}

/* Exit codes and signals */

static void exit_codes(void)
{
    static const int codes[] = { 0, 1, 2, 42, 127, 128, 200, 255, 256, 259, -1 };

    for (size_t i = 0; i < COUNT(codes); i++)
        EXPECT_EQ(run_child(exit_with, (void *)(intptr_t)codes[i]), (codes[i] & 0xff) << 8);
}

static void raise_it(void *arg)
{
    signal((int)(intptr_t)arg, SIG_DFL);
    raise((int)(intptr_t)arg);
}

static void killed_by(void)
{
    static const int sigs[] = { SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGPIPE, SIGALRM, SIGTERM };

    for (size_t i = 0; i < COUNT(sigs); i++)
        EXPECT_EQ(run_child(raise_it, (void *)(intptr_t)sigs[i]), sigs[i]);
}

/* A storm: each child exits, or execs a program that exists or one that does not. */

#define STORM 120

static pid_t storm_pids[STORM];

static void become(const char *path)
{
    char *const argv[] = { (char *)(uintptr_t)path, NULL };

    execv(path, argv);
    _exit(errno == ENOENT ? 100 : errno == EACCES ? 101 : 102);
}

static void storm_child(int kind)
{
    if (kind % 6 == 0)
        become("/bin/true");
    if (kind % 6 == 1)
        become("/bin/false");
    if (kind % 6 == 2)
        become("/bin/no-such-program");
    if (kind % 6 == 3)
        become("/tmp");
    if (kind % 6 == 4)
        _exit(kind & 0x3f);
    raise(SIGTERM);
}

static int storm_status(int kind)
{
    static const int status[] = { 0, 1 << 8, 100 << 8, 101 << 8, 0, SIGTERM };

    return kind % 6 == 4 ? (kind & 0x3f) << 8 : status[kind % 6];
}

static void collect_any(int started)
{
    int status, i = 0;
    pid_t pid = wait(&status);

    while (i < started && storm_pids[i] != pid)
        i++;
    REQUIRE(i < started);
    EXPECT_EQ(status, storm_status(i));
    storm_pids[i] = 0;
}

static void storm(void)
{
    int live = 0;

    for (int i = 0; i < STORM; i++) {
        storm_pids[i] = fork();
        REQUIRE(storm_pids[i] >= 0);
        if (storm_pids[i] == 0)
            storm_child(i);
        for (live++; live > (int)rand_below(&test_rand, 12); live--)
            collect_any(i + 1);
    }
    for (; live > 0; live--)
        collect_any(STORM);
    EXPECT_ERROR(wait(NULL), ECHILD);
}

/* The same from several processes at once. */

static void small_storm(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();

        REQUIRE(pid >= 0);
        if (pid == 0)
            storm_child(i);
        EXPECT_EQ(wait_child(pid), storm_status(i));
    }
}

static void storms_side_by_side(void)
{
    pid_t child[4];

    for (size_t i = 0; i < COUNT(child); i++)
        child[i] = start_child(small_storm, NULL);
    for (size_t i = 0; i < COUNT(child); i++)
        EXPECT_CHILD(child[i]);
}

/* Generations: each process is the child of the one before. */

static void descend(void *arg)
{
    intptr_t depth = (intptr_t)arg;

    if (depth > 0)
        _exit(WEXITSTATUS(run_child(descend, (void *)(depth - 1))) + 1);
}

static void generations(void)
{
    EXPECT_EQ(run_child(descend, (void *)30), 30 << 8);
}

static void spread(void *arg)
{
    intptr_t depth = (intptr_t)arg;
    pid_t left, right;

    if (depth == 0)
        return;
    left = start_child(spread, (void *)(depth - 1));
    right = start_child(spread, (void *)(depth - 1));
    EXPECT_CHILD(left);
    EXPECT_CHILD(right);
}

static void broad_tree(void)
{
    EXPECT_EQ(run_child(spread, (void *)5), 0);
}

/* vfork: the child runs on the parent's memory, and the parent waits for it. */

static volatile int vfork_mark;

static void vfork_then_exit(void)
{
    pid_t pid;
    int status;

    vfork_mark = 1;
    pid = vfork();
    if (pid == 0) {
        vfork_mark = 2;
        _exit(7);
    }
    REQUIRE(pid > 0);
    EXPECT_EQ(vfork_mark, 2);
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 7 << 8);
}

static pid_t vfork_program(const char *path)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execl(path, path, (char *)NULL);
        _exit(99);
    }
    return pid;
}

static void vfork_then_exec(void)
{
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(wait_child(vfork_program("/bin/true")), 0);
        EXPECT_EQ(wait_child(vfork_program("/bin/false")), 1 << 8);
    }
}

static void vfork_exec_fails(void)
{
    volatile int error = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        execl("/bin/no-such-program", "x", (char *)NULL);
        error = errno;
        _exit(3);
    }
    REQUIRE(pid > 0);
    EXPECT_EQ(error, ENOENT);
    EXPECT_EQ(wait_child(pid), 3 << 8);
}

/* The killed child releases its parent as well. */
static void vfork_child_killed(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    REQUIRE(pid > 0);
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

/* Zombies */

static void zombies_in_any_order(void)
{
    pid_t child[20];

    for (size_t i = 0; i < COUNT(child); i++)
        child[i] = start_child(exit_with, (void *)i);
    for (size_t i = 0; i < COUNT(child); i++)
        wait_until(child[i], 'Z');
    EXPECT_OK(kill(child[0], SIGTERM));         /* a zombie takes no notice */
    for (size_t i = COUNT(child); i-- > 0;)
        EXPECT_EQ(wait_child(child[i]), (int)i << 8);
    EXPECT_ERROR(kill(child[0], 0), ESRCH);
}

/* wait4 and waitid */

static void waiting_for_nobody(void)
{
    pid_t child = start_sleeper();

    EXPECT_ERROR(waitpid(1, NULL, 0), ECHILD);
    EXPECT_ERROR(waitpid(child + 1000, NULL, 0), ECHILD);
    EXPECT_ERROR(waitpid(-(child + 1000), NULL, WNOHANG), ECHILD);
    EXPECT_ERROR(waitpid(-1, NULL, 0x40), EINVAL);
    EXPECT_EQ(waitpid(-1, NULL, WNOHANG), 0);
    EXPECT_EQ(waitpid(child, NULL, WNOHANG), 0);
    end_child(child);
    EXPECT_ERROR(waitpid(-1, NULL, 0), ECHILD);
    EXPECT_ERROR(waitpid(-1, NULL, WNOHANG), ECHILD);
    EXPECT_ERROR(waitpid(child, NULL, 0), ECHILD);
}

static void waiting_by_group(void)
{
    pid_t same = start_child(exit_with, (void *)1), other = start_sleeper();

    EXPECT_OK(setpgid(other, other));
    EXPECT_EQ(waitpid(0, NULL, 0), same);
    EXPECT_ERROR(waitpid(0, NULL, 0), ECHILD);
    EXPECT_EQ(waitpid(-other, NULL, WNOHANG), 0);
    EXPECT_OK(kill(other, SIGTERM));
    EXPECT_EQ(waitpid(-other, NULL, 0), other);
}

static void stops_and_continues(void)
{
    pid_t child = start_sleeper();
    int status;

    EXPECT_OK(kill(child, SIGSTOP));
    EXPECT_EQ(waitpid(child, &status, WUNTRACED), child);
    EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    EXPECT_EQ(state_of(child), 'T');
    EXPECT_EQ(waitpid(child, &status, WUNTRACED | WNOHANG), 0);     /* told only once */
    EXPECT_OK(kill(child, SIGCONT));
    EXPECT_EQ(waitpid(child, &status, WCONTINUED), child);
    EXPECT(WIFCONTINUED(status));
    EXPECT_EQ(waitpid(child, &status, WCONTINUED | WUNTRACED | WNOHANG), 0);
    EXPECT_OK(kill(child, SIGSTOP));
    EXPECT_EQ(waitpid(child, &status, WUNTRACED), child);
    end_child(child);                                               /* though it is stopped */
}

static long wait_id(int type, pid_t id, siginfo_t *info, int options)
{
    return syscall(SYS_waitid, type, id, info, options, NULL);
}

static void expect_info(const siginfo_t *info, int code, pid_t pid, int status)
{
    EXPECT_EQ(info->si_signo, SIGCHLD);
    EXPECT_EQ(info->si_errno, 0);
    EXPECT_EQ(info->si_code, code);
    EXPECT_EQ(info->si_pid, pid);
    EXPECT_EQ(info->si_uid, getuid());
    EXPECT_EQ(info->si_status, status);
}

static void waitid_looks_and_takes(void)
{
    pid_t child = start_child(exit_with, (void *)5), sleeper = start_sleeper();
    siginfo_t info;

    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(wait_id(P_PID, child, &info, WEXITED | WNOWAIT), 0);
        expect_info(&info, CLD_EXITED, child, 5);
    }
    EXPECT_EQ(wait_id(P_ALL, 0, &info, WEXITED), 0);
    expect_info(&info, CLD_EXITED, child, 5);
    EXPECT_ERROR(wait_id(P_PID, child, &info, WEXITED), ECHILD);

    memset(&info, 0xff, sizeof(info));
    EXPECT_EQ(wait_id(P_PID, sleeper, &info, WEXITED | WNOHANG), 0);
    EXPECT_EQ(info.si_signo, 0);
    EXPECT_EQ(info.si_pid, 0);
    EXPECT_OK(kill(sleeper, SIGSTOP));
    EXPECT_EQ(wait_id(P_PID, sleeper, &info, WSTOPPED), 0);
    expect_info(&info, CLD_STOPPED, sleeper, SIGSTOP);
    EXPECT_OK(kill(sleeper, SIGCONT));
    EXPECT_EQ(wait_id(P_PID, sleeper, &info, WCONTINUED), 0);
    expect_info(&info, CLD_CONTINUED, sleeper, SIGCONT);
    EXPECT_OK(kill(sleeper, SIGTERM));
    EXPECT_EQ(wait_id(P_PGID, getpgrp(), &info, WEXITED), 0);
    expect_info(&info, CLD_KILLED, sleeper, SIGTERM);
}

static void waitid_refuses(void)
{
    pid_t child = start_sleeper();
    siginfo_t info;

    EXPECT_ERROR(wait_id(P_ALL, 0, &info, 0), EINVAL);
    EXPECT_ERROR(wait_id(P_ALL, 0, &info, WNOHANG), EINVAL);
    EXPECT_ERROR(wait_id(P_ALL, 0, &info, WEXITED | 0x100), EINVAL);
    EXPECT_ERROR(wait_id(77, 0, &info, WEXITED), EINVAL);
    EXPECT_ERROR(wait_id(P_PID, 0, &info, WEXITED), EINVAL);
    EXPECT_ERROR(wait_id(P_PID, child + 1000, &info, WEXITED), ECHILD);
    EXPECT_ERROR(wait_id(P_PGID, child + 1000, &info, WEXITED), ECHILD);
    EXPECT_OK(setpgid(child, child));
    EXPECT_ERROR(wait_id(P_PGID, 0, &info, WEXITED | WNOHANG), ECHILD);
    if (getpgrp() != 1)
        EXPECT_ERROR(wait_id(P_PGID, 1, &info, WEXITED | WNOHANG), ECHILD);
    end_child(child);
}

/* With SIGCHLD ignored, or SA_NOCLDWAIT, nobody becomes a zombie. */
static void nobody_waits(void)
{
    struct sigaction no_zombies = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT }, old;

    for (int turn = 0; turn < 2; turn++) {
        if (turn == 0)
            no_zombies.sa_handler = SIG_IGN;
        else
            no_zombies.sa_handler = SIG_DFL;
        EXPECT_OK(sigaction(SIGCHLD, &no_zombies, &old));
        for (int i = 0; i < 5; i++)
            start_child(exit_with, (void *)3);
        EXPECT_ERROR(wait(NULL), ECHILD);       /* waits until all have gone */
        EXPECT_OK(sigaction(SIGCHLD, &old, NULL));
    }
}

/* Usage: of oneself, of children once they are waited for. */

static long usec_used(const struct rusage *r)
{
    return (r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1000000L + r->ru_utime.tv_usec
           + r->ru_stime.tv_usec;
}

static void work_hard(void *arg)
{
    struct rusage usage;
    char *p = map_anon(64 * PAGE);

    (void)arg;
    for (size_t i = 0; i < 64; i++)
        p[i * PAGE] = 1;
    do
        getrusage(RUSAGE_SELF, &usage);
    while (usec_used(&usage) < 20000);
    EXPECT(usage.ru_minflt >= 64);
    EXPECT(usage.ru_maxrss >= 64 * 4);
}

static void usage_of_children(void)
{
    struct rusage before, after, self, of_child;
    pid_t child = start_child(work_hard, NULL);
    int status;

    EXPECT_OK(getrusage(RUSAGE_CHILDREN, &before));
    wait_until(child, 'Z');
    EXPECT_OK(getrusage(RUSAGE_CHILDREN, &after));
    EXPECT_EQ(usec_used(&after), usec_used(&before));       /* not before it is waited for */
    EXPECT_EQ(wait4(child, &status, 0, &of_child), child);
    EXPECT_EQ(status, 0);
    EXPECT(usec_used(&of_child) >= 20000);
    EXPECT(of_child.ru_minflt >= 64);
    EXPECT_OK(getrusage(RUSAGE_CHILDREN, &after));
    EXPECT(usec_used(&after) >= usec_used(&before) + 20000);
    EXPECT(after.ru_minflt >= before.ru_minflt + 64);
    EXPECT_OK(getrusage(RUSAGE_SELF, &self));
    EXPECT_ERROR(getrusage(99, &self), EINVAL);
}

/* What a child has and what it does not */

static void look_at_inheritance(void *arg)
{
    struct itimerval timer;
    sigset_t set;
    struct stat st;
    pid_t parent = (pid_t)(intptr_t)arg;

    EXPECT_EQ(getppid(), parent);
    EXPECT_EQ(getpgrp(), getpgid(parent));
    EXPECT_EQ(getsid(0), getsid(parent));
    EXPECT_EQ(umask(0), 027);
    EXPECT_OK(sigprocmask(SIG_SETMASK, NULL, &set));
    EXPECT(sigismember(&set, SIGUSR2));
    EXPECT_OK(sigpending(&set));
    EXPECT(!sigismember(&set, SIGUSR2));        /* pending signals are not inherited */
    EXPECT_OK(syscall(SYS_getitimer, 0, &timer));
    EXPECT_EQ(timer.it_value.tv_sec, 0);        /* nor are timers */
    EXPECT_OK(fstat(7, &st));
    EXPECT_EQ(lseek(7, 0, SEEK_CUR), 3);
    EXPECT_EQ(lseek(7, 5, SEEK_SET), 5);        /* the position is shared */
    close(7);
}

static void inheritance(void)
{
    mode_t mask = umask(027);
    sigset_t set, old;
    int fd = open("/bin/true", O_RDONLY);

    REQUIRE(fd >= 0 && dup2(fd, 7) == 7);
    close(fd);
    EXPECT_EQ(lseek(7, 3, SEEK_SET), 3);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &old);
    raise(SIGUSR2);
    alarm(1000);
    EXPECT_EQ(run_child(look_at_inheritance, (void *)(intptr_t)getpid()), 0);
    EXPECT_EQ(lseek(7, 0, SEEK_CUR), 5);
    EXPECT(alarm(0) > 0);
    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGUSR2, SIG_DFL);
    umask(mask);
    close(7);
}

/* RLIMIT_NPROC stops a user, not root; what was refused leaves nothing behind. */
static void fork_too_many(void *arg)
{
    struct rlimit limit = { 5, 5 };
    pid_t child[5];
    int n;

    (void)arg;
    EXPECT_OK(setrlimit(RLIMIT_NPROC, &limit));
    EXPECT_OK(setgid(1234));
    EXPECT_OK(setuid(1234));
    for (n = 0; n < 5; n++) {
        child[n] = fork();
        if (child[n] == 0)
            pause_forever(NULL);
        if (child[n] < 0)
            break;
    }
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(n, 4);                            /* and this process */
    while (n-- > 0)
        end_child(child[n]);
    EXPECT_EQ(run_child(exit_with, (void *)9), 9 << 8);
}

static void too_many_processes(void)
{
    if (getuid())
        skip("needs root");
    EXPECT_EQ(run_child(fork_too_many, NULL), 0);
}

static void clone_refuses(void)
{
    EXPECT_ERROR(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS, 0, 0, 0, 0), EINVAL);
}

/* Process numbers: as fork returned them, and none twice. */
static void report_pid(void *arg)
{
    int *fd = arg;
    pid_t me = getpid();

    EXPECT_EQ(gettid(), me);
    EXPECT_EQ(write(fd[1], &me, sizeof(me)), sizeof(me));
}

static void numbers(void)
{
    pid_t child[20], said;
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    for (size_t i = 0; i < COUNT(child); i++) {
        child[i] = start_child(report_pid, fd);
        EXPECT_EQ(read(fd[0], &said, sizeof(said)), sizeof(said));
        EXPECT_EQ(said, child[i]);
        for (size_t j = 0; j < i; j++)
            EXPECT(child[j] != child[i]);
    }
    for (size_t i = 0; i < COUNT(child); i++)
        EXPECT_CHILD(child[i]);
    close(fd[0]);
    close(fd[1]);
}

static const struct test tests[] = {
    TEST(exit_codes),
    TEST(killed_by),
    TEST(storm),
    TEST(storms_side_by_side),
    TEST(generations),
    TEST(broad_tree),
    TEST(vfork_then_exit),
    TEST(vfork_then_exec),
    TEST(vfork_exec_fails),
    TEST(vfork_child_killed),
    TEST(zombies_in_any_order),
    TEST(waiting_for_nobody),
    TEST(waiting_by_group),
    TEST(stops_and_continues),
    TEST(waitid_looks_and_takes),
    TEST(waitid_refuses),
    TEST(nobody_waits),
    TEST(usage_of_children),
    TEST(inheritance),
    TEST(too_many_processes),
    TEST(clone_refuses),
    TEST(numbers),
};

TEST_MAIN(tests)
