/* SPDX-License-Identifier: MIT */
/*
 * procsystest.c - what /proc says of the machine is true: time, harts, disks, mounts, settings.
 *
 * Each figure follows its cause, and each line has Linux's format to the blank.
 * Memory and allocators have programs of their own; every_file_is_known says which.
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
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define N 256L                          /* pages that a file has */
#define ON_DISK "/procsystest.file"
#define HARTS_MAX 8
#define UNBOUNDED 0x7fffffffffffL

static char text[65536];

static char *open_text(const char *path)
{
    read_file(path, text, sizeof(text));
    return text;
}

/* Causes */

static void set(const char *path, const char *value)
{
    EXPECT_EQ(write_text(path, value), 0);
}

static void write_pages(int fd)
{
    static char page[PAGE];

    for (long i = 0; i < N; i++)
        EXPECT_EQ(write(fd, page, PAGE), PAGE);
}

static void write_on_disk(void)
{
    int fd = open(ON_DISK, O_CREAT | O_TRUNC | O_RDWR, 0600);

    REQUIRE(fd >= 0);
    write_pages(fd);
    EXPECT_OK(fsync(fd));
    close(fd);
}

static void read_from_disk(void)
{
    static char page[PAGE];
    int fd = open(ON_DISK, O_RDONLY);

    set("/proc/sys/vm/drop_caches", "1\n");
    while (read(fd, page, PAGE) > 0)
        continue;
    close(fd);
}

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

static void wait_for_signal(void *arg)
{
    (void)arg;
    for (;;)
        pause();
}

static void write_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        write_on_disk();
}

static pid_t children[HARTS_MAX + 1];

static void start_children(void (*function)(void *), long n)
{
    for (long i = 0; i < n; i++)
        children[i] = start_child(function, NULL);
}

static void end_children(long n)
{
    for (long i = 0; i < n; i++)
        kill(children[i], SIGKILL);
    for (long i = 0; i < n; i++)
        EXPECT_EQ(wait_child(children[i]), SIGKILL);
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* stat */

enum { USER, SYSTEM, IDLE, TIMES };

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
    /* There are no nice, waiting, interrupt or stolen times. */
    EXPECT_LINE(line, "%s %lu 0 %lu %lu 0 0 0 0 0 0", name, times[USER], times[SYSTEM],
                times[IDLE]);
}

static long parse_count(char **at, const char *name)
{
    char *line = next_line(at);
    long n = line ? strtol(line + strlen(name), NULL, 10) : -1;

    EXPECT_LINE(line, "%s %ld", name, n);
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
    EXPECT(next_line(&at) == NULL);
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

    start_children(spin_for_ever, harts());
    AWAIT(all_grew(&before, USER) && all_grew(&before, SYSTEM));
    end_children(harts());
    before = read_stat();
    while (!all_grew(&before, IDLE))
        nanosleep(&ms, NULL);
}

static void times_add_up(void)
{
    struct machine_stat s = read_stat();
    uint64_t all = 0, up, sum;

    for (int kind = 0; kind < TIMES; kind++) {
        sum = 0;
        for (long hart = 0; hart < harts(); hart++)
            sum += s.cpu[hart + 1][kind];
        EXPECT_RANGE(s.cpu[0][kind] - sum, 0, harts());         /* rounded down one by one */
        all += s.cpu[0][kind];
    }
    up = now_ns(CLOCK_MONOTONIC) / 10000000;
    EXPECT_RANGE(all, 0, (up + 1) * (uint64_t)harts());
    EXPECT(read_stat().cpu[0][USER] + read_stat().cpu[0][SYSTEM] + read_stat().cpu[0][IDLE]
           >= up * (uint64_t)harts() - 3 * (uint64_t)harts() - 3);
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
    start_children(spin_for_ever, 3);
    AWAIT(read_stat().running >= 4);
    EXPECT_SOON(read_stat().running == 4);
    end_children(3);
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
    start_children(wait_for_signal, 4);
    l = read_load();
    EXPECT_EQ(l.total - before.total, 4);
    EXPECT_EQ(l.last, children[3]);
    end_children(4);
    AWAIT(read_load().total == before.total);
    start_children(spin_for_ever, 3);
    AWAIT(read_load().running == 4);
    end_children(3);
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

    start_children(spin_for_ever, 4);
    while ((l = read_load()).average[2] <= before.average[2])
        nanosleep(&tenth, NULL);
    EXPECT_RANGE(l.average[0] - before.average[0], 25, 45);     /* 4 or 5 by 1 - exp(-5/60) */
    EXPECT_RANGE(l.average[1] - before.average[1], 5, 10);
    EXPECT_RANGE(l.average[2] - before.average[2], 1, 4);
    end_children(4);
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
    char *at = open_text("/proc/version");

    REQUIRE(uname(&u) == 0);
    EXPECT_LINE(next_line(&at), "%s version %s (Pagoda) %s", u.sysname, u.release, u.version);
    EXPECT(next_line(&at) == NULL);
    at = open_text("/proc/sys/kernel/osrelease");
    EXPECT_LINE(next_line(&at), "%s", u.release);
    at = open_text("/proc/sys/kernel/ostype");
    EXPECT_LINE(next_line(&at), "%s", u.sysname);
}

static void command_line(void)
{
    char *at = open_text("/proc/cmdline"), *line = next_line(&at), *seed;

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
    char *at = open_text("/proc/cpuinfo"), *line;
    uint64_t seen = 0, id;
    bool no_sstc = strstr(text, "_sstc") == NULL;

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

    to += sprintf(to, "     ");
    for (long hart = 0; hart < harts(); hart++)
        to += sprintf(to, "      CPU%ld ", hart);
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

    write_on_disk();
    disk = interrupts_of("  PLIC  vda");
    read_from_disk();
    EXPECT_RANGE(interrupts_of("  PLIC  vda") - disk, 1, N);
    unlink(ON_DISK);
    EXPECT(interrupts_of("  PLIC  ttyS0") >= 0);    /* somebody must type to have more */
}

static void interrupts_of_timers(void)
{
    struct timespec ms = { 0, 1000000 };
    long before = interrupts_of(TIMER);

    for (int i = 0; i < 10; i++)
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
    long resched = interrupts_of(RESCHEDULE), flush = interrupts_of(TLB);
    pid_t pid;

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
    kill(pid, SIGKILL);
    EXPECT_EQ(wait_child(pid), SIGKILL);
    munmap((void *)shared, PAGE);
}

/* Disks */

enum { READS, READS_MERGED, READ_SECTORS, READ_MS, WRITES, WRITES_MERGED, WRITE_SECTORS, WRITE_MS,
       IN_FLIGHT, BUSY_MS, WEIGHTED_MS, DISCARDS, FLUSHES = 15, FLUSH_MS, DISK_FIELDS };

struct disk {
    unsigned major, minor;
    char name[16];
    long v[DISK_FIELDS];
};

/* The line of vda; those of other disks only have to be there. */
static struct disk read_disk(void)
{
    struct disk d;
    char *at = open_text("/proc/diskstats"), *line = next_line(&at), *p;
    int from;

    REQUIRE(line && sscanf(line, "%u %u %15s%n", &d.major, &d.minor, d.name, &from) == 3);
    p = line + from;
    for (int i = 0; i < DISK_FIELDS; i++)
        d.v[i] = strtol(p, &p, 10);
    EXPECT_LINE(line, "%4u %7u %s %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld 0 0 0 0 %ld %ld",
                d.major, d.minor, d.name, d.v[0], d.v[1], d.v[2], d.v[3], d.v[4], d.v[5], d.v[6],
                d.v[7], d.v[8], d.v[9], d.v[10], d.v[FLUSHES], d.v[FLUSH_MS]);
    return d;
}

static struct disk growth(const struct disk *before)
{
    struct disk d = read_disk();

    for (int i = 0; i < DISK_FIELDS; i++)
        d.v[i] -= before->v[i];
    return d;
}

static void disk_reads(void)
{
    struct disk before, d;

    write_on_disk();
    before = read_disk();
    read_from_disk();
    d = growth(&before);
    EXPECT_RANGE(d.v[READ_SECTORS], N * 8, N * 8 + 400);
    EXPECT_RANGE(d.v[READS], 1, N);
    EXPECT_EQ(d.v[WRITE_SECTORS], 0);
    EXPECT_EQ(d.v[FLUSHES], 0);
    while ((d = growth(&before)).v[READ_MS] < 3 || d.v[BUSY_MS] < 3)
        read_from_disk();
    EXPECT_EQ(d.v[WRITE_MS], 0);
    EXPECT_RANGE(d.v[WEIGHTED_MS] - d.v[READ_MS], -1, 1);
    unlink(ON_DISK);
}

static void disk_writes(void)
{
    struct disk before = read_disk(), d;

    write_on_disk();
    d = growth(&before);
    EXPECT_RANGE(d.v[WRITE_SECTORS], N * 8, N * 8 + 400);
    EXPECT_RANGE(d.v[WRITES], 1, N);
    EXPECT_RANGE(d.v[FLUSHES], 1, 4);
    while ((d = growth(&before)).v[WRITE_MS] < 3 || d.v[FLUSH_MS] < 1)
        write_on_disk();
    EXPECT_RANGE(d.v[WEIGHTED_MS] - d.v[READ_MS] - d.v[WRITE_MS], -2, 2);
    unlink(ON_DISK);
}

static bool requests_agree(void)
{
    struct debug_counters c = read_counters();
    struct disk d = read_disk();

    return (uint64_t)(d.v[READS] + d.v[READS_MERGED]) == c.disk_reads
           && (uint64_t)(d.v[WRITES] + d.v[WRITES_MERGED]) == c.disk_writes;
}

/* A request is one for the device, however many neighbours joined it. */
static void disk_merges(void)
{
    need_debug_call();
    write_on_disk();
    read_from_disk();
    EXPECT_SOON(requests_agree());
    unlink(ON_DISK);
}

static void disk_in_flight(void)
{
    start_children(write_for_ever, 1);
    AWAIT(read_disk().v[IN_FLIGHT] > 0);
    end_children(1);
    unlink(ON_DISK);
    sync();
    EXPECT_EQ(read_disk().v[IN_FLIGHT], 0);
}

static void partitions(void)
{
    char *at = open_text("/proc/partitions"), *line;
    unsigned major, minor;
    char name[16], path[32];
    struct stat st;
    long blocks, n = 0;

    EXPECT_LINE(next_line(&at), "major minor  #blocks  name");
    EXPECT_LINE(next_line(&at), "%s", "");
    for (; (line = next_line(&at)); n++) {
        int fd;

        REQUIRE(sscanf(line, "%u %u %ld %15s", &major, &minor, &blocks, name) == 4);
        snprintf(path, sizeof(path), "/dev/%s", name);
        fd = open(path, O_RDONLY);
        REQUIRE(fd >= 0 && fstat(fd, &st) == 0);
        EXPECT_LINE(line, "%4u  %7u %10ld %s", major(st.st_rdev), minor(st.st_rdev),
                    lseek(fd, 0, SEEK_END) / 1024, name);
        close(fd);
    }
    EXPECT(n >= 1);
}

static void devices(void)
{
    static const struct {
        const char *path, *name;
    } known[] = {
        { "/dev/null", "mem" }, { "/dev/ttyS0", "ttyS" }, { "/dev/tty", "/dev/tty" },
        { "/dev/console", "/dev/console" },
    };
    char *at = open_text("/proc/devices");
    struct stat st;

    EXPECT_LINE(next_line(&at), "Character devices:");
    for (size_t i = 0; i < COUNT(known); i++) {
        REQUIRE(stat(known[i].path, &st) == 0);
        EXPECT_LINE(next_line(&at), "%3u %s", major(st.st_rdev), known[i].name);
    }
    EXPECT_LINE(next_line(&at), "%s", "");
    EXPECT_LINE(next_line(&at), "Block devices:");
    REQUIRE(stat("/dev/vda", &st) == 0);
    EXPECT_LINE(next_line(&at), "%3u virtblk", major(st.st_rdev));
    EXPECT(next_line(&at) == NULL);
}

/* File systems */

static void filesystems(void)
{
    char *at = open_text("/proc/filesystems"), *line;
    int n = 0;

    for (; (line = next_line(&at)); n++) {
        char *type = strchr(line, '\t');

        REQUIRE(type != NULL);
        *type++ = '\0';
        EXPECT(strcmp(line, "nodev") == 0 || *line == '\0');
        if (!*line) {
            EXPECT_ERROR(mount("/dev/null", "/mnt", type, 0, NULL), ENOTBLK);
            continue;
        }
        EXPECT_OK(mount("none", "/mnt", type, 0, NULL));
        EXPECT_OK(umount("/mnt"));
    }
    EXPECT(n >= 4);
    EXPECT_ERROR(mount("none", "/mnt", "nosuchfs", 0, NULL), ENODEV);
}

/* The last line of /proc/mounts, and how many there are. */
static int last_mount(char *last, size_t size)
{
    char *at = open_text("/proc/mounts"), *line;
    int n = 0;

    for (; (line = next_line(&at)); n++)
        snprintf(last, size, "%s", line);
    return n;
}

static void mounts_come_and_go(void)
{
    char line[256], first[256];
    int n = last_mount(first, sizeof(first));

    REQUIRE(mount("here", "/mnt", "tmpfs", 0, "size=1m,nr_inodes=77,mode=700") == 0);
    EXPECT_EQ(last_mount(line, sizeof(line)), n + 1);
    EXPECT_LINE(line, "here /mnt tmpfs rw,relatime,size=1024k,nr_inodes=77,mode=700 0 0");
    REQUIRE(umount("/mnt") == 0);
    REQUIRE(mount("proc", "/mnt", "proc", MS_RDONLY, NULL) == 0);
    last_mount(line, sizeof(line));
    EXPECT_LINE(line, "proc /mnt proc ro,relatime 0 0");
    REQUIRE(umount("/mnt") == 0);
    EXPECT_EQ(last_mount(line, sizeof(line)), n);
    EXPECT_LINE(line, "%s", first);
}

/* A line's words stay apart whatever they contain. */
static void mounts_are_escaped(void)
{
    char line[256];

    REQUIRE(mkdir("/tmp/a b\t\n\\", 0700) == 0);
    REQUIRE(mount("c d", "/tmp/a b\t\n\\", "tmpfs", 0, "size=1m,nr_inodes=77,mode=700") == 0);
    last_mount(line, sizeof(line));
    EXPECT_LINE(line, "c\\040d /tmp/a\\040b\\011\\012\\134 tmpfs "
                      "rw,relatime,size=1024k,nr_inodes=77,mode=700 0 0");
    REQUIRE(umount("/tmp/a b\t\n\\") == 0);
    rmdir("/tmp/a b\t\n\\");
}

static void mounts_of_self(void)
{
    static char own[4096];
    char target[32] = "";

    EXPECT_EQ(readlink("/proc/mounts", target, sizeof(target)), 11);
    EXPECT(strcmp(target, "self/mounts") == 0);
    read_file("/proc/self/mounts", own, sizeof(own));
    EXPECT(strcmp(open_text("/proc/mounts"), own) == 0);
    EXPECT(begins_with(own, "/dev/vda / ext2 rw,relatime 0 0\n"));
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
    char message[64];
    int n;

    snprintf(message, sizeof(message), "tmpfs: bad option procsystest=%d\n", getpid());
    EXPECT(strstr(open_text("/proc/kmsg"), message) == NULL);
    snprintf(log, sizeof(log), "procsystest=%d", getpid());
    EXPECT_ERROR(mount("none", "/mnt", "tmpfs", 0, log), EINVAL);
    EXPECT(strstr(open_text("/proc/kmsg"), message) != NULL);
    n = klogctl(SYSLOG_ACTION_READ_ALL, log, sizeof(log) - 1);
    REQUIRE(n > 0);
    log[n] = '\0';
    EXPECT(strcmp(log, text) == 0);
}

/* Settings */

#define VM "/proc/sys/vm/"

static void expect_setting(const char *path, const char *largest, const char *too_large)
{
    static const char *const bad[] = { "", "x", "-1", "1 2", "1x", "0x10", " ",
                                       "18446744073709551616" };
    char was[32], is[32];

    read_file(path, was, sizeof(was));
    for (size_t i = 0; i < COUNT(bad); i++)
        if (*bad[i] && write_text(path, bad[i]) != EINVAL)
            fail(__FILE__, __LINE__, "%s takes \"%s\"", path, bad[i]);
    EXPECT_EQ(write_text(path, too_large), EINVAL);
    read_file(path, is, sizeof(is));
    EXPECT(strcmp(is, was) == 0);
    set(path, largest);
    EXPECT_EQ(proc_number(path, ""), atol(largest));
    set(path, "0\n");
    EXPECT(read_file(path, is, sizeof(is)) == 2 && strcmp(is, "0\n") == 0);
    set(path, was);
}

static void settings_are_checked(void)
{
    expect_setting(VM "dirty_background_ratio", "100", "101");
    expect_setting(VM "dirty_ratio", "100", "101");
    expect_setting(VM "dirty_expire_centisecs", "1000000", "1000001");
    expect_setting(VM "dirty_writeback_centisecs", "1000000", "1000001");
}

static long dirty_pages(void)
{
    return proc_number("/proc/vmstat", "nr_dirty ") + proc_number("/proc/vmstat", "nr_writeback ");
}

static void make_dirty(void)
{
    int fd = open(ON_DISK, O_CREAT | O_TRUNC | O_RDWR, 0600);

    REQUIRE(fd >= 0);
    write_pages(fd);
    close(fd);
}

/* Who writes more than may be dirty waits; at least 64 pages always may. */
static void dirty_ratio(void)
{
    sync();
    make_dirty();
    EXPECT_RANGE(dirty_pages(), N, UNBOUNDED);
    unlink(ON_DISK);
    set(VM "dirty_ratio", "0");
    make_dirty();
    EXPECT_RANGE(dirty_pages(), 0, N / 2);
    set(VM "dirty_ratio", "20");
    unlink(ON_DISK);
}

/* Nobody waits, but the pages go. */
static void dirty_background_ratio(void)
{
    sync();
    set(VM "dirty_background_ratio", "0");
    set(VM "dirty_ratio", "100");
    make_dirty();
    AWAIT(dirty_pages() <= N / 2);
    set(VM "dirty_background_ratio", "10");
    set(VM "dirty_ratio", "20");
    unlink(ON_DISK);
}

/* With the defaults the pages would stay for 30 s, and be looked at each 5 s. */
static void dirty_ages(void)
{
    sync();
    make_dirty();
    EXPECT_RANGE(dirty_pages(), N, UNBOUNDED);
    set(VM "dirty_writeback_centisecs", "10");
    set(VM "dirty_expire_centisecs", "1");
    AWAIT(dirty_pages() == 0);
    set(VM "dirty_expire_centisecs", "3000");
    set(VM "dirty_writeback_centisecs", "500");
    unlink(ON_DISK);
}

static long cached_objects(const char *cache)
{
    return proc_number("/proc/slabinfo", cache);
}

static void look_at_many_names(void)
{
    struct stat st;
    char name[64];

    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "/procsystest.no-such-name-%d", i);
        EXPECT_ERROR(stat(name, &st), ENOENT);
    }
}

static void drop_caches(void)
{
    static const char *const bad[] = { "0", "5", "x", "-1", "1 2" };
    static const char path[] = VM "drop_caches";
    long pages, names;

    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT_EQ(write_text(path, bad[i]), EINVAL);
    EXPECT_ERROR(open(path, O_RDONLY), EACCES);
    write_on_disk();
    look_at_many_names();
    pages = proc_number("/proc/vmstat", "nr_file_pages ");
    names = cached_objects("dentry ");
    set(path, "4");                             /* nothing but a word less in Linux's log */
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -N / 2, N / 2);
    set(path, "2");
    EXPECT_RANGE(cached_objects("dentry ") - names, -UNBOUNDED, -400);
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -N / 2, N / 2);
    set(path, "1");
    EXPECT_RANGE(proc_number("/proc/vmstat", "nr_file_pages ") - pages, -UNBOUNDED, -N);
    unlink(ON_DISK);
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
    EXPECT(mmap((void *)(lowest - (long)PAGE), PAGE, PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
    EXPECT(getpid() < proc_number("/proc/sys/kernel/pid_max", ""));
    EXPECT_EQ(proc_number("/proc/sys/kernel/pid_max", ""), 32768);
    EXPECT_EQ(proc_number(VM "max_map_count", ""), 65530);      /* see too_many_mappings */
}

static void what_is_fixed_stays(void)
{
    static const char *const fixed[] = { VM "max_map_count", VM "mmap_min_addr",
                                         "/proc/sys/kernel/pid_max", "/proc/version",
                                         "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ostype" };

    for (size_t i = 0; i < COUNT(fixed); i++)
        if (write_text(fixed[i], "1") == 0)
            fail(__FILE__, __LINE__, "%s can be written", fixed[i]);
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
        "cmdline", "cpuinfo", "devices", "diskstats", "filesystems", "interrupts", "kmsg",
        "loadavg", "mounts", "partitions", "self", "stat", "swaps", "sys", "uptime", "version",
        /* procmemtest */ "meminfo", "vmstat",
        /* procalloctest */ "buddyinfo", "pagetypeinfo", "slabinfo", "vmallocinfo", "zoneinfo",
    };
    static const char *const sys[] = { "kernel", "vm" };
    static const char *const kernel[] = { "osrelease", "ostype", "pid_max" };
    static const char *const vm[] = {
        "dirty_background_ratio", "dirty_expire_centisecs", "dirty_ratio",
        "dirty_writeback_centisecs", "drop_caches", "max_map_count", "mmap_min_addr",
    };

    expect_known("/proc", root, COUNT(root));
    expect_known("/proc/sys", sys, COUNT(sys));
    expect_known("/proc/sys/kernel", kernel, COUNT(kernel));
    expect_known("/proc/sys/vm", vm, COUNT(vm));
}

static const struct test tests[] = {
    TEST(every_file_is_known), TEST(times_follow_work), TEST(times_add_up),
    TEST(switches_are_counted), TEST(switches_agree), TEST(forks_are_counted),
    TEST(running_are_counted), TEST(boot_time_follows_the_clock), TEST(uptime),
    TEST(load_counts), TEST(averages), LONG_CHILD_TEST(load_rises_and_falls), TEST(version),
    TEST(command_line), TEST(processors), TEST(interrupts_add_up), TEST(interrupts_of_devices),
    TEST(interrupts_of_timers), TEST(interrupts_of_harts), TEST(disk_reads), TEST(disk_writes),
    TEST(disk_merges), TEST(disk_in_flight), TEST(partitions), TEST(devices), TEST(filesystems),
    TEST(mounts_come_and_go), TEST(mounts_are_escaped), TEST(mounts_of_self),
    TEST(self_is_the_reader), TEST(swaps), TEST(log_shows_messages), TEST(settings_are_checked),
    TEST(dirty_ratio), TEST(dirty_background_ratio), TEST(dirty_ages), TEST(drop_caches),
    TEST(limits_hold), TEST(what_is_fixed_stays),
};

TEST_MAIN(tests)
