/* SPDX-License-Identifier: MIT */
/*
 * affinitytest.c - threads that are bound to harts run there and nowhere else.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define ROUNDS 50
#define MOVERS 4
#define MOST_TURNS 20000        /* of one that is to be moved, before it has been */

/* What children show while they run. */
struct shown {
    volatile int hart;
    volatile uint64_t turns;
};

static int my_hart(void)
{
    unsigned hart = 0;

    EXPECT_OK(syscall(SYS_getcpu, &hart, NULL, NULL));
    return (int)hart;
}

static uint64_t allowed(pid_t pid)
{
    uint64_t mask = 0;

    EXPECT_OK(sched_getaffinity(pid, sizeof(mask), &mask));
    return mask;
}

static int bind(pid_t pid, uint64_t mask)
{
    return sched_setaffinity(pid, sizeof(mask), &mask);
}

static uint64_t all_harts(void)
{
    return (1UL << harts()) - 1;
}

static void nap(void)
{
    struct timespec short_time = { 0, 100000 };

    nanosleep(&short_time, NULL);
}

static void binding_moves_at_once(void)
{
    EXPECT_EQ(allowed(0), all_harts());
    for (int round = 0; round < 3; round++)
        for (int hart = 0; hart < harts(); hart++) {
            EXPECT_OK(bind(0, 1UL << hart));
            EXPECT_EQ(my_hart(), hart);
            EXPECT_EQ(allowed(0), 1UL << hart);
            sched_yield();
            EXPECT_EQ(my_hart(), hart);
            nap();
            EXPECT_EQ(my_hart(), hart);
        }
    EXPECT_OK(bind(0, UINT64_MAX));             /* harts that are not there do not count */
    EXPECT_EQ(allowed(0), all_harts());
}

static void masks_are_checked(void)
{
    uint64_t two[2] = { 1, 0 };
    uint8_t little = 1;

    EXPECT_ERROR(bind(0, 0), EINVAL);
    EXPECT_ERROR(bind(0, ~all_harts()), EINVAL);
    EXPECT_EQ(allowed(0), all_harts());
    EXPECT_ERROR(bind(999999, 1), ESRCH);
    EXPECT_ERROR(sched_setaffinity(0, 8, NULL), EFAULT);
    EXPECT_ERROR(sched_getaffinity(0, 4, two), EINVAL);
    EXPECT_ERROR(sched_getaffinity(999999, 8, two), ESRCH);
    EXPECT_OK(sched_setaffinity(0, 1, &little));
    EXPECT_EQ(allowed(0), 1);
    EXPECT_OK(sched_setaffinity(0, sizeof(two), two));
}

static bool status_says(const char *mask, const char *list)
{
    char wanted[80], text[4096];

    snprintf(wanted, sizeof(wanted), "\nCpus_allowed:\t%s\nCpus_allowed_list:\t%s\n", mask, list);
    read_file("/proc/self/status", text, sizeof(text));
    return strstr(text, wanted) != NULL;
}

static void shown_in_status(void)
{
    EXPECT_OK(bind(0, 1));
    EXPECT(status_says("1", "0"));
    if (harts() < 2)
        return;
    EXPECT_OK(bind(0, 3));
    EXPECT(status_says("3", "0-1"));
    if (harts() < 4)
        return;
    EXPECT_OK(bind(0, 0xd));
    EXPECT(status_says("d", "0,2-3"));
    EXPECT_OK(bind(0, 8));
    EXPECT(status_says("8", "3"));
}

static void expect_hart(void *hart)
{
    EXPECT_EQ(allowed(0), 1UL << (uintptr_t)hart);
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT_EQ(my_hart(), (int)(uintptr_t)hart);
        sched_yield();
    }
}

static void children_inherit(void)
{
    for (uintptr_t hart = 0; hart < (uintptr_t)harts(); hart++) {
        EXPECT_OK(bind(0, 1UL << hart));
        EXPECT_EQ(run_child(expect_hart, (void *)hart), 0);
    }
}

static void show_hart(void *shown)
{
    struct shown *s = shown;

    for (;;) {
        s->hart = my_hart();
        s->turns++;
    }
}

static struct shown *map_shown(void)
{
    struct shown *s = (void *)map_shared(1);

    s->hart = -1;
    return s;
}

/* Wait until S comes from HART, or has been shown so often that it will not. */
static void await_move(const struct shown *s, int hart)
{
    uint64_t turns = s->turns;

    AWAIT(s->hart == hart || s->turns > turns + MOST_TURNS);
}

/* A process that never sleeps is moved by another one. */
static void running_one_is_moved(void)
{
    struct shown *s = map_shown();
    pid_t pid = start_child(show_hart, s);

    for (int hart = 0; hart < harts(); hart++) {
        uint64_t turns;

        EXPECT_OK(bind(pid, 1UL << hart));
        EXPECT_EQ(allowed(pid), 1UL << hart);
        await_move(s, hart);
        turns = s->turns;
        AWAIT(s->turns > turns + 10);
        EXPECT_EQ(s->hart, hart);
    }
    end_child(pid);
    munmap(s, PAGE);
}

/* Two that never sleep share the hart they are bound to, with this one when it looks. */
static void bound_ones_share(void)
{
    struct shown *s = map_shown();
    pid_t pid[2];
    int last = (int)harts() - 1;

    EXPECT_OK(bind(0, 1UL << last));
    for (int i = 0; i < 2; i++)
        pid[i] = start_child(show_hart, &s[i]);
    for (int round = 0; round < 3; round++) {
        uint64_t before[2] = { s[0].turns, s[1].turns };

        AWAIT(s[0].turns > before[0] && s[1].turns > before[1]);
        EXPECT_EQ(s[0].hart, last);
        EXPECT_EQ(s[1].hart, last);
        EXPECT_EQ(my_hart(), last);
    }
    for (int i = 0; i < 2; i++)
        end_child(pid[i]);
    munmap(s, PAGE);
}

/* Four that never sleep wait for one hart; the other is never idle, but has less to do. */
static void busy_hart_gets_some(void)
{
    struct shown *s = map_shown();
    pid_t pid[MOVERS];

    if (harts() == 1)
        skip("needs several harts");
    EXPECT_OK(bind(0, 1));
    for (int i = 0; i < MOVERS; i++) {
        pid[i] = start_child(show_hart, &s[i]);
        EXPECT_OK(bind(pid[i], 2));
        AWAIT(s[i].hart == 1);
    }
    for (int i = 0; i < MOVERS; i++)
        EXPECT_OK(bind(pid[i], 3));
    AWAIT(s[0].hart == 0 || s[1].hart == 0 || s[2].hart == 0 || s[3].hart == 0);
    for (int i = 0; i < MOVERS; i++)
        end_child(pid[i]);
    munmap(s, PAGE);
}

/* Wake-ups come from another hart; the sleeper stays on its own. */
static void answer(void *gates)
{
    struct gate *g = gates;
    int last = (int)harts() - 1;

    EXPECT_OK(bind(0, 1UL << last));
    for (int i = 0; i < ROUNDS; i++) {
        wait_gate(&g[0]);
        EXPECT_EQ(my_hart(), last);
        signal_gate(&g[1]);
    }
}

static void sleepers_stay(void)
{
    struct gate g[2];
    pid_t pid;

    open_gate(&g[0]);
    open_gate(&g[1]);
    pid = start_child(answer, g);
    EXPECT_OK(bind(0, 1));
    for (int i = 0; i < ROUNDS; i++) {
        signal_gate(&g[0]);
        wait_gate(&g[1]);
        EXPECT_EQ(my_hart(), 0);
    }
    EXPECT_CHILD(pid);
    close_gate(&g[0]);
    close_gate(&g[1]);
}

static void move_about(void *number)
{
    struct rand r;

    rand_seed(&r, test_seed + (uintptr_t)number);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t mask = 1 + rand_below(&r, all_harts());

        EXPECT_OK(bind(0, mask));
        EXPECT(mask >> my_hart() & 1);
        if (rand_one_in(&r, 2))
            sched_yield();
        else
            nap();
        EXPECT(mask >> my_hart() & 1);
    }
}

/* All at once, to and fro, and moved by others besides. */
static void many_move(void)
{
    pid_t pid[MOVERS], spinner;
    struct shown *s = map_shown();

    spinner = start_child(show_hart, s);
    for (uintptr_t i = 0; i < MOVERS; i++)
        pid[i] = start_child(move_about, (void *)i);
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT_OK(bind(spinner, 1 + rand_below(&test_rand, all_harts())));
        nap();
    }
    for (int i = 0; i < MOVERS; i++)
        EXPECT_CHILD(pid[i]);
    end_child(spinner);
    munmap(s, PAGE);
}

static void strangers_are_refused(void)
{
    struct shown *s = map_shown();
    pid_t pid = start_child(show_hart, s);

    REQUIRE(seteuid(1000) == 0);
    EXPECT_ERROR(bind(pid, 1), EPERM);
    EXPECT_EQ(allowed(pid), all_harts());
    EXPECT_ERROR(bind(0, 0), EINVAL);
    EXPECT_OK(bind(0, 1));
    REQUIRE(seteuid(0) == 0);
    end_child(pid);
    munmap(s, PAGE);
}

/* What harts can do is asked of those in a set; there must be one. */
static void probes_name_harts(void)
{
    struct {
        int64_t key;
        uint64_t value;
    } pair = { -2, 0 };
    uint64_t some = 3, none = 0, far = 1UL << 63;

    EXPECT_OK(syscall(SYS_riscv_hwprobe, &pair, 1, 0, NULL, 0));
    EXPECT_EQ(pair.key, -1);
    EXPECT_OK(syscall(SYS_riscv_hwprobe, &pair, 1, sizeof(some), &some, 0));
    EXPECT_ERROR(syscall(SYS_riscv_hwprobe, &pair, 1, sizeof(none), &none, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_riscv_hwprobe, &pair, 1, sizeof(far), &far, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_riscv_hwprobe, &pair, 1, 0, &some, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_riscv_hwprobe, &pair, 1, 8, NULL, 0), EFAULT);
}

static const struct test tests[] = {
    CHILD_TEST(binding_moves_at_once), CHILD_TEST(masks_are_checked), CHILD_TEST(shown_in_status),
    CHILD_TEST(children_inherit), CHILD_TEST(running_one_is_moved), CHILD_TEST(bound_ones_share),
    CHILD_TEST(busy_hart_gets_some), CHILD_TEST(sleepers_stay), CHILD_TEST(many_move),
    CHILD_TEST(strangers_are_refused), TEST(probes_name_harts),
};

TEST_MAIN(tests)
