/* SPDX-License-Identifier: MIT */
/*
 * thrash.c - four processes whose working sets together exceed memory by half.
 *
 * Each uses its pages in no order, stores to every other one, and looks whether what it
 * stored before is there.  It goes on until the slowest has done its share: nobody leaves, so
 * nobody comes to his end because another gave up his memory.
 */
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/replacement.h"
#include "user/tests/lib/watch.h"

#define NPROCESSES 4
#define ROUND 256               /* uses */
#define PATIENCE 20000          /* milliseconds until all have filled their pages */

struct work {
    size_t npages;
    int rounds;
    int number;                 /* of the process */
    struct progress {
        bool filled;            /* its pages, for the first time */
        int done;               /* rounds */
        long major, minor;      /* faults */
    } *progress;                /* of all: shared */
};

/* What page I holds after the TURNth store by process NUMBER. */
static size_t content(const struct work *w, size_t i, unsigned turn)
{
    return i << 16 | (size_t)w->number << 8 | turn;
}

static void use_page(const struct work *w, char *p, uint8_t *turns, size_t i)
{
    size_t is = read_number(p, i);

    if (is != content(w, i, turns[i]))
        fail(__FILE__, __LINE__, "page %zu holds %lx after turn %u", i, is, turns[i]);
    if (rand_one_in(&test_rand, 2))
        write_number(p, i, content(w, i, ++turns[i]));
}

static int least_done(const struct work *w)
{
    int least = w->rounds;

    for (int i = 0; i < NPROCESSES; i++) {
        int done = __atomic_load_n(&w->progress[i].done, __ATOMIC_RELAXED);

        if (done < least)
            least = done;
    }
    return least;
}

static bool all_filled(const struct work *w)
{
    for (int i = 0; i < NPROCESSES; i++)
        if (!__atomic_load_n(&w->progress[i].filled, __ATOMIC_RELAXED))
            return false;
    return true;
}

static void work(void *arg)
{
    struct work *w = arg;
    char *p = map_pages(w->npages, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct progress *mine = &w->progress[w->number];
    uint8_t *turns = calloc(w->npages, 1);

    REQUIRE(turns != NULL);
    rand_seed(&test_rand, test_seed + (uint64_t)w->number);
    for (size_t i = 0; i < w->npages; i++)
        write_number(p, i, content(w, i, 0));
    __atomic_store_n(&mine->filled, true, __ATOMIC_RELAXED);
    for (int i = 0; !all_filled(w) && i < PATIENCE; i++)
        usleep(1000);
    while (least_done(w) < w->rounds) {
        for (int n = 0; n < ROUND; n++)
            use_page(w, p, turns, rand_below(&test_rand, w->npages));
        __atomic_store_n(&mine->done, mine->done + 1, __ATOMIC_RELAXED);
        usleep(1000);                   /* who has his pages leaves the others the hart */
    }
    mine->major = major_faults();
    mine->minor = minor_faults();
}

static void run(int rounds)
{
    struct work w = { .npages = pages_of_machine(NULL) * 3 / 8, .rounds = rounds,
                      .progress = (struct progress *)map_shared(1) };
    pid_t pids[NPROCESSES];

    begin_swap();
    for (w.number = 0; w.number < NPROCESSES; w.number++)
        pids[w.number] = start_child(work, &w);
    for (int i = 0; i < NPROCESSES; i++)
        EXPECT_CHILD(pids[i]);
    for (int i = 0; i < NPROCESSES; i++) {
        const struct progress *p = &w.progress[i];

        EXPECT(p->done >= rounds);
        note("process %d: %ld major and %ld minor faults in %d uses of %zu pages", i, p->major,
             p->minor, p->done * ROUND, w.npages);
    }
    unmap((char *)w.progress, 1);
    end_swap();
}

static void four_processes(void)
{
    run(4);
}

static void four_for_long(void)
{
    run(200);
}

static const struct test tests[] = { TEST(four_processes), NAMED_TEST(four_for_long) };
TEST_MAIN(tests)
