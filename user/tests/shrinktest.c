/* SPDX-License-Identifier: MIT */
/*
 * shrinktest.c - names and inodes go because memory is short, while files and folders come and
 * go.  In debug kernels a reclaimer that takes a lock for which it may sleep panics.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define FOLDER "/shrinktest.d"
#define NFILES 16
#define NABSENT 1000
#define ROUNDS 6
#define LOOKS 20
#define ALL 10000               /* objects, more than there are */

static volatile int *go;        /* 1: they are there, now take away what you can */

static char *name_of(char *buf, size_t size, int i)
{
    snprintf(buf, size, FOLDER "/%d", i);
    return buf;
}

static void make_file(const char *name)
{
    int fd = open(name, O_CREAT | O_WRONLY | O_EXCL, 0600);

    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, name, 1), 1);
    close(fd);
}

/* Names that do not exist are names, too.  They are the oldest when the others come, so
 * whoever takes names away is busy for a while before he comes to those. */
static void look_for_absent(void)
{
    struct stat st;
    char name[64];

    for (int i = NFILES; i < NFILES + NABSENT; i++)
        EXPECT_ERROR(stat(name_of(name, sizeof(name), i), &st), ENOENT);
}

static void come_and_go(int (*end)(const char *name))
{
    char name[64];

    look_for_absent();
    for (int i = 0; i < NFILES; i++) {
        name_of(name, sizeof(name), i);
        if (end == unlink)
            make_file(name);
        else
            EXPECT_OK(mkdir(name, 0700));
    }
    *go = 1;
    for (int i = 0; i < NFILES; i++)
        EXPECT_OK(end(name_of(name, sizeof(name), i)));
}

static void run_short(void *arg)
{
    (void)arg;
    for (;;) {
        while (!*go)
            sched_yield();
        *go = 0;
        EXPECT(debug_call(DEBUG_SHRINK, ALL, 0) >= 0);
    }
}

static void rest(struct statfs *free)
{
    debug_call(DEBUG_QUIESCE, 0, 0);
    REQUIRE(statfs("/", free) == 0);
}

/* All blocks and inodes of files that are gone are free, whoever had to see to it. */
static void removed_meanwhile(void)
{
    struct statfs before, after;
    pid_t reclaimer;

    need_debug_call();
    go = (volatile int *)map_pages(1, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_OK(mkdir(FOLDER, 0700));
    come_and_go(unlink);                /* the folder is as large as it gets */
    rest(&before);
    reclaimer = start_child(run_short, NULL);
    for (int i = 0; i < ROUNDS; i++)
        come_and_go(i % 2 ? rmdir : unlink);
    end_child(reclaimer);
    rest(&after);
    for (int i = 0; i < LOOKS && after.f_ffree != before.f_ffree; i++)
        rest(&after);                   /* the flusher may be at the last of them */
    EXPECT_EQ(after.f_bfree, before.f_bfree);
    EXPECT_EQ(after.f_ffree, before.f_ffree);
    EXPECT_OK(rmdir(FOLDER));
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
}

static const struct test tests[] = {
    TEST(removed_meanwhile),
};
TEST_MAIN(tests)
