/* SPDX-License-Identifier: MIT */
/*
 * failstorm.c - the calls and faults of virtual memory, while memory is refused, copies
 * fail and the disk errs.
 *
 * The tables of calls.c, faults.c and processes.c say what is done, to mappings of which
 * kind, and how it may be refused.  Each attempt makes such a mapping, does it with one
 * failure ordered, and looks: at the error; if the call was refused, at the list of
 * mappings, which is as before, and whether it can be done now; and at what is in memory.
 *
 * Attempts are made by a worker: a failure may end it, and then another one goes on
 * behind that attempt.  Whether anything is left behind is looked at when it is gone.
 *
 * Either each place in the kernel fails once, places being told apart by all their
 * callers; or the n-th call of one sort, n from 1 until nothing fails any more.
 */
#include <stdio.h>
#include "user/tests/failstorm/storm.h"
#include "user/tests/lib/rest.h"

#define MOST_CALLS 200
#define ENOUGH 10000            /* failures */
#define MAPS 8192               /* bytes of /proc/self/maps */
#define REFUSED 2               /* a child's exit status */
#define ALLOCATIONS (DEBUG_FAIL_PAGE | DEBUG_FAIL_SLAB | DEBUG_FAIL_VMALLOC)

static const uint32_t sorts[] = {
    DEBUG_FAIL_PAGE, DEBUG_FAIL_SLAB, DEBUG_FAIL_VMALLOC, DEBUG_FAIL_UACCESS, DEBUG_FAIL_DISK
};

/* What a worker has come to: in memory that it shares with the parent. */
static struct progress {
    size_t combination;         /* of action, kind and sort           */
    uint64_t n;                 /* the call that fails                */
    bool acting, over;
    int failures;               /* of expectations, of all workers    */
    int error;                  /* what a child was refused with      */
} *progress;

static struct storm {
    const struct action *actions;
    size_t nactions;
    bool each_place;            /* else the n-th call                 */
    bool one_kind;              /* of mapping, else of all            */
    uint64_t seed;              /* of the mappings                    */
} storm;

static struct debug_fail order;
static char before[MAPS], after[MAPS];

static struct debug_fail give_order(struct debug_fail what)
{
    REQUIRE(debug_call(DEBUG_FAIL_NTH, (uintptr_t)&what, 0) == 0);
    return what;
}

static struct debug_fail take_back(void)
{
    return give_order((struct debug_fail){ .sites = DEBUG_FAIL_ALL });
}

/* An attempt */

struct attempt {
    const struct action *action;
    enum kind kind;
    uint32_t sort;
    uint64_t n;                 /* 0: nothing fails */
};

static bool is_documented(const struct attempt *t, int error)
{
    const struct action *a = t->action;

    for (size_t i = 0; i < COUNT(a->errors) && (t->sort & ALLOCATIONS); i++)
        if (error == a->errors[i])
            return true;
    return ((t->sort & DEBUG_FAIL_UACCESS) && error == a->copy_error)
           || ((t->sort & DEBUG_FAIL_DISK) && error == a->disk_error);
}

static const char *describe(const struct attempt *t)
{
    static const char *const kinds[] = {
        "memory", "a private file", "a shared file", "shared memory", "a memfd", "a device"
    };
    static char text[128];

    snprintf(text, sizeof(text), "%s, %s, sort %x, call %lu, seed %lu", t->action->name,
             kinds[t->kind], t->sort, t->n, storm.seed);
    return text;
}

void let_fail(void)
{
    give_order(order);
}

int child_status(const struct area *a, int error)
{
    take_back();
    progress->error = error;
    read_file("/proc/self/maps", after, sizeof(after));
    EXPECT(strcmp(before, after) == 0);
    check_area(a, "in a child");
    return REFUSED;
}

long child_result(int status)
{
    if (status == REFUSED << 8)
        return -progress->error;
    if (status != SIGKILL)
        EXPECT_EQ(status, 0);
    return 0;
}

/* The action was refused: all is as before, and it can be done now.  Its result then.  To
 * look into memory is to have it there, so this is not done each time. */
static long recover(const struct attempt *t, struct area *area)
{
    if (!t->action->in_part) {
        read_file("/proc/self/maps", after, sizeof(after));
        if (strcmp(before, after) != 0)
            fail(__FILE__, __LINE__, "%s: refused, and mappings changed:\n%s\n%s", describe(t),
                 before, after);
        if (t->n % 2)
            check_area(area, "refused");
    }
    order = (struct debug_fail){ .sites = DEBUG_FAIL_ALL };
    return t->action->act(area);
}

/* Something failed or not, and R came of it. */
static void look(const struct attempt *t, struct area *area, long r, bool failed)
{
    if (r < 0 && !(failed && is_documented(t, (int)-r)))
        fail(__FILE__, __LINE__, "%s: error %ld, and %s failed", describe(t), -r,
             failed ? "something" : "nothing");
    if (r < 0 && failed) {
        r = recover(t, area);
        if (r < 0)
            fail(__FILE__, __LINE__, "%s: error %ld again, for no reason", describe(t), -r);
    }
    if (t->action->after)
        t->action->after(area, r);
    check_area(area, t->action->name);
}

/* Whether something failed. */
static bool try(const struct attempt *t)
{
    int failures = test_failures();
    struct debug_fail was;
    struct rand dice;
    struct area area;
    bool failed;
    long r;

    rand_seed(&dice, storm.seed);
    make_area(&area, t->kind, &dice, t->action->cold);
    if (t->action->prepare)
        t->action->prepare(&area);
    read_file("/proc/self/maps", before, sizeof(before));
    order = (struct debug_fail){
        .sites = t->sort, .nth = storm.each_place && t->n ? 1 : t->n,
        .new_stacks = storm.each_place,
    };
    progress->acting = true;
    was = t->action->in_child ? take_back() : give_order(order);
    r = t->action->act(&area);
    failed = take_back().failed > was.failed;
    progress->acting = false;
    look(t, &area, r, failed);
    drop_area(&area);
    if (test_failures() > failures)
        note("... that was %s, result %ld", describe(t), r);
    progress->failures += test_failures() - failures;
    return failed;
}

/* Workers */

static size_t nsorts(void)
{
    return storm.each_place ? 1 : COUNT(sorts);
}

static size_t ncombinations(void)
{
    return storm.nactions * KINDS * nsorts();
}

static struct attempt combination(size_t number)
{
    return (struct attempt){
        .action = &storm.actions[number / nsorts() / KINDS],
        .kind = number / nsorts() % KINDS,
        .sort = storm.each_place ? DEBUG_FAIL_ALL : sorts[number % nsorts()],
    };
}

/* Whether T is one of those to be made. */
static bool is_meant(const struct attempt *t)
{
    struct rand dice;
    int kind;

    if (!storm.one_kind)
        return t->action->kinds & ON(t->kind);
    rand_seed(&dice, storm.seed + (uint64_t)(t->action - storm.actions));
    do
        kind = (int)rand_below(&dice, KINDS);
    while (!(t->action->kinds & ON(kind)));
    return kind == (int)t->kind;
}

/* Nothing fails the first time: then the worker has all pages of its own that it needs,
 * and what fails later is the action's. */
static void work(void *arg)
{
    const struct action *rehearsed = NULL;

    (void)arg;
    fill_files();
    for (; progress->combination < ncombinations(); progress->combination++, progress->n = 1) {
        struct attempt t = combination(progress->combination);

        if (!is_meant(&t))
            continue;
        if (t.action != rehearsed)
            try(&t);
        rehearsed = t.action;
        for (t.n = progress->n; t.n <= MOST_CALLS && try(&t); t.n++)
            progress->n = t.n + 1;
    }
    progress->over = true;
}

/* A worker has ended with this status: its failures are counted, or it was killed. */
static void bury(int status)
{
    struct attempt t = combination(progress->combination);

    t.n = progress->n++;
    if (status == SIGKILL && progress->acting && t.action->kills)
        return;
    fail(__FILE__, __LINE__, "%s: the worker ended with status %x", describe(&t), status);
    progress->combination++;
    progress->n = 1;
}

static void run(const struct action *actions, size_t count)
{
    int status;

    storm.actions = actions;
    storm.nactions = count;
    *progress = (struct progress){ .n = 1 };
    open_files();
    while (!progress->over) {
        progress->acting = false;
        status = run_child(work, NULL);
        if (!progress->over)
            bury(status);
    }
    close_files();
    EXPECT_EQ(progress->failures, 0);
}

/* The tests */

/* What all failures from now on are compared with. */
static struct debug_fail begin(bool each_place)
{
    need_debug_call();
    progress = (struct progress *)map_shared(1);
    storm.each_place = each_place;
    storm.one_kind = false;
    storm.seed = test_seed;
    return give_order((struct debug_fail){ .sites = DEBUG_FAIL_ALL, .forget_stacks = 1 });
}

static void end(const struct debug_fail *first)
{
    struct debug_fail last = take_back();

    if (storm.each_place)
        note("%lu failures, from %lu places", last.failed - first->failed, last.stacks);
    else
        note("%lu failures", last.failed - first->failed);
    EXPECT(last.failed > first->failed);
    unmap((char *)progress, 1);
}

/* Each place in the kernel once. */
static void run_places(const struct action *actions, size_t count)
{
    struct debug_fail first = begin(true);

    run(actions, count);
    end(&first);
}

static void calls_are_refused(void)
{
    run_places(calls, ncalls);
}

static void faults_are_refused(void)
{
    run_places(faults, nfaults);
}

static void processes_are_refused(void)
{
    run_places(processes, nprocesses);
}

/* At the same place it may matter, or not. */
static void nth_allocations_are_refused(void)
{
    struct debug_fail first = begin(false);

    storm.one_kind = true;
    run(calls, ncalls);
    end(&first);
}

/* One action after the other, each of which leaves nothing behind; the first round also fills
 * what the kernel keeps for later. */
static void run_and_compare(const struct action *actions, size_t count)
{
    struct debug_counters at_first, at_last;

    for (size_t i = 0; i < count; i++) {
        count_at_rest(&at_first);
        run(&actions[i], 1);
        count_at_rest(&at_last);
        if (storm.seed != test_seed && !same_at_rest(&at_first, &at_last))
            fail(__FILE__, __LINE__, "%s leaves something behind", actions[i].name);
        EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
    }
}

static void ten_thousand_failures(void)
{
    struct debug_fail first = begin(false);

    for (; take_back().failed - first.failed < ENOUGH; storm.seed++) {
        run_and_compare(calls, ncalls);
        run_and_compare(faults, nfaults);
        run_and_compare(processes, nprocesses);
    }
    end(&first);
}

static const struct test tests[] = {
    TEST(calls_are_refused),
    TEST(faults_are_refused),
    TEST(processes_are_refused),
    TEST(nth_allocations_are_refused),
    NAMED_TEST(ten_thousand_failures),
};

TEST_MAIN(tests)
