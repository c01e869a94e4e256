/* SPDX-License-Identifier: MIT */
/*
 * limittest.c - how much memory is promised, and where promising ends.
 *
 * Committed_AS follows every call to the page and is afterwards what it was.  Of each
 * limit the last page that fits is given, and one more is refused and changes nothing.
 * Linux's limit of what is promised knows of small changes late: there, pages are units
 * so large that this makes no difference.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define VM "/proc/sys/vm/"
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)
#define KB_PER_PAGE 4L
#define SWAP "/limittest.swap"
#define SWAP_PAGES 256L

static long promised(void)
{
    return proc_number("/proc/meminfo", "Committed_AS:") / KB_PER_PAGE;
}

static long memory(void)
{
    return proc_number("/proc/meminfo", "MemTotal:") / KB_PER_PAGE;
}

static char *map(long npages, int prot, int flags)
{
    return mmap(NULL, (size_t)npages * PAGE, prot, flags, -1, 0);
}

static void set(const char *name, long value)
{
    char path[64], text[24];

    snprintf(path, sizeof(path), VM "%s", name);
    snprintf(text, sizeof(text), "%ld", value);
    set_text(path, text);
}

/* Pages of a unit.  Each of Linux's processors keeps changes to itself as long as they
 * are less than 1/256 of its share of the memory. */
static long unit;

static long slack(void)
{
    return unit / 2;
}

static void choose_unit(void)
{
    unit = has_debug_call() ? 1 : memory() / 64;
}

static char *map_units(long n, int prot, int flags)
{
    return map(n * unit, prot, flags);
}

static size_t units(long n)
{
    return (size_t)(n * unit) * PAGE;
}

/* Mode 2 with room for NPAGES more; relax() ends it. */
static void leave_pages(long npages)
{
    set("user_reserve_kbytes", 0);
    set("overcommit_kbytes", (promised() + npages + 1) * KB_PER_PAGE);
    set("overcommit_memory", 2);
}

/* The same with room for N units. */
static void leave_room(long n)
{
    choose_unit();
    leave_pages(n * unit + slack());
}

static void relax(void)
{
    set("overcommit_memory", 0);
    set("overcommit_ratio", 50);
}

/* DELTA pages more are promised than BASE. */
#define EXPECT_PROMISED(base, delta) EXPECT_EQ(promised() - (base), delta)

static void mappings_are_counted(void)
{
    long base = promised();
    char *p = map(100, RW, ANON);

    EXPECT_PROMISED(base, 100);
    EXPECT_OK(munmap(p + 20 * PAGE, 30 * PAGE));
    EXPECT_PROMISED(base, 70);
    EXPECT_OK(mmap(p, 100 * PAGE, RW, ANON | MAP_FIXED, -1, 0));
    EXPECT_PROMISED(base, 100);
    EXPECT_OK(mmap(p, 40 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0));
    EXPECT_PROMISED(base, 60);
    EXPECT_OK(mmap(p, 100 * PAGE, RW, ANON | MAP_FIXED | MAP_NORESERVE, -1, 0));
    EXPECT_PROMISED(base, 0);
    EXPECT_OK(munmap(p, 100 * PAGE));
    EXPECT_PROMISED(base, 0);
}

static void rights_are_counted(void)
{
    long base = promised();
    char *p = map(50, PROT_NONE, ANON);

    EXPECT_PROMISED(base, 0);
    EXPECT_OK(mprotect(p + 10 * PAGE, 30 * PAGE, RW));
    EXPECT_PROMISED(base, 30);
    EXPECT_OK(mprotect(p, 50 * PAGE, RW));
    EXPECT_PROMISED(base, 50);
    EXPECT_OK(mprotect(p, 50 * PAGE, PROT_READ));
    EXPECT_PROMISED(base, 0);                   /* no page was there */
    EXPECT_OK(mprotect(p, 50 * PAGE, RW));
    p[0] = 1;
    EXPECT_OK(mprotect(p, 50 * PAGE, PROT_READ));
    EXPECT_PROMISED(base, 50);                  /* pages keep what they have */
    EXPECT_OK(mprotect(p, 50 * PAGE, RW));
    EXPECT_PROMISED(base, 50);
    EXPECT_OK(munmap(p, 50 * PAGE));
    EXPECT_PROMISED(base, 0);
}

static void shared_memory_is_counted(void)
{
    long base = promised();
    char *p = map(40, PROT_READ, SHARED);

    EXPECT_PROMISED(base, 40);
    EXPECT_OK(munmap(p, 10 * PAGE));
    EXPECT_PROMISED(base, 40);                  /* the object is still whole */
    EXPECT_OK(munmap(p + 10 * PAGE, 30 * PAGE));
    EXPECT_PROMISED(base, 0);
    p = map(40, RW, SHARED | MAP_NORESERVE);
    EXPECT_PROMISED(base, 0);
    p[0] = p[7 * PAGE] = 1;
    EXPECT_PROMISED(base, 2);
    EXPECT_OK(munmap(p, 40 * PAGE));
    EXPECT_PROMISED(base, 0);
}

static void files_are_counted(void)
{
    static char text[3 * PAGE];
    int fd = memfd_create("limittest", 0);
    long base = promised();
    char *p;

    EXPECT_OK(ftruncate(fd, 10 * PAGE));
    EXPECT_PROMISED(base, 0);
    EXPECT_EQ(write(fd, text, sizeof(text)), sizeof(text));
    EXPECT_PROMISED(base, 3);
    p = mmap(NULL, 10 * PAGE, RW, MAP_SHARED, fd, 0);
    EXPECT_PROMISED(base, 3);
    p[5 * PAGE] = 1;
    EXPECT_PROMISED(base, 4);
    EXPECT_OK(munmap(p, 10 * PAGE));
    p = mmap(NULL, 10 * PAGE, RW, MAP_PRIVATE, fd, 0);
    EXPECT_PROMISED(base, 14);
    EXPECT_OK(munmap(p, 10 * PAGE));
    EXPECT_OK(ftruncate(fd, PAGE));
    EXPECT_PROMISED(base, 1);
    close(fd);
    EXPECT_PROMISED(base, 0);
}

static void moves_are_counted(void)
{
    char *area = map(200, PROT_NONE, ANON), *p = area;
    long base = promised();

    EXPECT_OK(mmap(p, 10 * PAGE, RW, ANON | MAP_FIXED, -1, 0));
    EXPECT_OK(munmap(p + 10 * PAGE, 10 * PAGE));
    EXPECT(mremap(p, 10 * PAGE, 15 * PAGE, 0) == p);
    EXPECT_PROMISED(base, 15);
    p = mremap(p, 15 * PAGE, 30 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + 100 * PAGE);
    EXPECT_PROMISED(base, 30);
    EXPECT(mremap(p, 30 * PAGE, 20 * PAGE, 0) == p);
    EXPECT_PROMISED(base, 20);
    EXPECT_ERROR(mremap(p, 20 * PAGE, 40 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE), EINVAL);
    EXPECT_ERROR(mremap(p + 10 * PAGE, 5 * PAGE, 6 * PAGE, 0), ENOMEM);
    EXPECT_PROMISED(base, 20);
    EXPECT_OK(mremap(p, 20 * PAGE, 20 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED,
                     area));
    EXPECT_PROMISED(base, 40);
    EXPECT_OK(munmap(area, 200 * PAGE));
    EXPECT_PROMISED(base, 0);
}

static __attribute__((noinline)) void use_stack(size_t n)
{
    volatile char room[n];

    room[0] = 1;
    (void)room[0];
}

static void heap_and_stack_are_counted(void)
{
    long base = promised();
    uintptr_t heap = (uintptr_t)syscall(SYS_brk, 0), even = (heap + PAGE - 1) & ~(PAGE - 1);
    long grown;

    syscall(SYS_brk, even + 10 * PAGE);
    EXPECT_PROMISED(base, 10);
    syscall(SYS_brk, even + 3 * PAGE);
    EXPECT_PROMISED(base, 3);
    syscall(SYS_brk, heap);
    EXPECT_PROMISED(base, 0);
    grown = read_statm().size;
    use_stack(MB);
    grown = read_statm().size - grown;
    EXPECT_RANGE(grown, 200, 256);
    EXPECT_PROMISED(base, grown);
}

static void hold_and_report(void *arg)
{
    struct gate *g = arg;

    map(25, RW, ANON);
    signal_gate(&g[0]);
    wait_gate(&g[1]);
}

static void children_are_counted(void)
{
    char *const argv[] = { "/bin/true", NULL };
    char *p = map(1000, RW, ANON), *q = map(70, RW, ANON | MAP_NORESERVE);
    long base = promised(), childs;
    struct gate g[2];
    pid_t pid;

    EXPECT_OK(madvise(p, 100 * PAGE, MADV_DONTFORK));
    open_gate(&g[0]);
    open_gate(&g[1]);
    pid = start_child(hold_and_report, g);
    wait_gate(&g[0]);
    childs = promised() - base;
    EXPECT_RANGE(childs, 925, 925 + 600);
    signal_gate(&g[1]);
    EXPECT_CHILD(pid);
    EXPECT_PROMISED(base, 0);
    EXPECT_EQ(run_program(argv[0], argv), 0);
    EXPECT_PROMISED(base, 0);
    munmap(p, 1000 * PAGE);
    munmap(q, 70 * PAGE);
}

/* Mode 0 knows only requests that are larger than the machine. */
static void guessing(void)
{
    long most = memory(), base = promised();
    char *p = map(most, RW, ANON), *q = map(most, RW, ANON | MAP_NORESERVE), *r;

    EXPECT(p != MAP_FAILED && q != MAP_FAILED);
    EXPECT_ERROR(map(most + 1, RW, ANON), ENOMEM);
    EXPECT_ERROR(map(most + 1, PROT_READ, SHARED), ENOMEM);
    EXPECT_PROMISED(base, most);
    r = map(most + 1, PROT_READ, ANON);
    EXPECT(r != MAP_FAILED);
    EXPECT_ERROR(mprotect(r, (size_t)(most + 1) * PAGE, RW), ENOMEM);
    EXPECT_OK(mprotect(r, (size_t)most * PAGE, RW));
    EXPECT_PROMISED(base, 2 * most);
    EXPECT_OK(munmap(r, (size_t)(most + 1) * PAGE));
    r = map(most + 1, RW, ANON | MAP_NORESERVE);
    EXPECT(r != MAP_FAILED);
    EXPECT_OK(munmap(r, (size_t)(most + 1) * PAGE));
    EXPECT_ERROR(mremap(p, PAGE, (size_t)(most + 2) * PAGE, MREMAP_MAYMOVE), ENOMEM);
    EXPECT_OK(munmap(p, (size_t)most * PAGE));
    EXPECT_OK(munmap(q, (size_t)most * PAGE));
    EXPECT_PROMISED(base, 0);
}

static void always(void)
{
    long much = 16 * memory(), base = promised();
    char *p;

    set("overcommit_memory", 1);
    p = map(much, RW, ANON);
    EXPECT(p != MAP_FAILED);
    EXPECT_PROMISED(base, much);
    relax();
    EXPECT_OK(munmap(p, (size_t)much * PAGE));
    EXPECT_PROMISED(base, 0);
}

static void never_by_mmap(void)
{
    char *p, *q, *r;

    leave_room(64);
    EXPECT_ERROR(map_units(65, RW, ANON), ENOMEM);
    EXPECT_ERROR(map_units(65, RW, ANON | MAP_NORESERVE), ENOMEM);
    EXPECT_ERROR(map_units(65, RW, SHARED), ENOMEM);
    p = map_units(64, RW, ANON);
    EXPECT(p != MAP_FAILED);
    EXPECT_ERROR(map_units(1, RW, ANON), ENOMEM);
    q = map_units(1000, PROT_READ, ANON);
    EXPECT(q != MAP_FAILED);
    EXPECT_ERROR(mprotect(q, units(1), RW), ENOMEM);
    EXPECT_ERROR(mmap(p + units(1), units(64), RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_NO_FAULT(try_write(p + units(60)));          /* it was not replaced */
    r = mmap(p, units(64), RW, ANON | MAP_FIXED, -1, 0);
    EXPECT(r == p);
    EXPECT_ERROR(mremap(p, units(64), units(65), MREMAP_MAYMOVE), ENOMEM);
    EXPECT_OK(munmap(p, units(64)));
    EXPECT_OK(mprotect(q, units(64), RW));
    EXPECT_ERROR(mprotect(q, units(65), RW), ENOMEM);
    EXPECT_OK(munmap(q, units(1000)));
    p = map_units(32, RW, ANON);
    p = mremap(p, units(32), units(64), MREMAP_MAYMOVE);
    EXPECT(p != MAP_FAILED);
    relax();
    EXPECT_OK(munmap(p, units(64)));
}

static void never_by_growth(void)
{
    uintptr_t heap = (uintptr_t)syscall(SYS_brk, 0), even = (heap + PAGE - 1) & ~(PAGE - 1);
    int fd = memfd_create("limittest", 0);
    static char text[3 * PAGE];
    size_t written = 0;
    ssize_t done;
    char *p;

    leave_room(8);
    EXPECT_EQ(syscall(SYS_brk, even + units(9)), heap);
    EXPECT_EQ(syscall(SYS_brk, even + units(8)), even + units(8));
    EXPECT_EQ(syscall(SYS_brk, heap), heap);
    p = map_units(6, RW, ANON);
    while ((done = write(fd, text, sizeof(text))) > 0)
        written += (size_t)done;
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_RANGE(written, units(2), units(2) + 2 * (size_t)slack() * PAGE);
    EXPECT_ERROR(fork(), ENOMEM);
    EXPECT_RANGE(promised() - proc_number(VM "overcommit_kbytes", "") / KB_PER_PAGE,
                 -1 - slack(), -1 + slack());
    relax();
    munmap(p, units(6));
    close(fd);
}

static void overrun_stack(void *arg)
{
    (void)arg;
    leave_pages(100);
    use_stack(7 * MB);
}

static void never_by_stack(void)
{
    long base = promised();

    EXPECT_KILLED(overrun_stack, NULL, SIGSEGV);
    relax();
    EXPECT_PROMISED(base, 0);
}

static void become_user(void *arg)
{
    (void)arg;
    leave_room(64);
    set("admin_reserve_kbytes", 48 * unit * KB_PER_PAGE);
    if (setuid(1000) == 0) {
        EXPECT_ERROR(map_units(17, RW, ANON), ENOMEM);
        EXPECT(map_units(16, RW, ANON) != MAP_FAILED);
    }
}

/* The reserves: one for root, and one for the rest of the machine. */
static void reserves(void)
{
    long kept = proc_number(VM "admin_reserve_kbytes", "");
    long users = proc_number(VM "user_reserve_kbytes", "");
    char *p;

    EXPECT_EQ(run_child(become_user, NULL), 0);
    relax();
    set("admin_reserve_kbytes", kept);
    leave_room(64);
    p = map_units(3200, PROT_READ, ANON);
    set("user_reserve_kbytes", 10 * unit * KB_PER_PAGE);
    EXPECT_ERROR(map_units(55, RW, ANON), ENOMEM);
    EXPECT_OK(munmap(map_units(54, RW, ANON), units(54)));
    relax();
    set("user_reserve_kbytes", users);
    munmap(p, units(3200));
}

static void the_limit_is_shown(void)
{
    static const struct { const char *path, *value; } bad[] = {
        { VM "overcommit_memory", "3" }, { VM "overcommit_memory", "-1" },
        { VM "overcommit_ratio", "x" }, { VM "overcommit_kbytes", "1x" },
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT_EQ(write_text(bad[i].path, bad[i].value), EINVAL);
    EXPECT_EQ(proc_number("/proc/meminfo", "CommitLimit:"), memory() * 50 / 100 * KB_PER_PAGE);
    set("overcommit_ratio", 80);
    EXPECT_EQ(proc_number("/proc/meminfo", "CommitLimit:"), memory() * 80 / 100 * KB_PER_PAGE);
    set("overcommit_kbytes", 4444);
    EXPECT_EQ(proc_number("/proc/meminfo", "CommitLimit:"), 4444);
    EXPECT_EQ(proc_number(VM "overcommit_ratio", ""), 0);
    relax();
    EXPECT_EQ(proc_number(VM "overcommit_kbytes", ""), 0);
}

static long commit_limit(void)
{
    return proc_number("/proc/meminfo", "CommitLimit:") / KB_PER_PAGE;
}

/* There is as much more to promise as an area has slots. */
static void swap_is_promised(void)
{
    long limit = commit_limit(), slots = SWAP_PAGES - 1, most = memory() + slots;
    char *p;

    begin_swap_file(SWAP, SWAP_PAGES);
    EXPECT_EQ(commit_limit(), limit + slots);
    set("overcommit_kbytes", 4444 * KB_PER_PAGE);
    EXPECT_EQ(commit_limit(), 4444 + slots);
    relax();
    p = map(most, RW, ANON);
    EXPECT(p != MAP_FAILED);
    EXPECT_OK(munmap(p, (size_t)most * PAGE));
    EXPECT_ERROR(map(most + 1, RW, ANON), ENOMEM);
    p = map(slots, RW, ANON);           /* in mode 2 it needs the area; Linux counts roughly */
    set("overcommit_kbytes", (has_debug_call() ? promised() - slots / 2 : 1) * KB_PER_PAGE);
    set("overcommit_memory", 2);
    EXPECT_ERROR(swapoff(SWAP), ENOMEM);
    relax();
    EXPECT_OK(munmap(p, (size_t)slots * PAGE));
    end_swap_file(SWAP);
    EXPECT_EQ(commit_limit(), limit);
    EXPECT_ERROR(map(most, RW, ANON), ENOMEM);
}

static void limit(int which, long value)
{
    struct rlimit r = { (rlim_t)value, RLIM_INFINITY };

    EXPECT_OK(setrlimit(which, &r));
}

static void space_ends(void)
{
    uintptr_t heap = (uintptr_t)syscall(SYS_brk, 0), even = (heap + PAGE - 1) & ~(PAGE - 1);
    long size = read_statm().size;
    char *p;

    limit(RLIMIT_AS, (size + 20) * (long)PAGE);
    EXPECT_ERROR(map(21, PROT_NONE, ANON), ENOMEM);
    EXPECT_ERROR(map(21, RW, SHARED), ENOMEM);
    p = map(20, PROT_NONE, ANON);
    EXPECT(p != MAP_FAILED);
    EXPECT_ERROR(map(1, RW, ANON), ENOMEM);
    EXPECT_ERROR(mremap(p, 20 * PAGE, 21 * PAGE, MREMAP_MAYMOVE), ENOMEM);
    EXPECT_EQ(syscall(SYS_brk, even + PAGE), heap);
    EXPECT_OK(munmap(p + 10 * PAGE, 10 * PAGE));
    EXPECT_EQ(syscall(SYS_brk, even + 11 * PAGE), heap);
    EXPECT_EQ(syscall(SYS_brk, even + 10 * PAGE), even + 10 * PAGE);
    EXPECT_EQ(read_statm().size, size + 20);
}

static void data_ends(void)
{
    long data = proc_number("/proc/self/status", "VmData:") / KB_PER_PAGE;
    char *p, *q;

    limit(RLIMIT_DATA, (data + 20) * (long)PAGE);
    EXPECT_ERROR(map(21, RW, ANON), ENOMEM);
    p = map(19, RW, ANON);
    q = map(30, PROT_READ, ANON);
    EXPECT(p != MAP_FAILED && q != MAP_FAILED);
    EXPECT_OK(mprotect(q, PAGE, RW));
    EXPECT_ERROR(mprotect(q + PAGE, PAGE, RW), ENOMEM);
    EXPECT_ERROR(mremap(p, 19 * PAGE, 20 * PAGE, MREMAP_MAYMOVE), ENOMEM);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_OK(mremap(p + PAGE, 18 * PAGE, 19 * PAGE, MREMAP_MAYMOVE));
    EXPECT(map(1, RW, SHARED) != MAP_FAILED);           /* is no data */
    EXPECT_EQ(proc_number("/proc/self/status", "VmData:") / KB_PER_PAGE, data + 20);
}

static void stack_ends(void)
{
    char line[256];
    uintptr_t start, end;

    limit(RLIMIT_STACK, 64 * (long)PAGE);
    REQUIRE(find_mapping(line, line, sizeof(line)));
    REQUIRE(sscanf(line, "%lx-%lx", &start, &end) == 2);
    EXPECT_FAULT(try_write((char *)end - 64 * PAGE - 1), SIGSEGV, SEGV_MAPERR, end - 64 * PAGE - 1);
    EXPECT_NO_FAULT(try_write((char *)end - 64 * PAGE));
}

static long nr_mappings(void)
{
    static char text[64 * KB];
    long n = 0;

    read_file("/proc/self/maps", text, sizeof(text));
    for (const char *p = text; *p; p++)
        n += *p == '\n';
    return n;
}

static void mappings_end(void)
{
    char *p = map(10, PROT_READ, ANON);
    long n = nr_mappings();

    set("max_map_count", n + 1);
    EXPECT_ERROR(mprotect(p + 4 * PAGE, PAGE, RW), ENOMEM);
    EXPECT_OK(mprotect(p, 5 * PAGE, PROT_NONE));
    EXPECT_EQ(nr_mappings(), n + 1);
    EXPECT_ERROR(munmap(p + PAGE, PAGE), ENOMEM);
    EXPECT(map(1, RW, SHARED) != MAP_FAILED);           /* a new one may be one too many */
    EXPECT_ERROR(map(1, RW, SHARED), ENOMEM);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_EQ(nr_mappings(), n + 2);
    set("max_map_count", 65530);
    EXPECT_OK(munmap(p + 2 * PAGE, PAGE));
    munmap(p, 10 * PAGE);
}

/* A move must leave room for what it may have to cut: three, and two more at a place that
 * may have to be cleared. */
static void moves_end(void)
{
    char *p = map(10, RW, ANON), *to = map(20, PROT_NONE, SHARED) + 5 * PAGE, *q;
    const int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    long n = nr_mappings();

    set("max_map_count", n + 5);
    EXPECT_ERROR(mremap(p + 2 * PAGE, PAGE, PAGE, fixed, to), ENOMEM);
    set("max_map_count", n + 6);
    EXPECT(mremap(p + 2 * PAGE, PAGE, PAGE, fixed, to) == to);
    n = nr_mappings();
    set("max_map_count", n + 3);
    EXPECT_ERROR(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), ENOMEM);
    set("max_map_count", n + 4);
    q = mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    EXPECT(q != MAP_FAILED && q != p);
    set("max_map_count", 65530);
}

/* Linux lets root map where it wants to. */
static void map_as_user(void *arg)
{
    const int flags = ANON | MAP_FIXED_NOREPLACE;

    (void)arg;
    if (setuid(1000) < 0)
        return;
    EXPECT_ERROR(mmap((char *)0x40000000 - PAGE, PAGE, RW, flags, -1, 0), EPERM);
    EXPECT(mmap((char *)0x40000000, PAGE, RW, flags, -1, 0) == (char *)0x40000000);
    EXPECT((uintptr_t)mmap((char *)0x30000000, PAGE, RW, ANON, -1, 0) >= 0x40000000);
}

static void addresses_begin(void)
{
    const int flags = ANON | MAP_FIXED_NOREPLACE;
    long was = proc_number(VM "mmap_min_addr", "");

    set("mmap_min_addr", 0x40000000);
    EXPECT_EQ(run_child(map_as_user, NULL), 0);
    set("mmap_min_addr", was);
    EXPECT(mmap((char *)0x40000000 - PAGE, PAGE, RW, flags, -1, 0) != MAP_FAILED);
}

static const struct test tests[] = {
    CHILD_TEST(mappings_are_counted), CHILD_TEST(rights_are_counted),
    CHILD_TEST(shared_memory_is_counted), CHILD_TEST(files_are_counted),
    CHILD_TEST(moves_are_counted), CHILD_TEST(heap_and_stack_are_counted),
    CHILD_TEST(children_are_counted), CHILD_TEST(guessing), CHILD_TEST(always),
    CHILD_TEST(never_by_mmap), CHILD_TEST(never_by_growth), TEST(never_by_stack),
    TEST(reserves), TEST(the_limit_is_shown), TEST(swap_is_promised), CHILD_TEST(space_ends),
    CHILD_TEST(data_ends), CHILD_TEST(stack_ends), CHILD_TEST(mappings_end), CHILD_TEST(moves_end),
    CHILD_TEST(addresses_begin),
};

TEST_MAIN(tests)
