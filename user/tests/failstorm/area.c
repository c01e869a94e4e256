/* SPDX-License-Identifier: MIT */
/*
 * area.c - the mapping under attack: made, looked at, dropped.
 *
 * A page is known by a word that stands at each of eight places in it.  Untouched memory
 * is 0, a page of a file what the file says.  The words change from one mapping to the
 * next, so that what is left of an earlier one is not taken for this one's.
 */
#include <fcntl.h>
#include "user/tests/failstorm/storm.h"

#define WORDS 8                         /* of a page */
#define STEP (PAGE / WORDS)
#define STEP_SIZE (2 * MB)              /* of memory that one table of the last level serves */
#define WINDOW (2 * STEP_SIZE)          /* of each place */
#define RETURN 0x8082                   /* as an instruction */
#define FILE_PAGES (MOST_PAGES + GROWTH)

static int private_fd, shared_fd, clock_fd;
static uint64_t private_is[FILE_PAGES], shared_is[FILE_PAGES];
static uint64_t below_is;
static uint64_t next_word = 1;

static void write_words(char *page, uint64_t word)
{
    for (size_t i = 0; i < PAGE; i += STEP)
        *(volatile uint64_t *)(page + i) = word;
}

static bool has_words(const char *page, uint64_t word)
{
    for (size_t i = 0; i < PAGE; i += STEP)
        if (*(const volatile uint64_t *)(page + i) != word)
            return false;
    return true;
}

/* The files */

static int make_file(void)
{
    int fd = open("/tests/failstorm.1", O_RDWR | O_CREAT | O_TRUNC, 0700);

    REQUIRE(fd >= 0 && unlink("/tests/failstorm.1") == 0);
    return fd;
}

void open_files(void)
{
    private_fd = make_file();
    shared_fd = make_file();
    clock_fd = open("/dev/rtc0", O_RDWR);
    REQUIRE(clock_fd >= 0);
}

void close_files(void)
{
    close(private_fd);
    close(shared_fd);
    close(clock_fd);
}

static void fill_file(int fd, uint64_t *is)
{
    static union {
        char bytes[PAGE];
        uint16_t code[PAGE / 2];
    } page;

    page.code[RETURN_OFFSET / 2] = RETURN;
    for (size_t i = 0; i < FILE_PAGES; i++) {
        is[i] = next_word++;
        write_words(page.bytes, is[i]);
        REQUIRE(pwrite(fd, page.bytes, PAGE, (off_t)(i * PAGE)) == (ssize_t)PAGE);
    }
    fsync(fd);                          /* may tell of an error of before */
    REQUIRE(fsync(fd) == 0);
}

void fill_files(void)
{
    fill_file(private_fd, private_is);
    fill_file(shared_fd, shared_is);
}

void now_is(struct area *a, size_t first, size_t last, uint64_t is)
{
    for (size_t i = first; i < last; i++)
        a->is[i] = is;
}

void empty_file(struct area *a)
{
    EXPECT_OK(ftruncate(a->fd, 0));
    EXPECT_OK(ftruncate(a->fd, FILE_PAGES * PAGE));
    memset(a->file_is, 0, FILE_PAGES * sizeof(a->file_is[0]));
    now_is(a, 0, a->npages, 0);
}

void evict(int fd)
{
    fsync(fd);
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
}

/* The area */

long map_like(const struct area *a, char *at, int flags)
{
    int type = a->kind == ANON || a->kind == PRIVATE_FILE ? MAP_PRIVATE : MAP_SHARED;
    int anon = a->fd < 0 ? MAP_ANONYMOUS : 0;

    return result((long)mmap(at, size_of(a), RW, type | anon | MAP_FIXED | flags, a->fd, 0));
}

static void open_area(struct area *a)
{
    a->fd = -1;
    a->file_is = NULL;
    switch (a->kind) {
    case PRIVATE_FILE:
        a->fd = private_fd;
        a->file_is = private_is;
        break;
    case SHARED_FILE:
        a->fd = shared_fd;
        a->file_is = shared_is;
        break;
    case MEMFD:
        a->fd = memfd_create("failstorm", 0);
        REQUIRE(a->fd >= 0 && ftruncate(a->fd, (off_t)size_of(a)) == 0);
        break;
    case DEVICE:
        a->fd = clock_fd;
        break;
    case ANON:
    case SHMEM:
    case KINDS:
        break;
    }
}

static void touch(struct area *a, size_t i)
{
    a->is[i] = next_word++;
    write_words(a->p + i * PAGE, a->is[i]);
    if (a->kind == SHARED_FILE)
        a->file_is[i] = a->is[i];
}

/* The mapping lies over a border between two tables. */
static void choose_shape(struct area *a, struct rand *dice)
{
    a->npages = a->kind == DEVICE ? 1 : rand_range(dice, 6, MOST_PAGES);
    a->p = PLACE + STEP_SIZE - rand_range(dice, 1, MOST_PAGES) * PAGE;
    a->first = 1 + (a->npages > 2 ? rand_below(dice, a->npages / 2 - 1) : 0);
    a->last = a->npages > 2 ? rand_range(dice, a->npages / 2 + 1, a->npages - 1) : 1;
}

static void map_below(struct area *a)
{
    char *p = a->p - BELOW * PAGE;

    REQUIRE(mmap(p, BELOW * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
    a->below = p;
    below_is = next_word++;
    for (size_t i = 0; i < BELOW; i++)
        write_words(p + i * PAGE, below_is);
    EXPECT_OK(mprotect(p, BELOW * PAGE, PROT_READ));
}

void make_area(struct area *a, enum kind kind, struct rand *dice, bool cold)
{
    a->kind = kind;
    choose_shape(a, dice);
    open_area(a);
    if (cold && a->file_is)
        evict(a->fd);
    map_below(a);
    REQUIRE(map_like(a, a->p, 0) == (long)a->p);
    for (size_t i = 0; i < a->npages; i++) {
        a->is[i] = a->file_is ? a->file_is[i] : 0;
        if (rand_below(dice, 2) && !cold && kind != DEVICE)
            touch(a, i);
    }
}

void drop_area(struct area *a)
{
    EXPECT_OK(munmap(PLACE, WINDOW));
    EXPECT_OK(munmap(ELSEWHERE, WINDOW));
    EXPECT_OK(munmap(ASIDE, WINDOW));
    if (a->kind == MEMFD)
        close(a->fd);
}

static void check_page(const char *p, uint64_t is, const char *name, size_t i)
{
    unsigned char there;

    if (is == GONE)
        EXPECT_ERROR(mincore((void *)(uintptr_t)p, PAGE, &there), ENOMEM);
    else if (!has_words(p, is))
        fail(__FILE__, __LINE__, "%s: page %zu begins with %lx, not %lx", name, i,
             *(const uint64_t *)p, is);
}

void check_area(const struct area *a, const char *name)
{
    if (a->kind != DEVICE)
        for (size_t i = 0; i < a->npages; i++)
            check_page(a->p + i * PAGE, a->is[i], name, i);
    for (size_t i = 0; i < BELOW; i++)
        EXPECT(has_words(a->below + i * PAGE, below_is));
}

void check_moved(struct area *a, size_t first, size_t count, const char *p)
{
    for (size_t i = 0; i < count && a->kind != DEVICE; i++)
        check_page(p + i * PAGE, a->is[first + i], "moved", first + i);
    now_is(a, first, first + count, GONE);
}
