/* SPDX-License-Identifier: MIT */
/*
 * procsystest.c - what /proc says of the machine is true: time, load, harts, interrupts, log.
 *
 * Each figure follows its cause, and each line has Linux's format to the blank.
 * What else there is has programs of its own; every_file_is_known says which.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define HARTS_MAX 8
#define UNBOUNDED 0x7fffffffffffL

/* Causes */

static void do_nothing(void *arg)
{
    (void)arg;
}

static void spin_for_ever(void *arg)
{
    (void)arg;
    for (;;) {
        for (volatile int i = 0; i < 10000; i++)
            continue;
        for (int i = 0; i < 100; i++)
            getppid();
    }
}

static pid_t children[HARTS_MAX + 1];

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* stat */

enum { USER, SYSTEM, IDLE, OTHER, TIMES };

struct machine_stat {
    uint64_t cpu[HARTS_MAX + 1][TIMES];     /* [0]: all together */
    long interrupts, switches, btime, forks, running, blocked;
};

static void parse_times(char *line, const char *name, uint64_t *times)
{
    uint64_t nice, rest[6];

    if (sscanf(line, "%*s %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu", &times[USER], &nice,
               &times[SYSTEM], &times[IDLE], &rest[0], &rest[1], &rest[2], &rest[3], &rest[4],
               &rest[5]) != 10)
        fail(__FILE__, __LINE__, "%s: %s", name, line);
    EXPECT_LINE(line, "%s %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu", name, times[USER], nice,
                times[SYSTEM], times[IDLE], rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]);
    times[OTHER] = nice + rest[0] + rest[1] + rest[2] + rest[3];
    if (has_debug_call())       /* no nice, waiting, interrupt or stolen times */
        EXPECT_EQ(times[OTHER] + rest[4] + rest[5], 0);
}

static long parse_count(char **at, const char *name)
{
    char *line = next_line(at);
    long n = line ? strtol(line + strlen(name), NULL, 10) : -1;
    char shown[64];

    snprintf(shown, sizeof(shown), "%s %ld", name, n);
    EXPECT(line && begins_with(line, shown));       /* Linux tells more of intr */
    return n;
}

static struct machine_stat read_stat(void)
{
    struct machine_stat s = { 0 };
    char *at = open_text("/proc/stat"), name[8];

    parse_times(next_line(&at), "cpu ", s.cpu[0]);
    for (long hart = 0; hart < harts(); hart++) {
        snprintf(name, sizeof(name), "cpu%ld", hart);
        parse_times(next_line(&at), name, s.cpu[hart + 1]);
    }
    s.interrupts = parse_count(&at, "intr");
    s.switches = parse_count(&at, "ctxt");
    s.btime = parse_count(&at, "btime");
    s.forks = parse_count(&at, "processes");
    s.running = parse_count(&at, "procs_running");
    s.blocked = parse_count(&at, "procs_blocked");
    EXPECT(!*at || begins_with(at, "softirq "));
    return s;
}

/* Has each row a further tick of this kind? */
static bool all_grew(const struct machine_stat *before, int kind)
{
    struct machine_stat s = read_stat();

    for (long row = 0; row <= harts(); row++)
        if (s.cpu[row][kind] <= before->cpu[row][kind])
            return false;
    return true;
}

static void times_follow_work(void)
{
    struct timespec ms = { 0, 1000000 };
    struct machine_stat before = read_stat();

    start_children(children, (size_t)harts(), spin_for_ever);
    AWAIT(all_grew(&before, USER) && all_grew(&before, SYSTEM));
    end_children(children, (size_t)harts());
    before = read_stat();
    while (!all_grew(&before, IDLE))
        nanosleep(&ms, NULL);
}

static void compute_for_ever(void *started)
{
    for (;;)
        *(volatile bool *)started = true;
}

/* Nothing interrupts a program that has a hart to itself: its time is seen all the same. */
static void time_of_one_that_computes(void)
{
    volatile bool *started = (void *)map_shared(1);
    uint64_t user, ticks;
    pid_t pid = start_child(compute_for_ever, (void *)(uintptr_t)started);

    AWAIT(*started);
    user = read_stat().cpu[0][USER];
    ticks = now_ns(CLOCK_MONOTONIC) / 10000000;
    usleep(300000);
    ticks = now_ns(CLOCK_MONOTONIC) / 10000000 - ticks;
    EXPECT(read_stat().cpu[0][USER] - user >= ticks / 2);
    end_child(pid);
    munmap((void *)(uintptr_t)started, PAGE);
}

static void times_add_up(void)
{
    struct machine_stat s = read_stat();
    struct timespec a_while = { 0, 200000000 };
    uint64_t all = 0, grown = 0, up, sum;

    for (int kind = 0; kind < TIMES; kind++) {
        sum = 0;
        for (long hart = 0; hart < harts(); hart++)
            sum += s.cpu[hart + 1][kind];
        EXPECT_RANGE(s.cpu[0][kind] - sum, 0, 5 * harts());     /* rounded down one by one */
        all += s.cpu[0][kind];
    }
    up = now_ns(CLOCK_MONOTONIC) / 10000000;
    EXPECT_RANGE(all, 0, (up + 1) * (uint64_t)harts());
    nanosleep(&a_while, NULL);              /* Linux does not count from the clock's start */
    up = now_ns(CLOCK_MONOTONIC) / 10000000 - up;
    s = read_stat();
    for (int kind = 0; kind < TIMES; kind++)
        grown += s.cpu[0][kind];
    EXPECT(grown - all >= up * (uint64_t)harts() - 3 * (uint64_t)harts() - 3);
}

static struct gate there, back;

static void answer(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++) {
        wait_gate(&there);
        signal_gate(&back);
    }
}

/* Each of two waits for the other, a hundred times. */
static void switches_are_counted(void)
{
    long before;
    pid_t pid;

    open_gate(&there);
    open_gate(&back);
    before = read_stat().switches;
    pid = start_child(answer, NULL);
    for (int i = 0; i < 100; i++) {
        signal_gate(&there);
        wait_gate(&back);
    }
    EXPECT_RANGE(read_stat().switches - before, 100, 10000);
    EXPECT_CHILD(pid);
    close_gate(&there);
    close_gate(&back);
}

static void switches_agree(void)
{
    long before;

    need_debug_call();
    before = read_stat().switches;
    EXPECT_RANGE(read_counters().context_switches, before, read_stat().switches);
}

static char thread_stack[2 * PAGE] __attribute__((aligned(16)));

static int end_thread(void *arg)
{
    (void)arg;
    syscall(SYS_exit, 0);
    return 0;
}

/* Processes and threads alike. */
static void forks_are_counted(void)
{
    long before = read_stat().forks;

    for (int i = 0; i < 10; i++)
        EXPECT_EQ(run_child(do_nothing, NULL), 0);
    EXPECT_EQ(read_stat().forks - before, 10);
    REQUIRE(clone(end_thread, thread_stack + sizeof(thread_stack),
                  CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS, NULL) > 0);
    EXPECT_EQ(read_stat().forks - before, 11);
    AWAIT(proc_number("/proc/self/status", "Threads:") == 1);
}

static void running_are_counted(void)
{
    start_children(children, 3, spin_for_ever);
    AWAIT(read_stat().running >= 4);
    EXPECT_SOON(read_stat().running == 4);
    end_children(children, 3);
    AWAIT(read_stat().running == 1);
    EXPECT_SOON(read_stat().blocked == 0);      /* the reverse is with waits_for_disk */
}

static void boot_time_follows_the_clock(void)
{
    struct timespec t;
    long before = read_stat().btime;

    EXPECT_RANGE((long)(now_ns(CLOCK_REALTIME) / 1000000000)
                 - (long)(now_ns(CLOCK_MONOTONIC) / 1000000000) - before, -1, 1);
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += 1000;
    REQUIRE(clock_settime(CLOCK_REALTIME, &t) == 0);
    EXPECT_RANGE(read_stat().btime - before, 999, 1001);
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec -= 1000;
    REQUIRE(clock_settime(CLOCK_REALTIME, &t) == 0);
}

/* uptime and loadavg */

static uint64_t idle_of_all(void)
{
    struct machine_stat s = read_stat();
    uint64_t sum = 0;

    for (long hart = 1; hart <= harts(); hart++)
        sum += s.cpu[hart][IDLE];
    return sum;
}

/* A hart's work is booked when it ends: until then idle time may shrink again. */
static bool idle_agrees(void)
{
    uint64_t first = idle_of_all(), whole, part;
    char *at = open_text("/proc/uptime");

    REQUIRE(sscanf(at, "%*d.%*d %lu.%lu", &whole, &part) == 2);
    whole = whole * 100 + part;
    return first <= whole && whole <= idle_of_all();
}

static void uptime(void)
{
    uint64_t up, up100, idle, idle100, from, to;
    char *at;

    from = now_ns(CLOCK_MONOTONIC) / 10000000;
    at = open_text("/proc/uptime");
    to = now_ns(CLOCK_MONOTONIC) / 10000000;
    REQUIRE(sscanf(at, "%lu.%lu %lu.%lu", &up, &up100, &idle, &idle100) == 4);
    EXPECT_LINE(next_line(&at), "%lu.%02lu %lu.%02lu", up, up100, idle, idle100);
    EXPECT(next_line(&at) == NULL);
    EXPECT_RANGE(up * 100 + up100, from, to);
    EXPECT_SOON(idle_agrees());
}

struct load {
    long average[3];            /* in 1/100 */
    long running, total, last;
};

static struct load read_load(void)
{
    struct load l;
    char *at = open_text("/proc/loadavg");
    long whole[3], part[3];

    REQUIRE(sscanf(at, "%ld.%ld %ld.%ld %ld.%ld %ld/%ld %ld", &whole[0], &part[0], &whole[1],
                   &part[1], &whole[2], &part[2], &l.running, &l.total, &l.last) == 9);
    EXPECT_LINE(next_line(&at), "%ld.%02ld %ld.%02ld %ld.%02ld %ld/%ld %ld", whole[0], part[0],
                whole[1], part[1], whole[2], part[2], l.running, l.total, l.last);
    EXPECT(next_line(&at) == NULL);
    for (int i = 0; i < 3; i++)
        l.average[i] = whole[i] * 100 + part[i];
    return l;
}

static void load_counts(void)
{
    struct load before = read_load(), l;

    EXPECT(before.running >= 1);
    start_children(children, 4, pause_forever);
    l = read_load();
    EXPECT_EQ(l.total - before.total, 4);
    EXPECT_EQ(l.last, children[3]);
    end_children(children, 4);
    AWAIT(read_load().total == before.total);
    start_children(children, 3, spin_for_ever);
    AWAIT(read_load().running == 4);
    end_children(children, 3);
}

static bool averages_agree(void)
{
    struct load l = read_load();
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    for (int i = 0; i < 3; i++) {
        long hundredths = (long)(info.loads[i] * 100 / (1 << SI_LOAD_SHIFT));

        if (l.average[i] < hundredths || l.average[i] > hundredths + 1)
            return false;
    }
    return true;
}

/* A sample is taken each five seconds. */
static void load_rises_and_falls(void)
{
    struct timespec tenth = { 0, 100000000 };
    struct load before = read_load(), l;

    start_children(children, 4, spin_for_ever);
    while ((l = read_load()).average[2] <= before.average[2])
        nanosleep(&tenth, NULL);
    /* 4 or 5 runnable, or one more, by 1 - exp(-5/60), 1 - exp(-5/300), and of 15 minutes. */
    EXPECT_RANGE(l.average[0] - before.average[0], (400 - before.average[0]) * 7 / 100,
                 (600 - before.average[0]) * 9 / 100);
    EXPECT_RANGE(l.average[1] - before.average[1], (400 - before.average[1]) / 80, 10);
    EXPECT_RANGE(l.average[2] - before.average[2], 1, 4);
    end_children(children, 4);
    while (read_load().average[0] >= l.average[0])
        nanosleep(&tenth, NULL);
    EXPECT(averages_agree());
}

static void averages(void)
{
    EXPECT_SOON(averages_agree());
}

/* Who we are */

static void version(void)
{
    struct utsname u;
    char *at = open_text("/proc/version"), start[256];

    REQUIRE(uname(&u) == 0);
    snprintf(start, sizeof(start), "%s version %s (", u.sysname, u.release);
    EXPECT(begins_with(at, start) && strstr(next_line(&at), u.version) != NULL);
    EXPECT(next_line(&at) == NULL);
    at = open_text("/proc/sys/kernel/osrelease");
    EXPECT_LINE(next_line(&at), "%s", u.release);
    at = open_text("/proc/sys/kernel/ostype");
    EXPECT_LINE(next_line(&at), "%s", u.sysname);
}

static long set_domain(const char *name)
{
    return syscall(SYS_setdomainname, name, strlen(name));
}

static void domain_name(void)
{
    static const char longest[] = "1234567890123456789012345678901234567890123456789012345678901234";
    struct utsname u;

    REQUIRE(uname(&u) == 0 && !strcmp(u.domainname, "(none)"));
    EXPECT_OK(set_domain(longest));
    REQUIRE(uname(&u) == 0 && !strcmp(u.domainname, longest));
    EXPECT_ERROR(syscall(SYS_setdomainname, longest, 65), EINVAL);
    EXPECT_OK(set_domain("(none)"));
    REQUIRE(uname(&u) == 0 && !strcmp(u.domainname, "(none)"));
    EXPECT_OK(seteuid(1));
    EXPECT_ERROR(set_domain("x"), EPERM);
    EXPECT_OK(seteuid(0));
}

static void command_line(void)
{
    char *at, *line, *seed;

    need_pagoda("others are started in other ways");
    at = open_text("/proc/cmdline");
    line = next_line(&at);
    EXPECT(next_line(&at) == NULL);
    REQUIRE(line != NULL);
    EXPECT(begins_with(line, "init=/"));
    EXPECT(!has_debug_call() || strstr(line, " debugcall=1") != NULL);
    seed = strstr(line, " seed=");
    if (seed)
        EXPECT_EQ(strtoul(seed + 6, NULL, 10), test_seed);
}

static void processors(void)
{
    char *at, *line;
    uint64_t seen = 0, id;
    bool no_sstc;

    need_pagoda("others tell more");
    at = open_text("/proc/cpuinfo");
    no_sstc = strstr(at, "_sstc") == NULL;
    for (long hart = 0; hart < harts(); hart++) {
        EXPECT_LINE(next_line(&at), "processor\t: %ld", hart);
        line = next_line(&at);
        REQUIRE(line && sscanf(line, "hart : %lu", &id) == 1);
        EXPECT_LINE(line, "hart\t\t: %lu", id);
        seen |= 1UL << id;
        EXPECT_LINE(next_line(&at), "isa\t\t: rv64imafdc_zicsr_zifencei%s",
                    no_sstc ? "" : "_sstc");
        EXPECT_LINE(next_line(&at), "mmu\t\t: sv39");
        EXPECT_LINE(next_line(&at), "%s", "");
    }
    EXPECT(next_line(&at) == NULL);
    EXPECT_EQ(seen, (1UL << harts()) - 1);      /* each one once; QEMU counts from 0 */
}

/* interrupts */

/* The sum of a line's columns, which must have their widths; -1: there is none. */
static long interrupts_of(const char *name)
{
    char *at = open_text("/proc/interrupts"), *line, shown[128], *to = shown;
    long sum = 0;

    to += sprintf(to, "           ");
    for (long hart = 0; hart < harts(); hart++)
        to += sprintf(to, "CPU%-8ld", hart);
    EXPECT_LINE(next_line(&at), "%s", shown);
    while ((line = next_line(&at))) {
        char *p = strchr(line, ':') + 1;

        if (strcmp(line + strlen(line) - strlen(name), name) != 0)
            continue;
        for (long hart = 0; hart < harts(); hart++) {
            long n = strtol(p, &p, 10);

            sum += n;
            snprintf(shown, sizeof(shown), "%10ld ", n);
            EXPECT(strncmp(p - strlen(shown) + 1, shown, strlen(shown)) == 0);
        }
        EXPECT(begins_with(p, "  "));
        return sum;
    }
    return -1;
}

static long all_interrupts(void)
{
    char *at = open_text("/proc/interrupts"), *line;
    long sum = 0;

    next_line(&at);
    while ((line = next_line(&at))) {
        char *p = strchr(line, ':');

        REQUIRE(p == line + 3 || p == line + 4);
        p++;
        for (long hart = 0; hart < harts(); hart++)
            sum += strtol(p, &p, 10);
    }
    return sum;
}

static void interrupts_add_up(void)
{
    long before = all_interrupts(), all = read_stat().interrupts;

    EXPECT_RANGE(all, before, all_interrupts());
}

#define TIMER "Local timer interrupts"
#define RESCHEDULE "Rescheduling interrupts"
#define TLB "TLB flush interrupts"

static void interrupts_of_devices(void)
{
    long disk;

    need_pagoda("other controllers have other names");
    write_on_disk();
    disk = interrupts_of("  PLIC  vda");
    read_from_disk();
    EXPECT_RANGE(interrupts_of("  PLIC  vda") - disk, 1, DISK_FILE_PAGES);
    unlink(DISK_FILE);
    EXPECT(interrupts_of("  PLIC  ttyS0") >= 0);    /* somebody must type to have more */
}

static void interrupts_of_timers(void)
{
    struct timespec ms = { 0, 1000000 };
    long before;

    need_pagoda("other controllers have other names");
    before = interrupts_of(TIMER);
    /* A sleep that is over before anybody waits needs no interrupt: on a slow host, many. */
    for (int i = 0; i < 1000 && interrupts_of(TIMER) < before + 10; i++)
        nanosleep(&ms, NULL);
    EXPECT_RANGE(interrupts_of(TIMER) - before, 10, UNBOUNDED);
}

static volatile char *shared;

static void spin_and_share(void *arg)
{
    (void)arg;
    for (;;)
        shared[0] = 1;
}

static char stack_of_sharer[2 * PAGE] __attribute__((aligned(16)));

static int share(void *arg)
{
    spin_and_share(arg);
    return 0;
}

/* Others are asked to take a thread, and to forget a translation; nobody to stop. */
static void interrupts_of_harts(void)
{
    long resched, flush;
    pid_t pid;

    need_pagoda("other controllers have other names");
    resched = interrupts_of(RESCHEDULE);
    flush = interrupts_of(TLB);
    EXPECT_EQ(interrupts_of("CPU stop interrupts"), 0);
    if (harts() == 1) {
        EXPECT_EQ(flush, 0);
        return;
    }
    shared = map_anon(PAGE);
    pid = clone(share, stack_of_sharer + sizeof(stack_of_sharer), CLONE_VM | SIGCHLD, NULL);
    REQUIRE(pid > 0);
    while (interrupts_of(TLB) == flush) {
        char *p = map_anon(PAGE);

        p[0] = 1;
        munmap(p, PAGE);
        sched_yield();
    }
    while (interrupts_of(RESCHEDULE) == resched)
        run_child(do_nothing, NULL);
    end_child(pid);
    munmap((void *)shared, PAGE);
}

static void self_is_the_reader(void)
{
    char target[32] = "";

    EXPECT(readlink("/proc/self", target, sizeof(target)) > 0);
    EXPECT_EQ(strtol(target, NULL, 10), getpid());
}

/* There is nothing to swap to. */
static void swaps(void)
{
    char *at = open_text("/proc/swaps");

    EXPECT_LINE(next_line(&at), "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority");
    EXPECT(next_line(&at) == NULL);
}

static void log_shows_messages(void)
{
    static char log[65536];
    char message[64], *kmsg;
    int n;

    need_pagoda("elsewhere the log waits for its only reader");
    snprintf(message, sizeof(message), "tmpfs: bad option procsystest=%d\n", getpid());
    EXPECT(strstr(open_text("/proc/kmsg"), message) == NULL);
    snprintf(log, sizeof(log), "procsystest=%d", getpid());
    EXPECT_ERROR(mount("none", "/mnt", "tmpfs", 0, log), EINVAL);
    kmsg = open_text("/proc/kmsg");
    EXPECT(strstr(kmsg, message) != NULL);
    n = klogctl(SYSLOG_ACTION_READ_ALL, log, sizeof(log) - 1);
    REQUIRE(n > 0);
    log[n] = '\0';
    EXPECT(strcmp(log, kmsg) == 0);
}

/* Each file has a test: here, or in the program that is named. */

static void expect_known(const char *path, const char *const *known, size_t count)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    size_t n = 0, i;

    REQUIRE(dir != NULL);
    while ((e = readdir(dir))) {
        if (e->d_name[0] == '.' || (e->d_name[0] >= '0' && e->d_name[0] <= '9'))
            continue;
        for (i = 0; i < count && strcmp(e->d_name, known[i]) != 0; i++)
            continue;
        if (i == count)
            fail(__FILE__, __LINE__, "nobody tests %s/%s", path, e->d_name);
        n++;
    }
    closedir(dir);
    EXPECT_EQ(n, count);
}

static void every_file_is_known(void)
{
    static const char *const root[] = {
        "cmdline", "cpuinfo", "interrupts", "kmsg", "loadavg", "self", "stat", "swaps", "sys",
        "thread-self", "uptime", "version",
        /* procdisktest */ "devices", "diskstats", "filesystems", "mounts", "partitions",
        /* procmemtest */ "meminfo", "vmstat",
        /* pressuretest */ "pressure",
        /* smapstest */ "kpagecount", "kpageflags",
        /* procalloctest */ "buddyinfo", "pagetypeinfo", "slabinfo", "vmallocinfo", "zoneinfo",
        /* pagetracetest */ "page_trace", /* stracetest */ "call_trace",
    };
    static const char *const sys[] = { "kernel", "vm" };
    static const char *const kernel[] = {
        "osrelease", "ostype", /* procsettingtest */ "ns_last_pid", "pid_max",
        /* aslrtest */ "randomize_va_space",
    };
    static const char *const vm[] = {
        /* procsettingtest */
        "dirty_background_ratio", "dirty_expire_centisecs", "dirty_ratio",
        "dirty_writeback_centisecs", "drop_caches", "policy", "swappiness",
        /* compacttest */ "compact_memory",
        /* vmsettingtest */
        "dirty_background_bytes", "dirty_bytes", "lowmem_reserve_ratio", "min_free_kbytes",
        "stat_refresh", "vfs_cache_pressure", "watermark_scale_factor",
        /* oomadjtest */ "oom_dump_tasks", "oom_kill_allocating_task", "panic_on_oom",
        /* limittest */
        "admin_reserve_kbytes", "max_map_count", "mmap_min_addr", "overcommit_kbytes",
        "overcommit_memory", "overcommit_ratio", "user_reserve_kbytes",
    };

    need_pagoda("others have more");
    expect_known("/proc", root, COUNT(root));
    expect_known("/proc/sys", sys, COUNT(sys));
    expect_known("/proc/sys/kernel", kernel, COUNT(kernel));
    expect_known("/proc/sys/vm", vm, COUNT(vm));
}

static const struct test tests[] = {
    TEST(every_file_is_known), TEST(times_follow_work), TEST(time_of_one_that_computes),
    TEST(times_add_up), TEST(switches_are_counted), TEST(switches_agree), TEST(forks_are_counted),
    TEST(running_are_counted), TEST(boot_time_follows_the_clock), TEST(uptime),
    TEST(load_counts), TEST(averages), LONG_CHILD_TEST(load_rises_and_falls), TEST(version),
    TEST(domain_name), TEST(command_line), TEST(processors), TEST(interrupts_add_up),
    TEST(interrupts_of_devices), TEST(interrupts_of_timers), TEST(interrupts_of_harts), TEST(self_is_the_reader), TEST(swaps),
    TEST(log_shows_messages),
};

TEST_MAIN(tests)
