/* SPDX-License-Identifier: MIT */
/*
 * devicetest.c - mappings of what is not memory: the registers of the real-time clock.
 *
 * They are in no page of the kernel's: nothing may count, copy or move them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/abi/rtc.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define CLOCK "/dev/rtc0"
#define NS_PER_S 1000000000L
#define RW (PROT_READ | PROT_WRITE)
#define PFN_BITS ((1UL << 55) - 1)
#define PRESENT (1UL << 63)

/* Words of the registers' page. */
enum { TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH, IRQ_ENABLED, CLEAR_ALARM };

typedef volatile uint32_t reg;

static int open_clock(int flags)
{
    int fd = open(CLOCK, flags);

    if (fd < 0)
        skip("no clock whose registers can be mapped");
    return fd;
}

static reg *map_clock(int prot, int flags)
{
    int fd = open_clock(prot & PROT_WRITE ? O_RDWR : O_RDONLY);
    void *p = mmap(NULL, PAGE, prot, flags, fd, 0);

    close(fd);
    if (p == MAP_FAILED && errno == ENODEV)
        skip("no registers can be mapped");             /* on Linux no clock has them to map */
    REQUIRE(p != MAP_FAILED);
    return p;
}

static void unmap(reg *p)
{
    EXPECT_OK(munmap((void *)(uintptr_t)p, PAGE));
}

static long read_clock(reg *p)
{
    long low = p[TIME_LOW];             /* latches the other half */

    return (long)p[TIME_HIGH] << 32 | low;
}

static bool says_the_time(long seconds)
{
    long now = time(NULL);

    return seconds >= now - 2 && seconds <= now + 2;
}

/* By ioctl */

static long seconds_of(const struct rtc_time *t)
{
    struct tm tm = { .tm_sec = t->tm_sec, .tm_min = t->tm_min, .tm_hour = t->tm_hour,
                     .tm_mday = t->tm_mday, .tm_mon = t->tm_mon, .tm_year = t->tm_year };
    long seconds = timegm(&tm);

    EXPECT_EQ(t->tm_wday, tm.tm_wday);
    EXPECT_EQ(t->tm_yday, tm.tm_yday + 1);
    return seconds;
}

static void says_the_date(void)
{
    int fd = open_clock(O_RDONLY);
    struct rtc_time t;

    EXPECT_OK(ioctl(fd, RTC_RD_TIME, &t));
    EXPECT(says_the_time(seconds_of(&t)));
    EXPECT_ERROR(ioctl(fd, RTC_RD_TIME, NULL), EFAULT);
    EXPECT_ERROR(ioctl(fd, 0x7777, &t), ENOTTY);
    close(fd);
}

/* The clock's time is its own: that of the system goes on. */
static void can_be_set(void)
{
    struct rtc_time leap = { .tm_sec = 58, .tm_min = 59, .tm_hour = 23, .tm_mday = 29,
                             .tm_mon = 1, .tm_year = 200, .tm_wday = 5, .tm_yday = 60 };
    struct rtc_time before, t;
    int fd = open_clock(O_RDONLY);
    long now = time(NULL);

    EXPECT_OK(ioctl(fd, RTC_RD_TIME, &before));
    EXPECT_ERROR(ioctl(fd, RTC_SET_TIME, &leap), EINVAL);       /* 2100 has no such day */
    leap.tm_year = 204;
    EXPECT_OK(ioctl(fd, RTC_SET_TIME, &leap));
    EXPECT_OK(ioctl(fd, RTC_RD_TIME, &t));
    EXPECT_RANGE(seconds_of(&t) - seconds_of(&leap), 0, 2);
    EXPECT_EQ(t.tm_year, 204);
    EXPECT_RANGE(time(NULL) - now, 0, 2);
    EXPECT_OK(ioctl(fd, RTC_SET_TIME, &before));
    EXPECT_ERROR(ioctl(fd, RTC_SET_TIME, NULL), EFAULT);
    close(fd);
}

/* By its registers */

static void registers_tell_the_time(void)
{
    reg *p = map_clock(PROT_READ, MAP_SHARED);
    long before = read_clock(p), after;

    EXPECT(says_the_time(before / NS_PER_S));
    for (int i = 0; i < 100; i++, before = after) {
        after = read_clock(p);
        EXPECT(after >= before);
    }
    EXPECT_FAULT(try_write((void *)(uintptr_t)p), SIGSEGV, SEGV_ACCERR, (void *)(uintptr_t)p);
    unmap(p);
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, (void *)(uintptr_t)p);
}

static void registers_take_stores(void)
{
    reg *p = map_clock(RW, MAP_SHARED);

    for (uint32_t i = 1; i <= 3; i++) {
        p[ALARM_HIGH] = 0x7fff0000 + i;
        p[ALARM_LOW] = i;               /* in two hundred years, and nobody listens */
        EXPECT_EQ(p[ALARM_HIGH], 0x7fff0000 + i);
        EXPECT_EQ(p[ALARM_LOW], i);
        EXPECT_OK(mprotect((void *)(uintptr_t)p, PAGE, i == 1 ? PROT_READ : PROT_NONE));
        EXPECT_FAULT(try_write((void *)(uintptr_t)p), SIGSEGV, SEGV_ACCERR, (void *)(uintptr_t)p);
        EXPECT_OK(mprotect((void *)(uintptr_t)p, PAGE, RW));
    }
    p[CLEAR_ALARM] = 0;
    unmap(p);
}

static void refusals(void)
{
    int fd = open_clock(O_RDONLY), both = open_clock(O_RDWR);

    EXPECT_ERROR((long)mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0), EINVAL);
    EXPECT_ERROR((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE), EINVAL);
    EXPECT_ERROR((long)mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES);
    EXPECT_ERROR((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, both, 0), EINVAL);
    close(fd);
    close(both);
}

/* What a private mapping shows is the device all the same: it can never be stored to. */
static void private_is_for_reading(void)
{
    reg *p = map_clock(PROT_READ, MAP_PRIVATE);

    EXPECT(says_the_time(read_clock(p) / NS_PER_S));
    EXPECT_ERROR(mprotect((void *)(uintptr_t)p, PAGE, RW), EACCES);
    unmap(p);
}

/* As part of the address space */

static void child_reads_too(void *arg)
{
    EXPECT(says_the_time(read_clock(arg) / NS_PER_S));
    unmap(arg);
}

static void survives_fork(void)
{
    reg *p = map_clock(PROT_READ, MAP_SHARED);

    EXPECT_EQ(run_child(child_reads_too, (void *)(uintptr_t)p), 0);
    EXPECT(says_the_time(read_clock(p) / NS_PER_S));
    unmap(p);
}

static void moves_but_does_not_grow(void)
{
    reg *p = map_clock(PROT_READ, MAP_SHARED);
    char *to = map_anon(2 * PAGE);

    EXPECT_ERROR((long)mremap((void *)(uintptr_t)p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    EXPECT(mremap((void *)(uintptr_t)p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, (void *)(uintptr_t)p);
    EXPECT(says_the_time(read_clock((reg *)(uintptr_t)to) / NS_PER_S));
    EXPECT_OK(munmap(to, 2 * PAGE));
}

static void cannot_be_taken_away(void)
{
    static const int advices[] = { MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT };
    reg *p = map_clock(PROT_READ, MAP_SHARED);

    for (size_t i = 0; i < COUNT(advices); i++)
        EXPECT_ERROR(madvise((void *)(uintptr_t)p, PAGE, advices[i]), EINVAL);
    EXPECT_OK(madvise((void *)(uintptr_t)p, PAGE, MADV_WILLNEED));
    EXPECT_OK(msync((void *)(uintptr_t)p, PAGE, MS_ASYNC));
    EXPECT_ERROR(msync((void *)(uintptr_t)p, PAGE, MS_SYNC), EINVAL);  /* as fsync of it */
    EXPECT_OK(mlock((void *)(uintptr_t)p, PAGE));
    EXPECT_EQ(proc_number("/proc/self/status", "VmLck:"), 0);
    EXPECT(says_the_time(read_clock(p) / NS_PER_S));
    unmap(p);
}

/* Under MCL_FUTURE, too, there is nothing to lock. */
static void locks_nothing(void)
{
    reg *p;

    EXPECT_OK(mlockall(MCL_FUTURE));
    p = map_clock(PROT_READ, MAP_SHARED);
    EXPECT_EQ(proc_number("/proc/self/status", "VmLck:"), 0);
    EXPECT_OK(munlockall());
    unmap(p);
}

static uint64_t pagemap_of(reg *p)
{
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t entry = 0;

    REQUIRE(fd >= 0);
    EXPECT_EQ(pread(fd, &entry, sizeof(entry), (long)((uintptr_t)p / PAGE * sizeof(entry))),
              sizeof(entry));
    close(fd);
    return entry;
}

static void counts_as_no_memory(void)
{
    struct statm before, after;
    reg *p = map_clock(PROT_READ, MAP_SHARED);
    char line[256];

    EXPECT(read_clock(p) > 0);
    unmap(p);
    read_statm();               /* and now all code for what follows is in memory */
    before = read_statm();
    p = map_clock(PROT_READ, MAP_SHARED);
    EXPECT(read_clock(p) > 0);
    after = read_statm();
    EXPECT_EQ(after.size, before.size + 1);
    EXPECT_EQ(after.resident, before.resident);
    EXPECT_EQ(after.shared, before.shared);
    REQUIRE(find_mapping((void *)(uintptr_t)p, line, sizeof(line)));
    EXPECT(strstr(line, " r--s 00000000 ") && strstr(line, CLOCK));
    EXPECT_EQ(pagemap_of(p) & PRESENT, PRESENT);
    EXPECT((pagemap_of(p) & PFN_BITS) * PAGE < 0x80000000);     /* where RAM begins */
    unmap(p);
}

/* The kernel may read it for us like any address, but has no page to give away. */
static void through_the_kernel(void)
{
    reg *p = map_clock(PROT_READ, MAP_SHARED);
    int fd[2];
    long n;

    REQUIRE(pipe(fd) == 0);
    n = write(fd[1], (void *)(uintptr_t)p, 4);
    EXPECT(n == 4 || (n < 0 && errno == EFAULT));
    n = write(fd[1], (void *)((uintptr_t)p + 1), 3);    /* a register has no bytes */
    EXPECT(n == 3 || (n < 0 && errno == EFAULT));
    EXPECT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_ERROR(read(fd[0], (void *)(uintptr_t)p, 1), EFAULT);
    EXPECT(syscall(SYS_futex, p, 0, p[IRQ_ENABLED] + 1, NULL, NULL, 0) < 0);
    close(fd[0]);
    close(fd[1]);
    unmap(p);
}

static void no_memory_for_tables(void)
{
    int fd = open_clock(O_RDONLY);
    char *far = (char *)(200UL << 30);  /* where this program has no table */

    need_debug_call();
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fail_nth(DEBUG_FAIL_PAGE, nth);
        EXPECT_ERROR((long)mmap(far, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0), ENOMEM);
        EXPECT_FAULT(try_read(far), SIGSEGV, SEGV_MAPERR, far);
    }
    fail_nth(DEBUG_FAIL_PAGE, 0);
    EXPECT(mmap(far, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == far);
    EXPECT_OK(munmap(far, PAGE));
    close(fd);
}

static const struct test tests[] = {
    TEST(says_the_date), TEST(can_be_set), TEST(registers_tell_the_time),
    TEST(registers_take_stores), TEST(refusals), TEST(private_is_for_reading),
    TEST(survives_fork), TEST(moves_but_does_not_grow), TEST(cannot_be_taken_away),
    CHILD_TEST(locks_nothing), TEST(counts_as_no_memory), TEST(through_the_kernel),
    TEST(no_memory_for_tables),
};

TEST_MAIN(tests)
