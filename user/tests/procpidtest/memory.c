/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the memory of a process: how much there is of each kind, and where.
 */
#include <fcntl.h>
#include <stdio.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/effect.h"
#include "user/tests/lib/watch.h"

#define N 256L                  /* pages */
#define KIB (N * 4)

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
    area = map_pages(64 * MB / PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
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
    { "CapInh:", NULL, 0, 0, "see captest" },
    { "CapPrm:", NULL, 0, EFFECT_ANY, "see captest" },
    { "CapEff:", NULL, 0, EFFECT_ANY, "see captest" },
    { "CapBnd:", NULL, 0, EFFECT_ANY, "see captest" },
    { "CapAmb:", NULL, 0, 0, "see captest" },
    { "NoNewPrivs:", NULL, 0, 0, "see captest" },
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

    for (long n = 0; n < 16; n += (long)(N * PAGE / MB))
        fill_area();
    EXPECT(vm("VmPeak:") >= size + 16 * 1024 - KIB);
    EXPECT(vm("VmHWM:") >= resident + 16 * 1024 / 2);
    size = vm("VmPeak:");
    resident = vm("VmHWM:");
    unmap_area();
    EXPECT_EQ(vm("VmPeak:"), size);
    EXPECT_RANGE(vm("VmHWM:"), resident - 4 * rough_pages(), resident + 4 * rough_pages());
    EXPECT(vm("VmSize:") < size);
    EXPECT(vm("VmRSS:") < resident);
}

/* The value of KEY, in kB, in the text of a status file. */
static long kilobytes_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

static void read_own_status(char *text, size_t size, int fd)
{
    ssize_t n = pread(fd, text, size - 1, 0);

    text[n > 0 ? n : 0] = '\0';
}

/* Nor is one below what is there now: after pages that came with others, and after fork. */
static void peaks_follow(void)
{
    static char text[8 * KB];
    int fd = open("/proc/self/status", O_RDONLY);

    memset(text, 1, sizeof(text));
    read_program();
    read_own_status(text, sizeof(text), fd);
    EXPECT(kilobytes_of(text, "VmRSS:") > 0);
    EXPECT(kilobytes_of(text, "VmHWM:") >= kilobytes_of(text, "VmRSS:"));
    EXPECT(kilobytes_of(text, "VmPeak:") >= kilobytes_of(text, "VmSize:"));
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

/* A file's name ends no line. */
static void maps_have_a_line_each(void)
{
    static const char path[] = "/tmp/procpidtest.a\nb";
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char line[200];

    REQUIRE(fd >= 0 && ftruncate(fd, PAGE) == 0);
    area = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    REQUIRE(area != MAP_FAILED);
    EXPECT(find_mapping(area, line, sizeof(line)) && strstr(line, "/tmp/procpidtest.a\\012b"));
    munmap(area, PAGE);
    unlink(path);
}

static const struct test tests[] = {
    CHILD_TEST(status_has_causes), CHILD_TEST(peaks_stay), CHILD_TEST(peaks_follow),
    TEST(statm_agrees), TEST(layout), TEST(maps),
    TEST(maps_have_a_line_each),
};

const struct test_list memory_tests = TEST_LIST(tests);
