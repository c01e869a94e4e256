/* SPDX-License-Identifier: MIT */
/*
 * movefiletest.c - mappings of files that move with their pages.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/folders.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

/* Files */

static int new_file(size_t npages)
{
    int fd = open(in_folder("moved"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    uint64_t n;

    REQUIRE(fd >= 0 && unlink(in_folder("moved")) == 0);
    REQUIRE(ftruncate(fd, (off_t)(npages * PAGE)) == 0);
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
    char *p = map_pages(6, RW, MAP_PRIVATE, fd, 0), *to = free_place(16) + PAGE;
    uint64_t n = 50;

    number_pages(p + 2 * PAGE, 1, 100);
    EXPECT(is_numbered(p, 2, 1));
    EXPECT_EQ(remap(p, 6 * PAGE, 8 * PAGE, FIXED, to), to);
    expect_hole(p, 6);
    EXPECT(is_numbered(to, 2, 1));
    EXPECT(is_numbered(to + 2 * PAGE, 1, 100));
    EXPECT(is_numbered(to + 3 * PAGE, 5, 4));                 /* grown: more of the file */
    EXPECT_EQ(pwrite(fd, &n, sizeof(n), 0), sizeof(n));
    EXPECT_EQ(pwrite(fd, &n, sizeof(n), 2 * PAGE), sizeof(n));
    EXPECT_EQ(*first_word(to, 0), 50);                      /* the file's own page */
    EXPECT_EQ(*first_word(to, 2), 100);                     /* ours */
    number_pages(to + 3 * PAGE, 1, 200);
    EXPECT_EQ(word_in_file(fd, 3), 4);
    munmap(to, 8 * PAGE);
    close(fd);
}

static void check_private_left_behind(void)
{
    int fd = new_file(6);
    char *p = map_pages(6, RW, MAP_PRIVATE, fd, 0), *q;

    number_pages(p + PAGE, 2, 100);
    q = remap(p, 4 * PAGE, 4 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(is_numbered(q, 1, 1));
    EXPECT(is_numbered(q + PAGE, 2, 100));
    EXPECT(is_numbered(q + 3 * PAGE, 1, 4));
    EXPECT(is_numbered(p, 6, 1));                             /* the file again */
    munmap(p, 6 * PAGE);
    munmap(q, 4 * PAGE);
    close(fd);
}

static void check_shared_stores(void)
{
    int fd = new_file(8);
    char *p = map_pages(6, RW, MAP_SHARED, fd, 0), *to = free_place(8), *q;

    number_pages(p, 2, 100);
    EXPECT_EQ(remap(p + PAGE, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT(is_numbered(to, 1, 101));
    EXPECT(is_numbered(to + PAGE, 3, 3));
    number_pages(to + 2 * PAGE, 1, 200);
    EXPECT_EQ(word_in_file(fd, 1), 101);
    EXPECT_EQ(word_in_file(fd, 3), 200);
    EXPECT_OK(msync(to, 4 * PAGE, MS_SYNC));
    number_pages(to, 1, 300);                                       /* seen again after msync */
    q = remap(to, 4 * PAGE, 4 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(is_numbered(to, 1, 300));
    number_pages(to + 3 * PAGE, 1, 400);
    EXPECT(is_numbered(q + 3 * PAGE, 1, 400));
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
    char *p, *to = free_place(16);

    for (size_t i = 0; i < COUNT(kinds); i++) {
        p = map_pages(6, RW, kinds[i], fd, 0);
        EXPECT(is_numbered(p, 6, 1));
        EXPECT_EQ(remap(p + PAGE, 4 * PAGE, 8 * PAGE, FIXED, to), to);
        EXPECT_OK(ftruncate(fd, 3 * PAGE));
        EXPECT(is_numbered(to, 2, 2));
        expect_beyond_end(to + 2 * PAGE, 6);
        EXPECT(is_numbered(p, 1, 1));
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
    char *p = map_pages(8, RW, MAP_SHARED, fd, 0), *q = map_pages(8, RW, MAP_SHARED, fd, 0);

    EXPECT(is_numbered(p, 8, 1));
    EXPECT(is_numbered(q, 8, 1));
    EXPECT_EQ(remap(p, 8 * PAGE, 5 * PAGE, FIXED, q), q);
    expect_hole(p, 8);
    EXPECT(is_numbered(q, 8, 1));
    EXPECT_EQ(remap(q + 4 * PAGE, 4 * PAGE, PAGE, FIXED, q), q);
    EXPECT(is_numbered(q, 1, 5));
    EXPECT(is_numbered(q + PAGE, 3, 2));
    expect_hole(q + 4 * PAGE, 4);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    expect_beyond_end(q, 1);
    EXPECT(is_numbered(q + PAGE, 1, 2));
    expect_beyond_end(q + 2 * PAGE, 2);
    munmap(q, 4 * PAGE);
    close(fd);
}

FILE_TEST(private_copies)
FILE_TEST(private_left_behind)
FILE_TEST(shared_stores)
FILE_TEST(truncation)
FILE_TEST(replaced_views)

/* A file that another process truncates and fills again while its pages move. */

#define FLEETING 24

static int fleeting;
static struct gate passage;

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
    char *area = free_place(1100), *p[2], *to;
    int status;
    pid_t pid;

    fleeting = new_file(FLEETING);
    open_gate(&passage);
    p[0] = map_pages(FLEETING, RW, MAP_SHARED, fleeting, 0);
    p[1] = map_pages(FLEETING, PROT_READ, MAP_PRIVATE, fleeting, 0);
    pid = start_child(truncate_and_fill, NULL);
    for (size_t i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        to = area + (i % 4 * 250 + rand_below(&test_rand, 200)) * PAGE;
        touch_pages(p[i % 2], &passage);
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
    close_gate(&passage);
    close(fleeting);
}

static const struct test tests[] = {
    TEST(private_copies),
    TEST(private_left_behind),
    TEST(shared_stores),
    TEST(truncation),
    TEST(replaced_views),
    TEST(truncated_while_it_moves),
};

TEST_MAIN(tests)
