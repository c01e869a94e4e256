/* SPDX-License-Identifier: MIT */
/*
 * mremaptest.c - mremap: what it refuses, mappings that grow and shrink, limits, and memory
 * that cannot be had.
 */
#include <sys/resource.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

/* Errors */

static void bad_arguments(void)
{
    char *p = map_anon(8 * PAGE), *to = free_place(16);

    number_pages(p, 8, 1);
    EXPECT_ERROR(remap(p + 1, PAGE, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 0, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, ~0UL, MOVE, NULL), EINVAL);         /* rounded up: 0 */
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, 8, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, MOVE | 0x10000, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, MREMAP_FIXED, to), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, MREMAP_DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, PAGE, DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE - 1, PAGE, DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, DONTUNMAP, to + 1), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, DONTUNMAP, p + PAGE), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, to + 1), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p + PAGE), EINVAL);
    EXPECT_ERROR(remap(p + PAGE, 2 * PAGE, 2 * PAGE, FIXED, p), EINVAL);
    EXPECT_ERROR(remap(p, 8 * PAGE, PAGE, FIXED, p + 5 * PAGE), EINVAL);
    EXPECT(is_numbered(p, 8, 1));
    munmap(p, 8 * PAGE);
}

/* Sizes that reach over the end of the address space, or around it. */
static void sizes_without_end(void)
{
    char *p = map_anon(2 * PAGE), *q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    number_pages(p, 2, 1);
#if defined(__riscv)
    EXPECT_ERROR(remap(p, 1UL << 39, 2 * PAGE, 0, NULL), EINVAL);
#endif
    EXPECT_ERROR(remap(p, 1UL << 48, 2 * PAGE, 0, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 1UL << 63, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, -4 * PAGE, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, -(uintptr_t)p, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 1UL << 39, MOVE, NULL), ENOMEM);
    EXPECT_EQ(*(volatile char *)q, 0);
    EXPECT_ERROR(remap(q, PAGE, -(2UL << 30), MOVE, NULL), ENOMEM);     /* not promised memory */
    munmap(q, PAGE);
#if defined(__riscv)
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, (char *)TOP), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, (char *)(TOP - PAGE)), EINVAL);
#endif
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, (char *)-PAGE), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, -2 * PAGE, FIXED, free_place(1)), EINVAL);
    EXPECT(is_numbered(p, 2, 1));
    munmap(p, 2 * PAGE);
}

/* A private page near the bottom of memory. */
static char *map_low_page(int flags, int fd, size_t first)
{
    for (uintptr_t at = 0x200000; at < 0x600000; at += 0x100000) {
        char *p = mmap((char *)at, PAGE, RW, MAP_FIXED_NOREPLACE | MAP_PRIVATE | flags, fd,
                       (off_t)(first * PAGE));

        if (p == (char *)at)
            return p;
    }
    skip("no place that low is free");
}

/* Moved up, it grows by no more pages than there were below it. */
static void moved_stack_has_a_bottom(void)
{
    char *p = map_low_page(MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    char *to = free_place(2000) + 1999 * PAGE;
    char *far = to - 1600 * PAGE, *near = to - 100 * PAGE;

    *p = 1;
    REQUIRE(remap(p, PAGE, PAGE, FIXED, to) == to);
    EXPECT_FAULT(try_write(far), SIGSEGV, SEGV_MAPERR, far);
    EXPECT_NO_FAULT(try_write(near));
    EXPECT_OK(munmap(near, 101 * PAGE));
}

/* The same of a file: what comes below it is mapped, but the reverse map must find its pages. */
static void moved_file_has_a_bottom(void)
{
    int fd = (int)syscall(SYS_memfd_create, "mremaptest", 0);
    char *p, *q, *to = free_place(2000) + 1999 * PAGE;

    REQUIRE(fd >= 0 && ftruncate(fd, 2000 * PAGE) == 0);
    p = map_low_page(0, fd, 1999);
    *p = 1;
    REQUIRE(remap(p, PAGE, PAGE, FIXED, to) == to);
    q = mmap(to - 1600 * PAGE, 1600 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 399 * PAGE);
    REQUIRE(q == to - 1600 * PAGE);
    q[0] = q[1599 * PAGE] = 2;
    if (has_debug_call())
        EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    EXPECT(q[0] == 2 && *to == 1);
    EXPECT_OK(munmap(q, 1601 * PAGE));
    close(fd);
}

/* The range must be mapped, and by one mapping, unless it only shrinks. */
static void not_in_one_mapping(void)
{
    char *p = map_anon(8 * PAGE), *to = free_place(16);

    number_pages(p, 8, 1);
    EXPECT_OK(mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ));
    EXPECT_OK(munmap(p + 6 * PAGE, PAGE));
    EXPECT_ERROR(remap(p + 6 * PAGE, PAGE, PAGE, 0, NULL), EFAULT);
    EXPECT_ERROR(remap(p + 6 * PAGE, PAGE, 2 * PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap(p + 6 * PAGE, PAGE, PAGE, FIXED, to), EFAULT);
    EXPECT_ERROR(remap(p + 6 * PAGE, 0, PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap(p, 4 * PAGE, 5 * PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap(p, 4 * PAGE, 5 * PAGE, FIXED, to), EFAULT);
    EXPECT_ERROR(remap(p, 4 * PAGE, 4 * PAGE, DONTUNMAP, NULL), EFAULT);
    EXPECT_ERROR(remap(p + 4 * PAGE, 3 * PAGE, 4 * PAGE, MOVE, NULL), EFAULT);
    EXPECT_EQ(remap(p, 8 * PAGE, 8 * PAGE, 0, NULL), p);            /* nothing to be done */
#if defined(__riscv)
    EXPECT_ERROR(remap((char *)TOP, PAGE, 2 * PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap((char *)-PAGE, PAGE, 2 * PAGE, MOVE, NULL), EFAULT);
#endif
    EXPECT(is_numbered(p, 6, 1));
    EXPECT(is_numbered(p + 7 * PAGE, 1, 8));
    expect_hole(to, 16);
    munmap(p, 8 * PAGE);
}

static void first_pages_are_forbidden(void)
{
    char *p = map_anon(PAGE);

    if (getuid() != 0 || setuid(1000) < 0)
        skip("needs root");
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, NULL), EPERM);
    EXPECT_FAULT(try_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
}

/* Shrinking and growing */

static void shrinks(void)
{
    char *p = map_anon(12 * PAGE);

    number_pages(p, 12, 1);
    EXPECT_EQ(remap(p, 12 * PAGE, 11 * PAGE - 5, 0, NULL), p);      /* rounded up */
    EXPECT_EQ(remap(p, 11 * PAGE, 10 * PAGE, MOVE, NULL), p);
    expect_hole(p + 10 * PAGE, 2);
    EXPECT_EQ(remap(p + 2 * PAGE, 5 * PAGE, 2 * PAGE, 0, NULL), p + 2 * PAGE);
    EXPECT(is_numbered(p, 4, 1));
    expect_hole(p + 4 * PAGE, 3);
    EXPECT(is_numbered(p + 7 * PAGE, 3, 8));
    munmap(p, 10 * PAGE);
}

/* What is cut off may be of many mappings, and holes. */
static void shrinks_over_mappings(void)
{
    char *p = map_anon(12 * PAGE);

    number_pages(p, 12, 1);
    EXPECT_OK(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ));
    EXPECT_OK(munmap(p + 5 * PAGE, 2 * PAGE));
    EXPECT_OK(mprotect(p + 9 * PAGE, 3 * PAGE, PROT_NONE));
    EXPECT_EQ(remap(p, 11 * PAGE, PAGE, 0, NULL), p);
    EXPECT(is_numbered(p, 1, 1));
    expect_hole(p + PAGE, 10);
    EXPECT_FAULT(try_read(p + 11 * PAGE), SIGSEGV, SEGV_ACCERR, p + 11 * PAGE);
    munmap(p, 12 * PAGE);
}

static void grows_in_place(void)
{
    char *p = map_apart(10, RW);

    EXPECT_OK(munmap(p + 4 * PAGE, 6 * PAGE));
    number_pages(p, 4, 1);
    EXPECT_EQ(remap(p, 4 * PAGE, 5 * PAGE, 0, NULL), p);
    EXPECT_EQ(remap(p + 2 * PAGE, 2 * PAGE + 1, 4 * PAGE, MOVE, NULL), p + 2 * PAGE);
    expect_borders(p, p, p + 6 * PAGE);
    EXPECT(is_numbered(p, 4, 1));
    EXPECT(is_zero(p + 4 * PAGE, 2));
    EXPECT_NO_FAULT(try_write(p + 5 * PAGE));
    expect_hole(p + 6 * PAGE, 4);
    EXPECT_ERROR(remap(p, 6 * PAGE, 11 * PAGE, 0, NULL), ENOMEM);   /* a neighbour */
    EXPECT_ERROR(remap(p, 5 * PAGE, 6 * PAGE, 0, NULL), ENOMEM);    /* itself */
    EXPECT_EQ(remap(p, 6 * PAGE, 10 * PAGE, 0, NULL), p);
    expect_borders(p, p, p + 10 * PAGE);
    EXPECT(is_numbered(p, 4, 1));
    unmap_apart(p, 10);
}

/* Growing closes a hole between parts of one mapping: they become one again. */
static void grows_up_to_its_like(void)
{
    char *p = map_apart(7, RW);

    number_pages(p, 7, 1);
    EXPECT_OK(munmap(p + 3 * PAGE, 2 * PAGE));
    EXPECT_EQ(remap(p, 3 * PAGE, 5 * PAGE, 0, NULL), p);
    expect_borders(p, p, p + 7 * PAGE);
    EXPECT(is_numbered(p, 3, 1));
    EXPECT(is_zero(p + 3 * PAGE, 2));
    EXPECT(is_numbered(p + 5 * PAGE, 2, 6));
    unmap_apart(p, 7);
}

static void grows_elsewhere(void)
{
    char *p = map_anon(6 * PAGE), *q;

    number_pages(p, 6, 1);
    q = remap(p, 3 * PAGE, 700 * PAGE, MOVE, NULL);         /* more than one table */
    REQUIRE(q != MAP_FAILED);
    EXPECT(q + 700 * PAGE <= p || q >= p + 6 * PAGE);
    EXPECT(is_numbered(q, 3, 1));
    EXPECT(is_zero(q + 3 * PAGE, 697));
    expect_hole(p, 3);
    EXPECT(is_numbered(p + 3 * PAGE, 3, 4));
    munmap(p, 6 * PAGE);
    munmap(q, 700 * PAGE);
}

static void figures_stay(void)
{
    char *p = map_anon(600 * PAGE), *to = free_place(700) + 50 * PAGE;
    struct statm before, after;
    long peak;

    number_pages(p, 300, 1);
    read_statm();                               /* its buffers are there now */
    peak = proc_number("/proc/self/status", "VmPeak:");
    before = read_statm();
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(remap(p, 600 * PAGE, 600 * PAGE, FIXED, to), to);
        EXPECT_EQ(remap(to, 600 * PAGE, 600 * PAGE, FIXED, p), p);
    }
    after = read_statm();
    EXPECT_EQ(after.size, before.size);
    EXPECT_EQ(after.resident, before.resident);
    EXPECT_EQ(after.shared, before.shared);
    EXPECT_EQ(after.data, before.data);
    EXPECT_EQ(proc_number("/proc/self/status", "VmPeak:"), peak);
    EXPECT_EQ(remap(p, 600 * PAGE, 650 * PAGE, FIXED, to), to);
    EXPECT_EQ(read_statm().size, before.size + 50);
    EXPECT_EQ(read_statm().data, before.data + 50);
    EXPECT_RANGE(proc_number("/proc/self/status", "VmPeak:"), peak, peak + 50 * 4);
    EXPECT_EQ(remap(to, 650 * PAGE, 100 * PAGE, 0, NULL), to);
    EXPECT_EQ(read_statm().size, before.size - 500);
    EXPECT_EQ(read_statm().resident, before.resident - 200);
    munmap(to, 100 * PAGE);
}

/* Limits */

static void limit(int resource, size_t bytes)
{
    struct rlimit l = { bytes, bytes };

    EXPECT_OK(setrlimit(resource, &l));
}

static void address_space_limit(void)
{
    char *p = map_anon(8 * PAGE), *s = map_pages(4, RW, SHARED_ANON, -1, 0);
    char *to = free_place(16);

    number_pages(p, 8, 1);
    EXPECT_OK(munmap(p + 6 * PAGE, 2 * PAGE));
    limit(RLIMIT_AS, (size_t)(read_statm().size + 2) * PAGE);
    EXPECT_ERROR(remap(p, 6 * PAGE, 9 * PAGE, MOVE, NULL), ENOMEM);
    EXPECT_ERROR(remap(p, 6 * PAGE, 6 * PAGE, DONTUNMAP, NULL), ENOMEM);
    EXPECT_ERROR(remap(s, 0, 3 * PAGE, MOVE, NULL), ENOMEM);
    EXPECT(is_numbered(p, 6, 1));
    EXPECT_EQ(remap(p, 6 * PAGE, 6 * PAGE, FIXED, to), to);         /* no more than before */
    EXPECT_EQ(remap(to, 6 * PAGE, 8 * PAGE, FIXED, to + 8 * PAGE), to + 8 * PAGE);
    EXPECT(is_numbered(to + 8 * PAGE, 6, 1));
    EXPECT_ERROR(remap(to + 8 * PAGE, 8 * PAGE, 9 * PAGE, MOVE, NULL), ENOMEM);
}

static void data_limit(void)
{
    char *p = map_anon(8 * PAGE), *s = map_pages(4, RW, SHARED_ANON, -1, 0);

    EXPECT_OK(munmap(p + 6 * PAGE, 2 * PAGE));
    limit(RLIMIT_DATA, (size_t)read_statm().data * PAGE / 2);
    EXPECT_ERROR(remap(p, 6 * PAGE, 7 * PAGE, 0, NULL), ENOMEM);
    EXPECT_OK(remap(s, 4 * PAGE, 8 * PAGE, MOVE, NULL));            /* no data of ours */
}

/* With as many mappings as there may be, nothing is divided, and nothing lost. */
static void too_many_mappings(void)
{
    size_t most = 140000, i;
    char *area = map_pages(most, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    char *p = map_pages(9, PROT_READ | PROT_WRITE | PROT_EXEC, ANON, -1, 0), *to = free_place(8);

    number_pages(p, 9, 1);
    for (i = 1; i < most && mprotect(area + i * PAGE, PAGE, PROT_READ) == 0; i += 2)
        ;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_ERROR(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, to), ENOMEM);
    EXPECT_ERROR(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, area + 20 * PAGE), ENOMEM);
    EXPECT_ERROR(remap(p, 9 * PAGE, 9 * PAGE, DONTUNMAP, NULL), ENOMEM);
    EXPECT_ERROR(remap(p + PAGE, 2 * PAGE, PAGE, 0, NULL), ENOMEM);
    EXPECT(is_numbered(p, 9, 1));
    EXPECT_FAULT(try_read(area + 20 * PAGE), SIGSEGV, SEGV_ACCERR, area + 20 * PAGE);
    EXPECT_EQ(remap(p, 9 * PAGE, 8 * PAGE, 0, NULL), p);            /* no new mapping */
    EXPECT_OK(munmap(area + 100 * PAGE, 20 * PAGE));
    EXPECT_EQ(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, to), to);
    EXPECT(is_numbered(to, 1, 4));
}

/* Allocations that fail */

/* [OFFSET, OFFSET + OLD_SIZE) of 6 MiB is to move, while an allocation is refused. */
struct attempt {
    size_t offset, old_size, new_size;
    int flags;
    uint32_t site;
    uint64_t nth;
};

#define STRIDE 40               /* pages from one that is touched to the next */
#define REFUSED 3
#define ORDERS 12               /* more allocations than a move makes */

static void fill_some(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i += STRIDE)
        number_pages(p + i * PAGE, 1, i + 1);
}

static bool some_are_filled(char *p, size_t from, size_t to)
{
    for (size_t i = (from + STRIDE - 1) / STRIDE * STRIDE; i < to; i += STRIDE)
        if (!says(p, i - from, i + 1))
            return false;
    return true;
}

static void move_with_failure(void *arg)
{
    struct attempt *a = arg;
    size_t npages = 6 * MB / PAGE, first = a->offset / PAGE, last = first + a->old_size / PAGE;
    char *p = map_anon(6 * MB), *to = free_place(16 * MB / PAGE) + 4 * MB + 3 * PAGE, *q;
    int before = test_failures(), error;
    long size;

    fill_some(p, npages);
    size = read_statm().size;
    fail_nth(a->site, a->nth);
    q = remap(p + a->offset, a->old_size, a->new_size, a->flags, to);
    error = errno;
    fail_nth(a->site, 0);
    if (q == MAP_FAILED) {
        EXPECT_EQ(error, ENOMEM);
        EXPECT(some_are_filled(p, 0, npages));
        EXPECT_EQ(read_statm().size, size);
        EXPECT_FAULT(try_read(to), SIGSEGV, SEGV_MAPERR, to);
    } else {
        EXPECT(some_are_filled(p, 0, first));
        EXPECT(some_are_filled(q, first, last));
        EXPECT(some_are_filled(p + last * PAGE, last, npages));
    }
    _exit(test_failures() != before ? 1 : q == MAP_FAILED ? REFUSED : 0);
}

static void allocations_fail(void)
{
    static const uint32_t sites[] = { DEBUG_FAIL_PAGE, DEBUG_FAIL_SLAB };
    struct attempt ways[] = {
        { .offset = MB, .old_size = 4 * MB, .new_size = 4 * MB, .flags = FIXED },
        { .offset = 0, .old_size = 6 * MB, .new_size = 9 * MB, .flags = MOVE },
        { .offset = 2 * MB, .old_size = MB, .new_size = MB, .flags = FIXED | DONTUNMAP },
    };

    need_debug_call();
    for (size_t i = 0; i < COUNT(ways) * COUNT(sites); i++) {
        struct attempt *a = &ways[i / COUNT(sites)];
        int refused = 0, status;

        for (uint64_t n = 1; n <= ORDERS; n++) {
            a->site = sites[i % COUNT(sites)];
            a->nth = n;
            status = run_child(move_with_failure, a);
            EXPECT(status == 0 || status == REFUSED << 8);
            refused += status == REFUSED << 8;
        }
        EXPECT_RANGE(refused, 1, ORDERS - 1);
    }
}

static const struct test tests[] = {
    TEST(bad_arguments),
    TEST(sizes_without_end),
    TEST(moved_stack_has_a_bottom),
    TEST(moved_file_has_a_bottom),
    TEST(not_in_one_mapping),
    CHILD_TEST(first_pages_are_forbidden),
    TEST(shrinks),
    TEST(shrinks_over_mappings),
    TEST(grows_in_place),
    TEST(grows_up_to_its_like),
    TEST(grows_elsewhere),
    TEST(figures_stay),
    CHILD_TEST(address_space_limit),
    CHILD_TEST(data_limit),
    TEST(allocations_fail),
    LONG_CHILD_TEST(too_many_mappings),
};

TEST_MAIN(tests)
