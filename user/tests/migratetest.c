/* SPDX-License-Identifier: MIT */
/*
 * migratetest.c - pages change their frames, and nobody notices.
 *
 * The debug call moves a page.  Content, rights and counts must stay what they were, for
 * everybody who maps it: which proves that the reverse map finds all of them.
 */
#include <fcntl.h>
#include <sched.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define CHILDREN 8
#define FORKED 50

/* Give the page at P another frame. */
static void move(const void *p)
{
    uint64_t pfn;
    long r;

    (void)*(const volatile char *)p;
    pfn = read_page(p).pfn;
    while ((r = debug_call(DEBUG_MIGRATE, (uintptr_t)p, 0)) == -EBUSY)
        sched_yield();
    EXPECT_EQ(r, 0);
    if (read_page(p).pfn == pfn)
        fail(__FILE__, __LINE__, "page %p still is frame %lx", p, pfn);
}

static void anonymous(void)
{
    char *p = map_anon(3 * PAGE);
    struct debug_page page;

    need_debug_call();
    memset(p, 5, 3 * PAGE);
    for (int i = 0; i < 10; i++) {
        move(p + PAGE);
        EXPECT_EQ(p[PAGE], i ? 100 + i - 1 : 5);
        EXPECT_EQ(p[2 * PAGE - 1], 5);
        p[PAGE] = (char)(100 + i);
    }
    EXPECT(p[PAGE - 1] == 5 && p[2 * PAGE] == 5);
    page = read_page(p + PAGE);
    EXPECT(page.refcount == 1 && page.mapcount == 1);
    EXPECT_OK(munmap(p, 3 * PAGE));
}

/* What a child and the test agree on, in shared memory. */
static struct board {
    volatile unsigned ready, go, stop, done, seen;
    volatile uint64_t pfn[CHILDREN], pfn_of_forked[FORKED];
} *board;

static char *family_page;

static void new_board(void)
{
    board = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(board != MAP_FAILED);
}

static void report_ready(void)
{
    __atomic_fetch_add(&board->ready, 1, __ATOMIC_SEQ_CST);
    AWAIT(board->go);
}

static void look_at_page(void *arg)
{
    report_ready();
    board->pfn[(uintptr_t)arg] = read_page(family_page).pfn;
    EXPECT_EQ(*family_page, 7);
    *family_page = 8;                               /* its own from now on */
    EXPECT(read_page(family_page).pfn != board->pfn[(uintptr_t)arg]
           || read_page(family_page).mapcount == 1);
}

/* Every other one through a child of its own. */
static void child_or_grandchild(void *arg)
{
    if ((uintptr_t)arg % 2)
        EXPECT_CHILD(start_child(look_at_page, arg));
    else
        look_at_page(arg);
}

static void move_with_family(char *p)
{
    pid_t pid[CHILDREN];
    uint64_t pfn;

    need_debug_call();
    family_page = p;
    *p = 7;
    new_board();
    for (uintptr_t i = 0; i < CHILDREN; i++)
        pid[i] = start_child(child_or_grandchild, (void *)i);
    AWAIT(board->ready == CHILDREN);
    EXPECT_EQ(read_page(p).mapcount, 1 + CHILDREN + CHILDREN / 2);
    move(p);
    EXPECT_EQ(read_page(p).mapcount, 1 + CHILDREN + CHILDREN / 2);
    pfn = read_page(p).pfn;
    board->go = 1;
    for (unsigned i = 0; i < CHILDREN; i++)
        EXPECT_CHILD(pid[i]);
    for (unsigned i = 0; i < CHILDREN; i++)
        EXPECT_EQ(board->pfn[i], pfn);
    EXPECT_EQ(*p, 7);
    EXPECT_OK(munmap(board, PAGE));
}

static void family(void)
{
    char *p = map_anon(PAGE);

    move_with_family(p);
    EXPECT_OK(munmap(p, PAGE));
}

/* mremap has moved it: the reverse map must look elsewhere, in children, too. */
static void moved_by_mremap(void)
{
    char *p = map_anon(4 * PAGE), *q;

    memset(p, 1, 4 * PAGE);
    q = mremap(p + PAGE, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED && q != p + PAGE);
    q[2 * PAGE] = 3;
    move_with_family(q);
    move(q + 2 * PAGE);
    EXPECT_EQ(q[2 * PAGE], 3);
    p = mremap(q, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p);
    REQUIRE(p != MAP_FAILED);
    move_with_family(p);
    EXPECT_OK(munmap(p, 4 * PAGE));
}

static void move_own(void *arg)
{
    char *p = arg;

    p[0] = 2;
    move(p);
    EXPECT_EQ(p[0], 2);
    EXPECT_EQ(p[PAGE - 1], 1);
}

/* A page that a child made is no business of its parent's. */
static void own_page_of_child(void)
{
    char *p = map_anon(PAGE);

    need_debug_call();
    memset(p, 1, PAGE);
    EXPECT_CHILD(start_child(move_own, p));
    EXPECT_EQ(p[0], 1);
    move(p);
    EXPECT_CHILD(start_child(move_own, p));
    EXPECT_OK(munmap(p, PAGE));
}

static char read_byte(int fd, off_t at)
{
    char c = 0;

    EXPECT_EQ(pread(fd, &c, 1, at), 1);
    return c;
}

/* Stores before and after, written back or not: the file has them all. */
static void shared_file(void)
{
    int fd = new_disk_file(2, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);

    need_debug_call();
    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    for (char i = 2; i < 10; i++) {
        if (i % 3 == 0)
            EXPECT_OK(fsync(fd));
        p[PAGE] = i;
        if (i % 3 == 1)
            EXPECT_OK(fsync(fd));
        move(p + PAGE);
        EXPECT(p[PAGE] == i && q[0] == i && read_byte(fd, PAGE) == i);
        EXPECT_EQ(read_page(q).pfn, read_page(p + PAGE).pfn);
        p[PAGE + 1] = i;
        EXPECT(read_page(q).flags & DEBUG_PAGE_DIRTY);
        EXPECT_EQ(read_byte(fd, PAGE + 1), i);
    }
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_OK(munmap(q, PAGE));
    drop_cached_pages();
    EXPECT(read_byte(fd, PAGE) == 9 && read_byte(fd, PAGE + 1) == 9 && read_byte(fd, 0) == 1);
    close(fd);
}

/* Truncation finds the page at its new frame. */
static void truncated_file(void)
{
    int fd = new_disk_file(2, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);

    need_debug_call();
    REQUIRE(p != MAP_FAILED);
    move(p + PAGE);
    EXPECT_OK(ftruncate(fd, PAGE));
    EXPECT_FAULT(try_read(p + PAGE), SIGBUS, BUS_ADRERR, p + PAGE);
    EXPECT_OK(munmap(p, 2 * PAGE));
    close(fd);
}

static void private_file(void)
{
    int fd = new_disk_file(2, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

    need_debug_call();
    REQUIRE(p != MAP_FAILED);
    move(p);                                    /* the cache's page */
    EXPECT_EQ(p[0], 1);
    p[0] = 2;
    move(p);                                    /* our copy */
    EXPECT(p[0] == 2 && p[1] == 1 && read_byte(fd, 0) == 1);
    move_with_family(p + PAGE);
    EXPECT_EQ(read_byte(fd, PAGE), 1);
    EXPECT_OK(munmap(p, 2 * PAGE));
    close(fd);
}

static void move_in_child(void *p)
{
    move(p);
}

static void shared_memory(void)
{
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    need_debug_call();
    REQUIRE(p != MAP_FAILED);
    p[9] = 9;
    move(p);
    EXPECT_EQ(p[9], 9);
    EXPECT_CHILD(start_child(move_in_child, p));
    EXPECT_EQ(p[9], 9);
    EXPECT_OK(munmap(p, PAGE));
}

__attribute__((aligned(4096), noinline)) static int some_code(int n)
{
    return n * 3 + 1;
}

/* The entry's rights move with it. */
static void rights(void)
{
    char *p = map_anon(PAGE);

    need_debug_call();
    p[0] = 4;
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    move(p);
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, RW));
    EXPECT_FAULT(try_write(p), 0, 0, 0);
    EXPECT_OK(munmap(p, PAGE));
    move((const void *)(uintptr_t)some_code);
    EXPECT_EQ(some_code(2), 7);
}

/* A child may not touch it, and gets it back with what was in it. */
static void without_access(void *arg)
{
    char *p = arg;

    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    report_ready();
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    EXPECT_EQ(p[0], 6);
    board->pfn[0] = read_page(p).pfn;
}

static void no_access(void)
{
    char *p = map_anon(PAGE);
    pid_t pid;

    need_debug_call();
    new_board();
    p[0] = 6;
    pid = start_child(without_access, p);
    AWAIT(board->ready == 1);
    move(p);
    board->go = 1;
    EXPECT_CHILD(pid);
    EXPECT_EQ(board->pfn[0], read_page(p).pfn);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_OK(munmap(board, PAGE));
}

static void locked_memory(void)
{
    long before = proc_number("/proc/meminfo", "Mlocked:"), locked;
    char *p = map_anon(2 * PAGE);

    need_debug_call();
    EXPECT_OK(mlock(p, 2 * PAGE));
    locked = proc_number("/proc/meminfo", "Mlocked:");
    EXPECT_EQ(locked - before, 8);
    move(p);
    EXPECT_EQ(proc_number("/proc/meminfo", "Mlocked:"), locked);
    EXPECT_OK(munlock(p, 2 * PAGE));
    EXPECT_EQ(proc_number("/proc/meminfo", "Mlocked:"), before);
    EXPECT_OK(munmap(p, 2 * PAGE));
}

static void refused(void)
{
    char *p = map_anon(2 * PAGE);

    need_debug_call();
    EXPECT_EQ(*(volatile char *)p, 0);
    EXPECT_EQ(debug_call(DEBUG_MIGRATE, (uintptr_t)p, 0), -EINVAL);     /* the zero page */
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_EQ(debug_call(DEBUG_MIGRATE, (uintptr_t)p, 0), -EFAULT);
    EXPECT_EQ(debug_call(DEBUG_MIGRATE, UINTPTR_MAX, 0), -EINVAL);
    EXPECT_OK(munmap(p + PAGE, PAGE));
}

/* Without a frame to move to nothing changes. */
static void expect_no_frame(char *p)
{
    struct debug_page before, after;

    memset(p, 9, PAGE);
    before = read_page(p);
    fail_nth(DEBUG_FAIL_PAGE, 1);
    EXPECT_EQ(debug_call(DEBUG_MIGRATE, (uintptr_t)p, 0), -ENOMEM);
    fail_nth(DEBUG_FAIL_PAGE, 0);
    after = read_page(p);
    EXPECT(memcmp(&after, &before, sizeof(after)) == 0);
    for (size_t i = 0; i < PAGE; i++)
        EXPECT_EQ(p[i], 9);
    p[0] = 10;
    move(p);
    EXPECT(p[0] == 10 && p[PAGE - 1] == 9);
}

static void no_frame_to_move_to(void)
{
    int fd = new_disk_file(1, 1);
    char *own = map_anon(PAGE), *file = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

    need_debug_call();
    REQUIRE(file != MAP_FAILED);
    new_board();
    expect_no_frame(own);
    expect_no_frame((char *)board);
    expect_no_frame(file);
    EXPECT_OK(munmap(own, PAGE));
    EXPECT_OK(munmap(board, PAGE));
    EXPECT_OK(munmap(file, PAGE));
    close(fd);
}

/* Movers of one page are in each other's way: one looks while another refers to it. */
#define MOVERS 4
#define ENOUGH 5                /* refusals */

static char *wanted_page;

static void move_again_and_again(void *arg)
{
    report_ready();
    while (!board->stop) {
        long r = debug_call(DEBUG_MIGRATE, (uintptr_t)wanted_page, 0);

        if (r == -EBUSY)
            __atomic_fetch_add(&board->seen, 1, __ATOMIC_SEQ_CST);
        else
            EXPECT_EQ(r, 0);
        EXPECT(wanted_page[0] == 3 && wanted_page[PAGE - 1] == 3);
    }
    __atomic_fetch_add(&board->done, 1, __ATOMIC_SEQ_CST);
    AWAIT(board->done == MOVERS);
    EXPECT_EQ(*(volatile char *)wanted_page, 3);        /* it is mapped, at the latest now */
    board->pfn[(uintptr_t)arg] = read_page(wanted_page).pfn;
}

static void move_by_many(char *p)
{
    long failed = proc_number("/proc/vmstat", "pgmigrate_fail ");
    pid_t pid[MOVERS];

    new_board();
    memset(p, 3, PAGE);
    wanted_page = p;
    for (uintptr_t i = 0; i < MOVERS; i++)
        pid[i] = start_child(move_again_and_again, (void *)i);
    AWAIT(board->ready == MOVERS);
    board->go = 1;
    AWAIT(board->seen >= ENOUGH);
    board->stop = 1;
    for (unsigned i = 0; i < MOVERS; i++)
        EXPECT_CHILD(pid[i]);
    EXPECT_EQ(proc_number("/proc/vmstat", "pgmigrate_fail ") - failed, board->seen);
    for (unsigned i = 0; i < MOVERS; i++)
        EXPECT_EQ(board->pfn[i], read_page(p).pfn);
    EXPECT_EQ(read_page(p).mapcount, 1);
    EXPECT(p[0] == 3 && p[PAGE - 1] == 3);
    EXPECT_OK(munmap(board, PAGE));
    EXPECT_OK(munmap(p, PAGE));
}

static void many_movers(void)
{
    need_debug_call();
    if (harts() == 1)
        skip("needs several harts");
    move_by_many(map_anon(PAGE));
    move_by_many(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
}

/* Counters in one private and one shared page; forks come and go meanwhile. */
#define ROUNDS 100

static char *storm_page;

static void count_up(void *arg)
{
    volatile uint64_t *own = (volatile uint64_t *)storm_page + (uintptr_t)arg;

    for (uint64_t i = 0; !board->go; i++) {
        EXPECT_EQ(*own, i);
        *own = i + 1;
        __atomic_fetch_add(&board->seen, 1, __ATOMIC_SEQ_CST);
    }
}

static void nothing(void *arg)
{
    (void)arg;
}

static void storm(void)
{
    pid_t pid[3];

    need_debug_call();
    new_board();
    storm_page = map_anon(PAGE);
    *storm_page = 0;
    for (uintptr_t i = 0; i < 3; i++)
        pid[i] = start_child(count_up, (void *)i);
    for (int i = 0; i < ROUNDS; i++) {
        move(i % 2 ? storm_page : (char *)board);
        if (i % 16 == 0)
            EXPECT_CHILD(start_child(nothing, NULL));
    }
    board->go = 1;
    for (int i = 0; i < 3; i++)
        EXPECT_CHILD(pid[i]);
    EXPECT(board->seen > 0);
    EXPECT_OK(munmap(storm_page, PAGE));
    EXPECT_OK(munmap(board, PAGE));
}

/*
 * A process forks while another one moves a page that both map: no entry may stay behind.
 * Others map it, too: some are looked for before the process that forks, and some after.
 */
static struct gate told;

static void look_when_told(void *arg)
{
    __atomic_fetch_add(&board->ready, 1, __ATOMIC_SEQ_CST);
    wait_gate(&told);
    board->pfn_of_forked[(uintptr_t)arg] = read_page(family_page).pfn;
    EXPECT_EQ(*family_page, 7);
}

static void fork_meanwhile(void *arg)
{
    pid_t pid[FORKED];

    (void)arg;
    report_ready();
    for (uintptr_t i = 2 * CHILDREN; i < FORKED; i++)
        pid[i] = start_child(look_when_told, (void *)i);
    board->stop = 1;
    for (size_t i = 2 * CHILDREN; i < FORKED; i++)
        EXPECT_CHILD(pid[i]);
}

static void move_until_stopped(void)
{
    for (bool stopped = false; !stopped;) {
        stopped = board->stop;
        debug_call(DEBUG_MIGRATE, (uintptr_t)family_page, 0);
    }
    AWAIT(board->ready == FORKED + 1);
    EXPECT_EQ(read_page(family_page).mapcount, FORKED + 2);
}

static void forks_meanwhile(void)
{
    pid_t pid[2 * CHILDREN], forker;

    need_debug_call();
    new_board();
    open_gate(&told);
    family_page = map_anon(PAGE);
    *family_page = 7;
    for (uintptr_t i = 0; i < CHILDREN; i++)
        pid[i] = start_child(look_when_told, (void *)i);
    forker = start_child(fork_meanwhile, NULL);
    for (uintptr_t i = CHILDREN; i < 2 * CHILDREN; i++)
        pid[i] = start_child(look_when_told, (void *)i);
    AWAIT(board->ready == 2 * CHILDREN + 1);
    board->go = 1;
    move_until_stopped();
    for (size_t i = 0; i < FORKED; i++)
        signal_gate(&told);
    for (size_t i = 0; i < 2 * CHILDREN; i++)
        EXPECT_CHILD(pid[i]);
    EXPECT_CHILD(forker);
    for (size_t i = 0; i < FORKED; i++)
        EXPECT_EQ(board->pfn_of_forked[i], read_page(family_page).pfn);
    close_gate(&told);
    EXPECT_OK(munmap(board, PAGE));
    EXPECT_OK(munmap(family_page, PAGE));
}

/* Processes that have nothing to do with a page cost a walk nothing. */
static void strangers_cost_nothing(void)
{
    char *const argv[] = { "cat", NULL };
    char *p = map_anon(PAGE);
    struct gate input;
    pid_t pid[20];
    long steps;

    need_debug_call();
    open_gate(&input);
    for (int i = 0; i < 20; i++) {
        pid[i] = vfork();
        if (pid[i] == 0) {
            dup2(input.fd[0], STDIN_FILENO);
            close(input.fd[1]);
            execve("/bin/cat", argv, argv + 1);
            _exit(1);
        }
        REQUIRE(pid[i] > 0);
    }
    *p = 1;
    steps = proc_number("/proc/vmstat", "rmap_step ");
    move(p);
    steps = proc_number("/proc/vmstat", "rmap_step ") - steps;
    EXPECT(steps >= 2 && steps <= 5 * (1 + 8));     /* up to five walks, one mapper */
    close_gate(&input);
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(wait_child(pid[i]), 0);
    EXPECT_OK(munmap(p, PAGE));
}

static const struct test tests[] = {
    TEST(anonymous), TEST(family), TEST(moved_by_mremap), TEST(own_page_of_child),
    TEST(shared_file), TEST(truncated_file), TEST(private_file), TEST(shared_memory),
    TEST(rights), TEST(no_access), TEST(locked_memory), TEST(refused), TEST(no_frame_to_move_to),
    TEST(many_movers), TEST(storm), TEST(forks_meanwhile),
    TEST(strangers_cost_nothing),
};
TEST_MAIN(tests)
