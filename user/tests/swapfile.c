/* SPDX-License-Identifier: MIT */
/*
 * swapfile.c - swap areas in files: what is refused, what others may not do meanwhile, and
 * which area is used first.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include "lib/abi/swap.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define FILE_1 "/swapfile.1"
#define FILE_2 "/swapfile.2"
#define NPAGES 256
#define DISCARD_ALL_WAYS 0x70000

/* Change N bytes of FILE_1's header at AT. */
static void patch(size_t at, const void *bytes, size_t n)
{
    int fd = open(FILE_1, O_WRONLY);

    REQUIRE(fd >= 0);
    EXPECT_EQ(pwrite(fd, bytes, n, (off_t)at), (long)n);
    close(fd);
}

static void expect_bad_header(size_t at, uint32_t number)
{
    make_swap_file(FILE_1, NPAGES);
    patch(at, &number, sizeof(number));
    EXPECT_ERROR(swapon(FILE_1, 0), EINVAL);
}

static void bad_headers(void)
{
    make_swap_file(FILE_1, NPAGES);
    patch(offsetof(struct swap_header, signature), "SWAPSPACE3", SWAP_SIGNATURE_LEN);
    EXPECT_ERROR(swapon(FILE_1, 0), EINVAL);
    expect_bad_header(offsetof(struct swap_header, version), 2);
    expect_bad_header(offsetof(struct swap_header, last_page), 0);
    expect_bad_header(offsetof(struct swap_header, nr_badpages), 1);    /* a file has none */
    EXPECT_OK(unlink(FILE_1));
}

static void bad_files(void)
{
    int fd;

    EXPECT_ERROR(swapon("/no/such/file", 0), ENOENT);
    EXPECT_ERROR(swapon("/", 0), EISDIR);
    EXPECT_ERROR(swapon("/dev/null", 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_swapon, 1, 0), EFAULT);
    make_swap_file(FILE_1, NPAGES);
    EXPECT_ERROR(swapon(FILE_1, 0x1000000), EINVAL);
    EXPECT_ERROR(swapon(FILE_1 "/under", 0), ENOTDIR);
    EXPECT_ERROR(swapoff(FILE_1), EINVAL);
    EXPECT_ERROR(swapoff("/no/such/file"), ENOENT);
    be(ANN, STAFF);
    EXPECT_ERROR(swapon(FILE_1, 0), EPERM);
    EXPECT_ERROR(swapoff(FILE_1), EPERM);
    be_root();
    fd = open(FILE_1, O_RDWR);
    REQUIRE(fd >= 0);
    EXPECT_OK(ftruncate(fd, 10 * PAGE));
    EXPECT_OK(ftruncate(fd, NPAGES * PAGE));        /* a hole now */
    close(fd);
    EXPECT_ERROR(swapon(FILE_1, 0), EINVAL);
    EXPECT_OK(unlink(FILE_1));
}

/* Nobody may change a file that is a swap area. */
static void in_use(void)
{
    int fd;

    begin_swap_file(FILE_1, NPAGES);
    EXPECT_ERROR(swapon(FILE_1, 0), EBUSY);
    fd = open(FILE_1, O_RDWR);
    REQUIRE(fd >= 0);
    EXPECT_ERROR(write(fd, "x", 1), ETXTBSY);
    EXPECT_ERROR(pwrite(fd, "x", 1, PAGE), ETXTBSY);
    EXPECT_ERROR(ftruncate(fd, 0), ETXTBSY);
    EXPECT_ERROR(truncate(FILE_1, PAGE), ETXTBSY);
    EXPECT_ERROR(fallocate(fd, 0, 0, 2 * NPAGES * PAGE), ETXTBSY);
    EXPECT(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ETXTBSY);
    EXPECT_ERROR(unlink(FILE_1), EPERM);
    EXPECT_ERROR(rename(FILE_1, FILE_2), EPERM);
    close(fd);
    end_swap_file(FILE_1);
}

/* The line of /proc/swaps for PATH: how much of it is used, in KiB, and its priority; false:
 * there is none. */
static bool read_swaps(const char *path, long *used, long *prio)
{
    char text[4 * KB], name[128], kind[32];
    long size;

    read_file("/proc/swaps", text, sizeof(text));
    for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        if (sscanf(line + 1, "%127s %31s %ld %ld %ld", name, kind, &size, used, prio) != 5)
            continue;
        if (strcmp(name, path) != 0)
            continue;
        EXPECT(strcmp(kind, "file") == 0);
        EXPECT_EQ(size, (NPAGES - 1) * PAGE / KB);
        return true;
    }
    return false;
}

static void expect_prio(const char *path, long should)
{
    long used, prio = 0;

    EXPECT(read_swaps(path, &used, &prio));
    EXPECT_EQ(prio, should);
    EXPECT_EQ(used, 0);
}

static void two_files(int flags_1, int flags_2)
{
    make_swap_file(FILE_1, NPAGES);
    make_swap_file(FILE_2, NPAGES);
    REQUIRE(swapon(FILE_1, flags_1) == 0 && swapon(FILE_2, flags_2) == 0);
}

static void figures(void)
{
    long used, prio, total = proc_number("/proc/meminfo", "SwapTotal:"), prio_2;

    two_files(SWAP_FLAG_PREFER | 7, 0);
    expect_prio(FILE_1, 7);
    EXPECT(read_swaps(FILE_2, &used, &prio_2) && prio_2 < 0);
    EXPECT_EQ(proc_number("/proc/meminfo", "SwapTotal:") - total, 2 * (NPAGES - 1) * PAGE / KB);
    end_swap_file(FILE_2);
    end_swap_file(FILE_1);
    EXPECT(!read_swaps(FILE_1, &used, &prio));
    EXPECT_EQ(proc_number("/proc/meminfo", "SwapTotal:"), total);
}

/* Who comes without a priority stands behind the others, without gaps. */
static void priorities_move_up(void)
{
    long used, first, second;

    two_files(0, 0);
    REQUIRE(read_swaps(FILE_1, &used, &first) && read_swaps(FILE_2, &used, &second));
    EXPECT(first < 0 && second == first - 1);
    EXPECT_OK(swapoff(FILE_1));
    expect_prio(FILE_2, first);
    EXPECT_OK(swapon(FILE_1, 0));
    expect_prio(FILE_1, second);
    EXPECT_OK(swapoff(FILE_1));
    EXPECT_OK(swapon(FILE_1, SWAP_FLAG_PREFER | 7));
    end_swap_file(FILE_1);                      /* that was no gap */
    expect_prio(FILE_2, first);
    EXPECT_OK(swapoff(FILE_2));
    EXPECT_OK(swapon(FILE_2, DISCARD_ALL_WAYS));
    expect_prio(FILE_2, first);
    end_swap_file(FILE_2);
}

/* The name in /proc/swaps is the whole one, however it was called. */
static void named_in_full(void)
{
    char old[256];
    long used, prio;

    make_swap_file(FILE_1, NPAGES);
    REQUIRE(getcwd(old, sizeof(old)) && chdir("/") == 0);
    EXPECT_OK(swapon("./swapfile.1", 0));
    EXPECT_OK(chdir(old));
    EXPECT(read_swaps(FILE_1, &used, &prio));
    end_swap_file(FILE_1);
}

/* A name is one word there, whatever is in it. */
static void named_in_one_word(void)
{
    long used, prio;

    begin_swap_file("/swap file\\", NPAGES);
    EXPECT(read_swaps("/swap\\040file\\134", &used, &prio));
    end_swap_file("/swap file\\");
}

/* Push out N pages; how many each file has then. */
static void share_out(size_t n, long *in_1, long *in_2)
{
    char *p = map_touched(n);
    long prio;

    push_out(p, n);
    EXPECT(read_swaps(FILE_1, in_1, &prio) && read_swaps(FILE_2, in_2, &prio));
    for (size_t i = 0; i < n; i++)
        EXPECT_EQ(p[i * PAGE], 1);
    unmap(p, n);
}

static void higher_first(void)
{
    long in_1, in_2;

    two_files(SWAP_FLAG_PREFER | 30001, SWAP_FLAG_PREFER | 30002);
    share_out(100, &in_1, &in_2);
    EXPECT_EQ(in_1, 0);
    EXPECT(in_2 >= 90 * (long)(PAGE / KB));
    share_out(NPAGES + 100, &in_1, &in_2);
    EXPECT(in_1 > 0 && in_2 > in_1);
    end_swap_file(FILE_1);
    end_swap_file(FILE_2);
}

static void equals_take_turns(void)
{
    long in_1, in_2;

    two_files(SWAP_FLAG_PREFER | 30003, SWAP_FLAG_PREFER | 30003);
    share_out(NPAGES, &in_1, &in_2);
    EXPECT(in_1 >= 64 * (long)(PAGE / KB) && in_2 >= 64 * (long)(PAGE / KB));
    end_swap_file(FILE_1);
    end_swap_file(FILE_2);
}

static const struct test tests[] = {
    TEST(bad_headers), TEST(bad_files), TEST(in_use), TEST(figures), TEST(priorities_move_up),
    TEST(named_in_full), TEST(named_in_one_word), TEST(higher_first), TEST(equals_take_turns),
};
TEST_MAIN(tests)
