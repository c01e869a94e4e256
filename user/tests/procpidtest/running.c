/* SPDX-License-Identifier: MIT */
/*
 * running.c - what a process has done so far, how it is scheduled, and what it may not exceed.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define N 256L                  /* pages */

static void spin(void *arg)
{
    (void)arg;
    while (own(UTIME) < 2)
        for (volatile int i = 0; i < 1000000; i++)
            continue;
    while (own(STIME) < 2)
        continue;
}

static void times_pass(void)
{
    uint64_t user = own(CUTIME), system = own(CSTIME);

    EXPECT_EQ(run_child(spin, NULL), 0);
    EXPECT(own(CUTIME) >= user + 2);
    EXPECT(own(CSTIME) >= system + 2);
}

static long usec_of(const struct rusage *r)
{
    return (r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1000000L + r->ru_utime.tv_usec
           + r->ru_stime.tv_usec;
}

/* Long calls, and after each what they took is said in SAID. */
static void copy_and_say(void *said)
{
    int fd = open("/dev/zero", O_RDONLY);
    char *buf = map_anon(N * PAGE);
    struct rusage usage;

    for (int i = 0; i < 100; i++) {
        EXPECT_EQ(read(fd, buf, N * PAGE), N * PAGE);
        getrusage(RUSAGE_SELF, &usage);
        *(long *)said = usec_of(&usage);
    }
}

/* Who looks while it works does not know what for, and nothing counts twice for that. */
static void times_are_counted_once(void)
{
    long *said = (long *)(void *)map_shared(1);
    pid_t pid = start_child(copy_and_say, said);
    struct rusage usage;
    int status;

    while (read_stat(pid).state != 'Z')
        continue;
    EXPECT_EQ(wait4(pid, &status, 0, &usage), pid);
    EXPECT_EQ(status, 0);
    EXPECT(usec_of(&usage) >= *said);
    munmap(said, PAGE);
}

static void touch_pages(void *arg)
{
    char *p = map_anon(N * PAGE);

    (void)arg;
    for (long i = 0; i < N; i++)
        p[i * (long)PAGE] = 1;
    munmap(p, N * PAGE);
}

static void touch_file(void *arg)
{
    int fd = open("/bin/sh", O_RDONLY);
    char *p;

    (void)arg;
    p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_EQ(p[1], 'E');
    munmap(p, PAGE);
    close(fd);
}

static void faults(void)
{
    uint64_t minor, major;

    own(MINFLT);
    minor = own(MINFLT);
    touch_pages(NULL);
    EXPECT_RANGE(own(MINFLT) - minor, N, N + 4);
    minor = own(CMINFLT);
    EXPECT_EQ(run_child(touch_pages, NULL), 0);
    EXPECT_RANGE(own(CMINFLT) - minor, N, N + 100);
    need_debug_call();
    major = own(MAJFLT);
    touch_file(NULL);
    EXPECT_RANGE(own(MAJFLT) - major, 1, 100);
    major = own(CMAJFLT);
    EXPECT_EQ(run_child(touch_file, NULL), 0);
    EXPECT_RANGE(own(CMAJFLT) - major, 1, 100);
}

static void niceness(void)
{
    EXPECT_EQ(own(NICE), 0);
    EXPECT_EQ(own(PRIORITY), 20);
    REQUIRE(setpriority(PRIO_PROCESS, 0, 7) == 0);
    EXPECT_EQ(own(NICE), 7);
    EXPECT_EQ(own(PRIORITY), 27);
}

static void spin_for_ever(void *arg)
{
    for (;;)
        *(volatile char *)arg = 1;
}

static void switches(void)
{
    long waited = strtol(status_of(getpid(), "voluntary_ctxt_switches:"), NULL, 10);
    long pushed = strtol(status_of(getpid(), "nonvoluntary_ctxt_switches:"), NULL, 10);
    struct timespec ms = { 0, 1000000 };
    uint64_t one = 1, all = UINT64_MAX;
    pid_t pid;
    char spun;

    while (strtol(status_of(getpid(), "voluntary_ctxt_switches:"), NULL, 10) < waited + 5)
        nanosleep(&ms, NULL);
    REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);  /* on a hart that both must share */
    pid = start_child(spin_for_ever, &spun);
    while (strtol(status_of(getpid(), "nonvoluntary_ctxt_switches:"), NULL, 10) == pushed)
        continue;
    end_child(pid);
    EXPECT_OK(sched_setaffinity(0, sizeof(all), &all));
}

/* What Linux shows and this kernel has not. */
static void zeros(void)
{
    static const int zero[] = { ITREAL, KSTKESP, KSTKEIP, WCHAN, NSWAP, CNSWAP, RT_PRIORITY,
                                BLKIO, GUEST, CGUEST };
    struct stat_line s = read_stat(getpid());

    for (size_t i = 0; i < COUNT(zero); i++)
        EXPECT_EQ(s.v[zero[i]], 0);
    EXPECT_EQ(s.v[FLAGS], 0x400000);            /* as every program on Linux has */
}

static void limits(void)
{
    static const struct {
        const char *name;
        int resource;
    } shown[] = {
        { "Max cpu time", RLIMIT_CPU }, { "Max file size", RLIMIT_FSIZE },
        { "Max data size", RLIMIT_DATA }, { "Max stack size", RLIMIT_STACK },
        { "Max core file size", RLIMIT_CORE }, { "Max resident set", RLIMIT_RSS },
        { "Max processes", RLIMIT_NPROC }, { "Max open files", RLIMIT_NOFILE },
        { "Max locked memory", RLIMIT_MEMLOCK }, { "Max address space", RLIMIT_AS },
        { "Max file locks", RLIMIT_LOCKS }, { "Max pending signals", RLIMIT_SIGPENDING },
        { "Max msgqueue size", RLIMIT_MSGQUEUE }, { "Max nice priority", RLIMIT_NICE },
        { "Max realtime priority", RLIMIT_RTPRIO }, { "Max realtime timeout", RLIMIT_RTTIME },
    };
    static char text[4096];
    size_t lines = 0;

    for (size_t i = 0; i < COUNT(shown); i++) {
        struct rlimit r = { (1UL << 40) + i, (1UL << 40) + 1000 + i };
        char wanted[100], *line;

        if (shown[i].resource == RLIMIT_NOFILE)
            r = (struct rlimit){ 300, 301 };
        REQUIRE(setrlimit(shown[i].resource, &r) == 0);
        read_file("/proc/self/limits", text, sizeof(text));
        snprintf(wanted, sizeof(wanted), "%-25s %-20lu %-20lu ", shown[i].name, r.rlim_cur,
                 r.rlim_max);
        line = strstr(text, shown[i].name);
        if (!line || strncmp(line, wanted, strlen(wanted)) != 0)
            fail(__FILE__, __LINE__, "%s does not show %lu", shown[i].name, r.rlim_cur);
    }
    for (char *p = text; *p; p++)
        lines += *p == '\n';
    EXPECT_EQ(lines, 1 + COUNT(shown));
    EXPECT_EQ(own(RSSLIM), (1UL << 40) + 5);
}

static const struct test tests[] = {
    TEST(times_pass), TEST(times_are_counted_once), TEST(faults), CHILD_TEST(niceness),
    TEST(switches), TEST(zeros), CHILD_TEST(limits),
};

const struct test_list running_tests = TEST_LIST(tests);
