/* SPDX-License-Identifier: MIT */
/*
 * mmaptest.c - anonymous and private file mappings, munmap and their errors.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/folders.h"
#include "user/tests/lib/watch.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define TOP (1UL << 38)         /* the end of the user half with Sv39 */

static void *map(void *where, size_t size, int prot, int flags, int fd, off_t offset)
{
    return mmap(where, size, prot, flags, fd, offset);
}

static void expect_mapped(const char *p, size_t size)
{
    EXPECT_NO_FAULT(try_read(p));
    EXPECT_NO_FAULT(try_read(p + size - 1));
}

static void expect_hole(const char *p, size_t size)
{
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
    EXPECT_FAULT(try_read(p + size - 1), SIGSEGV, SEGV_MAPERR, p + size - 1);
}

/* Anonymous memory */

static void sizes_are_rounded(void)
{
    char *p = map(NULL, 1, RW, ANON, -1, 0), *q = map(NULL, PAGE + 1, RW, ANON, -1, 0);

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    EXPECT_EQ((uintptr_t)p % PAGE, 0);
    EXPECT_NO_FAULT(try_write(p + PAGE - 1));
    EXPECT_NO_FAULT(try_write(q + 2 * PAGE - 1));
    EXPECT_EQ(p[0], 0);
    EXPECT_OK(munmap(p, 1));
    EXPECT_OK(munmap(q, PAGE + 1));
    expect_hole(p, PAGE);
    expect_hole(q, 2 * PAGE);
}

static void hints(void)
{
    char *place = free_place(16), *p, *q;

    p = map(place + 4 * PAGE, PAGE, RW, ANON, -1, 0);
    EXPECT_EQ(p, place + 4 * PAGE);
    q = map(place + 8 * PAGE + 123, PAGE, RW, ANON, -1, 0);     /* unaligned: rounded down */
    EXPECT_EQ(q, place + 8 * PAGE);
    EXPECT_OK(munmap(q, PAGE));
    q = map(place + 4 * PAGE, PAGE, RW, ANON, -1, 0);           /* taken: somewhere else */
    EXPECT(q != MAP_FAILED && q != p);
    p[0] = 'p';
    EXPECT_EQ(q[0], 0);
    EXPECT_OK(munmap(q, PAGE));
    EXPECT_OK(munmap(p, PAGE));
}

static void fixed_replaces(void)
{
    char *p = map_anon(8 * PAGE);

    memset(p, 'o', 8 * PAGE);
    EXPECT_EQ(map(p + 2 * PAGE, 3 * PAGE, RW, ANON | MAP_FIXED, -1, 0), p + 2 * PAGE);
    EXPECT_EQ(p[2 * PAGE - 1], 'o');
    for (size_t i = 2 * PAGE; i < 5 * PAGE; i += 64)
        EXPECT_EQ(p[i], 0);
    EXPECT_EQ(p[5 * PAGE], 'o');
    EXPECT_EQ(map(p, 8 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), p);
    EXPECT_EQ(p[0], 0);
    EXPECT_FAULT(try_write(p + 7 * PAGE), SIGSEGV, SEGV_ACCERR, p + 7 * PAGE);
    EXPECT_OK(munmap(p, 8 * PAGE));
}

static void fixed_without_replacing(void)
{
    char *p = map_anon(4 * PAGE);
    int flags = ANON | MAP_FIXED_NOREPLACE;

    p[0] = 'o';
    EXPECT_ERROR(map(p, PAGE, RW, flags, -1, 0), EEXIST);
    EXPECT_ERROR(map(p - PAGE, 2 * PAGE, RW, flags, -1, 0), EEXIST);
    EXPECT_EQ(p[0], 'o');
    EXPECT_OK(munmap(p + PAGE, PAGE));
    EXPECT_EQ(map(p + PAGE, PAGE, RW, flags, -1, 0), p + PAGE);
    EXPECT_ERROR(map(p + 1, PAGE, RW, flags, -1, 0), EINVAL);
    EXPECT_OK(munmap(p, 4 * PAGE));
}

/* The kernel chooses places that are free, and apart. */
static void places_do_not_overlap(void)
{
    struct {
        char *p;
        size_t size;
    } area[64];

    for (size_t i = 0; i < COUNT(area); i++) {
        area[i].size = rand_range(&test_rand, 1, 40 * PAGE);
        area[i].p = map_anon(area[i].size);
        memset(area[i].p, (int)i + 1, area[i].size);
        if (i % 3 == 2) {                       /* leave holes to be filled */
            size_t j = rand_below(&test_rand, i);

            EXPECT_OK(munmap(area[j].p, area[j].size));
            area[j].p = map_anon(area[j].size);
            memset(area[j].p, (int)j + 1, area[j].size);
        }
    }
    for (size_t i = 0; i < COUNT(area); i++) {
        for (size_t k = 0; k < area[i].size; k += 97)
            if (area[i].p[k] != (char)(i + 1)) {
                fail(__FILE__, __LINE__, "area %zu is overwritten at %zu", i, k);
                break;
            }
        EXPECT_OK(munmap(area[i].p, area[i].size));
    }
}

/* Rights */

static void rights(void)
{
    char *none = map(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    char *r = map(NULL, PAGE, PROT_READ, ANON, -1, 0);
    char *w = map(NULL, PAGE, PROT_WRITE, ANON, -1, 0);

    EXPECT_FAULT(try_read(none + 9), SIGSEGV, SEGV_ACCERR, none + 9);
    EXPECT_FAULT(try_write(none), SIGSEGV, SEGV_ACCERR, none);
    EXPECT_FAULT(try_call(none), SIGSEGV, SEGV_ACCERR, none);
    EXPECT_FAULT(try_write(r + 5), SIGSEGV, SEGV_ACCERR, r + 5);
    EXPECT_NO_FAULT(try_read(r + 5));
    EXPECT_FAULT(try_write(r + 5), SIGSEGV, SEGV_ACCERR, r + 5);    /* present now */
    EXPECT_FAULT(try_call(r), SIGSEGV, SEGV_ACCERR, r);
    EXPECT_NO_FAULT(try_write(w));
    EXPECT_NO_FAULT(try_read(w));               /* what can be written can be read */
    EXPECT_FAULT(try_call(w), SIGSEGV, SEGV_ACCERR, w);
    munmap(none, PAGE);
    munmap(r, PAGE);
    munmap(w, PAGE);
}

static const uint32_t return_at_once[] = {
#if defined(__riscv)
    0x00008067
#else
    0xc3
#endif
};

static void execution(void)
{
    char *p = map(NULL, PAGE, RW, ANON, -1, 0);

    memcpy(p, return_at_once, sizeof(return_at_once));
    EXPECT_FAULT(try_call(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    __builtin___clear_cache(p, p + PAGE);
    EXPECT_NO_FAULT(try_call(p));
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
#if defined(__riscv)
    EXPECT_OK(mprotect(p, PAGE, PROT_EXEC));
    EXPECT_NO_FAULT(try_call(p));
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
#endif
    EXPECT_OK(mprotect(p, PAGE, RW));
    EXPECT_FAULT(try_call(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT(memcmp(p, return_at_once, sizeof(return_at_once)) == 0);
    munmap(p, PAGE);
}

static void addresses_of_nobody(void)
{
    EXPECT_FAULT(try_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
    EXPECT_FAULT(try_write((char *)8), SIGSEGV, SEGV_MAPERR, 8);
    EXPECT_FAULT(try_call((char *)16), SIGSEGV, SEGV_MAPERR, 16);
#if defined(__riscv)
    EXPECT_FAULT(try_read((char *)TOP), SIGSEGV, SEGV_MAPERR, TOP);
    EXPECT_FAULT(try_read((char *)0xffffffc080200000), SIGSEGV, f_.code, 0xffffffc080200000);
    EXPECT_FAULT(try_write((char *)0xffffffc080200000), SIGSEGV, f_.code, 0xffffffc080200000);
    EXPECT_FAULT(try_read((char *)0x8000000000000000), SIGSEGV, f_.code, 0x8000000000000000);
#endif
}

/* Errors of mmap */

static void bad_arguments(void)
{
    char *p = free_place(1);

    EXPECT_ERROR(map(NULL, 0, RW, ANON, -1, 0), EINVAL);
    EXPECT_ERROR(map(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERROR(map(NULL, PAGE, RW, ANON, -1, 123), EINVAL);
    EXPECT_ERROR(map(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    EXPECT_ERROR(map(NULL, ~0UL, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(map(NULL, ~0UL - 2 * PAGE, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(map(NULL, 1UL << 48, RW, ANON, -1, 0), ENOMEM);
    EXPECT_ERROR(map((void *)(1UL << 60), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERROR(map((void *)(~0UL & ~(PAGE - 1)), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
#if defined(__riscv)
    EXPECT_ERROR(map((void *)TOP, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERROR(map((void *)(TOP - PAGE), 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
#endif
    EXPECT_OK(munmap(map(NULL, PAGE, RW, ANON | 0x8000000, -1, 0), PAGE));   /* unknown: ignored */
}

static void bad_files(void)
{
    int fd[2], folder = open("/", O_RDONLY), w = open("mmap.w", O_WRONLY | O_CREAT, 0600);

    REQUIRE(pipe(fd) == 0 && folder >= 0 && w >= 0);
    EXPECT_ERROR(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    EXPECT_ERROR(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0), EBADF);
    EXPECT_ERROR(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd[0], 0), ENODEV);
    EXPECT_ERROR(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0), ENODEV);
    EXPECT_ERROR(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_ERROR(map(NULL, PAGE, PROT_NONE, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_ERROR(map(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, w, -(off_t)PAGE), EOVERFLOW);
    close(fd[0]);
    close(fd[1]);
    close(folder);
    close(w);
    unlink("mmap.w");
}

static void first_pages_are_forbidden(void)
{
    if (getuid() != 0 || setuid(1000) < 0)
        skip("needs root");
    EXPECT_ERROR(map(NULL, PAGE, RW, ANON | MAP_FIXED, -1, 0), EPERM);
    EXPECT_FAULT(try_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
}

static void limited_space(void)
{
    struct rlimit r;
    char *p;

    EXPECT_OK(getrlimit(RLIMIT_AS, &r));
    r.rlim_cur = (rlim_t)read_statm().size * PAGE + 4 * MB;
    EXPECT_OK(setrlimit(RLIMIT_AS, &r));
    EXPECT_ERROR(map(NULL, 5 * MB, PROT_NONE, ANON, -1, 0), ENOMEM);
    p = map(NULL, 4 * MB, PROT_NONE, ANON, -1, 0);
    EXPECT(p != MAP_FAILED);
    EXPECT_ERROR(map(NULL, PAGE, PROT_NONE, ANON, -1, 0), ENOMEM);
    EXPECT_OK(munmap(p, MB));
    EXPECT_OK(map(NULL, MB, PROT_NONE, ANON, -1, 0));
    EXPECT_OK(map(p + MB, 3 * MB, PROT_READ, ANON | MAP_FIXED, -1, 0));     /* in place of itself */
    EXPECT_ERROR(map(p + MB, 8 * MB, PROT_READ, ANON | MAP_FIXED, -1, 0), ENOMEM);
}

static void limited_data(void)
{
    struct rlimit r;

    EXPECT_OK(getrlimit(RLIMIT_DATA, &r));
    r.rlim_cur = 16 * MB;
    EXPECT_OK(setrlimit(RLIMIT_DATA, &r));
    EXPECT_ERROR(map(NULL, 17 * MB, RW, ANON, -1, 0), ENOMEM);
    EXPECT_OK(map(NULL, 17 * MB, PROT_READ, ANON, -1, 0));
    EXPECT_OK(map(NULL, MB, RW, ANON, -1, 0));
}

/* munmap */

static void munmap_errors(void)
{
    char *p = map_anon(2 * PAGE);

    EXPECT_ERROR(munmap(p + 1, PAGE), EINVAL);
    EXPECT_ERROR(munmap(p, 0), EINVAL);
    EXPECT_ERROR(munmap(p, ~0UL), EINVAL);
    EXPECT_ERROR(munmap((void *)(1UL << 62), PAGE), EINVAL);
    EXPECT_ERROR(munmap((void *)(~0UL & ~(PAGE - 1)), PAGE), EINVAL);
#if defined(__riscv)
    EXPECT_ERROR(munmap((void *)TOP, PAGE), EINVAL);
    EXPECT_ERROR(munmap((void *)(TOP - PAGE), 2 * PAGE), EINVAL);
#endif
    expect_mapped(p, 2 * PAGE);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_OK(munmap(p, 2 * PAGE));             /* nothing there: nothing to do */
}

static void munmap_splits(void)
{
    char *p = map_anon(16 * PAGE);

    memset(p, 'o', 16 * PAGE);
    EXPECT_OK(munmap(p + 4 * PAGE, 2 * PAGE));
    EXPECT_OK(munmap(p + 10 * PAGE, 1));
    expect_mapped(p, 4 * PAGE);
    expect_hole(p + 4 * PAGE, 2 * PAGE);
    expect_mapped(p + 6 * PAGE, 4 * PAGE);
    expect_hole(p + 10 * PAGE, PAGE);
    expect_mapped(p + 11 * PAGE, 5 * PAGE);
    EXPECT_EQ(p[4 * PAGE - 1], 'o');
    EXPECT_EQ(p[6 * PAGE], 'o');
    EXPECT_OK(munmap(p + 2 * PAGE, 10 * PAGE));     /* over holes and parts */
    expect_mapped(p, 2 * PAGE);
    expect_hole(p + 2 * PAGE, 10 * PAGE);
    expect_mapped(p + 12 * PAGE, 4 * PAGE);
    EXPECT_OK(munmap(p, 16 * PAGE));
    expect_hole(p, 16 * PAGE);
}

/* Files */

/* A new file of SIZE bytes, byte I of which is 'a' + I / PAGE. */
static int new_file(const char *name, size_t size)
{
    int fd = open(in_folder(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
    char page[PAGE];

    REQUIRE(fd >= 0);
    for (size_t at = 0; at < size; at += PAGE) {
        size_t n = size - at < PAGE ? size - at : PAGE;

        memset(page, 'a' + (int)(at / PAGE), PAGE);
        REQUIRE(write(fd, page, n) == (ssize_t)n);
    }
    return fd;
}

static char *map_private(int fd, size_t size)
{
    char *p = map(NULL, size, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

static void check_contents(void)
{
    int fd = new_file("mmap.1", 3 * PAGE + 100);
    char *p = map_private(fd, 4 * PAGE), *q, byte;

    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(p[i * PAGE + 50], 'a' + i);
    EXPECT_EQ(p[3 * PAGE + 99], 'd');
    for (size_t i = 3 * PAGE + 100; i < 4 * PAGE; i++)
        if (p[i]) {
            fail(__FILE__, __LINE__, "byte %zu behind the end is not zero", i);
            break;
        }
    q = map(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
    EXPECT_EQ(q[0], 'c');
    p[2 * PAGE] = 'X';                          /* private: the file never learns */
    EXPECT_EQ(q[0], 'c');
    EXPECT(pread(fd, &byte, 1, 2 * PAGE) == 1 && byte == 'c');
    p[3 * PAGE + 200] = 'Y';
    EXPECT_EQ(lseek(fd, 0, SEEK_END), 3 * PAGE + 100);
    munmap(p, 4 * PAGE);
    munmap(q, PAGE);
    close(fd);
    unlink(in_folder("mmap.1"));
}

static void check_beyond_end(void)
{
    int fd = new_file("mmap.2", PAGE + 1);
    char *p = map_private(fd, 5 * PAGE);

    EXPECT_NO_FAULT(try_read(p + 2 * PAGE - 1));
    EXPECT_FAULT(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 4 * PAGE + 77), SIGBUS, BUS_ADRERR, p + 4 * PAGE + 77);
    EXPECT_OK(ftruncate(fd, 5 * PAGE));         /* now it is there */
    EXPECT_NO_FAULT(try_read(p + 2 * PAGE));
    EXPECT_EQ(p[4 * PAGE + 77], 0);
    munmap(p, 5 * PAGE);
    close(fd);
    unlink(in_folder("mmap.2"));
}

static void check_truncation(void)
{
    int fd = new_file("mmap.3", 4 * PAGE);
    char *p = map_private(fd, 4 * PAGE);

    EXPECT_EQ(p[PAGE + 200], 'b');              /* mapped, not written */
    p[2 * PAGE] = 'X';                          /* a copy */
    EXPECT_EQ(p[3 * PAGE], 'd');
    EXPECT_OK(ftruncate(fd, PAGE + 100));
    EXPECT_EQ(p[0], 'a');
    EXPECT_EQ(p[PAGE + 99], 'b');
    EXPECT_EQ(p[PAGE + 200], 0);                /* zeroed in the page */
    EXPECT_FAULT(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 3 * PAGE), SIGBUS, BUS_ADRERR, p + 3 * PAGE);
    EXPECT_OK(ftruncate(fd, 4 * PAGE));
    EXPECT_EQ(p[PAGE + 200], 0);
    EXPECT_EQ(p[2 * PAGE], 0);
    EXPECT_EQ(p[3 * PAGE], 0);
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(in_folder("mmap.3"));
}

/* Until a page is written it shows the file as it is; afterwards it is a copy. */
static void check_later_writes(void)
{
    int fd = new_file("mmap.4", 3 * PAGE);
    char *p = map_private(fd, 3 * PAGE);

    EXPECT_EQ(p[0], 'a');
    p[PAGE + 1] = 'X';
    EXPECT_EQ(pwrite(fd, "1", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "2", 1, PAGE), 1);
    EXPECT_EQ(pwrite(fd, "3", 1, 2 * PAGE), 1);
    EXPECT_EQ(p[0], '1');
    EXPECT_EQ(p[PAGE], 'b');
    EXPECT_EQ(p[2 * PAGE], '3');
    munmap(p, 3 * PAGE);
    close(fd);
    unlink(in_folder("mmap.4"));
}

static void check_outlives_its_name(void)
{
    int fd = new_file("mmap.5", 4 * PAGE);
    char *p = map_private(fd, 4 * PAGE);

    EXPECT_EQ(p[PAGE], 'b');
    close(fd);
    EXPECT_OK(unlink(in_folder("mmap.5")));
    fd = new_file("mmap.5", 10);                /* another file of that name */
    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(p[i * PAGE], 'a' + i);
    p[3 * PAGE] = 'X';
    EXPECT_EQ(p[3 * PAGE + 1], 'd');
    EXPECT_OK(munmap(p + PAGE, PAGE));
    EXPECT_EQ(p[2 * PAGE], 'c');
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(in_folder("mmap.5"));
}

static void check_open_modes(void)
{
    int fd = new_file("mmap.6", PAGE), r = open(in_folder("mmap.6"), O_RDONLY);
    char *p = map_private(r, PAGE);

    EXPECT_EQ(p[0], 'a');
    p[0] = 'X';                                 /* private: read-only does */
    EXPECT_EQ(p[1], 'a');
    munmap(p, PAGE);
    close(r);
    close(fd);
    unlink(in_folder("mmap.6"));
}

/* A hole in a file reads as zero through a mapping, too. */
static void check_sparse_file(void)
{
    int fd = new_file("mmap.7", PAGE);
    char *p;

    EXPECT_OK(ftruncate(fd, 600 * PAGE));
    EXPECT_EQ(pwrite(fd, "end", 3, 600 * PAGE - 3), 3);
    p = map_private(fd, 600 * PAGE);
    EXPECT_EQ(p[PAGE - 1], 'a');
    EXPECT_EQ(p[PAGE], 0);
    EXPECT_EQ(p[300 * PAGE + 17], 0);
    EXPECT(memcmp(p + 600 * PAGE - 3, "end", 3) == 0);
    munmap(p, 600 * PAGE);
    close(fd);
    unlink(in_folder("mmap.7"));
}

/* Pages mapped around a fault must be the right ones: touch in random order. */
static void check_random_order(void)
{
    int fd = new_file("mmap.8", 26 * PAGE);
    char *p = map(NULL, 20 * PAGE, PROT_READ, MAP_PRIVATE, fd, 3 * PAGE);

    REQUIRE(p != MAP_FAILED);
    for (int n = 0; n < 60; n++) {
        size_t i = rand_below(&test_rand, 20);

        EXPECT_EQ(p[i * PAGE + rand_below(&test_rand, PAGE)], 'a' + 3 + i);
    }
    munmap(p, 20 * PAGE);
    close(fd);
    unlink(in_folder("mmap.8"));
}

FILE_TEST(contents)
FILE_TEST(beyond_end)
FILE_TEST(truncation)
FILE_TEST(later_writes)
FILE_TEST(outlives_its_name)
FILE_TEST(open_modes)
FILE_TEST(sparse_file)
FILE_TEST(random_order)

static void zero_device(void)
{
    int fd = open("/dev/zero", O_RDWR);
    char *p;

    REQUIRE(fd >= 0);
    p = map(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    close(fd);
    EXPECT_EQ(p[2 * PAGE], 0);
    p[PAGE] = 'z';
    EXPECT_EQ(p[PAGE], 'z');
    EXPECT_OK(munmap(p, 3 * PAGE));
}

/* MAP_POPULATE: there at once. */
static void populated(void)
{
    long before;
    char *p;
    int sum = 0;

    p = map(NULL, 50 * PAGE, RW, ANON | MAP_POPULATE, -1, 0);
    REQUIRE(p != MAP_FAILED);
    before = minor_faults();
    for (size_t i = 0; i < 50; i++)
        sum += p[i * PAGE]++;
    EXPECT_EQ(minor_faults(), before);
    EXPECT_EQ(sum, 0);
    munmap(p, 50 * PAGE);
}

/* What /proc/self/maps says of a mapping. */
static void shown_in_maps(void)
{
    int fd = new_file("mmap.9", 2 * PAGE);
    char *p = map(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE), line[256];
    char *q = map(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    uintptr_t start, end, offset;
    char rights[8];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx %7s %lx", &start, &end, rights, &offset), 4);
    EXPECT_EQ(start, p);
    EXPECT_EQ(end - start, 2 * PAGE);
    EXPECT(strcmp(rights, "r--p") == 0);
    EXPECT_EQ(offset, PAGE);
    EXPECT(strstr(line, "mmap.9") != NULL);
    REQUIRE(find_mapping(q, line, sizeof(line)));
    EXPECT(strstr(line, "---p") != NULL);
    munmap(p, 2 * PAGE);
    munmap(q, PAGE);
    close(fd);
    unlink(in_folder("mmap.9"));
}

/*
 * Random mapping, unmapping, protecting and writing in an arena, against a model
 * of what each of its pages should be.
 */
#define ARENA 48

static struct {
    bool mapped;
    int prot;
    unsigned char value;        /* of its first byte */
} model[ARENA];

static char *arena;

static void check_arena_page(size_t i)
{
    char *p = arena + i * PAGE;

    if (!model[i].mapped) {
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
    } else if (!(model[i].prot & PROT_READ)) {
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    } else {
        EXPECT_EQ(*(volatile unsigned char *)p, model[i].value);
        if (!(model[i].prot & PROT_WRITE))
            EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    }
}

static void check_arena(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARENA; i++)
        check_arena_page(i);
}

static void arena_map(size_t first, size_t count, int prot)
{
    REQUIRE(map(arena + first * PAGE, count * PAGE, prot, ANON | MAP_FIXED, -1, 0)
            == arena + first * PAGE);
    for (size_t i = first; i < first + count; i++) {
        model[i].mapped = true;
        model[i].prot = prot;
        model[i].value = 0;
    }
}

static void arena_unmap(size_t first, size_t count)
{
    EXPECT_OK(munmap(arena + first * PAGE, count * PAGE));
    for (size_t i = first; i < first + count; i++)
        model[i].mapped = false;
}

/* A hole stops mprotect; what lies before it is changed all the same. */
static void arena_protect(size_t first, size_t count, int prot)
{
    size_t i = first;
    int r = mprotect(arena + first * PAGE, count * PAGE, prot);

    for (; i < first + count && model[i].mapped; i++)
        model[i].prot = prot;
    EXPECT_EQ(r, i < first + count ? -1 : 0);
    if (r)
        EXPECT_EQ(errno, ENOMEM);
}

static void arena_write(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (model[i].mapped && (model[i].prot & PROT_WRITE)) {
            model[i].value = (unsigned char)rand_next(&test_rand);
            *(volatile unsigned char *)(arena + i * PAGE) = model[i].value;
        }
}

static void random_against_model(void)
{
    static const int prots[] = { PROT_NONE, PROT_READ, RW, RW };

    memset(model, 0, sizeof(model));
    arena = free_place(ARENA + 64) + 32 * PAGE;
    for (int step = 0; step < 600 && !test_failures(); step++) {
        size_t first = rand_below(&test_rand, ARENA);
        size_t count = rand_range(&test_rand, 1, ARENA - first < 12 ? ARENA - first : 12);
        int prot = prots[rand_below(&test_rand, COUNT(prots))];

        switch (rand_below(&test_rand, 6)) {
        case 0:
        case 1:
            arena_map(first, count, prot);
            break;
        case 2:
            arena_unmap(first, count);
            break;
        case 3:
        case 4:
            arena_protect(first, count, prot);
            break;
        default:
            arena_write(first, count);
        }
        check_arena_page(first);
        check_arena_page(first + count - 1);
        check_arena_page(rand_below(&test_rand, ARENA));
        if (step % 100 == 99)
            EXPECT_EQ(run_child(check_arena, NULL), 0);
    }
    check_arena(NULL);
    EXPECT_OK(munmap(arena, ARENA * PAGE));
}

/* No more than max_map_count mappings; then a split is refused as well. */
static void too_many_mappings(void)
{
    size_t most = 140000, i;
    char *p = map(NULL, most * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    int holes = 0, maps = 0;

    REQUIRE(p != MAP_FAILED);
    for (i = 1; i < most; i += 2)
        if (mprotect(p + i * PAGE, PAGE, PROT_READ) < 0)
            break;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(i, 65400, 65536);
    while (holes < 9 && munmap(p + (most - 9 - 2 * holes) * PAGE, PAGE) == 0)
        holes++;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(holes, 0, 2);
    while (maps < 9 && map(NULL, PAGE, maps % 2 ? RW : PROT_EXEC, ANON, -1, 0) != MAP_FAILED)
        maps++;
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_RANGE(maps, 0, 2);
    EXPECT_OK(munmap(p, 100 * PAGE));           /* whole mappings can always go */
    EXPECT_OK(munmap(p + 50000 * PAGE, PAGE));
}

static const struct test tests[] = {
    TEST(sizes_are_rounded),
    TEST(hints),
    TEST(fixed_replaces),
    TEST(fixed_without_replacing),
    TEST(places_do_not_overlap),
    TEST(rights),
    TEST(execution),
    TEST(addresses_of_nobody),
    TEST(bad_arguments),
    TEST(bad_files),
    CHILD_TEST(first_pages_are_forbidden),
    CHILD_TEST(limited_space),
    CHILD_TEST(limited_data),
    TEST(munmap_errors),
    TEST(munmap_splits),
    TEST(contents),
    TEST(beyond_end),
    TEST(truncation),
    TEST(later_writes),
    TEST(outlives_its_name),
    TEST(open_modes),
    TEST(sparse_file),
    TEST(random_order),
    TEST(zero_device),
    TEST(populated),
    TEST(shown_in_maps),
    TEST(random_against_model),
    LONG_CHILD_TEST(too_many_mappings),
};

TEST_MAIN(tests)
