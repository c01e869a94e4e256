/* SPDX-License-Identifier: MIT */
/*
 * movetest.c - mappings that move with their pages, and what others in the same memory or
 * after a fork see of it.
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/moving.h"
#include "user/tests/lib/watch.h"

/* Moving */

static void inner_part_and_back(void)
{
    char *p = map_apart(11, RW), *to = free_place(16) + 2 * PAGE;

    number_pages(p, 11, 1);
    EXPECT_EQ(remap(p + 4 * PAGE, 3 * PAGE, 3 * PAGE, FIXED, to), to);
    EXPECT(is_numbered(p, 4, 1));
    expect_hole(p + 4 * PAGE, 3);
    EXPECT(is_numbered(p + 7 * PAGE, 4, 8));
    EXPECT(is_numbered(to, 3, 5));
    EXPECT_EQ(remap(to, 3 * PAGE, 3 * PAGE, FIXED, p + 4 * PAGE), p + 4 * PAGE);
    expect_hole(to, 3);
    EXPECT(is_numbered(p, 11, 1));
    expect_borders(p, p, p + 11 * PAGE);
    unmap_apart(p, 11);
}

/* A hole where something was moved away is one for new mappings, too. */
static void old_place_is_free(void)
{
    char *p = map_anon(2 * PAGE), *to = free_place(8) + 4 * PAGE;

    number_pages(p, 2, 1);
    EXPECT_EQ(remap(p, 2 * PAGE, 2 * PAGE, FIXED, to), to);
    EXPECT_EQ(mmap(p, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), p);
    EXPECT(is_zero(p, 2));
    number_pages(p, 2, 100);
    EXPECT(is_numbered(to, 2, 1));
    munmap(p, 2 * PAGE);
    munmap(to, 2 * PAGE);
}

static void replaces_what_is_there(void)
{
    char *p = map_anon(4 * PAGE), *to = map_anon(10 * PAGE);

    number_pages(p, 4, 1);
    number_pages(to, 10, 100);
    EXPECT_OK(mprotect(to + 5 * PAGE, 5 * PAGE, PROT_READ));
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to + 3 * PAGE), to + 3 * PAGE);
    EXPECT(is_numbered(to, 3, 100));
    EXPECT(is_numbered(to + 3 * PAGE, 4, 1));
    EXPECT(is_numbered(to + 7 * PAGE, 3, 107));
    EXPECT_NO_FAULT(try_write(to + 6 * PAGE));
    EXPECT_FAULT(try_write(to + 7 * PAGE), SIGSEGV, SEGV_ACCERR, to + 7 * PAGE);
    expect_hole(p, 4);
    munmap(to, 10 * PAGE);
}

/* Onto its own neighbours, touching. */
static void next_door(void)
{
    char *p = map_anon(6 * PAGE);

    number_pages(p, 6, 1);
    EXPECT_EQ(remap(p, 2 * PAGE, 2 * PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    expect_hole(p, 2);
    EXPECT(is_numbered(p + 2 * PAGE, 2, 1));
    EXPECT(is_numbered(p + 4 * PAGE, 2, 5));
    EXPECT_EQ(remap(p + 3 * PAGE, PAGE, PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    EXPECT(is_numbered(p + 2 * PAGE, 1, 2));
    expect_hole(p + 3 * PAGE, 1);
    munmap(p, 6 * PAGE);
}

/* Nobody has touched the mapping, so the old place, kept, and the new one are alike. */
static void side_by_side(void)
{
    char *p = map_apart(4, RW);

    munmap(p, PAGE);
    munmap(p + 2 * PAGE, 2 * PAGE);
    EXPECT_EQ(remap(p + PAGE, PAGE, PAGE, FIXED | DONTUNMAP, p + 2 * PAGE), p + 2 * PAGE);
    EXPECT_EQ(remap(p + PAGE, PAGE, PAGE, FIXED | DONTUNMAP, p), p);
    expect_borders(p, p, p + 3 * PAGE);
    EXPECT(is_zero(p, 3));
    EXPECT_EQ(remap(p + 2 * PAGE, PAGE, PAGE, FIXED, p + 3 * PAGE), p + 3 * PAGE);
    expect_borders(p, p, p + 2 * PAGE);
    expect_hole(p + 2 * PAGE, 1);
    EXPECT(is_zero(p + 3 * PAGE, 1));
    unmap_apart(p, 4);
}

static void other_size_elsewhere(void)
{
    char *p = map_anon(12 * PAGE), *to = free_place(16);

    number_pages(p, 12, 1);
    EXPECT_EQ(remap(p, 6 * PAGE, 2 * PAGE, FIXED, to), to);         /* shorter */
    EXPECT(is_numbered(to, 2, 1));
    expect_hole(to + 2 * PAGE, 1);
    expect_hole(p, 6);
    EXPECT_EQ(remap(p + 6 * PAGE, 3 * PAGE, 7 * PAGE, FIXED, to + 4 * PAGE), to + 4 * PAGE);
    EXPECT(is_numbered(to + 4 * PAGE, 3, 7));                         /* longer */
    EXPECT(is_zero(to + 7 * PAGE, 4));
    expect_hole(p + 6 * PAGE, 3);
    EXPECT(is_numbered(p + 9 * PAGE, 3, 10));
    munmap(p, 12 * PAGE);
    munmap(to, 16 * PAGE);
}

/* Rights travel, and so does what lies under PROT_NONE. */
static void rights_swap(void)
{
    char *a = map_anon(2 * PAGE), *b = map_anon(3 * PAGE), *c = free_place(8) + 3 * PAGE;

    number_pages(a, 2, 1);
    number_pages(b, 2, 10);
    EXPECT_OK(mprotect(b, 2 * PAGE, PROT_READ));
    EXPECT_EQ(remap(a, 2 * PAGE, 2 * PAGE, FIXED, c), c);
    EXPECT_EQ(remap(b, 2 * PAGE, 2 * PAGE, FIXED, a), a);
    EXPECT_EQ(remap(c, 2 * PAGE, 2 * PAGE, FIXED, b), b);
    EXPECT(is_numbered(b, 2, 1));
    EXPECT(is_numbered(a, 2, 10));
    EXPECT_FAULT(try_write(a + PAGE), SIGSEGV, SEGV_ACCERR, a + PAGE);
    EXPECT_NO_FAULT(try_write(b + PAGE));
    munmap(a, 2 * PAGE);
    munmap(b, 3 * PAGE);
}

static void pages_without_access(void)
{
    char *p = map_anon(4 * PAGE), *to = free_place(8);

    number_pages(p, 4, 1);
    EXPECT_OK(mprotect(p, 4 * PAGE, PROT_NONE));
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT_FAULT(try_read(to), SIGSEGV, SEGV_ACCERR, to);
    EXPECT_OK(mprotect(to, 4 * PAGE, PROT_READ));
    EXPECT(is_numbered(to, 4, 1));
    EXPECT_FAULT(try_write(to), SIGSEGV, SEGV_ACCERR, to);
    EXPECT_OK(mprotect(to, 4 * PAGE, RW));
    EXPECT_NO_FAULT(try_write(to));
    munmap(to, 4 * PAGE);
}

/* Pages that were only read are the page of zeroes: still nobody's. */
static void zero_page(void)
{
    char *p = map_anon(3 * PAGE), *to = free_place(4), *other = map_anon(PAGE);

    EXPECT(is_zero(p, 2));
    EXPECT_EQ(remap(p, 3 * PAGE, 3 * PAGE, FIXED, to), to);
    EXPECT(is_zero(to, 3));
    number_pages(to, 3, 1);
    EXPECT(is_zero(other, 1));
    EXPECT(is_numbered(to, 3, 1));
    munmap(to, 3 * PAGE);
    munmap(other, PAGE);
}

/* Pages and tables do not go together: every distance within a table. */
static void far_and_unaligned(void)
{
    static const size_t shifts[] = { 1, 511, 0, 255, 37, 512 };
    size_t npages = (size_t)proc_number("/proc/meminfo", "MemFree:") / 4 / 3, at = 0;
    char *p, *to, *area[2];

    npages = npages > 4096 ? 4096 : npages;
    area[0] = map_pages(2 * npages + 2048, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    area[1] = area[0] + (npages + 1024) * PAGE;
    p = area[0];
    REQUIRE(mmap(p, npages * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p);
    number_pages(p, npages, 1);
    for (size_t i = 0; i < COUNT(shifts); i++) {
        at = !at;
        to = area[at] + shifts[i] * PAGE;
        EXPECT_EQ(remap(p, npages * PAGE, npages * PAGE, FIXED, to), to);
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
        EXPECT(is_numbered(to, npages, 1));
        p = to;
    }
    munmap(area[0], (2 * npages + 2048) * PAGE);
}

/* MREMAP_DONTUNMAP: the pages go, the mapping stays. */
static void leaves_zeroes_behind(void)
{
    char *p = map_apart(5, RW), *to = free_place(8), *q, *wish;
    long resident;

    number_pages(p, 5, 1);
    resident = resident_pages();
    q = remap(p, 5 * PAGE, 5 * PAGE, DONTUNMAP, NULL);
    REQUIRE(q != MAP_FAILED);
    EXPECT(q + 5 * PAGE <= p || q >= p + 5 * PAGE);
    EXPECT_EQ(resident_pages(), resident);
    EXPECT(is_numbered(q, 5, 1));
    EXPECT(is_zero(p, 5));
    number_pages(p, 5, 100);
    EXPECT(is_numbered(q, 5, 1));
    EXPECT_EQ(remap(p + PAGE, 2 * PAGE, 2 * PAGE, FIXED | DONTUNMAP, to), to);
    EXPECT(is_numbered(to, 2, 101));
    EXPECT(is_numbered(p, 1, 100));
    EXPECT(is_zero(p + PAGE, 2));
    EXPECT(is_numbered(p + 3 * PAGE, 2, 103));
    expect_borders(p, p, p + 5 * PAGE);
    wish = free_place(3) + PAGE;
    EXPECT_EQ(remap(p, PAGE, PAGE, DONTUNMAP, wish), wish);
    EXPECT(is_numbered(wish, 1, 100));
    EXPECT(is_zero(p, 1));
    munmap(wish, PAGE);
    unmap_apart(p, 5);
    munmap(q, 5 * PAGE);
    munmap(to, 2 * PAGE);
}

/* Old size 0: the same shared memory once more. */
static void second_view(void)
{
    char *p = map_pages(6, RW, SHARED_ANON, -1, 0), *q, *r, *own = map_anon(PAGE);

    number_pages(p, 6, 1);
    EXPECT_ERROR(remap(own, 0, PAGE, MOVE, NULL), EINVAL);
    EXPECT_ERROR(remap(p, 0, 6 * PAGE, 0, NULL), ENOMEM);
    q = remap(p, 0, 6 * PAGE, MOVE, NULL);
    r = remap(p + 2 * PAGE, 0, 2 * PAGE, MOVE, NULL);
    REQUIRE(q != MAP_FAILED && r != MAP_FAILED);
    EXPECT(is_numbered(p, 6, 1));
    EXPECT(is_numbered(q, 6, 1));
    EXPECT(is_numbered(r, 2, 3));
    number_pages(r, 1, 77);
    EXPECT(is_numbered(p + 2 * PAGE, 1, 77));
    EXPECT(is_numbered(q + 2 * PAGE, 1, 77));
    munmap(p, 6 * PAGE);
    EXPECT(is_numbered(q, 2, 1));
    EXPECT(is_numbered(r, 1, 77));
    munmap(q, 6 * PAGE);
    munmap(r, 2 * PAGE);
    munmap(own, PAGE);
}

/* A view that is to replace what it shows finds nothing any more. */
static void view_of_what_went(void)
{
    char *p = map_pages(2, RW, SHARED_ANON, -1, 0);

    number_pages(p, 2, 1);
    EXPECT_ERROR(remap(p, 0, PAGE, FIXED, p), EFAULT);
    expect_hole(p, 1);
    EXPECT(is_numbered(p + PAGE, 1, 2));
    munmap(p, 2 * PAGE);
}

/* Stacks: they go on growing down where they are. */
static void growing_down(void)
{
    char *p = map_pages(4, RW, ANON | MAP_GROWSDOWN, -1, 0), *to = free_place(700) + 600 * PAGE;

    number_pages(p, 4, 1);
    EXPECT_EQ(remap(p, 4 * PAGE, 4 * PAGE, FIXED, to), to);
    EXPECT(is_numbered(to, 4, 1));
    EXPECT_NO_FAULT(try_write(to - PAGE));
    EXPECT_EQ(to[-(long)PAGE], 1);
    munmap(to - 2 * PAGE, 6 * PAGE);
}

static void part_of_the_stack(void)
{
    char room[16 * PAGE], *p = room + PAGE - (uintptr_t)room % PAGE, *to = free_place(16);

    number_pages(p, 12, 1);
    EXPECT_EQ(remap(p + 2 * PAGE, 8 * PAGE, 8 * PAGE, FIXED, to), to);
    EXPECT(is_numbered(to, 8, 3));
    EXPECT(is_numbered(p, 2, 1));
    EXPECT(is_numbered(p + 10 * PAGE, 2, 11));
    EXPECT_EQ(remap(to, 8 * PAGE, 8 * PAGE, FIXED, p + 2 * PAGE), p + 2 * PAGE);
    EXPECT(is_numbered(p, 12, 1));
}

/* The page that signal handlers return to may be moved like any other. */
static uintptr_t return_address;

static void note_return_address(int sig)
{
    (void)sig;
    return_address = (uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0));
}

static void trampoline(void)
{
    uintptr_t start, end;
    char line[256], *to, *old;

    signal(SIGUSR1, note_return_address);
    raise(SIGUSR1);
    if (!find_mapping((void *)return_address, line, sizeof(line)) || !strstr(line, "[vdso]"))
        skip("the code to return from a signal is elsewhere");
    REQUIRE(sscanf(line, "%lx-%lx", &start, &end) == 2);
    old = (char *)start;
    to = free_place((end - start) / PAGE);
    EXPECT_ERROR(remap(old, end - start, end - start + PAGE, MOVE, NULL), EFAULT);
    EXPECT_ERROR(remap(old, end - start, end - start, DONTUNMAP, NULL), EINVAL);
    EXPECT_EQ(remap(old, end - start, end - start, FIXED, to), to);
    raise(SIGUSR1);
    EXPECT_RANGE(return_address, to, to + (end - start) - 1);
    expect_hole(old, 1);
}

/* Processes */

static char *common, *elsewhere;
static struct gate turn[2];

static void move_in_child(void *arg)
{
    (void)arg;
    EXPECT_EQ(remap(common, 4 * PAGE, 4 * PAGE, FIXED, elsewhere), elsewhere);
    EXPECT(is_numbered(elsewhere, 4, 1));
    number_pages(elsewhere + PAGE, 1, 100);
    signal_gate(&turn[0]);
    wait_gate(&turn[1]);                        /* the parent has moved and written */
    EXPECT(is_numbered(elsewhere, 1, 1));
    EXPECT(is_numbered(elsewhere + PAGE, 1, 100));
    EXPECT(is_numbered(elsewhere + 2 * PAGE, 2, 3));
}

static void after_fork(void)
{
    pid_t pid;

    common = map_anon(4 * PAGE);
    elsewhere = free_place(8) + 3 * PAGE;
    open_gate(&turn[0]);
    open_gate(&turn[1]);
    number_pages(common, 4, 1);
    pid = start_child(move_in_child, NULL);
    wait_gate(&turn[0]);
    EXPECT(is_numbered(common, 4, 1));
    EXPECT_EQ(remap(common, 4 * PAGE, 4 * PAGE, FIXED, elsewhere + PAGE), elsewhere + PAGE);
    number_pages(elsewhere + PAGE, 4, 200);
    signal_gate(&turn[1]);
    EXPECT_CHILD(pid);
    EXPECT(is_numbered(elsewhere + PAGE, 4, 200));
    munmap(elsewhere, 5 * PAGE);
    close_gate(&turn[0]);
    close_gate(&turn[1]);
}

/* A writer in the same memory that follows pages wherever they go. */

#define WANDERING 8
#define PLACES    113           /* prime: every multiple of a step leads somewhere else */

static struct {
    volatile char *place;                       /* where the mover has put them   */
    volatile uint64_t stored[WANDERING];        /* by the writer, in each page    */
    volatile uint64_t lost;
    volatile bool stop;
} wander;

static char writer_stack[16 * KB] __attribute__((aligned(16)));
static sigjmp_buf once_more;

static void try_once_more(int sig)
{
    (void)sig;
    siglongjmp(once_more, 1);
}

static int write_what_wanders(void *arg)
{
    (void)arg;
    signal(SIGSEGV, try_once_more);
    sigsetjmp(once_more, 1);
    for (size_t i = 0; !wander.stop; i = (i + 1) % WANDERING) {
        volatile uint64_t *p = (volatile uint64_t *)(wander.place + i * PAGE);

        wander.lost += *p != wander.stored[i];
        *p = wander.stored[i] + 1;
        wander.stored[i]++;                     /* the store was done, or we are not here */
    }
    _exit(0);
}

static pid_t share_memory_with(int (*function)(void *), void *arg)
{
    pid_t pid = clone(function, writer_stack + sizeof(writer_stack), CLONE_VM | SIGCHLD, arg);

    REQUIRE(pid > 0);
    return pid;
}

/* No place is used twice, nor a part of it: the writer may be late and still go to one that
 * was left long ago, and must find nothing there. */
static void no_store_is_lost(void)
{
    const size_t room = (WANDERING + 1) * PAGE;
    char *p = map_anon(WANDERING * PAGE), *area = free_place(PLACES * (WANDERING + 1)), *to;
    size_t step = 1 + rand_below(&test_rand, PLACES - 1);
    pid_t pid;

    memset(&wander, 0, sizeof(wander));
    wander.place = p;
    pid = share_memory_with(write_what_wanders, NULL);
    for (size_t i = 0; i < 100; i++) {
        to = area + i * step % PLACES * room;
        EXPECT_EQ(remap(p, WANDERING * PAGE, WANDERING * PAGE, FIXED, to), to);
        wander.place = p = to;
        for (uint64_t before = wander.stored[0]; i % 4 == 0 && wander.stored[0] == before;)
            sched_yield();
    }
    wander.stop = true;
    EXPECT_CHILD(pid);
    EXPECT_EQ(wander.lost, 0);
    for (size_t i = 0; i < WANDERING; i++)
        EXPECT_EQ(*first_word(p, i), wander.stored[i]);
    munmap(p, WANDERING * PAGE);
}

/* Who stays with the old address is caught there at once. */
static __attribute__((noreturn)) int write_for_ever(void *arg)
{
    for (;;)
        ++*(volatile uint64_t *)arg;
}

static void moved_from_under_a_writer(void)
{
    char *p, *to = free_place(4);
    uint64_t seen;
    pid_t pid;

    for (int i = 0; i < 4; i++) {
        p = map_anon(PAGE);
        pid = share_memory_with(write_for_ever, p);
        while (*first_word(p, 0) < 100)
            sched_yield();
        EXPECT_EQ(remap(p, PAGE, PAGE, FIXED, to), to);
        seen = *first_word(to, 0);
        EXPECT_EQ(wait_child(pid) & ~WCOREFLAG, SIGSEGV);
        EXPECT_EQ(*first_word(to, 0), seen);
        munmap(to, PAGE);
    }
}

static const struct test tests[] = {
    TEST(inner_part_and_back),
    TEST(old_place_is_free),
    TEST(replaces_what_is_there),
    TEST(next_door),
    TEST(side_by_side),
    TEST(other_size_elsewhere),
    TEST(rights_swap),
    TEST(pages_without_access),
    TEST(zero_page),
    TEST(far_and_unaligned),
    TEST(leaves_zeroes_behind),
    TEST(second_view),
    TEST(view_of_what_went),
    TEST(growing_down),
    CHILD_TEST(part_of_the_stack),
    CHILD_TEST(trampoline),
    TEST(after_fork),
    TEST(no_store_is_lost),
    TEST(moved_from_under_a_writer),
};

TEST_MAIN(tests)
