/* SPDX-License-Identifier: MIT */
/*
 * mprotecttest.c - rights that change while memory is in use, here and on other harts.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)

static void errors(void)
{
    char *p = map_anon(4 * PAGE);

    EXPECT_ERROR(mprotect(p + 1, PAGE, PROT_READ), EINVAL);
    EXPECT_ERROR(mprotect(p, PAGE, 0x40), EINVAL);
    EXPECT_ERROR(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    EXPECT_ERROR(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), EINVAL);
    EXPECT_ERROR(mprotect(p, ~0UL - 2 * PAGE, PROT_READ), ENOMEM);
    EXPECT_ERROR(mprotect((void *)(~0UL & ~(PAGE - 1)), 2 * PAGE, PROT_READ), ENOMEM);
    EXPECT_NO_FAULT(try_write(p));
    EXPECT_OK(munmap(p, 4 * PAGE));
    EXPECT_OK(mprotect(p, 0, PROT_READ));       /* nothing of a hole */
    EXPECT_OK(mprotect(p, 0, 0x40));
    EXPECT_ERROR(mprotect(p + 1, 0, PROT_READ), EINVAL);
    EXPECT_ERROR(mprotect(p, 0, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), EINVAL);
    EXPECT_ERROR(mprotect(p, PAGE, PROT_READ), ENOMEM);
    EXPECT_ERROR(mprotect(p, PAGE, PROT_READ | PROT_GROWSUP), ENOMEM);
    EXPECT_ERROR(mprotect(p, ~0UL - 2 * PAGE, 0x40), ENOMEM);
}

/* From the hole below a mapping: only what could be a stack is looked for there. */
static void grows_from_a_hole(void)
{
    char *p = map_anon(4 * PAGE);

    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_ERROR(mprotect(p, 2 * PAGE, PROT_READ | PROT_GROWSDOWN), ENOMEM);
    EXPECT_ERROR(mprotect(p, 3 * PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    EXPECT_ERROR(mprotect(p, 3 * PAGE, PROT_READ | PROT_GROWSUP), ENOMEM);
    REQUIRE(mmap(p + 2 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN,
                 -1, 0) == p + 2 * PAGE);
    EXPECT_OK(mprotect(p, 3 * PAGE, PROT_READ | PROT_GROWSDOWN));
    EXPECT_FAULT(try_write(p + 2 * PAGE), SIGSEGV, SEGV_ACCERR, p + 2 * PAGE);
    EXPECT_NO_FAULT(try_write(p + 3 * PAGE));
    munmap(p + 2 * PAGE, 2 * PAGE);
}

static void set_limit(int resource, size_t bytes)
{
    struct rlimit r;

    EXPECT_OK(getrlimit(resource, &r));
    r.rlim_cur = bytes;
    EXPECT_OK(setrlimit(resource, &r));
}

/* Rights take no addresses, so a full address space does not matter; data is counted, a stack
 * is not. */
static void limits(void)
{
    char *p = mmap(NULL, 4 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *stack = mmap(NULL, 4 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);

    REQUIRE(p != MAP_FAILED && stack != MAP_FAILED);
    set_limit(RLIMIT_AS, (size_t)read_statm().size * PAGE);
    EXPECT_OK(mprotect(p, 4 * MB, RW));
    EXPECT_OK(mprotect(p, 4 * MB, PROT_READ));
    set_limit(RLIMIT_AS, RLIM_INFINITY);
    set_limit(RLIMIT_DATA, MB);
    EXPECT_ERROR(mprotect(p, 4 * MB, RW), ENOMEM);
    EXPECT_OK(mprotect(stack, 4 * MB, RW));
}

/* Up to a hole the range is changed, behind it not. */
static void stops_at_a_hole(void)
{
    char *p = map_anon(6 * PAGE);

    memset(p, 'x', 6 * PAGE);
    EXPECT_OK(munmap(p + 3 * PAGE, PAGE));
    EXPECT_ERROR(mprotect(p + PAGE, 5 * PAGE, PROT_READ), ENOMEM);
    EXPECT_NO_FAULT(try_write(p));
    EXPECT_FAULT(try_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    EXPECT_FAULT(try_write(p + 2 * PAGE), SIGSEGV, SEGV_ACCERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 3 * PAGE), SIGSEGV, SEGV_MAPERR, p + 3 * PAGE);
    EXPECT_NO_FAULT(try_write(p + 4 * PAGE));
    EXPECT_EQ(p[PAGE + 1], 'x');
    EXPECT_OK(munmap(p + PAGE, 5 * PAGE));
    EXPECT_ERROR(mprotect(p, 1UL << 60, PROT_READ), ENOMEM);    /* a hole that goes on for ever */
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    munmap(p, PAGE);
}

/* Every change of rights, on pages that are untouched, zero, or written. */
static const int prots[] = { PROT_NONE, PROT_READ, RW, PROT_READ | PROT_EXEC };

static void expect_rights(char *p, int prot)
{
    if (prot == PROT_NONE)
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    else
        EXPECT_NO_FAULT(try_read(p));
    if (prot & PROT_WRITE)
        EXPECT_NO_FAULT(try_write(p));
    else
        EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
}

static void every_change(void)
{
    for (size_t from = 0; from < COUNT(prots); from++)
        for (size_t to = 0; to < COUNT(prots); to++)
            for (int content = 0; content < 3; content++) {
                char *p = map_anon(PAGE);

                if (content == 1)
                    EXPECT_EQ(p[0], 0);
                if (content == 2)
                    p[1] = 'w';
                EXPECT_OK(mprotect(p, PAGE, prots[from]));
                expect_rights(p, prots[from]);
                EXPECT_OK(mprotect(p, PAGE, prots[to]));
                expect_rights(p, prots[to]);
                EXPECT_OK(mprotect(p, PAGE, PROT_READ));
                EXPECT_EQ(p[1], content == 2 ? 'w' : 0);
                munmap(p, PAGE);
            }
}

/* Neighbours keep their rights, and maps shows the pieces. */
static void pieces(void)
{
    char *p = map_anon(9 * PAGE), line[256];
    uintptr_t start, end;

    memset(p, 'p', 9 * PAGE);
    EXPECT_OK(mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ));
    for (size_t i = 0; i < 9; i++)
        expect_rights(p + i * PAGE, i / 3 == 1 ? PROT_READ : RW);
    REQUIRE(find_mapping(p + 4 * PAGE, line, sizeof(line)));
    EXPECT(sscanf(line, "%lx-%lx", &start, &end) == 2 && strstr(line, "r--p"));
    EXPECT_EQ(start, p + 3 * PAGE);
    EXPECT_EQ(end, p + 6 * PAGE);
    EXPECT_OK(mprotect(p + 3 * PAGE, 3 * PAGE, RW));
    REQUIRE(find_mapping(p + 4 * PAGE, line, sizeof(line)));
    EXPECT_EQ(sscanf(line, "%lx-%lx", &start, &end), 2);
    EXPECT(start <= (uintptr_t)p && end >= (uintptr_t)p + 9 * PAGE);    /* one again */
    for (size_t i = 0; i < 9; i++)
        EXPECT_EQ(p[i * PAGE + 9], 'p');
    munmap(p, 9 * PAGE);
}

/* A page that both sides of a fork share stays shared when it becomes writable. */
static void write_in_child(void *arg)
{
    char *p = arg;

    EXPECT_OK(mprotect(p, PAGE, RW));
    EXPECT_EQ(p[0], 's');
    p[0] = 'c';
}

static void shared_by_fork(void)
{
    char *p = map_anon(PAGE);

    p[0] = 's';
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    for (int turn = 0; turn < 3; turn++)
        EXPECT_EQ(run_child(write_in_child, p), 0);
    EXPECT_EQ(p[0], 's');
    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    EXPECT_EQ(run_child(write_in_child, p), 0);
    EXPECT_OK(mprotect(p, PAGE, RW));
    p[0] = 'p';
    EXPECT_EQ(p[1], 0);
    munmap(p, PAGE);
}

/* The zero page never becomes writable. */
static void zero_page(void)
{
    char *p = map_anon(2 * PAGE), *q = map_anon(PAGE);

    EXPECT_EQ(p[0] + q[0], 0);
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    EXPECT_OK(mprotect(p, PAGE, RW));
    p[0] = 1;
    EXPECT_EQ(q[0], 0);
    EXPECT_EQ(p[PAGE], 0);
    munmap(p, 2 * PAGE);
    munmap(q, PAGE);
}

/* Files: a private mapping of a read-only file may become writable. */
static void private_file(void)
{
    int fd = open("mprotect.1", O_RDWR | O_CREAT | O_TRUNC, 0600), r;
    char *p, c;

    REQUIRE(fd >= 0 && write(fd, "file", 4) == 4);
    r = open("mprotect.1", O_RDONLY);
    p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, r, 0);
    REQUIRE(p != MAP_FAILED);
    close(r);
    EXPECT_EQ(p[0], 'f');
    EXPECT_OK(mprotect(p, PAGE, RW));
    p[0] = 'X';
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    EXPECT_EQ(p[0], 'X');
    EXPECT_EQ(p[1], 'i');
    EXPECT(pread(fd, &c, 1, 0) == 1 && c == 'f');
    munmap(p, PAGE);
    close(fd);
    unlink("mprotect.1");
}

/* What stores would reach through a file that was opened for reading only may not be written; and
 * what lies before it in the range has changed. */
static void shared_file_for_reading(void)
{
    char *p = map_anon(2 * PAGE);
    int fd = open("mprotect.2", O_RDWR | O_CREAT | O_TRUNC, 0600), r;

    REQUIRE(fd >= 0 && ftruncate(fd, PAGE) == 0);
    r = open("mprotect.2", O_RDONLY);
    REQUIRE(mprotect(p, PAGE, PROT_READ) == 0);
    REQUIRE(mmap(p + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, r, 0) == p + PAGE);
    EXPECT_ERROR(mprotect(p, 2 * PAGE, RW), EACCES);
    EXPECT_NO_FAULT(try_write(p));
    EXPECT_FAULT(try_write(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    munmap(p, 2 * PAGE);
    close(r);
    close(fd);
    unlink("mprotect.2");
}

/* Large ranges, over many tables. */
static void large_range(void)
{
    size_t size = 512 * MB;
    char *p = mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    for (size_t i = 0; i < size; i += 37 * MB)
        p[i] = 'l';
    EXPECT_OK(mprotect(p, size, PROT_READ));
    for (size_t i = 0; i < size; i += 37 * MB)
        EXPECT_FAULT(try_write(p + i), SIGSEGV, SEGV_ACCERR, p + i);
    EXPECT_OK(mprotect(p, size, RW));
    for (size_t i = 0; i < size; i += 37 * MB) {
        EXPECT_EQ(p[i], 'l');
        p[i + 1] = 'm';
    }
    munmap(p, size);
}

/*
 * Other harts must forget rights that are gone.  A child that shares our memory
 * writes without end; when the page is taken away it must be caught at once.
 */
static char child_stack[16 * KB] __attribute__((aligned(16)));

static __attribute__((noreturn)) int write_for_ever(void *arg)
{
    volatile uint64_t *counter = arg;

    for (;;)
        ++*counter;
}

static volatile uint64_t *counter_page(void)
{
    return (volatile uint64_t *)map_anon(PAGE);
}

static pid_t start_writer(volatile uint64_t *counter)
{
    pid_t pid = clone(write_for_ever, child_stack + sizeof(child_stack), CLONE_VM | SIGCHLD,
                      (void *)(uintptr_t)counter);

    REQUIRE(pid > 0);
    while (*counter < 100)
        sched_yield();
    return pid;
}

static void taken_from_another_hart(void)
{
    volatile uint64_t *counter = counter_page();
    uint64_t seen;
    pid_t pid;

    for (int turn = 0; turn < 5; turn++) {
        *counter = 0;
        pid = start_writer(counter);
        EXPECT_OK(mprotect((void *)(uintptr_t)counter, PAGE, PROT_READ));
        seen = *counter;
        for (int i = 0; i < 1000; i++)
            EXPECT_EQ(*counter, seen);
        EXPECT_EQ(wait_child(pid) & ~WCOREFLAG, SIGSEGV);
        EXPECT_EQ(*counter, seen);
        EXPECT_OK(mprotect((void *)(uintptr_t)counter, PAGE, RW));
    }
    munmap((void *)(uintptr_t)counter, PAGE);
}

static void unmapped_under_another_hart(void)
{
    volatile uint64_t *counter;
    char *fresh;
    pid_t pid;

    for (int turn = 0; turn < 5; turn++) {
        counter = counter_page();
        fresh = map_anon(8 * PAGE);
        pid = start_writer(counter);
        EXPECT_OK(munmap((void *)(uintptr_t)counter, PAGE));
        memset(fresh, 0, 8 * PAGE);             /* may get the frame */
        EXPECT_EQ(wait_child(pid) & ~WCOREFLAG, SIGSEGV);
        for (size_t i = 0; i < 8 * PAGE; i += 8)
            EXPECT_EQ(*(uint64_t *)(fresh + i), 0);
        munmap(fresh, 8 * PAGE);
    }
}

/* fork write-protects pages that another hart is writing: nothing may be lost or leak over. */
static void look_twice(void *arg)
{
    volatile uint64_t *counter = arg;
    uint64_t seen = *counter;

    for (int i = 0; i < 1000; i++)
        EXPECT_EQ(*counter, seen);
}

static void fork_under_another_hart(void)
{
    volatile uint64_t *counter = counter_page();
    uint64_t before;
    pid_t pid = start_writer(counter);

    for (int turn = 0; turn < 10; turn++) {
        before = *counter;
        EXPECT_EQ(run_child(look_twice, (void *)(uintptr_t)counter), 0);
        while (*counter == before)
            sched_yield();
        EXPECT(*counter > before);
    }
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
    munmap((void *)(uintptr_t)counter, PAGE);
}

/* What is in the middle of a mapping needs two new ones: where only one can be had, the
 * mapping stays whole. */
static void no_memory_to_split(char *p, size_t npages)
{
    char before[128], after[128];

    REQUIRE(find_mapping(p, before, sizeof(before)));
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fail_nth(DEBUG_FAIL_SLAB, nth);
        EXPECT_ERROR(mprotect(p + PAGE, (npages - 2) * PAGE, PROT_READ), ENOMEM);
        REQUIRE(find_mapping(p, after, sizeof(after)));
        EXPECT(strcmp(before, after) == 0);
        EXPECT_NO_FAULT(try_write(p + PAGE));
    }
    fail_nth(DEBUG_FAIL_SLAB, 0);
    EXPECT_OK(mprotect(p + PAGE, (npages - 2) * PAGE, PROT_READ));
    munmap(p, npages * PAGE);
}

static void a_failed_split_leaves_no_border(void)
{
    need_debug_call();
    no_memory_to_split(map_anon(6 * PAGE), 6);
    no_memory_to_split(mmap(NULL, 6 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1,
                            0), 6);
}

static const struct test tests[] = {
    TEST(errors),
    CHILD_TEST(limits),
    TEST(grows_from_a_hole),
    TEST(stops_at_a_hole),
    TEST(every_change),
    TEST(pieces),
    TEST(shared_by_fork),
    TEST(zero_page),
    TEST(private_file),
    TEST(shared_file_for_reading),
    TEST(large_range),
    TEST(taken_from_another_hart),
    TEST(unmapped_under_another_hart),
    TEST(fork_under_another_hart),
    TEST(a_failed_split_leaves_no_border),
};

TEST_MAIN(tests)
