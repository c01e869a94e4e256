/* SPDX-License-Identifier: MIT */
/*
 * lab5test.c - programs come page by page, with neighbours; and the kernel's copies go as far
 * as the program's own would.
 *
 * That untouched memory costs nothing and is zero is for lazytest and zerotest to say.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

/* The program itself */

#define BALLAST MB

static const char ballast[BALLAST] = { 'b' };       /* read-only data: pages of the file */
static char written_data[BALLAST] = { 'w' };        /* private pages of the file */

/* Run by program_comes_on_demand() in a program that has only begun. */
static void look_at_new_program(void)
{
    volatile const char *data = written_data, *text = ballast;
    long before = resident_pages();

    EXPECT_RANGE(before, 1, BALLAST / PAGE / 2);
    EXPECT_EQ(data[0], 'w');
    EXPECT_EQ(text[0], 'b');
    for (size_t i = PAGE; i < BALLAST; i += 64 * PAGE)
        EXPECT_EQ(data[i] | text[i], 0);
    EXPECT_RANGE(resident_pages() - before, 1, BALLAST / PAGE);
}

static void program_comes_on_demand(void)
{
    exec_test("/proc/self/exe", "look_at_new_program");
}

static void expect_mapped_file(const void *p, const char *what)
{
    char line[256];

    REQUIRE(find_mapping(p, line, sizeof(line)));
    if (!strstr(line, "/lab5test"))
        fail(__FILE__, __LINE__, "%s is not mapped from the program's file: %s", what, line);
}

static void text_is_the_files(void)
{
    expect_mapped_file((const void *)(uintptr_t)expect_mapped_file, "code");
    expect_mapped_file(ballast + BALLAST / 2, "read-only data");
    expect_mapped_file(written_data + BALLAST / 2, "data");
}

/* Neighbours */

#define NEAR 16                 /* pages: a window of fault-around */

static int cached_file(void)
{
    static const char page[PAGE] = { 'f' };
    int fd = open("/tmp/lab5.file", O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < 4 * NEAR; i++)
        REQUIRE(write(fd, page, PAGE) == PAGE);
    unlink("/tmp/lab5.file");
    return fd;
}

static void cached_neighbours_come_along(void)
{
    int fd = cached_file();
    char *p = map_pages(4 * NEAR, PROT_READ, MAP_PRIVATE, fd, 0);
    long before;

    resident_pages();
    before = resident_pages();
    EXPECT_EQ(*(volatile char *)(p + 2 * NEAR * PAGE), 'f');
    EXPECT_RANGE(resident_pages() - before, 2, NEAR);
    unmap(p, 4 * NEAR);
    close(fd);
}

static void no_neighbours_for_a_store(void)
{
    int fd = cached_file();
    char *p = map_pages(4 * NEAR, RW, MAP_SHARED, fd, 0);
    long before;

    resident_pages();
    before = resident_pages();
    *(volatile char *)(p + 2 * NEAR * PAGE) = 's';
    EXPECT_EQ(resident_pages() - before, 1);
    unmap(p, 4 * NEAR);
    close(fd);
}

/* A page with nothing below it, which is no stack. */
static void only_stacks_grow(void)
{
    char *p = free_place(8) + 7 * PAGE;

    REQUIRE(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
    EXPECT_NO_FAULT(try_write(p));
    EXPECT_FAULT(try_write(p - 1), SIGSEGV, SEGV_MAPERR, p - 1);
    EXPECT_FAULT(try_write(p - 3 * PAGE), SIGSEGV, SEGV_MAPERR, p - 3 * PAGE);
    unmap(p, 1);
}

/*
 * Copies: poll(2) takes an array and puts it back.  Descriptors below 0 are looked past, so each
 * entry can have its own.
 */
#define POLLED (6 * PAGE / sizeof(struct pollfd))

static void fill(struct pollfd *fds)
{
    for (size_t i = 0; i < POLLED; i++)
        fds[i] = (struct pollfd){ .fd = -1 - (int)i, .revents = POLLERR };
}

static void allow_many(void)
{
    struct rlimit r;

    REQUIRE(getrlimit(RLIMIT_NOFILE, &r) == 0);
    r.rlim_cur = POLLED;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &r) == 0);
}

/* The kernel has read and written all entries. */
static void poll_and_check(void *arg)
{
    const struct pollfd *fds = arg;

    allow_many();
    EXPECT_EQ(poll(arg, POLLED, 0), 0);
    for (size_t i = 0; i < POLLED; i++)
        if (fds[i].fd != -1 - (int)i || fds[i].revents != 0) {
            fail(__FILE__, __LINE__, "entry %zu became %d, %d", i, fds[i].fd, fds[i].revents);
            return;
        }
}

/* From a file's pages, none of which is mapped yet. */
static void long_copies_from_user(void)
{
    int fd = open("/tmp/lab5.polled", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *p = map_touched(8);

    REQUIRE(fd >= 0);
    fill((struct pollfd *)(p + 100));
    REQUIRE(write(fd, p, 8 * PAGE) == 8 * PAGE);
    unlink("/tmp/lab5.polled");
    unmap(p, 8);
    p = map_pages(8, RW, MAP_PRIVATE, fd, 0);
    EXPECT_OK(madvise(p, 8 * PAGE, MADV_RANDOM));       /* no neighbours */
    poll_and_check(p + 100);
    unmap(p, 8);
    close(fd);
}

/* To pages that fork has left without the right to write. */
static void long_copies_to_user(void)
{
    char *p = map_touched(8);

    fill((struct pollfd *)(p + 100));
    EXPECT_EQ(run_child(poll_and_check, p + 100), 0);
    EXPECT_EQ(((struct pollfd *)(p + 100))[POLLED - 1].revents, POLLERR);
    unmap(p, 8);
}

/* From and to memory that nobody has touched: many times descriptor 0, which is closed. */
static void long_copies_of_zeroes(void)
{
    struct pollfd *fds = (struct pollfd *)map_anon(6 * PAGE);

    allow_many();
    close(0);
    EXPECT_EQ(poll(fds, POLLED, 0), (int)POLLED);
    for (size_t i = 0; i < POLLED; i++)
        EXPECT_EQ(fds[i].revents, POLLNVAL);
    unmap((char *)fds, 6);
}

/* One page at an end, or in the middle, that may not be accessed so. */
static void copies_end_where_rights_do(void)
{
    static const size_t places[] = { 0, 3, 5 };

    allow_many();
    for (size_t i = 0; i < COUNT(places); i++) {
        struct pollfd *fds = (struct pollfd *)map_anon(6 * PAGE);
        char *page = (char *)fds + places[i] * PAGE;

        EXPECT_OK(mprotect(page, PAGE, PROT_READ));
        EXPECT_ERROR(poll(fds, POLLED, 0), EFAULT);
        EXPECT_EQ(*(volatile char *)page, 0);
        EXPECT_OK(mprotect(page, PAGE, PROT_NONE));
        EXPECT_ERROR(poll(fds, POLLED, 0), EFAULT);
        EXPECT_OK(mprotect(page, PAGE, RW));
        fill(fds);
        poll_and_check(fds);
        unmap((char *)fds, 6);
    }
}

static const struct test tests[] = {
    CHILD_TEST(program_comes_on_demand),
    NAMED_TEST(look_at_new_program),
    TEST(text_is_the_files),
    TEST(cached_neighbours_come_along),
    TEST(no_neighbours_for_a_store),
    TEST(only_stacks_grow),
    CHILD_TEST(long_copies_from_user),
    CHILD_TEST(long_copies_to_user),
    CHILD_TEST(long_copies_of_zeroes),
    CHILD_TEST(copies_end_where_rights_do),
};

TEST_MAIN(tests)
