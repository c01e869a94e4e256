/* SPDX-License-Identifier: MIT */
/*
 * truncatetest.c - files that shrink, grow and get holes under mappings of two processes.
 *
 * The child of each test changes the file; the parent maps it, shared and private, and
 * looks at what it has left.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define N 8UL                           /* pages of the file */
#define ON_DISK "/truncatetest.file"    /* the root is ext2; /tmp is not */
#define IN_MEMORY "/tmp/truncatetest.file"

/* The file, and who looks at it through which mapping. */
struct view {
    const char *path;
    int fd;
    char *shared;
    char *private;              /* pages 2, 3 and 5 are copies, and say 'P' */
};

/* Page I of the file holds the letter 'a' + I; the mappings are twice as long. */
static struct view open_view(const char *path)
{
    struct view v = { .path = path, .fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644) };
    char page[PAGE];

    REQUIRE(v.fd >= 0);
    for (size_t i = 0; i < N; i++) {
        memset(page, 'a' + (int)i, PAGE);
        EXPECT_EQ(write(v.fd, page, PAGE), PAGE);
    }
    v.shared = mmap(NULL, 2 * N * PAGE, RW, MAP_SHARED, v.fd, 0);
    v.private = mmap(NULL, 2 * N * PAGE, RW, MAP_PRIVATE, v.fd, 0);
    REQUIRE(v.shared != MAP_FAILED && v.private != MAP_FAILED);
    for (size_t i = 0; i < N; i++)
        EXPECT(v.shared[i * PAGE] == v.private[i * PAGE]);
    memset(v.private + 2 * PAGE, 'P', 2 * PAGE);
    memset(v.private + 5 * PAGE, 'P', PAGE);
    return v;
}

static void close_view(struct view *v)
{
    EXPECT_OK(munmap(v->shared, 2 * N * PAGE));
    EXPECT_OK(munmap(v->private, 2 * N * PAGE));
    close(v->fd);
    EXPECT_OK(unlink(v->path));
}

/* Another process, which opens the file for itself, makes it SIZE bytes long. */
struct change {
    const char *path;
    off_t size;
};

static void resize(void *arg)
{
    const struct change *c = arg;

    EXPECT_OK(truncate(c->path, c->size));
}

static void resize_by_another(const struct view *v, size_t size)
{
    struct change c = { v->path, (off_t)size };

    EXPECT_EQ(run_child(resize, &c), 0);
}

/* SIZE bytes from P on are all C. */
static bool all(const char *p, size_t size, char c)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != c)
            return false;
    return true;
}

static void expect_end(char *p, size_t page)
{
    for (size_t i = page; i < 2 * N; i++) {
        EXPECT_FAULT(try_read(p + i * PAGE + i), SIGBUS, BUS_ADRERR, p + i * PAGE + i);
        EXPECT_FAULT(try_write(p + i * PAGE + i), SIGBUS, BUS_ADRERR, p + i * PAGE + i);
    }
}

/* ---- Shrinking and growing ------------------------------------------------------------ */

/* Cut in the middle of page 3: the pages before it stay, its own tail is zero. */
static void check_cut(const char *path)
{
    struct view v = open_view(path);

    resize_by_another(&v, 3 * PAGE + 100);
    EXPECT(all(v.shared, PAGE, 'a') && all(v.shared + 2 * PAGE, PAGE, 'c'));
    EXPECT(all(v.shared + 3 * PAGE, 100, 'd') && all(v.shared + 3 * PAGE + 100, PAGE - 100, 0));
    EXPECT(all(v.private + PAGE, PAGE, 'b'));
    EXPECT(all(v.private + 2 * PAGE, 2 * PAGE, 'P'));   /* copies, also of the cut page */
    expect_end(v.shared, 4);
    expect_end(v.private, 4);                           /* page 5 had a copy: it is gone */
    close_view(&v);
}

static void cut(void)
{
    check_cut(ON_DISK);
    check_cut(IN_MEMORY);
}

/* What was cut off is gone; what a file grows by is zero, and shared at once. */
static void check_growth(const char *path)
{
    struct view v = open_view(path);

    resize_by_another(&v, 3 * PAGE + 100);
    EXPECT_EQ(v.private[3 * PAGE], 'P');
    resize_by_another(&v, 7 * PAGE);
    EXPECT(all(v.shared + 3 * PAGE, 100, 'd'));
    EXPECT(all(v.shared + 3 * PAGE + 100, 4 * PAGE - 100, 0));
    EXPECT(all(v.private + 4 * PAGE, 3 * PAGE, 0));
    EXPECT_EQ(v.private[3 * PAGE + 200], 'P');          /* page 3's copy outlived it all */
    v.shared[6 * PAGE] = 'n';
    EXPECT_EQ(v.private[6 * PAGE], 'n');
    v.private[6 * PAGE + 1] = 'p';
    EXPECT_EQ(v.shared[6 * PAGE + 1], 0);
    expect_end(v.shared, 7);
    expect_end(v.private, 7);
    close_view(&v);
}

static void growth(void)
{
    check_growth(ON_DISK);
    check_growth(IN_MEMORY);
}

/* To nothing, and a page end: no page is left, or exactly those before. */
static void check_whole_pages(const char *path)
{
    struct view v = open_view(path);

    resize_by_another(&v, 6 * PAGE);
    EXPECT(all(v.shared + 5 * PAGE, PAGE, 'f') && all(v.private + 5 * PAGE, PAGE, 'P'));
    expect_end(v.shared, 6);
    expect_end(v.private, 6);
    resize_by_another(&v, 0);
    expect_end(v.shared, 0);
    expect_end(v.private, 0);
    resize_by_another(&v, 1);
    EXPECT(all(v.shared, PAGE, 0) && all(v.private, PAGE, 0));
    expect_end(v.shared, 1);
    close_view(&v);
}

static void whole_pages(void)
{
    check_whole_pages(ON_DISK);
    check_whole_pages(IN_MEMORY);
}

static void write_behind(void *arg)
{
    const struct view *v = arg;
    int fd = open(v->path, O_RDWR);

    EXPECT_EQ(pwrite(fd, "w", 1, (off_t)((N + 2) * PAGE + 9)), 1);
    close(fd);
}

static void empty_file(void *arg)
{
    const struct view *v = arg;

    close(open(v->path, O_RDWR | O_TRUNC));
}

/* write() grows a file like truncate(), and O_TRUNC cuts like it. */
static void check_other_ways(const char *path)
{
    struct view v = open_view(path);

    expect_end(v.shared, N);
    EXPECT_EQ(run_child(write_behind, &v), 0);
    EXPECT_EQ(v.shared[(N + 2) * PAGE + 9], 'w');
    EXPECT_EQ(v.private[(N + 2) * PAGE + 9], 'w');
    EXPECT(all(v.shared + N * PAGE, 2 * PAGE + 9, 0));
    expect_end(v.shared, N + 3);
    EXPECT_EQ(run_child(empty_file, &v), 0);
    expect_end(v.shared, 0);
    expect_end(v.private, 0);
    close_view(&v);
}

static void other_ways(void)
{
    check_other_ways(ON_DISK);
    check_other_ways(IN_MEMORY);
}

/* Memory that was cut off is given back, the copies included. */
static void pages_are_given_back(void)
{
    struct view v = open_view(IN_MEMORY);
    unsigned char in[2 * N];
    long before;

    before = resident_pages();
    resize_by_another(&v, 0);
    EXPECT(resident_pages() <= before - (long)(2 * N));
    EXPECT_OK(mincore(v.shared, 2 * N * PAGE, in));
    for (size_t i = 0; i < 2 * N; i++)
        EXPECT_EQ(in[i] & 1, 0);
    close_view(&v);
}

/* A system call meets the end as a bad address. */
static void calls_meet_the_end(void)
{
    struct view v = open_view(ON_DISK);
    int ends[2];

    REQUIRE(pipe(ends) == 0);
    resize_by_another(&v, 2 * PAGE);
    EXPECT_ERROR(write(ends[1], v.shared + 2 * PAGE, 10), EFAULT);
    EXPECT_EQ(write(ends[1], v.shared + 2 * PAGE - 10, 10), 10);
    EXPECT_ERROR(read(ends[0], v.private + 5 * PAGE, 10), EFAULT);
    close(ends[0]);
    close(ends[1]);
    close_view(&v);
}

/* ---- Holes ---------------------------------------------------------------------------- */

struct hole {
    const char *path;
    off_t at, size;
};

static void punch(void *arg)
{
    const struct hole *h = arg;
    int fd = open(h->path, O_RDWR);

    EXPECT_OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, h->at, h->size));
    close(fd);
}

static void punch_by_another(const struct view *v, size_t at, size_t size)
{
    struct hole h = { v->path, (off_t)at, (off_t)size };

    EXPECT_EQ(run_child(punch, &h), 0);
}

/* A hole is zero for all but those who have copies, and its size the file's business. */
static void check_hole(const char *path)
{
    struct view v = open_view(path);
    bool filled = strcmp(path, IN_MEMORY) == 0;         /* there, who looks at a hole fills it */
    struct stat st;

    punch_by_another(&v, PAGE + 100, 4 * PAGE);         /* from page 1 into page 5 */
    EXPECT_OK(fstat(v.fd, &st));
    EXPECT_EQ(st.st_size, N * PAGE);
    EXPECT_EQ(st.st_blocks, (N - 3) * PAGE / 512);      /* pages 2, 3 and 4 are no more */
    EXPECT(all(v.shared, PAGE, 'a') && all(v.shared + PAGE, 100, 'b'));
    EXPECT(all(v.shared + PAGE + 100, 4 * PAGE, 0));
    EXPECT(all(v.shared + 5 * PAGE + 100, PAGE - 100, 'f'));
    EXPECT(all(v.private + PAGE + 100, PAGE - 100, 0));
    EXPECT(all(v.private + 2 * PAGE, 2 * PAGE, 'P'));
    EXPECT(all(v.private + 4 * PAGE, PAGE, 0) && all(v.private + 5 * PAGE, PAGE, 'P'));
    EXPECT_OK(fstat(v.fd, &st));
    EXPECT_EQ(st.st_blocks, (filled ? N : N - 3) * PAGE / 512);
    v.shared[4 * PAGE] = 'n';
    EXPECT_OK(fstat(v.fd, &st));
    EXPECT_EQ(st.st_blocks, (filled ? N : N - 2) * PAGE / 512);
    EXPECT_EQ(v.private[4 * PAGE], 'n');
    EXPECT_EQ(v.private[3 * PAGE], 'P');
    close_view(&v);
}

static void hole(void)
{
    check_hole(ON_DISK);
    check_hole(IN_MEMORY);
}

/* A hole may reach behind the end, and changes nothing there. */
static void check_hole_at_the_end(const char *path)
{
    struct view v = open_view(path);
    struct stat st;

    punch_by_another(&v, 7 * PAGE, 100 * PAGE);
    EXPECT(all(v.shared + 6 * PAGE, PAGE, 'g') && all(v.shared + 7 * PAGE, PAGE, 0));
    punch_by_another(&v, 50 * PAGE, PAGE);
    expect_end(v.shared, N);
    EXPECT_OK(fstat(v.fd, &st));
    EXPECT_EQ(st.st_size, N * PAGE);
    close_view(&v);
}

static void hole_at_the_end(void)
{
    check_hole_at_the_end(ON_DISK);
    check_hole_at_the_end(IN_MEMORY);
}

static void bad_holes(void)
{
    const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    struct view v = open_view(IN_MEMORY);
    int reads = open(IN_MEMORY, O_RDONLY);

    EXPECT_ERROR(fallocate(v.fd, FALLOC_FL_PUNCH_HOLE, 0, PAGE), EOPNOTSUPP);
    EXPECT_ERROR(fallocate(v.fd, mode, 0, 0), EINVAL);
    EXPECT_ERROR(fallocate(v.fd, mode, -1, PAGE), EINVAL);
    EXPECT_ERROR(fallocate(v.fd, mode, 0, -1), EINVAL);
    EXPECT_ERROR(fallocate(reads, mode, 0, PAGE), EBADF);
    EXPECT(all(v.shared, PAGE, 'a'));
    close(reads);
    close_view(&v);
}

/* ---- At the same time ----------------------------------------------------------------- */

#define ROUNDS 100

static void cut_and_grow(void *arg)
{
    const struct view *v = arg;

    for (int i = 0; i < ROUNDS; i++) {
        EXPECT_OK(truncate(v->path, 2 * PAGE + 1));
        EXPECT_OK(truncate(v->path, N * PAGE));
    }
}

/* Each access finds the page or the end, and before the cut always the page.  What was
 * stored is there or gone, and in no page but its own. */
static void check_race(const char *path)
{
    struct view v = open_view(path);
    struct fault f;
    int status;
    pid_t pid = start_child(cut_and_grow, &v);

    for (size_t i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        char *p = (i & 1 ? v.shared : v.private) + (2 + i % 6) * PAGE + 100;

        f = i & 2 ? try_write(p) : try_read(p);
        EXPECT(f.sig == 0 || (f.sig == SIGBUS && f.addr == (uintptr_t)p && i % 6));
    }
    EXPECT_EQ(status, 0);
    EXPECT(all(v.shared, PAGE, 'a') && all(v.shared + PAGE, PAGE, 'b'));
    for (size_t i = 2; i < N; i++)
        EXPECT(all(v.shared + i * PAGE + 101, PAGE - 101, 0));
    close_view(&v);
}

static void race(void)
{
    check_race(ON_DISK);
    check_race(IN_MEMORY);
}

static const struct test tests[] = {
    TEST(cut), TEST(growth), TEST(whole_pages), TEST(other_ways), TEST(pages_are_given_back),
    TEST(calls_meet_the_end), TEST(hole), TEST(hole_at_the_end), TEST(bad_holes), TEST(race),
};

TEST_MAIN(tests)
