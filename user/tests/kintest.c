/* SPDX-License-Identifier: MIT */
/*
 * kintest.c - what parents, children, threads and groups hear of each other when two things
 * happen at once: a signal and a fork, a signal and an end, a stop and a kill.
 */
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

/* Threads of one process, without thread-local storage of their own: they look at no errno. */

static char stacks[2][16 * KB] __attribute__((aligned(16)));

static int start_thread(size_t n, int (*function)(void *))
{
    return clone(function, stacks[n] + sizeof(stacks[n]), THREAD, NULL);
}

static void end_thread(int status)
{
    syscall(SYS_exit, status);
    __builtin_unreachable();
}

static uint64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void spin_us(uint64_t us)
{
    for (uint64_t end = now_us() + us; now_us() < end;)
        ;
}

static void sleep_us(long us)
{
    nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

static void end_well(void *arg)
{
    (void)arg;
}

/* Some seconds at most for WORD to be no longer 0. */
static bool comes_true(const volatile int *word)
{
    for (int ms = 0; ms < 20000 && !*word; ms++)
        sleep_us(1000);
    return *word;
}

/* A signal of the process for which one thread was woken that then does not take it */

static volatile int ready, leaving, handled;
static struct gate gate;

static void count(int sig)
{
    (void)sig;
    handled++;
}

static int wait_for_signals(void *arg)
{
    (void)arg;
    ready = 1;
    for (;;)
        syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
    return 0;
}

/* To follow a list of locks that never ends takes the kernel a while. */
static int leave_slowly(void *arg)
{
    static struct robust_list_head head;
    static struct robust_list lock;
    static uint32_t word[2];

    (void)arg;
    lock.next = &lock;
    head.list.next = &lock;
    head.futex_offset = (char *)word - (char *)&lock;
    syscall(SYS_set_robust_list, &head, sizeof(head));
    while (!ready)
        syscall(SYS_sched_yield);
    leaving = 1;
    end_thread(0);
    return 0;
}

static void send_while_one_ends(void *arg)
{
    (void)arg;
    handle_with(SIGUSR1, count, 0);
    REQUIRE(start_thread(0, leave_slowly) > 0);
    REQUIRE(start_thread(1, wait_for_signals) > 0);
    block(SIGUSR1, 0);
    while (!leaving)
        ;
    spin_us(100);
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT(comes_true(&handled));
}

static void a_signal_outlives_the_thread_it_woke(void)
{
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(run_child(send_while_one_ends, NULL), 0);
}

/* Lets SIGUSR1 in while it waits, but there is something to read at the same time. */
static int poll_with_open_mask(void *arg)
{
    struct pollfd fd = { .fd = gate.fd[0], .events = POLLIN };
    uint64_t none = 0;

    (void)arg;
    leaving = 1;
    syscall(SYS_ppoll, &fd, 1, NULL, &none, sizeof(none));
    return wait_for_signals(NULL);
}

static int wait_openly(void *arg)
{
    uint64_t none = 0;

    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
    return wait_for_signals(arg);
}

static void send_while_one_closes(void *arg)
{
    uint64_t first = 1;

    (void)arg;
    EXPECT_OK(syscall(SYS_sched_setaffinity, 0, sizeof(first), &first));
    open_gate(&gate);
    handle_with(SIGUSR1, count, 0);
    block(SIGUSR1, 0);
    REQUIRE(start_thread(0, poll_with_open_mask) > 0);
    while (!leaving)
        sleep_us(1000);
    sleep_us(5000);
    REQUIRE(start_thread(1, wait_openly) > 0);
    while (!ready)
        sleep_us(1000);
    sleep_us(5000);
    signal_gate(&gate);
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT(comes_true(&handled));
}

static void a_signal_goes_to_who_still_lets_it_in(void)
{
    EXPECT_EQ(run_child(send_while_one_closes, NULL), 0);
}

/* A signal to a group while one of its members forks */

#define BIRTHS  6
#define BALLAST (2 * MB)            /* makes a fork take long */

static char *ballast;

static void fork_and_pause(void *arg)
{
    setpgid(0, 0);
    memset(ballast, 1, BALLAST);
    signal_gate(arg);
    fork();
    pause_forever(NULL);
}

static uint64_t time_of_a_fork(void)
{
    uint64_t begin;

    memset(ballast, 1, BALLAST);
    begin = now_us();
    EXPECT_EQ(run_child(end_well, NULL), 0);
    return now_us() - begin;
}

/* What is left of the group has come to us.  Whether there was anything that had to be killed. */
static bool outlived(pid_t group)
{
    bool any = false;

    for (int ms = 0; waitpid(-group, NULL, WNOHANG) >= 0; ms++) {
        if (ms == 10000) {
            any = true;
            kill(-group, SIGKILL);
        }
        sleep_us(1000);
    }
    return any;
}

static void kill_group_after(uint64_t us)
{
    struct gate begun;
    pid_t pid;

    open_gate(&begun);
    pid = start_child(fork_and_pause, &begun);
    wait_gate(&begun);
    spin_us(us);
    EXPECT_OK(kill(-pid, SIGTERM));
    EXPECT(!outlived(pid));
    close_gate(&begun);
}

static void a_signal_to_the_group_reaches_who_is_being_born(void)
{
    uint64_t us;

    ballast = map_anon(BALLAST);
    us = time_of_a_fork();
    EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    for (uint64_t i = 0; i < BIRTHS; i++)
        kill_group_after(us * i / BIRTHS);
}

/* Stops, ends and who hears of them */

static long wait_id(int type, pid_t id, siginfo_t *info, int options)
{
    return syscall(SYS_waitid, type, id, info, options, NULL);
}

static void a_kill_is_no_continuation(void)
{
    pid_t pid = start_child(pause_forever, NULL);
    sigset_t set = set_of(SIGCHLD, 0);
    siginfo_t info;

    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, NULL, WUNTRACED), pid);
    block(SIGCHLD, 0);
    sigtimedwait(&set, NULL, &(struct timespec){ 0 });
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(sigwaitinfo(&set, &info), SIGCHLD);
    EXPECT_EQ(info.si_code, CLD_KILLED);
    EXPECT_OK(wait_id(P_PID, pid, &info, WCONTINUED | WEXITED | WNOWAIT));
    EXPECT_EQ(info.si_code, CLD_KILLED);
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

static void nobody_waits_for_a_zombie_to_stop(void)
{
    pid_t pid = start_child(end_well, NULL);
    siginfo_t info;

    EXPECT_OK(wait_id(P_PID, pid, &info, WEXITED | WNOWAIT));
    EXPECT_ERROR(wait_id(P_PID, pid, &info, WSTOPPED | WNOHANG), ECHILD);
    EXPECT_ERROR(wait_id(P_ALL, 0, &info, WCONTINUED | WNOHANG), ECHILD);
    EXPECT_CHILD(pid);
}

static void a_zombie_can_be_put_into_a_group(void)
{
    pid_t pid = start_child(end_well, NULL);
    siginfo_t info;

    EXPECT_OK(wait_id(P_PID, pid, &info, WEXITED | WNOWAIT));
    EXPECT_OK(setpgid(pid, 0));
    EXPECT_EQ(getpgid(pid), pid);
    EXPECT_EQ(waitpid(-pid, NULL, 0), pid);
}

static void block_and_ignore(void *arg)
{
    (void)arg;
    signal(SIGCHLD, SIG_IGN);
    block(SIGCHLD, 0);
    start_child(end_well, NULL);
    EXPECT_ERROR(waitpid(-1, NULL, 0), ECHILD);
    EXPECT(!is_pending(SIGCHLD));
}

static void an_ignored_end_leaves_nothing_pending(void)
{
    EXPECT_EQ(run_child(block_and_ignore, NULL), 0);
}

static void have_a_sibling(void *arg)
{
    long pid = syscall(SYS_clone, CLONE_PARENT, 0, NULL, 0, NULL);

    (void)arg;
    if (!pid)
        _exit(7);
    EXPECT(pid > 0);
}

static void a_sibling_ends_as_its_maker(void)
{
    int status = 0;

    EXPECT_EQ(run_child(have_a_sibling, NULL), 0);
    EXPECT(waitpid(-1, &status, 0) > 0);
    EXPECT_EQ(status, 7 << 8);
}

/* Limits and rights */

static void start_three(void *arg)
{
    struct rlimit limit = { 3, 3 };

    (void)arg;
    EXPECT_OK(setrlimit(RLIMIT_NPROC, &limit));
    become_user(STRANGER, GUESTS);
    EXPECT(start_thread(0, wait_for_signals) > 0);
    EXPECT(start_thread(1, wait_for_signals) > 0);
    EXPECT_ERROR(clone(wait_for_signals, stacks[1] + sizeof(stacks[1]), THREAD, NULL), EAGAIN);
}

static void threads_count_as_a_users_processes(void)
{
    EXPECT_EQ(run_child(start_three, NULL), 0);
}

static void change_rights(void *arg)
{
    int sig = 0;

    (void)arg;
    EXPECT_OK(prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0));
    be(ANN, STAFF);
    EXPECT_OK(prctl(PR_GET_PDEATHSIG, &sig, 0, 0, 0));
    EXPECT_EQ(sig, 0);
}

static void other_rights_forget_the_death_signal(void)
{
    EXPECT_EQ(run_child(change_rights, NULL), 0);
}

static void who_is_not_there_comes_before_what_is_sent(void)
{
    pid_t gone = start_child(end_well, NULL);

    EXPECT_CHILD(gone);
    EXPECT_ERROR(kill(gone, 65), ESRCH);
    EXPECT_ERROR(kill(getpid(), 65), EINVAL);
    EXPECT_ERROR(syscall(SYS_tkill, gone, -1), ESRCH);
    EXPECT_ERROR(syscall(SYS_tkill, getpid(), -1), EINVAL);
}

static void a_threads_number_names_its_process(void)
{
    int tid = start_thread(0, wait_for_signals);

    REQUIRE(tid > 0);
    EXPECT_OK(kill(tid, 0));
    EXPECT_EQ(getpgid(tid), getpgid(0));
    EXPECT_EQ(getsid(tid), getsid(0));
    EXPECT_OK(setpriority(PRIO_PROCESS, (id_t)tid, 5));
    EXPECT_EQ(getpriority(PRIO_PROCESS, (id_t)tid), 5);
}

static const struct test tests[] = {
    TEST(a_signal_outlives_the_thread_it_woke), TEST(a_signal_goes_to_who_still_lets_it_in),
    CHILD_TEST(a_signal_to_the_group_reaches_who_is_being_born),
    CHILD_TEST(a_kill_is_no_continuation), TEST(nobody_waits_for_a_zombie_to_stop),
    TEST(a_zombie_can_be_put_into_a_group), TEST(an_ignored_end_leaves_nothing_pending),
    TEST(a_sibling_ends_as_its_maker),
    TEST(threads_count_as_a_users_processes), TEST(other_rights_forget_the_death_signal),
    TEST(who_is_not_there_comes_before_what_is_sent),
    CHILD_TEST(a_threads_number_names_its_process),
};
TEST_MAIN(tests)
