/* SPDX-License-Identifier: MIT */
/*
 * lab8test.c - pages go to swap, and come back: for one process, for two, and when the disk
 * fails.
 *
 * The area is a file.  The cases that come first look at nothing that is in swap, so they
 * say how pages go out before there is a way back.
 */
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

#define AREA "/lab8.swap"
#define SLOTS 1024
#define N 48                            /* pages, as a rule */
#define TRIES 2000                      /* milliseconds for a page that somebody has in hand */

static size_t refused;                  /* times that a page could not go at once */

/* Take the page at P out of memory; false: it cannot go. */
static bool evict_page(const char *p)
{
    long err = -EBUSY;

    for (int i = 0; i < TRIES && err == -EBUSY; i++) {
        err = debug_call(DEBUG_EVICT, (uintptr_t)p, 0);
        if (err == -EBUSY) {
            refused++;
            usleep(1000);
        }
    }
    return err == 0;
}

static void evict(const char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        if (!evict_page(p + i * PAGE)) {
            fail(__FILE__, __LINE__, "page %zu of %zu does not go", i, npages);
            give_up();
        }
    EXPECT_EQ(in_memory(p, npages), 0);
}

static long slots_in_use(void)
{
    return (proc_number("/proc/meminfo", "SwapTotal:") - proc_number("/proc/meminfo", "SwapFree:"))
           / (long)(PAGE / KB);
}

/* A case that gave up has left its area behind. */
static void end_former_area(void)
{
    if (access(AREA, F_OK) < 0)
        return;
    if (slots_in_use() > 0) {
        fail(__FILE__, __LINE__, "%ld slots are in use since an earlier case failed: see there",
             slots_in_use());
        give_up();
    }
    swapoff(AREA);
    unlink(AREA);
}

static void begin(void)
{
    need_debug_call();
    debug_call(DEBUG_QUIESCE, 0, 0);
    end_former_area();
    begin_swap_file(AREA, SLOTS);
}

/* To bring back what nobody can find takes for ever. */
static void end(void)
{
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    if (test_failures())
        give_up();
    end_swap_file(AREA);
}

static char *filled(size_t npages)
{
    char *p = map_pages(npages, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; i < npages; i++)
        fill_page(p, i, 0);
    return p;
}

static void check(const char *p, size_t first, size_t end_page, uint64_t turn)
{
    for (size_t i = first; i < end_page; i++)
        if (!page_is_filled(p, i, turn))
            fail(__FILE__, __LINE__, "page %zu has not its content of turn %lu", i, turn);
}

static long my_swap(void)
{
    return proc_number("/proc/self/status", "VmSwap:") / (long)(PAGE / KB);
}

static long written(void)
{
    return proc_number("/proc/vmstat", "pswpout ");
}

/* Out */

static void out_of_memory_and_into_slots(void)
{
    long out, resident;
    char *p;

    begin();
    p = filled(N);
    out = written();
    resident = resident_pages();
    evict(p, N);
    EXPECT(resident - resident_pages() >= N - 4);
    EXPECT_EQ(my_swap(), N);
    EXPECT_EQ(slots_in_use(), N);
    EXPECT_RANGE(written() - out, N, 2 * N);
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_EQ(proc_number("/proc/vmstat", "nr_swapcached "), 0);
    for (size_t i = 1; i < N; i++)
        EXPECT(slot_of(p + i * PAGE) && slot_of(p + i * PAGE) != slot_of(p + (i - 1) * PAGE));
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    unmap(p, N / 2);
    EXPECT_EQ(my_swap(), N - N / 2);
    EXPECT_EQ(slots_in_use(), N - N / 2);
    unmap(p + N / 2 * PAGE, N - N / 2);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

static void expect_out(void *p)
{
    EXPECT_EQ(in_memory(p, N), 0);
    EXPECT_EQ(my_swap(), N);
}

static struct gate has_stored, is_evicted;
static volatile int own_page;

/* It has a page of its own, and so a place of its own among those who may map the others. */
static void store_then_expect_out(void *p)
{
    own_page = 1;
    signal_gate(&has_stored);
    wait_gate(&is_evicted);
    expect_out(p);
}

/* A child that has the same pages finds them in the same slots; its end leaves them to us. */
static void out_of_all_entries(void)
{
    pid_t child;
    char *p;

    begin();
    p = filled(N);
    open_gate(&has_stored);
    open_gate(&is_evicted);
    child = start_child(store_then_expect_out, p);
    wait_gate(&has_stored);
    refused = 0;
    evict(p, N);
    EXPECT_RANGE(refused, 0, N / 4);                /* all entries at the first try */
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    signal_gate(&is_evicted);
    EXPECT_CHILD(child);
    close_gate(&has_stored);
    close_gate(&is_evicted);
    EXPECT_EQ(slots_in_use(), N);
    EXPECT_EQ(run_child(expect_out, p), 0);         /* whose entries are copies of ours */
    EXPECT_EQ(slots_in_use(), N);
    expect_out(p);
    unmap(p, N);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

static void locked_ones_stay(void)
{
    char *p;

    begin();
    p = filled(4);
    EXPECT_OK(mlock(p, PAGE));
    evict(p + PAGE, 3);
    EXPECT(debug_call(DEBUG_EVICT, (uintptr_t)p, 0) < 0);
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_PAGEOUT));
    EXPECT_EQ(in_memory(p, 1), 1);
    EXPECT(page_is_filled(p, 0, 0));
    unmap(p, 4);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

/* In again */

static void every_byte_comes_back(void)
{
    long faults;
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    faults = major_faults();
    check(p, 0, N, 0);
    EXPECT(major_faults() > faults);
    EXPECT_EQ(in_memory(p, N), N);
    EXPECT_EQ(my_swap(), 0);
    for (uint64_t turn = 1; turn <= 3; turn++) {
        for (size_t i = turn; i < N; i += 2)
            fill_page(p, i, turn);
        evict(p, N);
        for (size_t i = turn; i < N; i += 2)
            check(p, i, i + 1, turn);
        check(p, 0, 1, 0);
    }
    unmap(p, N);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

/* Half as much again as there is. */
static void larger_than_memory(void)
{
    struct sysinfo info;
    size_t npages;
    uint8_t *turns;
    char *p;

    REQUIRE(sysinfo(&info) == 0);
    npages = 3 * info.totalram / PAGE / 2;
    turns = calloc(npages, 1);
    REQUIRE(turns != NULL);
    end_former_area();
    begin_swap_file(AREA, npages);
    p = map_pages(npages, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t i = 0; i < npages; i++)
        fill_page(p, i, 0);
    EXPECT(my_swap() > (long)npages / 4);
    for (size_t n = 0; n < npages / 4; n++) {
        size_t i = rand_below(&test_rand, npages);

        check(p, i, i + 1, turns[i]);
        fill_page(p, i, ++turns[i]);
    }
    for (size_t i = 0; i < npages; i++)
        check(p, i, i + 1, turns[i]);
    unmap(p, npages);
    free(turns);
    end();
}

/* What was only read keeps its slot, and goes again as it came. */
static void clean_pages_are_not_written_again(void)
{
    long out;
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    check(p, 0, N, 0);
    EXPECT_EQ(slots_in_use(), N);
    out = written();
    evict(p, N);
    EXPECT_RANGE(written() - out, 0, N / 4);        /* of others, perhaps */
    check(p, 0, N, 0);
    unmap(p, N);
    end();
}

/* What is stored to exists nowhere else, whether it was read before or not. */
static void a_store_leaves_the_slot(void)
{
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    check(p, 0, N / 2, 0);
    for (size_t i = 0; i < N; i++)
        fill_page(p, i, 1);
    EXPECT_EQ(slots_in_use(), 0);
    evict(p, N);
    check(p, 0, N, 1);
    unmap(p, N);
    end();
}

/* Two processes */

static void read_all(void *p)
{
    check(p, 0, N, 0);
    EXPECT_EQ(in_memory(p, N), N);
}

/* One reads a page, the other finds it. */
static void two_meet_at_one_page(void)
{
    struct late_child child;
    long in;
    char *p;

    begin();
    p = filled(N);
    start_late_child(&child, read_all, p);
    evict(p, N);
    in = proc_number("/proc/vmstat", "pswpin ");
    check(p, 0, N, 0);
    for (size_t i = 0; i < N; i++)
        EXPECT_EQ(read_page(p + i * PAGE).mapcount, 1);
    end_late_child(&child);
    EXPECT_EQ(proc_number("/proc/vmstat", "pswpin ") - in, N);
    check(p, 0, N, 0);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    unmap(p, N);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

/* Every second page is stored to, at once or after it was read. */
static void store_half(void *p)
{
    check(p, 0, N / 2, 0);
    for (size_t i = 0; i < N; i += 2)
        fill_page(p, i, 7);
    for (size_t i = 0; i < N; i++)
        check(p, i, i + 1, i % 2 ? 0 : 7);
    evict(p, 4);
    check(p, 2, 3, 7);
}

static void each_has_its_own_after_a_store(void)
{
    struct late_child child;
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    EXPECT_EQ(run_child(store_half, p), 0);
    check(p, 0, N, 0);
    evict(p, N);
    start_late_child(&child, store_half, p);
    for (size_t i = 0; i < N; i += 3)
        fill_page(p, i, 3);
    for (size_t i = 1; i < N; i += 3)
        EXPECT(page_is_filled(p, i, 0));
    for (size_t i = 0; i < N; i += 3)
        EXPECT(page_is_filled(p, i, 3));
    end_late_child(&child);
    for (size_t i = 0; i < N; i++)
        check(p, i, i + 1, i % 3 ? 0 : 3);
    unmap(p, N);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

/* A thread that stores all the time, on another hart than the one that takes its page away. */

#define ROUNDS 100

static struct {
    volatile uint64_t *count;
    volatile bool stop, lost;
} *store;

static int count_up(void *arg)
{
    uint64_t n = 0;

    (void)arg;
    while (!store->stop) {
        if (*store->count != n)
            store->lost = true;
        *store->count = ++n;
    }
    _exit(0);
}

static void stores_while_it_goes(void)
{
    pid_t thread;
    char *p;

    begin();
    p = map_touched(1);
    store = (void *)map_touched(1);
    memset(store, 0, sizeof(*store));
    store->count = (uint64_t *)p;
    *store->count = 0;
    thread = start_thread(0, count_up);
    for (int i = 0; i < ROUNDS; i++)
        evict_page(p);
    store->stop = true;
    EXPECT_CHILD(thread);
    EXPECT(!store->lost);
    EXPECT(*store->count > 0);
    unmap(p, 1);
    unmap((char *)store, 1);
    end();
}

/* Mappings that change while their pages are away */

static void rights_changed_in_swap(void)
{
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    EXPECT_OK(mprotect(p, 8 * PAGE, PROT_READ));
    EXPECT_OK(mprotect(p + 8 * PAGE, 8 * PAGE, PROT_NONE));
    EXPECT_FAULT(try_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    EXPECT(page_is_filled(p, 1, 0));
    EXPECT_FAULT(try_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    EXPECT_FAULT(try_read(p + 9 * PAGE), SIGSEGV, SEGV_ACCERR, p + 9 * PAGE);
    EXPECT_OK(mprotect(p, 16 * PAGE, RW));
    check(p, 0, N, 0);
    fill_page(p, 1, 1);
    check(p, 1, 2, 1);
    unmap(p, N);
    end();
}

static void unmapped_in_swap(void)
{
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    unmap(p + 8 * PAGE, 8);
    EXPECT_EQ(slots_in_use(), N - 8);
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_DONTNEED));
    EXPECT_EQ(slots_in_use(), N - 12);
    for (size_t i = 0; i < 4 * PAGE; i += 512)
        EXPECT_EQ(p[i], 0);
    check(p, 4, 8, 0);
    check(p, 16, N, 0);
    unmap(p, 8);
    unmap(p + 16 * PAGE, N - 16);
    EXPECT_EQ(slots_in_use(), 0);
    end();
}

static void back_at_swapoff(void)
{
    char *p;

    begin();
    p = filled(N);
    evict(p, N);
    EXPECT(page_is_filled(p, 5, 0));
    end();
    EXPECT_EQ(in_memory(p, N), N);
    EXPECT_EQ(my_swap(), 0);
    check(p, 0, N, 0);
    unmap(p, N);
}

/* A disk that fails.  Our own program must not need it meanwhile. */

static void begin_failing(void)
{
    begin();
    REQUIRE(mlockall(MCL_CURRENT) == 0);
}

static void end_failing(void)
{
    EXPECT_OK(munlockall());
    end();
}

static void a_write_that_fails(void)
{
    long total;
    char *p;

    begin_failing();
    total = proc_number("/proc/meminfo", "SwapTotal:");
    p = filled(4);
    fail_nth(DEBUG_FAIL_DISK, 1);
    debug_call(DEBUG_EVICT, (uintptr_t)p, 0);
    fail_nth(DEBUG_FAIL_DISK, 0);
    debug_call(DEBUG_QUIESCE, 0, 0);
    evict(p + PAGE, 3);
    check(p, 0, 4, 0);
    EXPECT_EQ(proc_number("/proc/meminfo", "SwapTotal:"), total - (long)(PAGE / KB));
    fill_page(p, 0, 1);
    evict(p, 4);                                    /* to another slot */
    check(p, 0, 1, 1);
    check(p, 1, 4, 0);
    unmap(p, 4);
    EXPECT_EQ(slots_in_use(), 0);
    end_failing();
}

/* It is tried again, and then by whoever comes next. */
static void a_read_that_fails(void)
{
    struct debug_fail always = { .sites = DEBUG_FAIL_DISK, .one_in = 1 };
    struct debug_fail never = { .sites = DEBUG_FAIL_DISK };
    struct fault fault;
    char *p;

    begin_failing();
    p = filled(4);
    evict(p, 4);
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_EQ(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&always, 0), 0);
    fault = try_read(p);
    EXPECT_EQ(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&never, 0), 0);
    EXPECT_EQ(fault.sig, SIGBUS);
    EXPECT_EQ(fault.addr, (uintptr_t)p);
    check(p, 0, 4, 0);
    unmap(p, 4);
    EXPECT_EQ(slots_in_use(), 0);
    end_failing();
}

static const struct test tests[] = {
    TEST(out_of_memory_and_into_slots), TEST(out_of_all_entries), TEST(locked_ones_stay),
    TEST(every_byte_comes_back), TEST(larger_than_memory),
    TEST(clean_pages_are_not_written_again), TEST(a_store_leaves_the_slot),
    TEST(two_meet_at_one_page), TEST(each_has_its_own_after_a_store),
    TEST(stores_while_it_goes),
    TEST(rights_changed_in_swap), TEST(unmapped_in_swap), TEST(back_at_swapoff),
    TEST(a_write_that_fails), TEST(a_read_that_fails),
};

TEST_MAIN(tests)
