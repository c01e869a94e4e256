/* SPDX-License-Identifier: MIT */
/*
 * cmatest.c - contiguous memory on a machine whose memory is in use.
 *
 * The machine has a contiguous area (boot argument cma=).  Memory is filled with pages of many
 * kinds, which live in the area as well; then the area is wanted.  What was there must be intact
 * elsewhere, and nobody may store to a frame that he has no more: each word taken says its
 * address, which is looked at when it is given back.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/swap.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

#define SWAP_DISK "/dev/vdb"
#define REQUEST 3072UL          /* pages: 12 MB */
#define PAGEBLOCK 1024UL

static long area_kb(void)
{
    return proc_number("/proc/meminfo", "CmaTotal:");
}

static long free_kb(void)
{
    return proc_number("/proc/meminfo", "CmaFree:");
}

/* Pages for so many parts of memory in a hundred. */
static size_t share_of_memory(size_t percent)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    return info.totalram / PAGE * percent / 100;
}

/* Only where it is a good part of memory does it take part in all that happens. */
static void need_area(void)
{
    size_t pages = (size_t)area_kb() / 4;

    need_debug_call();
    if (pages < REQUEST)
        skip("needs a contiguous area: cma=16M");
    if (pages < share_of_memory(20))
        skip("needs a small machine");
}

static long take(struct debug_contig *d)
{
    if (!d->align)
        d->align = 1;
    return debug_call(DEBUG_CONTIG_TAKE, (uintptr_t)d, 0);
}

static void give(struct debug_contig *d)
{
    EXPECT_EQ(debug_call(DEBUG_CONTIG_GIVE, (uintptr_t)d, 0), 0);
    EXPECT_EQ(d->wrong, 0);
}

/* 12 MB can be had, and are given back. */
static void take_12_mb(void)
{
    struct debug_contig d = { .npages = REQUEST, .align = PAGEBLOCK };
    long success = proc_number("/proc/vmstat", "cma_alloc_success ");

    EXPECT_EQ(take(&d), 0);
    EXPECT_EQ(d.pfn % PAGEBLOCK, 0);
    EXPECT_EQ(proc_number("/proc/vmstat", "cma_alloc_success ") - success, REQUEST);
    EXPECT(free_kb() <= area_kb() - (long)(REQUEST * PAGE / KB));
    give(&d);
}

static void idle_machine(void)
{
    struct debug_contig d = { .npages = 1, .align = 64 }, e = { .npages = 5 };

    need_area();
    EXPECT_EQ(area_kb() % (4 * (long)KB), 0);
    EXPECT(proc_number("/proc/vmstat", "nr_free_cma ") * 4 <= area_kb());
    take_12_mb();
    EXPECT_EQ(take(&d), 0);
    EXPECT_EQ(take(&e), 0);
    EXPECT_EQ(d.pfn % 64, 0);
    EXPECT(e.pfn > d.pfn || e.pfn + 5 <= d.pfn);
    give(&d);
    give(&e);
    take_12_mb();
}

/* Anonymous pages and pages of a file fill memory, some of them dirty. */
static void full_machine(void)
{
    size_t nanon = share_of_memory(45), nfile = share_of_memory(30);
    int fd;
    char *anon, *file;

    need_area();
    fd = new_disk_file(nfile, 'f');
    file = map_pages(nfile, RW, MAP_SHARED, fd, 0);
    anon = map_pages(nanon, RW, ANON, -1, 0);
    number_pages(anon, nanon, 7);
    for (size_t i = 0; i < nfile; i += 3)
        file[i * PAGE + 1] = 'g';
    EXPECT(free_kb() < area_kb() / 2);
    take_12_mb();
    EXPECT(is_numbered(anon, nanon, 7));
    for (size_t i = 0; i < nfile; i++)
        if (file[i * PAGE] != 'f' || file[i * PAGE + 1] != (i % 3 ? 'f' : 'g'))
            fail(__FILE__, __LINE__, "page %zu of the file has changed", i);
    unmap(anon, nanon);
    unmap(file, nfile);
    close(fd);
}

/* Memory is the page cache's: clean pages that nobody maps make room at once. */
static void full_of_clean_pages(void)
{
    size_t nfile = share_of_memory(80);
    char byte = 0;
    int fd;

    need_area();
    need_disk_room(nfile);
    fd = new_disk_file(nfile, 'c');
    REQUIRE(fsync(fd) == 0);
    EXPECT(free_kb() < area_kb() / 2);
    take_12_mb();
    for (size_t i = 0; i < nfile; i += 16)
        if (pread(fd, &byte, 1, (off_t)(i * PAGE + i % PAGE)) != 1 || byte != 'c')
            fail(__FILE__, __LINE__, "page %zu of the file has changed", i);
    close(fd);
}

/* More anonymous memory than there is, part of it in swap or on its way. */
static void swapping_machine(void)
{
    size_t n = share_of_memory(125);
    long moved;
    char *p;

    need_area();
    if (access(SWAP_DISK, F_OK) < 0)
        skip("no second disk");
    REQUIRE(swapon(SWAP_DISK, 0) == 0);
    p = map_pages(n, RW, ANON | MAP_NORESERVE, -1, 0);
    number_pages(p, n, 1);
    EXPECT(is_numbered(p, n, 1));           /* many have a slot and are clean */
    moved = proc_number("/proc/vmstat", "pgmigrate_success ");
    take_12_mb();
    EXPECT(proc_number("/proc/vmstat", "pgmigrate_success ") - moved > (long)REQUEST / 2);
    EXPECT(is_numbered(p, n, 1));
    unmap(p, n);
    EXPECT_OK(swapoff(SWAP_DISK));
}

/* Locked memory stays in memory, but not where it is. */
static void locked_memory(void)
{
    size_t n = share_of_memory(55);
    char *p;

    need_area();
    p = map_pages(n, RW, ANON, -1, 0);
    REQUIRE(mlock(p, n * PAGE) == 0);
    number_pages(p, n, 3);
    take_12_mb();
    EXPECT(proc_number("/proc/meminfo", "Mlocked:") >= (long)(n * PAGE / KB));
    EXPECT(is_numbered(p, n, 3));
    unmap(p, n);
}

/* Pages of several processes: shared memory, and private memory after a fork. */
struct family {
    char *own, *shared;
    size_t n;
};

static void look_again(void *arg)
{
    const struct family *f = arg;

    EXPECT(is_numbered(f->own, f->n, 11));
    EXPECT(is_numbered(f->shared, f->n, 12));
    number_pages(f->own, 8, 99);
}

static void several_processes(void)
{
    struct family f = { .n = share_of_memory(32) };
    struct late_child child[4];

    need_area();
    f.own = map_pages(f.n, RW, ANON, -1, 0);
    f.shared = map_shared(f.n);
    number_pages(f.own, f.n, 11);
    number_pages(f.shared, f.n, 12);
    for (size_t i = 0; i < COUNT(child); i++)
        start_late_child(&child[i], look_again, &f);
    EXPECT(free_kb() < area_kb() * 3 / 4);
    take_12_mb();
    for (size_t i = 0; i < COUNT(child); i++)
        end_late_child(&child[i]);
    look_again(&f);
    EXPECT(is_numbered(f.own, 8, 99));
    unmap(f.own, f.n);
    unmap(f.shared, f.n);
}

/* Others map, fault, fork and store all the time. */
#define BUSY 4
#define TURNS 5

static volatile int *stop;

static void exit_at_once(void *arg)
{
    (void)arg;
}

static void be_busy(void *arg)
{
    size_t n = share_of_memory(10);
    char *p = map_pages(n, RW, ANON, -1, 0);
    uint64_t first = (uintptr_t)arg;

    number_pages(p, n, first);
    while (!*stop) {
        char *q = map_touched(64);

        EXPECT(is_numbered(p, n, first));
        number_pages(p, n, ++first);
        if (first % 4 == 0)
            EXPECT_CHILD(start_child(exit_at_once, NULL));
        unmap(q, 64);
    }
}

static void busy_machine(void)
{
    pid_t pid[BUSY];

    need_area();
    stop = (volatile int *)map_shared(1);
    for (size_t i = 0; i < BUSY; i++)
        pid[i] = start_child(be_busy, (void *)(i * 1000));
    for (int i = 0; i < TURNS; i++)
        take_12_mb();
    *stop = 1;
    for (size_t i = 0; i < BUSY; i++)
        EXPECT_CHILD(pid[i]);
    unmap((char *)(uintptr_t)stop, 1);
}

/* A frame that every request for 12 MB needs. */
static bool is_in_the_middle(uint64_t pfn, uint64_t area)
{
    return pfn >= area + PAGEBLOCK && pfn < area + REQUEST;
}

static void pin(void *page)
{
    EXPECT_EQ(debug_call(DEBUG_PIN_PAGE, (uintptr_t)page, 0), 0);
}

/* Somebody has pages in hand, and lets go of them when he has waited for something. */
static void pages_in_hand(void)
{
    struct debug_contig d = { .npages = REQUEST, .align = PAGEBLOCK };
    size_t n = share_of_memory(60), npinned = 0;
    pid_t pid[4];
    char *p;

    need_area();
    EXPECT_EQ(take(&d), 0);
    give(&d);
    p = map_pages(n, RW, ANON, -1, 0);
    number_pages(p, n, 21);
    for (size_t i = 0; i < n && npinned < COUNT(pid); i += 100)
        if (is_in_the_middle(read_page(p + i * PAGE).pfn, d.pfn))
            pid[npinned++] = start_child(pin, p + i * PAGE);
    EXPECT_EQ(npinned, COUNT(pid));
    usleep(10000);                          /* they begin */
    take_12_mb();
    while (npinned-- > 0)
        EXPECT_CHILD(pid[npinned]);
    EXPECT(is_numbered(p, n, 21));
    unmap(p, n);
}

/*
 * Somebody keeps pages that cannot be moved (which a kernel should not do with memory that it
 * says is movable): another range is tried; and where there is none, nothing changes.
 */
static void pages_that_stay(void)
{
    struct debug_blocks kept = { .size = PAGE, .gfp = DEBUG_GFP_USER, .count = share_of_memory(60) };
    struct debug_contig all = { .npages = (uint64_t)area_kb() / 4 }, some = { .npages = 64 };
    long failed = proc_number("/proc/vmstat", "cma_alloc_fail "), nfree;

    need_area();
    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&kept, 0), 0);
    nfree = free_kb();
    EXPECT(nfree < area_kb());
    EXPECT_EQ(take(&all), -ENOMEM);
    EXPECT_EQ(proc_number("/proc/vmstat", "cma_alloc_fail ") - failed, all.npages);
    EXPECT_RANGE(free_kb(), nfree - 1024, nfree + 1024);
    EXPECT_EQ(take(&some), 0);
    give(&some);
    kept.count = 0;
    EXPECT_EQ(debug_call(DEBUG_GIVE, (uintptr_t)&kept, 0), 0);
    EXPECT_EQ(take(&all), 0);
    EXPECT_EQ(free_kb(), 0);
    give(&all);
}

/* The kernel's own pages never go there, however short memory is. */
static void kernel_pages_stay_out(void)
{
    struct debug_blocks kept = { .size = PAGE, .gfp = DEBUG_GFP_NOWAIT, .count = share_of_memory(100),
                                 .spare = 256 };
    long nfree;

    need_area();
    debug_call(DEBUG_QUIESCE, 0, 0);
    nfree = free_kb();
    EXPECT(nfree > area_kb() / 2);
    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&kept, 0), 0);
    EXPECT_RANGE(free_kb(), nfree - 1024, nfree);
    EXPECT(proc_number("/proc/meminfo", "MemFree:") - free_kb() < 4096);
    take_12_mb();
    kept.count = 0;
    EXPECT_EQ(debug_call(DEBUG_GIVE, (uintptr_t)&kept, 0), 0);
}

/* Kernel pages: as many as there are, but for SPARE. */
static struct debug_blocks take_all_but(uint64_t spare)
{
    struct debug_blocks d = { .size = PAGE, .gfp = DEBUG_GFP_NOWAIT, .count = share_of_memory(100),
                              .spare = spare };

    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&d, 0), 0);
    return d;
}

static void give_all(struct debug_blocks *d)
{
    d->count = 0;
    EXPECT_EQ(debug_call(DEBUG_GIVE, (uintptr_t)d, 0), 0);
}

static int new_clean_file(size_t npages)
{
    int fd = new_disk_file(npages, 'k');

    REQUIRE(fsync(fd) == 0);
    return fd;
}

/* What is reclaimed for the kernel's pages is what they can use, though the oldest pages are in
 * the area. */
static void kernel_pages_leave_the_area_full(void)
{
    struct debug_blocks kept = { .size = PAGE, .gfp = DEBUG_GFP_KERNEL, .count = share_of_memory(25) };
    struct debug_blocks rest;
    long stolen, nfree;
    int old, new;

    need_area();
    need_disk_room((size_t)area_kb() / 4 + share_of_memory(60));
    debug_call(DEBUG_QUIESCE, 0, 0);
    rest = take_all_but(512);
    old = new_clean_file((size_t)area_kb() / 4);
    give_all(&rest);
    new = new_clean_file(share_of_memory(60));
    nfree = free_kb();
    EXPECT(nfree < area_kb() / 4);
    stolen = proc_number("/proc/vmstat", "pgsteal_file ");
    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&kept, 0), 0);
    EXPECT_EQ(kept.done, kept.count);
    stolen = proc_number("/proc/vmstat", "pgsteal_file ") - stolen;
    note("%ld pages reclaimed for %ld, of the area %ld KiB free, then %ld", stolen,
         (long)kept.count, nfree, free_kb());
    EXPECT(stolen < (long)kept.count * 3 / 2);
    EXPECT(free_kb() < area_kb() / 2);
    give_all(&kept);
    close(old);
    close(new);
}

static const struct test tests[] = {
    TEST(idle_machine), TEST(full_machine), TEST(full_of_clean_pages), TEST(swapping_machine),
    TEST(locked_memory), TEST(several_processes), TEST(busy_machine), TEST(pages_in_hand),
    TEST(pages_that_stay), TEST(kernel_pages_stay_out), TEST(kernel_pages_leave_the_area_full),
};
TEST_MAIN(tests)
