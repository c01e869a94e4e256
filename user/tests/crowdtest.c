/* SPDX-License-Identifier: MIT */
/*
 * crowdtest.c - one page that a crowd of processes maps: its counts are exact at any time.
 *
 * CROWD in the environment is how many; all are alive at once.  Half of them store to the
 * page, which gives each a copy, and then all leave.
 */
#include <limits.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/frames.h"
#include "user/tests/lib/watch.h"

#define OURS 0xc0ffeeUL         /* what is in the page */
#define TURNS 8                 /* in which a crowd leaves */

/* What the crowd waits for, in this order. */
enum stage { GATHER, STORE, LEAVE };        /* LEAVE + N: turn N leaves */

/* In shared memory. */
static struct board {
    uint32_t stage;
    uint32_t there;             /* how many have looked at the page */
    uint32_t stored;
} *board;

/* Member 0 is the test; the children of member I are I * branch + 1 and so on. */
static size_t branch, nmembers, nturns;

static volatile uint64_t *page;
static bool can_look;           /* by the debug call; to ask each time takes long */

/* Words that processes wait for */

static uint32_t look(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void wait_until(uint32_t *word, uint32_t n)
{
    uint32_t now;

    while ((now = look(word)) < n)
        syscall(SYS_futex, word, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* One more; who waits for N is woken by the last of them. */
static void count_one(uint32_t *word, size_t n)
{
    if (__atomic_add_fetch(word, 1, __ATOMIC_ACQ_REL) == n)
        wake(word);
}

static void begin_stage(uint32_t stage)
{
    __atomic_store_n(&board->stage, stage, __ATOMIC_RELEASE);
    wake(&board->stage);
}

/* Members */

static bool stores(size_t me)
{
    return me % 2;
}

static size_t nstores(void)
{
    return (nmembers + 1) / 2;
}

static size_t turn_of(size_t me)
{
    return (me - 1) * nturns / nmembers;
}

/* Store to the page; by the debug call see that it is this member's alone now. */
static void take_copy(size_t me)
{
    struct debug_page copy;

    page[0] = me;
    EXPECT_EQ(page[0], me);
    EXPECT_EQ(page[511], OURS);
    if (can_look) {
        copy = read_page((const void *)page);
        EXPECT(copy.refcount == 1 && copy.mapcount == 1);
    }
    count_one(&board->stored, nstores());
}

static void take_part(size_t me)
{
    EXPECT(page[0] == OURS && page[511] == OURS);
    count_one(&board->there, nmembers);
    wait_until(&board->stage, STORE);
    if (stores(me))
        take_copy(me);
    wait_until(&board->stage, LEAVE + (uint32_t)turn_of(me));
    EXPECT_EQ(page[0], stores(me) ? me : OURS);
}

static size_t nchildren(size_t me)
{
    size_t first = me * branch + 1;

    return first > nmembers ? 0 : nmembers - first < branch ? nmembers - first + 1 : branch;
}

static void member(void *arg)
{
    size_t me = (size_t)arg, n = nchildren(me);
    pid_t pids[n + 1];

    for (size_t i = 0; i < n; i++)
        pids[i] = start_child(member, (void *)(me * branch + 1 + i));
    take_part(me);
    for (size_t i = 0; i < n; i++)
        EXPECT_CHILD(pids[i]);
}

/* The test */

static void expect_entries(uint64_t frame, size_t n)
{
    EXPECT_EQ(frame_of(getpid(), (const void *)page), frame);
    EXPECT_EQ(entries_of(frame), n);
    if (can_look)
        EXPECT_EQ(read_page((const void *)page).refcount, n);
}

/* Turn by turn; only those who have not stored are missing from the page's count then. */
static void see_them_leave(uint64_t frame, const pid_t *pids)
{
    size_t left = 1 + nmembers - nstores();

    for (size_t turn = 0, me = 1; turn < nturns; turn++) {
        begin_stage(LEAVE + (uint32_t)turn);
        for (; me <= nchildren(0) && turn_of(me) == turn; me++) {
            EXPECT_CHILD(pids[me]);
            left -= !stores(me);
        }
        if (branch == nmembers)
            expect_entries(frame, left);
    }
    expect_entries(frame, 1);
}

/* Nobody else maps it: the store needs a fault, but no copy. */
static void expect_reuse(uint64_t frame)
{
    long faults = minor_faults();

    page[0] = 1;
    EXPECT_EQ(minor_faults() - faults, 1);
    expect_entries(frame, 1);
    page[1] = 2;
    EXPECT_EQ(minor_faults() - faults, 1);
    EXPECT(page[0] == 1 && page[1] == 2 && page[511] == OURS);
}

static void share_with_crowd(void)
{
    pid_t pids[nchildren(0) + 1];
    uint64_t frame;

    board = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    page = (volatile uint64_t *)map_anon(PAGE);
    REQUIRE(board != MAP_FAILED);
    can_look = has_debug_call();
    page[0] = page[511] = OURS;
    frame = frame_of(getpid(), (const void *)page);
    expect_entries(frame, 1);
    for (size_t i = 1; i <= nchildren(0); i++)
        pids[i] = start_child(member, (void *)i);
    wait_until(&board->there, (uint32_t)nmembers);
    expect_entries(frame, 1 + nmembers);
    begin_stage(STORE);
    wait_until(&board->stored, (uint32_t)nstores());
    expect_entries(frame, 1 + nmembers - nstores());
    see_them_leave(frame, pids);
    expect_reuse(frame);
    EXPECT_OK(munmap((void *)page, PAGE));
    EXPECT_OK(munmap(board, PAGE));
}

static size_t crowd_wanted(void)
{
    const char *wanted = getenv("CROWD");

    return wanted ? strtoul(wanted, NULL, 10) : 200;
}

static void children_of_one(void)
{
    nmembers = branch = crowd_wanted();
    nturns = TURNS;
    share_with_crowd();
}

/* Parents outlive their children. */
static void a_family_tree(void)
{
    nmembers = crowd_wanted();
    branch = 4;
    nturns = 1;
    share_with_crowd();
}

static const struct test tests[] = {
    TEST(children_of_one),
    TEST(a_family_tree),
};

TEST_MAIN(tests)
