/* SPDX-License-Identifier: MIT */
/*
 * threads.c - the threads of a process: how many, and what each one's folder in task/ says.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

static char stack[2 * PAGE] __attribute__((aligned(16)));
static volatile bool may_end;
static char folder[64];         /* of the thread */

/* A thread that runs FUNCTION; its folder. */
static pid_t start(int (*function)(void *))
{
    pid_t tid;

    may_end = false;
    tid = clone(function, stack + sizeof(stack), THREAD_FLAGS, NULL);
    REQUIRE(tid > 0);
    snprintf(folder, sizeof(folder), "/proc/%d/task/%d", getpid(), tid);
    return tid;
}

static int end_when_told(void *arg)
{
    (void)arg;
    while (!may_end)
        sched_yield();
    syscall(SYS_exit, 0);
    return 0;
}

/* Let the thread end, and wait until it has. */
static void end_it(void)
{
    may_end = true;
    AWAIT(access(folder, F_OK) < 0);
}

static const char *in_folder(const char *name)
{
    static char path[96];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static const char *comm_in(const char *where)
{
    static char text[64];
    char path[96];

    snprintf(path, sizeof(path), "%s/comm", where);
    read_file(path, text, sizeof(text));
    return text;
}

static long count_threads(const char *path)
{
    DIR *dir = opendir(path);
    struct stat st;
    long n = -2;                                /* . and .. */

    REQUIRE(dir != NULL && stat(path, &st) == 0);
    while (readdir(dir))
        n++;
    closedir(dir);
    EXPECT_EQ(st.st_nlink, 2 + n);
    return n;
}

static void counted(void)
{
    struct rlimit r;
    uint64_t mask;
    pid_t tid;

    EXPECT_EQ(own(THREADS), 1);
    EXPECT_EQ(count_threads("/proc/self/task"), 1);
    tid = start(end_when_told);
    EXPECT_OK(syscall(SYS_prlimit64, tid, RLIMIT_CORE, NULL, &r));
    EXPECT_OK(syscall(SYS_sched_getaffinity, tid, sizeof(mask), &mask));
    EXPECT_EQ(own(THREADS), 2);
    EXPECT_EQ(strtol(status_of(getpid(), "Threads:"), NULL, 10), 2);
    EXPECT_EQ(count_threads("/proc/self/task"), 2);
    end_it();
    EXPECT_EQ(own(THREADS), 1);
    EXPECT_EQ(count_threads("/proc/self/task"), 1);
}

static void have_folders(void)
{
    char first[64], link[64] = "";
    struct stat_line s;
    pid_t tid;
    int held;

    snprintf(first, sizeof(first), "/proc/self/task/%d", getpid());
    EXPECT_EQ(read_stat_in(first).v[PID], getpid());
    EXPECT_EQ(read_stat_in(first).v[EXIT_SIGNAL], SIGCHLD);
    tid = start(end_when_told);
    s = read_stat_in(folder);
    EXPECT_EQ(s.v[PID], tid);
    EXPECT_EQ(s.v[PPID], getppid());
    EXPECT_EQ(s.v[THREADS], 2);
    EXPECT_EQ((int)s.v[EXIT_SIGNAL], -1);
    EXPECT(s.v[START] >= own(START));
    EXPECT(strcmp(s.comm, "procpidtest") == 0);
    EXPECT_EQ(atoi(status_in(folder, "Pid:")), tid);
    EXPECT_EQ(atoi(status_in(folder, "Tgid:")), getpid());
    EXPECT(readlink(in_folder("exe"), link, sizeof(link)) > 0 && strstr(link, "procpidtest"));
    EXPECT_OK(access(in_folder("fd/0"), F_OK));
    EXPECT_OK(access(in_folder("fdinfo/0"), F_OK));
    EXPECT_ERROR(access(in_folder("task"), F_OK), ENOENT);
    EXPECT_ERROR(access("/proc/self/task/1", F_OK), ENOENT);
    EXPECT_ERROR(access("/proc/self/task/0", F_OK), ENOENT);
    EXPECT_ERROR(access("/proc/self/task/x", F_OK), ENOENT);
    held = open(in_folder("stat"), O_RDONLY);
    REQUIRE(held >= 0);
    may_end = true;
    AWAIT(own(THREADS) == 1);
    EXPECT_ERROR(read(held, link, 1), ESRCH);
    close(held);
    EXPECT_ERROR(access(folder, F_OK), ENOENT);
}

/* Names */

static char its_name[16];

static int tell_name(void *arg)
{
    (void)arg;
    prctl(PR_SET_NAME, "worker");
    while (!may_end)
        prctl(PR_GET_NAME, its_name);
    syscall(SYS_exit, 0);
    return 0;
}

static void name_parent(void *arg)
{
    char path[64];

    (void)arg;
    snprintf(path, sizeof(path), "/proc/%d/comm", getppid());
    EXPECT_EQ(write_text(path, "mine"), EINVAL);
}

static void have_names(void)
{
    start(tell_name);
    AWAIT(strcmp(its_name, "worker") == 0);
    EXPECT(strcmp(comm_in(folder), "worker\n") == 0);
    EXPECT(strcmp(read_stat_in(folder).comm, "worker") == 0);
    EXPECT(strcmp(status_in(folder, "Name:"), "worker") == 0);
    EXPECT(strcmp(comm_in("/proc/self"), "procpidtest\n") == 0);
    EXPECT_EQ(write_text(in_folder("comm"), "renamed"), 0);
    AWAIT(strcmp(its_name, "renamed") == 0);
    EXPECT(strcmp(comm_in("/proc/self"), "procpidtest\n") == 0);
    EXPECT_EQ(write_text("/proc/self/comm", "0123456789abcdefgh"), 0);
    EXPECT(strcmp(comm_in("/proc/self"), "0123456789abcde\n") == 0);
    EXPECT_EQ(write_text("/proc/self/comm", "two\nlines\\"), 0);
    EXPECT(strcmp(comm_in("/proc/self"), "two\nlines\\\n") == 0);
    EXPECT(strcmp(status_of(getpid(), "Name:"), "two\\nlines\\\\") == 0);
    EXPECT(strcmp(comm_in(folder), "renamed\n") == 0);
    EXPECT_EQ(run_child(name_parent, NULL), 0);
    end_it();
}

static char link_of_thread[64];

static int read_own_link(void *arg)
{
    (void)arg;
    readlink("/proc/thread-self", link_of_thread, sizeof(link_of_thread) - 1);
    return end_when_told(NULL);
}

static void have_a_link(void)
{
    char wanted[64];
    pid_t tid = start(read_own_link);

    snprintf(wanted, sizeof(wanted), "%d/task/%d", getpid(), tid);
    AWAIT(link_of_thread[0]);
    end_it();
    EXPECT(strcmp(link_of_thread, wanted) == 0);
}

/* What each does by itself */

static int compute(void *arg)
{
    (void)arg;
    while (!may_end)
        continue;
    syscall(SYS_exit, 0);
    return 0;
}

/* Linux works out each time from samples, so a sum may be a little less than a part. */
#define SLACK 3

static void have_times(void)
{
    uint64_t mine, its, all;
    char first[64];

    snprintf(first, sizeof(first), "/proc/self/task/%d", getpid());
    start(compute);
    do {
        usleep(5000);
        mine = read_stat_in(first).v[UTIME];
        its = read_stat_in(folder).v[UTIME];
        all = own(UTIME);
    } while (its < mine + 2 * SLACK);
    EXPECT(all + SLACK >= its);
    end_it();
    EXPECT(own(UTIME) + SLACK >= its);          /* the process keeps what it used */
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    while (pause())
        continue;
    return 0;
}

static void have_states(void)
{
    char first[64];

    snprintf(first, sizeof(first), "/proc/self/task/%d", getpid());
    start(sleep_for_ever);
    AWAIT(read_stat_in(folder).state == 'S');
    EXPECT_EQ(read_stat_in(first).state, 'R');
    EXPECT(strncmp(status_in(folder, "State:"), "S (sleeping)", 12) == 0);
}

static void end_first(void *arg)
{
    (void)arg;
    start(sleep_for_ever);
    syscall(SYS_exit, 0);
}

static void first_stays(void)
{
    pid_t pid = start_child(end_first, NULL);
    char first[64], all[64];

    snprintf(first, sizeof(first), "/proc/%d/task/%d", pid, pid);
    snprintf(all, sizeof(all), "/proc/%d/task", pid);
    AWAIT(read_stat_in(first).state == 'Z');
    EXPECT_EQ(count_threads(all), 2);
    EXPECT_EQ(atoi(status_in(first, "Pid:")), pid);
    end_child(pid);
    EXPECT_ERROR(access(first, F_OK), ENOENT);
}

static const struct test tests[] = {
    CHILD_TEST(counted), CHILD_TEST(have_folders), CHILD_TEST(have_names), CHILD_TEST(have_a_link),
    CHILD_TEST(have_times), CHILD_TEST(have_states), TEST(first_stays),
};

const struct test_list thread_tests = TEST_LIST(tests);
