/* SPDX-License-Identifier: MIT */
/*
 * faultrace.c - threads that fault in one address space while others change it.
 *
 * The arena is a row of slots, each with two homes, of which it lives in one at a time.
 * Changers protect, move, discard, unmap and map slots, and fork; touchers read and store
 * in whatever they can reach, and jump back out of the faults that they meet.
 *
 * Each toucher has a word of its own in each page.  In a steady slot, whose content is
 * never given up, it counts there: no store may be lost, whatever happened around it.  In
 * the others the word is as new or holds a value that belongs to the page and to nobody
 * else.
 */
#include <fcntl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/threads.h"

#define RW (PROT_READ | PROT_WRITE)
#define PAGES 12                /* of a slot                      */
#define SLOTS 8
#define TOUCHERS 3
#define CHANGERS 2              /* changer N owns the slots with this remainder */
#define THREADS (TOUCHERS + CHANGERS)
#define STEPS 120
#define LONG_STEPS 12000
#define FORK_EVERY 25

/* A page stays free between slots: a mapping of which a part was one with a neighbour for a
 * while can be two for ever, and then not be moved by one call. */
#define STRIDE ((PAGES + 1) * PAGE)
#define ARENA (2 * SLOTS * STRIDE)

enum kind { STEADY, STEADY_SHARED, STEADY_FILE, PASSING, PASSING_FILE };

static const enum kind kinds[SLOTS] = {
    STEADY, STEADY, STEADY_SHARED, STEADY_FILE, PASSING, PASSING, PASSING_FILE, PASSING_FILE,
};

static struct {
    char *home[2];
    int lives;                  /* which of them; only its changer looks */
} slots[SLOTS];

static struct rand rands[THREADS];
static uint64_t counts[TOUCHERS][SLOTS][PAGES];
static unsigned long touched, missed;
static unsigned long steps_to_do;
static uint64_t seed;
static char *arena;
static int file;
static bool stop;

static bool is_steady(size_t s)
{
    return kinds[s] <= STEADY_FILE;
}

static bool is_of_file(size_t s)
{
    return kinds[s] == STEADY_FILE || kinds[s] == PASSING_FILE;
}

/* What toucher T writes into page P of a slot that is not steady. */
static uint64_t tag(size_t s, size_t p, size_t t)
{
    return hash_mix64(seed << 32 | s << 16 | p << 8 | t) | 1;
}

static uint64_t fresh(size_t s, size_t p, size_t t)
{
    return kinds[s] == PASSING_FILE ? tag(s, p, t) - 1 : 0;
}

static volatile uint64_t *word_at(char *home, size_t p, size_t t)
{
    return (volatile uint64_t *)(home + p * PAGE + t * 1024 + 8);
}

/* Touching */

static void touch_steady(size_t t, size_t s, size_t p, volatile uint64_t *word)
{
    uint64_t value = *word, *count = &counts[t][s][p];

    if (value != *count)
        fail(__FILE__, __LINE__, "slot %zu page %zu: %lu stores, %lu are there", s, p, *count,
             value);
    *word = *count + 1;
    *count += 1;                /* not reached if the store faulted */
}

static void touch_passing(size_t t, size_t s, size_t p, volatile uint64_t *word)
{
    uint64_t value = *word;

    if (value != fresh(s, p, t) && value != tag(s, p, t))
        fail(__FILE__, __LINE__, "slot %zu page %zu: %lx is neither %lx nor %lx", s, p, value,
             fresh(s, p, t), tag(s, p, t));
    *word = tag(s, p, t);
}

static void touch(size_t t)
{
    size_t s = rand_below(&rands[t], SLOTS), p = rand_below(&rands[t], PAGES);
    volatile uint64_t *word = word_at(slots[s].home[rand_below(&rands[t], 2)], p, t);

    if (sigsetjmp(way_back[t], 0)) {
        __atomic_fetch_add(&missed, 1, __ATOMIC_RELAXED);
        return;
    }
    if (is_steady(s))
        touch_steady(t, s, p, word);
    else
        touch_passing(t, s, p, word);
    __atomic_fetch_add(&touched, 1, __ATOMIC_RELAXED);
}

static int toucher(void *arg)
{
    size_t t = (size_t)arg;

    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
        touch(t);
    _exit(0);
}

/* Changing.  Nothing here may leave a trace in errno: the threads share it. */

static void map_slot(size_t s)
{
    int flags = MAP_FIXED | (kinds[s] == STEADY_SHARED || kinds[s] == STEADY_FILE
                             ? MAP_SHARED : MAP_PRIVATE) | (is_of_file(s) ? 0 : MAP_ANONYMOUS);
    char *home = slots[s].home[slots[s].lives];

    if (mmap(home, PAGES * PAGE, RW, flags, is_of_file(s) ? file : -1,
             is_of_file(s) ? (off_t)(s * PAGES * PAGE) : 0) != home)
        fail(__FILE__, __LINE__, "slot %zu cannot be mapped", s);
}

static void move_slot(size_t s)
{
    char *from = slots[s].home[slots[s].lives], *to = slots[s].home[!slots[s].lives];

    /* In one piece, or it could not be moved at once. */
    if (mprotect(from, PAGES * PAGE, RW)
        || mremap(from, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
        fail(__FILE__, __LINE__, "slot %zu cannot be moved", s);
    else
        slots[s].lives = !slots[s].lives;
}

static void change_slot(struct rand *r, size_t s)
{
    static const int prots[] = { PROT_NONE, PROT_READ, RW, RW };
    size_t first = rand_below(r, PAGES), count = rand_range(r, 1, PAGES - first);
    char *p = slots[s].home[slots[s].lives] + first * PAGE;

    switch (rand_below(r, is_steady(s) ? 4 : 8)) {
    case 0:
        move_slot(s);
        break;
    case 1:
    case 2:
        EXPECT_OK(mprotect(p, count * PAGE, prots[rand_below(r, COUNT(prots))]));
        break;
    case 3:
        EXPECT_OK(mprotect(p, count * PAGE, RW));
        break;
    case 4:
    case 5:
        EXPECT_OK(madvise(p, count * PAGE, MADV_DONTNEED));
        break;
    default:
        EXPECT_OK(munmap(p, count * PAGE));
        map_slot(s);
    }
}

/* In a child: it spoils its own copy, which nobody else may see. */
static void spoil(size_t n, size_t s)
{
    char *home = slots[s].home[slots[s].lives];

    for (volatile size_t p = 0; p < PAGES; p++)
        for (volatile size_t t = 0; t < TOUCHERS; t++) {
            volatile uint64_t *word = word_at(home, p, t);
            uint64_t value;

            if (sigsetjmp(way_back[n], 0))
                continue;
            value = *word;
            if (!is_steady(s) && value != fresh(s, p, t) && value != tag(s, p, t))
                _exit(2);
            *word = ~value;
            if (*word != ~value)
                _exit(3);
        }
}

/* The other changer's slots may be on their way while the copy is made: only its own. */
static void fork_and_spoil(size_t n)
{
    pid_t pid = fork();
    int status;

    if (pid < 0) {
        fail(__FILE__, __LINE__, "no fork");
        return;
    }
    if (pid == 0) {
        for (size_t s = n - TOUCHERS; s < SLOTS; s += CHANGERS)
            if (kinds[s] != STEADY_SHARED && kinds[s] != STEADY_FILE)
                spoil(n, s);
        _exit(0);
    }
    status = wait_child(pid);
    if (status)
        fail(__FILE__, __LINE__, "a child ends with %x", status);
}

static int changer(void *arg)
{
    size_t n = (size_t)arg, s;

    for (unsigned long i = 0; i < steps_to_do && !test_failures(); i++) {
        s = rand_below(&rands[n], SLOTS / CHANGERS) * CHANGERS + n - TOUCHERS;
        change_slot(&rands[n], s);
        if (rand_one_in(&rands[n], FORK_EVERY))
            fork_and_spoil(n);
    }
    _exit(0);
}

/* A race */

static void fill_file(void)
{
    file = open("/tmp/faultrace.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(file >= 0 && unlink("/tmp/faultrace.file") == 0);
    EXPECT_OK(ftruncate(file, SLOTS * PAGES * PAGE));
    for (size_t s = 0; s < SLOTS; s++)
        for (size_t p = 0; p < PAGES; p++)
            for (size_t t = 0; t < TOUCHERS; t++) {
                uint64_t value = fresh(s, p, t);
                size_t at = (s * PAGES + p) * PAGE + t * 1024 + 8;

                EXPECT_EQ(pwrite(file, &value, sizeof(value), (off_t)at), sizeof(value));
            }
}

static void begin(void)
{
    fill_file();
    arena = mmap(NULL, ARENA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(arena != MAP_FAILED);
    memset(counts, 0, sizeof(counts));
    for (size_t s = 0; s < SLOTS; s++) {
        slots[s].home[0] = arena + s * STRIDE;
        slots[s].home[1] = arena + (SLOTS + s) * STRIDE;
        slots[s].lives = 0;
        map_slot(s);
    }
    for (size_t i = 0; i < THREADS; i++)
        rand_seed(&rands[i], seed * THREADS + i);
    stop = false;
    jump_back_from(arena, ARENA);
}

/* All that was counted is there. */
static void end(void)
{
    for (size_t s = 0; s < SLOTS; s++) {
        char *home = slots[s].home[slots[s].lives];

        EXPECT_OK(mprotect(home, PAGES * PAGE, RW));
        for (size_t p = 0; p < PAGES && is_steady(s); p++)
            for (size_t t = 0; t < TOUCHERS; t++)
                EXPECT_EQ(*word_at(home, p, t), counts[t][s][p]);
    }
    EXPECT(touched > 0 && missed > 0);
    EXPECT_OK(munmap(arena, ARENA));
    close(file);
    if (test_failures())
        note("seed of this race: %lu", seed);
}

static void run_race(uint64_t with_seed, unsigned long steps)
{
    pid_t pids[THREADS];

    seed = with_seed;
    steps_to_do = steps;
    begin();
    for (size_t i = 0; i < THREADS; i++)
        pids[i] = start_thread(i, i < TOUCHERS ? toucher : changer);
    for (size_t i = TOUCHERS; i < THREADS; i++)
        EXPECT_CHILD(pids[i]);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i < TOUCHERS; i++)
        EXPECT_CHILD(pids[i]);
    end();
}

static void race(void)
{
    run_race(test_seed, STEPS);
}

static void five_long_races(void)
{
    for (uint64_t i = 0; i < 5; i++)
        run_race(test_seed * 5 + i, LONG_STEPS);
}

static const struct test tests[] = {
    CHILD_TEST(race),
    LONG_CHILD_TEST(five_long_races),
};

TEST_MAIN(tests)
