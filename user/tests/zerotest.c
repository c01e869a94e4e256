/* SPDX-License-Identifier: MIT */
/*
 * zerotest.c - memory that a program gets is zero, whatever it was before.
 *
 * Every test first dirties frames: it fills memory with a pattern and gives it back, so
 * that the frames it gets then are likely to be these.
 */
#include <fcntl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define PATTERN 0xa5
#define MANY 512                /* pages */
#define ZERO_FILE "/tmp/zerotest.file"
#define DISK_FILE_NAME "/zerotest.file"

static char bss[8 * PAGE];

static void expect_zero(const char *what, const void *start, size_t size)
{
    const unsigned char *p = start;

    for (size_t i = 0; i < size; i++)
        if (p[i]) {
            fail(__FILE__, __LINE__, "%s: byte %zu of %zu is %x", what, i, size, p[i]);
            return;
        }
}

static void *map(size_t size, int flags)
{
    void *p = mmap(NULL, size, RW, flags | MAP_ANONYMOUS, -1, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

/* A process full of the pattern ends. */
static void fill_and_end(void *arg)
{
    (void)arg;
    memset(map(MANY * PAGE, MAP_PRIVATE), PATTERN, MANY * PAGE);
}

static void dirty_frames(void)
{
    EXPECT_EQ(run_child(fill_and_end, NULL), 0);
}

/* The page by its first and last access: a store comes first, or a load. */
static void check_anonymous(int flags)
{
    char *p;

    dirty_frames();
    p = map(MANY * PAGE, flags);
    for (size_t i = 0; i < MANY; i += 2)
        p[i * PAGE + 100] = 1;
    for (size_t i = 0; i < MANY; i++) {
        p[i * PAGE + 100] = 0;
        expect_zero("a new page", p + i * PAGE, PAGE);
    }
    EXPECT_OK(munmap(p, MANY * PAGE));
}

static void pages_of_another_process(void)
{
    check_anonymous(MAP_PRIVATE);
    check_anonymous(MAP_SHARED);
    check_anonymous(MAP_PRIVATE | MAP_POPULATE);
}

static void the_same_address_again(void)
{
    char *p = map(64 * PAGE, MAP_PRIVATE);

    for (int i = 0; i < 4; i++) {
        expect_zero("a page mapped again", p, 64 * PAGE);
        memset(p, PATTERN, 64 * PAGE);
        EXPECT_OK(munmap(p, 64 * PAGE));
        EXPECT_EQ(mmap(p, 64 * PAGE, RW, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), p);
    }
    memset(p, PATTERN, 64 * PAGE);
    EXPECT_OK(madvise(p, 64 * PAGE, MADV_DONTNEED));
    expect_zero("a discarded page", p, 64 * PAGE);
    EXPECT_OK(munmap(p, 64 * PAGE));
}

static void a_mapping_grows(void)
{
    char *p = map(PAGE, MAP_PRIVATE);

    dirty_frames();
    memset(p, PATTERN, PAGE);
    p = mremap(p, PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(p != MAP_FAILED);
    expect_zero("what mremap added", p + PAGE, 63 * PAGE);
    EXPECT_OK(munmap(p, 64 * PAGE));
}

static uintptr_t set_break(uintptr_t to)
{
    return (uintptr_t)syscall(SYS_brk, to);
}

/* Below the old break lies the program's; the rest of its page is zero again, too, if it
 * was given up and taken again as a whole page. */
static void the_break_again(void)
{
    uintptr_t old = set_break(0), start = (old + PAGE - 1) & ~(PAGE - 1);

    dirty_frames();
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(set_break(start + 32 * PAGE), start + 32 * PAGE);
        expect_zero("the heap", (void *)start, 32 * PAGE);
        memset((void *)start, PATTERN, 32 * PAGE);
        EXPECT_EQ(set_break(start), start);
    }
    EXPECT_EQ(set_break(old), old);
}

static void bss_is_zero(void *arg)
{
    (void)arg;
    expect_zero("bss", bss, sizeof(bss));
}

static void run_again(void *arg)
{
    (void)arg;
    exec_test("/proc/self/exe", "look_at_bss_and_stack");
}

static void bss_and_stack(void)
{
    dirty_frames();
    EXPECT_EQ(run_child(bss_is_zero, NULL), 0);
    memset(bss, PATTERN, sizeof(bss));
    EXPECT_EQ(run_child(run_again, NULL), 0);
}

/* Below where it has ever been, the stack has no past.  The kernel's own frames do not
 * go there, nor do signals. */
static void look_at_bss_and_stack(void)
{
    volatile char here = 0;
    char *low = (char *)(((uintptr_t)&here - 64 * PAGE) & ~(PAGE - 1));

    bss_is_zero(NULL);
    dirty_frames();
    expect_zero("the stack", low, 32 * PAGE);
}

/* Files */

static int file_of(const char *path, size_t size)
{
    static char pattern[4 * PAGE];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    memset(pattern, PATTERN, sizeof(pattern));
    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, pattern, size), size);
    return fd;
}

static void check_tail(const char *path, int flags)
{
    size_t size = PAGE + 100;
    int fd = file_of(path, size);
    char *p = mmap(NULL, 2 * PAGE, RW, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    expect_zero("behind the end of the file", p + size, 2 * PAGE - size);
    EXPECT_OK(munmap(p, 2 * PAGE));
    close(fd);
}

static void expect_zero_in_file(const char *what, int fd, off_t at, size_t size)
{
    static char buf[4 * PAGE];

    memset(buf, PATTERN, size);
    EXPECT_EQ(pread(fd, buf, size, at), size);
    expect_zero(what, buf, size);
}

/* What was cut off never comes back.  Nor does what a mapping stored behind the end: but
 * Linux's tmpfs clears that only when it writes, and UNSURE bytes may be as they were left. */
static void check_truncation(const char *path, size_t unsure)
{
    size_t from = 100 + unsure;
    int fd = file_of(path, 3 * PAGE);
    char *p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ((unsigned char)p[100], PATTERN);
    EXPECT_OK(ftruncate(fd, 100));
    expect_zero("behind the new end", p + 100, PAGE - 100);
    memset(p + 100, PATTERN, PAGE - 100);
    EXPECT_OK(ftruncate(fd, 3 * PAGE));
    expect_zero("in a grown file", p + from, 3 * PAGE - from);
    expect_zero_in_file("read from a grown file", fd, (off_t)from, 3 * PAGE - from);
    EXPECT_EQ((unsigned char)p[99], PATTERN);
    EXPECT_OK(munmap(p, 3 * PAGE));
    close(fd);
}

/* A hole in a file, and what a write far behind the end leaves between. */
static void check_hole(const char *path)
{
    int fd = file_of(path, 100);
    char *p;

    dirty_frames();
    EXPECT_EQ(pwrite(fd, "x", 1, 3 * PAGE + 7), 1);
    p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    REQUIRE(p != MAP_FAILED);
    expect_zero("a hole", p + 100, 3 * PAGE + 7 - 100);
    expect_zero("behind a hole", p + 3 * PAGE + 8, PAGE - 8);
    expect_zero_in_file("a hole that is read", fd, 100, 3 * PAGE + 7 - 100);
    EXPECT_OK(munmap(p, 4 * PAGE));
    close(fd);
}

static void check_files(const char *path, size_t unsure)
{
    dirty_frames();
    check_tail(path, MAP_SHARED);
    check_tail(path, MAP_PRIVATE);
    check_truncation(path, unsure);
    check_hole(path);
    EXPECT_OK(unlink(path));
}

static void files_in_memory(void)
{
    check_files(ZERO_FILE, has_debug_call() ? 0 : PAGE - 100);
}

static void files_on_disk(void)
{
    check_files(DISK_FILE_NAME, 0);
}

/* A private page that grew out of the zero page is not the zero page. */
static void the_zero_page_stays_zero(void)
{
    char *p = map(2 * PAGE, MAP_PRIVATE), *q = map(2 * PAGE, MAP_PRIVATE);

    expect_zero("before", p, 2 * PAGE);
    expect_zero("before", q, 2 * PAGE);
    memset(p, PATTERN, 2 * PAGE);
    expect_zero("beside a store", q, 2 * PAGE);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_OK(munmap(q, 2 * PAGE));
}

static const struct test tests[] = {
    CHILD_TEST(pages_of_another_process),
    CHILD_TEST(the_same_address_again),
    CHILD_TEST(a_mapping_grows),
    CHILD_TEST(the_break_again),
    CHILD_TEST(bss_and_stack),
    NAMED_TEST(look_at_bss_and_stack),
    CHILD_TEST(files_in_memory),
    CHILD_TEST(files_on_disk),
    CHILD_TEST(the_zero_page_stays_zero),
};

TEST_MAIN(tests)
