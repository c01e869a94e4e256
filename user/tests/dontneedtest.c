/* SPDX-License-Identifier: MIT */
/*
 * dontneedtest.c - advice that drops pages, of memory and of files: MADV_DONTNEED,
 * MADV_FREE, MADV_REMOVE, and when pages are locked.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/letters.h"
#include "user/tests/lib/watch.h"

#define ON_DISK "/dontneedtest.file"
#define IN_MEMORY "/tmp/dontneedtest.file"

/* MADV_DONTNEED */

static void dontneed_private(void)
{
    char *p = make_pages("abcd");
    long before = resident_pages(), faults;

    EXPECT_OK(madvise(p + PAGE, PAGE + 1, MADV_DONTNEED));      /* rounded up: two pages */
    EXPECT_EQ(resident_pages(), before - 2);
    EXPECT_EQ(in_memory(p, 4), 2);
    faults = minor_faults();
    EXPECT_PAGES(p, "a00d");
    EXPECT_EQ(minor_faults(), faults + 2);
    p[PAGE] = 'x';
    EXPECT_EQ(p[PAGE], 'x');
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "0000");
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_DONTNEED));
    unmap(p, 4);
}

/* Rights do not matter. */
static void dontneed_without_rights(void)
{
    char *p = make_pages("abc");

    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    EXPECT_EQ(in_memory(p, 3), 0);
    EXPECT_OK(mprotect(p, 3 * PAGE, RW));
    EXPECT_PAGES(p, "000");
    unmap(p, 3);
}

static void dontneed_private_file(void)
{
    int fd = make_file(ON_DISK, "abcd");
    char *p = map_pages(3, RW, MAP_PRIVATE, fd, 1);

    fill(p, 3, 'x');
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "bcx");
    EXPECT_EQ(pwrite(fd, "new", 3, (off_t)PAGE), 3);
    EXPECT_EQ(p[0], 'n');               /* no copy again */
    p[0] = 'y';
    EXPECT_EQ(p[1], 'e');
    unmap(p, 3);
    remove_file(fd, ON_DISK);
}

/* What is shared is not lost with one's own entries, even if they alone knew that it changed. */
static void dontneed_shared_file(void)
{
    char *p, byte[3] = { 0 };
    int fd;

    need_to_drop_pages();
    fd = make_file(ON_DISK, "abc");
    p = map_pages(3, RW, MAP_SHARED, fd, 0);
    EXPECT_OK(msync(p, 3 * PAGE, MS_SYNC));
    fill(p, 3, 'x');
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "xxx");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    drop_cached_pages();
    EXPECT_EQ(pread(fd, byte, 3, PAGE), 3);
    EXPECT_EQ(byte[0], 'x');
    unmap(p, 3);
    remove_file(fd, ON_DISK);
}

static void store_in_two(void *arg)
{
    char *p = arg;

    EXPECT_PAGES(p, "ab");
    p[0] = 'c';
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
    EXPECT_EQ(p[0], 'c');
}

static void dontneed_shared_memory(void)
{
    char *p = map_shared(2);
    long before;

    fill(p, 1, 'a');
    fill(p + PAGE, 1, 'b');
    before = resident_pages();
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
    EXPECT_EQ(resident_pages(), before - 2);
    EXPECT_EQ(in_memory(p, 2), 2);
    EXPECT_EQ(run_child(store_in_two, p), 0);
    EXPECT_EQ(p[0], 'c');
    unmap(p, 2);
}

static void look_and_drop(void *arg)
{
    EXPECT_PAGES(arg, "ab");
    EXPECT_OK(madvise(arg, PAGE, MADV_DONTNEED));
    EXPECT_PAGES(arg, "0b");
}

/* Copy-on-write: the child's pages are its own matter. */
static void dontneed_leaves_children_alone(void)
{
    char *p = make_pages("ab");
    struct late_child child;

    start_late_child(&child, look_and_drop, p);
    EXPECT_OK(madvise(p, PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "0b");
    end_late_child(&child);
    EXPECT_PAGES(p, "0b");
    unmap(p, 2);
}

/* The heap and the stack are memory as any other. */
static void dontneed_heap_and_stack(void)
{
    char *heap = sbrk(0), below;
    char *stack = (char *)(((uintptr_t)&below - 64 * KB) & -PAGE);

    heap += -(uintptr_t)heap & (PAGE - 1);
    REQUIRE(brk(heap + 2 * PAGE) == 0);
    fill(heap, 2, 'h');
    EXPECT_OK(madvise(heap, PAGE, MADV_DONTNEED));
    EXPECT_PAGES(heap, "0h");
    EXPECT_OK(brk(heap));
    EXPECT_NO_FAULT(try_write(stack));
    EXPECT_OK(madvise(stack, PAGE, MADV_DONTNEED));
    EXPECT_PAGES(stack, "0");
}

static volatile int caught;

static void catch(int sig)
{
    caught += sig;
}

/* The page by which signal handlers return comes back. */
static void dontneed_sigreturn(void)
{
    char maps[16384], *line, *start;

    read_file("/proc/self/maps", maps, sizeof(maps));
    line = strstr(maps, "[vdso]");
    if (!line)
        skip("no page of that name");
    for (start = line; start > maps && start[-1] != '\n'; start--)
        ;
    EXPECT_OK(madvise((void *)strtoul(start, NULL, 16), PAGE, MADV_DONTNEED));
    caught = 0;
    signal(SIGUSR1, catch);
    raise(SIGUSR1);
    EXPECT_EQ(caught, SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
}

/* MADV_FREE */

/* A page is as it was, or empty. */
static bool is_or_was(const char *p, char c)
{
    return page_is(p, c) || page_is(p, 0);
}

static void free_private(void)
{
    char *p = make_pages("abcd");
    long before = resident_pages();

    EXPECT_OK(madvise(p, 3 * PAGE, MADV_FREE));
    if (has_debug_call())
        EXPECT_EQ(resident_pages(), before - 3);
    p[PAGE] = 'x';                      /* a store ends it for this page */
    EXPECT_EQ(p[PAGE], 'x');
    EXPECT(p[PAGE + 1] == 0 || p[PAGE + 1] == 'b');
    EXPECT(is_or_was(p, 'a') && is_or_was(p + 2 * PAGE, 'c'));
    EXPECT_PAGES(p + 3 * PAGE, "d");
    unmap(p, 4);
}

static void expect_ab(void *arg)
{
    EXPECT_PAGES(arg, "ab");
}

/* Neither side loses what it did not free. */
static void free_shared_by_fork(void)
{
    char *p = make_pages("ab");
    struct late_child child;
    long before;

    start_late_child(&child, expect_ab, p);
    before = resident_pages();
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_FREE));
    if (has_debug_call())
        EXPECT_EQ(resident_pages(), before);
    EXPECT(is_or_was(p, 'a') && is_or_was(p + PAGE, 'b'));
    end_late_child(&child);
    unmap(p, 2);
}

/* Pages of zeroes, and none, and some without rights. */
static void free_sparse(void)
{
    char *p = map_anon(4 * PAGE);

    EXPECT_EQ(p[0], 0);
    fill(p + 2 * PAGE, 2, 'p');
    EXPECT_OK(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_FREE));
    EXPECT_OK(mprotect(p + 2 * PAGE, PAGE, RW));
    EXPECT_PAGES(p, "00");
    EXPECT(is_or_was(p + 2 * PAGE, 'p') && is_or_was(p + 3 * PAGE, 'p'));
    unmap(p, 4);
}

static void free_refuses(void)
{
    int fd = make_file(ON_DISK, "a");
    char *file = map_pages(1, RW, MAP_PRIVATE, fd, 0), *shared = map_shared(1);

    file[0] = shared[0] = 'x';
    EXPECT_ERROR(madvise(file, PAGE, MADV_FREE), EINVAL);
    EXPECT_ERROR(madvise(shared, PAGE, MADV_FREE), EINVAL);
    EXPECT(file[0] == 'x' && shared[0] == 'x');
    unmap(file, 1);
    unmap(shared, 1);
    remove_file(fd, ON_DISK);
}

/* MADV_REMOVE */

static void expect_hole(void *arg)
{
    EXPECT_PAGES(arg, "a00d");
}

static void remove_shared_memory(void)
{
    char *p = map_shared(4);

    for (int i = 0; i < 4; i++)
        fill(p + (size_t)i * PAGE, 1, (char)('a' + i));
    EXPECT_OK(madvise(p + PAGE, 2 * PAGE, MADV_REMOVE));
    EXPECT_EQ(in_memory(p, 4), 2);
    EXPECT_EQ(run_child(expect_hole, p), 0);
    expect_hole(p);
    unmap(p, 4);
}

/* The hole is in the file, at the place that the mapping shows, and the size stays. */
static void remove_from_file(void)
{
    int fd = make_file(IN_MEMORY, "abcde");
    char *p = map_pages(4, RW, MAP_SHARED, fd, 1);
    char *whole = map_pages(5, PROT_READ, MAP_SHARED, fd, 0);
    struct stat before, after;

    EXPECT_OK(fstat(fd, &before));
    EXPECT_OK(madvise(p, PAGE, MADV_REMOVE));
    EXPECT_PAGES(whole, "a0cde");
    EXPECT_OK(madvise(p + 3 * PAGE, PAGE, MADV_REMOVE));
    EXPECT_PAGES(whole, "a0cd0");
    EXPECT_OK(fstat(fd, &after));
    EXPECT_EQ(after.st_size, before.st_size);
    if (has_debug_call())
        EXPECT_EQ(after.st_blocks, before.st_blocks);   /* the two were looked at: zeroes */
    unmap(p, 4);
    unmap(whole, 5);
    remove_file(fd, IN_MEMORY);
}

/* The right to write is enough; it need not be in use. */
static void remove_needs_the_right(void)
{
    int fd = make_file(IN_MEMORY, "ab"), reads = open(IN_MEMORY, O_RDONLY);
    char *may = map_pages(1, PROT_READ, MAP_SHARED, fd, 0);
    char *may_not = map_pages(1, PROT_READ, MAP_SHARED, reads, 1);
    char *copy = map_pages(1, RW, MAP_PRIVATE, fd, 1), *memory = make_pages("m");

    EXPECT_OK(madvise(may, PAGE, MADV_REMOVE));
    EXPECT_PAGES(may, "0");
    EXPECT_ERROR(madvise(may_not, PAGE, MADV_REMOVE), EACCES);
    EXPECT_ERROR(madvise(copy, PAGE, MADV_REMOVE), EACCES);
    EXPECT_ERROR(madvise(memory, PAGE, MADV_REMOVE), EINVAL);
    EXPECT_PAGES(may_not, "b");
    EXPECT_PAGES(copy, "b");
    EXPECT_PAGES(memory, "m");
    unmap(may, 1);
    unmap(may_not, 1);
    unmap(copy, 1);
    unmap(memory, 1);
    close(reads);
    remove_file(fd, IN_MEMORY);
}

/* What a file system says goes to the caller: not all make holes. */
static void remove_on_disk(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map_pages(2, RW, MAP_SHARED, fd, 0);

    if (madvise(p, PAGE, MADV_REMOVE) == 0) {
        EXPECT_PAGES(p, "0b");
    } else {
        EXPECT_EQ(errno, EOPNOTSUPP);
        EXPECT_PAGES(p, "ab");
    }
    unmap(p, 2);
    remove_file(fd, ON_DISK);
}

static void remove_passes_holes(void)
{
    char *p = map_shared(3);

    fill(p, 3, 's');
    unmap(p + PAGE, 1);
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_REMOVE), ENOMEM);
    EXPECT_PAGES(p, "0");
    EXPECT_PAGES(p + 2 * PAGE, "0");
    unmap(p, 3);
}

/* Locked memory */

static void locked_memory_stays(void)
{
    static const int refused[] = { MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_REMOVE };
    char *p = make_pages("abc");

    if (syscall(SYS_mlock, p + PAGE, PAGE) < 0) {
        unmap(p, 3);
        skip("memory cannot be locked");
    }
    for (size_t i = 0; i < COUNT(refused); i++)
        EXPECT_ERROR(madvise(p + PAGE, PAGE, refused[i]), EINVAL);
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_DONTNEED), EINVAL);
    EXPECT_PAGES(p, "0bc");
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_DONTNEED_LOCKED));
    EXPECT_PAGES(p, "00c");
    EXPECT_OK(syscall(SYS_munlock, p + PAGE, PAGE));
    EXPECT_OK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "000");
    unmap(p, 3);
}

/* Not being locked is no reason to refuse. */
static void dontneed_locked_of_unlocked(void)
{
    char *p = make_pages("ab");

    EXPECT_OK(madvise(p, PAGE, MADV_DONTNEED_LOCKED));
    EXPECT_PAGES(p, "0b");
    unmap(p, 2);
}

/* At the same time */

#define TURNS 300

static void count_up(void *arg)
{
    for (int i = 0; i < 20000; i++)
        __atomic_fetch_add((long *)arg, 1, __ATOMIC_RELAXED);
}

/* No store to shared memory is lost while others say that they do not need it. */
static void dontneed_against_stores(void)
{
    char *p = map_shared(1);
    pid_t pid[2];

    for (int i = 0; i < 2; i++)
        pid[i] = start_child(count_up, p);
    for (int i = 0; i < TURNS; i++) {
        EXPECT_OK(madvise(p, PAGE, i % 2 ? MADV_DONTNEED : MADV_COLD));
        __atomic_fetch_add((long *)p, 1, __ATOMIC_RELAXED);
    }
    for (int i = 0; i < 2; i++)
        EXPECT_CHILD(pid[i]);
    EXPECT_EQ(*(long *)p, 2 * 20000 + TURNS);
    unmap(p, 1);
}

/* One's own stores are there until they are removed; then there is nothing. */
static void store_and_look(void *arg)
{
    volatile long *p = arg;

    for (long i = 1; !p[PAGE / sizeof(long)]; i++) {
        for (size_t at = 0; at < PAGE / sizeof(long); at += 64) {
            long is;

            p[at] = i;
            is = p[at];
            if (is != i && is != 0) {
                fail(__FILE__, __LINE__, "%ld stored, %ld there", i, is);
                return;
            }
        }
    }
}

static void remove_against_stores(void)
{
    char *p = map_shared(2);
    pid_t pid = start_child(store_and_look, p);

    for (int i = 0; i < TURNS; i++)
        EXPECT_OK(madvise(p, PAGE, MADV_REMOVE));
    *(volatile long *)(p + PAGE) = 1;
    EXPECT_CHILD(pid);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_REMOVE));
    EXPECT_PAGES(p, "00");
    unmap(p, 2);
}

static char child_stack[16 * KB] __attribute__((aligned(16)));

static int write_until_told(void *arg)
{
    volatile long *p = arg;

    while (p[PAGE / sizeof(long)] == 0)
        ++*p;
    return 0;
}

/* Somebody who runs in the same memory stores to the page that there is now, not to the
 * one that has gone. */
static void dontneed_under_another_hart(void)
{
    volatile long *p = (volatile long *)map_anon(2 * PAGE);
    pid_t pid = clone(write_until_told, child_stack + sizeof(child_stack), CLONE_VM | SIGCHLD,
                      (void *)(uintptr_t)p);

    REQUIRE(pid > 0);
    for (int i = 0; i < 50; i++) {
        long seen;

        p[1] = 77;
        EXPECT_OK(madvise((void *)(uintptr_t)p, PAGE, i % 2 ? MADV_DONTNEED : MADV_FREE));
        EXPECT(p[1] == 0 || (p[1] == 77 && i % 2 == 0));
        seen = *p;
        while (*p == seen)
            sched_yield();
    }
    p[PAGE / sizeof(long)] = 1;
    EXPECT_CHILD(pid);
    munmap((void *)(uintptr_t)p, 2 * PAGE);
}

static const struct test tests[] = {
    TEST(dontneed_private), TEST(dontneed_without_rights), TEST(dontneed_private_file),
    TEST(dontneed_shared_file), TEST(dontneed_shared_memory), TEST(dontneed_leaves_children_alone),
    CHILD_TEST(dontneed_heap_and_stack), TEST(dontneed_sigreturn), TEST(free_private),
    TEST(free_shared_by_fork), TEST(free_sparse), TEST(free_refuses), TEST(remove_shared_memory),
    TEST(remove_from_file), TEST(remove_needs_the_right), TEST(remove_on_disk),
    TEST(remove_passes_holes), TEST(locked_memory_stays), TEST(dontneed_locked_of_unlocked),
    TEST(dontneed_against_stores), TEST(remove_against_stores), TEST(dontneed_under_another_hart),
};

TEST_MAIN(tests)
