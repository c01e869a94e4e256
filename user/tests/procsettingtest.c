/* SPDX-License-Identifier: MIT */
/*
 * procsettingtest.c - the settings of /proc/sys take what is sensible, and do what they say.
 */
#include <fcntl.h>
#include <sched.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define VM "/proc/sys/vm/"
#define UNBOUNDED 0x7fffffffffffL

/* TOO_LARGE is NULL where Linux knows no limit. */
static void expect_setting(const char *path, const char *largest, const char *too_large)
{
    static const char *const bad[] = { "x", "1x", " ", "18446744073709551616" };
    char was[32], is[32];

    read_file(path, was, sizeof(was));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (write_text(path, bad[i]) != EINVAL)
            fail(__FILE__, __LINE__, "%s takes \"%s\"", path, bad[i]);
    if (too_large)
        EXPECT_EQ(write_text(path, too_large), EINVAL);
    read_file(path, is, sizeof(is));
    EXPECT(strcmp(is, was) == 0);
    set_text(path, largest);
    EXPECT_EQ(proc_number(path, ""), atol(largest));
    set_text(path, " \t1 \n");
    EXPECT_EQ(proc_number(path, ""), 1);
    set_text(path, "0\n");
    EXPECT(read_file(path, is, sizeof(is)) == 2 && strcmp(is, "0\n") == 0);
    set_text(path, was);
}

static void settings_are_checked(void)
{
    expect_setting(VM "dirty_background_ratio", "100", "101");
    expect_setting(VM "dirty_ratio", "100", "101");
    expect_setting(VM "dirty_expire_centisecs", "1000000", NULL);
    expect_setting(VM "dirty_writeback_centisecs", "1000000", NULL);
    expect_setting(VM "swappiness", "200", "201");
    EXPECT_EQ(write_text(VM "dirty_ratio", "-1"), EINVAL);
    EXPECT_EQ(write_text(VM "swappiness", "-1"), EINVAL);
}

/* What is active under one policy starts anew under the next. */
static void replacement_policy(void)
{
    static const char *const names[] = { "clock", "fifo", "random", "clock2" };
    static const char path[] = VM "policy";
    char is[32];

    if (access(path, F_OK) < 0)
        skip("one policy for good");
    EXPECT_EQ(write_text(path, "lru"), EINVAL);
    EXPECT_EQ(write_text(path, ""), EINVAL);
    EXPECT_EQ(write_text(path, "clock2 clock"), EINVAL);
    EXPECT_EQ(write_text(path, "a-name-that-is-very-long"), EINVAL);
    for (size_t i = 0; i < COUNT(names); i++) {
        set_text(path, names[i]);
        read_file(path, is, sizeof(is));
        EXPECT(strncmp(is, names[i], strlen(names[i])) == 0 && is[strlen(names[i])] == '\n');
        EXPECT_EQ(proc_number("/proc/meminfo", "Active:"), 0);
    }
}

static long dirty_pages(void)
{
    return proc_number("/proc/vmstat", "nr_dirty ") + proc_number("/proc/vmstat", "nr_writeback ");
}

/* Who writes more than may be dirty waits; at least 64 pages always may. */
static void dirty_ratio(void)
{
    sync();
    dirty_on_disk();
    EXPECT_RANGE(dirty_pages(), DISK_FILE_PAGES * 3 / 4, UNBOUNDED);
    unlink(DISK_FILE);
    set_text(VM "dirty_ratio", "0");
    dirty_on_disk();
    EXPECT_RANGE(dirty_pages(), 0, DISK_FILE_PAGES / 2);
    set_text(VM "dirty_ratio", "20");
    unlink(DISK_FILE);
}

/* Nobody waits, but the pages go. */
static void dirty_background_ratio(void)
{
    sync();
    set_text(VM "dirty_background_ratio", "0");
    set_text(VM "dirty_ratio", "100");
    dirty_on_disk();
    AWAIT(dirty_pages() <= DISK_FILE_PAGES / 2);
    set_text(VM "dirty_background_ratio", "10");
    set_text(VM "dirty_ratio", "20");
    unlink(DISK_FILE);
}

/* With the defaults the pages would stay for 30 s, and be looked at each 5 s; with an interval
 * of 0, never. */
static void dirty_ages(void)
{
    sync();
    set_text(VM "dirty_writeback_centisecs", "0");
    set_text(VM "dirty_expire_centisecs", "1");
    dirty_on_disk();
    usleep(500000);
    EXPECT_RANGE(dirty_pages(), DISK_FILE_PAGES * 3 / 4, UNBOUNDED);
    set_text(VM "dirty_expire_centisecs", "3000");
    set_text(VM "dirty_writeback_centisecs", "500");
    sync();
    dirty_on_disk();
    EXPECT_RANGE(dirty_pages(), DISK_FILE_PAGES * 3 / 4, UNBOUNDED);
    set_text(VM "dirty_writeback_centisecs", "10");
    set_text(VM "dirty_expire_centisecs", "1");
    AWAIT(dirty_pages() == 0);
    set_text(VM "dirty_expire_centisecs", "3000");
    set_text(VM "dirty_writeback_centisecs", "500");
    unlink(DISK_FILE);
}

static long cached_objects(const char *cache)
{
    return proc_number("/proc/slabinfo", cache);
}

static void drop_caches(void)
{
    static const char *const bad[] = { "0", "5", "x", "-1" };
    static const char path[] = VM "drop_caches";
    const long n = DISK_FILE_PAGES;
    long pages, names;

    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT_EQ(write_text(path, bad[i]), EINVAL);
    EXPECT_ERROR(open(path, O_RDONLY), EACCES);
    write_on_disk();
    look_up_missing(500);
    pages = proc_number("/proc/vmstat", "nr_file_pages ");
    names = cached_objects("dentry ");
    set_text(path, "4");                             /* nothing but a word less in Linux's log */
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -n / 2, n / 2);
    set_text(path, "2");
    if (has_debug_call())                            /* Linux counts some that went as used */
        EXPECT_RANGE(cached_objects("dentry ") - names, -UNBOUNDED, -400);
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -n / 2, n / 2);
    set_text(path, "1");
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -UNBOUNDED, -n * 3 / 4);
    unlink(DISK_FILE);
}

/* Who may use raw devices may map these pages, too, in Linux. */
static void map_too_low(void *arg)
{
    char *low = arg;

    REQUIRE(setuid(1000) == 0);
    EXPECT(mmap(low, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
    EXPECT_EQ(errno, EPERM);
}

static void limits_hold(void)
{
    long lowest = proc_number(VM "mmap_min_addr", "");
    char *p;

    EXPECT_EQ(lowest % (long)PAGE, 0);
    p = mmap((void *)lowest, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
             0);
    EXPECT((uintptr_t)p == (uintptr_t)lowest || errno == EEXIST);   /* a program may lie there */
    if (p != MAP_FAILED)
        munmap(p, PAGE);
    EXPECT_EQ(run_child(map_too_low, (void *)(lowest - (long)PAGE)), 0);
    EXPECT(getpid() < proc_number("/proc/sys/kernel/pid_max", ""));
    EXPECT_EQ(proc_number("/proc/sys/kernel/pid_max", ""), 32768);
    EXPECT_EQ(proc_number(VM "max_map_count", ""), 65530);      /* see too_many_mappings */
}

/* The next number is behind the last, as far as others do not take one, too. */
static void last_pid(void)
{
    static const char path[] = "/proc/sys/kernel/ns_last_pid";
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_RANGE(proc_number(path, ""), pid, pid + 10);
    end_child(pid);
    set_text(path, "20000");
    pid = start_child(pause_forever, NULL);
    EXPECT_RANGE(pid, 20001, 20010);
    end_child(pid);
    set_text(path, "32768");                    /* and then from the front */
    pid = start_child(pause_forever, NULL);
    EXPECT_RANGE(pid, 300, 400);
    end_child(pid);
    EXPECT_EQ(write_text(path, "32769"), EINVAL);
    EXPECT_EQ(write_text(path, "-1"), EINVAL);
}

static void what_is_fixed_stays(void)
{
    static const char *const fixed[] = { "/proc/sys/kernel/pid_max", "/proc/version",
                                         "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ostype" };

    for (size_t i = 0; i < COUNT(fixed); i++)
        if (write_text(fixed[i], "1") == 0)
            fail(__FILE__, __LINE__, "%s can be written", fixed[i]);
}

static const struct test tests[] = {
    TEST(settings_are_checked), TEST(replacement_policy), TEST(dirty_ratio),
    TEST(dirty_background_ratio), TEST(dirty_ages),
    TEST(drop_caches), TEST(last_pid), TEST(limits_hold), TEST(what_is_fixed_stays),
};

TEST_MAIN(tests)
