/* SPDX-License-Identifier: MIT */
/*
 * tlbtest.c - what a call takes away is gone for every hart when the call has returned.
 *
 * Users, each on a hart of its own, load from or store to one page and do nothing else, so
 * that nothing makes their TLBs forget it.  The director changes its mapping meanwhile.  A
 * use that begins after that must fault, or find what is there now.
 *
 * The director's hart has no user if there are others: who does not send word to them fails
 * all the same.
 */
#include <sched.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define ROUNDS 3
#define USERS 3

/* In shared memory: a forked copy looks on. */
static struct board {
    uint64_t round;             /* it has begun: use the page until it is lost  */
    bool over;                  /* or end, instead                              */
    bool taken;                 /* the call that takes it away has returned     */
    uint64_t uses[USERS];       /* in this round, by each user                  */
    uint64_t lost[USERS];       /* the last round that ended for it             */
    uint64_t uses_then[USERS];  /* how far the users were at some moment        */
    uint64_t forked;            /* the last round in which fork has returned    */
    char stack[16 * KB] __attribute__((aligned(16)));   /* the director's       */
} *board;

static volatile uint64_t *page;     /* a word for each user                     */
static int file = -1;               /* of which it is, or of none               */
static void (*take)(void);          /* what the director does to it             */
static void (*look_after)(void);    /* and when all have lost it; or NULL       */
static bool users_store;            /* each counts up its word                  */
static uint64_t content;            /* or looks whether it still is this        */
static size_t nusers, nharts;

static uint64_t look(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/* Users */

static void bind_to_hart(size_t n)
{
    uint64_t mask = 1UL << n % nharts;

    EXPECT_OK(sched_setaffinity(0, sizeof(mask), &mask));
}

/* Whether the word still is as it was, for all that can be seen. */
static bool use(volatile uint64_t *word)
{
    if (!users_store)
        return *word == content;
    *word += 1;
    return true;
}

static void use_until_lost(size_t t)
{
    bool still, late;

    if (sigsetjmp(way_back[t], 0))
        return;
    do {
        late = __atomic_load_n(&board->taken, __ATOMIC_ACQUIRE);
        still = use(&page[t]);
        __atomic_fetch_add(&board->uses[t], 1, __ATOMIC_RELEASE);
    } while (still && !late);
    if (still)
        fail(__FILE__, __LINE__, "user %zu still has the page", t);
}

static int user(void *arg)
{
    size_t t = (size_t)arg;

    bind_to_hart(t + 1);
    for (uint64_t round = 1; ; round++) {
        AWAIT(look(&board->round) == round);
        if (board->over)
            _exit(0);
        use_until_lost(t);
        __atomic_store_n(&board->lost[t], round, __ATOMIC_RELEASE);
    }
}

/* The director */

static void map_page(void)
{
    int flags = file < 0 ? ANON : MAP_SHARED;

    EXPECT_EQ(mmap((void *)page, PAGE, RW, flags | MAP_FIXED, file, 0), page);
}

static void note_uses(void)
{
    for (size_t t = 0; t < nusers; t++)
        board->uses_then[t] = look(&board->uses[t]);
}

static void play_round(void)
{
    map_page();
    for (size_t t = 0; t < nusers && content; t++)
        page[t] = content;
    memset(board->uses, 0, sizeof(board->uses));
    board->taken = false;
    __atomic_fetch_add(&board->round, 1, __ATOMIC_RELEASE);
    for (size_t t = 0; t < nusers; t++)
        AWAIT(look(&board->uses[t]));
    take();
    __atomic_store_n(&board->taken, true, __ATOMIC_RELEASE);
    for (size_t t = 0; t < nusers; t++)
        AWAIT(look(&board->lost[t]) == board->round);
    if (look_after)
        look_after();
}

/* After a fork it stores to nothing private: to copy a page, even of a stack, would flush
 * what a fork has not. */
static int direct(void *arg)
{
    pid_t pids[USERS];

    (void)arg;
    bind_to_hart(0);
    for (size_t t = 0; t < nusers; t++)
        pids[t] = start_thread(t, user);
    for (int i = 0; i < ROUNDS && !test_failures(); i++)
        play_round();
    board->over = true;
    __atomic_fetch_add(&board->round, 1, __ATOMIC_RELEASE);
    for (size_t t = 0; t < nusers; t++)
        EXPECT_CHILD(pids[t]);
    _exit(0);
}

static void take_from_users(void (*by)(void))
{
    char *area = mmap(NULL, 4 * PAGE, PROT_NONE, ANON, -1, 0);

    board = mmap(NULL, sizeof(*board), RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(area != MAP_FAILED && board != MAP_FAILED);
    jump_back_from(area, 4 * PAGE);
    page = (volatile uint64_t *)area;
    take = by;
    nharts = (size_t)harts();           /* a thread that is bound sees one */
    nusers = nharts > USERS ? USERS : nharts > 1 ? nharts - 1 : 1;
    EXPECT_CHILD(start_thread_on(board->stack + sizeof(board->stack), direct, NULL));
}

static void take_from_readers(void (*by)(void), uint64_t of_content)
{
    content = of_content;
    take_from_users(by);
}

static void take_from_writers(void (*by)(void))
{
    users_store = true;
    take_from_users(by);
}

/* What is taken, and how */

static void make_read_only(void)
{
    EXPECT_OK(mprotect((void *)page, PAGE, PROT_READ));
}

static void stores_end_at_mprotect(void)
{
    take_from_writers(make_read_only);
}

static void take_all_access(void)
{
    EXPECT_OK(mprotect((void *)page, PAGE, PROT_NONE));
}

static void loads_end_at_mprotect(void)
{
    take_from_readers(take_all_access, 1);
}

static void unmap(void)
{
    EXPECT_OK(munmap((void *)page, PAGE));
}

static void stores_end_at_munmap(void)
{
    take_from_writers(unmap);
}

static void a_new_mapping_is_new(void)
{
    take_from_readers(map_page, 1);
}

static void discard(void)
{
    EXPECT_OK(madvise((void *)page, PAGE, MADV_DONTNEED));
}

static void a_discarded_page_is_new(void)
{
    take_from_readers(discard, 1);
}

static void move_away(void)
{
    char *from = (char *)page, *to = from + 2 * PAGE;

    EXPECT_EQ(mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), to);
}

static void stores_end_at_mremap(void)
{
    take_from_writers(move_away);
}

/* What all have is the zero page. */
static void store_first(void)
{
    for (size_t t = 0; t < nusers; t++)
        page[t] = 1;
}

static void a_first_store_is_seen(void)
{
    take_from_readers(store_first, 0);
}

/* In a child: its words are no further than the users were when fork had returned, and they
 * count on. */
static int look_at_copy(void *arg)
{
    (void)arg;
    AWAIT(look(&board->forked) == board->round);
    for (size_t t = 0; t < nusers; t++) {
        AWAIT(look(&board->uses[t]) > board->uses_then[t] + 2);
        if (page[t] > board->uses_then[t] + 1)
            fail(__FILE__, __LINE__, "user %zu stores to the copy, too", t);
    }
    _exit(test_failures() != 0);
}

static void fork_beside(void)
{
    pid_t pid = clone(look_at_copy, stack_of_thread(USERS), SIGCHLD, NULL);

    note_uses();
    __atomic_store_n(&board->forked, board->round, __ATOMIC_RELEASE);
    EXPECT_CHILD(pid);
    unmap();
}

static void stores_after_fork_stay_here(void)
{
    take_from_writers(fork_beside);
}

/* What is written becomes clean; a store that nobody sees then would be lost. */
static void write_back(void)
{
    EXPECT_OK(fsync(file));
    note_uses();
    for (size_t t = 0; t < nusers; t++)
        AWAIT(look(&board->uses[t]) > board->uses_then[t] + 2);
    unmap();
}

static void look_at_disk(void)
{
    uint64_t words[USERS];

    drop_cached_pages();
    EXPECT_EQ(pread(file, words, sizeof(words), 0), sizeof(words));
    for (size_t t = 0; t < nusers; t++)
        EXPECT_EQ(words[t], board->uses[t]);
    EXPECT_OK(ftruncate(file, 0));
    EXPECT_OK(ftruncate(file, PAGE));
}

static void stores_after_fsync_are_written(void)
{
    file = new_disk_file(1, 0);
    look_after = look_at_disk;
    take_from_writers(write_back);
}

static const struct test tests[] = {
    CHILD_TEST(stores_end_at_mprotect),
    CHILD_TEST(loads_end_at_mprotect),
    CHILD_TEST(stores_end_at_munmap),
    CHILD_TEST(a_new_mapping_is_new),
    CHILD_TEST(a_discarded_page_is_new),
    CHILD_TEST(stores_end_at_mremap),
    CHILD_TEST(a_first_store_is_seen),
    CHILD_TEST(stores_after_fork_stay_here),
    CHILD_TEST(stores_after_fsync_are_written),
};

TEST_MAIN(tests)
