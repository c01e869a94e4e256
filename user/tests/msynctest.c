/* SPDX-License-Identifier: MIT */
/*
 * msynctest.c - stores through mappings reach the disk when msync says so.
 *
 * Who reads the file sees a store at once, wherever it is, so reading proves nothing.
 * The proof is the number of sectors written, which /proc/diskstats counts, and what is
 * read after clean pages were dropped.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define N 16UL                          /* pages of a file */
#define SECTORS (N * PAGE / 512)        /* what writing them all takes */
#define FILE_A "/msynctest.a"
#define FILE_B "/msynctest.b"

/* Sectors that were written to the root's disk. */
static long sectors(void)
{
    const char *line, *at = NULL;
    long n = -1;
    char *text = open_text("/proc/diskstats");

    while (!at && (line = next_line(&text)))
        at = strstr(line, " vda ");
    if (!at || sscanf(at, " vda %*u %*u %*u %*u %*u %*u %ld", &n) != 1)
        fail(__FILE__, __LINE__, "no vda in /proc/diskstats");
    return n;
}

/* A file of N pages that are on the disk, opened. */
static int make_file(const char *path)
{
    static char page[PAGE];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < N; i++)
        EXPECT_EQ(write(fd, page, PAGE), PAGE);
    EXPECT_OK(fsync(fd));
    return fd;
}

static char *map_at(char *at, int prot, int flags, int fd)
{
    char *p = mmap(at, N * PAGE, prot, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

/* Room for three mappings of N pages, with a guard on each side: A, a hole, B. */
static char *map_around_hole(int a, int b)
{
    char *p = mmap(NULL, (3 * N + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    REQUIRE(p != MAP_FAILED);
    p += PAGE;
    map_at(p, RW, MAP_SHARED | MAP_FIXED, a);
    EXPECT_OK(munmap(p + N * PAGE, N * PAGE));
    map_at(p + 2 * N * PAGE, RW, MAP_SHARED | MAP_FIXED, b);
    return p;
}

static void unmap_around_hole(char *p)
{
    EXPECT_OK(munmap(p - PAGE, (3 * N + 2) * PAGE));
}

/* One byte in each page of N. */
static void store(char *p, char c)
{
    for (size_t i = 0; i < N; i++)
        p[i * PAGE + i] = c;
}

/* All of PATH's pages hold C, on the disk: they are clean, and nobody maps them. */
static void expect_on_disk(const char *path, char c)
{
    int fd = open(path, O_RDONLY);
    char is;

    set_text("/proc/sys/vm/drop_caches", "1\n");
    REQUIRE(fd >= 0);
    for (size_t i = 0; i < N; i++) {
        EXPECT_EQ(pread(fd, &is, 1, (off_t)(i * PAGE + i)), 1);
        EXPECT_EQ(is, c);
    }
    close(fd);
}

static void begin(int *a, int *b)
{
    *a = make_file(FILE_A);
    *b = make_file(FILE_B);
    sync();
}

static void end(int a, int b)
{
    close(a);
    close(b);
    EXPECT_OK(unlink(FILE_A));
    EXPECT_OK(unlink(FILE_B));
}

/* ---- Arguments ------------------------------------------------------------------------ */

static void check_flags(char *p)
{
    static const int good[] = { 0, MS_ASYNC, MS_SYNC, MS_INVALIDATE, MS_ASYNC | MS_INVALIDATE,
                                MS_SYNC | MS_INVALIDATE };

    for (size_t i = 0; i < COUNT(good); i++)
        EXPECT_OK(msync(p, N * PAGE, good[i]));
    EXPECT_ERROR(msync(p, N * PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    EXPECT_ERROR(msync(p, N * PAGE, MS_SYNC | MS_ASYNC | MS_INVALIDATE), EINVAL);
    for (int bit = 3; bit < 31; bit++)
        EXPECT_ERROR(msync(p, N * PAGE, 1 << bit | MS_SYNC), EINVAL);
    EXPECT_OK(munmap(p, N * PAGE));
}

static void flags(void)
{
    int fd = make_file(FILE_A), memory = memfd_create("msynctest", 0);

    EXPECT_OK(ftruncate(memory, N * PAGE));
    check_flags(map_at(NULL, RW, MAP_SHARED, fd));
    check_flags(map_at(NULL, PROT_READ, MAP_SHARED, fd));
    check_flags(map_at(NULL, PROT_NONE, MAP_PRIVATE, fd));
    check_flags(map_at(NULL, RW, MAP_SHARED, memory));
    check_flags(map_at(NULL, RW, MAP_SHARED | MAP_ANONYMOUS, -1));
    check_flags(map_at(NULL, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1));
    close(memory);
    close(fd);
    EXPECT_OK(unlink(FILE_A));
}

static void ranges(void)
{
    char *p = map_at(NULL, RW, MAP_SHARED | MAP_ANONYMOUS, -1), *hole = p + 3 * PAGE;

    EXPECT_OK(munmap(hole, PAGE));
    EXPECT_ERROR(msync(p + 1, PAGE, MS_SYNC), EINVAL);
    EXPECT_ERROR(msync(hole + 1, 0, MS_SYNC), EINVAL);
    EXPECT_ERROR(msync(hole, PAGE, 8), EINVAL);
    EXPECT_OK(msync(hole, 0, MS_SYNC));
    EXPECT_OK(msync(p, ~0UL, MS_SYNC));                 /* rounded up: nothing */
    EXPECT_OK(msync(p, 2 * PAGE + 1, MS_SYNC));
    EXPECT_ERROR(msync(p, 3 * PAGE + 1, MS_SYNC), ENOMEM);
    EXPECT_ERROR(msync(hole, 1, MS_ASYNC), ENOMEM);
    EXPECT_ERROR(msync(hole, 2 * PAGE, 0), ENOMEM);
    EXPECT_ERROR(msync(p, -PAGE, MS_SYNC), ENOMEM);     /* over the end of addresses */
    EXPECT_ERROR(msync((void *)-PAGE, PAGE, MS_SYNC), ENOMEM);
    EXPECT_OK(munmap(p, N * PAGE));
}

/* ---- What is written ------------------------------------------------------------------ */

static void stores_reach_the_disk(void)
{
    int a, b;
    char *p;
    long before;

    begin(&a, &b);
    p = map_at(NULL, RW, MAP_SHARED, a);
    for (char c = 'a'; c < 'd'; c++) {                  /* a clean page notices a store again */
        before = sectors();
        store(p, c);
        EXPECT_OK(msync(p, N * PAGE, MS_SYNC));
        EXPECT(sectors() - before >= (long)SECTORS);
    }
    before = sectors();
    EXPECT_OK(msync(p, N * PAGE, MS_SYNC));             /* nothing to do */
    EXPECT(sectors() - before < (long)SECTORS);
    EXPECT_OK(munmap(p, N * PAGE));
    expect_on_disk(FILE_A, 'c');
    end(a, b);
}

static void store_in_child(void *p)
{
    store(p, 'c');
}

/* Whose store it was makes no difference, nor whether he who asks may store. */
static void stores_of_others(void)
{
    int a, b;
    char *p, *reader;
    long before;

    begin(&a, &b);
    p = map_at(NULL, RW, MAP_SHARED, a);
    reader = map_at(NULL, PROT_READ, MAP_SHARED, a);
    before = sectors();
    EXPECT_EQ(run_child(store_in_child, p), 0);
    EXPECT_OK(msync(reader, N * PAGE, MS_SYNC));
    EXPECT(sectors() - before >= (long)SECTORS);
    EXPECT_OK(munmap(p, N * PAGE));
    EXPECT_OK(munmap(reader, N * PAGE));
    expect_on_disk(FILE_A, 'c');
    end(a, b);
}

/* A private copy is written nowhere, and no longer a copy of what others write. */
static void private_copies_stay(void)
{
    int a, b;
    char *p;
    long before;

    begin(&a, &b);
    p = map_at(NULL, RW, MAP_PRIVATE, a);
    store(p, 'p');
    before = sectors();
    EXPECT_OK(msync(p, N * PAGE, MS_SYNC | MS_INVALIDATE));
    EXPECT(sectors() - before < (long)SECTORS);
    EXPECT_EQ(p[0], 'p');
    EXPECT_OK(munmap(p, N * PAGE));
    expect_on_disk(FILE_A, 0);
    end(a, b);
}

/* Holes are an error, but keep nothing around them from being written. */
static void behind_holes(void)
{
    int a, b;
    char *p;
    long before;

    begin(&a, &b);
    p = map_around_hole(a, b);
    before = sectors();
    store(p, 'h');
    store(p + 2 * N * PAGE, 'h');
    EXPECT_OK(munmap(p - PAGE, PAGE));
    EXPECT_ERROR(msync(p - PAGE, (3 * N + 1) * PAGE, MS_SYNC), ENOMEM);
    EXPECT(sectors() - before >= 2 * (long)SECTORS);
    before = sectors();
    store(p + 2 * N * PAGE, 'i');
    EXPECT_ERROR(msync(p + N * PAGE, 2 * N * PAGE, MS_SYNC), ENOMEM);
    EXPECT(sectors() - before >= (long)SECTORS);
    unmap_around_hole(p);
    expect_on_disk(FILE_A, 'h');
    expect_on_disk(FILE_B, 'i');
    end(a, b);
}

/* Locked memory that should be invalidated ends the call, and is the error that counts. */
static void locked_memory(void)
{
    int a, b;
    char *p, *last;
    long before;

    begin(&a, &b);
    p = map_around_hole(a, b);
    last = p + 2 * N * PAGE;
    EXPECT_OK(mlock(last, PAGE));
    before = sectors();
    store(p, 'l');
    store(last, 'l');
    EXPECT_ERROR(msync(p, 3 * N * PAGE, MS_SYNC | MS_INVALIDATE), EBUSY);
    EXPECT_RANGE(sectors() - before, SECTORS, 2 * SECTORS - 1);
    EXPECT_ERROR(msync(last, PAGE, MS_ASYNC | MS_INVALIDATE), EBUSY);
    EXPECT_ERROR(msync(last, PAGE, MS_INVALIDATE), EBUSY);
    EXPECT_OK(msync(last + PAGE, PAGE, MS_INVALIDATE));
    before = sectors();
    EXPECT_OK(msync(last, N * PAGE, MS_SYNC));
    EXPECT(sectors() - before >= (long)SECTORS);
    EXPECT_OK(munlock(last, PAGE));
    EXPECT_OK(msync(last, N * PAGE, MS_SYNC | MS_INVALIDATE));
    unmap_around_hole(p);
    expect_on_disk(FILE_A, 'l');
    expect_on_disk(FILE_B, 'l');
    end(a, b);
}

static const struct test tests[] = {
    TEST(flags), TEST(ranges), TEST(stores_reach_the_disk), TEST(stores_of_others),
    TEST(private_copies_stay), TEST(behind_holes), TEST(locked_memory),
};

TEST_MAIN(tests)
