/* SPDX-License-Identifier: MIT */
/*
 * swapshare.c - memory that several processes share, and that goes to swap between them.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define AREA "/swapshare.swap"
#define NPAGES 24
#define WRITERS 4
#define ROUNDS 2

static struct {
    char *p;
    uint64_t round;
    size_t who;
} shared;

/* Each writer has every fourth page; all see all. */
static void write_and_push(void *arg)
{
    (void)arg;
    rand_seed(&test_rand, test_seed + (uint64_t)getpid());
    for (size_t i = shared.who; i < NPAGES; i += WRITERS) {
        EXPECT(page_is_filled(shared.p, i, shared.round - 1));
        fill_page(shared.p, i, shared.round);
        push_out(shared.p + rand_below(&test_rand, NPAGES) * PAGE, 1);
        EXPECT(page_is_filled(shared.p, i, shared.round));
    }
}

static void run_round(uint64_t round)
{
    pid_t pids[WRITERS];

    shared.round = round;
    for (shared.who = 0; shared.who < WRITERS; shared.who++)
        pids[shared.who] = start_child(write_and_push, NULL);
    for (size_t i = 0; i < WRITERS; i++)
        EXPECT_CHILD(pids[i]);
    for (size_t i = 0; i < NPAGES; i++)
        if (!page_is_filled(shared.p, i, round))
            fail(__FILE__, __LINE__, "page %zu in round %lu", i, round);
}

/* FD: the same memory as a file, or -1. */
static void share(int fd)
{
    static char page[PAGE];

    begin_swap_file(AREA, 1024);
    shared.p = map_pages(NPAGES, RW, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
    for (size_t i = 0; i < NPAGES; i++)
        fill_page(shared.p, i, 0);
    push_out(shared.p, NPAGES);
    for (uint64_t round = 1; round <= ROUNDS; round++)
        run_round(round);
    push_out(shared.p, NPAGES);
    for (size_t i = 0; fd >= 0 && i < NPAGES; i++) {
        EXPECT_EQ(pread(fd, page, PAGE, (off_t)(i * PAGE)), PAGE);
        EXPECT(memcmp(page, shared.p + i * PAGE, PAGE) == 0);
        EXPECT(page_is_filled(shared.p, i, ROUNDS));
    }
    push_out(shared.p, NPAGES);
    unmap(shared.p, NPAGES);            /* all of it in swap */
    if (fd >= 0)
        close(fd);
    end_swap_file(AREA);
}

static void without_a_file(void)
{
    share(-1);
}

static void of_a_memfd(void)
{
    int fd = memfd_create("swapshare", 0);

    REQUIRE(fd >= 0 && ftruncate(fd, NPAGES * PAGE) == 0);
    share(fd);
}

static void of_a_file_in_memory(void)
{
    int fd = open("/tmp/swapshare", O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0 && unlink("/tmp/swapshare") == 0);
    EXPECT_OK(ftruncate(fd, NPAGES * PAGE));
    share(fd);
}

/* ---- a file is cut off while somebody reads it -------------------------------------------- */

#define SWAPPED 16              /* its first pages are in swap, the others in memory */
#define LONG 512
#define CUTS 40
#define DELAY_MAX 100000UL      /* steps of a loop between the reading and the cut */

static struct cut {
    int fd;
    uint32_t *begun;            /* shared */
} cut;

/* One read, which looks at the length once. */
static void read_first_pages(void *arg)
{
    static char pages[SWAPPED * PAGE];

    (void)arg;
    __atomic_store_n(cut.begun, 1, __ATOMIC_RELEASE);
    EXPECT(pread(cut.fd, pages, sizeof(pages), 0) >= 0);
}

static void is_empty(int fd)
{
    static const char zeros[PAGE];
    static char page[PAGE];
    struct stat st;

    EXPECT_OK(fstat(fd, &st));
    EXPECT_EQ(st.st_blocks, 0);
    EXPECT_OK(ftruncate(fd, LONG * PAGE));
    for (size_t i = 0; i < SWAPPED; i++) {
        EXPECT_EQ(pread(fd, page, PAGE, (off_t)(i * PAGE)), PAGE);
        EXPECT(memcmp(page, zeros, PAGE) == 0);
    }
}

static void fill_half_swapped(uint64_t turn)
{
    char *p;

    EXPECT_OK(ftruncate(cut.fd, LONG * PAGE));
    p = map_pages(LONG, RW, MAP_SHARED, cut.fd, 0);
    for (size_t i = 0; i < LONG; i++)
        fill_page(p, i, turn);
    push_out(p, SWAPPED);
    unmap(p, LONG);
}

static void nothing_comes_back_to_a_cut_file(void)
{
    cut.fd = memfd_create("swapshare", 0);
    REQUIRE(cut.fd >= 0);
    cut.begun = (uint32_t *)map_shared(1);
    begin_swap_file(AREA, 1024);
    for (uint64_t turn = 0; turn < CUTS && !test_failures(); turn++) {
        uint64_t delay = rand_below(&test_rand, DELAY_MAX);
        pid_t reader;

        fill_half_swapped(turn);
        __atomic_store_n(cut.begun, 0, __ATOMIC_RELEASE);
        reader = start_child(read_first_pages, NULL);
        while (!__atomic_load_n(cut.begun, __ATOMIC_ACQUIRE))
            sched_yield();
        for (uint64_t i = 0; i < delay; i++)
            __asm__ volatile("");
        EXPECT_OK(ftruncate(cut.fd, 0));
        EXPECT_CHILD(reader);
        is_empty(cut.fd);
    }
    unmap((char *)cut.begun, 1);
    close(cut.fd);
    end_swap_file(AREA);
}

static const struct test tests[] = {
    TEST(without_a_file), TEST(of_a_memfd), TEST(of_a_file_in_memory),
    TEST(nothing_comes_back_to_a_cut_file),
};
TEST_MAIN(tests)
