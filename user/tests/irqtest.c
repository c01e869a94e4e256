/* SPDX-License-Identifier: MIT */
/*
 * irqtest.c - a device's interrupt line moves from hart to hart and is never lost.
 *
 * Readers keep the disk busy, so that its line is raised again while it moves.  A
 * lost line would leave them waiting for ever.
 */
#include <fcntl.h>
#include <sched.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define READERS 4
#define READS 400
#define BLOCKS 4096             /* of the disk are read, 4 KiB each */
#define MAX_HARTS 8

static void read_disk(void *arg)
{
    struct rand r;
    int fd = open("/dev/vda", O_RDONLY);
    char block[PAGE];

    REQUIRE(fd >= 0);
    rand_seed(&r, test_seed * READERS + (uintptr_t)arg);
    for (int i = 0; i < READS; i++) {
        off_t at = (off_t)(rand_below(&r, BLOCKS) * PAGE);

        EXPECT_OK(posix_fadvise(fd, at, PAGE, POSIX_FADV_DONTNEED));
        EXPECT_EQ(pread(fd, block, PAGE, at), PAGE);
    }
    close(fd);
}

/* How often the disk's line was served on each hart. */
static void read_served(unsigned long count[])
{
    char *at = open_text("/proc/interrupts"), *line;

    while ((line = next_line(&at)) && !strstr(line, "vda"))
        continue;
    REQUIRE(line);
    line = strchr(line, ':') + 1;
    for (long i = 0; i < harts(); i++)
        count[i] = strtoul(line, &line, 10);
}

static void line_moves(void)
{
    unsigned long before[MAX_HARTS], after[MAX_HARTS];
    pid_t pid[READERS];
    int status;

    need_debug_call();
    REQUIRE(harts() <= MAX_HARTS);
    read_served(before);
    for (uintptr_t i = 0; i < READERS; i++)
        pid[i] = start_child(read_disk, (void *)i);
    for (int left = READERS; left > 0;) {
        EXPECT_EQ(debug_call(DEBUG_ROTATE_IRQS, 0, 0), 0);
        sched_yield();
        while (left > 0 && waitpid(pid[left - 1], &status, WNOHANG) > 0) {
            EXPECT_EQ(status, 0);
            left--;
        }
    }
    read_served(after);
    for (long i = 0; i < harts(); i++)
        if (after[i] < before[i] + 10)
            fail(__FILE__, __LINE__, "hart %ld served the disk %lu times", i, after[i] - before[i]);
}

static const struct test tests[] = { TEST(line_moves) };
TEST_MAIN(tests)
