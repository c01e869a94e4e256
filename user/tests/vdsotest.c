/* SPDX-License-Identifier: MIT */
/*
 * vdsotest.c - the code that the kernel lends to programs: found as C libraries find it, it does
 * what the system calls do.
 */
#include <fcntl.h>
#include <sys/time.h>
#include <time.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"

#define VERSION "LINUX_4.15"

/* What a shared object says of itself in its dynamic section. */
static struct {
    const char *base, *strings;
    const uint32_t *hash;
    const struct symbol {
        uint32_t name;
        uint8_t info, other;
        uint16_t section;
        uint64_t value, size;
    } *symbols;
    const uint16_t *versions;
    const char *definitions;
} object;

static uintptr_t auxiliary(uint64_t type)
{
    uint64_t entry[2];
    int fd = open("/proc/self/auxv", O_RDONLY);

    REQUIRE(fd >= 0);
    while (read(fd, entry, sizeof(entry)) == sizeof(entry) && entry[0] != AT_NULL)
        if (entry[0] == type) {
            close(fd);
            return entry[1];
        }
    close(fd);
    return 0;
}

static const uint64_t *find_dynamic(const struct elf64_ehdr *header)
{
    const struct elf64_phdr *p = (const void *)(object.base + header->e_phoff);

    for (int i = 0; i < header->e_phnum; i++)
        if (p[i].p_type == 2 /* PT_DYNAMIC */)
            return (const void *)(object.base + p[i].p_offset);
    return NULL;
}

static void open_object(void)
{
    const struct elf64_ehdr *header;
    const uint64_t *dynamic;

    object.base = (const char *)auxiliary(AT_SYSINFO_EHDR);
    REQUIRE(object.base);
    header = (const void *)object.base;
    EXPECT(memcmp(header->e_ident, "\177ELF\2\1\1", 7) == 0);
    EXPECT_EQ(header->e_type, ET_DYN);
    EXPECT_EQ(header->e_machine, EM_RISCV);
    dynamic = find_dynamic(header);
    REQUIRE(dynamic);
    for (; dynamic[0]; dynamic += 2) {
        const void *at = object.base + dynamic[1];

        switch (dynamic[0]) {
        case 4: object.hash = at; break;
        case 5: object.strings = at; break;
        case 6: object.symbols = at; break;
        case 0x6ffffff0: object.versions = at; break;
        case 0x6ffffffc: object.definitions = at; break;
        }
    }
    REQUIRE(object.strings && object.symbols && object.versions && object.definitions);
}

/* The name of version NUMBER: its definition's first word behind the link to it. */
static const char *version_name(unsigned number)
{
    for (const char *d = object.definitions;; d += *(const uint32_t *)(d + 16)) {
        if (*(const uint16_t *)(d + 4) == number)
            return object.strings + *(const uint32_t *)(d + *(const uint32_t *)(d + 12));
        if (!*(const uint32_t *)(d + 16))
            return "";
    }
}

/* The address of the function NAME in its version, by way of the hash table's chains. */
static void *find(const char *name)
{
    if (!object.base)
        open_object();
    REQUIRE(object.hash);
    for (uint32_t b = 0; b < object.hash[0]; b++)
        for (uint32_t i = object.hash[2 + b]; i; i = object.hash[2 + object.hash[0] + i])
            if (strcmp(object.strings + object.symbols[i].name, name) == 0
                && strcmp(version_name(object.versions[i] & 0x7fff), VERSION) == 0)
                return (void *)(object.base + object.symbols[i].value);
    fail(__FILE__, __LINE__, "no %s", name);
    give_up();
}

static long long nanoseconds(const struct timespec *ts)
{
    return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

static long long by_call(int clock)
{
    struct timespec ts = { 0 };

    EXPECT_EQ(syscall(SYS_clock_gettime, clock, &ts), 0);
    return nanoseconds(&ts);
}

typedef int clock_fn(int clock, struct timespec *ts);

/* What the page says lies between what the kernel says before and after. */
static void clocks_agree(void)
{
    static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME,
                                  CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
    clock_fn *get = (clock_fn *)find("__vdso_clock_gettime");
    struct timespec ts;

    for (size_t i = 0; i < COUNT(clocks); i++)
        for (int n = 0; n < 100; n++) {
            long long before = by_call(clocks[i]), here, after;

            EXPECT_EQ(get(clocks[i], &ts), 0);
            here = nanoseconds(&ts);
            after = by_call(clocks[i]);
            if (here < before || here > after)
                fail(__FILE__, __LINE__, "clock %d: %lld, not in %lld..%lld", clocks[i], here, before,
                     after);
        }
    EXPECT_EQ(get(99, &ts), -EINVAL);
    EXPECT_EQ(get(-1, &ts), -EINVAL);
}

static void real_time_can_be_set(void)
{
    clock_fn *get = (clock_fn *)find("__vdso_clock_gettime");
    struct timespec was, set = { .tv_sec = 2000000000 }, now;

    EXPECT_OK(clock_gettime(CLOCK_REALTIME, &was));
    if (clock_settime(CLOCK_REALTIME, &set) < 0)
        skip("only root sets the clock");
    EXPECT_EQ(get(CLOCK_REALTIME, &now), 0);
    EXPECT(now.tv_sec >= set.tv_sec && now.tv_sec < set.tv_sec + 60);
    EXPECT_OK(clock_settime(CLOCK_REALTIME, &was));
    EXPECT_EQ(get(CLOCK_REALTIME, &now), 0);
    EXPECT(now.tv_sec >= was.tv_sec && now.tv_sec < was.tv_sec + 60);
}

static void time_of_day(void)
{
    int (*get)(struct timeval *, struct timezone *) =
        (int (*)(struct timeval *, struct timezone *))find("__vdso_gettimeofday");
    struct timezone zone = { 5, 5 };
    struct timeval tv;
    long long before = by_call(CLOCK_REALTIME) / 1000, here;

    EXPECT_EQ(get(&tv, &zone), 0);
    here = tv.tv_sec * 1000000LL + tv.tv_usec;
    EXPECT(here >= before && here <= by_call(CLOCK_REALTIME) / 1000);
    EXPECT_EQ(zone.tz_minuteswest, 0);
    EXPECT_EQ(get(NULL, NULL), 0);
}

static void resolution(void)
{
    clock_fn *get = (clock_fn *)find("__vdso_clock_getres");
    struct timespec here, there;

    EXPECT_EQ(get(CLOCK_MONOTONIC, &here), 0);
    EXPECT_OK(clock_getres(CLOCK_MONOTONIC, &there));
    EXPECT_EQ(nanoseconds(&here), nanoseconds(&there));
    EXPECT_EQ(get(99, &here), -EINVAL);
}

static void other_calls(void)
{
    int (*getcpu)(unsigned *, unsigned *, void *) =
        (int (*)(unsigned *, unsigned *, void *))find("__vdso_getcpu");
    int (*flush)(uintptr_t, uintptr_t, unsigned long) =
        (int (*)(uintptr_t, uintptr_t, unsigned long))find("__vdso_flush_icache");
    unsigned cpu = 1000, node = 1000;

    EXPECT_EQ(getcpu(&cpu, &node, NULL), 0);
    EXPECT(cpu < 1000 && node == 0);
    EXPECT_EQ(flush(0, 0, 0), 0);
}

/* Unwinders look for these words where handlers return to. */
static void handlers_return_there(void)
{
    const uint32_t *code = find("__vdso_rt_sigreturn");

    EXPECT_EQ(code[0], 0x08b00893u);
    EXPECT_EQ(code[1], 0x00000073u);
}

static void nobody_writes(void)
{
    char *page = (char *)((uintptr_t)find("__vdso_getcpu") & ~(PAGE - 1));

    EXPECT_FAULT(try_write(page), SIGSEGV, SEGV_ACCERR, page);
}

/* A page is executable: also where a program moved it. */
static void can_be_moved(void)
{
    char *old = (char *)((uintptr_t)find("__vdso_rt_sigreturn") & ~(PAGE - 1));
    char *place = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (old != object.base)
        skip("of more than one page");
    EXPECT(mremap(old, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
    object.base = NULL;
    EXPECT_FAULT(try_read(old), SIGSEGV, SEGV_MAPERR, old);
}

static const struct test tests[] = {
    TEST(clocks_agree), TEST(real_time_can_be_set), TEST(time_of_day), TEST(resolution),
    TEST(other_calls), TEST(handlers_return_there), TEST(nobody_writes), CHILD_TEST(can_be_moved),
};
TEST_MAIN(tests)
