/* SPDX-License-Identifier: MIT */
/*
 * killtest.c - who may send signals to whom; stopping and continuing; what a parent hears.
 */
#include <stdio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"

/* Stop and continue */

static void handle_cont_and_wait(void *arg)
{
    struct gate *g = arg;

    block(SIGCONT, 0);
    handle_with(SIGCONT, record, 0);
    signal_gate(g);
    await_signals(1);
    EXPECT_SEEN(SIGCONT);
}

static void continue_is_handled(void)
{
    struct gate g;
    pid_t pid;
    int status;

    open_gate(&g);
    pid = start_child(handle_cont_and_wait, &g);
    wait_gate(&g);
    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT(WIFSTOPPED(status));
    EXPECT_OK(kill(pid, SIGCONT));
    EXPECT_CHILD(pid);
    close_gate(&g);
}

static void stop_and_continue_cancel(void)
{
    block(SIGTSTP, SIGCONT);
    raise(SIGTSTP);
    EXPECT(is_pending(SIGTSTP));
    raise(SIGCONT);
    EXPECT(!is_pending(SIGTSTP));
    EXPECT(is_pending(SIGCONT));
    raise(SIGTSTP);
    EXPECT(!is_pending(SIGCONT));
    raise(SIGCONT);
    unblock(SIGTSTP, SIGCONT);                  /* and goes on */
}

static void sleep_and_exit(void *arg)
{
    struct gate *g = arg;

    block(SIGTERM, 0);
    signal_gate(g);
    wait_gate(g + 1);
}

/* What is sent to a stopped process waits, except SIGKILL. */
static void signals_wait_for_continue(void)
{
    struct gate g[2];
    pid_t pid;
    int status;

    open_gate(&g[0]);
    open_gate(&g[1]);
    pid = start_child(sleep_and_exit, g);
    wait_gate(&g[0]);
    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_OK(kill(pid, SIGUSR1));
    EXPECT_OK(kill(pid, SIGTERM));
    signal_gate(&g[1]);
    EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
    EXPECT_OK(kill(pid, SIGCONT));
    EXPECT_EQ(wait_child(pid), SIGUSR1);
    close_gate(&g[0]);
    close_gate(&g[1]);
}

/* SIGCHLD */

static void exit_with(void *arg)
{
    _exit((int)(intptr_t)arg);
}

static void expect_child_signal(pid_t pid, int code, int status)
{
    await_signals(1);
    EXPECT_SEEN(SIGCHLD);
    EXPECT_EQ(last_info.si_code, code);
    EXPECT_EQ(last_info.si_pid, pid);
    EXPECT_EQ(last_info.si_uid, getuid());
    EXPECT_EQ(last_info.si_status, status);
}

static void news_of_children(void)
{
    pid_t pid;

    block(SIGCHLD, 0);
    handle_info(SIGCHLD, record_info, 0);
    pid = start_child(exit_with, (void *)7);
    expect_child_signal(pid, CLD_EXITED, 7);
    EXPECT_EQ(wait_child(pid), 7 << 8);

    pid = start_child(pause_forever, NULL);
    EXPECT_OK(kill(pid, SIGSTOP));
    expect_child_signal(pid, CLD_STOPPED, SIGSTOP);
    EXPECT_OK(kill(pid, SIGCONT));
    expect_child_signal(pid, CLD_CONTINUED, SIGCONT);
    EXPECT_OK(kill(pid, SIGTERM));
    expect_child_signal(pid, CLD_KILLED, SIGTERM);
    EXPECT_EQ(wait_child(pid), SIGTERM);
}

static void no_news_of_stops(void)
{
    pid_t pid;
    int status;

    block(SIGCHLD, 0);
    handle_info(SIGCHLD, record_info, SA_NOCLDSTOP);
    pid = start_child(pause_forever, NULL);
    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_OK(kill(pid, SIGCONT));
    EXPECT_EQ(waitpid(pid, &status, WCONTINUED), pid);
    EXPECT(!is_pending(SIGCHLD));
    EXPECT_OK(kill(pid, SIGKILL));
    expect_child_signal(pid, CLD_KILLED, SIGKILL);
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

/* Who ignores its children has no zombies, and waits until the last is gone. */
static void wait_for_nothing(void)
{
    for (intptr_t i = 0; i < 3; i++)
        start_child(exit_with, (void *)i);
    EXPECT_ERROR(waitpid(-1, NULL, 0), ECHILD);
}

static void no_zombies(void)
{
    signal(SIGCHLD, SIG_IGN);
    wait_for_nothing();
    handle_with(SIGCHLD, record, SA_NOCLDWAIT);
    block(SIGCHLD, 0);
    wait_for_nothing();
    EXPECT(is_pending(SIGCHLD));                /* though nothing is left to wait for */
}

/* A zombie is still there for signals, which do it no harm. */
static void signals_to_a_zombie(void)
{
    pid_t pid = start_child(exit_with, (void *)3);

    wait_until(pid, 'Z');
    EXPECT_OK(kill(pid, 0));
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_OK(syscall(SYS_tgkill, pid, pid, SIGUSR1));
    EXPECT_OK(syscall(SYS_tkill, pid, 0));
    EXPECT_ERROR(syscall(SYS_tgkill, getpid(), pid, SIGUSR1), ESRCH);
    EXPECT_ERROR(syscall(SYS_tkill, pid, 65), EINVAL);
    EXPECT_EQ(wait_child(pid), 3 << 8);
    EXPECT_ERROR(kill(pid, 0), ESRCH);
    EXPECT_ERROR(syscall(SYS_tkill, pid, 0), ESRCH);
}

/* A signal that ends the process does so while it is sent. */

static char second_stack[4 * PAGE] __attribute__((aligned(16)));
static volatile char *went_on;                  /* shared with the test */

static int kill_own_process(void *arg)
{
    (void)arg;
    kill(getpid(), SIGTERM);
    *went_on = 1;
    return 0;
}

static void be_killed_by_a_thread(void *arg)
{
    (void)arg;
    REQUIRE(clone(kill_own_process, second_stack + sizeof(second_stack), THREAD, NULL) > 0);
    pause_forever(NULL);
}

static void await_what_kills(void *arg)
{
    sigset_t set = set_of(SIGUSR1, SIGWINCH);
    int sig;

    (void)arg;
    sigwait(&set, &sig);                        /* not blocked: one kills, one is ignored */
    *went_on = 1;
}

static void nothing_after_the_end(void)
{
    pid_t pid;

    went_on = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(went_on != MAP_FAILED);
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(wait_child(start_child(be_killed_by_a_thread, NULL)), SIGTERM);
    pid = start_child(await_what_kills, NULL);
    wait_until(pid, 'S');
    EXPECT_OK(kill(pid, SIGWINCH));
    EXPECT_OK(kill(pid, SIGUSR1));
    EXPECT_EQ(wait_child(pid), SIGUSR1);
    EXPECT_EQ(*went_on, 0);
    munmap((void *)went_on, PAGE);
}

static void end_before(void *arg)
{
    struct gate *g = arg;

    signal_gate(g);
    pause_forever(NULL);
}

/* The first that ends it is what it ended of, though another of a lower number follows. */
static void ended_by_the_first(void)
{
    struct gate g;
    pid_t pid;

    for (int i = 0; i < 20; i++) {
        open_gate(&g);
        pid = start_child(end_before, &g);
        wait_gate(&g);
        EXPECT_OK(kill(pid, SIGTERM));
        EXPECT_OK(kill(pid, SIGHUP));
        EXPECT_EQ(wait_child(pid), SIGTERM);
        close_gate(&g);
    }
}

/* A stopped process can be killed, and only so. */
static void killed_while_stopped(void)
{
    pid_t pid = start_child(pause_forever, NULL);
    int status;

    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_EQ(status, SIGSTOP << 8 | 0x7f);
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);   /* told once */
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

/* Who may send to whom */

static void bad_targets(void)
{
    pid_t gone = start_child(exit_with, NULL);

    EXPECT_CHILD(gone);
    EXPECT_ERROR(kill(gone, 0), ESRCH);
    EXPECT_ERROR(kill(gone, SIGTERM), ESRCH);
    EXPECT_ERROR(kill(-gone, SIGTERM), ESRCH);
    EXPECT_OK(kill(getpid(), 0));
    EXPECT_ERROR(kill(getpid(), 65), EINVAL);
    EXPECT_ERROR(kill(getpid(), -1), EINVAL);
    EXPECT_ERROR(syscall(SYS_tgkill, getpid(), gettid() + 1000, SIGUSR1), ESRCH);
    EXPECT_ERROR(syscall(SYS_tgkill, getpid() + 1000, gettid(), SIGUSR1), ESRCH);
    EXPECT_ERROR(syscall(SYS_tgkill, 0, gettid(), SIGUSR1), EINVAL);
    EXPECT_ERROR(syscall(SYS_tgkill, getpid(), 0, SIGUSR1), EINVAL);
    EXPECT_OK(syscall(SYS_tkill, gettid(), 0));
}

#define NOBODY 54321

static void be_nobody(void *arg)
{
    struct gate *ready = arg;

    EXPECT_OK(setgid(NOBODY));
    EXPECT_OK(setuid(NOBODY));
    if (ready)
        signal_gate(ready);
}

static void nobody_waits(void *arg)
{
    be_nobody(arg);
    pause_forever(NULL);
}

static void nobody_sends(void *arg)
{
    be_nobody(NULL);
    EXPECT_ERROR(kill(getppid(), SIGTERM), EPERM);
    EXPECT_ERROR(kill(getppid(), 0), EPERM);
    EXPECT_OK(kill(getppid(), SIGCONT));        /* within a session anybody may */
    EXPECT_OK(kill((pid_t)(intptr_t)arg, SIGUSR1));
    EXPECT_EQ(setsid(), getpid());
    EXPECT_ERROR(kill(getppid(), SIGCONT), EPERM);
}

/* There are others, none of whom one may: that is nobody, and no error. */
static void nobody_sends_to_nobody(void *arg)
{
    (void)arg;
    be_nobody(NULL);
    EXPECT_OK(kill(-1, 0));
}

static void permissions(void)
{
    struct gate ready;
    pid_t other;

    if (getuid())
        skip("needs root");
    open_gate(&ready);
    other = start_child(nobody_waits, &ready);
    wait_gate(&ready);
    EXPECT_EQ(run_child(nobody_sends, (void *)(intptr_t)other), 0);
    EXPECT_EQ(wait_child(other), SIGUSR1);
    EXPECT_EQ(run_child(nobody_sends_to_nobody, NULL), 0);
    close_gate(&ready);
}

/* kill(-1): everybody that one may, but not oneself and not process 1. */
static void nobody_sends_to_all(void *arg)
{
    be_nobody(NULL);
    (void)arg;
    EXPECT_OK(kill(-1, SIGTERM));
}

static void to_everybody(void)
{
    struct gate ready;
    pid_t one, two, sender;

    if (getuid())
        skip("needs root");
    open_gate(&ready);
    one = start_child(nobody_waits, &ready);
    two = start_child(nobody_waits, &ready);
    wait_gate(&ready);
    wait_gate(&ready);
    sender = start_child(nobody_sends_to_all, NULL);
    EXPECT_EQ(wait_child(one), SIGTERM);
    EXPECT_EQ(wait_child(two), SIGTERM);
    EXPECT_CHILD(sender);
}

static void to_a_group(void)
{
    pid_t one = start_child(pause_forever, NULL), two = start_child(pause_forever, NULL);

    EXPECT_OK(setpgid(one, one));
    EXPECT_OK(setpgid(two, one));
    EXPECT_OK(kill(-one, SIGUSR2));
    EXPECT_EQ(wait_child(one), SIGUSR2);
    EXPECT_EQ(wait_child(two), SIGUSR2);
    EXPECT_ERROR(kill(-one, SIGUSR2), ESRCH);
    EXPECT_OK(setpgid(0, 0));
    handle_with(SIGUSR1, record, 0);
    EXPECT_OK(kill(0, SIGUSR1));
    EXPECT_SEEN(SIGUSR1);
}

/* With what the sender wants to say, to one thread. */
static long queue_to(pid_t pid, pid_t tid, int sig, int code)
{
    siginfo_t info = { .si_code = code };

    info.si_pid = getpid();
    info.si_value.sival_int = 99;
    return syscall(SYS_rt_tgsigqueueinfo, pid, tid, sig, &info);
}

static void queued_to_a_thread(void)
{
    pid_t me = getpid(), child = start_child(pause_forever, NULL);

    handle_info(SIGUSR1, record_info, 0);
    EXPECT_OK(queue_to(me, me, SIGUSR1, SI_QUEUE));
    EXPECT_SEEN(SIGUSR1);
    EXPECT_EQ(last_info.si_code, SI_QUEUE);
    EXPECT_EQ(last_info.si_value.sival_int, 99);
    EXPECT_OK(queue_to(me, me, SIGUSR1, SI_USER));
    EXPECT_SEEN(SIGUSR1);
    EXPECT_ERROR(queue_to(child, child, SIGUSR1, SI_USER), EPERM);
    EXPECT_ERROR(queue_to(child, child, SIGUSR1, SI_TKILL), EPERM);
    EXPECT_OK(queue_to(child, child, 0, SI_QUEUE));
    EXPECT_ERROR(queue_to(me, child, SIGUSR1, SI_QUEUE), ESRCH);
    EXPECT_ERROR(queue_to(0, me, SIGUSR1, SI_QUEUE), EINVAL);
    EXPECT_ERROR(queue_to(me, -1, SIGUSR1, SI_QUEUE), EINVAL);
    EXPECT_ERROR(queue_to(me, me, 65, SI_QUEUE), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_tgsigqueueinfo, me, me, SIGUSR1, 8), EFAULT);
    EXPECT_OK(queue_to(child, child, SIGKILL, SI_QUEUE));
    EXPECT_EQ(wait_child(child), SIGKILL);
}

/* More at once than the kernel has records in stock. */
#define LARGE_GROUP 20

static void expect_sender(void *arg)
{
    sigset_t set = set_of(SIGUSR1, 0);
    siginfo_t info;

    (void)arg;
    EXPECT_EQ(sigwaitinfo(&set, &info), SIGUSR1);
    EXPECT_EQ(info.si_code, SI_USER);
    EXPECT_EQ(info.si_pid, getppid());
}

static void all_of_a_large_group_know_who(void)
{
    pid_t pids[LARGE_GROUP];

    EXPECT_OK(setpgid(0, 0));
    block(SIGUSR1, 0);
    for (int i = 0; i < LARGE_GROUP; i++)
        pids[i] = start_child(expect_sender, NULL);
    EXPECT_OK(kill(0, SIGUSR1));
    for (int i = 0; i < LARGE_GROUP; i++)
        EXPECT_CHILD(pids[i]);
}

static const struct test tests[] = {
    TEST(continue_is_handled),
    CHILD_TEST(stop_and_continue_cancel),
    TEST(signals_wait_for_continue),
    TEST(killed_while_stopped),
    CHILD_TEST(news_of_children),
    CHILD_TEST(no_news_of_stops),
    CHILD_TEST(no_zombies),
    TEST(signals_to_a_zombie),
    TEST(nothing_after_the_end),
    TEST(ended_by_the_first),
    CHILD_TEST(bad_targets),
    TEST(permissions),
    CHILD_TEST(to_everybody),
    CHILD_TEST(to_a_group),
    CHILD_TEST(all_of_a_large_group_know_who),
    CHILD_TEST(queued_to_a_thread),
};

TEST_MAIN(tests)
