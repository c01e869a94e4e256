/* SPDX-License-Identifier: MIT */
/*
 * mlocktest.c - memory that stays: mlock and its relatives, limits, and what locks do
 * when the memory under them changes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define FILE_NAME "/mlocktest.file"
#define NOBODY 65534

/* Pages that this process has locked: VmLck. */
static long locked(void)
{
    return proc_number("/proc/self/status", "VmLck:") / 4;
}

/* A file of NPAGES pages of 'a'. */
static int make_file(size_t npages)
{
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0666);
    char page[PAGE];

    REQUIRE(fd >= 0);
    memset(page, 'a', PAGE);
    for (size_t i = 0; i < npages; i++)
        REQUIRE(write(fd, page, PAGE) == (ssize_t)PAGE);
    unlink(FILE_NAME);
    return fd;
}

static void set_limit(size_t bytes)
{
    struct rlimit r;

    REQUIRE(getrlimit(RLIMIT_MEMLOCK, &r) == 0);
    r.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_MEMLOCK, &r) == 0);
}

static void become_user(size_t limit)
{
    set_limit(limit);
    REQUIRE(setuid(NOBODY) == 0);
}

/* Lock and unlock */

static void locking_makes_present(void)
{
    char *p = map_anon(16 * PAGE), line[256], again[256];

    p[15 * PAGE] = 1;               /* some Linuxes do not join used parts to unused ones */
    EXPECT_EQ(locked(), 0);
    EXPECT(find_mapping(p, line, sizeof(line)));
    EXPECT_OK(mlock(p + PAGE + 5, 2 * PAGE));           /* of pages 1, 2 and 3 */
    EXPECT_EQ(in_memory(p, 16), 4);
    EXPECT_EQ(in_memory(p + PAGE, 3), 3);
    EXPECT_EQ(locked(), 3);
    EXPECT(p[PAGE] == 0 && p[4 * PAGE - 1] == 0);
    EXPECT_OK(munlock(p + 2 * PAGE + 7, 1));
    EXPECT_EQ(locked(), 2);
    EXPECT_OK(munlock(p, 16 * PAGE));
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(p, 16), 4);
    EXPECT(find_mapping(p, again, sizeof(again)));      /* one mapping again */
    EXPECT(strcmp(line, again) == 0);
    munmap(p, 16 * PAGE);
}

static void each_page_counts_once(void)
{
    char *p = map_anon(16 * PAGE);

    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(p + 4 * PAGE, 8 * PAGE));
    EXPECT_EQ(locked(), 12);
    EXPECT_OK(munlock(p, 16 * PAGE));
    EXPECT_EQ(locked(), 0);
    munmap(p, 16 * PAGE);
}

static void bad_arguments(void)
{
    char *p = map_anon(PAGE);

    EXPECT_OK(mlock(p, 0));
    EXPECT_OK(munlock(p, 0));
    EXPECT_OK(munlock(p, PAGE));
    EXPECT_ERROR(mlock(p, -2 * PAGE), EINVAL);
    EXPECT_ERROR(munlock(p, -2 * PAGE), EINVAL);
    EXPECT_ERROR(mlock2(p, PAGE, 2), EINVAL);
    EXPECT_ERROR(mlock2(p, PAGE, ~0u), EINVAL);
    EXPECT_ERROR(mlockall(0), EINVAL);
    EXPECT_ERROR(mlockall(MCL_ONFAULT), EINVAL);
    EXPECT_ERROR(mlockall(MCL_CURRENT | 8), EINVAL);
    EXPECT_EQ(locked(), 0);
    EXPECT_OK(mlock2(p, PAGE, 0));
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_EQ(locked(), 0);
    EXPECT_ERROR(mlock(p, PAGE), ENOMEM);
    EXPECT_ERROR(munlock(p, PAGE), ENOMEM);
}

static void a_hole_ends_it(void)
{
    char *p = map_anon(7 * PAGE);

    EXPECT_OK(munmap(p + 2 * PAGE, PAGE));
    EXPECT_OK(munmap(p + 6 * PAGE, PAGE));
    EXPECT_ERROR(mlock(p, 6 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 2);                             /* what lies before the hole */
    EXPECT_ERROR(mlock(p + 3 * PAGE, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 5);
    EXPECT_ERROR(munlock(p, 6 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 3);
    munmap(p, 6 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void what_cannot_be_present(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = make_file(1);

    EXPECT_ERROR(mlock(p, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 4);                             /* but it is marked */
    munmap(p, 4 * PAGE);
    p = map_anon(2 * PAGE);
    p[0] = p[PAGE] = 1;
    EXPECT_OK(mprotect(p, 2 * PAGE, PROT_NONE));
    EXPECT_ERROR(mlock(p, 2 * PAGE), ENOMEM);           /* nobody may look, though they are there */
    EXPECT_EQ(locked(), 2);
    munmap(p, 2 * PAGE);
    p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    EXPECT_ERROR(mlock(p, 2 * PAGE), ENOMEM);           /* the second lies beyond the file */
    EXPECT_EQ(locked(), 2);
    munmap(p, 2 * PAGE);
    p = mmap(NULL, 2 * PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_OK(mlock(p, 2 * PAGE));
    EXPECT_EQ(in_memory(p, 2), 2);
    munmap(p, 2 * PAGE);
    close(fd);
    EXPECT_EQ(locked(), 0);
}

static void locked_on_fault(void)
{
    char *p = map_anon(8 * PAGE);

    EXPECT_OK(mlock2(p, 8 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(locked(), 8);
    EXPECT_EQ(in_memory(p, 8), 0);
    p[3 * PAGE] = 1;
    EXPECT_EQ(in_memory(p, 8), 1);
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_EQ(in_memory(p, 8), 4);
    EXPECT_EQ(locked(), 8);
    munmap(p, 8 * PAGE);
    EXPECT_EQ(locked(), 0);
}

/* Memory that may be written is made present as if it were: its copies exist now. */
static void private_pages_are_copied(void)
{
    int fd = make_file(2);
    char *mine = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0), *read_only, *shared;

    read_only = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    EXPECT_OK(mlock(mine, PAGE));
    EXPECT_OK(mlock(read_only, PAGE));
    EXPECT_OK(mlock(shared, PAGE));
    EXPECT_EQ(pwrite(fd, "b", 1, 0), 1);
    EXPECT_EQ(pwrite(fd, "b", 1, PAGE), 1);
    EXPECT(mine[0] == 'a' && mine[PAGE] == 'b');
    EXPECT(read_only[0] == 'b' && shared[0] == 'b');
    munmap(mine, 2 * PAGE);
    munmap(read_only, 2 * PAGE);
    munmap(shared, 2 * PAGE);
    close(fd);
}

static void invalidation_is_refused(void)
{
    char *p = map_shared(4);

    EXPECT_OK(mlock(p + PAGE, PAGE));
    EXPECT_ERROR(msync(p, 4 * PAGE, MS_INVALIDATE), EBUSY);
    EXPECT_OK(msync(p, PAGE, MS_INVALIDATE));
    EXPECT_OK(msync(p, 4 * PAGE, MS_SYNC));
    EXPECT_OK(munlock(p, 4 * PAGE));
    EXPECT_OK(msync(p, 4 * PAGE, MS_INVALIDATE));
    munmap(p, 4 * PAGE);
}

/* What mmap, munmap, mremap, mprotect and brk do to locks */

static void mapped_locked(void)
{
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), *q;

    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
    EXPECT_EQ(in_memory(p, 4), 4);
    q = mmap(p + PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    EXPECT(q == p + PAGE);
    EXPECT_EQ(locked(), 2);                             /* the new one is not */
    EXPECT_EQ(in_memory(p, 4), 2);
    EXPECT_OK(munmap(p + 3 * PAGE, PAGE));
    EXPECT_EQ(locked(), 1);
    munmap(p, 4 * PAGE);
    p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    EXPECT(p != MAP_FAILED);
    EXPECT_EQ(locked(), 1);
    munmap(p, PAGE);
    EXPECT_EQ(locked(), 0);
}

static void mremap_keeps_locks(void)
{
    char *p = map_anon(8 * PAGE), *q;

    EXPECT_OK(munmap(p + 4 * PAGE, 4 * PAGE));
    EXPECT_OK(mlock(p, 4 * PAGE));
    q = mremap(p, 4 * PAGE, 6 * PAGE, 0);               /* in place */
    EXPECT(q == p);
    EXPECT_EQ(locked(), 6);
    EXPECT_EQ(in_memory(p, 6), 6);
    p[0] = 1;
    q = mremap(p, 6 * PAGE, 100 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 1024 * PAGE);
    EXPECT(q == p + 1024 * PAGE);
    EXPECT(q[0] == 1);
    EXPECT_EQ(locked(), 100);
    EXPECT_EQ(in_memory(q, 100), 100);
    EXPECT(mremap(q, 100 * PAGE, 2 * PAGE, 0) == q);
    EXPECT_EQ(locked(), 2);
    p = mremap(q, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    REQUIRE(p != MAP_FAILED);
    EXPECT(p[0] == 1);
    EXPECT_EQ(locked(), 2);                             /* the old place has none */
    EXPECT_OK(munmap(q, 2 * PAGE));
    EXPECT_EQ(locked(), 2);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_EQ(locked(), 0);
}

static void part_of_a_mapping_moves(void)
{
    char *p = map_anon(6 * PAGE), *q;

    EXPECT_OK(mlock(p + PAGE, 4 * PAGE));
    q = mremap(p + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 64 * PAGE);
    EXPECT(q == p + 64 * PAGE);
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(munmap(p, 6 * PAGE));
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munmap(q, PAGE));
    EXPECT_EQ(locked(), 0);
}

static void an_alias_is_locked_too(void)
{
    char *p = map_shared(4), *q;

    EXPECT_OK(mlock(p, 4 * PAGE));
    q = mremap(p, 0, 4 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED);
    EXPECT_EQ(locked(), 8);
    EXPECT_OK(munmap(p, 4 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(munmap(q, 4 * PAGE));
}

static void rights_change_under_locks(void)
{
    char *p = map_anon(32 * PAGE);
    long before;

    EXPECT_OK(mprotect(p, 32 * PAGE, PROT_READ));
    EXPECT_OK(mlock(p, 32 * PAGE));
    EXPECT_OK(mprotect(p, 32 * PAGE, RW));              /* makes the copies at once */
    before = minor_faults();
    for (size_t i = 0; i < 32; i++)
        p[i * PAGE] = (char)i;
    EXPECT_RANGE(minor_faults() - before, 0, 8);
    EXPECT_OK(mprotect(p + 8 * PAGE, 8 * PAGE, PROT_NONE));
    EXPECT_EQ(locked(), 32);
    EXPECT_OK(munlock(p, 12 * PAGE));
    EXPECT_EQ(locked(), 20);
    EXPECT_OK(mprotect(p, 32 * PAGE, RW));
    EXPECT_EQ(locked(), 20);
    for (size_t i = 0; i < 32; i++)
        EXPECT_EQ(p[i * PAGE], i);
    munmap(p, 32 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void locked_heap(void)
{
    char *end = sbrk(0);

    REQUIRE(sbrk(4 * PAGE) == end);
    EXPECT_OK(mlock(end, 4 * PAGE));
    EXPECT_RANGE(locked(), 4, 5);                       /* the end may lie within a page */
    REQUIRE(sbrk(4 * PAGE) != (void *)-1);              /* the lock was for what there was */
    EXPECT_RANGE(locked(), 4, 5);
    EXPECT_OK(brk(end));
    EXPECT_RANGE(locked(), 0, 1);
    EXPECT_OK(mlockall(MCL_FUTURE));
    REQUIRE(sbrk(6 * PAGE) == end);
    EXPECT_RANGE(locked(), 6, 7);
    end = (char *)(((uintptr_t)end + PAGE - 1) & -PAGE);
    EXPECT_EQ(in_memory(end, 5), 5);
    EXPECT_OK(brk(end));
    EXPECT_RANGE(locked(), 0, 1);
}

/* The lowest address of the stack's mapping, of which the lowest page becomes its own. */
static char *lock_stack_end(void)
{
    char line[256];
    uintptr_t start;

    REQUIRE(find_mapping(&start, line, sizeof(line)));
    start = strtoul(line, NULL, 16);
    EXPECT_OK(mlock((void *)start, PAGE));
    return (char *)start;
}

static void locked_stack(void)
{
    char *end;

    become_user(4 * PAGE);
    end = lock_stack_end();
    EXPECT_EQ(locked(), 1);
    EXPECT_NO_FAULT(try_write(end - 3 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_FAULT(try_write(end - 4 * PAGE), SIGSEGV, SEGV_MAPERR, end - 4 * PAGE);
    EXPECT_EQ(locked(), 4);
}

/* All of memory */

static void all_there_is(void)
{
    char *before = map_anon(8 * PAGE), *after;
    long size;

    EXPECT_OK(mlockall(MCL_CURRENT));
    size = proc_number("/proc/self/status", "VmSize:") / 4;
    EXPECT_RANGE(locked(), size - 8, size);             /* all but the kernel's own pages */
    EXPECT_EQ(in_memory(before, 8), 8);
    size = locked();
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), size);
    EXPECT_EQ(in_memory(after, 8), 0);
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
}

static void all_that_will_be(void)
{
    char *before = map_anon(8 * PAGE), *after;

    EXPECT_OK(mlockall(MCL_FUTURE));
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(before, 8), 0);
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 8);
    EXPECT_EQ(in_memory(after, 8), 8);
    EXPECT_OK(mlockall(MCL_FUTURE | MCL_ONFAULT));
    after = map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 16);
    EXPECT_EQ(in_memory(after, 8), 0);
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), 0);
}

static void each_call_says_anew(void)
{
    char *p = map_anon(8 * PAGE);
    long all;

    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
    EXPECT_EQ(in_memory(p, 8), 0);
    all = locked();
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), all + 8);
    EXPECT_OK(mlockall(MCL_CURRENT));                   /* and the future is free again */
    EXPECT_EQ(in_memory(p, 8), 8);
    EXPECT_EQ(locked(), all + 8);
    map_anon(8 * PAGE);
    EXPECT_EQ(locked(), all + 8);
}

/* Limits */

static void limit_of_a_user(void)
{
    char *p = map_anon(16 * PAGE), *q;

    become_user(4 * PAGE + 100);
    EXPECT_ERROR(mlock(p, 5 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 0);
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_ERROR(mlock(p + 4 * PAGE, 1), ENOMEM);
    EXPECT_OK(mlock(p + PAGE, 3 * PAGE));               /* adds nothing */
    EXPECT_ERROR(mlock(p + PAGE, 4 * PAGE), ENOMEM);
    EXPECT_EQ(locked(), 4);
    EXPECT_ERROR(mlock(p, -2 * PAGE), ENOMEM);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EAGAIN);
    EXPECT_ERROR(mlockall(MCL_CURRENT), ENOMEM);
    EXPECT_OK(munlock(p, PAGE));
    q = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    EXPECT(q != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
    EXPECT_OK(mlock2(p + PAGE, 3 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(locked(), 4);
}

static void limit_of_growth(void)
{
    char *p = map_anon(8 * PAGE), *end = sbrk(0);

    EXPECT_OK(munmap(p + 4 * PAGE, 4 * PAGE));
    become_user(4 * PAGE);
    EXPECT_OK(mlock(p, 3 * PAGE));
    EXPECT_ERROR(mremap(p, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EAGAIN);
    EXPECT(mremap(p + 3 * PAGE, PAGE, 5 * PAGE, 0) == p + 3 * PAGE);    /* is not locked */
    EXPECT_OK(mlockall(MCL_FUTURE));
    EXPECT(sbrk(3 * PAGE) == (void *)-1);
    EXPECT(sbrk(0) == end);
    EXPECT_ERROR(mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EAGAIN);
    EXPECT(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    EXPECT_EQ(locked(), 4);
}

static void no_limit_no_lock(void)
{
    char *p = map_anon(2 * PAGE);

    EXPECT_OK(mlock(p, PAGE));
    become_user(0);
    EXPECT_ERROR(mlock(p, PAGE), EPERM);
    EXPECT_ERROR(mlock(p, 0), EPERM);
    EXPECT_ERROR(mlock2(p, PAGE, MLOCK_ONFAULT), EPERM);
    EXPECT_ERROR(mlock2(p, PAGE, 2), EINVAL);
    EXPECT_ERROR(mlockall(MCL_FUTURE), EPERM);
    EXPECT_ERROR(mlockall(0), EINVAL);
    EXPECT_ERROR(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EPERM);
    EXPECT_EQ(locked(), 1);
    EXPECT_OK(munlock(p, PAGE));
    EXPECT_OK(munlockall());
    EXPECT_EQ(locked(), 0);
    set_limit(100);
    EXPECT_ERROR(mlock(p, PAGE), ENOMEM);               /* less than a page, but not nothing */
    EXPECT_OK(mlock(p, 0));
}

static void root_has_no_limit(void)
{
    char *p = map_anon(16 * PAGE);

    set_limit(0);
    EXPECT_OK(mlock(p, 16 * PAGE));
    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    map_anon(16 * PAGE);
    EXPECT(locked() > 32);
}

/* Fork and exec */

static void expect_nothing_locked(void *arg)
{
    char *p;

    (void)arg;
    EXPECT_EQ(locked(), 0);
    p = map_anon(4 * PAGE);
    EXPECT_EQ(locked(), 0);
    EXPECT_EQ(in_memory(p, 4), 0);
}

static void store_and_lock(void *arg)
{
    char *p = arg;

    expect_nothing_locked(NULL);
    p[0] = 2;
    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_EQ(locked(), 4);
    EXPECT_EQ(p[0], 2);
}

static void children_inherit_no_lock(void)
{
    char *p = map_anon(4 * PAGE);
    long all;

    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    all = locked();
    p[0] = 1;
    EXPECT_EQ(run_child(expect_nothing_locked, NULL), 0);
    EXPECT_EQ(run_child(store_and_lock, p), 0);
    EXPECT_EQ(p[0], 1);
    EXPECT_EQ(locked(), all);
}

static void children_without_the_memory(void)
{
    char *p = map_anon(4 * PAGE);

    EXPECT_OK(mlock(p, 4 * PAGE));
    EXPECT_OK(madvise(p, 4 * PAGE, MADV_DONTFORK));
    EXPECT_EQ(run_child(expect_nothing_locked, NULL), 0);
    EXPECT_EQ(locked(), 4);
    munmap(p, 4 * PAGE);
}

static void after_exec(void)
{
    expect_nothing_locked(NULL);
}

static void lock_and_exec(void *arg)
{
    (void)arg;
    EXPECT_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    exec_test("/proc/self/exe", "after_exec");
}

static void programs_inherit_no_lock(void)
{
    EXPECT_EQ(run_child(lock_and_exec, NULL), 0);
}

/* The machine's figure */

/* Pages that somebody has locked: exact here, while Linux's figure lags behind. */
static long mlocked(void)
{
    long kib = proc_number("/proc/meminfo", "Mlocked:");

    EXPECT_EQ(proc_number("/proc/meminfo", "Unevictable:"), kib);
    return kib / 4;
}

struct shared {
    char *p;
    struct gate locked, leave;
};

static void lock_for_a_while(void *arg)
{
    struct shared *s = arg;

    EXPECT_OK(mlock(s->p, 8 * PAGE));
    signal_gate(&s->locked);
    wait_gate(&s->leave);
}

static void a_shared_page_counts_once(void)
{
    struct shared s = { .p = map_shared(8) };
    long before;
    pid_t child;

    need_debug_call();
    before = mlocked();
    open_gate(&s.locked);
    open_gate(&s.leave);
    EXPECT_OK(mlock(s.p, 8 * PAGE));
    EXPECT_EQ(mlocked(), before + 8);
    child = start_child(lock_for_a_while, &s);
    wait_gate(&s.locked);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(munlock(s.p, 4 * PAGE));
    EXPECT_OK(munmap(s.p + 4 * PAGE, 4 * PAGE));
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    signal_gate(&s.leave);
    EXPECT_CHILD(child);
    EXPECT_EQ(mlocked(), before);
    munmap(s.p, 4 * PAGE);
    close_gate(&s.locked);
    close_gate(&s.leave);
}

static void store_to_all(void *arg)
{
    for (size_t i = 0; i < 8; i++)
        ((char *)arg)[i * PAGE] = 1;
}

static void copies_are_locked(void)
{
    char *p = map_anon(8 * PAGE);
    long before;

    need_debug_call();
    before = mlocked();
    EXPECT_OK(mlock2(p, 8 * PAGE, MLOCK_ONFAULT));
    EXPECT_EQ(p[0], 0);
    EXPECT_EQ(mlocked(), before);                       /* the page of zeroes is nobody's */
    store_to_all(p);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_EQ(run_child(store_to_all, p), 0);
    EXPECT_EQ(mlocked(), before + 8);
    store_to_all(p);
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(mprotect(p, 4 * PAGE, PROT_NONE));
    EXPECT_EQ(mlocked(), before + 8);
    EXPECT_OK(munlock(p, 2 * PAGE));
    EXPECT_EQ(mlocked(), before + 6);
    p = mremap(p, 8 * PAGE, 8 * PAGE, 0);
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    munmap(p, 8 * PAGE);
    EXPECT_EQ(mlocked(), before);
}

/* Pages that leave the file leave the figure, whoever maps them. */
static void truncated_pages_are_free(void)
{
    int fd = make_file(8);
    char *p = mmap(NULL, 8 * PAGE, RW, MAP_SHARED, fd, 0), *q;
    long before;

    need_debug_call();
    before = mlocked();
    q = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0);
    EXPECT_OK(mlock(p, 8 * PAGE));
    EXPECT_OK(mlock(q, 8 * PAGE));
    EXPECT_EQ(mlocked(), before + 16);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    EXPECT_EQ(mlocked(), before + 4);
    EXPECT_EQ(locked(), 16);
    EXPECT_OK(ftruncate(fd, 8 * PAGE));
    EXPECT_EQ(p[7 * PAGE], 0);
    EXPECT_RANGE(mlocked(), before + 5, before + 10);   /* and pages around it */
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    munmap(p, 8 * PAGE);
    munmap(q, 8 * PAGE);
    EXPECT_EQ(mlocked(), before);
    close(fd);
}

/* At once */

static void truncate_often(void *arg)
{
    int fd = *(int *)arg;

    for (int i = 0; i < 150; i++) {
        EXPECT_OK(ftruncate(fd, 3 * PAGE));
        EXPECT_OK(ftruncate(fd, 64 * PAGE));
    }
}

/* Whatever meets: a page that is locked and one that is cut off count right at the end. */
static void locking_meets_truncation(void)
{
    int fd = make_file(64), status = 0;
    char *p = mmap(NULL, 64 * PAGE, RW, MAP_SHARED, fd, 0);
    long before = has_debug_call() ? mlocked() : 0;
    pid_t child;

    REQUIRE(p != MAP_FAILED);
    child = start_child(truncate_often, &fd);
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (mlock(p, 64 * PAGE) < 0)
            EXPECT_EQ(errno, ENOMEM);
        EXPECT_OK(munlock(p + 16 * PAGE, 32 * PAGE));
        EXPECT_OK(munlock(p, 64 * PAGE));
    }
    EXPECT_EQ(status, 0);
    EXPECT_EQ(locked(), 0);
    if (has_debug_call())
        EXPECT_EQ(mlocked(), before);
    munmap(p, 64 * PAGE);
    close(fd);
}

static const struct test tests[] = {
    TEST(locking_makes_present), TEST(each_page_counts_once), TEST(bad_arguments),
    TEST(a_hole_ends_it), TEST(what_cannot_be_present), TEST(locked_on_fault),
    TEST(private_pages_are_copied), TEST(invalidation_is_refused),
    TEST(mapped_locked), CHILD_TEST(mremap_keeps_locks), TEST(part_of_a_mapping_moves),
    TEST(an_alias_is_locked_too), TEST(rights_change_under_locks), CHILD_TEST(locked_heap),
    CHILD_TEST(locked_stack),
    CHILD_TEST(all_there_is), CHILD_TEST(all_that_will_be), CHILD_TEST(each_call_says_anew),
    CHILD_TEST(limit_of_a_user), CHILD_TEST(limit_of_growth), CHILD_TEST(no_limit_no_lock),
    CHILD_TEST(root_has_no_limit),
    CHILD_TEST(children_inherit_no_lock), TEST(children_without_the_memory),
    TEST(programs_inherit_no_lock), NAMED_TEST(after_exec),
    TEST(a_shared_page_counts_once), TEST(copies_are_locked), TEST(truncated_pages_are_free),
    TEST(locking_meets_truncation),
};
TEST_MAIN(tests)
