/* SPDX-License-Identifier: MIT */
/*
 * steadytest.c - who wants memory at a pace that the disk can follow never waits for it: the
 * pager has it ready.
 *
 * Works on a small machine whose memory is full, with a second disk, /dev/vdb: a file system
 * for the test of files, a swap area for the test of anonymous memory.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define STEP 8                          /* pages at once ...                          */
#define PAUSE 8000000L                  /* ... and ns until the next: 4 MB per second */
#define PRODUCED (6 * MB / PAGE)
#define PATIENCE 1000                   /* pauses, until the disk has caught up       */

struct work {
    long stalls, kswapd, direct, failures;
};

static long vm(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

static struct work work_so_far(void)
{
    return (struct work){
        .stalls = vm("allocstall_dma32 ") + vm("allocstall_normal "),
        .kswapd = vm("pgscan_kswapd "), .direct = vm("pgscan_direct "),
        .failures = vm("oom_kill "),
    };
}

static size_t memory_pages(void)
{
    size_t n = (size_t)proc_number("/proc/meminfo", "MemTotal:") * KB / PAGE;

    if (n > 64 * MB / PAGE)
        skip("needs a small machine");
    return n;
}

/* A pause, and more of them while free memory is below the mark where the pager begins: on a busy
 * host the disk may not follow, and then it is this test that has to be slower. */
static void pause_for_disk(void)
{
    struct timespec pause = { .tv_nsec = PAUSE };
    int n = 0;

    do
        nanosleep(&pause, NULL);
    while (vm("nr_free_pages ") < proc_number("/proc/zoneinfo", "        low ") && ++n < PATIENCE);
}

/* PRODUCE(i) is called for PRODUCED numbers from FIRST on, at the pace; nobody has to wait. */
static void at_a_steady_pace(size_t first, void (*produce)(size_t i))
{
    struct work was, is;

    pause_for_disk();
    was = work_so_far();
    for (size_t i = 0; i < PRODUCED; i += STEP) {
        for (size_t n = 0; n < STEP; n++)
            produce(first + i + n);
        pause_for_disk();
    }
    is = work_so_far();
    note("%ld pages looked at by kswapd, %ld directly; %ld stalls", is.kswapd - was.kswapd,
         is.direct - was.direct, is.stalls - was.stalls);
    EXPECT_EQ(is.failures, was.failures);
    EXPECT(is.kswapd - was.kswapd >= (long)PRODUCED / 2);       /* it was needed at all */
    EXPECT_EQ(is.stalls, was.stalls);
    EXPECT(10 * (is.kswapd - was.kswapd) >= 9 * (is.direct - was.direct + is.kswapd - was.kswapd));
}

/* Files */

static int file;

static void append(size_t i)
{
    static char page[PAGE];

    page[0] = (char)i;
    REQUIRE(write(file, page, PAGE) == PAGE);
}

static void files(void)
{
    size_t n = memory_pages();

    if (mount(DISK, "/mnt", "ext2", 0, NULL) < 0)
        skip("needs a second disk with a file system");
    file = open("/mnt/steady", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(file >= 0);
    for (size_t i = 0; i < n; i++)
        append(i);
    at_a_steady_pace(n, append);
    close(file);
    EXPECT_OK(unlink("/mnt/steady"));
    EXPECT_OK(umount("/mnt"));
}

/* Anonymous memory */

static char *memory;

static void touch(size_t i)
{
    memory[i * PAGE] = 1;
}

static void anonymous(void)
{
    size_t n = memory_pages();

    if (access(DISK, F_OK) < 0 || swapon(DISK, 0) < 0)
        skip("needs a second disk with a swap area");
    memory = map_pages(n + PRODUCED, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (size_t i = 0; i < n; i++)
        touch(i);
    at_a_steady_pace(n, touch);
    unmap(memory, n + PRODUCED);
    EXPECT_OK(swapoff(DISK));
}

static const struct test tests[] = { TEST(files), TEST(anonymous) };
TEST_MAIN(tests)
