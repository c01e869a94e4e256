/* SPDX-License-Identifier: MIT */
/*
 * iofail.c - disks that fail: who had asked for it is told, and nobody else notices.
 *
 * tests/qemu/iofail.py makes the disks and says to QEMU which sectors fail:
 *
 *   /dev/vdb   a swap area: of 16 slots, number 5 cannot be read, number 9 not written
 *   /dev/vdc   an ext2 whose files have pages numbered by letters
 *     data       of 8 pages number 3 cannot be read
 *     passing    page 3 cannot be written, once
 *     lasting    page 3 cannot be written
 *     deep       its indirect block cannot be read
 *     folder     its first block cannot be read
 *     lost       its inode cannot be read
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define SWAP_DISK "/dev/vdb"
#define FILE_DISK "/dev/vdc"
#define FILE_PAGES 64
#define DIRECT 12               /* pages that an inode finds without an indirect block */
#define SWAP_PAGES 512
#define STORM_PROCESSES 4
#define STORM_PAGES 160

static void need_disks(void)
{
    if (access(FILE_DISK, F_OK) < 0)
        skip("needs disks that fail");
    need_debug_call();
}

static bool is_unreadable_slot(size_t slot)
{
    return slot % 16 == 5;
}

static bool is_unwritable_slot(size_t slot)
{
    return slot % 16 == 9;
}

/* Somebody else, who has nothing to do with it. */
static struct gate sentinel_ends;

static void be_sentinel(void *arg)
{
    char *p = map_touched(16);

    (void)arg;
    for (size_t i = 0; i < 16; i++)
        fill_page(p, i, 77);
    wait_gate(&sentinel_ends);
    for (size_t i = 0; i < 16; i++)
        EXPECT(page_is_filled(p, i, 77));
}

static pid_t start_sentinel(void)
{
    need_disks();
    open_gate(&sentinel_ends);
    return start_child(be_sentinel, NULL);
}

static void end_sentinel(pid_t pid)
{
    signal_gate(&sentinel_ends);
    EXPECT_CHILD(pid);
    close_gate(&sentinel_ends);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
}

/* Swap */

static struct {
    char *p;
    size_t slots[SWAP_PAGES];
} out;

static void look_at_pages(void *arg)
{
    size_t lost = 0;

    (void)arg;
    for (size_t i = 0; i < SWAP_PAGES; i++) {
        char *p = out.p + i * PAGE;

        if (is_unreadable_slot(out.slots[i])) {
            EXPECT_FAULT(try_read(p), SIGBUS, BUS_ADRERR, p);
            lost++;
        } else if (!page_is_filled(out.p, i, 1)) {
            fail(__FILE__, __LINE__, "page %zu, slot %zu", i, out.slots[i]);
        }
    }
    EXPECT(lost >= SWAP_PAGES / 20);
}

/* Whether page I was stored behind what cannot be written, and so has stayed. */
static size_t count_stayed(void)
{
    size_t n = 0;

    for (size_t i = 0; i < SWAP_PAGES; i++)
        n += is_unwritable_slot(out.slots[i]);
    return n;
}

static long swap_size(void)
{
    return proc_number("/proc/swaps", SWAP_DISK);
}

/* The size is the second number behind the name. */
static long area_pages(void)
{
    return proc_number("/proc/meminfo", "SwapTotal:") / 4;
}

static void errors_of_private_pages(void)
{
    pid_t sentinel = start_sentinel();
    long before;

    REQUIRE(swapon(SWAP_DISK, 0) == 0);
    before = area_pages();
    out.p = map_pages(SWAP_PAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < SWAP_PAGES; i++)
        fill_page(out.p, i, 1);
    push_out(out.p, SWAP_PAGES);
    for (size_t i = 0; i < SWAP_PAGES; i++)
        out.slots[i] = slot_of(out.p + i * PAGE);
    EXPECT(count_stayed() >= SWAP_PAGES / 20);
    EXPECT_EQ(run_child(look_at_pages, NULL), 0);       /* who has the same pages */
    look_at_pages(NULL);
    look_at_pages(NULL);                                /* nothing has changed by that */
    EXPECT_ERROR(swapoff(SWAP_DISK), EIO);              /* it cannot bring all back */
    EXPECT(swap_size() != -1);
    look_at_pages(NULL);
    unmap(out.p, SWAP_PAGES);
    EXPECT_RANGE(before - area_pages(), (long)SWAP_PAGES / 20, (long)SWAP_PAGES / 8);
    EXPECT_OK(swapoff(SWAP_DISK));
    end_sentinel(sentinel);
}

/* What cannot be written to one slot goes to another, if nobody's entry names the first. */
static void errors_of_shared_pages(void)
{
    static char page[PAGE];
    pid_t sentinel = start_sentinel();
    int fd = memfd_create("iofail", 0);
    size_t lost = 0;

    REQUIRE(fd >= 0 && ftruncate(fd, SWAP_PAGES * PAGE) == 0);
    REQUIRE(swapon(SWAP_DISK, 0) == 0);
    out.p = map_pages(SWAP_PAGES, RW, MAP_SHARED, fd, 0);
    for (size_t i = 0; i < SWAP_PAGES; i++)
        fill_page(out.p, i, 1);
    push_out(out.p, SWAP_PAGES);
    for (size_t i = 0; i < SWAP_PAGES; i++) {
        struct fault f = try_read(out.p + i * PAGE);

        lost += f.sig == SIGBUS;
        if (f.sig) {
            EXPECT_EQ(f.sig, SIGBUS);
            EXPECT_ERROR(pread(fd, page, PAGE, (off_t)(i * PAGE)), EIO);
        } else {
            EXPECT(page_is_filled(out.p, i, 1));
        }
    }
    EXPECT_RANGE(lost, SWAP_PAGES / 20, SWAP_PAGES / 8);
    EXPECT_ERROR(swapoff(SWAP_DISK), EIO);
    unmap(out.p, SWAP_PAGES);
    close(fd);
    EXPECT_OK(swapoff(SWAP_DISK));
    end_sentinel(sentinel);
}

/* Round after round to swap and back; a page that is lost is replaced. */
static void storm_round(char *p, uint64_t turn)
{
    for (size_t i = 0; i < STORM_PAGES; i++)
        fill_page(p, i, turn);
    push_out(p, STORM_PAGES);
    for (size_t i = 0; i < STORM_PAGES; i++) {
        size_t slot = slot_of(p + i * PAGE);
        struct fault f = try_read(p + i * PAGE);

        if (f.sig == 0 && !page_is_filled(p, i, turn))
            fail(__FILE__, __LINE__, "page %zu in turn %lu", i, turn);
        if (f.sig) {
            EXPECT(f.sig == SIGBUS && is_unreadable_slot(slot));
            EXPECT_OK(madvise(p + i * PAGE, PAGE, MADV_DONTNEED));
        }
    }
}

static size_t storm_rounds;

static void storm(void *arg)
{
    char *p = map_pages(STORM_PAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)arg;
    for (size_t turn = 1; turn <= storm_rounds; turn++)
        storm_round(p, turn);
}

static void run_storm(size_t rounds)
{
    pid_t sentinel = start_sentinel(), pids[STORM_PROCESSES];

    storm_rounds = rounds;
    REQUIRE(swapon(SWAP_DISK, 0) == 0);
    start_children(pids, STORM_PROCESSES, storm);
    for (size_t i = 0; i < STORM_PROCESSES; i++)
        EXPECT_CHILD(pids[i]);
    EXPECT_OK(swapoff(SWAP_DISK));
    end_sentinel(sentinel);
}

static void storm_of_errors(void)
{
    run_storm(1);
}

static void long_storm_of_errors(void)
{
    for (int i = 0; i < 20; i++)
        run_storm(3);
}

/* Files */

static void mount_disk(void)
{
    need_disks();
    REQUIRE(mount(FILE_DISK, "/mnt", "ext2", 0, NULL) == 0);
}

static int open_file(const char *name, int flags)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/mnt/%s", name);
    fd = open(path, flags);
    REQUIRE(fd >= 0);
    return fd;
}

static bool is_lettered(const char *p, size_t i)
{
    return p[0] == (char)('a' + i % 26) && p[PAGE - 1] == p[0];
}

/* Page I of FD, which is mapped at P, can be read unless it IS_BAD. */
static void check_file_page(int fd, char *p, size_t i, bool is_bad)
{
    static char page[PAGE];

    errno = 0;
    if (is_bad) {
        EXPECT_ERROR(pread(fd, page, PAGE, (off_t)(i * PAGE)), EIO);
        EXPECT_FAULT(try_read(p + i * PAGE), SIGBUS, BUS_ADRERR, p + i * PAGE);
        return;
    }
    EXPECT_EQ(pread(fd, page, PAGE, (off_t)(i * PAGE)), PAGE);
    EXPECT(is_lettered(page, i));
    EXPECT_NO_FAULT(try_read(p + i * PAGE));
}

static void files_that_cannot_be_read(void)
{
    static char buf[8 * PAGE];
    pid_t sentinel = start_sentinel();
    int fd;
    char *p;

    mount_disk();
    fd = open_file("data", O_RDONLY);
    p = map_pages(FILE_PAGES, PROT_READ, MAP_SHARED, fd, 0);
    for (size_t i = 0; i < FILE_PAGES; i++)
        check_file_page(fd, p, i, i % 8 == 3);
    EXPECT_EQ(pread(fd, buf, sizeof(buf), 0), 3 * PAGE);        /* as far as it goes */
    EXPECT_ERROR(pread(fd, buf, sizeof(buf), 3 * PAGE), EIO);
    EXPECT_EQ(pread(fd, buf, 7 * PAGE, 4 * PAGE), 7 * PAGE);
    unmap(p, FILE_PAGES);
    close(fd);
    fd = open_file("deep", O_RDONLY);
    p = map_pages(FILE_PAGES, PROT_READ, MAP_PRIVATE, fd, 0);
    for (size_t i = 0; i < FILE_PAGES; i += 5)
        check_file_page(fd, p, i, i >= DIRECT);
    unmap(p, FILE_PAGES);
    close(fd);
    EXPECT_OK(umount("/mnt"));
    end_sentinel(sentinel);
}

static void names_that_cannot_be_read(void)
{
    pid_t sentinel = start_sentinel();
    struct stat st;
    char entry[512];
    int fd;

    mount_disk();
    EXPECT_ERROR(stat("/mnt/lost", &st), EIO);
    EXPECT_ERROR(open("/mnt/lost", O_RDWR), EIO);
    EXPECT_ERROR(unlink("/mnt/lost"), EIO);
    EXPECT_ERROR(stat("/mnt/folder/inside", &st), EIO);
    EXPECT_ERROR(mkdir("/mnt/folder/new", 0755), EIO);
    EXPECT_ERROR(rmdir("/mnt/folder"), EIO);
    fd = open_file("folder", O_RDONLY | O_DIRECTORY);
    EXPECT_ERROR(syscall(SYS_getdents64, fd, entry, sizeof(entry)), EIO);
    close(fd);
    EXPECT_OK(mkdir("/mnt/new", 0755));                 /* life goes on */
    EXPECT_OK(stat("/mnt/new", &st));
    EXPECT_OK(rmdir("/mnt/new"));
    EXPECT_OK(umount("/mnt"));
    end_sentinel(sentinel);
}

static void write_all(int fd, char letter)
{
    static char page[PAGE];

    memset(page, letter, PAGE);
    for (size_t i = 0; i < FILE_PAGES; i++)
        EXPECT_EQ(pwrite(fd, page, PAGE, (off_t)(i * PAGE)), PAGE);
}

/* Each open file is told once, whoever asks first; who comes later is not. */
static void writes_that_fail_once(void)
{
    pid_t sentinel = start_sentinel();
    int a, b, late;
    char *p;

    mount_disk();
    a = open_file("passing", O_RDWR);
    b = open_file("passing", O_RDWR);
    p = map_pages(FILE_PAGES, RW, MAP_SHARED, b, 0);
    write_all(a, 'W');
    EXPECT_ERROR(fsync(a), EIO);
    EXPECT_OK(fsync(a));
    late = open_file("passing", O_RDONLY);
    EXPECT_OK(fsync(late));
    EXPECT_ERROR(msync(p, PAGE, MS_SYNC), EIO);
    EXPECT_OK(msync(p, PAGE, MS_SYNC));
    EXPECT_OK(fdatasync(b));
    EXPECT_OK(fsync(a));
    for (size_t i = 0; i < FILE_PAGES; i++)
        EXPECT(p[i * PAGE] == 'W' && p[i * PAGE + PAGE - 1] == 'W');
    unmap(p, FILE_PAGES);
    close(a);
    close(b);
    close(late);
    EXPECT_OK(umount("/mnt"));
    end_sentinel(sentinel);
}

/* What is asked for again is tried again: fsync says how it stands now. */
static void writes_that_always_fail(void)
{
    pid_t sentinel = start_sentinel();
    int fd, other;
    char c;

    mount_disk();
    fd = open_file("lasting", O_RDWR);
    write_all(fd, 'L');
    EXPECT_ERROR(fsync(fd), EIO);
    EXPECT_ERROR(fsync(fd), EIO);
    EXPECT_EQ(pread(fd, &c, 1, 3 * PAGE), 1);
    EXPECT_EQ(c, 'L');
    other = open("/mnt/other", O_RDWR | O_CREAT, 0644);
    REQUIRE(other >= 0);
    write_all(other, 'O');
    EXPECT_OK(fsync(other));
    close(other);
    close(fd);
    EXPECT_OK(umount("/mnt"));
    end_sentinel(sentinel);
}

static void enough_has_failed(void)
{
    need_disks();
    note("%lu requests failed", read_counters().disk_failures);
    EXPECT(read_counters().disk_failures >= 300);
}

static const struct test tests[] = {
    TEST(errors_of_private_pages), TEST(errors_of_shared_pages), TEST(storm_of_errors),
    NAMED_TEST(long_storm_of_errors), TEST(files_that_cannot_be_read),
    TEST(names_that_cannot_be_read), TEST(writes_that_fail_once),
    TEST(writes_that_always_fail), TEST(enough_has_failed),
};
TEST_MAIN(tests)
