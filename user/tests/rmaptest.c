/* SPDX-License-Identifier: MIT */
/*
 * rmaptest.c - whoever asks who maps a page looks at few other places than those that do.
 *
 * Moving a page asks.  Strangers are alive meanwhile: processes that come from the same
 * parent as those that map the page, forked before and after them, with stores of their own.
 */
#include <sched.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/watch.h"

#define STRANGERS 200
#define MAPPERS 10
#define SPARE 8                 /* steps of a walk that find nothing */

static pid_t strangers[STRANGERS], mappers[MAPPERS];
static struct gate ready;
static int file;
static char *page;              /* the one that is looked for */

static void report_and_stay(void)
{
    signal_gate(&ready);
    pause_forever(NULL);
}

static void start_many(pid_t *pids, size_t n, void (*function)(void *))
{
    start_children(pids, n, function);
    for (size_t i = 0; i < n; i++)
        wait_gate(&ready);
}

static long vm(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

/* Move the page, which N entries map. */
static void expect_few_steps(size_t n)
{
    long walks, steps, r;

    EXPECT_EQ(read_page(page).mapcount, n);
    walks = vm("rmap_walk ");
    steps = vm("rmap_step ");
    while ((r = debug_call(DEBUG_MIGRATE, (uintptr_t)page, 0)) == -EBUSY)
        sched_yield();
    EXPECT_EQ(r, 0);
    walks = vm("rmap_walk ") - walks;
    steps = vm("rmap_step ") - steps;
    note("%lu entries: %ld steps in %ld walks", n, steps, walks);
    EXPECT_RANGE(walks, 2, 10);
    EXPECT_RANGE(steps, 2 * (long)n, walks * (long)(n + SPARE));
    EXPECT_EQ(read_page(page).mapcount, n);
}

/* It stores to what it has from its parent, and to another page of the file. */
static void be_a_stranger(void *arg)
{
    char *p = map_pages(1, RW, MAP_SHARED, file, (size_t)getpid() % 2 ? 0 : 2);

    (void)arg;
    *p = *page = 's';
    report_and_stay();
}

/* A process and its children that map a page among strangers: it is started before half of
 * them, and runs its check when all are there. */
static void map_and_stay(void *arg)
{
    (void)arg;
    EXPECT_EQ(*page, 'p');
    report_and_stay();
}

static void expect_few_steps_of_family(void)
{
    *page = 'p';
    start_many(mappers, MAPPERS, map_and_stay);
    expect_few_steps(1 + MAPPERS);
    end_children(mappers, MAPPERS);
}

static void check_page_of_a_child(void *arg)
{
    (void)arg;
    expect_few_steps_of_family();
}

static void map_file_and_stay(void *arg)
{
    page = map_pages(1, PROT_READ, getpid() % 2 ? MAP_SHARED : MAP_PRIVATE, file, 1);
    map_and_stay(arg);
}

/* Children have its mapping, but no entries before they look. */
static void check_page_of_a_file(void *arg)
{
    (void)arg;
    unmap(page, 1);
    page = map_pages(1, RW, MAP_SHARED, file, 1);
    expect_few_steps_of_family();
    *page = 'p';
    unmap(page, 1);
    start_many(mappers, MAPPERS, map_file_and_stay);
    page = map_pages(1, RW, MAP_SHARED, file, 1);
    EXPECT_EQ(*page, 'p');
    expect_few_steps(1 + MAPPERS);
    end_children(mappers, MAPPERS);
}

static void among_strangers(void)
{
    struct late_child families[2];

    need_debug_call();
    open_gate(&ready);
    file = new_disk_file(3, 'f');
    page = map_touched(1);
    start_many(strangers, STRANGERS / 2, be_a_stranger);
    start_late_child(&families[0], check_page_of_a_child, NULL);
    start_late_child(&families[1], check_page_of_a_file, NULL);
    start_many(strangers + STRANGERS / 2, STRANGERS / 2, be_a_stranger);
    for (size_t i = 0; i < COUNT(families); i++)
        end_late_child(&families[i]);
    expect_few_steps(1);                /* what all had, and have copies of */
    unmap(page, 1);
    page = map_touched(1);
    expect_few_steps_of_family();       /* made when all were there */
    end_children(strangers, STRANGERS);
    unmap(page, 1);
    close_gate(&ready);
    close(file);
}

static const struct test tests[] = {
    TEST(among_strangers),
};

TEST_MAIN(tests)
