/* SPDX-License-Identifier: MIT */
/*
 * orphantest.c - whose children the children of a process become when it ends.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

/* One who has a child, and ends when he is told to; all see it. */
struct family {
    struct gate go;
    pid_t orphan;
    void (*orphans_life)(void *);
    bool adopts;                /* the middle one would, if it lived */
};

static void lead_family(void *arg)
{
    struct family *f = arg;

    if (f->adopts)
        EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
    f->orphan = start_child(f->orphans_life, NULL);
    wait_gate(&f->go);
}

static struct family *make_family(void (*life)(void *))
{
    struct family *f = (struct family *)map_shared(1);

    open_gate(&f->go);
    f->orphans_life = life;
    return f;
}

static void end_family(struct family *f, pid_t middle)
{
    signal_gate(&f->go);
    EXPECT_CHILD(middle);
    close_gate(&f->go);
}

/* The parent of PID, or 0. */
static pid_t parent_of(pid_t pid)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    return (pid_t)proc_number(path, "PPid:");
}

static void adopt(bool yes)
{
    int is = -1;

    EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, yes));
    EXPECT_OK(prctl(PR_GET_CHILD_SUBREAPER, &is));
    EXPECT_EQ(is, yes);
}

/* Have a family in which the middle one ends; whose child the orphan is then.  It lasts. */
static pid_t orphan_somebody(pid_t *orphan)
{
    struct family *f = make_family(pause_forever);
    pid_t middle = start_child(lead_family, f);

    end_family(f, middle);
    *orphan = f->orphan;
    return parent_of(f->orphan);
}

static void init_adopts(void)
{
    pid_t orphan, parent = orphan_somebody(&orphan);

    EXPECT(parent != getpid());
    if (has_debug_call())
        EXPECT_EQ(parent, 1);
    EXPECT_OK(kill(orphan, SIGKILL));
}

static void subreaper_adopts(void)
{
    pid_t orphan;

    adopt(true);
    EXPECT_EQ(orphan_somebody(&orphan), getpid());
    end_child(orphan);
    adopt(false);
    EXPECT(orphan_somebody(&orphan) != getpid());
    EXPECT_OK(kill(orphan, SIGKILL));
}

static void subreaper_hears_of_it(void)
{
    struct family *f = make_family(pause_forever);
    pid_t middle;
    int status;

    adopt(true);
    middle = start_child(lead_family, f);
    signal_gate(&f->go);
    EXPECT_EQ(wait(&status), middle);
    EXPECT_OK(kill(f->orphan, SIGTERM));
    EXPECT_EQ(wait(&status), f->orphan);
    EXPECT_EQ(status, SIGTERM);
    EXPECT_ERROR(wait(NULL), ECHILD);
}

/* A child of ours has the family: it is asked before us, unless it is no subreaper. */
static void grandparent(void *adopts)
{
    pid_t orphan, parent;
    int is;

    EXPECT_OK(prctl(PR_GET_CHILD_SUBREAPER, &is));
    EXPECT_EQ(is, 0);                       /* not inherited */
    if (adopts)
        adopt(true);
    parent = orphan_somebody(&orphan);
    EXPECT_EQ(parent, adopts ? getpid() : getppid());
    if (adopts)
        end_child(orphan);
    else
        EXPECT_OK(kill(orphan, SIGTERM));
}

static void nearest_adopts(void)
{
    int status;

    adopt(true);
    EXPECT_EQ(run_child(grandparent, NULL), 0);
    EXPECT(wait(&status) > 0 && status == SIGTERM);
    EXPECT_EQ(run_child(grandparent, "yes"), 0);
    EXPECT_ERROR(wait(NULL), ECHILD);
}

/* Who ends adopts nobody. */
static void subreaper_ends(void)
{
    struct family *f = make_family(pause_forever);
    pid_t middle;

    adopt(true);
    f->adopts = true;
    middle = start_child(lead_family, f);
    end_family(f, middle);
    EXPECT_EQ(parent_of(f->orphan), getpid());
    end_child(f->orphan);
}

static void exit_at_once(void *arg)
{
    (void)arg;
}

/* A zombie is handed on, too, but not to one who wants none. */
static void zombies_are_handed_on(void)
{
    static void (*const action[])(int) = { SIG_DFL, SIG_IGN };

    adopt(true);
    for (size_t i = 0; i < COUNT(action); i++) {
        struct family *f = make_family(exit_at_once);
        pid_t middle = start_child(lead_family, f);

        wait_until(middle, 'S');
        wait_until(f->orphan, 'Z');
        EXPECT(signal(SIGCHLD, action[i]) != SIG_ERR);
        signal_gate(&f->go);
        if (action[i] == SIG_DFL) {
            EXPECT_CHILD(middle);
            EXPECT_CHILD(f->orphan);
        }
        EXPECT_ERROR(wait(NULL), ECHILD);
        for (int turn = 0; turn < 100000 && kill(f->orphan, 0) == 0; turn++)
            sched_yield();                  /* it goes, but not before the call is over */
        EXPECT_ERROR(kill(f->orphan, 0), ESRCH);
        close_gate(&f->go);
    }
}

static const struct test tests[] = {
    CHILD_TEST(init_adopts),
    CHILD_TEST(subreaper_adopts),
    CHILD_TEST(subreaper_hears_of_it),
    CHILD_TEST(nearest_adopts),
    CHILD_TEST(subreaper_ends),
    CHILD_TEST(zombies_are_handed_on),
};

TEST_MAIN(tests)
