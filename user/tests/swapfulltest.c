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
    REQUIRE(read(fd, &former, sizeof(former)) == sizeof(former));
    close(fd);
    h = former;
    h.last_page = NSLOTS;
    write_header(&h);
    REQUIRE(swapon(DISK, 0) == 0);
}

static void small_area_off(void)
{
    EXPECT_OK(swapoff(DISK));
    write_header(&former);
}

static void audit_and_off(void)
{
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    small_area_off();
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

/* What others would write to the disk would come back as somebody's memory. */
static void nobody_else_writes_to_the_disk(void)
{
    char c = 0;
    int fd;

    small_area_on();
    fd = open(DISK, O_RDWR);
    REQUIRE(fd >= 0);
    EXPECT_EQ(read(fd, &c, 1), 1);
    EXPECT_ERROR(write(fd, &c, 1), ETXTBSY);
    EXPECT_ERROR(pwrite(fd, &c, 1, 5 * PAGE), ETXTBSY);
    EXPECT_ERROR(pwrite(fd, &c, 0, 0), ETXTBSY);
    EXPECT_ERROR((long)mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), ETXTBSY);
    EXPECT_ERROR(swapon(DISK, 0), EBUSY);
    EXPECT_ERROR(write(fd, &c, 1), ETXTBSY);
    small_area_off();
    EXPECT_EQ(pwrite(fd, &former, sizeof(former), 0), sizeof(former));
    close(fd);
}

/* A swapon that fails leaves the disk to others. */
static void a_disk_that_is_no_area_is_written_to(void)
{
    struct swap_header none = { .version = 0 };

    small_area_on();
    small_area_off();
    write_header(&none);
    EXPECT_ERROR(swapon(DISK, 0), EINVAL);
    write_header(&former);
}

/* Of what comes back while more than half is used, none keeps its slot. */
static void over_half_a_page_that_comes_back_gives_its_slot_up(void)
{
    size_t *p;

    need_debug_call();
    small_area_on();
    p = make(900);
    EXPECT_EQ(evict(p, 900), 900);
    EXPECT_RANGE(used_slots(), 900, NSLOTS);
    look(p, 900);
    EXPECT_RANGE(used_slots(), 0, NSLOTS / 2 + 1);
    EXPECT_EQ(evict(p, 900), 900);
    look(p, 900);
    unmap((char *)p, 900);
    audit_and_off();
}

/* What came back below half keeps its slots, until others need them: the pages are locked in
 * memory, so only their slots can be had. */
static void slots_of_what_is_in_memory_serve_others(void)
{
    size_t *p, *q, *more, nmore;

    need_debug_call();
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
    audit_and_off();
}

static const struct test tests[] = {
    TEST(nobody_else_writes_to_the_disk),
    TEST(a_disk_that_is_no_area_is_written_to),
    TEST(over_half_a_page_that_comes_back_gives_its_slot_up),
    TEST(slots_of_what_is_in_memory_serve_others),
};
TEST_MAIN(tests)
