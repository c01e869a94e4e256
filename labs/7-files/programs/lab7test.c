/* SPDX-License-Identifier: MIT */
/*
 * lab7test.c - a page of a file is in memory once, is written when it was stored to, and
 * brings its neighbours.
 *
 * That mappings, read(2) and the disk agree is for sharetest and msynctest to say.
 */
#include <sched.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

#define FEW 16UL                /* pages */
#define MAY_STORE 4UL           /* the bit W of a page-table entry */

/* A file without a name whose page I begins with 'A' + I; it is on the disk, and clean. */
static int clean_file(size_t npages)
{
    int fd = new_disk_file(npages, 'f');

    for (size_t i = 0; i < npages; i++) {
        char c = (char)('A' + i % 26);

        REQUIRE(pwrite(fd, &c, 1, (off_t)(i * PAGE)) == 1);
    }
    EXPECT_OK(fsync(fd));
    return fd;
}

/* Each page begins as clean_file() made it, from its page FIRST on. */
static void read_all(const char *p, size_t npages, size_t first)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_EQ(*(const volatile char *)(p + i * PAGE), 'A' + (long)((first + i) % 26));
}

static void store_all(char *p, size_t npages, char c)
{
    for (size_t i = 0; i < npages; i++)
        *(volatile char *)(p + i * PAGE + 1) = c;
}

static bool is_dirty(const char *p)
{
    return read_page(p).flags & DEBUG_PAGE_DIRTY;
}

static bool may_store(const char *p)
{
    return read_page(p).pte & MAY_STORE;
}

static bool is_mapped(const char *p)
{
    return read_page(p).flags & DEBUG_PAGE_PRESENT;
}

/* One frame */

static int fd;

static void expect_same_frame(void *arg)
{
    char *p = map_pages(1, PROT_READ, MAP_PRIVATE, fd, 0);

    read_all(p, 1, 0);
    EXPECT_EQ(read_page(p).pfn, *(uint64_t *)arg);
}

static void one_frame_for_all(void)
{
    char *private, *writable, *shared;
    struct debug_page page;

    need_debug_call();
    fd = clean_file(1);
    private = map_pages(1, PROT_READ, MAP_PRIVATE, fd, 0);
    writable = map_pages(1, RW, MAP_PRIVATE, fd, 0);
    shared = map_pages(1, PROT_READ, MAP_SHARED, fd, 0);
    read_all(private, 1, 0);
    read_all(writable, 1, 0);
    read_all(shared, 1, 0);
    page = read_page(private);
    EXPECT_EQ(page.kind, DEBUG_FRAME_FILE);
    EXPECT_EQ(page.mapcount, 3);
    EXPECT(page.refcount > 3);
    EXPECT_EQ(read_page(writable).pfn, page.pfn);
    EXPECT_EQ(read_page(shared).pfn, page.pfn);
    EXPECT_EQ(run_child(expect_same_frame, &page.pfn), 0);
    unmap(private, 1);
    unmap(writable, 1);
    unmap(shared, 1);
    close(fd);
}

#define MANY 400UL              /* pages */

static uint64_t anon_frames(void)
{
    return read_counters().frames[DEBUG_FRAME_ANON];
}

static void reading_takes_no_frames(void)
{
    uint64_t before;
    char *p;

    need_debug_call();
    fd = clean_file(MANY);
    p = map_pages(MANY, RW, MAP_PRIVATE, fd, 0);
    before = anon_frames();
    read_all(p, MANY, 0);
    EXPECT(anon_frames() < before + MANY / 10);
    unmap(p, MANY);
    close(fd);
}

static const volatile char constant[PAGE] = { 'c' };

static void program_text_is_shared(void)
{
    need_debug_call();
    EXPECT_EQ(constant[0], 'c');
    EXPECT_EQ(read_page((const void *)(uintptr_t)program_text_is_shared).kind, DEBUG_FRAME_FILE);
    EXPECT_EQ(read_page((const char *)constant).kind, DEBUG_FRAME_FILE);
}

/* Stores */

static void private_stores_are_private(void)
{
    char *p, *file, c[2];

    need_debug_call();
    fd = clean_file(2);
    p = map_pages(2, RW, MAP_PRIVATE, fd, 0);
    file = map_pages(2, PROT_READ, MAP_SHARED, fd, 0);
    store_all(p + PAGE, 1, 's');        /* a page that was never read, and one that was */
    read_all(p, 1, 0);
    store_all(p, 1, 's');
    read_all(p, 2, 0);
    read_all(file, 2, 0);
    for (size_t i = 0; i < 2; i++) {
        EXPECT_EQ(read_page(p + i * PAGE).kind, DEBUG_FRAME_ANON);
        EXPECT_EQ(p[i * PAGE + 1], 's');
        EXPECT_EQ(p[i * PAGE + PAGE - 1], 'f');
        EXPECT_EQ(file[i * PAGE + 1], 'f');
        EXPECT(!is_dirty(file + i * PAGE));
        EXPECT_EQ(pread(fd, c, 2, (off_t)(i * PAGE)), 2);
        EXPECT_EQ(c[1], 'f');
    }
    unmap(p, 2);
    unmap(file, 2);
    close(fd);
}

static void reading_dirties_nothing(void)
{
    char *p;

    need_debug_call();
    fd = clean_file(FEW);
    p = map_pages(FEW, RW, MAP_SHARED, fd, 0);
    read_all(p, FEW, 0);
    for (size_t i = 0; i < FEW; i++) {
        EXPECT(!is_dirty(p + i * PAGE));
        EXPECT(!may_store(p + i * PAGE));
    }
    unmap(p, FEW);
    close(fd);
}

static void first_store_keeps_the_frame(void)
{
    uint64_t frame;
    char *p;

    need_debug_call();
    fd = clean_file(2);
    p = map_pages(2, RW, MAP_SHARED, fd, 0);
    read_all(p, 2, 0);
    frame = read_page(p).pfn;
    store_all(p, 1, 's');
    EXPECT_EQ(read_page(p).pfn, frame);
    EXPECT(is_dirty(p) && may_store(p));
    EXPECT(!is_dirty(p + PAGE) && !may_store(p + PAGE));
    unmap(p, 2);
    close(fd);
}

/* What is on the disk: the page cache has forgotten the file. */
static void expect_on_disk(char c)
{
    char is;

    drop_cached_pages();
    for (size_t i = 0; i < FEW; i++) {
        EXPECT_EQ(pread(fd, &is, 1, (off_t)(i * PAGE + 1)), 1);
        EXPECT_EQ(is, c);
    }
}

static void stores_after_reading_are_written(void)
{
    char *p;

    need_to_drop_pages();
    fd = clean_file(FEW);
    for (char c = 'a'; c < 'd'; c++) {
        p = map_pages(FEW, RW, MAP_SHARED, fd, 0);
        read_all(p, FEW, 0);
        store_all(p, FEW, c);
        EXPECT_OK(msync(p, FEW * PAGE, MS_SYNC));
        unmap(p, FEW);
        expect_on_disk(c);
    }
    close(fd);
}

static volatile bool stop;

static int spin(void *arg)
{
    (void)arg;
    while (!stop)
        continue;
    _exit(0);
}

/* Requests to flush that other harts got while each page of P was stored to first. */
static long flushes_of_first_stores(char *p)
{
    long before;

    EXPECT_OK(msync(p, FEW * PAGE, MS_SYNC));
    read_all(p, FEW, 0);
    before = proc_number("/proc/vmstat", "nr_tlb_remote_flush ");
    store_all(p, FEW, 's');
    return proc_number("/proc/vmstat", "nr_tlb_remote_flush ") - before;
}

/* Another hart runs a thread of ours.  Others may flush something meanwhile, but not always. */
static void first_store_disturbs_nobody(void)
{
    long least = (long)FEW;
    pid_t thread;
    char *p;

    if (harts() < 2)
        skip("one hart only");
    fd = clean_file(FEW);
    p = map_pages(FEW, RW, MAP_SHARED, fd, 0);
    stop = false;
    thread = start_thread(0, spin);
    for (int turn = 0; turn < 10 && least > 0; turn++) {
        long n = flushes_of_first_stores(p);

        least = n < least ? n : least;
    }
    stop = true;
    EXPECT_CHILD(thread);
    EXPECT_EQ(least, 0);
    unmap(p, FEW);
    close(fd);
}

static void written_and_still_mapped(void)
{
    uint64_t frames[FEW];
    long before;
    char *p;

    need_debug_call();
    fd = clean_file(FEW);
    p = map_pages(FEW, RW, MAP_SHARED, fd, 0);
    store_all(p, FEW, 's');
    for (size_t i = 0; i < FEW; i++)
        frames[i] = read_page(p + i * PAGE).pfn;
    EXPECT_OK(msync(p, FEW * PAGE, MS_SYNC));
    for (size_t i = 0; i < FEW; i++) {
        EXPECT(is_mapped(p + i * PAGE) && !is_dirty(p + i * PAGE));
        EXPECT_EQ(read_page(p + i * PAGE).pfn, frames[i]);
        EXPECT(!may_store(p + i * PAGE));
    }
    before = minor_faults();
    read_all(p, FEW, 0);
    EXPECT_EQ(minor_faults(), before);
    unmap(p, FEW);
    close(fd);
}

/* Neighbours */

#define WINDOW 16UL             /* pages */
#define FIRST 5UL               /* page of the file that the mapping begins with */

/* An address where a window begins, with WINDOW pages on each side that nobody may use. */
static char *window_in(char *area)
{
    uintptr_t size = WINDOW * PAGE;

    return (char *)(((uintptr_t)area + size - 1) / size * size + size);
}

static char *map_area(void)
{
    return map_pages(5 * WINDOW, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void map_there(char *at, size_t npages, int prot)
{
    off_t first = (off_t)(FIRST * PAGE);

    REQUIRE(mmap(at, npages * PAGE, prot, MAP_PRIVATE | MAP_FIXED, fd, first) == at);
}

static size_t mapped_pages(const char *p, size_t npages)
{
    size_t n = 0;

    for (size_t i = 0; i < npages; i++)
        n += is_mapped(p + i * PAGE);
    return n;
}

/* The mapping begins in the middle of one window and ends in the next. */
static void neighbours_come_along(void)
{
    char *area = map_area(), *window = window_in(area), *p = window + 4 * PAGE;

    need_debug_call();
    fd = clean_file(4 * WINDOW);
    map_there(p, WINDOW + 4, PROT_READ);
    EXPECT_EQ(*(volatile char *)(window + (WINDOW + 2) * PAGE), 'A' + FIRST + WINDOW - 2);
    EXPECT_EQ(mapped_pages(window + WINDOW * PAGE, 8), 8);
    EXPECT_EQ(mapped_pages(p, WINDOW - 4), 0);
    EXPECT_EQ(*(volatile char *)(p + 3 * PAGE), 'A' + FIRST + 3);
    EXPECT_EQ(mapped_pages(p, WINDOW + 4), WINDOW + 4);
    read_all(p, WINDOW + 4, FIRST);
    unmap(area, 5 * WINDOW);
    close(fd);
}

static void neighbours_stay_in_their_bounds(void)
{
    char *area = map_area(), *p = window_in(area) + 6 * PAGE;

    need_debug_call();
    fd = clean_file(4 * WINDOW);
    map_there(p, 4, RW);
    store_all(p + PAGE, 1, 'o');                /* our own by now */
    EXPECT_EQ(*(volatile char *)(p + 2 * PAGE), 'A' + FIRST + 2);
    EXPECT_EQ(mapped_pages(p - 6 * PAGE, 6), 0);
    EXPECT_EQ(mapped_pages(p, 4), 4);
    EXPECT_EQ(mapped_pages(p + 4 * PAGE, 6), 0);
    EXPECT_EQ(p[PAGE + 1], 'o');
    EXPECT_EQ(read_page(p + PAGE).kind, DEBUG_FRAME_ANON);
    EXPECT_FAULT(try_read(p + 4 * PAGE), SIGSEGV, SEGV_ACCERR, p + 4 * PAGE);
    map_there(p, 4, PROT_READ);
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_RANDOM));
    read_all(p + PAGE, 1, FIRST + 1);
    EXPECT_EQ(mapped_pages(p, 4), 1);
    unmap(area, 5 * WINDOW);
    close(fd);
}

static void neighbours_are_counted(void)
{
    char *area = map_area(), *p = window_in(area);
    long before;

    need_debug_call();
    fd = clean_file(4 * WINDOW);
    for (int turn = 0; turn < 2; turn++) {
        map_there(p, WINDOW, PROT_READ);
        resident_pages();
        before = resident_pages();
        read_all(p + PAGE, 1, FIRST + 1);
        EXPECT_EQ(resident_pages() - before, WINDOW);
        for (size_t i = 0; i < WINDOW; i++) {
            struct debug_page page = read_page(p + i * PAGE);

            EXPECT_EQ(page.mapcount, 1);
            EXPECT(page.refcount > page.mapcount);      /* the page cache's is one, too */
        }
        unmap(p, WINDOW);
    }
    munmap(area, 5 * WINDOW * PAGE);
    close(fd);
}

static const struct test tests[] = {
    TEST(one_frame_for_all),
    TEST(reading_takes_no_frames),
    TEST(program_text_is_shared),
    TEST(private_stores_are_private),
    TEST(reading_dirties_nothing),
    TEST(first_store_keeps_the_frame),
    TEST(stores_after_reading_are_written),
    TEST(first_store_disturbs_nobody),
    TEST(written_and_still_mapped),
    TEST(neighbours_come_along),
    TEST(neighbours_stay_in_their_bounds),
    TEST(neighbours_are_counted),
};

TEST_MAIN(tests)
