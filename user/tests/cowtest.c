/* SPDX-License-Identifier: MIT */
/*
 * cowtest.c - after fork, memory is shared until somebody writes, and nobody can tell.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

/* Page I of the process with number WHO holds words that only it writes. */
static uint64_t word_of(uint64_t who, size_t i, size_t word)
{
    return hash_mix64(who << 32 | i << 10 | word);
}

static void fill_page(char *base, size_t i, uint64_t who)
{
    uint64_t *page = (uint64_t *)(base + i * PAGE);

    for (size_t word = 0; word < PAGE / 8; word++)
        page[word] = word_of(who, i, word);
}

static bool is_page_of(const char *base, size_t i, uint64_t who)
{
    const uint64_t *page = (const uint64_t *)(base + i * PAGE);

    for (size_t word = 0; word < PAGE / 8; word++)
        if (page[word] != word_of(who, i, word))
            return false;
    return true;
}

/*
 * A tree of processes.  Each knows who wrote each of its pages last; between
 * forks it overwrites some with its own number, and checks all.
 */
#define TREE_PAGES 24
#define TREE_DEPTH 5
#define TREES 500              /* in the soak */
#define TREE_CHILDREN 2

static char *tree_base;
static uint64_t tree_owner[TREE_PAGES];

static void check_tree_pages(uint64_t me)
{
    for (size_t i = 0; i < TREE_PAGES; i++)
        if (!is_page_of(tree_base, i, tree_owner[i]))
            fail(__FILE__, __LINE__, "process %lu: page %zu is not that of %lu", me, i,
                 tree_owner[i]);
}

static void write_some_pages(uint64_t me)
{
    for (size_t n = rand_below(&test_rand, TREE_PAGES / 2); n > 0; n--) {
        size_t i = rand_below(&test_rand, TREE_PAGES);

        fill_page(tree_base, i, me);
        tree_owner[i] = me;
    }
}

struct node {
    uint64_t me;
    int depth;
};

static void grow_tree(void *arg)
{
    const struct node *node = arg;
    pid_t child[TREE_CHILDREN];

    rand_seed(&test_rand, test_seed * 1000003 + node->me);
    check_tree_pages(node->me);
    for (int c = 0; c < TREE_CHILDREN && node->depth > 0; c++) {
        struct node next = { node->me * TREE_CHILDREN + 1 + (uint64_t)c, node->depth - 1 };

        write_some_pages(node->me);
        child[c] = start_child(grow_tree, &next);
        if (rand_one_in(&test_rand, 2))         /* sometimes the child comes first */
            sched_yield();
        write_some_pages(node->me);
        check_tree_pages(node->me);
    }
    for (int c = 0; c < TREE_CHILDREN && node->depth > 0; c++)
        EXPECT_CHILD(child[c]);
    write_some_pages(node->me);
    check_tree_pages(node->me);
}

static void tree_of_forks(void)
{
    struct node root = { 0, TREE_DEPTH };

    tree_base = map_anon(TREE_PAGES * PAGE);
    for (size_t i = 0; i < TREE_PAGES; i++) {
        fill_page(tree_base, i, 0);
        tree_owner[i] = 0;
    }
    grow_tree(&root);
    munmap(tree_base, TREE_PAGES * PAGE);
}

/* A chain: each generation changes one page and leaves the rest to its child. */
#define CHAIN 12

static char *chain_base;

static void chain_link(void *arg)
{
    size_t n = (size_t)arg;

    for (size_t i = 0; i < CHAIN; i++)
        EXPECT(is_page_of(chain_base, i, i < n ? i + 1 : 0));
    if (n == CHAIN)
        return;
    fill_page(chain_base, n, n + 1);
    EXPECT_EQ(run_child(chain_link, (void *)(n + 1)), 0);
    EXPECT(is_page_of(chain_base, n, n + 1));
    if (n + 1 < CHAIN)
        EXPECT(is_page_of(chain_base, n + 1, 0));
}

static void chain_of_forks(void)
{
    chain_base = map_anon(CHAIN * PAGE);
    for (size_t i = 0; i < CHAIN; i++)
        fill_page(chain_base, i, 0);
    EXPECT_EQ(run_child(chain_link, (void *)0), 0);
    for (size_t i = 0; i < CHAIN; i++)
        EXPECT(is_page_of(chain_base, i, 0));
    munmap(chain_base, CHAIN * PAGE);
}

/* Every kind of private memory: text's neighbours data and bss, heap, stack, mapping. */
static char in_data[2 * PAGE] = { 'd' };
static char in_bss[2 * PAGE];

static void overwrite(char *const areas[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        memset(areas[i], 'X', 2 * PAGE);
}

struct areas {
    char *at[5];
};

static void scribble(void *arg)
{
    struct areas *a = arg;

    for (size_t i = 0; i < COUNT(a->at); i++)
        for (size_t j = 0; j < 2 * PAGE; j++)
            if (a->at[i][j] != (char)('a' + i)) {
                fail(__FILE__, __LINE__, "area %zu differs at %zu", i, j);
                return;
            }
    overwrite(a->at, COUNT(a->at));
}

static void every_kind_of_memory(void)
{
    char on_stack[2 * PAGE];
    struct areas a = { { in_data, in_bss, sbrk(2 * PAGE), on_stack, map_anon(2 * PAGE) } };

    for (size_t i = 0; i < COUNT(a.at); i++)
        memset(a.at[i], (char)('a' + i), 2 * PAGE);
    for (int turn = 0; turn < 3; turn++)
        EXPECT_EQ(run_child(scribble, &a), 0);
    for (size_t i = 0; i < COUNT(a.at); i++)
        for (size_t j = 0; j < 2 * PAGE; j++)
            if (a.at[i][j] != (char)('a' + i)) {
                fail(__FILE__, __LINE__, "parent's area %zu differs at %zu", i, j);
                break;
            }
    munmap(a.at[4], 2 * PAGE);
    sbrk(-2 * (long)PAGE);
}

/* The parent writes first while the child still looks at the old page, and the reverse. */
static struct gate to_child, to_parent;

static void watch_old_page(void *arg)
{
    char *p = arg;

    EXPECT_EQ(*p, 'o');
    signal_gate(&to_parent);
    wait_gate(&to_child);
    EXPECT_EQ(*p, 'o');
    *p = 'c';
    signal_gate(&to_parent);
    wait_gate(&to_child);
    EXPECT_EQ(*p, 'c');
}

static void either_writes_first(void)
{
    char *p = map_anon(PAGE);
    pid_t child;

    open_gate(&to_child);
    open_gate(&to_parent);
    *p = 'o';
    child = start_child(watch_old_page, p);
    wait_gate(&to_parent);
    *p = 'p';
    signal_gate(&to_child);
    wait_gate(&to_parent);
    EXPECT_EQ(*p, 'p');
    signal_gate(&to_child);
    EXPECT_CHILD(child);
    EXPECT_EQ(*p, 'p');
    close_gate(&to_child);
    close_gate(&to_parent);
    munmap(p, PAGE);
}

/*
 * A page that was written and then made read-only, as a program's relocated
 * constants are: the child must get its content, and keep it when the parent
 * makes it writable again.
 */
static void read_constant(void *arg)
{
    char *p = arg;

    EXPECT_EQ(p[0], 'r');
    EXPECT_EQ(p[PAGE - 1], 'R');
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    EXPECT_EQ(p[0], 'r');
    p[0] = 'c';
    EXPECT_EQ(p[PAGE - 1], 'R');
}

static void check_constant(char *p)
{
    p[0] = 'r';
    p[PAGE - 1] = 'R';
    REQUIRE(mprotect(p, PAGE, PROT_READ) == 0);
    EXPECT_EQ(run_child(read_constant, p), 0);
    EXPECT_EQ(p[0], 'r');
    REQUIRE(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0);
    p[0] = 'p';
    EXPECT_EQ(p[PAGE - 1], 'R');
}

static char *map_file(const char *path, const char *content, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *p;

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < size; i++)
        REQUIRE(write(fd, content, 1) == 1);
    p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    close(fd);
    return p;
}

static void written_then_read_only(void)
{
    static char in_program[PAGE] __attribute__((aligned(4096))) = { 1 };
    char *anon = map_anon(PAGE), *file = map_file("cow.1", "f", PAGE);

    check_constant(anon);
    check_constant(file);
    check_constant(in_program);
    munmap(anon, PAGE);
    munmap(file, PAGE);
    unlink("cow.1");
}

/* Without any right in between: PROT_NONE keeps the page. */
static void see_nothing(void *arg)
{
    char *p = arg;

    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    REQUIRE(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0);
    EXPECT_EQ(p[5], 'n');
    p[5] = 'c';
}

static void without_access(void)
{
    char *p = map_anon(PAGE);

    p[5] = 'n';
    REQUIRE(mprotect(p, PAGE, PROT_NONE) == 0);
    EXPECT_EQ(run_child(see_nothing, p), 0);
    REQUIRE(mprotect(p, PAGE, PROT_READ) == 0);
    EXPECT_EQ(p[5], 'n');
    munmap(p, PAGE);
}

/* A page that was only read is the zero page; a write must not reach it. */
static void write_zero_page(void *arg)
{
    char *p = arg;

    EXPECT_EQ(p[0], 0);
    p[0] = 'c';
    p[PAGE] = 'c';
    EXPECT_EQ(p[1], 0);
}

static void zero_page(void)
{
    char *p = map_anon(2 * PAGE), *other = map_anon(PAGE);

    EXPECT_EQ(p[0], 0);                         /* the second page stays untouched */
    EXPECT_EQ(run_child(write_zero_page, p), 0);
    EXPECT_EQ(p[0], 0);
    EXPECT_EQ(p[PAGE], 0);
    p[0] = 'p';
    EXPECT_EQ(p[1], 0);
    EXPECT_EQ(p[PAGE], 0);
    EXPECT_EQ(other[0], 0);
    munmap(p, 2 * PAGE);
    munmap(other, PAGE);
}

/* The kernel writes into shared pages too: read(2) must break them first. */
static void kernel_writes(void *arg)
{
    char *p = arg;
    int fd[2];

    REQUIRE(pipe(fd) == 0);
    EXPECT_EQ(write(fd[1], "kernel", 6), 6);
    EXPECT_EQ(read(fd[0], p + PAGE - 3, 6), 6);
    EXPECT(memcmp(p + PAGE - 3, "kernel", 6) == 0);
    EXPECT_EQ(p[0], 'o');
    EXPECT_OK(syscall(SYS_clock_gettime, 0, p + 16));
}

static void read_into_shared_page(void)
{
    char *p = map_anon(2 * PAGE);

    memset(p, 'o', 2 * PAGE);
    EXPECT_EQ(run_child(kernel_writes, p), 0);
    for (size_t i = 0; i < 2 * PAGE; i++)
        if (p[i] != 'o') {
            fail(__FILE__, __LINE__, "byte %zu changed", i);
            break;
        }
    munmap(p, 2 * PAGE);
}

/* Private pages of a file: the file and other processes never see the stores. */
static void write_private_file(void *arg)
{
    char *p = arg;

    EXPECT_EQ(p[0], 'p');                       /* broken by the parent before fork */
    EXPECT_EQ(p[PAGE], 'f');
    p[0] = 'c';
    p[PAGE] = 'c';
    p[2 * PAGE - 1] = 'c';
}

static void private_file_pages(void)
{
    char *p = map_file("cow.2", "f", 2 * PAGE), c;
    int fd = open("cow.2", O_RDONLY);

    p[0] = 'p';
    EXPECT_EQ(run_child(write_private_file, p), 0);
    EXPECT_EQ(p[0], 'p');
    EXPECT_EQ(p[PAGE], 'f');
    EXPECT_EQ(p[2 * PAGE - 1], 'f');
    for (off_t i = 0; i < (off_t)(2 * PAGE); i += 512)
        EXPECT(pread(fd, &c, 1, i) == 1 && c == 'f');
    close(fd);
    munmap(p, 2 * PAGE);
    unlink("cow.2");
}

/* One page shared by many children, which write one after the other. */
#define SHARERS 40

static void break_sharing(void *arg)
{
    char *p = arg;

    wait_gate(&to_child);
    EXPECT(is_page_of(p, 0, 7));
    fill_page(p, 0, (uint64_t)getpid());
    EXPECT(is_page_of(p, 0, (uint64_t)getpid()));
    signal_gate(&to_parent);
}

static void many_sharers(void)
{
    char *p = map_anon(PAGE);
    pid_t child[SHARERS];

    open_gate(&to_child);
    open_gate(&to_parent);
    fill_page(p, 0, 7);
    for (int i = 0; i < SHARERS; i++)
        child[i] = start_child(break_sharing, p);
    for (int i = 0; i < SHARERS; i++) {
        signal_gate(&to_child);
        if (i % 3 == 0)
            wait_gate(&to_parent);
        EXPECT(is_page_of(p, 0, 7));
    }
    for (int i = 0; i < SHARERS; i++)
        EXPECT_CHILD(child[i]);
    EXPECT(is_page_of(p, 0, 7));
    close_gate(&to_child);
    close_gate(&to_parent);
    munmap(p, PAGE);
}

/* Counts, by the debug call. */
static void hold_page(void *arg)
{
    struct debug_page page = read_page(arg);

    EXPECT_EQ(page.mapcount, 2);
    EXPECT_EQ(page.refcount, 2);
    signal_gate(&to_parent);
    wait_gate(&to_child);
    *(volatile char *)arg = 'c';
    page = read_page(arg);
    EXPECT_EQ(page.mapcount, 1);
    EXPECT_EQ(page.refcount, 1);
    signal_gate(&to_parent);
    wait_gate(&to_child);
}

static void exact_counts(void)
{
    char *p = map_anon(PAGE);
    struct debug_page page, again;
    pid_t child;

    need_debug_call();
    open_gate(&to_child);
    open_gate(&to_parent);
    *(volatile char *)p = 'o';
    page = read_page(p);
    EXPECT_EQ(page.kind, DEBUG_FRAME_ANON);
    EXPECT_EQ(page.refcount, 1);
    EXPECT_EQ(page.mapcount, 1);
    child = start_child(hold_page, p);
    wait_gate(&to_parent);
    again = read_page(p);
    EXPECT_EQ(again.pfn, page.pfn);
    EXPECT_EQ(again.mapcount, 2);
    signal_gate(&to_child);
    wait_gate(&to_parent);                      /* the child has a copy of its own now */
    again = read_page(p);
    EXPECT_EQ(again.mapcount, 1);
    EXPECT_EQ(again.refcount, 1);
    *(volatile char *)p = 'p';                  /* alone again: no copy is made */
    EXPECT_EQ(read_page(p).pfn, page.pfn);
    signal_gate(&to_child);
    EXPECT_CHILD(child);
    close_gate(&to_child);
    close_gate(&to_parent);
    munmap(p, PAGE);
}

/* fork copies no frame, and a write copies exactly one. */
static void touch_half(void *arg)
{
    char *p = arg;
    struct debug_counters before = read_counters(), after;

    for (size_t i = 0; i < 32; i++)
        p[i * PAGE] = 'c';
    after = read_counters();
    EXPECT_EQ(after.frames[DEBUG_FRAME_ANON] - before.frames[DEBUG_FRAME_ANON], 32);
    EXPECT_EQ(after.cow_breaks - before.cow_breaks, 32);
}

static void one_copy_per_write(void)
{
    char *p = map_anon(64 * PAGE);

    need_debug_call();
    if (harts() > 1)
        note("counted on one hart only: others disturb the figures");
    memset(p, 'o', 64 * PAGE);
    /* On the way to the first count the child breaks pages of its stack and data. */
    if (harts() == 1)
        EXPECT_EQ(run_child(touch_half, p), 0);
    for (size_t i = 0; i < 64 * PAGE; i++)
        if (p[i] != 'o') {
            fail(__FILE__, __LINE__, "byte %zu changed", i);
            break;
        }
    munmap(p, 64 * PAGE);
}

/* When the other sharer is gone the page is taken over as it is. */
static void exit_at_once(void *arg)
{
    (void)arg;
}

static void reuse_when_alone(void)
{
    char *p = map_anon(PAGE);
    struct debug_page page;

    need_debug_call();
    *(volatile char *)p = 'o';
    page = read_page(p);
    EXPECT_EQ(run_child(exit_at_once, NULL), 0);
    *(volatile char *)p = 'p';
    EXPECT_EQ(read_page(p).pfn, page.pfn);
    munmap(p, PAGE);
}

/* A mapping is unmapped and mapped anew between forks: no stale page may show. */
static void see_letter(void *arg)
{
    char *p = arg;

    EXPECT_EQ(p[0], p[PAGE - 1]);
    p[0] = '!';
}

static void remapped_between_forks(void)
{
    char *p = map_anon(PAGE);

    for (int turn = 0; turn < 20; turn++) {
        EXPECT_EQ(p[0], 0);
        memset(p, 'a' + turn, PAGE);
        EXPECT_EQ(run_child(see_letter, p), 0);
        EXPECT_EQ(p[0], 'a' + turn);
        REQUIRE(mmap(p, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                     0) == p);
    }
    munmap(p, PAGE);
}

/* Parent and children write the same pages at the same time, on several harts. */
#define RACE_PAGES 48

static void race(void *arg)
{
    char *p = arg;
    uint64_t me = (uint64_t)getpid();

    for (size_t i = 0; i < RACE_PAGES; i++) {
        EXPECT(is_page_of(p, i, 3));
        fill_page(p, i, me);
    }
    for (size_t i = 0; i < RACE_PAGES; i++)
        EXPECT(is_page_of(p, i, me));
}

static void concurrent_writers(void)
{
    char *p = map_anon(RACE_PAGES * PAGE);
    pid_t child[4];

    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < RACE_PAGES; i++)
            fill_page(p, i, 3);
        for (size_t c = 0; c < COUNT(child); c++)
            child[c] = start_child(race, p);
        for (size_t i = 0; i < RACE_PAGES; i++)
            fill_page(p, i, 99);
        for (size_t c = 0; c < COUNT(child); c++)
            EXPECT_CHILD(child[c]);
        for (size_t i = 0; i < RACE_PAGES; i++)
            EXPECT(is_page_of(p, i, 99));
    }
    munmap(p, RACE_PAGES * PAGE);
}

/* For a kernel that switches where chance has it (perturb=). */
static void many_trees(void)
{
    uint64_t seed = test_seed;

    for (uint64_t i = 0; i < TREES; i++) {
        test_seed = seed * TREES + i;
        tree_of_forks();
        concurrent_writers();
    }
    test_seed = seed;
}

static const struct test tests[] = {
    TEST(tree_of_forks),
    TEST(chain_of_forks),
    TEST(every_kind_of_memory),
    TEST(either_writes_first),
    TEST(written_then_read_only),
    TEST(without_access),
    TEST(zero_page),
    TEST(read_into_shared_page),
    TEST(private_file_pages),
    TEST(many_sharers),
    TEST(exact_counts),
    TEST(one_copy_per_write),
    TEST(reuse_when_alone),
    TEST(remapped_between_forks),
    TEST(concurrent_writers),
    LONG_CHILD_TEST(many_trees),
};

TEST_MAIN(tests)
