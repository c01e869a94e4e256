/* SPDX-License-Identifier: MIT */
/*
 * vmsettingtest.c - what stays free and what may be dirty, as /proc/sys/vm says; and what is
 * left of it for MemAvailable.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define VM "/proc/sys/vm/"

static long setting(const char *path)
{
    return proc_number(path, "");
}

/* Marks: zoneinfo shows what follows */

struct marks {
    long min, low, high, managed;
};

/* The sum over the zones; a line that says "high:" is a hart's. */
static struct marks read_marks(void)
{
    char *text = open_text("/proc/zoneinfo"), *line;
    struct marks sum = { 0 };

    while ((line = next_line(&text))) {
        long n;

        sum.min += sscanf(line, " min %ld", &n) == 1 ? n : 0;
        sum.low += sscanf(line, " low %ld", &n) == 1 ? n : 0;
        sum.high += sscanf(line, " high %ld", &n) == 1 ? n : 0;
        sum.managed += sscanf(line, " managed %ld", &n) == 1 ? n : 0;
    }
    return sum;
}

static long root_of(long x)
{
    long root = 0;

    while ((root + 1) * (root + 1) <= x)
        root++;
    return root;
}

/* Four times the root of the memory, and a quarter of that between the marks. */
static void defaults(void)
{
    struct marks m = read_marks();
    long kib = m.managed * 4;

    need_debug_call();                  /* Linux raises it for its large pages */
    EXPECT_EQ(setting(VM "min_free_kbytes"), root_of(kib * 16));
    EXPECT_EQ(setting(VM "watermark_scale_factor"), 10);
    EXPECT_RANGE(m.min, root_of(kib * 16) / 4 - 2, root_of(kib * 16) / 4);
    EXPECT_RANGE(m.low - m.min, m.min / 4 - 2, m.min / 4 + m.managed / 1000);
    EXPECT_RANGE(m.high - m.low, m.low - m.min - 2, m.low - m.min + 2);
}

static void min_free_moves_the_marks(void)
{
    static const char path[] = VM "min_free_kbytes";
    struct marks was = read_marks(), is;
    long kib = setting(path), available;
    char text[32];

    EXPECT_EQ(write_text(path, "-1"), EINVAL);
    EXPECT_EQ(write_text(path, "x"), EINVAL);
    EXPECT_EQ(setting(path), kib);
    available = proc_number("/proc/meminfo", "MemAvailable:");
    snprintf(text, sizeof(text), "%ld\n", kib + 1024);
    set_text(path, text);
    is = read_marks();
    EXPECT_EQ(setting(path), kib + 1024);
    EXPECT_RANGE(is.min - was.min, 255, 257);
    EXPECT_RANGE(is.low - was.low, 250, 330);
    EXPECT_RANGE(is.high - was.high, 250, 400);
    EXPECT_RANGE(available - proc_number("/proc/meminfo", "MemAvailable:"), 800, 2000);
    snprintf(text, sizeof(text), "%ld\n", kib);
    set_text(path, text);
    EXPECT_EQ(read_marks().min, was.min);
    EXPECT_EQ(read_marks().high, was.high);
}

static void scale_factor_spreads_the_marks(void)
{
    static const char path[] = VM "watermark_scale_factor";
    struct marks was = read_marks(), is;
    char text[32];

    snprintf(text, sizeof(text), "%ld\n", setting(path));
    EXPECT_EQ(write_text(path, "0"), EINVAL);
    EXPECT_EQ(write_text(path, "3001"), EINVAL);
    set_text(path, "500\n");
    is = read_marks();
    EXPECT_EQ(is.min, was.min);
    EXPECT_RANGE(is.low - is.min, is.managed / 20 - 4, is.managed / 20 + 4);
    EXPECT_RANGE(is.high - is.low, is.managed / 20 - 4, is.managed / 20 + 4);
    set_text(path, text);
    EXPECT_EQ(read_marks().high, was.high);
}

/* What ordinary requests leave is what is asked for: nobody gets below min but who may. */
static void take_all_but_the_reserve(void *arg)
{
    long least = 0x7fffffff, size = proc_number("/proc/meminfo", "MemTotal:") * 1024;
    char *p = map_anon((size_t)size);

    (void)arg;
    set_text("/proc/self/oom_score_adj", "1000");
    for (long i = 0; i < size; i += (long)PAGE) {
        p[i] = 1;
        if (i % (256 * (long)PAGE) == 0) {
            long nfree = proc_number("/proc/meminfo", "MemFree:");

            least = nfree < least ? nfree : least;
            if (least < 8192 - 512)
                _exit(1);               /* the reserve has been touched */
            if (least < 8192 + 1024)
                _exit(0);               /* it has come down to it */
        }
    }
    _exit(2);
}

static void the_reserve_is_kept(void)
{
    char text[32];

    need_debug_call();
    snprintf(text, sizeof(text), "%ld\n", setting(VM "min_free_kbytes"));
    set_text(VM "min_free_kbytes", "8192\n");
    EXPECT(run_child(take_all_but_the_reserve, NULL) != 1 << 8);
    set_text(VM "min_free_kbytes", text);
}

static void lowmem_reserve_ratio(void)
{
    static const char path[] = VM "lowmem_reserve_ratio";
    char was[64], is[64];

    read_file(path, was, sizeof(was));
    EXPECT_EQ(strncmp(was, "256\t", 4), 0);
    need_debug_call();                  /* Linux has more zones, and does not mind bad input */
    EXPECT_EQ(write_text(path, "x"), EINVAL);
    EXPECT_EQ(write_text(path, "1 2 3"), EINVAL);
    EXPECT_EQ(write_text(path, ""), EINVAL);
    set_text(path, "32 7\n");
    read_file(path, is, sizeof(is));
    EXPECT_EQ(strcmp(is, "32\t7\n"), 0);
    set_text(path, "64");
    read_file(path, is, sizeof(is));
    EXPECT_EQ(strcmp(is, "64\t7\n"), 0);
    set_text(path, "0\n");              /* nothing is kept */
    EXPECT(strstr(open_text("/proc/zoneinfo"), "protection: (0, 0") != NULL);
    set_text(path, was);
}

/* Dirty pages: a share or a number of bytes */

static void expect_pair(const char *ratio, const char *bytes, long least)
{
    char was[32], text[32];

    snprintf(was, sizeof(was), "%ld", setting(ratio));
    EXPECT_EQ(setting(bytes), 0);
    snprintf(text, sizeof(text), "%ld", least - 1);
    EXPECT_EQ(write_text(bytes, text), EINVAL);
    EXPECT_EQ(write_text(bytes, "-1"), EINVAL);
    EXPECT_EQ(write_text(bytes, "1x"), EINVAL);
    EXPECT_EQ(setting(ratio), atol(was));
    snprintf(text, sizeof(text), "%ld", least);
    set_text(bytes, text);
    EXPECT_EQ(setting(bytes), least);
    EXPECT_EQ(setting(ratio), 0);
    EXPECT_EQ(write_text(ratio, "101"), EINVAL);
    EXPECT_EQ(setting(bytes), least);
    set_text(ratio, was);
    EXPECT_EQ(setting(bytes), 0);
    EXPECT_EQ(setting(ratio), atol(was));
}

static void the_last_one_counts(void)
{
    expect_pair(VM "dirty_background_ratio", VM "dirty_background_bytes", 1);
    expect_pair(VM "dirty_ratio", VM "dirty_bytes", 2 * (long)PAGE);
}

static long threshold(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

static void bytes_are_limits(void)
{
    need_debug_call();
    set_text(VM "dirty_bytes", "4194304");
    set_text(VM "dirty_background_bytes", "1048576");
    EXPECT_EQ(threshold("nr_dirty_threshold"), 1024);
    EXPECT_EQ(threshold("nr_dirty_background_threshold"), 256);
    set_text(VM "dirty_background_bytes", "8388608");   /* the flusher begins before all the same */
    EXPECT_EQ(threshold("nr_dirty_background_threshold"), 512);
    set_text(VM "dirty_background_ratio", "10");
    set_text(VM "dirty_ratio", "20");
    EXPECT(threshold("nr_dirty_background_threshold") <= threshold("nr_dirty_threshold"));
}

/* Who writes more than that waits. */
static void writers_wait_at_so_many_bytes(void)
{
    long dirty;

    sync();
    set_text(VM "dirty_bytes", "262144");
    dirty_on_disk();
    dirty = threshold("nr_dirty ") + threshold("nr_writeback ");
    EXPECT_RANGE(dirty, 0, DISK_FILE_PAGES / 2);
    set_text(VM "dirty_ratio", "20");
    unlink(DISK_FILE);
}

/* Names and inodes */

static void touch_everything(void *arg)
{
    long size = proc_number("/proc/meminfo", "MemTotal:") * 1024;
    char *p = map_anon((size_t)size);

    (void)arg;
    for (long i = 0; i < size; i += (long)PAGE)
        p[i] = 1;
}

/* Percent of 2000 names that are left when somebody has wanted more memory than there is. */
static long names_left(const char *pressure)
{
    long before;

    set_text(VM "vfs_cache_pressure", pressure);
    set_text(VM "drop_caches", "2");
    look_up_missing(2000);
    before = proc_number("/proc/slabinfo", "dentry ");
    EXPECT_KILLED(touch_everything, NULL, SIGKILL);
    return 100 * proc_number("/proc/slabinfo", "dentry ") / before;
}

static void vfs_cache_pressure(void)
{
    EXPECT_EQ(write_text(VM "vfs_cache_pressure", "-1"), EINVAL);
    EXPECT_EQ(setting(VM "vfs_cache_pressure"), 100);
    need_debug_call();                  /* Linux might kill somebody else */
    EXPECT_RANGE(names_left("0"), 95, 105);
    EXPECT_RANGE(names_left("100"), 0, 50);
}

static void stat_refresh(void)
{
    char text[8];

    set_text(VM "stat_refresh", "1");
    EXPECT_EQ(read_file(VM "stat_refresh", text, sizeof(text)), 0);
}

static void try_settings_as_user(void *arg)
{
    static const char *const paths[] = {
        VM "min_free_kbytes", VM "watermark_scale_factor", VM "dirty_bytes", VM "dirty_ratio",
        VM "drop_caches", VM "swappiness", VM "vfs_cache_pressure", VM "stat_refresh",
    };

    (void)arg;
    become_user(ANN, STAFF);
    for (size_t i = 0; i < COUNT(paths); i++)
        EXPECT_ERROR(open(paths[i], O_WRONLY), EACCES);
}

static void only_root_changes_them(void)
{
    EXPECT_EQ(run_child(try_settings_as_user, NULL), 0);
}

static const struct test tests[] = {
    TEST(defaults), TEST(min_free_moves_the_marks), TEST(scale_factor_spreads_the_marks),
    TEST(the_reserve_is_kept), TEST(lowmem_reserve_ratio), TEST(the_last_one_counts),
    TEST(bytes_are_limits), TEST(writers_wait_at_so_many_bytes), TEST(vfs_cache_pressure),
    TEST(stat_refresh), TEST(only_root_changes_them),
};
TEST_MAIN(tests)
