/* SPDX-License-Identifier: MIT */
/*
 * procpidtest.c - what /proc/<pid> says of a process is true: each field follows its cause.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/effect.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define N 256L
#define KIB (N * 4)

/* The words of /proc/<pid>/stat, numbered as in proc(5); 2 and 3 are text. */
enum {
    PID = 1, PPID = 4, PGRP, SESSION, TTY, TPGID, FLAGS, MINFLT, CMINFLT, MAJFLT, CMAJFLT, UTIME,
    STIME, CUTIME, CSTIME, PRIORITY, NICE, THREADS, ITREAL, START, VSIZE, RSS, RSSLIM, STARTCODE,
    ENDCODE, STARTSTACK, KSTKESP, KSTKEIP, SIGNAL, BLOCKED, IGNORED, CAUGHT, WCHAN, NSWAP, CNSWAP,
    EXIT_SIGNAL, PROCESSOR, RT_PRIORITY, POLICY, BLKIO, GUEST, CGUEST, START_DATA, END_DATA,
    START_BRK, ARG_START, ARG_END, ENV_START, ENV_END, EXIT_CODE, WORDS = EXIT_CODE
};

struct stat_line {
    char comm[32], state;
    uint64_t v[WORDS + 1];
};

static struct stat_line read_stat(pid_t pid)
{
    struct stat_line s = { 0 };
    char path[64], text[1024], *p, *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    read_file(path, text, sizeof(text));
    s.v[PID] = strtoul(text, &p, 10);
    end = strrchr(text, ')');
    REQUIRE(end != NULL);
    snprintf(s.comm, sizeof(s.comm), "%.*s", (int)(end - p - 2), p + 2);
    s.state = end[2];
    p = end + 3;
    for (int i = PPID; i <= WORDS; i++) {
        REQUIRE(*p == ' ');
        s.v[i] = strtoul(p, &p, 10);
    }
    EXPECT_EQ(*p, '\n');                        /* there is nothing more */
    return s;
}

static uint64_t own(int word)
{
    return read_stat(getpid()).v[word];
}

/* The text behind KEY in /proc/<pid>/status. */
static const char *status_of(pid_t pid, const char *key)
{
    static char text[4096];
    char path[64], *line;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    read_file(path, text, sizeof(text));
    for (line = text; strncmp(line, key, strlen(key)) != 0; line++) {
        line = strchr(line, '\n');
        REQUIRE(line != NULL && line[1]);
    }
    line[strcspn(line, "\n")] = '\0';
    return line + strlen(key) + 1;
}

/* Who it is */

static void identity(void)
{
    struct stat_line s;
    pid_t pid = start_child(pause_forever, NULL);

    REQUIRE(setpgid(pid, pid) == 0);
    s = read_stat(pid);
    EXPECT_EQ(s.v[PID], pid);
    EXPECT_EQ(s.v[PPID], getpid());
    EXPECT_EQ(s.v[PGRP], pid);
    EXPECT_EQ(s.v[SESSION], getsid(0));
    EXPECT_EQ(s.v[EXIT_SIGNAL], SIGCHLD);
    EXPECT(s.v[PROCESSOR] < (uint64_t)harts());
    EXPECT_EQ(strtol(status_of(pid, "Tgid:"), NULL, 10), pid);
    EXPECT_EQ(strtol(status_of(pid, "Pid:"), NULL, 10), pid);
    EXPECT_EQ(strtol(status_of(pid, "PPid:"), NULL, 10), getpid());
    EXPECT(s.v[START] >= own(START));
    end_child(pid);
}

static void own_session(void)
{
    REQUIRE(setsid() == getpid());
    EXPECT_EQ(own(SESSION), getpid());
    EXPECT_EQ(own(TTY), 0);
    EXPECT_EQ((int)own(TPGID), -1);
    REQUIRE(open("/dev/ttyS0", O_RDWR) >= 0);
    EXPECT_EQ(own(TTY), 4 << 8 | 64);
    EXPECT_EQ(own(TPGID), getpid());
}

static void name_follows(void)
{
    EXPECT(strcmp(read_stat(getpid()).comm, "procpidtest") == 0);
    prctl(PR_SET_NAME, "a (new) name");
    EXPECT(strcmp(read_stat(getpid()).comm, "a (new) name") == 0);
    EXPECT(strcmp(status_of(getpid(), "Name:"), "a (new) name") == 0);
}

static void expect_state(pid_t pid, char state)
{
    while (read_stat(pid).state != state)       /* for ever, if it never comes there */
        sched_yield();
    while (*status_of(pid, "State:") != state)
        sched_yield();
}

static void states(void)
{
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_EQ(read_stat(getpid()).state, 'R');
    expect_state(pid, 'S');
    kill(pid, SIGSTOP);
    expect_state(pid, 'T');
    kill(pid, SIGCONT);
    expect_state(pid, 'S');
    kill(pid, SIGKILL);
    expect_state(pid, 'Z');
    EXPECT_EQ(read_stat(pid).v[EXIT_CODE], SIGKILL);
    EXPECT_EQ(read_stat(pid).v[VSIZE], 0);
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

static void write_for_ever(void *arg)
{
    static char block[64 * KB];
    int fd = open("/procpidtest.file", O_RDWR | O_CREAT, 0600);

    (void)arg;
    for (;;) {
        pwrite(fd, block, sizeof(block), 0);
        fsync(fd);
    }
}

static void waits_for_disk(void)
{
    pid_t pid = start_child(write_for_ever, NULL);

    expect_state(pid, 'D');
    while (proc_number("/proc/stat", "procs_blocked") < 1)
        sched_yield();
    end_child(pid);
    unlink("/procpidtest.file");
    EXPECT_EQ(proc_number("/proc/stat", "procs_blocked"), 0);
}

static void credentials(void)
{
    gid_t groups[] = { 70, 80 };

    REQUIRE(setgroups(2, groups) == 0 && setresgid(11, 12, 13) == 0 && setresuid(21, 22, 23) == 0);
    EXPECT(strcmp(status_of(getpid(), "Uid:"), "21\t22\t23\t22") == 0);
    EXPECT(strcmp(status_of(getpid(), "Gid:"), "11\t12\t13\t12") == 0);
    EXPECT(strncmp(status_of(getpid(), "Groups:"), "70 80", 5) == 0);
}

/* Signals */

static uint64_t signals_in(const char *key)
{
    return strtoul(status_of(getpid(), key), NULL, 16);
}

#define BIT(sig) (1UL << ((sig) - 1))

static void signals(void)
{
    EXPECT_EQ(signals_in("SigCgt:") & BIT(SIGUSR1), 0);
    handle_with(SIGUSR1, record, 0);
    signal(SIGUSR2, SIG_IGN);
    block(SIGHUP, SIGTERM);
    kill(getpid(), SIGHUP);
    syscall(SYS_tkill, getpid(), SIGTERM);
    EXPECT_EQ(signals_in("SigCgt:"), BIT(SIGUSR1));
    EXPECT_EQ(signals_in("SigIgn:"), BIT(SIGUSR2));
    EXPECT_EQ(signals_in("SigBlk:"), BIT(SIGHUP) | BIT(SIGTERM));
    EXPECT_EQ(signals_in("ShdPnd:"), BIT(SIGHUP));
    EXPECT_EQ(signals_in("SigPnd:"), BIT(SIGTERM));
    EXPECT_EQ(own(CAUGHT), BIT(SIGUSR1));
    EXPECT_EQ(own(IGNORED), BIT(SIGUSR2));
    EXPECT_EQ(own(BLOCKED), BIT(SIGHUP) | BIT(SIGTERM));
    EXPECT_EQ(own(SIGNAL), BIT(SIGTERM));               /* those of the thread, only */
}

/* Time, faults, scheduling */

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
    pid_t pid[9];
    char spun;

    while (strtol(status_of(getpid(), "voluntary_ctxt_switches:"), NULL, 10) < waited + 5)
        nanosleep(&ms, NULL);
    for (long i = 0; i <= harts(); i++)
        pid[i] = start_child(spin_for_ever, &spun);
    while (strtol(status_of(getpid(), "nonvoluntary_ctxt_switches:"), NULL, 10) == pushed)
        continue;
    for (long i = 0; i <= harts(); i++)
        end_child(pid[i]);
}

static char thread_stack[2 * PAGE] __attribute__((aligned(16)));
static volatile int thread_state;

static int thread(void *arg)
{
    (void)arg;
    while (!thread_state)
        sched_yield();
    syscall(SYS_exit, 0);
    return 0;
}

static void threads(void)
{
    struct rlimit r;
    uint64_t mask;
    pid_t tid;

    EXPECT_EQ(own(THREADS), 1);
    thread_state = 0;
    tid = clone(thread, thread_stack + sizeof(thread_stack),
                CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS, NULL);
    REQUIRE(tid > 0);
    EXPECT_OK(syscall(SYS_prlimit64, tid, RLIMIT_CORE, NULL, &r));
    EXPECT_OK(syscall(SYS_sched_getaffinity, tid, sizeof(mask), &mask));
    EXPECT_EQ(own(THREADS), 2);
    EXPECT_EQ(strtol(status_of(getpid(), "Threads:"), NULL, 10), 2);
    thread_state = 1;
    while (own(THREADS) != 1)
        sched_yield();
}

/* What Linux shows and this kernel has not. */
static void zeros(void)
{
    static const int zero[] = { ITREAL, KSTKESP, KSTKEIP, WCHAN, NSWAP, CNSWAP, RT_PRIORITY,
                                POLICY, BLKIO, GUEST, CGUEST };
    struct stat_line s = read_stat(getpid());

    for (size_t i = 0; i < COUNT(zero); i++)
        EXPECT_EQ(s.v[zero[i]], 0);
    EXPECT_EQ(s.v[FLAGS], 0x400000);            /* as every program on Linux has */
}

/* Memory */

static char *area;

static void map_area(void)
{
    area = map_anon(N * PAGE);
}

static void fill_area(void)
{
    map_area();
    memset(area, 1, N * PAGE);
}

static void lock_area(void)
{
    map_area();
    EXPECT_OK(mlock(area, N * PAGE));
}

static void unmap_area(void)
{
    munmap(area, N * PAGE);
}

static void map_program(void)
{
    int fd = open("/tmp/procpidtest.file", O_RDWR | O_CREAT | O_TRUNC, 0700);

    EXPECT_EQ(ftruncate(fd, N * (long)PAGE), 0);
    area = mmap(NULL, N * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    close(fd);
    unlink("/tmp/procpidtest.file");
    REQUIRE(area != MAP_FAILED);
}

static void read_program(void)
{
    int fd = open("/bin/sh", O_RDONLY);

    area = mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    REQUIRE(area != MAP_FAILED);
    for (size_t i = 0; i < 8; i++)
        (void)*(volatile char *)(area + i * PAGE);
}

static void map_far_apart(void)
{
    area = map_anon(64 * MB);
    for (size_t i = 0; i < 64 * MB; i += 4 * MB)
        area[i] = 1;
}

static void unmap_far_apart(void)
{
    munmap(area, 64 * MB);
}

static void __attribute__((noinline)) use_stack(int depth)
{
    volatile char page[PAGE];

    page[0] = 1;
    if (depth)
        use_stack(depth - 1);
    page[1] = page[0];                          /* the frame is needed to the end */
}

static void deep_stack(void)
{
    use_stack(100);
}

static void high_descriptor(void)
{
    EXPECT_EQ(fcntl(0, F_DUPFD, 700), 700);
}

static const struct cause mapped = { map_area, unmap_area }, filled = { fill_area, unmap_area },
                          locked = { lock_area, unmap_area },
                          code = { map_program, unmap_area }, file = { read_program, unmap_area },
                          far = { map_far_apart, unmap_far_apart }, stack = { deep_stack, NULL },
                          descriptor = { high_descriptor, NULL };

static const struct effect status[] = {
    { "VmSize:", &mapped, KIB, KIB, NULL },
    { "VmData:", &mapped, KIB, KIB, NULL },
    { "VmRSS:", &filled, KIB, KIB + 16, NULL },
    { "RssAnon:", &filled, KIB, KIB + 16, NULL },
    { "VmLck:", &locked, KIB, KIB, NULL },
    { "VmPTE:", &far, 15 * 4, 20 * 4, NULL },
    { "VmLib:", &code, KIB, KIB, NULL },
    { "RssFile:", &file, 8 * 4, 16 * 4, NULL },
    { "VmStk:", &stack, 200, 600, NULL },
    { "FDSize:", &descriptor, 400, 2000, NULL },
    { "VmPeak:", NULL, 1, EFFECT_ANY, "see peaks_stay" },
    { "VmHWM:", NULL, 1, EFFECT_ANY, "see peaks_stay" },
    { "VmExe:", NULL, 4, 1000, "the size of this program; see layout" },
    { "VmPin:", NULL, 0, 0, "no device writes to a program's memory" },
    { "VmSwap:", NULL, 0, 0, "there is no swap" },
    { "RssShmem:", NULL, 0, 0, "no memory is shared" },
    { "Ngid:", NULL, 0, 0, "one node" },
    { "TracerPid:", NULL, 0, 0, "there is no ptrace" },
    { "Name:", NULL, 0, 0, "see name_follows" },
    { "State:", NULL, 0, 0, "see states" },
    { "Tgid:", NULL, 1, EFFECT_ANY, "see identity" },
    { "Pid:", NULL, 1, EFFECT_ANY, "see identity" },
    { "PPid:", NULL, 1, EFFECT_ANY, "see identity" },
    { "Uid:", NULL, 0, 0, "see credentials" },
    { "Gid:", NULL, 0, 0, "see credentials" },
    { "Groups:", NULL, 0, 0, "see credentials" },
    { "Threads:", NULL, 1, 1, "see threads" },
    { "SigPnd:", NULL, 0, 0, "see signals" },
    { "ShdPnd:", NULL, 0, 0, "see signals" },
    { "SigBlk:", NULL, 0, 0, "see signals" },
    { "SigIgn:", NULL, 0, EFFECT_ANY, "see signals" },
    { "SigCgt:", NULL, 0, EFFECT_ANY, "see signals" },
    { "Cpus_allowed:", NULL, 0, EFFECT_ANY, "see affinitytest" },
    { "Cpus_allowed_list:", NULL, 0, EFFECT_ANY, "see affinitytest" },
    { "voluntary_ctxt_switches:", NULL, 0, EFFECT_ANY, "see switches" },
    { "nonvoluntary_ctxt_switches:", NULL, 0, EFFECT_ANY, "see switches" },
};

static void status_has_causes(void)
{
    expect_fields("/proc/self/status", status, COUNT(status));
    expect_effects("/proc/self/status", status, COUNT(status));
}

static long vm(const char *key)
{
    return strtol(status_of(getpid(), key), NULL, 10);
}

/* Linux counts resident pages of each processor apart, and here does not add them all. */
static long rough_pages(void)
{
    return has_debug_call() ? 0 : 128;
}

static void peaks_stay(void)
{
    long size = vm("VmPeak:"), resident = vm("VmHWM:");

    for (long n = 0; n < 64; n += (long)(N * PAGE / MB))
        fill_area();
    EXPECT(vm("VmPeak:") >= size + 64 * 1024 - KIB);
    EXPECT(vm("VmHWM:") >= resident + 32 * 1024 / 2);
    size = vm("VmPeak:");
    resident = vm("VmHWM:");
    unmap_area();
    EXPECT_EQ(vm("VmPeak:"), size);
    EXPECT_RANGE(vm("VmHWM:"), resident - 4 * rough_pages(), resident + 4 * rough_pages());
    EXPECT(vm("VmSize:") < size);
    EXPECT(vm("VmRSS:") < resident);
}

static void statm_agrees(void)
{
    struct statm before = read_statm(), s;

    fill_area();
    s = read_statm();
    EXPECT_EQ(s.size - before.size, N);
    EXPECT_RANGE(s.resident - before.resident, N, N + 4);
    EXPECT_EQ(s.data - before.data, N);
    EXPECT_EQ(own(VSIZE), s.size * (long)PAGE);
    EXPECT_RANGE(own(RSS), s.resident - rough_pages(), s.resident + rough_pages());
    EXPECT_EQ(s.text, vm("VmExe:") / 4);
    EXPECT_EQ(s.shared, vm("RssFile:") / 4);
    EXPECT_EQ(s.lib, 0);
    EXPECT_EQ(s.dirty, 0);
    unmap_area();
    before = read_statm();
    read_program();
    EXPECT_RANGE(read_statm().shared - before.shared, 8, 16);
    unmap_area();
}

static void layout(void)
{
    struct stat_line s = read_stat(getpid());
    uintptr_t here = (uintptr_t)layout, in_data = (uintptr_t)&test_seed, on_stack = (uintptr_t)&s;
    extern char **environ;

    EXPECT(s.v[STARTCODE] <= here && here < s.v[ENDCODE]);
    EXPECT(s.v[START_DATA] <= in_data && in_data < s.v[END_DATA]);
    EXPECT(on_stack < s.v[STARTSTACK] && s.v[STARTSTACK] < s.v[ARG_START]);
    EXPECT(s.v[START_BRK] <= (uintptr_t)sbrk(0) && s.v[START_BRK] >= s.v[END_DATA]);
    EXPECT(s.v[ARG_START] < s.v[ARG_END] && s.v[ARG_END] <= s.v[ENV_START]);
    EXPECT(strstr((char *)s.v[ARG_START], "procpidtest") != NULL);
    EXPECT(s.v[ENV_START] <= (uintptr_t)environ[0] && (uintptr_t)environ[0] < s.v[ENV_END]);
}

static void maps(void)
{
    uintptr_t p;
    char line[200], wanted[64];

    map_area();
    p = (uintptr_t)area;
    REQUIRE(mprotect(area + PAGE, PAGE, PROT_READ) == 0);
    snprintf(wanted, sizeof(wanted), "%08lx-%08lx r--p 00000000 00:00 0", p + PAGE, p + 2 * PAGE);
    EXPECT(find_mapping(area + PAGE, line, sizeof(line)));
    EXPECT(strncmp(line, wanted, strlen(wanted)) == 0);
    unmap_area();
    EXPECT(!find_mapping((void *)p, line, sizeof(line)));
    EXPECT(find_mapping((void *)maps, line, sizeof(line)));
    EXPECT(strstr(line, "r-xp") && strstr(line, "/tests/procpidtest"));
    EXPECT(find_mapping(line, line, sizeof(line)) && strstr(line, "[stack]"));
    sbrk(PAGE);
    EXPECT(find_mapping((char *)sbrk(0) - 1, line, sizeof(line)) && strstr(line, "[heap]"));
}

/* Texts and links */

static void texts(void)
{
    char *const argv[] = { "/bin/sh", "-c", "read x", "", NULL };
    char *const envp[] = { "A=1", "B=2", NULL };
    char path[64], text[256];
    uint64_t aux[64];
    int held[2];                    /* what the shell reads from does not end */
    pid_t pid;

    REQUIRE(pipe(held) == 0 && (pid = fork()) >= 0);
    if (pid == 0) {
        dup2(held[0], STDIN_FILENO);
        close(held[1]);
        execve("/bin/sh", argv, envp);
        _exit(1);
    }
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    while (read_file(path, text, sizeof(text)) != 19)
        sched_yield();
    EXPECT(memcmp(text, "/bin/sh\0-c\0read x\0", 19) == 0);
    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    EXPECT_EQ(read_file(path, text, sizeof(text)), 8);
    EXPECT(memcmp(text, "A=1\0B=2\0", 8) == 0);
    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    read_file(path, text, sizeof(text));
    EXPECT(strcmp(text, "sh\n") == 0);
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    EXPECT_EQ(readlink(path, text, sizeof(text)), 7);
    EXPECT(memcmp(text, "/bin/sh", 7) == 0);
    snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
    read_file(path, (char *)aux, sizeof(aux));
    EXPECT(aux[0] != 0);
    end_child(pid);
    close(held[0]);
    close(held[1]);
}

static void directories(void)
{
    char text[64] = "";

    mkdir("/tmp/procpidtest.dir", 0755);
    REQUIRE(chdir("/tmp/procpidtest.dir") == 0);
    EXPECT_EQ(readlink("/proc/self/cwd", text, sizeof(text)), 20);
    EXPECT(strncmp(text, "/tmp/procpidtest.dir", 20) == 0);
    EXPECT_EQ(readlink("/proc/self/root", text, sizeof(text)), 1);
    chdir("/");
    rmdir("/tmp/procpidtest.dir");
}

static void descriptors(void)
{
    int fd = open("/bin/sh", O_RDONLY), p[2];
    char path[64], text[64] = "";

    REQUIRE(fd >= 0 && pipe(p) == 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    EXPECT_EQ(readlink(path, text, sizeof(text)), 7);
    EXPECT(strncmp(text, "/bin/sh", 7) == 0);
    close(fd);
    EXPECT_ERROR(readlink(path, text, sizeof(text)), ENOENT);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", p[0]);
    EXPECT(readlink(path, text, sizeof(text)) > 6 && strncmp(text, "pipe:[", 6) == 0);
    close(p[0]);
    close(p[1]);
}

/* A program finds a descriptor that was left to it, and not one that goes at exec. */
static void exec_with(void *flags)
{
    int null = open("/dev/null", O_RDWR);

    REQUIRE(dup2(null, 500) == 500 && fcntl(500, F_SETFD, (long)flags) == 0);
    dup2(null, 1);
    dup2(null, 2);
    execl("/bin/ls", "ls", "/proc/self/fd/500", (char *)NULL);
    _exit(127);
}

static void closed_on_exec(void)
{
    EXPECT_EQ(run_child(exec_with, NULL), 0);
    EXPECT_RANGE(WEXITSTATUS(run_child(exec_with, (void *)FD_CLOEXEC)), 1, 126);
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

/* Each file has a test here. */
static void files_are_known(void)
{
    static const char *const known[] = {
        ".", "..", "auxv", "cmdline", "comm", "cwd", "environ", "exe", "fd", "limits", "maps",
        "root", "stat", "statm", "status",
        /* mounttest */ "mountinfo", /* procdisktest */ "mounts",
        /* oomadjtest */ "oom_adj", "oom_score", "oom_score_adj",
        /* smapstest */ "clear_refs", "pagemap", "smaps", "smaps_rollup",
    };
    DIR *dir = opendir("/proc/self");
    struct dirent *e;
    size_t n = 0, i;

    need_debug_call();                                  /* Linux has more */
    REQUIRE(dir != NULL);
    for (; (e = readdir(dir)); n++) {
        for (i = 0; i < COUNT(known) && strcmp(e->d_name, known[i]) != 0; i++)
            continue;
        if (i == COUNT(known))
            fail(__FILE__, __LINE__, "nobody tests /proc/<pid>/%s", e->d_name);
    }
    closedir(dir);
    EXPECT_EQ(n, COUNT(known));
}

static const struct test tests[] = {
    TEST(files_are_known), TEST(identity), CHILD_TEST(own_session), CHILD_TEST(name_follows),
    TEST(states), TEST(waits_for_disk), CHILD_TEST(credentials), CHILD_TEST(signals),
    TEST(times_pass), TEST(faults), CHILD_TEST(niceness), TEST(switches), CHILD_TEST(threads),
    TEST(zeros), CHILD_TEST(status_has_causes), CHILD_TEST(peaks_stay), TEST(statm_agrees),
    TEST(layout), TEST(maps), TEST(texts), TEST(directories), TEST(descriptors),
    TEST(closed_on_exec), CHILD_TEST(limits),
};

TEST_MAIN(tests)
