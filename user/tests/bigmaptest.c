/* SPDX-License-Identifier: MIT */
/*
 * bigmaptest.c - a large file that three processes map and store to, each to bytes of each
 * page between those of the others.
 *
 * They go through the file twice.  In between all is written, but the mappings stay: that the
 * pages become dirty again must be noticed.  read(2) must see at once what was stored; the
 * host looks at the file afterwards, as /shared on the second disk.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"

#define PATH "/mnt/shared"
#define NPAGES (40 * MB / PAGE)
#define WRITERS 3
#define STAGES 2
#define STEP 63                 /* of so many bytes each writer stores one in each stage */
#define AHEAD 64                /* pages that each is ahead of another at first */
#define NOW_AND_THEN 16         /* pages, after which a writer reads its own page */

static struct gate go, done;
static char *file;              /* mapped                                  */
static int fd;
static uint64_t stored[STAGES][PAGE / 8];   /* which bytes are, after each stage */

/* Byte AT of page I, when it has been stored: the page's number, then rising numbers. */
static uint8_t byte_of(size_t i, size_t at)
{
    return (uint8_t)(at < 8 ? i >> 8 * at : 8 * i + at);
}

/* The same by words of 8 bytes. */
static uint64_t word_of(size_t i, size_t word)
{
    return word ? ((i + word) & 31) * 0x0808080808080808 + 0x0706050403020100 : i;
}

/* The first byte that ME stores in STAGE. */
static size_t first_byte(size_t me, size_t stage)
{
    return stage * WRITERS + me;
}

static void make_masks(void)
{
    for (size_t stage = 0; stage < STAGES; stage++)
        for (size_t at = 0; at < PAGE; at++)
            if (at % STEP < first_byte(0, stage + 1))
                stored[stage][at / 8] |= 0xffUL << at % 8 * 8;
}

/* Does page I, read from the file, have what is stored when STAGE is over, and zeros? */
static bool is_as_after(const uint64_t *got, size_t i, size_t stage)
{
    const uint64_t *mask = stored[stage];

    for (size_t w = 0; w < PAGE / 8; w++)
        if (got[w] != (word_of(i, w) & mask[w]))
            return false;
    return true;
}

/* Writers */

static void store_bytes(size_t i, size_t first)
{
    char *p = file + i * PAGE;

    for (size_t at = first; at < PAGE; at += STEP)
        p[at] = (char)byte_of(i, at);
}

/* What was just stored is there for read(2), whatever the others do. */
static void read_own(size_t i, size_t first)
{
    static char got[PAGE];

    EXPECT_EQ(pread(fd, got, PAGE, (off_t)(i * PAGE)), PAGE);
    for (size_t at = first; at < PAGE; at += STEP)
        if (got[at] != (char)byte_of(i, at)) {
            fail(__FILE__, __LINE__, "read does not see byte %zu of page %zu", at, i);
            return;
        }
}

static void store_everywhere(void *arg)
{
    size_t me = (size_t)arg, start = me * AHEAD;

    file = map_pages(NPAGES, RW, MAP_SHARED, fd, 0);
    for (size_t stage = 0; stage < STAGES; stage++) {
        wait_gate(&go);
        for (size_t n = 0; n < NPAGES; n++) {
            size_t i = (start + n) % NPAGES;

            store_bytes(i, first_byte(me, stage));
            if (i % NOW_AND_THEN == 0)
                read_own(i, first_byte(me, stage));
        }
        signal_gate(&done);
    }
}

/* The director */

static void read_all(size_t stage)
{
    static uint64_t got[16 * PAGE / 8];

    for (size_t i = 0; i < NPAGES; i++) {
        if (i % 16 == 0)
            REQUIRE(pread(fd, got, sizeof(got), (off_t)(i * PAGE)) == sizeof(got));
        if (!is_as_after(got + i % 16 * (PAGE / 8), i, stage)) {
            fail(__FILE__, __LINE__, "after stage %zu page %zu differs", stage, i);
            return;
        }
    }
}

/* What the last stage stores is written when all are gone. */
static void play_stage(size_t stage)
{
    for (size_t i = 0; i < WRITERS; i++)
        signal_gate(&go);
    EXPECT_OK(fsync(fd));       /* while they store */
    for (size_t i = 0; i < WRITERS; i++)
        wait_gate(&done);
    read_all(stage);
    if (stage < STAGES - 1)
        EXPECT_OK(fsync(fd));
}

static void three_writers(void)
{
    pid_t pids[WRITERS];

    if (access("/dev/vdb", F_OK) < 0)
        skip("needs a second disk");
    REQUIRE(mount("/dev/vdb", "/mnt", "ext2", 0, NULL) == 0);
    fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd >= 0 && ftruncate(fd, NPAGES * PAGE) == 0);
    make_masks();
    open_gate(&go);
    open_gate(&done);
    for (size_t i = 0; i < WRITERS; i++)
        pids[i] = start_child(store_everywhere, (void *)i);
    for (size_t stage = 0; stage < STAGES; stage++)
        play_stage(stage);
    for (size_t i = 0; i < WRITERS; i++)
        EXPECT_CHILD(pids[i]);
    close_gate(&go);
    close_gate(&done);
    close(fd);
    EXPECT_OK(umount("/mnt"));
}

static const struct test tests[] = {
    TEST(three_writers),
};

TEST_MAIN(tests)
