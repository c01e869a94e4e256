/* SPDX-License-Identifier: MIT */
/*
 * oomadjtest.c - oom_score, oom_score_adj, oom_adj and the settings: what is shown, what is
 * taken, who may write, who inherits.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/hog.h"
#include "user/tests/lib/watch.h"

#define NOBODY 54321

static long number_of(pid_t pid, const char *name)
{
    char path[64], text[32];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    read_file(path, text, sizeof(text));
    return strtol(text, NULL, 10);
}

static long adj_of(pid_t pid)
{
    return number_of(pid, "oom_score_adj");
}

static long own(const char *name)
{
    return number_of(getpid(), name);
}

/* Write TEXT to a file of process PID; 0 or the errno of the write.  Gives up if it cannot be
 * opened. */
static int write_of(pid_t pid, const char *name, const char *text)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    fd = open(path, O_WRONLY);
    REQUIRE(fd >= 0);
    n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : errno;
}

static int write_own(const char *name, const char *text)
{
    return write_of(getpid(), name, text);
}

static void need_root(void)
{
    if (geteuid())
        skip("needs root");
}

static void be_nobody(void)
{
    EXPECT_OK(setgid(NOBODY));
    EXPECT_OK(setuid(NOBODY));
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    REQUIRE(stat(path, &st) == 0);
    return st.st_mode & 07777;
}

static void modes(void)
{
    EXPECT_EQ(mode_of("/proc/self/oom_score"), 0444);
    EXPECT_EQ(mode_of("/proc/self/oom_score_adj"), 0644);
    EXPECT_EQ(mode_of("/proc/self/oom_adj"), 0644);
    EXPECT_EQ(mode_of("/proc/sys/vm/panic_on_oom"), 0644);
    EXPECT_EQ(mode_of("/proc/sys/vm/oom_kill_allocating_task"), 0644);
    EXPECT_EQ(mode_of("/proc/sys/vm/oom_dump_tasks"), 0644);
    EXPECT_EQ(proc_number("/proc/sys/vm/panic_on_oom", ""), 0);
    EXPECT_EQ(proc_number("/proc/sys/vm/oom_kill_allocating_task", ""), 0);
    EXPECT_EQ(proc_number("/proc/sys/vm/oom_dump_tasks", ""), 1);
}

static void numbers_taken(void)
{
    static const struct {
        const char *text;
        int error;
        long adj;                               /* afterwards */
    } cases[] = {
        { "500", 0, 500 }, { "1000\n", 0, 1000 }, { " 7 ", 0, 7 }, { "+8", 0, 8 },
        { "0x10", 0, 16 }, { "010", 0, 8 }, { "1001", EINVAL, 8 }, { "-1001", EINVAL, 8 },
        { "x", EINVAL, 8 }, { "5x", EINVAL, 8 }, { " ", EINVAL, 8 },
        { "99999999999", ERANGE, 8 }, { "0", 0, 0 },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int error = write_own("oom_score_adj", cases[i].text);

        if (error != cases[i].error || own("oom_score_adj") != cases[i].adj)
            fail(__FILE__, __LINE__, "'%s': errno %d, then %ld", cases[i].text, error,
                 own("oom_score_adj"));
    }
}

static void old_file(void)
{
    static const struct {
        const char *old;
        long adj, shown;
    } cases[] = {
        { "15", 1000, 15 }, { "14", 823, 13 }, { "1", 58, 0 }, { "0", 0, 0 }, { "-16", -941, -15 },
        { "-17", -1000, -17 },
    };

    need_root();
    for (size_t i = 0; i < COUNT(cases); i++) {
        EXPECT_EQ(write_own("oom_adj", cases[i].old), 0);
        EXPECT_EQ(own("oom_score_adj"), cases[i].adj);
        EXPECT_EQ(own("oom_adj"), cases[i].shown);
    }
    EXPECT_EQ(write_own("oom_adj", "16"), EINVAL);
    EXPECT_EQ(write_own("oom_adj", "-18"), EINVAL);
}

/* Up, and down again as far as root said last; through the older file up only. */
static void as_nobody(void)
{
    EXPECT_EQ(geteuid(), NOBODY);
    EXPECT_EQ(write_own("oom_score_adj", "300"), 0);
    EXPECT_EQ(write_own("oom_score_adj", "99"), EACCES);
    EXPECT_EQ(write_own("oom_score_adj", "100"), 0);
    EXPECT_EQ(write_own("oom_adj", "10"), 0);
    EXPECT_EQ(write_own("oom_adj", "9"), EACCES);
    EXPECT_EQ(write_own("oom_score_adj", "100"), 0);
}

/* A program may write to its files in /proc when it was started as who it is. */
static void lowering(void)
{
    need_root();
    EXPECT_EQ(write_own("oom_score_adj", "100"), 0);
    be_nobody();
    exec_test("/tests/oomadjtest", "as_nobody");
}

static void others(void *arg)
{
    char path[64];

    be_nobody();
    snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", *(pid_t *)arg);
    EXPECT_ERROR(open(path, O_WRONLY), EACCES);
    EXPECT(adj_of(*(pid_t *)arg) == 0);
    EXPECT_ERROR(open("/proc/self/oom_score", O_WRONLY), EACCES);
}

static void others_processes(void)
{
    pid_t pid = getpid();

    need_root();
    EXPECT_EQ(run_child(others, &pid), 0);
}

static void expect_adj(void *arg)
{
    EXPECT_EQ(own("oom_score_adj"), *(long *)arg);
}

static void adj_after_exec(void)
{
    EXPECT_EQ(own("oom_score_adj"), 321);
}

static void exec_it(void *arg)
{
    (void)arg;
    exec_test("/proc/self/exe", "adj_after_exec");
}

static void inherited(void)
{
    long adj = 321;

    EXPECT_EQ(write_own("oom_score_adj", "321"), 0);
    EXPECT_EQ(run_child(expect_adj, &adj), 0);
    EXPECT_EQ(run_child(exec_it, NULL), 0);
}

static int pause_here(void *arg)
{
    pause_forever(arg);
    return 0;
}

static char stack[16 * KB] __attribute__((aligned(16)));

/* They die together, so they stand together; a vfork child has a number of its own. */
static void shared_memory(void)
{
    pid_t pid = clone(pause_here, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);

    REQUIRE(pid > 0);
    EXPECT_EQ(write_own("oom_score_adj", "44"), 0);
    EXPECT_EQ(adj_of(pid), 44);
    EXPECT_EQ(write_of(pid, "oom_score_adj", "55"), 0);
    EXPECT_EQ(own("oom_score_adj"), 55);
    end_child(pid);
    pid = vfork();
    if (pid == 0) {
        int error = write_own("oom_score_adj", "66");

        _exit(error || own("oom_score_adj") != 66);
    }
    EXPECT_CHILD(pid);
    EXPECT_EQ(own("oom_score_adj"), 55);
}

/* Two thirds of 1000, moved by size and by the adjustment; 0 for who is never chosen. */
static void score(void)
{
    long before = own("oom_score");
    struct keeper k;
    pid_t pid;

    EXPECT_RANGE(before, 666, 700);
    EXPECT_EQ(write_own("oom_score_adj", "300"), 0);
    EXPECT_RANGE(own("oom_score"), before + 195, before + 205);
    EXPECT_EQ(number_of(1, "oom_score"), 0);
    need_small_machine();
    pid = start_keeper(&k, percent_of_available(50), 0);
    EXPECT_RANGE(number_of(pid, "oom_score"), 667 + 250, 667 + 350);
    end_child(pid);
    need_root();
    EXPECT_EQ(write_own("oom_score_adj", "-1000"), 0);
    EXPECT_EQ(own("oom_score"), 0);
}

static const struct test tests[] = {
    TEST(modes),
    CHILD_TEST(numbers_taken),
    CHILD_TEST(old_file),
    CHILD_TEST(lowering),
    NAMED_TEST(as_nobody),
    TEST(others_processes),
    CHILD_TEST(inherited),
    NAMED_TEST(adj_after_exec),
    CHILD_TEST(shared_memory),
    CHILD_TEST(score),
};

TEST_MAIN(tests)
