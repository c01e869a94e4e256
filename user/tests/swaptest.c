/* SPDX-License-Identifier: MIT */
/*
 * swaptest.c - memory larger than memory: every byte comes back.
 *
 * The disk, /dev/vdb, is a swap area made by the host's mkswap; if it is in use already, it
 * stays so.  SWAPTEST_MB in the environment is how much is mapped; three times the memory if
 * it is not there.
 */
#include <sys/sysinfo.h>
#include <sys/swap.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define EVICT_TRIES 2000        /* at most, a millisecond between them */
#define DISK "/dev/vdb"

static void need_disk(void)
{
    if (access(DISK, F_OK) < 0)
        skip("no second disk");
}

static bool was_on;

static void swap_on(void)
{
    need_disk();
    was_on = swapon(DISK, 0) < 0 && errno == EBUSY;
    REQUIRE(proc_number("/proc/meminfo", "SwapTotal:") > 0);
}

static void swap_off(void)
{
    if (was_on)
        return;
    EXPECT_OK(swapoff(DISK));
    EXPECT_EQ(proc_number("/proc/meminfo", "SwapTotal:"), 0);
}

/* With swap on. */
static void need_room(size_t npages)
{
    if (has_room(npages))
        return;
    swap_off();
    skip("needs a smaller machine or a larger swap disk");
}

static size_t pages_to_map(void)
{
    const char *mb = getenv("SWAPTEST_MB");
    struct sysinfo info;

    if (mb)
        return strtoul(mb, NULL, 10) * MB / PAGE;
    REQUIRE(sysinfo(&info) == 0);
    return 3 * info.totalram / PAGE;
}

static size_t count_wrong(const char *p, size_t npages)
{
    size_t wrong = 0;

    for (size_t i = 0; i < npages; i++)
        wrong += !page_is_filled(p, i, 0);
    return wrong;
}

/* NPAGES written in order, read backwards, read and written at random, read in order. */
static void use_pages(size_t npages)
{
    uint8_t *turns = calloc(npages, 1);
    char *p = map_pages(npages, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(turns != NULL);
    for (size_t i = 0; i < npages; i++)
        fill_page(p, i, 0);
    EXPECT(proc_number("/proc/self/status", "VmSwap:") > 0);
    for (size_t i = npages; i-- > 0;)
        if (!page_is_filled(p, i, 0))
            fail(__FILE__, __LINE__, "page %zu has changed", i);
    for (size_t n = 0; n < npages / 2; n++) {
        size_t i = rand_below(&test_rand, npages);

        if (!page_is_filled(p, i, turns[i]))
            fail(__FILE__, __LINE__, "page %zu has changed since turn %u", i, turns[i]);
        if (rand_one_in(&test_rand, 2))
            fill_page(p, i, ++turns[i]);
    }
    for (size_t i = 0; i < npages; i++)
        if (!page_is_filled(p, i, turns[i]))
            fail(__FILE__, __LINE__, "page %zu has changed after turn %u", i, turns[i]);
    unmap(p, npages);
    free(turns);
}

static long written(void)
{
    return proc_number("/proc/vmstat", "pswpout ");
}

/* By default three times the memory. */
static void larger_than_memory(void)
{
    size_t npages = pages_to_map();
    long out;

    swap_on();
    need_room(npages);
    out = written();
    use_pages(npages);
    EXPECT(written() - out > (long)npages / 2);
    swap_off();
}

static void use_as_child(void *number)
{
    rand_seed(&test_rand, test_seed + (uintptr_t)number);
    use_pages(pages_to_map());
}

/* PIDS pause; those that have ended, well, become 0.  While they do, the kernel's books must
 * balance.  Whether there are some left. */
static bool pause_and_audit(pid_t *pids, size_t n)
{
    size_t alive = 0;
    int status;

    for (size_t i = 0; i < n; i++) {
        if (!pids[i])
            continue;
        kill(pids[i], SIGSTOP);
        REQUIRE(waitpid(pids[i], &status, WUNTRACED) == pids[i]);
        if (WIFSTOPPED(status)) {
            alive++;
        } else {
            EXPECT_EQ(status, 0);
            pids[i] = 0;
        }
    }
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    for (size_t i = 0; i < n; i++)
        if (pids[i])
            kill(pids[i], SIGCONT);
    return alive > 0;
}

/* Four programs whose memory does not suffice, and looks at the whole in between. */
static void four_at_once(void)
{
    enum { N = 4 };
    pid_t pids[N];
    unsigned audits = 0;

    need_debug_call();
    swap_on();
    need_room(N * pages_to_map());
    for (size_t i = 0; i < N; i++)
        pids[i] = start_child(use_as_child, (void *)i);
    do {
        sleep(1);
        audits++;
    } while (pause_and_audit(pids, N));
    note("%u audits, %ld pages written, %ld read", audits, written(),
         proc_number("/proc/vmstat", "pswpin "));
    swap_off();
}

/* The pager may have the page in hand: then again. */
static long evict_page(const char *p)
{
    long err;

    for (int tries = 0; (err = debug_call(DEBUG_EVICT, (uintptr_t)p, 0)) == -EBUSY; tries++) {
        if (tries == EVICT_TRIES)
            break;
        usleep(1000);
    }
    return err;
}

static void evict(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_EQ(evict_page(p + i * PAGE), 0);
}

static void fill_and_evict(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        fill_page(p, i, 0);
    evict(p, npages);
}

/* What was evicted and is read again goes a second time without being written. */
static void clean_pages_are_not_written(void)
{
    enum { N = 64 };
    char *p;
    long out;

    need_debug_call();
    swap_on();
    debug_call(DEBUG_QUIESCE, 0, 0);        /* the pager has done with what was before */
    p = map_pages(N, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < N; i++)
        fill_page(p, i, 0);
    out = written();
    evict(p, N);
    EXPECT_EQ(in_memory(p, N), 0);
    EXPECT(written() - out >= N);
    EXPECT(proc_number("/proc/self/status", "VmSwap:") >= (long)(N * PAGE / KB));
    EXPECT_EQ(count_wrong(p, N), 0);
    EXPECT_EQ(in_memory(p, N), N);
    out = written();
    evict(p, N);
    EXPECT(written() - out < N / 2);        /* the pager may be at work on others */
    EXPECT_EQ(count_wrong(p, N), 0);
    fill_page(p, 0, 0);                     /* one is dirty now */
    out = written();
    evict(p, N);
    EXPECT_RANGE(written() - out, 1, N / 2);
    EXPECT_EQ(count_wrong(p, N), 0);
    unmap(p, N);
    swap_off();
}

static void check_child(void *p)
{
    EXPECT_EQ(count_wrong(p, 16), 0);
    fill_page(p, 3, 1);
    EXPECT(page_is_filled(p, 3, 1));
}

/* Parent and child have the same slots, and each its own pages once it stores. */
static void fork_of_what_is_in_swap(void)
{
    char *p;

    need_debug_call();
    swap_on();
    p = map_pages(16, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fill_and_evict(p, 16);
    EXPECT_EQ(run_child(check_child, p), 0);
    EXPECT_EQ(count_wrong(p, 16), 0);
    evict(p, 16);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    unmap(p, 16);
    swap_off();
}

/* Shared memory without a file goes to swap, too, and is read, written and cut there. */
static void shared_memory(void)
{
    int fd = memfd_create("swaptest", 0);
    static char other[9 * PAGE] __attribute__((aligned(8)));
    char *p;

    need_debug_call();
    swap_on();
    REQUIRE(fd >= 0 && ftruncate(fd, 16 * PAGE) == 0);
    p = map_pages(16, RW, MAP_SHARED, fd, 0);
    fill_and_evict(p, 16);
    EXPECT_EQ(in_memory(p, 16), 0);
    EXPECT_EQ(run_child(check_child, p), 0);
    EXPECT(page_is_filled(p, 3, 1));
    fill_page(p, 3, 0);
    evict(p, 16);
    EXPECT_EQ(pread(fd, other, PAGE, 5 * PAGE), PAGE);
    EXPECT(memcmp(other, p + 5 * PAGE, PAGE) == 0 && page_is_filled(p, 5, 0));
    EXPECT_EQ(pwrite(fd, "x", 1, 6 * PAGE + 7), 1);
    EXPECT_EQ(p[6 * PAGE + 7], 'x');
    evict(p + 8 * PAGE, 8);
    EXPECT_EQ(ftruncate(fd, 8 * PAGE + 100), 0);
    EXPECT_EQ(ftruncate(fd, 16 * PAGE), 0);
    fill_page(other, 8, 0);
    EXPECT_EQ(memcmp(p + 8 * PAGE, other + 8 * PAGE, 100), 0);
    for (size_t i = 100; i < 8 * PAGE; i++)
        if (p[8 * PAGE + i])
            fail(__FILE__, __LINE__, "byte %zu was cut and is %d", i, p[8 * PAGE + i]);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    evict(p, 8);
    swap_off();
    EXPECT_EQ(count_wrong(p, 6), 0);
    unmap(p, 16);
    close(fd);
}

/* swapoff brings everything back, whatever its rights. */
static void swapoff_brings_back(void)
{
    char *p;

    need_debug_call();
    swap_on();
    p = map_pages(32, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fill_and_evict(p, 32);
    EXPECT_OK(mprotect(p, 8 * PAGE, PROT_NONE));
    swap_off();
    EXPECT_EQ(in_memory(p, 32), 32);
    EXPECT_EQ(proc_number("/proc/self/status", "VmSwap:"), 0);
    EXPECT_OK(mprotect(p, 8 * PAGE, RW));
    EXPECT_EQ(count_wrong(p, 32), 0);
    unmap(p, 32);
}

static const struct test tests[] = {
    TEST(larger_than_memory), TEST(clean_pages_are_not_written), TEST(fork_of_what_is_in_swap),
    TEST(shared_memory), TEST(swapoff_brings_back), NAMED_TEST(four_at_once),
};
TEST_MAIN(tests)
