/* SPDX-License-Identifier: MIT */
/*
 * fallocatetest.c - holes in files, and room for what will be written.
 *
 * A hole is zero for whoever reads or maps it and has no block; room is zero, too, and has
 * one.  What is checked runs in memory and on the disk, where files stay for e2fsck to look at.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/folders.h"
#include "user/tests/lib/watch.h"

#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)
#define KEEP FALLOC_FL_KEEP_SIZE
#define ALLOCATED 0

#define NPAGES 2100             /* of the file: ext2 has two tables below a table there */

static int fd;
static bool on_disk, can_allocate, counts_blocks;

/* A new file.  On Linux's ext2 no room can be had, and blocks may come later. */
static void open_file(const char *name)
{
    const char *path = in_folder(name);

    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0);
    on_disk = path[0] == '/';
    counts_blocks = has_debug_call();
    can_allocate = !on_disk || counts_blocks;
}

static struct stat status(void)
{
    struct stat st = { 0 };

    EXPECT_OK(fstat(fd, &st));
    return st;
}

static void expect_blocks(size_t npages)
{
    if (counts_blocks)
        EXPECT_EQ(status().st_blocks, npages * (PAGE / 512));
}

/* Refusals */

static void check_refusals(void)
{
    int reads, ends[2], null = open("/dev/null", O_WRONLY), folder = open("/", O_RDONLY);

    open_file("fallocate.1");
    reads = open(in_folder("fallocate.1"), O_RDONLY);
    REQUIRE(reads >= 0 && null >= 0 && folder >= 0 && pipe(ends) == 0);
    EXPECT_ERROR(fallocate(fd, PUNCH, 0, 0), EINVAL);
    EXPECT_ERROR(fallocate(fd, PUNCH, 0, -1), EINVAL);
    EXPECT_ERROR(fallocate(fd, ALLOCATED, -1, PAGE), EINVAL);
    EXPECT_ERROR(fallocate(reads, 0x80, -1, PAGE), EINVAL);
    EXPECT_ERROR(fallocate(reads, 0x80, 0, PAGE), EOPNOTSUPP);
    EXPECT_ERROR(fallocate(reads, FALLOC_FL_PUNCH_HOLE, 0, PAGE), EOPNOTSUPP);
    EXPECT_ERROR(fallocate(reads, PUNCH, 0, PAGE), EBADF);
    EXPECT_ERROR(fallocate(folder, ALLOCATED, 0, PAGE), EBADF);
    EXPECT_ERROR(fallocate(-1, PUNCH, 0, PAGE), EBADF);
    EXPECT_ERROR(fallocate(ends[1], ALLOCATED, 0, PAGE), ESPIPE);
    EXPECT_ERROR(fallocate(null, ALLOCATED, 0, PAGE), ENODEV);
    EXPECT_ERROR(fallocate(fd, ALLOCATED, INT64_MAX - 10, 100), EFBIG);
    EXPECT_ERROR(fallocate(fd, PUNCH, INT64_MAX - 10, 100), EFBIG);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, PAGE), EOPNOTSUPP);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE), EOPNOTSUPP);
    EXPECT_EQ(status().st_size, 0);
    expect_blocks(0);
    close(reads), close(null), close(folder), close(ends[0]), close(ends[1]), close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.1")));
}
FILE_TEST(refusals)

/* Who may write, but is not root, loses the set-id bits with the content. */
static void punch_as_nobody(void *arg)
{
    (void)arg;
    EXPECT_OK(setresuid(1000, 1000, 1000));
    EXPECT_OK(fallocate(fd, PUNCH, 0, 10));
}

static void check_times_and_modes(void)
{
    struct stat before, after;

    open_file("fallocate.2");
    EXPECT_EQ(write(fd, "0123456789abc", 13), 13);
    EXPECT_OK(fchmod(fd, 04755));
    before = after = status();
    while (memcmp(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim)) == 0) {
        EXPECT_OK(fallocate(fd, PUNCH, 3, 1));
        after = status();
    }
    EXPECT_EQ(after.st_mode & 07777, 04755);
    EXPECT_EQ(run_child(punch_as_nobody, NULL), 0);
    EXPECT_EQ(status().st_mode & 07777, 0755);
    close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.2")));
}
FILE_TEST(times_and_modes)

/* What lseek finds */

static void expect_borders(off_t from, off_t data, off_t hole)
{
    if (data < 0)
        EXPECT_ERROR(lseek(fd, from, SEEK_DATA), ENXIO);
    else
        EXPECT_EQ(lseek(fd, from, SEEK_DATA), data);
    EXPECT_EQ(lseek(fd, from, SEEK_HOLE), hole);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), hole);                    /* and is there then */
}

static void check_borders(void)
{
    const off_t far = 2048 * MB;
    char c;

    open_file("fallocate.6");
    EXPECT_ERROR(lseek(fd, 0, SEEK_DATA), ENXIO);               /* it is empty */
    EXPECT_ERROR(lseek(fd, 0, SEEK_HOLE), ENXIO);
    EXPECT_EQ(pwrite(fd, "a", 1, 3 * PAGE + 5), 1);
    expect_borders(0, 3 * PAGE, 0);
    expect_borders(3 * PAGE + 2, 3 * PAGE + 2, 3 * PAGE + 6);   /* behind the end there is one */
    EXPECT_OK(ftruncate(fd, 5 * PAGE + 1));
    expect_borders(3 * PAGE + 2, 3 * PAGE + 2, 4 * PAGE);
    expect_borders(4 * PAGE + 7, -1, 4 * PAGE + 7);
    EXPECT_EQ(pread(fd, &c, 1, PAGE), 1);                       /* a look makes no content */
    expect_borders(7, 3 * PAGE, 7);
    EXPECT_EQ(pwrite(fd, "b", 1, far), 1);
    expect_borders(4 * PAGE, far, 4 * PAGE);
    EXPECT_OK(fallocate(fd, PUNCH, 0, 4 * PAGE));
    expect_borders(0, far, 0);
    EXPECT_ERROR(lseek(fd, far + 1, SEEK_HOLE), ENXIO);
    EXPECT_ERROR(lseek(fd, far + 1, SEEK_DATA), ENXIO);
    EXPECT_ERROR(lseek(fd, -1, SEEK_DATA), ENXIO);
    close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.6")));
}
FILE_TEST(borders)

/* Room */

static char byte_at(off_t at)
{
    char c = 'x';

    EXPECT_EQ(pread(fd, &c, 1, at), 1);
    return c;
}

static void check_room(void)
{
    open_file("fallocate.3");
    if (can_allocate) {
        EXPECT_EQ(pwrite(fd, "a", 1, 5 * PAGE + 7), 1);
        expect_blocks(1);
        EXPECT_OK(fallocate(fd, KEEP, PAGE - 1, 2));            /* two pages, one byte each */
        EXPECT_EQ(status().st_size, 5 * PAGE + 8);
        expect_blocks(3);
        EXPECT_OK(fallocate(fd, ALLOCATED, 2 * PAGE, 5 * PAGE + 1));
        EXPECT_EQ(status().st_size, 7 * PAGE + 1);
        expect_blocks(8);
        EXPECT_OK(fallocate(fd, ALLOCATED, 0, PAGE));           /* is there */
        EXPECT_EQ(status().st_size, 7 * PAGE + 1);
        expect_blocks(8);
        EXPECT(byte_at(5 * PAGE + 7) == 'a' && byte_at(5 * PAGE + 8) == 0);
        EXPECT(byte_at(0) == 0 && byte_at(7 * PAGE) == 0);
        EXPECT_OK(ftruncate(fd, 0));
        expect_blocks(0);
    }
    close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.3")));
}
FILE_TEST(room)

/* Behind the end there may be room in memory, but not on ext2. */
static void check_room_behind_the_end(void)
{
    open_file("fallocate.4");
    EXPECT_EQ(pwrite(fd, "a", 1, 0), 1);
    if (on_disk) {
        EXPECT_ERROR(fallocate(fd, KEEP, 0, PAGE + 1), EOPNOTSUPP);
        expect_blocks(1);
    } else {
        EXPECT_OK(fallocate(fd, KEEP, PAGE, 3 * PAGE));
        expect_blocks(4);
        EXPECT_OK(fallocate(fd, PUNCH, 2 * PAGE, 100 * PAGE));
        expect_blocks(2);
    }
    EXPECT_EQ(status().st_size, 1);
    close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.4")));
}
FILE_TEST(room_behind_the_end)

/* More than the disk has: nothing is taken. */
static void no_room(void)
{
    fd = new_disk_file(1, 'f');
    if (has_debug_call()) {
        EXPECT_ERROR(fallocate(fd, ALLOCATED, 0, 1024 * MB), ENOSPC);
        EXPECT_EQ(status().st_size, PAGE);
        EXPECT_EQ(status().st_blocks, PAGE / 512);
    }
    close(fd);
}

/*
 * Random changes against a model: memory that has the file's content, and which pages have
 * blocks.  Most places are where ext2 has another level of tables.
 */
#define STEPS 300
#define SPAN 10                 /* pages of a place */

static const size_t places[] = { 0, 6, 1030, 2054 };

static char *model, *mapped;
static bool has[NPAGES];
static size_t size;

static size_t random_offset(void)
{
    return places[rand_below(&test_rand, COUNT(places))] * PAGE
           + rand_below(&test_rand, SPAN * PAGE);
}

static size_t page_after(size_t at)
{
    return (at + PAGE - 1) / PAGE;
}

static void model_clear(size_t at, size_t end)
{
    for (size_t next; at < end; at = next) {
        next = at / PAGE * PAGE + PAGE < end ? at / PAGE * PAGE + PAGE : end;
        if (has[at / PAGE])
            memset(model + at, 0, next - at);
        if (next - at == PAGE)
            has[at / PAGE] = false;
    }
}

static void model_have(size_t at, size_t end)
{
    for (size_t i = at / PAGE; i * PAGE < end; i++)
        has[i] = true;
}

static void change_by_write(void)
{
    static char buf[5 * PAGE];
    size_t at = random_offset(), n = 1 + rand_below(&test_rand, sizeof(buf));

    memset(buf, 1 + (int)rand_below(&test_rand, 100), n);
    EXPECT_EQ(pwrite(fd, buf, n, (off_t)at), n);
    model_have(at, at + n);
    memcpy(model + at, buf, n);
    size = size > at + n ? size : at + n;
}

static void change_by_store(void)
{
    size_t at = random_offset();

    if (at >= size)
        return;
    mapped[at] = model[at] = (char)(1 + rand_below(&test_rand, 100));
    model_have(at, at + 1);
}

static void change_by_punch(void)
{
    size_t most = rand_one_in(&test_rand, 16) ? NPAGES : 3;
    size_t at = random_offset(), end = at + 1 + rand_below(&test_rand, most * PAGE);

    if (end > NPAGES * PAGE)
        end = NPAGES * PAGE;
    EXPECT_OK(fallocate(fd, PUNCH, (off_t)at, (off_t)(end - at)));
    if (on_disk && end > size)
        end = page_after(size) * PAGE;
    model_clear(at, end);
}

static void change_by_allocate(void)
{
    size_t at = random_offset(), end = at + 1 + rand_below(&test_rand, 4 * PAGE);
    bool keep = rand_one_in(&test_rand, 2);

    if (!can_allocate || (keep && end > size))
        return;
    EXPECT_OK(fallocate(fd, keep ? KEEP : ALLOCATED, (off_t)at, (off_t)(end - at)));
    model_have(at, end);
    size = size > end ? size : end;
}

static void change_by_truncate(void)
{
    size_t to = random_offset(), old = size;

    if (to < old / 2)
        return;                 /* else there would seldom be much */
    EXPECT_OK(ftruncate(fd, (off_t)to));
    size = to;
    if (to < old)
        model_clear(to, page_after(old) * PAGE);
}

static void (*const changes[])(void) = {
    change_by_write, change_by_write, change_by_write, change_by_store, change_by_store,
    change_by_punch, change_by_punch, change_by_allocate, change_by_truncate,
};

static bool any(size_t first, size_t end)
{
    for (; first < end; first++)
        if (has[first])
            return true;
    return false;
}

/* Blocks of the file, tables included. */
static size_t model_blocks(void)
{
    size_t sum = 0;

    for (size_t i = 0; i < NPAGES; i++)
        sum += has[i];
    if (on_disk)
        sum += (size_t)any(12, 1036) + any(1036, NPAGES) + any(1036, 2060) + any(2060, NPAGES);
    return sum;
}

static void compare_page(size_t i)
{
    static char got[PAGE];
    size_t n = size - i * PAGE < PAGE ? size - i * PAGE : PAGE;

    EXPECT_EQ(pread(fd, got, PAGE, (off_t)(i * PAGE)), n);
    if (memcmp(got, model + i * PAGE, n) != 0)
        fail(__FILE__, __LINE__, "page %zu differs", i);
    if (has[i] && memcmp(mapped + i * PAGE, model + i * PAGE, n) != 0)
        fail(__FILE__, __LINE__, "page %zu differs where it is mapped", i);
}

/* Of the file, from page I on: where the first page begins that is there, or is not. */
static size_t model_border(size_t i, bool is_there)
{
    while (i * PAGE < size && has[i] != is_there)
        i++;
    return i * PAGE;
}

/* On Linux a room is a hole until something is written there. */
static void compare_borders(void)
{
    size_t from = random_offset(), data, hole;

    if (!counts_blocks || from >= size)
        return;
    data = model_border(from / PAGE, true);
    hole = model_border(from / PAGE, false);
    if (data >= size)
        EXPECT_ERROR(lseek(fd, (off_t)from, SEEK_DATA), ENXIO);
    else
        EXPECT_EQ(lseek(fd, (off_t)from, SEEK_DATA), data > from ? data : from);
    if (hole > size)
        hole = size;
    EXPECT_EQ(lseek(fd, (off_t)from, SEEK_HOLE), hole > from ? hole : from);
}

static void compare(void)
{
    EXPECT_EQ(status().st_size, size);
    expect_blocks(model_blocks());
    compare_borders();
    for (size_t p = 0; p < COUNT(places); p++)
        for (size_t i = places[p]; i <= places[p] + SPAN + 5 && i * PAGE < size; i++)
            compare_page(i);
}

/* Pages that are clean become dirty where a hole begins or ends within them: the disk knows. */
static void punch_what_is_written(void)
{
    EXPECT_OK(fsync(fd));
    for (int i = 0; i < 8; i++)
        change_by_punch();
    EXPECT_OK(madvise(mapped, NPAGES * PAGE, MADV_DONTNEED));
    drop_cached_pages();
}

static void check_random_changes(void)
{
    open_file("fallocate.left");
    model = map_anon(NPAGES * PAGE);
    mapped = map_pages(NPAGES, RW, MAP_SHARED, fd, 0);
    memset(has, 0, sizeof(has));
    size = 0;
    for (int i = 1; i <= STEPS && !test_failures(); i++) {
        changes[rand_below(&test_rand, COUNT(changes))]();
        if (on_disk && i % 40 == 0)
            punch_what_is_written();
        if (i % 8 == 0)
            compare();
    }
    unmap(mapped, NPAGES);
    unmap(model, NPAGES);
    EXPECT_OK(fsync(fd));
    close(fd);
    if (!on_disk)
        EXPECT_OK(unlink(in_folder("fallocate.left")));
}
FILE_TEST(random_changes)

/* When all is punched, all blocks are given back. */
static void check_punch_all(void)
{
    open_file("fallocate.5");
    for (size_t i = 0; i < COUNT(places); i++)
        EXPECT_EQ(pwrite(fd, "a", 1, (off_t)(places[i] * PAGE)), 1);
    EXPECT_EQ(pwrite(fd, "b", 1, NPAGES * PAGE), 1);
    EXPECT_OK(fallocate(fd, PUNCH, 0, NPAGES * PAGE));
    expect_blocks(on_disk ? 3 : 1);
    EXPECT_OK(fallocate(fd, PUNCH, NPAGES * PAGE, PAGE));
    expect_blocks(0);
    EXPECT_EQ(status().st_size, NPAGES * PAGE + 1);
    close(fd);
    EXPECT_OK(unlink(in_folder("fallocate.5")));
}
FILE_TEST(punch_all)

/*
 * A process stores rising numbers while another one punches: what was stored when the punch
 * began is gone when it has ended; what was stored later may be there.
 */
#define RACE_PAGES 8
#define RACES 4
#define ROUNDS 20
#define WORD 300                /* in each page */

static struct board {
    uint64_t stored[RACE_PAGES];
    bool stop;
} *board;

static volatile uint64_t *word_of(size_t i)
{
    return (volatile uint64_t *)(mapped + i * PAGE) + WORD;
}

static void store_numbers(void *arg)
{
    (void)arg;
    for (uint64_t n = 1; !__atomic_load_n(&board->stop, __ATOMIC_ACQUIRE); n++) {
        volatile uint64_t *word = word_of(n % RACE_PAGES);
        uint64_t got;

        *word = n;
        __atomic_store_n(&board->stored[n % RACE_PAGES], n, __ATOMIC_RELEASE);
        got = *word;
        EXPECT(got == n || got == 0);
        if (n % (4 * RACE_PAGES) == 0)
            sched_yield();
    }
}

/* The whole page, or a part, or the ends of two. */
static void punch_around(size_t i)
{
    static const size_t before[] = { WORD * 8, 8, PAGE }, after[] = { PAGE - WORD * 8, 8, PAGE };
    size_t at = i * PAGE + WORD * 8, kind = rand_below(&test_rand, COUNT(before));
    size_t start = at > before[kind] ? at - before[kind] : 0;

    EXPECT_OK(fallocate(fd, PUNCH, (off_t)start, (off_t)(at + after[kind] - start)));
}

static uint64_t read_word(size_t i)
{
    uint64_t got = 0;

    EXPECT_EQ(pread(fd, &got, 8, (off_t)(i * PAGE + WORD * 8)), 8);
    return got;
}

/* What is in memory is in blocks of this file. */
static void expect_same_on_disk(void)
{
    uint64_t words[RACE_PAGES];

    for (size_t i = 0; i < RACE_PAGES; i++)
        words[i] = read_word(i);
    drop_cached_pages();
    for (size_t i = 0; i < RACE_PAGES; i++)
        EXPECT_EQ(read_word(i), words[i]);
}

static void punch_beside_stores_once(void)
{
    pid_t pid;

    mapped = map_pages(RACE_PAGES, RW, MAP_SHARED, fd, 0);
    board = (struct board *)map_shared(1);
    pid = start_child(store_numbers, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        size_t i = rand_below(&test_rand, RACE_PAGES);
        uint64_t old = __atomic_load_n(&board->stored[i], __ATOMIC_ACQUIRE), got;

        punch_around(i);
        got = read_word(i);
        if (got && got <= old)
            fail(__FILE__, __LINE__, "page %zu: %lu survived, %lu was known", i, got, old);
        if (round % 8 == 0)
            EXPECT_OK(fsync(fd));
        sched_yield();
    }
    __atomic_store_n(&board->stop, true, __ATOMIC_RELEASE);
    EXPECT_CHILD(pid);
    unmap((char *)board, 1);
    unmap(mapped, RACE_PAGES);
}

static void check_punch_beside_stores(void)
{
    open_file("fallocate.race");
    EXPECT_OK(ftruncate(fd, RACE_PAGES * PAGE));
    for (int i = 0; i < RACES; i++) {
        punch_beside_stores_once();
        if (on_disk)
            expect_same_on_disk();
    }
    close(fd);
    if (!on_disk)
        EXPECT_OK(unlink(in_folder("fallocate.race")));
}
FILE_TEST(punch_beside_stores)

static const struct test tests[] = {
    TEST(refusals), TEST(times_and_modes), TEST(borders), TEST(room), TEST(room_behind_the_end),
    TEST(no_room), TEST(random_changes), TEST(punch_all), TEST(punch_beside_stores),
};

TEST_MAIN(tests)
