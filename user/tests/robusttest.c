/* SPDX-License-Identifier: MIT */
/*
 * robusttest.c - what becomes of the robust futexes of a process that ends.
 *
 * The processes share their memory with the test, which looks at the words after the end.
 */
#include <sched.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define LOCKS 3000
#define FOLLOWED 2048           /* links the kernel follows */

struct lock {
    struct robust_list link;
    uint32_t word;
};

struct area {
    struct robust_list_head head;
    struct lock locks[LOCKS];
    uint32_t done;
};

static struct area *area;

/* A process in this memory, on a stack of its own. */

#define STACKS 3

static char stacks[STACKS][16 * KB] __attribute__((aligned(16)));
static unsigned next_stack;

struct job {
    void (*function)(void *);
    void *arg;
};

static struct job jobs[STACKS];

static int do_job(void *arg)
{
    struct job *job = arg;

    job->function(job->arg);
    _exit(0);
}

static pid_t start(void (*function)(void *), void *arg)
{
    unsigned n = next_stack++ % STACKS;
    pid_t pid;

    jobs[n] = (struct job){ function, arg };
    pid = clone(do_job, stacks[n] + sizeof(stacks[n]), CLONE_VM | SIGCHLD, &jobs[n]);
    REQUIRE(pid > 0);
    return pid;
}

static int run(void (*function)(void *), void *arg)
{
    return wait_child(start(function, arg));
}

static void create(void)
{
    area = (struct area *)map_anon(sizeof(*area));
    area->head.list.next = &area->head.list;
    area->head.futex_offset = offsetof(struct lock, word);
}

static void destroy(void)
{
    EXPECT_OK(munmap(area, sizeof(*area)));
}

static uint32_t my_tid(void)
{
    return (uint32_t)syscall(SYS_gettid);
}

static void hold(struct lock *l, uint32_t flags)
{
    l->word = my_tid() | flags;
    l->link.next = area->head.list.next;
    area->head.list.next = &l->link;
}

static void use_list(void)
{
    EXPECT_OK(syscall(SYS_set_robust_list, &area->head, sizeof(area->head)));
}

static void hold_three(void *arg)
{
    (void)arg;
    hold(&area->locks[0], 0);
    hold(&area->locks[1], FUTEX_WAITERS);
    hold(&area->locks[2], 0);
    area->locks[2].word ^= 1;               /* somebody else's, by now */
    area->locks[3].word = my_tid();         /* not on the list */
    use_list();
}

static void expect_three_marked(void)
{
    EXPECT_EQ(area->locks[0].word, FUTEX_OWNER_DIED);
    EXPECT_EQ(area->locks[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    EXPECT_EQ(area->locks[2].word & FUTEX_OWNER_DIED, 0);
    EXPECT_EQ(area->locks[3].word & FUTEX_OWNER_DIED, 0);
}

static void what_is_held_is_marked(void)
{
    create();
    EXPECT_EQ(run(hold_three, NULL), 0);
    expect_three_marked();
    destroy();
}

static void hold_and_be_killed(void *arg)
{
    hold_three(arg);
    kill(getpid(), SIGKILL);
}

static void a_kill_marks_as_well(void)
{
    create();
    EXPECT_EQ(run(hold_and_be_killed, NULL), SIGKILL);
    expect_three_marked();
    destroy();
}

static void hold_and_exec(void *arg)
{
    char *argv[] = { "true", NULL };

    hold_three(arg);
    execv("/bin/true", argv);
    _exit(9);
}

static void exec_marks_as_well(void)
{
    create();
    EXPECT_EQ(run(hold_and_exec, NULL), 0);
    expect_three_marked();
    destroy();
}

static void wait_for_word(void *arg)
{
    uint32_t *word = arg, old = *word;

    if (!(old & FUTEX_OWNER_DIED))
        syscall(SYS_futex, word, FUTEX_WAIT, old, NULL, NULL, 0);
    EXPECT(*word & FUTEX_OWNER_DIED);
    __atomic_fetch_add(&area->done, 1, __ATOMIC_SEQ_CST);
}

static void hold_until_told(void *arg)
{
    struct gate *gates = arg;

    hold(&area->locks[0], FUTEX_WAITERS);
    use_list();
    signal_gate(&gates[0]);
    wait_gate(&gates[1]);
}

/* Two wait; the end of the owner wakes one of them. */
static void one_waiter_is_woken(void)
{
    uint32_t *word;
    struct gate gates[2];
    pid_t owner, waiters[2];

    create();
    word = &area->locks[0].word;
    open_gate(&gates[0]);
    open_gate(&gates[1]);
    owner = start(hold_until_told, gates);
    wait_gate(&gates[0]);
    for (int i = 0; i < 2; i++) {
        waiters[i] = start(wait_for_word, word);
        wait_until(waiters[i], 'S');
    }
    signal_gate(&gates[1]);
    EXPECT_CHILD(owner);
    while (__atomic_load_n(&area->done, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    EXPECT_EQ(syscall(SYS_futex, word, FUTEX_WAKE, 10, NULL, NULL, 0), 1);
    EXPECT_CHILD(waiters[0]);
    EXPECT_CHILD(waiters[1]);
    close_gate(&gates[0]);
    close_gate(&gates[1]);
    destroy();
}

static void leave_pending(void *arg)
{
    (void)arg;
    area->locks[0].word = my_tid();
    area->head.list_op_pending = &area->locks[0].link;
    use_list();
}

static void the_pending_one_is_marked(void)
{
    create();
    EXPECT_EQ(run(leave_pending, NULL), 0);
    EXPECT_EQ(area->locks[0].word, FUTEX_OWNER_DIED);
    destroy();
}

static void wait_for_wake(void *arg)
{
    (void)arg;
    EXPECT_EQ(syscall(SYS_futex, &area->locks[0].word, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
}

static void leave_free_and_pending(void *arg)
{
    (void)arg;
    area->head.list_op_pending = &area->locks[0].link;
    use_list();
}

/* Its owner had given it back and could not wake the next one any more. */
static void a_free_pending_one_wakes(void)
{
    pid_t waiter;

    create();
    waiter = start(wait_for_wake, NULL);
    wait_until(waiter, 'S');
    EXPECT_EQ(run(leave_free_and_pending, NULL), 0);
    EXPECT_EQ(area->locks[0].word, 0);
    EXPECT_CHILD(waiter);
    destroy();
}

static void hold_all(void *arg)
{
    (void)arg;
    for (int i = LOCKS - 1; i >= 0; i--)
        hold(&area->locks[i], 0);
    use_list();
}

static void a_long_list_is_cut(void)
{
    create();
    EXPECT_EQ(run(hold_all, NULL), 0);
    EXPECT_EQ(area->locks[FOLLOWED - 1].word, FUTEX_OWNER_DIED);
    EXPECT_EQ(area->locks[FOLLOWED].word & FUTEX_OWNER_DIED, 0);
    destroy();
}

static void circle(void *arg)
{
    (void)arg;
    hold(&area->locks[0], 0);
    area->locks[0].link.next = &area->locks[0].link;
    use_list();
}

static void point_nowhere(void *arg)
{
    hold(&area->locks[0], 0);
    area->locks[0].link.next = arg;
    use_list();
}

static void list_nowhere(void *arg)
{
    EXPECT_OK(syscall(SYS_set_robust_list, arg, sizeof(area->head)));
}

static void word_read_only(void *arg)
{
    (void)arg;
    hold(&area->locks[0], 0);
    use_list();
    EXPECT_OK(mprotect(area, sizeof(*area), PROT_READ));
}

static void broken_lists_do_no_harm(void)
{
    static void *const nowhere[] = { NULL, (void *)1, (void *)8, (void *)-8L,
                                     (void *)0x3ffffff000, (void *)0xffffffc080200000 };

    create();
    EXPECT_EQ(run(circle, NULL), 0);
    EXPECT_EQ(area->locks[0].word, FUTEX_OWNER_DIED);
    for (size_t i = 0; i < COUNT(nowhere); i++) {
        area->head.list.next = &area->head.list;
        EXPECT_EQ(run(point_nowhere, nowhere[i]), 0);
        EXPECT_EQ(area->locks[0].word, FUTEX_OWNER_DIED);
        EXPECT_EQ(run(list_nowhere, nowhere[i]), 0);
    }
    area->head.list.next = &area->head.list;
    EXPECT_EQ(run(word_read_only, NULL), 0);
    EXPECT_EQ(area->locks[0].word & FUTEX_OWNER_DIED, 0);
    EXPECT_OK(mprotect(area, sizeof(*area), PROT_READ | PROT_WRITE));
    EXPECT_ERROR(syscall(SYS_set_robust_list, &area->head, 23), EINVAL);
    destroy();
}

static const struct test tests[] = {
    TEST(what_is_held_is_marked),
    TEST(a_kill_marks_as_well),
    TEST(exec_marks_as_well),
    TEST(one_waiter_is_woken),
    TEST(the_pending_one_is_marked),
    TEST(a_free_pending_one_wakes),
    TEST(a_long_list_is_cut),
    TEST(broken_lists_do_no_harm),
};

TEST_MAIN(tests)
