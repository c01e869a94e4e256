/* SPDX-License-Identifier: MIT */
/*
 * mremaptest.c - mappings that grow, shrink and move with their pages.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED_ANON (MAP_SHARED | MAP_ANONYMOUS)
#define TOP (1UL << 38)         /* the end of the user half with Sv39 */
#define MOVE MREMAP_MAYMOVE
#define FIXED (MREMAP_MAYMOVE | MREMAP_FIXED)
#define DONTUNMAP (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)

static char *remap(char *p, size_t old_size, size_t new_size, int flags, char *to)
{
    return mremap(p, old_size, new_size, flags, to);
}

static char *map(size_t size, int prot, int flags, int fd)
{
    char *p = mmap(NULL, size, prot, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

/* A place of SIZE bytes where nothing is mapped. */
static char *free_place(size_t size)
{
    char *p = map(size, PROT_NONE, ANON | MAP_NORESERVE, -1);

    EXPECT_OK(munmap(p, size));
    return p;
}

/* Anonymous memory between two pages that nobody may use: it is one with no neighbour. */
static char *map_alone(size_t npages)
{
    char *p = map_anon((npages + 2) * PAGE);

    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    EXPECT_OK(mprotect(p + (npages + 1) * PAGE, PAGE, PROT_NONE));
    return p + PAGE;
}

static void unmap_alone(char *p, size_t npages)
{
    EXPECT_OK(munmap(p - PAGE, (npages + 2) * PAGE));
}

/* The first and the last word of page I. */
static volatile uint64_t *first_word(char *p, size_t i)
{
    return (volatile uint64_t *)(p + i * PAGE);
}

static volatile uint64_t *last_word(char *p, size_t i)
{
    return (volatile uint64_t *)(p + (i + 1) * PAGE) - 1;
}

/* Have each page say which one it is, counting from FIRST. */
static void fill(char *p, size_t npages, uint64_t first)
{
    for (size_t i = 0; i < npages; i++)
        *first_word(p, i) = *last_word(p, i) = first + i;
}

static bool says(char *p, size_t i, uint64_t n)
{
    if (*first_word(p, i) == n && *last_word(p, i) == n)
        return true;
    note("page %zu says %lu and %lu, not %lu", i, *first_word(p, i), *last_word(p, i), n);
    return false;
}

static bool is_filled(char *p, size_t npages, uint64_t first)
{
    for (size_t i = 0; i < npages; i++)
        if (!says(p, i, first + i))
            return false;
    return true;
}

static bool is_zero(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        if (!says(p, i, 0))
            return false;
    return true;
}

static void expect_hole(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_FAULT(try_read(p + i * PAGE), SIGSEGV, SEGV_MAPERR, p + i * PAGE);
}

/* The borders of the mapping that contains P. */
static void expect_borders(char *p, char *start, char *end)
{
    uintptr_t from = 0, to = 0;
    char line[256];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx", &from, &to), 2);
    EXPECT_EQ(from, start);
    EXPECT_EQ(to, end);
}

/* Errors */

static void bad_arguments(void)
{
    char *p = map_anon(8 * PAGE), *to = free_place(16 * PAGE);

    fill(p, 8, 1);
    EXPECT_ERROR(remap(p + 1, PAGE, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 0, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, ~0UL, MOVE, NULL), EINVAL);         /* rounded up: 0 */
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, 8, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, MOVE | 0x10000, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, MREMAP_FIXED, to), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, MREMAP_DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, PAGE, DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 2 * PAGE, DONTUNMAP, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, to + 1), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p + PAGE), EINVAL);
    EXPECT_ERROR(remap(p + PAGE, 2 * PAGE, 2 * PAGE, FIXED, p), EINVAL);
    EXPECT_ERROR(remap(p, 8 * PAGE, PAGE, FIXED, p + 5 * PAGE), EINVAL);
    EXPECT(is_filled(p, 8, 1));
    munmap(p, 8 * PAGE);
}

/* Sizes that reach over the end of the address space, or around it. */
static void sizes_without_end(void)
{
    char *p = map_anon(2 * PAGE);

    fill(p, 2, 1);
#if defined(__riscv)
    EXPECT_ERROR(remap(p, 1UL << 39, 2 * PAGE, 0, NULL), EINVAL);
#endif
    EXPECT_ERROR(remap(p, 1UL << 48, 2 * PAGE, 0, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 1UL << 63, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, -4 * PAGE, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, -(uintptr_t)p, 2 * PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, 1UL << 39, MOVE, NULL), ENOMEM);
#if defined(__riscv)
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, (char *)TOP), EINVAL);
    EXPECT_ERROR(remap(p, 2 * PAGE, 2 * PAGE, FIXED, (char *)(TOP - PAGE)), EINVAL);
#endif
    EXPECT_ERROR(remap(p, PAGE, PAGE, FIXED, (char *)-PAGE), EINVAL);
    EXPECT_ERROR(remap(p, PAGE, -2 * PAGE, FIXED, free_place(PAGE)), EINVAL);
    EXPECT(is_filled(p, 2, 1));
    munmap(p, 2 * PAGE);
}

/* The range must be mapped, and by one mapping, unless it only shrinks. */
static void not_in_one_mapping(void)
{
    char *p = map_anon(8 * PAGE), *to = free_place(16 * PAGE);

    fill(p, 8, 1);
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
    EXPECT(is_filled(p, 6, 1));
    EXPECT(is_filled(p + 7 * PAGE, 1, 8));
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

    fill(p, 12, 1);
    EXPECT_EQ(remap(p, 12 * PAGE, 11 * PAGE - 5, 0, NULL), p);      /* rounded up */
    EXPECT_EQ(remap(p, 11 * PAGE, 10 * PAGE, MOVE, NULL), p);
    expect_hole(p + 10 * PAGE, 2);
    EXPECT_EQ(remap(p + 2 * PAGE, 5 * PAGE, 2 * PAGE, 0, NULL), p + 2 * PAGE);
    EXPECT(is_filled(p, 4, 1));
    expect_hole(p + 4 * PAGE, 3);
    EXPECT(is_filled(p + 7 * PAGE, 3, 8));
    munmap(p, 10 * PAGE);
}

/* What is cut off may be of many mappings, and holes. */
static void shrinks_over_mappings(void)
{
    char *p = map_anon(12 * PAGE);

    fill(p, 12, 1);
    EXPECT_OK(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ));
    EXPECT_OK(munmap(p + 5 * PAGE, 2 * PAGE));
    EXPECT_OK(mprotect(p + 9 * PAGE, 3 * PAGE, PROT_NONE));
    EXPECT_EQ(remap(p, 11 * PAGE, PAGE, 0, NULL), p);
    EXPECT(is_filled(p, 1, 1));
    expect_hole(p + PAGE, 10);
    EXPECT_FAULT(try_read(p + 11 * PAGE), SIGSEGV, SEGV_ACCERR, p + 11 * PAGE);
    munmap(p, 12 * PAGE);
}

static void grows_in_place(void)
{
    char *p = map_alone(10);

    EXPECT_OK(munmap(p + 4 * PAGE, 6 * PAGE));
    fill(p, 4, 1);
    EXPECT_EQ(remap(p, 4 * PAGE, 5 * PAGE, 0, NULL), p);
    EXPECT_EQ(remap(p + 2 * PAGE, 2 * PAGE + 1, 4 * PAGE, MOVE, NULL), p + 2 * PAGE);
    expect_borders(p, p, p + 6 * PAGE);
    EXPECT(is_filled(p, 4, 1));
    EXPECT(is_zero(p + 4 * PAGE, 2));
    EXPECT_NO_FAULT(try_write(p + 5 * PAGE));
    expect_hole(p + 6 * PAGE, 4);
    EXPECT_ERROR(remap(p, 6 * PAGE, 11 * PAGE, 0, NULL), ENOMEM);   /* a neighbour */
    EXPECT_ERROR(remap(p, 5 * PAGE, 6 * PAGE, 0, NULL), ENOMEM);    /* itself */
    EXPECT_EQ(remap(p, 6 * PAGE, 10 * PAGE, 0, NULL), p);
    expect_borders(p, p, p + 10 * PAGE);
    EXPECT(is_filled(p, 4, 1));
    unmap_alone(p, 10);
}

/* Growing closes a hole between parts of one mapping: they become one again. */
static void grows_up_to_its_like(void)
{
    char *p = map_alone(7);

    fill(p, 7, 1);
    EXPECT_OK(munmap(p + 3 * PAGE, 2 * PAGE));
    EXPECT_EQ(remap(p, 3 * PAGE, 5 * PAGE, 0, NULL), p);
    expect_borders(p, p, p + 7 * PAGE);
    EXPECT(is_filled(p, 3, 1));
    EXPECT(is_zero(p + 3 * PAGE, 2));
    EXPECT(is_filled(p + 5 * PAGE, 2, 6));
    unmap_alone(p, 7);
}

static void grows_elsewhere(void)
{
    char *p = map_anon(6 * PAGE), *q;

    fill(p, 6, 1);
    q = remap(p, 3 * PAGE, 700 * PAGE, MOVE, NULL);         /* more than one table */
    REQUIRE(q != MAP_FAILED);
    EXPECT(q + 700 * PAGE <= p || q >= p + 6 * PAGE);
    EXPECT(is_filled(q, 3, 1));
    EXPECT(is_zero(q + 3 * PAGE, 697));
    expect_hole(p, 3);
    EXPECT(is_filled(p + 3 * PAGE, 3, 4));
    munmap(p, 6 * PAGE);
    munmap(q, 700 * PAGE);
}

/* Moving */

static void inner_part_and_back(void)
{
    char *p = map_alone(11), *to = free_place(16 * PAGE) + 2 * PAGE;

    fill(p, 11, 1);
    EXPECT_EQ(remap(p + 4 * PAGE, 3 * PAGE, 3 * PAGE, FIXED, to), to);
    EXPECT(is_filled(p, 4, 1));
    expect_hole(p + 4 * PAGE, 3);
    EXPECT(is_filled(p + 7 * PAGE, 4, 8));
    EXPECT(is_filled(to, 3, 5));
    EXPECT_EQ(remap(to, 3 * PAGE, 3 * PAGE, FIXED, p + 4 * PAGE), p + 4 * PAGE);
    expect_hole(to, 3);
    EXPECT(is_filled(p, 11, 1));
    expect_borders(p, p, p + 11 * PAGE);
    unmap_alone(p, 11);
}

/* A hole where something was moved away is one for new mappings, too. */
static void old_place_is_free(void)
{
    char *p = map_anon(2 * PAGE), *to = free_place(8 * PAGE) + 4 * PAGE;

    fill(p, 2, 1);
    EXPECT_EQ(remap(p, 2 * PAGE, 2 * PAGE, FIXED, to), to);
    EXPECT_EQ(mmap(p, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), p);
    EXPECT(is_zero(p, 2));
    fill(p, 2, 100);
    EXPECT(is_filled(to, 2, 1));
    munmap(p, 2 * PAGE);
    munmap(to, 2 * PAGE);
}

static void replaces_what_is_there(void)
{
    char *p = map_anon(4 * PAGE), *to = map_anon(10 * PAGE);

    fill(p, 4, 1);
    fill(to, 10, 100);
    EXPECT_OK(mprotect(to + 5 * PAGE, 5 * PAGE, PROT_READ));
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to + 3 * PAGE), to + 3 * PAGE);
    EXPECT(is_filled(to, 3, 100));
    EXPECT(is_filled(to + 3 * PAGE, 4, 1));
    EXPECT(is_filled(to + 7 * PAGE, 3, 107));
    EXPECT_NO_FAULT(try_write(to + 6 * PAGE));
    EXPECT_FAULT(try_write(to + 7 * PAGE), SIGSEGV, SEGV_ACCERR, to + 7 * PAGE);
    expect_hole(p, 4);
    munmap(to, 10 * PAGE);
}

/* Onto its own neighbours, touching. */
static void next_door(void)
{
    char *p = map_anon(6 * PAGE);

    fill(p, 6, 1);
    EXPECT_EQ(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    expect_hole(p, 2);
    EXPECT(is_filled(p + 2 * PAGE, 2, 1));
    EXPECT(is_filled(p + 4 * PAGE, 2, 5));
    EXPECT_EQ(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    EXPECT(is_filled(p + 2 * PAGE, 1, 2));
    expect_hole(p + 3 * PAGE, 1);
    munmap(p, 6 * PAGE);
}

static void other_size_elsewhere(void)
{
    char *p = map_anon(12 * PAGE), *to = free_place(16 * PAGE);

    fill(p, 12, 1);
    EXPECT_EQ(remap(p, 6 * PAGE, 2 * PAGE, FIXED, to), to);         /* shorter */
    EXPECT(is_filled(to, 2, 1));
    expect_hole(to + 2 * PAGE, 1);
    expect_hole(p, 6);
    EXPECT_EQ(remap(p + 6 * PAGE, 3 * PAGE, 7 * PAGE, FIXED, to + 4 * PAGE), to + 4 * PAGE);
    EXPECT(is_filled(to + 4 * PAGE, 3, 7));                         /* longer */
    EXPECT(is_zero(to + 7 * PAGE, 4));
    expect_hole(p + 6 * PAGE, 3);
    EXPECT(is_filled(p + 9 * PAGE, 3, 10));
    munmap(p, 12 * PAGE);
    munmap(to, 16 * PAGE);
}

/* Rights travel, and so does what lies under PROT_NONE. */
static void rights_swap(void)
{
    char *a = map_anon(2 * PAGE), *b = map_anon(3 * PAGE), *c = free_place(8 * PAGE) + 3 * PAGE;

    fill(a, 2, 1);
    fill(b, 2, 10);
    EXPECT_OK(mprotect(b, 2 * PAGE, PROT_READ));
    EXPECT_EQ(remap(a, 2 * PAGE, 2 * PAGE, FIXED, c), c);
    EXPECT_EQ(remap(b, 2 * PAGE, 2 * PAGE, FIXED, a), a);
    EXPECT_EQ(remap(c, 2 * PAGE, 2 * PAGE, FIXED, b), b);
    EXPECT(is_filled(b, 2, 1));
    EXPECT(is_filled(a, 2, 10));
    EXPECT_FAULT(try_write(a + PAGE), SIGSEGV, SEGV_ACCERR, a + PAGE);
    EXPECT_NO_FAULT(try_write(b + PAGE));
    munmap(a, 2 * PAGE);
    munmap(b, 3 * PAGE);
}

static void pages_without_access(void)
{
    char *p = map_anon(4 * PAGE), *to = free_place(8 * PAGE);

    fill(p, 4, 1);
    EXPECT_OK(mprotect(p, 4 * PAGE, PROT_NONE));
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT_FAULT(try_read(to), SIGSEGV, SEGV_ACCERR, to);
    EXPECT_OK(mprotect(to, 4 * PAGE, PROT_READ));
    EXPECT(is_filled(to, 4, 1));
    EXPECT_FAULT(try_write(to), SIGSEGV, SEGV_ACCERR, to);
    EXPECT_OK(mprotect(to, 4 * PAGE, RW));
    EXPECT_NO_FAULT(try_write(to));
    munmap(to, 4 * PAGE);
}

/* Pages that were only read are the page of zeroes: still nobody's. */
static void zero_page(void)
{
    char *p = map_anon(3 * PAGE), *to = free_place(4 * PAGE), *other = map_anon(PAGE);

    EXPECT(is_zero(p, 2));
    EXPECT_EQ(remap(p, 3 * PAGE, 3 * PAGE, FIXED, to), to);
    EXPECT(is_zero(to, 3));
    fill(to, 3, 1);
    EXPECT(is_zero(other, 1));
    EXPECT(is_filled(to, 3, 1));
    munmap(to, 3 * PAGE);
    munmap(other, PAGE);
}

/* Pages and tables do not go together: every distance within a table. */
static void far_and_unaligned(void)
{
    static const size_t shifts[] = { 1, 511, 0, 255, 37, 512 };
    size_t npages = (size_t)proc_number("/proc/meminfo", "MemFree:") / 4 / 3, at = 0;
    char *p, *to, *area[2];

    npages = npages > 4096 ? 4096 : npages;
    area[0] = map((2 * npages + 2048) * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1);
    area[1] = area[0] + (npages + 1024) * PAGE;
    p = area[0];
    REQUIRE(mmap(p, npages * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p);
    fill(p, npages, 1);
    for (size_t i = 0; i < COUNT(shifts); i++) {
        at = !at;
        to = area[at] + shifts[i] * PAGE;
        EXPECT_EQ(remap(p, npages * PAGE, npages * PAGE, FIXED, to), to);
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
        EXPECT(is_filled(to, npages, 1));
        p = to;
    }
    munmap(area[0], (2 * npages + 2048) * PAGE);
}

static void figures_stay(void)
{
    char *p = map_anon(600 * PAGE), *to = free_place(700 * PAGE) + 50 * PAGE;
    struct statm before, after;
    long peak;

    fill(p, 300, 1);
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

/* MREMAP_DONTUNMAP: the pages go, the mapping stays. */
static void leaves_zeroes_behind(void)
{
    char *p = map_alone(5), *to = free_place(8 * PAGE), *q;
    long resident;

    fill(p, 5, 1);
    resident = resident_pages();
    q = remap(p, 5 * PAGE, 5 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(q + 5 * PAGE <= p || q >= p + 5 * PAGE);
    EXPECT_EQ(resident_pages(), resident);
    EXPECT(is_filled(q, 5, 1));
    EXPECT(is_zero(p, 5));
    fill(p, 5, 100);
    EXPECT(is_filled(q, 5, 1));
    EXPECT_EQ(remap(p + PAGE, 2 * PAGE, 2 * PAGE, FIXED | DONTUNMAP, to), to);
    EXPECT(is_filled(to, 2, 101));
    EXPECT(is_filled(p, 1, 100));
    EXPECT(is_zero(p + PAGE, 2));
    EXPECT(is_filled(p + 3 * PAGE, 2, 103));
    expect_borders(p, p, p + 5 * PAGE);
    unmap_alone(p, 5);
    munmap(q, 5 * PAGE);
    munmap(to, 2 * PAGE);
}

/* Old size 0: the same shared memory once more. */
static void second_view(void)
{
    char *p = map(6 * PAGE, RW, SHARED_ANON, -1), *q, *r, *own = map_anon(PAGE);

    fill(p, 6, 1);
    EXPECT_ERROR(remap(own, 0, PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 0, 6 * PAGE, 0, NULL), ENOMEM);
    q = remap(p, 0, 6 * PAGE, MOVE, NULL);
    r = remap(p + 2 * PAGE, 0, 2 * PAGE, MOVE, NULL);
    REQUIRE(q != MAP_FAILED && r != MAP_FAILED);
    EXPECT(is_filled(p, 6, 1));
    EXPECT(is_filled(q, 6, 1));
    EXPECT(is_filled(r, 2, 3));
    fill(r, 1, 77);
    EXPECT(is_filled(p + 2 * PAGE, 1, 77));
    EXPECT(is_filled(q + 2 * PAGE, 1, 77));
    munmap(p, 6 * PAGE);
    EXPECT(is_filled(q, 2, 1));
    EXPECT(is_filled(r, 1, 77));
    munmap(q, 6 * PAGE);
    munmap(r, 2 * PAGE);
    munmap(own, PAGE);
}

/* A view that is to replace what it shows finds nothing any more. */
static void view_of_what_went(void)
{
    char *p = map(2 * PAGE, RW, SHARED_ANON, -1);

    fill(p, 2, 1);
    EXPECT_ERROR(remap(p, 0, PAGE, FIXED, p), EFAULT);
    expect_hole(p, 1);
    EXPECT(is_filled(p + PAGE, 1, 2));
    munmap(p, 2 * PAGE);
}

/* Stacks: they go on growing down where they are. */
static void growing_down(void)
{
    char *p = map(4 * PAGE, RW, ANON | MAP_GROWSDOWN, -1), *to = free_place(700 * PAGE) + 600 * PAGE;

    fill(p, 4, 1);
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT(is_filled(to, 4, 1));
    EXPECT_NO_FAULT(try_write(to - PAGE));
    EXPECT_EQ(to[-(long)PAGE], 1);
    munmap(to - 2 * PAGE, 6 * PAGE);
}

static void part_of_the_stack(void)
{
    char room[16 * PAGE], *p = room + PAGE - (uintptr_t)room % PAGE, *to = free_place(16 * PAGE);

    fill(p, 12, 1);
    EXPECT_EQ(remap(p + 2 * PAGE, 8 * PAGE, 8 * PAGE, FIXED, to), to);
    EXPECT(is_filled(to, 8, 3));
    EXPECT(is_filled(p, 2, 1));
    EXPECT(is_filled(p + 10 * PAGE, 2, 11));
    EXPECT_EQ(remap(to, 8 * PAGE, 8 * PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    EXPECT(is_filled(p, 12, 1));
}

/* The page that signal handlers return to may be moved like any other. */
static uintptr_t return_address;

static void note_return_address(int sig)
{
    (void)sig;
    return_address = (uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0));
}

static void trampoline(void)
{
    uintptr_t start, end;
    char line[256], *to, *old;

    signal(SIGUSR1, note_return_address);
    raise(SIGUSR1);
    if (!find_mapping((void *)return_address, line, sizeof(line)) || !strstr(line, "[vdso]"))
        skip("the code to return from a signal is elsewhere");
    REQUIRE(sscanf(line, "%lx-%lx", &start, &end) == 2);
    old = (char *)start;
    to = free_place(end - start);
    EXPECT_ERROR(remap(old, end - start, end - start + PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap(old, end - start, end - start, DONTUNMAP, NULL), EINVAL);
    EXPECT_EQ(remap(old, end - start, end - start, FIXED, to), to);
    raise(SIGUSR1);
    EXPECT_RANGE(return_address, to, to + (end - start) - 1);
    expect_hole(old, 1);
}

/* Files */

static const char *folder = ".";

static int new_file(size_t npages)
{
    char path[64];
    uint64_t n;
    int fd;

    snprintf(path, sizeof(path), "%s/mremap.1", folder);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(fd >= 0 && unlink(path) == 0 && ftruncate(fd, (off_t)(npages * PAGE)) == 0);
    for (size_t i = 0; i < npages; i++) {
        n = i + 1;
        EXPECT_EQ(pwrite(fd, &n, sizeof(n), (off_t)(i * PAGE)), sizeof(n));
        EXPECT_EQ(pwrite(fd, &n, sizeof(n), (off_t)((i + 1) * PAGE - sizeof(n))), sizeof(n));
    }
    return fd;
}

static uint64_t word_in_file(int fd, size_t i)
{
    uint64_t n = 0;

    EXPECT_EQ(pread(fd, &n, sizeof(n), (off_t)(i * PAGE)), sizeof(n));
    return n;
}

static void check_private_copies(void)
{
    int fd = new_file(10);
    char *p = map(6 * PAGE, RW, MAP_PRIVATE, fd), *to = free_place(16 * PAGE) + PAGE;
    uint64_t n = 50;

    fill(p + 2 * PAGE, 1, 100);
    EXPECT(is_filled(p, 2, 1));
    EXPECT_EQ(remap(p, 6 * PAGE, 8 * PAGE, FIXED, to), to);
    expect_hole(p, 6);
    EXPECT(is_filled(to, 2, 1));
    EXPECT(is_filled(to + 2 * PAGE, 1, 100));
    EXPECT(is_filled(to + 3 * PAGE, 5, 4));                 /* grown: more of the file */
    EXPECT_EQ(pwrite(fd, &n, sizeof(n), 0), sizeof(n));
    EXPECT_EQ(pwrite(fd, &n, sizeof(n), 2 * PAGE), sizeof(n));
    EXPECT_EQ(*first_word(to, 0), 50);                      /* the file's own page */
    EXPECT_EQ(*first_word(to, 2), 100);                     /* ours */
    fill(to + 3 * PAGE, 1, 200);
    EXPECT_EQ(word_in_file(fd, 3), 4);
    munmap(to, 8 * PAGE);
    close(fd);
}

static void check_private_left_behind(void)
{
    int fd = new_file(6);
    char *p = map(6 * PAGE, RW, MAP_PRIVATE, fd), *q;

    fill(p + PAGE, 2, 100);
    q = remap(p, 4 * PAGE, 4 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(is_filled(q, 1, 1));
    EXPECT(is_filled(q + PAGE, 2, 100));
    EXPECT(is_filled(q + 3 * PAGE, 1, 4));
    EXPECT(is_filled(p, 6, 1));                             /* the file again */
    munmap(p, 6 * PAGE);
    munmap(q, 4 * PAGE);
    close(fd);
}

static void check_shared_stores(void)
{
    int fd = new_file(8);
    char *p = map(6 * PAGE, RW, MAP_SHARED, fd), *to = free_place(8 * PAGE), *q;

    fill(p, 2, 100);
    EXPECT_EQ(remap(p + PAGE, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT(is_filled(to, 1, 101));
    EXPECT(is_filled(to + PAGE, 3, 3));
    fill(to + 2 * PAGE, 1, 200);
    EXPECT_EQ(word_in_file(fd, 1), 101);
    EXPECT_EQ(word_in_file(fd, 3), 200);
    EXPECT_OK(msync(to, 4 * PAGE, MS_SYNC));
    fill(to, 1, 300);                                       /* seen again after msync */
    q = remap(to, 4 * PAGE, 4 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(is_filled(to, 1, 300));
    fill(to + 3 * PAGE, 1, 400);
    EXPECT(is_filled(q + 3 * PAGE, 1, 400));
    munmap(q, 4 * PAGE);
    munmap(to, 4 * PAGE);
    munmap(p, 6 * PAGE);
    EXPECT_EQ(word_in_file(fd, 0), 100);
    EXPECT_EQ(word_in_file(fd, 1), 300);
    EXPECT_EQ(word_in_file(fd, 3), 200);
    EXPECT_EQ(word_in_file(fd, 4), 400);
    EXPECT_EQ(word_in_file(fd, 5), 6);
    close(fd);
}

static void expect_beyond_end(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        EXPECT_FAULT(try_read(p + i * PAGE), SIGBUS, BUS_ADRERR, p + i * PAGE);
}

static void check_truncation(void)
{
    int fd = new_file(8), kinds[] = { MAP_SHARED, MAP_PRIVATE };
    char *p, *to = free_place(16 * PAGE);

    for (size_t i = 0; i < COUNT(kinds); i++) {
        p = map(6 * PAGE, RW, kinds[i], fd);
        EXPECT(is_filled(p, 6, 1));
        EXPECT_EQ(remap(p + PAGE, 4 * PAGE, 8 * PAGE, FIXED, to), to);
        EXPECT_OK(ftruncate(fd, 3 * PAGE));
        EXPECT(is_filled(to, 2, 2));
        expect_beyond_end(to + 2 * PAGE, 6);
        EXPECT(is_filled(p, 1, 1));
        expect_beyond_end(p + 5 * PAGE, 1);
        munmap(to, 8 * PAGE);
        munmap(p, 6 * PAGE);
        close(fd);
        fd = new_file(8);
    }
    close(fd);
}

/* What makes room, what is cut off and what moves are views of one file. */
static void check_replaced_views(void)
{
    int fd = new_file(8);
    char *p = map(8 * PAGE, RW, MAP_SHARED, fd), *q = map(8 * PAGE, RW, MAP_SHARED, fd);

    EXPECT(is_filled(p, 8, 1));
    EXPECT(is_filled(q, 8, 1));
    EXPECT_EQ(remap(p, 8 * PAGE, 5 * PAGE, FIXED, q), q);
    expect_hole(p, 8);
    EXPECT(is_filled(q, 8, 1));
    EXPECT_EQ(remap(q + 4 * PAGE, 4 * PAGE, PAGE, FIXED, q), q);
    EXPECT(is_filled(q, 1, 5));
    EXPECT(is_filled(q + PAGE, 3, 2));
    expect_hole(q + 4 * PAGE, 4);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    expect_beyond_end(q, 1);
    EXPECT(is_filled(q + PAGE, 1, 2));
    expect_beyond_end(q + 2 * PAGE, 2);
    munmap(q, 4 * PAGE);
    close(fd);
}

static void on_disk_and_in_memory(void (*check)(void))
{
    folder = ".";
    check();
    if (access("/tests", W_OK) == 0) {
        folder = "/tests";
        check();
    }
}

#define FILE_TEST(name)                                                        \
    static void name(void)                                                     \
    {                                                                          \
        on_disk_and_in_memory(check_##name);                                   \
    }

FILE_TEST(private_copies)
FILE_TEST(private_left_behind)
FILE_TEST(shared_stores)
FILE_TEST(truncation)
FILE_TEST(replaced_views)

/* Processes */

static char *common, *elsewhere;
static struct gate turn[2];

static void move_in_child(void *arg)
{
    (void)arg;
    EXPECT_EQ(remap(common, 4 * PAGE, 4 * PAGE, FIXED, elsewhere), elsewhere);
    EXPECT(is_filled(elsewhere, 4, 1));
    fill(elsewhere + PAGE, 1, 100);
    signal_gate(&turn[0]);
    wait_gate(&turn[1]);                        /* the parent has moved and written */
    EXPECT(is_filled(elsewhere, 1, 1));
    EXPECT(is_filled(elsewhere + PAGE, 1, 100));
    EXPECT(is_filled(elsewhere + 2 * PAGE, 2, 3));
}

static void after_fork(void)
{
    pid_t pid;

    common = map_anon(4 * PAGE);
    elsewhere = free_place(8 * PAGE) + 3 * PAGE;
    open_gate(&turn[0]);
    open_gate(&turn[1]);
    fill(common, 4, 1);
    pid = start_child(move_in_child, NULL);
    wait_gate(&turn[0]);
    EXPECT(is_filled(common, 4, 1));
    EXPECT_EQ(remap(common, 4 * PAGE, 4 * PAGE, FIXED, elsewhere + PAGE), elsewhere + PAGE);
    fill(elsewhere + PAGE, 4, 200);
    signal_gate(&turn[1]);
    EXPECT_CHILD(pid);
    EXPECT(is_filled(elsewhere + PAGE, 4, 200));
    munmap(elsewhere, 5 * PAGE);
    close_gate(&turn[0]);
    close_gate(&turn[1]);
}

/* A writer in the same memory that follows pages wherever they go. */

#define WANDERING 8
#define PLACES    113           /* prime: every multiple of a step leads somewhere else */

static struct {
    volatile char *place;                       /* where the mover has put them   */
    volatile uint64_t stored[WANDERING];        /* by the writer, in each page    */
    volatile uint64_t lost;
    volatile bool stop;
} wander;

static char writer_stack[16 * KB] __attribute__((aligned(16)));
static sigjmp_buf once_more;

static void try_once_more(int sig)
{
    (void)sig;
    siglongjmp(once_more, 1);
}

static int write_what_wanders(void *arg)
{
    (void)arg;
    signal(SIGSEGV, try_once_more);
    sigsetjmp(once_more, 1);
    for (size_t i = 0; !wander.stop; i = (i + 1) % WANDERING) {
        volatile uint64_t *p = (volatile uint64_t *)(wander.place + i * PAGE);

        wander.lost += *p != wander.stored[i];
        *p = wander.stored[i] + 1;
        wander.stored[i]++;                     /* the store was done, or we are not here */
    }
    _exit(0);
}

static pid_t share_memory_with(int (*function)(void *), void *arg)
{
    pid_t pid = clone(function, writer_stack + sizeof(writer_stack), CLONE_VM | SIGCHLD, arg);

    REQUIRE(pid > 0);
    return pid;
}

/* No place is used twice, nor a part of it: the writer may be late and still go to one that
 * was left long ago, and must find nothing there. */
static void no_store_is_lost(void)
{
    const size_t room = (WANDERING + 1) * PAGE;
    char *p = map_anon(WANDERING * PAGE), *area = free_place(PLACES * room), *to;
    size_t step = 1 + rand_below(&test_rand, PLACES - 1);
    pid_t pid;

    memset(&wander, 0, sizeof(wander));
    wander.place = p;
    pid = share_memory_with(write_what_wanders, NULL);
    for (size_t i = 0; i < 100; i++) {
        to = area + i * step % PLACES * room;
        EXPECT_EQ(remap(p, WANDERING * PAGE, WANDERING * PAGE, FIXED, to), to);
        wander.place = p = to;
        for (uint64_t before = wander.stored[0]; i % 4 == 0 && wander.stored[0] == before;)
            sched_yield();
    }
    wander.stop = true;
    EXPECT_CHILD(pid);
    EXPECT_EQ(wander.lost, 0);
    for (size_t i = 0; i < WANDERING; i++)
        EXPECT_EQ(*first_word(p, i), wander.stored[i]);
    munmap(p, WANDERING * PAGE);
}

/* Who stays with the old address is caught there at once. */
static __attribute__((noreturn)) int write_for_ever(void *arg)
{
    for (;;)
        ++*(volatile uint64_t *)arg;
}

static void moved_from_under_a_writer(void)
{
    char *p, *to = free_place(4 * PAGE);
    uint64_t seen;
    pid_t pid;

    for (int i = 0; i < 4; i++) {
        p = map_anon(PAGE);
        pid = share_memory_with(write_for_ever, p);
        while (*first_word(p, 0) < 100)
            sched_yield();
        EXPECT_EQ(remap(p, PAGE, PAGE, FIXED, to), to);
        seen = *first_word(to, 0);
        EXPECT_EQ(wait_child(pid) & ~WCOREFLAG, SIGSEGV);
        EXPECT_EQ(*first_word(to, 0), seen);
        munmap(to, PAGE);
    }
}

/* A file that another process truncates and fills again while its pages move. */

#define FLEETING 24

static int fleeting;

static void truncate_and_fill(void *arg)
{
    (void)arg;
    for (uint64_t n = 1; n <= 20; n++) {
        EXPECT_OK(ftruncate(fleeting, 0));
        EXPECT_OK(ftruncate(fleeting, FLEETING * PAGE));
        for (size_t i = 0; i < FLEETING; i++)
            EXPECT_EQ(pwrite(fleeting, &n, sizeof(n), (off_t)(i * PAGE)), sizeof(n));
        sched_yield();
    }
}

/* Have the pages there, those that can be. */
static void touch_pages(const char *p, struct gate *g)
{
    char c;

    for (size_t i = 0; i < FLEETING; i++)
        if (write(g->fd[1], p + i * PAGE, 1) == 1)
            EXPECT_EQ(read(g->fd[0], &c, 1), 1);
}

static void truncated_while_it_moves(void)
{
    char *area = free_place(1100 * PAGE), *p[2], *to;
    int status;
    pid_t pid;

    fleeting = new_file(FLEETING);
    open_gate(&turn[0]);
    p[0] = map(FLEETING * PAGE, RW, MAP_SHARED, fleeting);
    p[1] = map(FLEETING * PAGE, PROT_READ, MAP_PRIVATE, fleeting);
    pid = start_child(truncate_and_fill, NULL);
    for (size_t i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        to = area + (i % 4 * 250 + rand_below(&test_rand, 200)) * PAGE;
        touch_pages(p[i % 2], &turn[0]);
        EXPECT_EQ(remap(p[i % 2], FLEETING * PAGE, FLEETING * PAGE, FIXED, to), to);
        p[i % 2] = to;
    }
    EXPECT_EQ(status, 0);
    for (size_t i = 0; i < FLEETING; i++)
        EXPECT(*first_word(p[0], i) == 20 && *first_word(p[1], i) == 20);
    EXPECT_OK(ftruncate(fleeting, 0));
    expect_beyond_end(p[0], FLEETING);
    expect_beyond_end(p[1], FLEETING);
    munmap(p[0], FLEETING * PAGE);
    munmap(p[1], FLEETING * PAGE);
    close_gate(&turn[0]);
    close(fleeting);
}

/* Limits */

static void limit(int resource, size_t bytes)
{
    struct rlimit l = { bytes, bytes };

    EXPECT_OK(setrlimit(resource, &l));
}

static void address_space_limit(void)
{
    char *p = map_anon(8 * PAGE), *s = map(4 * PAGE, RW, SHARED_ANON, -1);
    char *to = free_place(16 * PAGE);

    fill(p, 8, 1);
    EXPECT_OK(munmap(p + 6 * PAGE, 2 * PAGE));
    limit(RLIMIT_AS, (size_t)(read_statm().size + 2) * PAGE);
    EXPECT_ERROR(remap(p, 6 * PAGE, 9 * PAGE, MOVE, NULL), ENOMEM);
    EXPECT_ERROR(remap(p, 6 * PAGE, 6 * PAGE, DONTUNMAP, NULL), ENOMEM);
    EXPECT_ERROR(remap(s, 0, 3 * PAGE, MOVE, NULL), ENOMEM);
    EXPECT(is_filled(p, 6, 1));
    EXPECT_EQ(remap(p, 6 * PAGE, 6 * PAGE, FIXED, to), to);         /* no more than before */
    EXPECT_EQ(remap(to, 6 * PAGE, 8 * PAGE, FIXED, to + 8 * PAGE), to + 8 * PAGE);
    EXPECT(is_filled(to + 8 * PAGE, 6, 1));
    EXPECT_ERROR(remap(to + 8 * PAGE, 8 * PAGE, 9 * PAGE, MOVE, NULL), ENOMEM);
}

static void data_limit(void)
{
    char *p = map_anon(8 * PAGE), *s = map(4 * PAGE, RW, SHARED_ANON, -1);

    EXPECT_OK(munmap(p + 6 * PAGE, 2 * PAGE));
    limit(RLIMIT_DATA, (size_t)read_statm().data * PAGE / 2);
    EXPECT_ERROR(remap(p, 6 * PAGE, 7 * PAGE, 0, NULL), ENOMEM);
    EXPECT_OK(remap(s, 4 * PAGE, 8 * PAGE, MOVE, NULL));            /* no data of ours */
}

/* With as many mappings as there may be, nothing is divided, and nothing lost. */
static void too_many_mappings(void)
{
    size_t most = 140000, i;
    char *area = map(most * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1);
    char *p = map(9 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, ANON, -1), *to = free_place(8 * PAGE);

    fill(p, 9, 1);
    for (i = 1; i < most && mprotect(area + i * PAGE, PAGE, PROT_READ) == 0; i += 2)
        ;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_ERROR(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, to), ENOMEM);
    EXPECT_ERROR(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, area + 20 * PAGE), ENOMEM);
    EXPECT_ERROR(remap(p, 9 * PAGE, 9 * PAGE, DONTUNMAP, NULL), ENOMEM);
    EXPECT_ERROR(remap(p + PAGE, 2 * PAGE, PAGE, 0, NULL), ENOMEM);
    EXPECT(is_filled(p, 9, 1));
    EXPECT_FAULT(try_read(area + 20 * PAGE), SIGSEGV, SEGV_ACCERR, area + 20 * PAGE);
    EXPECT_EQ(remap(p, 9 * PAGE, 8 * PAGE, 0, NULL), p);            /* no new mapping */
    EXPECT_OK(munmap(area + 100 * PAGE, 20 * PAGE));
    EXPECT_EQ(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, to), to);
    EXPECT(is_filled(to, 1, 4));
}

/* Allocations that fail */

/* [OFFSET, OFFSET + OLD_SIZE) of 6 MiB is to move, while an allocation is refused. */
struct attempt {
    size_t offset, old_size, new_size;
    int flags;
    struct debug_fail order;
};

#define STRIDE 40               /* pages from one that is touched to the next */
#define REFUSED 3
#define ORDERS 12               /* more allocations than a move makes */

static void fill_some(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i += STRIDE)
        fill(p + i * PAGE, 1, i + 1);
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
    struct debug_fail off = { .sites = a->order.sites };
    size_t npages = 6 * MB / PAGE, first = a->offset / PAGE, last = first + a->old_size / PAGE;
    char *p = map_anon(6 * MB), *to = free_place(16 * MB) + 4 * MB + 3 * PAGE, *q;
    int before = test_failures(), error;
    long size;

    fill_some(p, npages);
    size = read_statm().size;
    EXPECT_EQ(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&a->order, 0), 0);
    q = remap(p + a->offset, a->old_size, a->new_size, a->flags, to);
    error = errno;
    EXPECT_EQ(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&off, 0), 0);
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
            a->order = (struct debug_fail){ .sites = sites[i % COUNT(sites)], .nth = n };
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
    TEST(not_in_one_mapping),
    CHILD_TEST(first_pages_are_forbidden),
    TEST(shrinks),
    TEST(shrinks_over_mappings),
    TEST(grows_in_place),
    TEST(grows_up_to_its_like),
    TEST(grows_elsewhere),
    TEST(inner_part_and_back),
    TEST(old_place_is_free),
    TEST(replaces_what_is_there),
    TEST(next_door),
    TEST(other_size_elsewhere),
    TEST(rights_swap),
    TEST(pages_without_access),
    TEST(zero_page),
    TEST(far_and_unaligned),
    TEST(figures_stay),
    TEST(leaves_zeroes_behind),
    TEST(second_view),
    TEST(view_of_what_went),
    TEST(growing_down),
    CHILD_TEST(part_of_the_stack),
    CHILD_TEST(trampoline),
    TEST(private_copies),
    TEST(private_left_behind),
    TEST(shared_stores),
    TEST(truncation),
    TEST(replaced_views),
    TEST(after_fork),
    TEST(no_store_is_lost),
    TEST(moved_from_under_a_writer),
    TEST(truncated_while_it_moves),
    CHILD_TEST(address_space_limit),
    CHILD_TEST(data_limit),
    TEST(allocations_fail),
    LONG_CHILD_TEST(too_many_mappings),
};

TEST_MAIN(tests)
