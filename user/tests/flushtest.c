/* SPDX-License-Identifier: MIT */
/*
 * flushtest.c - how much of the TLB is forgotten: a few pages by themselves, and nothing at
 * a context switch.
 *
 * The counters are the machine's.  What else runs may flush something meanwhile, so each
 * thing is tried again until nobody disturbed it: what flushes every time fails every time.
 */
#include <sched.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define FEW 32                  /* pages, which are flushed one by one */
#define AREA (8 * FEW)
#define TRIES 10
#define TABLE 512UL             /* pages that a page table maps */
#define TURNS 1000

static long vm(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

static long full_flushes(void)
{
    return vm("nr_tlb_local_flush_all ");
}

static void need_counters(void)
{
    if (full_flushes() < 0)
        skip("this kernel does not count flushes");
}

static char *area;              /* of AREA pages, more than what is changed: its tables stay */
static size_t npages;           /* that are changed */

static void protect(void)
{
    EXPECT_OK(mprotect(area + PAGE, npages * PAGE, PROT_READ));
}

static void protect_and_allow(void)
{
    protect();
    EXPECT_OK(mprotect(area + PAGE, npages * PAGE, RW));
}

static void take_away(void)
{
    unmap(area + PAGE, npages);
}

static void discard(void)
{
    EXPECT_OK(madvise(area + PAGE, npages * PAGE, MADV_DONTNEED));
}

static void (*const changes[])(void) = { protect, protect_and_allow, take_away, discard };

/* Flushes of everything, and of single pages, that CHANGE caused. */
static long flushes_of(void (*change)(void), long *single)
{
    long all, one;

    area = map_touched(AREA);
    all = full_flushes();
    one = vm("nr_tlb_local_flush_one ");
    change();
    *single = vm("nr_tlb_local_flush_one ") - one;
    all = full_flushes() - all;
    unmap(area, AREA);
    return all;
}

static void expect_single(void (*change)(void))
{
    long all = 1, single = 0;

    for (int i = 0; all && i < TRIES; i++)
        all = flushes_of(change, &single);
    EXPECT_EQ(all, 0);
    EXPECT_RANGE(single, (long)npages, 0x7fffffffL);
}

static void a_few_pages(void)
{
    need_counters();
    for (size_t i = 0; i < COUNT(changes); i++)
        for (npages = 1; npages <= FEW; npages += 1 + npages / 4)
            expect_single(changes[i]);
    npages = FEW;
    for (size_t i = 0; i < COUNT(changes); i++)
        expect_single(changes[i]);
}

/* That the counter counts. */
static void many_pages(void)
{
    long single;

    need_counters();
    npages = FEW + 1;
    for (size_t i = 0; i < COUNT(changes); i++)
        EXPECT_RANGE(flushes_of(changes[i], &single), 1, 0x7fffffffL);
    npages = AREA - 1;
    for (size_t i = 0; i < COUNT(changes); i++)
        EXPECT_RANGE(flushes_of(changes[i], &single), 1, 0x7fffffffL);
}

/* A page that is alone in the range of its page table takes the table along, and a hart may
 * know the way to the table by heart: what forgets single pages does not forget that. */
static void a_table_that_goes(void)
{
    char *place = free_place(3 * TABLE), *p = place + (-(uintptr_t)place & (TABLE * PAGE - 1));
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    long all;

    need_counters();
    EXPECT_EQ(mmap(p + PAGE, PAGE, RW, flags, -1, 0), p + PAGE);
    p[PAGE] = 1;
    all = full_flushes();
    unmap(p + PAGE, 1);
    EXPECT_RANGE(full_flushes() - all, 1, 0x7fffffffL);
}

/* Context switches */

static struct gate there, back;

static void answer(void *arg)
{
    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        wait_gate(&there);
        signal_gate(&back);
    }
}

/* Turns of two processes on one hart, and how often all was flushed meanwhile. */
static long flushes_of_turns(void)
{
    long before, switches, flushes;
    pid_t pid;

    open_gate(&there);
    open_gate(&back);
    pid = start_child(answer, NULL);
    switches = proc_number("/proc/stat", "ctxt ");
    before = full_flushes();
    for (int i = 0; i < TURNS - 1; i++) {
        signal_gate(&there);
        wait_gate(&back);
    }
    flushes = full_flushes() - before;
    EXPECT_RANGE(proc_number("/proc/stat", "ctxt ") - switches, 2 * TURNS - 2, 0x7fffffffL);
    signal_gate(&there);
    EXPECT_CHILD(pid);
    close_gate(&there);
    close_gate(&back);
    return flushes;
}

static void bind_to_first_hart(void)
{
    uint64_t mask = 1;

    EXPECT_OK(sched_setaffinity(0, sizeof(mask), &mask));
}

static void a_thousand_switches(void)
{
    long flushes = 1;

    need_counters();
    bind_to_first_hart();
    for (int i = 0; flushes && i < TRIES; i++)
        flushes = flushes_of_turns();
    EXPECT_EQ(flushes, 0);
}

/* On a machine without address space numbers each switch must forget everything. */
static void switches_without_numbers(void)
{
    need_counters();
    bind_to_first_hart();
    EXPECT_RANGE(flushes_of_turns(), 2 * TURNS - 2, 0x7fffffffL);
}

static const struct test tests[] = {
    TEST(a_few_pages),
    TEST(many_pages),
    TEST(a_table_that_goes),
    CHILD_TEST(a_thousand_switches),
    NAMED_TEST(switches_without_numbers),
};

TEST_MAIN(tests)
