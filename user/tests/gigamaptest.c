/* SPDX-License-Identifier: MIT */
/*
 * gigamaptest.c - a file many times larger than memory, mapped shared.
 *
 * All its pages are written in order, every third again in another order, and all read in a
 * third one; there is no swap, so each page has to go to the file and to come back.  The host
 * looks at /giga on the second disk afterwards.  GIGAMAP_MB in the environment is the file's
 * size; 96 if it is not there.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"

#define PATH "/mnt/giga"
#define WORDS (PAGE / sizeof(uint64_t))
#define STRIDE 10007UL          /* prime, and so no divisor of the number of pages */

static size_t npages;
static uint64_t *file;

/* Each word of page I, the TURN-th time. */
static uint64_t word_of(size_t i, uint64_t turn)
{
    return i * 0x9e3779b97f4a7c15 + turn;
}

static void store(size_t i, uint64_t turn)
{
    for (size_t w = 0; w < WORDS; w++)
        file[i * WORDS + w] = word_of(i, turn);
}

static void look(size_t i)
{
    for (size_t w = 0; w < WORDS; w++)
        if (file[i * WORDS + w] != word_of(i, i % 3 == 0)) {
            fail(__FILE__, __LINE__, "page %zu has changed at word %zu", i, w);
            return;
        }
}

/* The I-th page in an order that jumps about. */
static size_t scattered(size_t i)
{
    return i * STRIDE % npages;
}

static void written_and_read_everywhere(void)
{
    const char *mb = getenv("GIGAMAP_MB");
    int fd;

    npages = (mb ? strtoul(mb, NULL, 10) : 96) * MB / PAGE;
    if (access("/dev/vdb", F_OK) < 0)
        skip("no second disk");
    mkdir("/mnt", 0755);
    REQUIRE(mount("/dev/vdb", "/mnt", "ext2", 0, NULL) == 0);
    fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0 && ftruncate(fd, (off_t)(npages * PAGE)) == 0);
    file = (uint64_t *)map_pages(npages, RW, MAP_SHARED, fd, 0);
    for (size_t i = 0; i < npages; i++)
        store(i, 0);
    for (size_t i = 0; i < npages; i++)
        if (scattered(i) % 3 == 0)
            store(scattered(i), 1);
    for (size_t i = npages; i-- > 0;)
        look(i);
    unmap((char *)file, npages);
    close(fd);
    EXPECT_OK(umount("/mnt"));
}

static const struct test tests[] = { TEST(written_and_read_everywhere) };
TEST_MAIN(tests)
