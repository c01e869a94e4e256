/* SPDX-License-Identifier: MIT */
/*
 * alloctest.c - the kernel's allocators under load.
 *
 * The debug call takes and gives blocks as kernel code would; /proc and the
 * figures of the call say what became of memory.  What a test leaves behind
 * runtest finds.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>
#include "lib/bitops.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define ALL (1UL << 40)         /* blocks: more than any machine has         */
#define SPARE 512               /* pages that a full machine leaves to us    */
#define SLACK 64                /* pages that others take or give meanwhile  */
#define PAGEBLOCK (4 * MB)
#define ORDERS 11
#define MOST_WORKERS 4

/* Blocks in the kernel */

static void take(struct debug_blocks *d, uint64_t count)
{
    d->count = count;
    REQUIRE(debug_call(DEBUG_TAKE, (uintptr_t)d, 0) == 0);
    EXPECT_EQ(d->wrong, 0);
}

/* Give back the blocks whose place is a multiple of STRIDE. */
static void give(struct debug_blocks *d, uint64_t stride)
{
    d->count = 0;
    d->stride = stride;
    REQUIRE(debug_call(DEBUG_GIVE, (uintptr_t)d, 0) == 0);
    EXPECT_EQ(d->wrong, 0);
}

static void give_all(struct debug_blocks *d)
{
    if (d->handle)
        give(d, 0);
}

static void quiesce(void)
{
    REQUIRE(debug_call(DEBUG_QUIESCE, 0, 0) == 0);
}

/* To fill a large machine takes too long. */
static void need_small_machine(void)
{
    need_debug_call();
    if (proc_number("/proc/meminfo", "MemTotal:") > 300 * 1024)
        skip("needs a machine of at most 256 MiB");
}

/* What /proc says */

static char text[32 * KB];

/* The numbers behind KEY on the line that begins with it. */
static void numbers(const char *path, const char *key, long *out, size_t count)
{
    size_t len = strlen(key);
    char *at = text, *end;

    memset(out, 0, count * sizeof(*out));
    read_file(path, text, sizeof(text));
    while (at && strncmp(at, key, len))
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    if (!at)
        return;
    at += len;
    for (size_t i = 0; i < count; i++, at = end)
        out[i] = strtol(at, &end, 10);
}

#define DMA32 "Node 0, zone    DMA32 "
#define NORMAL "Node 0, zone   Normal "

/* Free blocks of 2^ORDER pages, of both zones. */
static long free_blocks(unsigned order)
{
    long low[ORDERS], high[ORDERS];

    numbers("/proc/buddyinfo", DMA32, low, ORDERS);
    numbers("/proc/buddyinfo", NORMAL, high, ORDERS);
    return low[order] + high[order];
}

/* What a zone must keep, and what it has, from /proc/zoneinfo. */
struct zone {
    long free, min, reserve;
};

static struct zone read_zone(const char *name)
{
    struct zone z = { 0 };
    long unused;
    char *at;

    read_file("/proc/zoneinfo", text, sizeof(text));
    at = strstr(text, name);
    if (!at)
        return z;
    at = strstr(at, "pages free");
    REQUIRE(at && sscanf(at, "pages free %ld min %ld", &z.free, &z.min) == 2);
    at = strstr(at, "protection:");
    REQUIRE(at && sscanf(at, "protection: (%ld, %ld)", &unused, &z.reserve) == 2);
    return z;
}

/* How deep each kind of request goes */

static void hog(void *arg)
{
    (void)arg;
    memset(map_anon(4 * SPARE * PAGE), 1, 4 * SPARE * PAGE);
}

static void need_little(void *arg)
{
    (void)arg;
    memset(map_anon(16 * PAGE), 1, 16 * PAGE);
}

/* Fill pipes until the end of memory, which is our end: what pipes hold is the kernel's, and
 * nobody's size tells of it. */
static void fill_pipes(void *arg)
{
    static char data[64 * KB];
    int fd[2];

    (void)arg;
    set_text("/proc/self/oom_score_adj", "1000");
    for (int i = 0; i < SPARE; i++) {
        REQUIRE(pipe2(fd, O_NONBLOCK) == 0);
        while (write(fd[1], data, sizeof(data)) > 0)
            continue;
        EXPECT_EQ(errno, EAGAIN);
        errno = 0;
    }
    EXPECT(!"pipes without end");
}

/* With little left, a program that wants little goes on, and one that wants much is refused. */
static void programs_meet_the_end(void)
{
    EXPECT_EQ(run_child(need_little, NULL), 0);
    EXPECT_KILLED(fill_pipes, NULL, SIGKILL);
    EXPECT_KILLED(hog, NULL, SIGKILL);
    EXPECT_EQ(run_child(need_little, NULL), 0);
}

static const struct tier {
    const char *name;
    enum debug_gfp gfp;
    int halves;                 /* of min that stay free */
} tiers[] = {
    { "kernel", DEBUG_GFP_KERNEL, 2 },      { "nowait", DEBUG_GFP_NOWAIT, 2 },
    { "user", DEBUG_GFP_USER, 2 },          { "dma32", DEBUG_GFP_DMA32, 2 },
    { "atomic", DEBUG_GFP_ATOMIC, 1 },      { "memalloc", DEBUG_GFP_MEMALLOC, 0 },
};

static void tiers_end_at_their_marks(void)
{
    struct debug_blocks d = { .size = PAGE, .spare = SPARE };
    struct zone z;

    need_small_machine();
    z = read_zone("DMA32");
    for (const struct tier *t = tiers; t < tiers + COUNT(tiers); t++) {
        long limit = z.min * t->halves / 2;

        d.gfp = t->gfp;
        take(&d, ALL);
        if ((long)d.free[0] < limit - SLACK || (long)d.free[0] > limit + SLACK)
            fail(__FILE__, __LINE__, "%s ends at %ld free pages, not %ld", t->name,
                 (long)d.free[0], limit);
        EXPECT_RANGE(read_zone("DMA32").free, (long)d.free[0] + SPARE - SLACK,
                     (long)d.free[0] + SPARE + SLACK);
    }
    give_all(&d);
}

static void programs_on_a_full_machine(void)
{
    struct debug_blocks d = { .size = PAGE, .spare = SPARE };

    need_small_machine();
    take(&d, ALL);
    programs_meet_the_end();
    give_all(&d);
    EXPECT_EQ(run_child(hog, NULL), 0);
}

/* NOFAIL: a request for more than there is waits until somebody gives. */

static void insist(void *arg)
{
    struct debug_blocks d = { .size = PAGE, .gfp = DEBUG_GFP_NOFAIL };

    wait_gate(arg);
    take(&d, SPARE + SLACK);
    EXPECT_EQ(d.done, SPARE + SLACK);
    give_all(&d);
}

static void nofail_waits(void)
{
    struct debug_blocks d = { .size = PAGE, .spare = SPARE };
    long stalls = proc_number("/proc/vmstat", "allocstall_normal ");
    struct gate gate;
    pid_t pid;

    need_small_machine();
    set_text("/proc/self/oom_score_adj", "-1000");      /* there is nobody to kill */
    open_gate(&gate);
    pid = start_child(insist, &gate);
    take(&d, ALL);
    signal_gate(&gate);
    for (int i = 0; i < 100; i++)
        sched_yield();
    give_all(&d);
    EXPECT_CHILD(pid);
    close_gate(&gate);
    set_text("/proc/self/oom_score_adj", "0");
    EXPECT(proc_number("/proc/vmstat", "allocstall_normal ") > stalls);
}

/* Where there are two zones: requests with a choice take the upper one first. */

#define BLOCKS 16

static void zones_fall_back(void)
{
    struct debug_blocks d = { .size = PAGEBLOCK }, low = { .size = PAGEBLOCK };
    struct zone dma32 = read_zone("DMA32"), normal = read_zone("Normal");

    need_debug_call();
    if (!normal.free)
        skip("needs memory above 4 GiB");
    take(&d, BLOCKS);
    EXPECT_RANGE(d.free[0], dma32.free - SLACK, dma32.free + SLACK);
    EXPECT_RANGE(d.free[1] + BLOCKS * 1024, normal.free - SLACK, normal.free + SLACK);
    take(&d, (uint64_t)normal.free / 1024);
    EXPECT_RANGE(d.free[1], normal.min, normal.min * 3 + 2 * 1024);
    EXPECT_RANGE(d.free[0], dma32.free - (BLOCKS + 4) * 1024, dma32.free - (BLOCKS - 4) * 1024);
    take(&d, ALL);
    EXPECT_RANGE(d.free[0], dma32.min + dma32.reserve, dma32.min + dma32.reserve + 2 * 1024);
    low.gfp = DEBUG_GFP_DMA32;
    take(&low, ALL);
    EXPECT(low.done > 0);
    EXPECT(low.free[0] < (uint64_t)(dma32.min + dma32.reserve));
    give_all(&low);
    give_all(&d);
    low.gfp = DEBUG_GFP_DMA32;
    take(&low, BLOCKS);
    EXPECT_RANGE(low.free[1], normal.free - SLACK, normal.free + SLACK);
    EXPECT_RANGE(low.free[0] + BLOCKS * 1024, dma32.free - SLACK, dma32.free + SLACK);
    give_all(&low);
}

/* Blocks split, and merge again */

static bool is_to_be_had(uint64_t size)
{
    struct debug_blocks d = { .size = size, .gfp = DEBUG_GFP_NOWAIT };

    take(&d, 1);
    give_all(&d);
    return d.done == 1;
}

static void every_second_page(void)
{
    struct debug_blocks d = { .size = PAGE, .spare = SPARE / 4 };
    long whole;

    need_small_machine();
    quiesce();
    whole = free_blocks(10);
    take(&d, ALL);
    give(&d, 2);
    EXPECT(free_blocks(0) > (long)d.done * 3 / 4);
    EXPECT(is_to_be_had(PAGE));
    EXPECT(!is_to_be_had(PAGEBLOCK));
    EXPECT(!is_to_be_had(PAGEBLOCK / 2));
    give_all(&d);
    quiesce();
    EXPECT(free_blocks(10) >= whole);
    EXPECT(whole == 0 || is_to_be_had(PAGEBLOCK));
}

/* What the kernel makes for a program is small: it is to be had as long as there are pages. */

#define PIPES 400

static void open_pipes(void *arg)
{
    static struct pollfd ends[2 * PIPES];
    static struct iovec parts[IOV_MAX];
    int fd[2];

    (void)arg;
    for (int i = 0; i < PIPES; i++) {
        REQUIRE(pipe2(fd, O_CLOEXEC) == 0);
        ends[2 * i] = (struct pollfd){ fd[0], POLLIN, 0 };
        ends[2 * i + 1] = (struct pollfd){ fd[1], POLLOUT, 0 };
    }
    EXPECT_EQ(poll(ends, 2 * PIPES, 0), PIPES);
    EXPECT_EQ(fcntl(fd[1], F_SETPIPE_SZ, MB), MB);
    for (int i = 0; i < IOV_MAX; i++)
        parts[i] = (struct iovec){ &parts[i], 1 };
    EXPECT_EQ(writev(fd[1], parts, IOV_MAX), IOV_MAX);
}

static void run_programs(void *arg)
{
    (void)arg;
    execl("/bin/sh", "sh", "-c",
          "set -e; cat /proc/self/maps /proc/slabinfo | wc >/dev/null; cd /tmp; mkdir -p d/e;"
          "echo x >d/e/f; ln -s d/e/f l; cat l >/dev/null; ls -lR /bin . >/dev/null; rm -r d l;"
          "ps >/dev/null; dmesg >/dev/null; /bin/echo $(seq 9000) >/dev/null", NULL);
}

static void programs_where_memory_is_in_pieces(void)
{
    struct debug_blocks singles = { .size = PAGE, .gfp = DEBUG_GFP_MEMALLOC, .spare = SLACK };
    struct debug_blocks pairs = { .size = 2 * PAGE, .gfp = DEBUG_GFP_MEMALLOC };

    need_small_machine();
    quiesce();
    take(&singles, ALL);
    give(&singles, 2);
    take(&pairs, ALL);
    EXPECT(!is_to_be_had(2 * PAGE));
    EXPECT_EQ(run_child(open_pipes, NULL), 0);
    EXPECT_EQ(run_child(need_little, NULL), 0);
    EXPECT_EQ(run_child(run_programs, NULL), 0);
    give_all(&pairs);
    give_all(&singles);
}

/* Pages that move and pages that do not, wanted in turn, lie in pageblocks of their own. */

#define GROUP 4096              /* 4 pageblocks: more than lies about in broken ones */

static void groups_stay_apart(void)
{
    struct debug_blocks movable = { .size = PAGE, .gfp = DEBUG_GFP_USER };
    struct debug_blocks fixed = { .size = PAGE, .gfp = DEBUG_GFP_KERNEL };
    long whole, held;

    need_debug_call();
    quiesce();
    whole = free_blocks(10);
    if (whole < 10)
        skip("needs 40 MiB of free memory in whole blocks");
    for (int i = 0; i < GROUP / 64; i++) {
        take(&movable, 64);
        take(&fixed, 64);
    }
    quiesce();
    held = free_blocks(10);
    give_all(&movable);
    quiesce();
    EXPECT(free_blocks(10) > held);
    give_all(&fixed);
    quiesce();
    EXPECT(free_blocks(10) >= whole);
}

/* Many harts */

static int workers(void)
{
    return (int)MIN(harts(), (long)MOST_WORKERS);
}

/* As many children as there are harts, up to a few, at the same time: each is told its number. */
static void on_each_hart(void (*function)(void *))
{
    pid_t pid[MOST_WORKERS];

    for (intptr_t i = 0; i < workers(); i++)
        pid[i] = start_child(function, (void *)i);
    for (int i = 0; i < workers(); i++)
        EXPECT_CHILD(pid[i]);
}

static void object_storm(void *arg)
{
    (void)arg;
    for (int round = 0; round < 12; round++) {
        struct debug_blocks d = { .kind = DEBUG_BLOCK_OBJECT };

        take(&d, 300);
        EXPECT_EQ(d.done, 300);
        give(&d, 3);
        take(&d, 150);
        give_all(&d);
    }
}

static void objects_come_constructed(void)
{
    need_debug_call();
    on_each_hart(object_storm);
}

/* Shared with the children. */
static struct debug_blocks *kept;

static void take_objects(void *arg)
{
    struct debug_blocks *d = &kept[(intptr_t)arg];

    take(d, 1000);
    EXPECT_EQ(d->done, 1000);
}

static void give_neighbours(void *arg)
{
    struct debug_blocks *d = &kept[((intptr_t)arg + 1) % workers()];

    give(d, 2);
    give_all(d);
}

static void objects_change_harts(void)
{
    long figures[2];

    need_debug_call();
    kept = (void *)map_shared(1);
    for (int i = 0; i < workers(); i++)
        kept[i].kind = DEBUG_BLOCK_OBJECT;
    on_each_hart(take_objects);
    numbers("/proc/slabinfo", "debug-kept ", figures, 2);
    EXPECT_EQ(figures[0], 1000 * workers());
    EXPECT(figures[1] >= figures[0]);
    on_each_hart(give_neighbours);
    numbers("/proc/slabinfo", "debug-kept ", figures, 2);
    EXPECT_EQ(figures[0], 0);
    quiesce();
    numbers("/proc/slabinfo", "debug-kept ", figures, 2);
    EXPECT_EQ(figures[0], 0);
    EXPECT_EQ(figures[1], 0);
    munmap(kept, PAGE);
}

static void objects_share_pages(void)
{
    struct debug_blocks d = { .kind = DEBUG_BLOCK_OBJECT };
    long figures[5];                /* active and all objects, size, per slab, pages of a slab */

    need_debug_call();
    quiesce();
    take(&d, 1000);
    numbers("/proc/slabinfo", "debug-kept ", figures, COUNT(figures));
    EXPECT(figures[3] > 1);
    EXPECT(figures[1] / figures[3] * figures[4] * (long)PAGE < 2 * 1000 * figures[2]);
    give_all(&d);
}

/* kmalloc and vmalloc */

static void kmalloc_size(uint64_t size)
{
    struct debug_blocks d = { .kind = DEBUG_BLOCK_KMALLOC, .size = size };
    uint64_t count = MAX(MIN(2 * MB / size, 100UL), 1UL);

    take(&d, count);
    if (d.done != count)
        fail(__FILE__, __LINE__, "%lu of %lu blocks of %lu bytes", d.done, count, size);
    give_all(&d);
}

static void kmalloc_has_all_sizes(void)
{
    static const uint64_t odd[] = { 24, 96, 100, 192, 200, 1025, 3000, 8193, 3 * MB };
    struct debug_blocks large = { .kind = DEBUG_BLOCK_KMALLOC, .size = 4 * MB + 1 };

    need_debug_call();
    quiesce();
    for (uint64_t size = 8; size <= 4 * MB; size *= 2)
        kmalloc_size(size);
    for (size_t i = 0; i < COUNT(odd); i++)
        kmalloc_size(odd[i]);
    take(&large, 1);
    EXPECT_EQ(large.done, 0);
}

static void storm(enum debug_op op, struct debug_alloc_test t, intptr_t number)
{
    t.seed = test_seed + (uint64_t)number;
    EXPECT_EQ(debug_call(op, (uintptr_t)&t, 0), 0);
    EXPECT_EQ(t.failed, 0);
    EXPECT_EQ(t.corrupt, 0);
}

static void kmalloc_storm(void *arg)
{
    storm(DEBUG_KMALLOC_TEST, (struct debug_alloc_test){ 4000, 64, 300, 0, 0, 0 }, (intptr_t)arg);
    storm(DEBUG_KMALLOC_TEST, (struct debug_alloc_test){ 600, 24, 20000, 0, 0, 0 }, (intptr_t)arg);
}

static void kmalloc_on_all_harts(void)
{
    need_debug_call();
    on_each_hart(kmalloc_storm);
}

#define WINDOW (8 * MB)
#define AREA (96 * KB)
#define AREAS 6
#define VMALLOCS 400            /* of AREA / 2 on average: more than twice the window */

static void vmalloc_storm(void *arg)
{
    storm(DEBUG_VMALLOC_TEST, (struct debug_alloc_test){ 2 * VMALLOCS, AREAS, AREA, 0, 0, 0 },
          (intptr_t)arg);
}

/* Areas freed are put to use again before a small window runs out. */
static void vmalloc_window_lasts(void)
{
    struct debug_blocks d = { .kind = DEBUG_BLOCK_VMALLOC, .size = WINDOW };

    need_debug_call();
    EXPECT_EQ(debug_call(DEBUG_VMALLOC_WINDOW, WINDOW, 0), 0);
    on_each_hart(vmalloc_storm);
    d.count = 1;
    EXPECT_EQ(debug_call(DEBUG_TAKE, (uintptr_t)&d, 0), 0);
    EXPECT_EQ(debug_call(DEBUG_VMALLOC_WINDOW, 0, 0), 0);
    EXPECT_EQ(d.done, 0);
}

/* Refusals */

static const struct refusal {
    enum debug_block_kind kind;
    enum debug_gfp gfp;
    uint64_t size;
    uint32_t site;
    bool each;                  /* one question per block: the n-th is refused */
} refusals[] = {
    { DEBUG_BLOCK_PAGES, DEBUG_GFP_KERNEL, PAGE, DEBUG_FAIL_PAGE, true },
    { DEBUG_BLOCK_PAGES, DEBUG_GFP_ATOMIC, 8 * PAGE, DEBUG_FAIL_PAGE, true },
    { DEBUG_BLOCK_OBJECT, DEBUG_GFP_KERNEL, 0, DEBUG_FAIL_SLAB, true },
    { DEBUG_BLOCK_KMALLOC, DEBUG_GFP_KERNEL, 100, DEBUG_FAIL_SLAB, true },
    { DEBUG_BLOCK_KMALLOC, DEBUG_GFP_KERNEL, 64 * KB, DEBUG_FAIL_PAGE, true },
    { DEBUG_BLOCK_VMALLOC, DEBUG_GFP_KERNEL, 8 * PAGE, DEBUG_FAIL_VMALLOC, true },
    { DEBUG_BLOCK_VMALLOC, DEBUG_GFP_KERNEL, 4 * PAGE, DEBUG_FAIL_PAGE, false },
    { DEBUG_BLOCK_VMALLOC, DEBUG_GFP_KERNEL, 4 * PAGE, DEBUG_FAIL_SLAB, false },
};

static void refuse_nth(const struct refusal *r, uint64_t n)
{
    struct debug_blocks d = { .kind = r->kind, .gfp = r->gfp, .size = r->size };

    take(&d, 1);                /* what the first one makes for all is there now */
    give_all(&d);
    fail_nth(r->site, n);
    take(&d, 8);
    fail_nth(r->site, 0);
    if (r->each)
        EXPECT_EQ(d.done, n - 1);
    else
        EXPECT(n > 1 || d.done == 0);
    give_all(&d);
}

static void the_nth_is_refused(void)
{
    struct debug_blocks d = { .size = PAGE, .gfp = DEBUG_GFP_NOFAIL };

    need_debug_call();
    for (const struct refusal *r = refusals; r < refusals + COUNT(refusals); r++)
        for (uint64_t n = 1; n <= 8; n++)
            refuse_nth(r, n);
    fail_nth(DEBUG_FAIL_PAGE, 1);
    take(&d, 2);
    fail_nth(DEBUG_FAIL_PAGE, 0);
    EXPECT_EQ(d.done, 2);
    give_all(&d);
}

static const struct test tests[] = {
    TEST(tiers_end_at_their_marks), TEST(programs_on_a_full_machine), TEST(nofail_waits),
    LONG_CHILD_TEST(zones_fall_back), TEST(every_second_page),
    TEST(programs_where_memory_is_in_pieces), TEST(groups_stay_apart),
    TEST(objects_come_constructed), TEST(objects_change_harts), TEST(objects_share_pages),
    TEST(kmalloc_has_all_sizes), TEST(kmalloc_on_all_harts), TEST(vmalloc_window_lasts),
    TEST(the_nth_is_refused),
};

TEST_MAIN(tests)
