/* SPDX-License-Identifier: MIT */
/*
 * sigtest.c - what signals do: actions, handlers, masks, order, stacks.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

/* Default actions */

/* In a group of its own: members of an orphaned group do not stop. */
static void raise_default(void *arg)
{
    struct rlimit no_core = { 0, 0 };
    int sig = (int)(intptr_t)arg;

    EXPECT_OK(setpgid(0, 0));
    setrlimit(RLIMIT_CORE, &no_core);
    signal(sig, SIG_DFL);
    unblock(sig, 0);
    EXPECT_OK(kill(getpid(), sig));
}

static bool is_in(int sig, const int *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == sig)
            return true;
    return false;
}

static void expect_stop(int sig)
{
    pid_t pid = start_child(raise_default, (void *)(intptr_t)sig);
    int status;

    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    if (WIFSTOPPED(status)) {
        EXPECT_EQ(WSTOPSIG(status), sig);
        EXPECT_OK(kill(pid, SIGCONT));
        EXPECT_CHILD(pid);
    } else {
        fail(__FILE__, __LINE__, "signal %d: status %x instead of stopped", sig, status);
    }
}

static void default_actions(void)
{
    static const int ignored[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH };
    static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };

    for (int sig = 1; sig <= 64; sig++) {
        if (sig == 32 || sig == 33)             /* some C libraries keep them */
            continue;
        if (is_in(sig, stops, COUNT(stops))) {
            expect_stop(sig);
        } else {
            int status = run_child(raise_default, (void *)(intptr_t)sig) & ~WCOREFLAG;

            if (status != (is_in(sig, ignored, COUNT(ignored)) ? 0 : sig))
                fail(__FILE__, __LINE__, "signal %d: status %x", sig, status);
        }
    }
}

/* sigaction */

static void actions(void)
{
    struct sigaction action = { .sa_handler = record, .sa_flags = SA_RESTART }, old;

    EXPECT_OK(sigaction(SIGUSR1, &action, &old));
    EXPECT(old.sa_handler == SIG_DFL);
    EXPECT_OK(sigaction(SIGUSR1, NULL, &old));
    EXPECT(old.sa_handler == record);
    EXPECT(old.sa_flags & SA_RESTART);
    EXPECT(signal(SIGUSR1, SIG_IGN) == record);
    EXPECT(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
    EXPECT_ERROR(sigaction(SIGKILL, &action, NULL), EINVAL);
    EXPECT_ERROR(sigaction(SIGSTOP, &action, NULL), EINVAL);
    EXPECT_OK(sigaction(SIGKILL, NULL, &old));
    EXPECT_ERROR(sigaction(0, &action, NULL), EINVAL);
    EXPECT_ERROR(sigaction(65, &action, NULL), EINVAL);
    EXPECT_ERROR(sigaction(-1, NULL, &old), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigaction, SIGUSR1, 1L, NULL, 8), EFAULT);
    EXPECT_ERROR(syscall(SYS_rt_sigaction, SIGUSR1, NULL, 1L, 8), EFAULT);
    action.sa_flags = SA_UNSUPPORTED | SA_NODEFER;      /* so programs learn what is known */
    EXPECT_OK(sigaction(SIGUSR2, &action, NULL));
    EXPECT_OK(sigaction(SIGUSR2, NULL, &old));
    EXPECT_EQ(old.sa_flags, SA_NODEFER);
}

/* Who sent it */

static void send_usr1(void *arg)
{
    EXPECT_OK(kill((pid_t)(intptr_t)arg, SIGUSR1));
}

static void senders(void)
{
    pid_t child;

    handle_info(SIGUSR1, record_info, 0);
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_EQ(nseen, 1);
    EXPECT_EQ(last_info.si_signo, SIGUSR1);
    EXPECT_EQ(last_info.si_code, SI_USER);
    EXPECT_EQ(last_info.si_pid, getpid());
    EXPECT_EQ(last_info.si_uid, getuid());
    EXPECT_OK(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1));
    EXPECT_EQ(nseen, 2);
    EXPECT_EQ(last_info.si_code, SI_TKILL);
    child = start_child(send_usr1, (void *)(intptr_t)getpid());
    EXPECT_CHILD(child);
    EXPECT_EQ(nseen, 3);
    EXPECT_EQ(last_info.si_code, SI_USER);
    EXPECT_EQ(last_info.si_pid, child);
}

/* While a handler runs */

static volatile int depth, deepest;

static void raise_again(int sig)
{
    if (++depth > deepest)
        deepest = depth;
    record(sig);
    if (nseen < 5)
        raise(sig);
    depth--;
}

static void not_nested(void)
{
    handle_with(SIGUSR1, raise_again, 0);
    raise(SIGUSR1);
    EXPECT_EQ(nseen, 5);
    EXPECT_EQ(deepest, 1);                      /* one after the other */
    EXPECT(!is_blocked(SIGUSR1));
}

static void nested(void)
{
    handle_with(SIGUSR1, raise_again, SA_NODEFER);
    raise(SIGUSR1);
    EXPECT_EQ(nseen, 5);
    EXPECT_EQ(deepest, 5);
}

static void raise_other(int sig)
{
    record(sig);
    raise(SIGUSR2);
    EXPECT_EQ(is_blocked(SIGUSR2), sig == SIGUSR1);
    EXPECT(is_blocked(sig));
    record(-sig);
}

static void action_mask(void)
{
    struct sigaction action = { .sa_handler = raise_other };

    action.sa_mask = set_of(SIGUSR2, 0);
    handle_with(SIGUSR2, record, 0);
    EXPECT_OK(sigaction(SIGUSR1, &action, NULL));
    raise(SIGUSR1);
    EXPECT_SEEN(SIGUSR1, -SIGUSR1, SIGUSR2);
    action.sa_mask = set_of(0, 0);
    EXPECT_OK(sigaction(SIGHUP, &action, NULL));
    raise(SIGHUP);
    EXPECT_SEEN(SIGHUP, SIGUSR2, -SIGHUP);
}

static void one_shot(void)
{
    struct sigaction old;

    handle_with(SIGUSR1, record, SA_RESETHAND);
    raise(SIGUSR1);
    EXPECT_SEEN(SIGUSR1);
    EXPECT_OK(sigaction(SIGUSR1, NULL, &old));
    EXPECT(old.sa_handler == SIG_DFL);
    EXPECT_KILLED(raise_default, (void *)SIGUSR1, SIGUSR1);
}

/* Masks and pending signals */

static void blocked_signals(void)
{
    handle_with(SIGUSR1, record, 0);
    handle_with(SIGUSR2, record, 0);
    block(SIGUSR1, SIGUSR2);
    EXPECT(is_blocked(SIGUSR1) && is_blocked(SIGUSR2));
    for (int i = 0; i < 3; i++)
        raise(SIGUSR1);
    EXPECT(is_pending(SIGUSR1));
    EXPECT(!is_pending(SIGUSR2));
    EXPECT_EQ(nseen, 0);
    unblock(SIGUSR1, 0);
    EXPECT_SEEN(SIGUSR1);                       /* once, however often it was sent */
    EXPECT(!is_pending(SIGUSR1));
    EXPECT(is_blocked(SIGUSR2));
}

static void bad_masks(void)
{
    sigset_t set = set_of(SIGUSR1, 0), all;

    EXPECT_ERROR(syscall(SYS_rt_sigprocmask, 9, &set, NULL, 8), EINVAL);
    EXPECT_OK(syscall(SYS_rt_sigprocmask, 9, NULL, NULL, 8));
    EXPECT_ERROR(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 16), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 1L, NULL, 8), EFAULT);
    EXPECT(!is_blocked(SIGUSR1));
    sigfillset(&all);
    EXPECT_OK(sigprocmask(SIG_SETMASK, &all, NULL));
    EXPECT(is_blocked(SIGUSR1) && is_blocked(SIGTERM));
    EXPECT(!is_blocked(SIGKILL) && !is_blocked(SIGSTOP));
}

static void lowest_first(void)
{
    struct sigaction action = { .sa_handler = record };

    sigfillset(&action.sa_mask);
    EXPECT_OK(sigaction(SIGUSR1, &action, NULL));
    EXPECT_OK(sigaction(SIGUSR2, &action, NULL));
    block(SIGUSR1, SIGUSR2);
    raise(SIGUSR2);
    raise(SIGUSR1);
    unblock(SIGUSR1, SIGUSR2);
    EXPECT_SEEN(SIGUSR1, SIGUSR2);
    /* Frames are pushed for all of them before the first handler runs: the last on top. */
    handle_with(SIGUSR1, record, 0);
    handle_with(SIGUSR2, record, 0);
    block(SIGUSR1, SIGUSR2);
    raise(SIGUSR2);
    raise(SIGUSR1);
    unblock(SIGUSR1, SIGUSR2);
    EXPECT_SEEN(SIGUSR2, SIGUSR1);
}

static void ignoring_discards(void)
{
    handle_with(SIGUSR1, record, 0);
    block(SIGUSR1, 0);
    raise(SIGUSR1);
    EXPECT(is_pending(SIGUSR1));
    signal(SIGUSR1, SIG_IGN);
    EXPECT(!is_pending(SIGUSR1));
    handle_with(SIGUSR1, record, 0);
    unblock(SIGUSR1, 0);
    EXPECT_EQ(nseen, 0);
    block(SIGCHLD, 0);                          /* ignored by default, and kept if blocked */
    raise(SIGCHLD);
    EXPECT(is_pending(SIGCHLD));
    handle_with(SIGCHLD, record, 0);
    unblock(SIGCHLD, 0);
    EXPECT_SEEN(SIGCHLD);
}

static volatile int values[8], nvalues;

static void record_value(int sig, siginfo_t *info, void *context)
{
    (void)context;
    EXPECT_EQ(info->si_code, SI_QUEUE);
    EXPECT_EQ(info->si_pid, getpid());
    if (nvalues < (int)COUNT(values))
        values[nvalues] = info->si_value.sival_int;
    nvalues++;
    record(sig);
}

/* Real-time signals queue, each with its value. */
static void queued_signals(void)
{
    static const int order[] = { 1, 2, 3, 11, 12 };
    int a = 40, b = 41;
    struct sigaction action = { .sa_sigaction = record_value, .sa_flags = SA_SIGINFO };

    sigfillset(&action.sa_mask);
    EXPECT_OK(sigaction(a, &action, NULL));
    EXPECT_OK(sigaction(b, &action, NULL));
    block(a, b);
    EXPECT_EQ(queue_to_self(b, 11), 0);
    EXPECT_EQ(queue_to_self(a, 1), 0);
    EXPECT_EQ(queue_to_self(b, 12), 0);
    EXPECT_EQ(queue_to_self(a, 2), 0);
    EXPECT_EQ(queue_to_self(a, 3), 0);
    unblock(a, b);
    EXPECT_SEEN(a, a, a, b, b);
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(values[i], order[i]);
}

/* Who queues a signal is told that there is no room; who sends one is not. */
static void queue_is_limited(void)
{
    struct rlimit limit = { 10, 10 };
    int sent = 0;

    block(40, 41);
    EXPECT_OK(setrlimit(RLIMIT_SIGPENDING, &limit));
    while (sent < 100 && queue_to_self(40, sent) == 0)
        sent++;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_RANGE(sent, 1, 10);
    EXPECT_OK(kill(getpid(), SIGURG));
    EXPECT_OK(kill(getpid(), 41));
    EXPECT(is_pending(41));
    handle_with(41, record, 0);
    unblock(41, 0);
    EXPECT_SEEN(41);
}

static void bad_queueing(void)
{
    siginfo_t info = { .si_code = SI_QUEUE };
    pid_t me = getpid(), parent = getppid();

    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, me, SIGUSR1, 1L), EFAULT);
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, me, 65, &info), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, 0, SIGUSR1, &info), ESRCH);
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, -me, SIGUSR1, &info), ESRCH);
    EXPECT_OK(syscall(SYS_rt_sigqueueinfo, parent, 0, &info));
    info.si_code = SI_USER;                     /* nobody may pretend to be the kernel */
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &info), EPERM);
    info.si_code = SI_TKILL;
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, &info), EPERM);
    info.si_code = SI_KERNEL;
    handle_info(SIGUSR1, record_info, 0);
    EXPECT_OK(syscall(SYS_rt_sigqueueinfo, me, SIGUSR1, &info));    /* but to oneself */
    EXPECT_SEEN(SIGUSR1);
    info.si_pad[100] = 1;                       /* of known kinds nothing stands there, */
    EXPECT_OK(syscall(SYS_rt_sigqueueinfo, me, 0, &info));
    info.si_code = 100;                         /* of others it might mean something */
    EXPECT_ERROR(syscall(SYS_rt_sigqueueinfo, me, 0, &info), E2BIG);
    info.si_pad[100] = 0;
    EXPECT_OK(syscall(SYS_rt_sigqueueinfo, me, 0, &info));
    EXPECT_EQ(last_info.si_code, SI_KERNEL);
}

/* sigsuspend */

static void suspend(void)
{
    sigset_t only_usr2_blocked = set_of(SIGUSR2, 0);

    handle_with(SIGUSR1, record, 0);
    handle_with(SIGUSR2, record, 0);
    block(SIGUSR1, 0);
    raise(SIGUSR1);
    EXPECT_ERROR(sigsuspend(&only_usr2_blocked), EINTR);
    EXPECT_SEEN(SIGUSR1);
    EXPECT(is_blocked(SIGUSR1));                /* the old mask is back */
    EXPECT(!is_blocked(SIGUSR2));
}

static void suspended_for_a_death(void *arg)
{
    sigset_t none = set_of(0, 0);

    block((int)(intptr_t)arg, 0);
    raise((int)(intptr_t)arg);
    sigsuspend(&none);
}

static void bad_suspend(void)
{
    sigset_t set = set_of(0, 0);

    EXPECT_KILLED(suspended_for_a_death, (void *)SIGUSR1, SIGUSR1);
    EXPECT_ERROR(syscall(SYS_rt_sigsuspend, &set, 4), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigsuspend, 1L, 8), EFAULT);
    EXPECT_ERROR(syscall(SYS_rt_sigpending, &set, 16), EINVAL);
    EXPECT_ERROR(syscall(SYS_rt_sigpending, 1L, 8), EFAULT);
}

/* Stacks */

static char other_stack[16 * KB] __attribute__((aligned(16)));
static volatile bool was_on_other_stack;
static stack_t stack_in_handler;

static bool is_on_other_stack(void)
{
    char *here = __builtin_frame_address(0);

    return here > other_stack && here <= other_stack + sizeof(other_stack);
}

static void look_at_stack(int sig)
{
    stack_t other = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };

    was_on_other_stack = is_on_other_stack();
    sigaltstack(NULL, &stack_in_handler);
    if (was_on_other_stack)
        EXPECT_ERROR(sigaltstack(&other, NULL), EPERM);
    record(sig);
    if (nseen == 1)
        raise(SIGUSR2);
}

static void alternate_stack(void)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) }, old;

    EXPECT_OK(sigaltstack(&stack, &old));
    EXPECT_EQ(old.ss_flags, SS_DISABLE);
    EXPECT_OK(sigaltstack(NULL, &old));
    EXPECT_EQ(old.ss_flags, 0);
    EXPECT_EQ(old.ss_sp, other_stack);
    EXPECT_EQ(old.ss_size, sizeof(other_stack));
    handle_with(SIGUSR1, look_at_stack, SA_ONSTACK);
    handle_with(SIGUSR2, look_at_stack, SA_ONSTACK);    /* nested: it goes on, on that stack */
    raise(SIGUSR1);
    EXPECT_SEEN(SIGUSR1, SIGUSR2);
    EXPECT(was_on_other_stack);
    EXPECT_EQ(stack_in_handler.ss_flags, SS_ONSTACK);
    handle_with(SIGUSR1, look_at_stack, 0);
    handle_with(SIGUSR2, look_at_stack, 0);
    raise(SIGUSR1);
    EXPECT(!was_on_other_stack);
    stack.ss_flags = SS_DISABLE;
    EXPECT_OK(sigaltstack(&stack, NULL));
    nseen = 0;
    handle_with(SIGUSR1, look_at_stack, SA_ONSTACK);
    raise(SIGUSR1);
    EXPECT(!was_on_other_stack);
}

static void bad_stacks(void)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = 1000 };

    EXPECT_ERROR(sigaltstack(&stack, NULL), ENOMEM);
    stack.ss_size = sizeof(other_stack);
    stack.ss_flags = 0x10;
    EXPECT_ERROR(sigaltstack(&stack, NULL), EINVAL);
    EXPECT_ERROR(syscall(SYS_sigaltstack, 1L, NULL), EFAULT);
}

/* In a handler it may be set anew, until that ends. */
static void look_at_disarmed(int sig)
{
    stack_t other = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };

    (void)sig;
    was_on_other_stack = is_on_other_stack();
    EXPECT_OK(sigaltstack(&other, &stack_in_handler));
}

static void stack_disarms_itself(void)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack),
                      .ss_flags = SS_AUTODISARM }, after;

    EXPECT_OK(sigaltstack(&stack, NULL));
    handle_with(SIGUSR1, look_at_disarmed, SA_ONSTACK);
    raise(SIGUSR1);
    EXPECT(was_on_other_stack);
    EXPECT_EQ(stack_in_handler.ss_flags, SS_DISABLE);
    EXPECT_OK(sigaltstack(NULL, &after));
    EXPECT_EQ(after.ss_flags, SS_AUTODISARM);
    EXPECT_EQ(after.ss_sp, other_stack);
    stack.ss_flags = SS_DISABLE | SS_ONSTACK;
    EXPECT_ERROR(sigaltstack(&stack, NULL), EINVAL);
}

/* However little may wait: where a fault was is said. */
static void faults_have_no_limit(void)
{
    struct rlimit none = { 0, 0 };
    char *p = map_anon(PAGE);

    EXPECT_OK(munmap(p, PAGE));
    EXPECT_OK(setrlimit(RLIMIT_SIGPENDING, &none));
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
}

/* Leaving a handler by a jump */

static sigjmp_buf way_out;

static void jump_out(int sig)
{
    record(sig);
    siglongjmp(way_out, sig);
}

static void jumping_out(void)
{
    handle_with(SIGUSR1, jump_out, 0);
    for (volatile int turn = 0; turn < 3; turn++)
        if (sigsetjmp(way_out, 1) == 0) {
            raise(SIGUSR1);
            fail(__FILE__, __LINE__, "came back");
        } else {
            EXPECT(!is_blocked(SIGUSR1));
        }
    EXPECT_SEEN(SIGUSR1, SIGUSR1, SIGUSR1);
}

/* Over exec: handlers are forgotten, ignored signals, mask and pending ones are not. */

static void after_exec(void)
{
    struct sigaction action;
    stack_t stack;

    EXPECT_OK(sigaction(SIGUSR1, NULL, &action));
    EXPECT(action.sa_handler == SIG_DFL);
    EXPECT_OK(sigaction(SIGUSR2, NULL, &action));
    EXPECT(action.sa_handler == SIG_IGN);
    EXPECT(is_blocked(SIGHUP));
    EXPECT(is_pending(SIGHUP));
    EXPECT(!is_blocked(SIGUSR1));
    EXPECT_OK(sigaltstack(NULL, &stack));
    EXPECT_EQ(stack.ss_flags, SS_DISABLE);
}

static void over_exec(void)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };

    EXPECT_OK(sigaltstack(&stack, NULL));
    handle_with(SIGUSR1, record, 0);
    signal(SIGUSR2, SIG_IGN);
    block(SIGHUP, 0);
    raise(SIGHUP);
    exec_test("/proc/self/exe", "after_exec");
}

/* Many signals while calls are made: no call may come back with another's result. */

#define STORM 200

static volatile int storm_signals;

static void count_storm(int sig)
{
    (void)sig;
    storm_signals++;
}

static void send_storm(void *arg)
{
    for (;;) {
        kill((pid_t)(intptr_t)arg, SIGUSR1);
        kill((pid_t)(intptr_t)arg, SIGUSR2);
        sched_yield();
    }
}

static bool calls_answer_right(pid_t me)
{
    return getpid() == me && getppid() != me && lseek(-1, 0, SEEK_SET) == -1 && errno == EBADF;
}

static void storm(void)
{
    pid_t sender[2], me = getpid();

    handle_with(SIGUSR1, count_storm, SA_RESTART);
    handle_with(SIGUSR2, count_storm, 0);
    for (size_t i = 0; i < COUNT(sender); i++)
        sender[i] = start_child(send_storm, (void *)(intptr_t)me);
    for (int calls = 0; storm_signals < STORM; calls++) {
        if (!calls_answer_right(me)) {
            fail(__FILE__, __LINE__, "call %d gave a wrong result", calls);
            break;
        }
        if (calls % 8 == 0)
            sched_yield();
    }
    for (size_t i = 0; i < COUNT(sender); i++) {
        EXPECT_OK(kill(sender[i], SIGKILL));
        EXPECT_EQ(wait_child(sender[i]), SIGKILL);
    }
}

/* A device without end is read until a signal comes. */

#define PARTS 1024
#define PART (1UL << 20)

static void read_until_signal(const char *path)
{
    struct itimerval every = { { 0, 5000 }, { 0, 5000 } }, never = { { 0, 0 }, { 0, 0 } };
    char *p = mmap(NULL, PART, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static struct iovec parts[PARTS];
    int fd = open(path, O_RDONLY);

    REQUIRE(fd >= 0 && p != MAP_FAILED);
    for (size_t i = 0; i < PARTS; i++)
        parts[i] = (struct iovec){ p, PART };
    setitimer(ITIMER_REAL, &every, NULL);
    EXPECT_RANGE(readv(fd, parts, PARTS), 4096, (long)(PARTS * PART - 1));
    setitimer(ITIMER_REAL, &never, NULL);
    close(fd);
    munmap(p, PART);
}

static void let_pass(int sig)
{
    (void)sig;
}

static void long_reads(void)
{
    handle_with(SIGALRM, let_pass, SA_RESTART);
    read_until_signal("/dev/zero");
    read_until_signal("/dev/urandom");
}

static const struct test tests[] = {
    TEST(default_actions),
    CHILD_TEST(actions),
    CHILD_TEST(senders),
    CHILD_TEST(not_nested),
    CHILD_TEST(nested),
    CHILD_TEST(action_mask),
    CHILD_TEST(one_shot),
    CHILD_TEST(blocked_signals),
    CHILD_TEST(bad_masks),
    CHILD_TEST(lowest_first),
    CHILD_TEST(ignoring_discards),
    CHILD_TEST(queued_signals),
    CHILD_TEST(queue_is_limited),
    CHILD_TEST(bad_queueing),
    CHILD_TEST(suspend),
    CHILD_TEST(bad_suspend),
    CHILD_TEST(alternate_stack),
    CHILD_TEST(bad_stacks),
    CHILD_TEST(stack_disarms_itself),
    CHILD_TEST(faults_have_no_limit),
    CHILD_TEST(jumping_out),
    CHILD_TEST(over_exec),
    NAMED_TEST(after_exec),
    CHILD_TEST(long_reads),
    CHILD_TEST(storm),
};

TEST_MAIN(tests)
