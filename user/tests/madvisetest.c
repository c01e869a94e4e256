/* SPDX-License-Identifier: MIT */
/*
 * madvisetest.c - every advice: what it does to memory, to children and to files, what it
 * leaves alone, and what it refuses.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ON_DISK "/madvisetest.file"
#define IN_MEMORY "/tmp/madvisetest.file"
#define ACCESSED 0x40UL             /* the bit A of a page-table entry */
#define MANY 64                     /* pages */

/* Memory and files whose every byte is known */

static char *map(size_t npages, int prot, int flags, int fd, size_t first)
{
    char *p = mmap(NULL, npages * PAGE, prot, flags, fd, (off_t)(first * PAGE));

    REQUIRE(p != MAP_FAILED);
    return p;
}

static char *map_shared(size_t npages)
{
    return map(npages, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void unmap(char *p, size_t npages)
{
    EXPECT_OK(munmap(p, npages * PAGE));
}

static void fill(char *p, size_t npages, char c)
{
    memset(p, c, npages * PAGE);
}

static bool page_is(const char *p, char c)
{
    for (size_t i = 0; i < PAGE; i++)
        if (p[i] != c)
            return false;
    return true;
}

/* The pages from P on are made of these characters, one each; '0': zero bytes. */
static void expect_pages(int line, const char *p, const char *expected)
{
    for (size_t i = 0; expected[i]; i++) {
        char c = expected[i] == '0' ? 0 : expected[i];

        if (!page_is(p + i * PAGE, c))
            fail(__FILE__, line, "page %ld begins with %d, not all of it is %d", i, p[i * PAGE], c);
    }
}
#define EXPECT_PAGES(p, expected) expect_pages(__LINE__, p, expected)

/* Private memory of the pages named. */
static char *make_pages(const char *content)
{
    char *p = map_anon(strlen(content) * PAGE);

    for (size_t i = 0; content[i]; i++)
        fill(p + i * PAGE, 1, content[i]);
    return p;
}

static int make_file(const char *path, const char *content)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char page[PAGE];

    REQUIRE(fd >= 0);
    for (size_t i = 0; content[i]; i++) {
        memset(page, content[i], PAGE);
        REQUIRE(pwrite(fd, page, PAGE, (off_t)(i * PAGE)) == (ssize_t)PAGE);
    }
    return fd;
}

/* A file of MANY pages that are on the disk and, if that can be done here, not in memory. */
static int make_cold_file(void)
{
    char content[MANY + 1] = { 0 };
    int fd, drop;

    memset(content, 'f', MANY);
    fd = make_file(ON_DISK, content);
    sync();
    drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
    if (drop < 0) {
        close(fd);
        unlink(ON_DISK);
        skip("files cannot be dropped from memory");
    }
    EXPECT_EQ(write(drop, "1", 1), 1);
    close(drop);
    return fd;
}

static void remove_file(int fd, const char *path)
{
    close(fd);
    unlink(path);
}

/* What can be seen from outside */

static struct rusage usage(void)
{
    struct rusage u;

    EXPECT_OK(getrusage(RUSAGE_SELF, &u));
    return u;
}

static size_t in_memory(char *p, size_t npages)
{
    unsigned char vec[MANY];
    size_t sum = 0;

    REQUIRE(npages <= MANY);
    EXPECT_OK(mincore(p, npages * PAGE, vec));
    for (size_t i = 0; i < npages; i++)
        sum += vec[i] & 1;
    return sum;
}

/* Lines of /proc/self/maps that lie in the range, which holes do not divide. */
static int mappings(const char *p, size_t npages)
{
    const char *end = p + npages * PAGE;
    char line[256];
    uintptr_t start, next;
    int n = 0;

    while (p < end) {
        REQUIRE(find_mapping(p, line, sizeof(line)));
        REQUIRE(sscanf(line, "%lx-%lx", &start, &next) == 2);
        p = (const char *)next;
        n++;
    }
    return n;
}

/* A mapping between two that are no neighbours to merge with. */
static char *map_apart(size_t npages, int prot)
{
    char *p = map(npages + 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT_OK(mprotect(p + PAGE, npages * PAGE, prot));
    return p + PAGE;
}

static void unmap_apart(char *p, size_t npages)
{
    unmap(p - PAGE, npages + 2);
}

/* Arguments */

static const int known[] = {
    MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
    MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE,
    MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD,
    MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED,
};

static void arguments_of_each(void)
{
    char *p = map_anon(2 * PAGE), *hole = map_anon(PAGE);

    unmap(hole, 1);
    for (size_t i = 0; i < COUNT(known); i++) {
        EXPECT_OK(madvise(p, 0, known[i]));
        EXPECT_OK(madvise(hole, 0, known[i]));
        EXPECT_ERROR(madvise(p + 1, 0, known[i]), EINVAL);
        EXPECT_ERROR(madvise(p + 8, PAGE, known[i]), EINVAL);
        EXPECT_ERROR(madvise(p, -1UL, known[i]), EINVAL);           /* no pages, rounded up */
        EXPECT_ERROR(madvise(p, -PAGE, known[i]), EINVAL);          /* wraps */
        EXPECT_ERROR(madvise(hole, PAGE, known[i]), ENOMEM);
    }
    unmap(p, 2);
}

static void unknown_advice(void)
{
    static const int unknown[] = { -1, 5, 6, 7, 26, 27, 99, 1000, 1 << 30 };
    char *p = map_anon(PAGE);

    for (size_t i = 0; i < COUNT(unknown); i++) {
        EXPECT_ERROR(madvise(p, PAGE, unknown[i]), EINVAL);
        EXPECT_ERROR(madvise(p, 0, unknown[i]), EINVAL);
        EXPECT_ERROR(madvise(p + 1, PAGE, unknown[i]), EINVAL);
    }
    if (has_debug_call()) {             /* what other kernels may have */
        EXPECT_ERROR(madvise(p, PAGE, MADV_COLLAPSE), EINVAL);
        EXPECT_ERROR(madvise(p, PAGE, MADV_HWPOISON), EINVAL);
        EXPECT_ERROR(madvise(p, 0, MADV_SOFT_OFFLINE), EINVAL);
    }
    unmap(p, 1);
}

/* Holes are passed over, wherever they are. */
static void holes(void)
{
    char *p = make_pages("abcde");

    unmap(p + 2 * PAGE, 1);
    EXPECT_ERROR(madvise(p + PAGE, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p, "a0");
    EXPECT_PAGES(p + 3 * PAGE, "0e");
    EXPECT_ERROR(madvise(p + 2 * PAGE, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p + 3 * PAGE, "00");
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EXPECT_PAGES(p, "00");
    unmap(p, 5);
}

/* The hole that is left of all of memory; what lies below it is changed all the same. */
static void up_to_the_end_of_addresses(void)
{
    char *p = map_apart(2, RW);

    EXPECT_ERROR(madvise(p + PAGE, -(uintptr_t)p - 2 * PAGE, MADV_SEQUENTIAL), ENOMEM);
    EXPECT_EQ(mappings(p, 2), 2);
    EXPECT_ERROR(madvise(p + PAGE, -(uintptr_t)p - 2 * PAGE, MADV_NORMAL), ENOMEM);
    EXPECT_EQ(mappings(p, 2), 1);
    unmap_apart(p, 2);
}

/* A mapping that refuses ends the call: what lies before it is done, what behind is not. */
static void refusal_ends_the_call(void)
{
    char *p = map(3, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *q = mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    REQUIRE(q == p + PAGE);
    p[0] = p[PAGE] = p[2 * PAGE] = 7;
    EXPECT_ERROR(madvise(p, 3 * PAGE, MADV_WIPEONFORK), EINVAL);
    if (fork() == 0)
        _exit(p[0] != 0 || p[PAGE] != 7 || p[2 * PAGE] != 7);
    EXPECT_EQ(wait_child(-1), 0);
    unmap(p, 3);
}

/* MADV_DONTNEED */

static void dontneed_private(void)
{
    char *p = make_pages("abcd");
    long before = resident_pages(), faults;

    EXPECT_OK(madvise(p + PAGE, PAGE + 1, MADV_DONTNEED));      /* rounded up: two pages */
    EXPECT_EQ(resident_pages(), before - 2);
    EXPECT_EQ(in_memory(p, 4), 2);
    faults = usage().ru_minflt;
    EXPECT_PAGES(p, "a00d");
    EXPECT_EQ(usage().ru_minflt, faults + 2);
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
    char *p = map(3, RW, MAP_PRIVATE, fd, 1);

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
    int fd = make_file(ON_DISK, "abc");
    char *p = map(3, RW, MAP_SHARED, fd, 0), byte[3] = { 0 };

    EXPECT_OK(msync(p, 3 * PAGE, MS_SYNC));
    fill(p, 3, 'x');
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "xxx");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    close(make_cold_file());            /* another file of this name: drops this one, too */
    EXPECT_EQ(pread(fd, byte, 3, PAGE), 3);
    EXPECT_EQ(byte[0], 'f');
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

static void expect_ab(void *arg)
{
    EXPECT_PAGES(arg, "ab");
}

/* Copy-on-write: the child's pages are its own matter. */
static void dontneed_leaves_children_alone(void)
{
    char *p = make_pages("ab");
    struct gate gone;
    pid_t pid;

    open_gate(&gone);
    pid = fork();
    REQUIRE(pid >= 0);
    if (!pid) {
        wait_gate(&gone);
        expect_ab(p);
        EXPECT_OK(madvise(p, PAGE, MADV_DONTNEED));
        EXPECT_PAGES(p, "0b");
        _exit(test_failures() > 0);
    }
    EXPECT_OK(madvise(p, PAGE, MADV_DONTNEED));
    EXPECT_PAGES(p, "0b");
    signal_gate(&gone);
    EXPECT_CHILD(pid);
    EXPECT_PAGES(p, "0b");
    close_gate(&gone);
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
    line = strstr(maps, "[sigreturn]");
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

/* Neither side loses what it did not free. */
static void free_shared_by_fork(void)
{
    char *p = make_pages("ab");
    struct gate freed;
    long before;
    pid_t pid;

    open_gate(&freed);
    pid = fork();
    REQUIRE(pid >= 0);
    if (!pid) {
        wait_gate(&freed);
        expect_ab(p);
        _exit(test_failures() > 0);
    }
    before = resident_pages();
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_FREE));
    if (has_debug_call())
        EXPECT_EQ(resident_pages(), before);
    EXPECT(is_or_was(p, 'a') && is_or_was(p + PAGE, 'b'));
    signal_gate(&freed);
    EXPECT_CHILD(pid);
    close_gate(&freed);
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
    char *file = map(1, RW, MAP_PRIVATE, fd, 0), *shared = map_shared(1);

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
    char *p = map(4, RW, MAP_SHARED, fd, 1), *whole = map(5, PROT_READ, MAP_SHARED, fd, 0);
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
    char *may = map(1, PROT_READ, MAP_SHARED, fd, 0);
    char *may_not = map(1, PROT_READ, MAP_SHARED, reads, 1);
    char *copy = map(1, RW, MAP_PRIVATE, fd, 1), *memory = make_pages("m");

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

/* What a file system says goes to the caller: ext2 makes no holes. */
static void remove_on_disk(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map(2, RW, MAP_SHARED, fd, 0);

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

/* Children */

static void expect_middle_missing(void *arg)
{
    char *p = arg;

    EXPECT_PAGES(p, "a");
    EXPECT_FAULT(try_read(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
    EXPECT_PAGES(p + 2 * PAGE, "c");
}

static void expect_abc(void *arg)
{
    EXPECT_PAGES(arg, "abc");
}

static void dontfork(void)
{
    char *p = make_pages("abc");

    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    EXPECT_PAGES(p, "abc");
    EXPECT_EQ(run_child(expect_middle_missing, p), 0);
    EXPECT_PAGES(p, "abc");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_DOFORK));
    EXPECT_EQ(run_child(expect_abc, p), 0);
    unmap(p, 3);
}

/* A child is as large as what it got. */
static void child_size(void *arg)
{
    long *sizes = arg;
    struct statm s = read_statm();

    sizes[0] = s.size;
    sizes[1] = s.data;
}

static void dontfork_is_not_counted(void)
{
    long *sizes = (long *)map_shared(1);
    char *p = map_anon(MANY * PAGE);
    struct statm mine;

    EXPECT_OK(madvise(p, MANY * PAGE, MADV_DONTFORK));
    mine = read_statm();
    EXPECT_EQ(run_child(child_size, sizes), 0);
    EXPECT_EQ(sizes[0], mine.size - MANY);
    EXPECT_EQ(sizes[1], mine.data - MANY);
    unmap(p, MANY);
    unmap((char *)sizes, 1);
}

/* Shared memory, too, is not inherited if it is not to be. */
static void dontfork_shared(void)
{
    char *p = map_shared(3);

    fill(p, 1, 'a');
    fill(p + PAGE, 1, 'b');
    fill(p + 2 * PAGE, 1, 'c');
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    EXPECT_EQ(run_child(expect_middle_missing, p), 0);
    unmap(p, 3);
}

static void expect_wiped(void *arg)
{
    char *p = arg;

    EXPECT_PAGES(p, "a0c");
    p[PAGE] = 'x';
    /* It is wiped for the child's children, too. */
    if (fork() == 0)
        _exit(p[PAGE] != 0);
    EXPECT_EQ(wait_child(-1), 0);
    EXPECT_EQ(p[PAGE], 'x');
}

static void wipeonfork(void)
{
    char *p = make_pages("abc");

    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_WIPEONFORK));
    EXPECT_PAGES(p, "abc");
    EXPECT_EQ(run_child(expect_wiped, p), 0);
    EXPECT_PAGES(p, "abc");
    EXPECT_OK(madvise(p, 3 * PAGE, MADV_KEEPONFORK));
    EXPECT_EQ(run_child(expect_abc, p), 0);
    unmap(p, 3);
}

/* Pages that nobody inherits stay the parent's own: no copy, no fault. */
static void wiped_pages_are_not_shared(void)
{
    char *p = make_pages("ab");
    struct gate done;
    long faults;
    pid_t pid;

    open_gate(&done);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_WIPEONFORK));
    pid = fork();
    if (!pid) {
        wait_gate(&done);
        _exit(0);
    }
    test_failures();                    /* the stack is written to */
    faults = usage().ru_minflt;
    p[0] = p[PAGE] = 'y';
    faults = usage().ru_minflt - faults;
    EXPECT_EQ(faults, 0);
    signal_gate(&done);
    EXPECT_CHILD(pid);
    close_gate(&done);
    unmap(p, 2);
}

static void wipeonfork_refuses(void)
{
    int fd = make_file(ON_DISK, "a");
    char *file = map(1, RW, MAP_PRIVATE, fd, 0), *shared = map_shared(1);
    char *shared_file = map(1, RW, MAP_SHARED, fd, 0);

    EXPECT_ERROR(madvise(file, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_ERROR(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_ERROR(madvise(shared_file, PAGE, MADV_WIPEONFORK), EINVAL);
    EXPECT_OK(madvise(file, PAGE, MADV_KEEPONFORK));
    unmap(file, 1);
    unmap(shared, 1);
    unmap(shared_file, 1);
    remove_file(fd, ON_DISK);
}

/* Mappings are divided where advice differs, and one again where it does not. */
static void split_and_merge(void)
{
    static const int pairs[][2] = {
        { MADV_RANDOM, MADV_NORMAL }, { MADV_SEQUENTIAL, MADV_NORMAL },
        { MADV_DONTFORK, MADV_DOFORK }, { MADV_WIPEONFORK, MADV_KEEPONFORK },
    };
    char *p = map_apart(5, RW);

    for (size_t i = 0; i < COUNT(pairs); i++) {
        EXPECT_EQ(mappings(p, 5), 1);
        EXPECT_OK(madvise(p + 2 * PAGE, PAGE, pairs[i][0]));
        EXPECT_EQ(mappings(p, 5), 3);
        EXPECT_OK(madvise(p + PAGE, 3 * PAGE, pairs[i][0]));
        EXPECT_EQ(mappings(p, 5), 3);
        EXPECT_OK(madvise(p, PAGE, pairs[i][0]));
        EXPECT_EQ(mappings(p, 5), 2);
        EXPECT_OK(madvise(p + PAGE, PAGE, pairs[i][1]));
        EXPECT_EQ(mappings(p, 5), 4);
        EXPECT_OK(madvise(p, 5 * PAGE, pairs[i][1]));
    }
    EXPECT_OK(madvise(p, PAGE, MADV_RANDOM));
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_SEQUENTIAL));
    EXPECT_EQ(mappings(p, 5), 3);
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_SEQUENTIAL));
    EXPECT_EQ(mappings(p, 5), 2);
    unmap_apart(p, 5);
}

/* Reading files */

/* Touch the page AT of a file that is not in memory, under ADVICE: pages read. */
static size_t read_by_touching(size_t at, int advice)
{
    int fd = make_cold_file();
    char *p = map(MANY, PROT_READ, MAP_SHARED, fd, 0);
    size_t n;

    EXPECT_EQ(in_memory(p, MANY), 0);
    EXPECT_OK(madvise(p, MANY * PAGE, advice));
    EXPECT_EQ(p[at * PAGE], 'f');
    for (int i = 0; i < 20 && in_memory(p, MANY) < 32; i++)
        usleep(500);                    /* what was started may not have come yet */
    n = in_memory(p, MANY);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
    return n;
}

static void random_reads_one_page(void)
{
    EXPECT_EQ(read_by_touching(0, MADV_RANDOM), 1);
    EXPECT(read_by_touching(0, MADV_NORMAL) > 1);
}

static void sequential_reads_ahead(void)
{
    EXPECT_RANGE(read_by_touching(9, MADV_SEQUENTIAL), 32, MANY);
}

/* Advice also holds for pages that are there: neighbours are not mapped. */
static void random_maps_one_page(void)
{
    char content[17] = "ffffffffffffffff";
    int fd = make_file(ON_DISK, content);
    char *p = map(16, PROT_READ, MAP_SHARED, fd, 0);
    long before;

    need_debug_call();
    EXPECT_OK(madvise(p, 16 * PAGE, MADV_RANDOM));
    before = resident_pages();
    EXPECT_EQ(p[3 * PAGE], 'f');
    EXPECT_EQ(resident_pages(), before + 1);
    EXPECT_OK(madvise(p, 16 * PAGE, MADV_NORMAL));
    EXPECT_EQ(p[5 * PAGE], 'f');
    EXPECT_RANGE(resident_pages(), before + 3, before + 16);
    unmap(p, 16);
    remove_file(fd, ON_DISK);
}

static void all_comes(char *p)
{
    for (int i = 0; i < 2000 && in_memory(p, MANY) < MANY; i++)
        usleep(500);
    EXPECT_EQ(in_memory(p, MANY), MANY);
}

static void willneed_reads(void)
{
    int fd = make_cold_file();
    char *p = map(MANY, PROT_READ, MAP_PRIVATE, fd, 0);
    long faults;

    EXPECT_OK(madvise(p + 8 * PAGE, 8 * PAGE, MADV_WILLNEED));
    for (int i = 0; i < 2000 && in_memory(p + 8 * PAGE, 8) < 8; i++)
        usleep(500);
    EXPECT_EQ(in_memory(p + 8 * PAGE, 8), 8);
    EXPECT_EQ(in_memory(p, 8), 0);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_WILLNEED));
    all_comes(p);
    faults = usage().ru_majflt;
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], 'f');
    EXPECT_EQ(usage().ru_majflt, faults);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
}

static void fadvise_willneed_reads(void)
{
    int fd = make_cold_file(), fds[2];
    char *p = map(MANY, PROT_READ, MAP_PRIVATE, fd, 0);

    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL), 0);
    EXPECT_EQ(in_memory(p, MANY), 0);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0);     /* to the end */
    all_comes(p);
    EXPECT_EQ(posix_fadvise(fd, (off_t)(1000 * MB), 1, POSIX_FADV_WILLNEED), 0);
    EXPECT_EQ(posix_fadvise(fd, 0, -1, POSIX_FADV_WILLNEED), EINVAL);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, 77), EINVAL);
    EXPECT_OK(pipe(fds));
    EXPECT_EQ(posix_fadvise(fds[0], 0, 0, POSIX_FADV_WILLNEED), ESPIPE);
    close(fds[0]);
    close(fds[1]);
    unmap(p, MANY);
    remove_file(fd, ON_DISK);
    EXPECT_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), EBADF);
}

/* Nothing to read: memory, what lies behind the end of a file, holes. */
static void willneed_nothing(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map(8, PROT_READ, MAP_SHARED, fd, 0), *memory = make_pages("abc");
    char *shared = map_shared(1);

    EXPECT_OK(madvise(p, 8 * PAGE, MADV_WILLNEED));
    EXPECT_OK(madvise(p + 4 * PAGE, PAGE, MADV_WILLNEED));
    EXPECT_OK(madvise(shared, PAGE, MADV_WILLNEED));
    EXPECT_EQ(in_memory(shared, 1), 0);
    unmap(memory + PAGE, 1);
    EXPECT_ERROR(madvise(memory, 3 * PAGE, MADV_WILLNEED), ENOMEM);
    EXPECT_PAGES(memory, "a");
    unmap(memory, 3);
    unmap(shared, 1);
    unmap(p, 8);
    remove_file(fd, ON_DISK);
}

/* MADV_POPULATE_READ and _WRITE */

static void populate_memory(void)
{
    static char *volatile p;
    long faults;

    p = map_anon(MANY * PAGE);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_NOHUGEPAGE));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_POPULATE_READ));
    faults = usage().ru_minflt;
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], 0);
    EXPECT_EQ(usage().ru_minflt, faults);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(in_memory(p, MANY), MANY);
    faults = usage().ru_minflt;
    for (size_t i = 0; i < MANY; i++)
        p[i * PAGE] = 1;
    EXPECT_EQ(usage().ru_minflt, faults);
    unmap(p, MANY);
}

/* Copies of a file's pages are made by the one, not by the other. */
static void populate_private_file(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map(2, RW, MAP_PRIVATE, fd, 0);

    EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_READ));
    EXPECT_OK(madvise(p + PAGE, PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(pwrite(fd, "x", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "x", 1, (off_t)PAGE), 1);
    EXPECT_EQ(p[0], 'x');
    EXPECT_EQ(p[PAGE], 'b');
    unmap(p, 2);
    remove_file(fd, ON_DISK);
}

static void populate_breaks_sharing(void)
{
    char *p = make_pages("ab");
    struct gate done;
    long faults;
    pid_t pid;

    open_gate(&done);
    pid = fork();
    if (!pid) {
        wait_gate(&done);
        expect_ab(p);
        _exit(test_failures() > 0);
    }
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_PAGES(p, "ab");
    faults = usage().ru_minflt;
    p[0] = p[PAGE] = 'x';
    faults = usage().ru_minflt - faults;
    EXPECT_EQ(faults, 0);
    signal_gate(&done);
    EXPECT_CHILD(pid);
    close_gate(&done);
    unmap(p, 2);
}

static void populate_shared(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *p = map(2, RW, MAP_SHARED, fd, 0), *memory = map_shared(2);

    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_READ));
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_PAGES(p, "ab");
    EXPECT_OK(madvise(memory, 2 * PAGE, MADV_POPULATE_WRITE));
    EXPECT_EQ(in_memory(memory, 2), 2);
    EXPECT_PAGES(memory, "00");
    unmap(p, 2);
    unmap(memory, 2);
    remove_file(fd, ON_DISK);
}

static void populate_needs_rights(void)
{
    static const struct { int prot; bool read, write; } cases[] = {
        { PROT_NONE, false, false }, { PROT_READ, true, false }, { PROT_EXEC, false, false },
        { PROT_WRITE, false, true }, { RW, true, true }, { PROT_READ | PROT_EXEC, true, false },
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char *p = map(1, cases[i].prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (cases[i].read)
            EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_READ));
        else
            EXPECT_ERROR(madvise(p, PAGE, MADV_POPULATE_READ), EINVAL);
        EXPECT_EQ(in_memory(p, 1), cases[i].read);
        if (cases[i].write)
            EXPECT_OK(madvise(p, PAGE, MADV_POPULATE_WRITE));
        else
            EXPECT_ERROR(madvise(p, PAGE, MADV_POPULATE_WRITE), EINVAL);
        unmap(p, 1);
    }
}

/* What cannot be had ends it; what lies before is there, what behind is not. */
static void populate_stops(void)
{
    char *p = map_anon(5 * PAGE);
    int fd = make_file(ON_DISK, "ab");
    char *file = map(3, PROT_READ, MAP_SHARED, fd, 0);

    unmap(p + 2 * PAGE, 1);
    EXPECT_ERROR(madvise(p, 5 * PAGE, MADV_POPULATE_WRITE), ENOMEM);
    EXPECT_EQ(in_memory(p, 2), 2);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_ERROR(madvise(p + 2 * PAGE, 2 * PAGE, MADV_POPULATE_READ), ENOMEM);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_OK(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    EXPECT_ERROR(madvise(p + 3 * PAGE, 2 * PAGE, MADV_POPULATE_WRITE), EINVAL);
    EXPECT_EQ(in_memory(p + 3 * PAGE, 2), 0);
    EXPECT_ERROR(madvise(file, 3 * PAGE, MADV_POPULATE_READ), EFAULT);      /* behind the end */
    EXPECT_ERROR(madvise(file, 3 * PAGE, MADV_POPULATE_WRITE), EINVAL);
    unmap(p, 5);
    unmap(file, 3);
    remove_file(fd, ON_DISK);
}

/* A stack grows by being used, not by being asked for. */
static void populate_does_not_grow_a_stack(void)
{
    char *p = map(64, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    char *start = p + 32 * PAGE;

    unmap(p, 32);
    EXPECT_ERROR(madvise(start - PAGE, 2 * PAGE, MADV_POPULATE_WRITE), ENOMEM);
    EXPECT_EQ(in_memory(start, 1), 0);
    unmap(start, 32);
}

#define HUGE (4096 * MB)

static void populate_much(void *arg)
{
    char *p = mmap(NULL, HUGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    madvise(p, HUGE, MADV_NOHUGEPAGE);
    signal_gate(arg);
    madvise(p, HUGE, MADV_POPULATE_READ);
    pause();
}

/* Death does not wait until all is there. */
static void populate_can_be_killed(void)
{
    struct rusage u;
    struct gate begun;
    int status;
    pid_t pid;

    open_gate(&begun);
    pid = start_child(populate_much, &begun);
    wait_gate(&begun);
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait4(pid, &status, 0, &u), pid);
    EXPECT_EQ(status, SIGKILL);
    EXPECT(u.ru_minflt < (long)(HUGE / PAGE));
    close_gate(&begun);
}

/* MADV_COLD, MADV_PAGEOUT, hints */

static void cold_keeps_content(void)
{
    int fd = make_file(ON_DISK, "ab");
    char *file = map(2, RW, MAP_SHARED, fd, 0), *p = make_pages("ab"), *shared = map_shared(2);

    fill(shared, 2, 's');
    file[0] = 'x';
    for (int i = 0; i < 2; i++) {
        int advice = i ? MADV_PAGEOUT : MADV_COLD;

        EXPECT_OK(madvise(p, 2 * PAGE, advice));
        EXPECT_OK(madvise(file, 2 * PAGE, advice));
        EXPECT_OK(madvise(shared, 2 * PAGE, advice));
        EXPECT_PAGES(p, "ab");
        EXPECT_PAGES(shared, "ss");
        EXPECT(file[0] == 'x' && file[1] == 'a');
        EXPECT_PAGES(file + PAGE, "b");
        p[0] = 'a';
        shared[0] = 's';
    }
    unmap(p, 2);
    unmap(file, 2);
    unmap(shared, 2);
    remove_file(fd, ON_DISK);
}

static bool accessed(const char *p)
{
    return read_page(p).pte & ACCESSED;
}

/* The mark that a page was used goes, and comes back with the next use. */
static void cold_pages_look_unused(void)
{
    char *p = make_pages("abc");

    need_debug_call();
    for (int i = 0; i < 2; i++) {
        EXPECT(accessed(p) && accessed(p + PAGE) && accessed(p + 2 * PAGE));
        EXPECT_OK(madvise(p, 2 * PAGE, i ? MADV_PAGEOUT : MADV_COLD));
        EXPECT(!accessed(p) && !accessed(p + PAGE) && accessed(p + 2 * PAGE));
        EXPECT_EQ(*(volatile char *)p, 'a');
        *(volatile char *)(p + PAGE) = 'b';
        EXPECT(accessed(p) && accessed(p + PAGE));
    }
    unmap(p, 3);
}

/* Somebody else may be using what is shared. */
static void cold_leaves_shared_pages(void)
{
    char *p = make_pages("ab");
    struct gate done;
    pid_t pid;

    need_debug_call();
    open_gate(&done);
    pid = fork();
    if (!pid) {
        wait_gate(&done);
        _exit(0);
    }
    EXPECT_OK(madvise(p, 2 * PAGE, MADV_COLD));
    EXPECT(accessed(p) && accessed(p + PAGE));
    signal_gate(&done);
    EXPECT_CHILD(pid);
    close_gate(&done);
    unmap(p, 2);
}

static void hints_change_nothing(void)
{
    static const int hints[] = { MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_DONTDUMP, MADV_DODUMP,
                                 MADV_HUGEPAGE, MADV_NOHUGEPAGE };
    int fd = make_file(ON_DISK, "ab");
    char *p = make_pages("abc"), *file = map(2, PROT_READ, MAP_PRIVATE, fd, 0);

    unmap(p + 2 * PAGE, 1);
    for (size_t i = 0; i < COUNT(hints); i++) {
        EXPECT_OK(madvise(p, 2 * PAGE, hints[i]));
        EXPECT_OK(madvise(file, 2 * PAGE, hints[i]));
        EXPECT_ERROR(madvise(p, 3 * PAGE, hints[i]), ENOMEM);
    }
    EXPECT_PAGES(p, "ab");
    EXPECT_PAGES(file, "ab");
    unmap(p, 2);
    unmap(file, 2);
    remove_file(fd, ON_DISK);
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

/* Random advice to random parts, against what each must leave. */
static void random_advice(void)
{
    static const int advices[] = { MADV_DONTNEED, MADV_NORMAL, MADV_RANDOM, MADV_COLD,
                                   MADV_SEQUENTIAL, MADV_DONTFORK, MADV_DOFORK, MADV_WIPEONFORK,
                                   MADV_KEEPONFORK, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED };
    char *p = map_apart(MANY, RW), model[MANY] = { 0 };

    for (int turn = 0; turn < 600; turn++) {
        size_t first = rand_below(&test_rand, MANY), n = 1 + rand_below(&test_rand, MANY - first);
        int advice = advices[rand_below(&test_rand, COUNT(advices))];

        EXPECT_OK(madvise(p + first * PAGE, n * PAGE, advice));
        if (advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED)
            memset(model + first, 0, n);
        first = rand_below(&test_rand, MANY);
        EXPECT_EQ(p[first * PAGE], model[first]);
        p[first * PAGE] = model[first] = (char)turn;
    }
    for (size_t i = 0; i < MANY; i++)
        EXPECT_EQ(p[i * PAGE], model[i]);
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_NORMAL));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_DOFORK));
    EXPECT_OK(madvise(p, MANY * PAGE, MADV_KEEPONFORK));
    EXPECT_EQ(mappings(p, MANY), 1);
    unmap_apart(p, MANY);
}

static const struct test tests[] = {
    TEST(arguments_of_each), TEST(unknown_advice), TEST(holes), TEST(up_to_the_end_of_addresses),
    TEST(refusal_ends_the_call), TEST(dontneed_private), TEST(dontneed_without_rights),
    TEST(dontneed_private_file), TEST(dontneed_shared_file), TEST(dontneed_shared_memory),
    TEST(dontneed_leaves_children_alone), CHILD_TEST(dontneed_heap_and_stack),
    TEST(dontneed_sigreturn), TEST(free_private), TEST(free_shared_by_fork), TEST(free_sparse),
    TEST(free_refuses), TEST(remove_shared_memory), TEST(remove_from_file),
    TEST(remove_needs_the_right), TEST(remove_on_disk), TEST(remove_passes_holes),
    TEST(locked_memory_stays), TEST(dontneed_locked_of_unlocked), TEST(dontfork),
    TEST(dontfork_is_not_counted), TEST(dontfork_shared), TEST(wipeonfork),
    TEST(wiped_pages_are_not_shared), TEST(wipeonfork_refuses), TEST(split_and_merge),
    TEST(random_reads_one_page), TEST(sequential_reads_ahead), TEST(random_maps_one_page),
    TEST(willneed_reads), TEST(fadvise_willneed_reads), TEST(willneed_nothing),
    TEST(populate_memory), TEST(populate_private_file), TEST(populate_breaks_sharing),
    TEST(populate_shared), TEST(populate_needs_rights), TEST(populate_stops),
    TEST(populate_does_not_grow_a_stack), TEST(populate_can_be_killed), TEST(cold_keeps_content),
    TEST(cold_pages_look_unused), TEST(cold_leaves_shared_pages), TEST(hints_change_nothing),
    TEST(dontneed_against_stores), TEST(remove_against_stores), TEST(dontneed_under_another_hart),
    TEST(random_advice),
};
TEST_MAIN(tests)
