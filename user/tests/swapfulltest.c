/* SPDX-License-Identifier: MIT */
/*
 * swapfulltest.c - a swap area that is too small.
 *
 * The first test pages of the disk, /dev/vdb, become an area of 1023 slots.  The header that
 * was there is put back.
 */
#include <fcntl.h>
#include <sys/swap.h>
#include "lib/abi/swap.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/watch.h"

#define DISK "/dev/vdb"
#define NSLOTS 1023UL

static struct swap_header former;

static void write_header(const struct swap_header *h)
{
    int fd = open(DISK, O_RDWR);

    REQUIRE(fd >= 0 && pwrite(fd, h, sizeof(*h), 0) == sizeof(*h) && fsync(fd) == 0);
    close(fd);
}

static void small_area_on(void)
{
    struct swap_header h;
    int fd = open(DISK, O_RDONLY);

    if (fd < 0)
        skip("no second disk");
    need_debug_call();
    REQUIRE(read(fd, &former, sizeof(former)) == sizeof(former));
    close(fd);
    h = former;
    h.last_page = NSLOTS;
    write_header(&h);
    REQUIRE(swapon(DISK, 0) == 0);
}

static void small_area_off(void)
{
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    EXPECT_OK(swapoff(DISK));
    write_header(&former);
}

static long used_slots(void)
{
    return (long)NSLOTS - proc_number("/proc/meminfo", "SwapFree:") / (long)(PAGE / KB);
}

/* Pages that say which they are. */
static size_t *make(size_t npages)
{
    char *p = map_pages(npages, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; i < npages; i++)
        *(size_t *)(p + i * PAGE) = i;
    return (size_t *)p;
}

static void look(size_t *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_EQ(p[i * (PAGE / sizeof(*p))], i);
}

static size_t evict(size_t *p, size_t npages)
{
    size_t gone = 0;

    for (size_t i = 0; i < npages; i++)
        gone += debug_call(DEBUG_EVICT, (uintptr_t)p + i * PAGE, 0) == 0;
    return gone;
}

/* Of what comes back while more than half is used, none keeps its slot. */
static void over_half_a_page_that_comes_back_gives_its_slot_up(void)
{
    size_t *p;

    small_area_on();
    p = make(900);
    EXPECT_EQ(evict(p, 900), 900);
    EXPECT_RANGE(used_slots(), 900, NSLOTS);
    look(p, 900);
    EXPECT_RANGE(used_slots(), 0, NSLOTS / 2 + 1);
    EXPECT_EQ(evict(p, 900), 900);
    look(p, 900);
    unmap((char *)p, 900);
    small_area_off();
}

/* What came back below half keeps its slots, until others need them: the pages are locked in
 * memory, so only their slots can be had. */
static void slots_of_what_is_in_memory_serve_others(void)
{
    size_t *p, *q, *more, nmore;

    small_area_on();
    p = make(400);
    EXPECT_EQ(evict(p, 400), 400);
    look(p, 400);
    EXPECT_OK(mprotect(p, 400 * PAGE, PROT_READ));  /* or mlock would make them writable */
    EXPECT_OK(mlock(p, 400 * PAGE));
    EXPECT_RANGE(used_slots(), 400, NSLOTS / 2);
    q = make(NSLOTS - 400);
    evict(q, NSLOTS - 400);
    EXPECT_RANGE(used_slots(), NSLOTS - 8, NSLOTS);
    nmore = (size_t)proc_number("/proc/meminfo", "MemAvailable:") * KB / PAGE + 300;
    more = make(nmore);
    look(more, nmore);
    look(q, NSLOTS - 400);
    look(p, 400);
    unmap((char *)p, 400);
    unmap((char *)q, NSLOTS - 400);
    unmap((char *)more, nmore);
    small_area_off();
}

static const struct test tests[] = {
    TEST(over_half_a_page_that_comes_back_gives_its_slot_up),
    TEST(slots_of_what_is_in_memory_serve_others),
};
TEST_MAIN(tests)
