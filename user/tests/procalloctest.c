/* SPDX-License-Identifier: MIT */
/*
 * procalloctest.c - what /proc says of the allocators is true: buddyinfo, pagetypeinfo,
 * zoneinfo, slabinfo, vmallocinfo.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/effect.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define N 512L                          /* pages that a cause takes: 2 MiB */
#define SLACK 100L                      /* pages that others take meanwhile */
#define ORDERS 11
#define ZONES 2
#define TYPES 4

static const char *const types[TYPES] = { "Unmovable", "Movable", "CMA", "Isolate" };

static char *memory;

static void touch(void)
{
    memory = map_touched(N);
}

static void release(void)
{
    unmap(memory, N);
}

/* What the three files say of a zone. */
struct zone {
    char name[16];
    long blocks[ORDERS], of_type[TYPES][ORDERS], pageblocks[TYPES];
    long free, min, low, high, spanned, present, managed, cma, reserve[ZONES], start;
    long on_harts;              /* pages of all pagesets */
};

static char *append_counts(char *to, const long *n)
{
    for (int k = 0; k < ORDERS; k++)
        to += sprintf(to, "%6ld ", n[k]);
    return to;
}

static void parse_counts(char *p, long *n)
{
    for (int k = 0; k < ORDERS; k++)
        n[k] = strtol(p, &p, 10);
}

static long pages_of(const long *n)
{
    long sum = 0;

    for (int k = 0; k < ORDERS; k++)
        sum += n[k] << k;
    return sum;
}

/* buddyinfo; the number of zones. */
static int read_blocks(struct zone *zones)
{
    char *at = open_text("/proc/buddyinfo"), *line, counts[128];
    int z = 0;

    for (; (line = next_line(&at)); z++) {
        REQUIRE(z < ZONES && sscanf(line, "Node 0, zone %15s", zones[z].name) == 1);
        parse_counts(line + 22, zones[z].blocks);
        append_counts(counts, zones[z].blocks);
        EXPECT_LINE(line, "Node 0, zone %8s %s", zones[z].name, counts);
    }
    return z;
}

static void read_type_rows(char **at, struct zone *zone)
{
    char *line, counts[128];

    for (int t = 0; t < TYPES; t++) {
        line = next_line(at);
        REQUIRE(line && strlen(line) > 46);
        parse_counts(line + 46, zone->of_type[t]);
        append_counts(counts, zone->of_type[t]);
        EXPECT_LINE(line, "Node    0, zone %8s, type %12s %s", zone->name, types[t], counts);
    }
}

static void read_pageblocks(char **at, struct zone *zone)
{
    char *line = next_line(at);
    long *n = zone->pageblocks;

    REQUIRE(line && sscanf(line, "Node 0, zone %*s %ld %ld %ld %ld", &n[0], &n[1], &n[2], &n[3])
            == 4);
    EXPECT_LINE(line, "Node 0, zone %8s %12ld %12ld %12ld %12ld ", zone->name, n[0], n[1], n[2],
                n[3]);
}

static void read_types(struct zone *zones, int count)
{
    char *at = open_text("/proc/pagetypeinfo");

    EXPECT_LINE(next_line(&at), "Page block order: 10");
    EXPECT_LINE(next_line(&at), "Pages per block:  1024");
    EXPECT_LINE(next_line(&at), "%s", "");
    EXPECT_LINE(next_line(&at), "%-43s %6d %6d %6d %6d %6d %6d %6d %6d %6d %6d %6d ",
                "Free pages count per migrate type at order", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    for (int z = 0; z < count; z++)
        read_type_rows(&at, &zones[z]);
    EXPECT_LINE(next_line(&at), "%s", "");
    EXPECT_LINE(next_line(&at), "Number of blocks type  %12s %12s %12s %12s ", types[0], types[1],
                types[2], types[3]);
    for (int z = 0; z < count; z++)
        read_pageblocks(&at, &zones[z]);
    EXPECT(next_line(&at) == NULL);
}

/* The number behind the words of FORMAT, which the next line must be. */
static long number_in(char **at, const char *words)
{
    char *line = next_line(at);
    long n;

    REQUIRE(line && strlen(line) > strlen(words));
    n = strtol(line + strlen(words), NULL, 10);
    EXPECT_LINE(line, "%s%ld", words, n);
    return n;
}

static void read_pagesets(char **at, struct zone *zone)
{
    EXPECT_LINE(next_line(at), "  pagesets");
    zone->on_harts = 0;
    for (long hart = 0; hart < harts(); hart++) {
        long count, high, batch;

        EXPECT_EQ(number_in(at, "    cpu: "), hart);
        count = number_in(at, "              count:    ");
        high = number_in(at, "              high:     ");
        batch = number_in(at, "              batch:    ");
        EXPECT_RANGE(batch, 1, high);
        EXPECT_RANGE(count, 0, high + batch);
        zone->on_harts += count;
    }
}

static void read_zone(char **at, struct zone *zone)
{
    char *line;

    EXPECT_LINE(next_line(at), "Node 0, zone %8s", zone->name);
    zone->free = number_in(at, "  pages free     ");
    zone->min = number_in(at, "        min      ");
    zone->low = number_in(at, "        low      ");
    zone->high = number_in(at, "        high     ");
    zone->spanned = number_in(at, "        spanned  ");
    zone->present = number_in(at, "        present  ");
    zone->managed = number_in(at, "        managed  ");
    zone->cma = number_in(at, "        cma      ");
    line = next_line(at);
    REQUIRE(line && sscanf(line, " protection: (%ld, %ld)", &zone->reserve[0], &zone->reserve[1])
            == 2);
    EXPECT_LINE(line, "        protection: (%ld, %ld)", zone->reserve[0], zone->reserve[1]);
    number_in(at, "      nr_free_pages ");
    number_in(at, "      nr_free_cma  ");
    read_pagesets(at, zone);
    zone->start = number_in(at, "  start_pfn:           ");
}

static int read_zones(struct zone *zones)
{
    int count = read_blocks(zones);
    char *at;

    read_types(zones, count);
    at = open_text("/proc/zoneinfo");
    for (int z = 0; z < count; z++)
        read_zone(&at, &zones[z]);
    EXPECT(next_line(&at) == NULL);
    return count;
}

/* The three files are of one moment if nothing was allocated between them. */
static bool zones_agree(void)
{
    struct zone zones[ZONES];
    int count = read_zones(zones);

    for (int z = 0; z < count; z++) {
        if (pages_of(zones[z].blocks) + zones[z].on_harts != zones[z].free)
            return false;
        for (int k = 0; k < ORDERS; k++) {
            long sum = 0;

            for (int t = 0; t < TYPES; t++)
                sum += zones[z].of_type[t][k];
            if (sum != zones[z].blocks[k])
                return false;
        }
    }
    return true;
}

static void files_agree(void)
{
    need_pagoda("other kernels have more types of pages and more figures");
    EXPECT_SOON(zones_agree());
}

static void zones_are_the_machine(void)
{
    struct zone zones[ZONES];
    long managed = 0;
    int count;

    need_pagoda("other kernels have more types of pages and more figures");
    count = read_zones(zones);
    for (int z = 0; z < count; z++) {
        const struct zone *zone = &zones[z];
        long blocks = zone->pageblocks[0] + zone->pageblocks[1];

        EXPECT(0 < zone->min && zone->min < zone->low && zone->low < zone->high);
        EXPECT_RANGE(zone->high, 1, zone->managed / 4);
        EXPECT(zone->managed <= zone->present && zone->present <= zone->spanned);
        EXPECT_RANGE(zone->free, 1, zone->managed);
        EXPECT_EQ(zone->cma, zone->pageblocks[2] * 1024);
        EXPECT_EQ(zone->pageblocks[3], 0);              /* nobody takes memory away */
        EXPECT_RANGE(blocks, zone->managed / 1024, zone->spanned / 1024 + 1);
        EXPECT_EQ(zone->reserve[z], 0);
        managed += zone->managed;
    }
    EXPECT_EQ(managed * 4, proc_number("/proc/meminfo", "MemTotal:"));
    EXPECT_EQ(zones[0].start, 0x80000);
    if (count == 2) {
        EXPECT_EQ(zones[1].start, 0x100000);
        EXPECT_RANGE(zones[0].reserve[1], 1, zones[1].managed);
    }
}

static long all_free(struct zone *zones, int count)
{
    long sum = 0;

    for (int z = 0; z < count; z++)
        sum += zones[z].free;
    return sum;
}

/* Memory for programs comes out of the last zone and is movable. */
static void zones_follow_a_program(void)
{
    struct zone before[ZONES], during[ZONES], after[ZONES];
    int count, z;

    need_debug_call();
    debug_call(DEBUG_QUIESCE, 0, 0);
    count = read_zones(before);
    z = count - 1;
    touch();
    read_zones(during);
    release();
    read_zones(after);
    EXPECT_RANGE(before[z].free - during[z].free, N - SLACK, N + SLACK);
    EXPECT_RANGE(pages_of(before[z].blocks) - pages_of(during[z].blocks), N - SLACK,
                 N + 128 * harts());
    EXPECT_RANGE(pages_of(before[z].of_type[1]) - pages_of(during[z].of_type[1]), N - SLACK,
                 N + 128 * harts());
    EXPECT_RANGE(all_free(after, count) - all_free(before, count), -SLACK, SLACK);
    debug_call(DEBUG_QUIESCE, 0, 0);
    read_zones(after);
    EXPECT_RANGE(pages_of(after[z].blocks) - pages_of(before[z].blocks), -SLACK, SLACK);
    EXPECT(after[z].on_harts < 64 * harts());
}

/* Pages that are freed one by one go to the list of the hart that frees them, which has
 * room for 64 besides the batch that it may have fetched; runs go past it. */
static void lists_follow_single_pages(void)
{
    struct zone before[ZONES], after[ZONES];
    int z;

    need_debug_call();
    touch();
    debug_call(DEBUG_QUIESCE, 0, 0);
    z = read_zones(before) - 1;
    for (size_t i = 0; i < 64; i++)
        EXPECT_OK(madvise(memory + 2 * i * PAGE, PAGE, MADV_DONTNEED));
    read_zones(after);
    release();
    EXPECT_RANGE(after[z].on_harts - before[z].on_harts, 32, 64 + SLACK);
}

/* A block of each order, for the kernel. */
static void zones_follow_the_kernel(void)
{
    struct zone before[ZONES], during[ZONES];

    need_debug_call();
    for (uint32_t order = 0; order < ORDERS; order += 5) {
        struct debug_blocks taken = { .kind = DEBUG_BLOCK_PAGES, .size = PAGE << order,
                                      .count = 1024u >> order };
        int count;
        long unmovable = 0;

        debug_call(DEBUG_QUIESCE, 0, 0);
        count = read_zones(before);
        REQUIRE(debug_call(DEBUG_TAKE, (uintptr_t)&taken, 0) == 0);
        read_zones(during);
        EXPECT_RANGE(all_free(before, count) - all_free(during, count), 1024, 1024 + SLACK);
        for (int z = 0; z < count; z++)
            unmovable += during[z].pageblocks[0] - before[z].pageblocks[0];
        EXPECT_RANGE(unmovable, 0, 2);
        if (order == ORDERS - 1)
            for (int z = 0; z < count; z++)
                EXPECT_RANGE(before[z].blocks[order] - during[z].blocks[order], 0, 2);
        taken.count = 0;
        REQUIRE(debug_call(DEBUG_GIVE, (uintptr_t)&taken, 0) == 0);
    }
}

/* slabinfo */

static void slab_lines(void)
{
    char *at = open_text("/proc/slabinfo"), *line, name[32];
    long active, total, size, per, pages, limit, batch, slabs_active, slabs;
    int caches = 0;

    EXPECT_LINE(next_line(&at), "slabinfo - version: 2.1");
    EXPECT_LINE(next_line(&at), "# name            <active_objs> <num_objs> <objsize> "
                "<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
                "slabdata <active_slabs> <num_slabs> <sharedavail>");
    for (; (line = next_line(&at)); caches++) {
        REQUIRE(sscanf(line, "%31s %ld %ld %ld %ld %ld : tunables %ld %ld 0 : slabdata %ld %ld 0",
                       name, &active, &total, &size, &per, &pages, &limit, &batch, &slabs_active,
                       &slabs) == 10);
        EXPECT_LINE(line, "%-17s %6ld %6ld %6ld %4ld %4ld : tunables %4ld %4ld %4d : slabdata "
                    "%6ld %6ld %6d", name, active, total, size, per, pages, limit, batch, 0,
                    slabs_active, slabs, 0);
        EXPECT_EQ(total, slabs * per);
        EXPECT_RANGE(active, 0, total);
        EXPECT_RANGE(slabs_active, (active + per - 1) / per, slabs);
        EXPECT_RANGE(size * per, 1, pages * (long)PAGE);
        EXPECT_EQ(limit, 2 * batch);
    }
    EXPECT(caches > 20);
}

#define MANY 100L

static int descriptors[MANY];

static void open_many(void)
{
    for (long i = 0; i < MANY; i++)
        EXPECT((descriptors[i] = open("/proc/version", O_RDONLY)) >= 0);
}

static void open_pipes(void)
{
    for (long i = 0; i < MANY; i += 2)
        REQUIRE(pipe(&descriptors[i]) == 0);
}

static void close_many(void)
{
    for (long i = 0; i < MANY; i++)
        close(descriptors[i]);
}

/* Each second page of a mapping gets other rights: as many pieces. */
static void map_pieces(void)
{
    memory = map_anon(2 * MANY * PAGE);
    for (long i = 0; i < MANY; i++)
        EXPECT_OK(mprotect(memory + 2 * i * (long)PAGE, PAGE, PROT_READ));
}

static void unmap_pieces(void)
{
    munmap(memory, 2 * MANY * PAGE);
}

static char *file_name(long i)
{
    static char name[64];

    snprintf(name, sizeof(name), "/procalloctest.%ld", i);
    return name;
}

static void make_files(void)
{
    for (long i = 0; i < MANY; i++)
        close(open(file_name(i), O_CREAT | O_WRONLY, 0600));
}

static void remove_files(void)
{
    for (long i = 0; i < MANY; i++)
        unlink(file_name(i));
}

#define CHILDREN 16L

static pid_t sleeper[CHILDREN];

static void start_sleepers(void)
{
    start_children(sleeper, CHILDREN, pause_forever);
}

static void end_sleepers(void)
{
    end_children(sleeper, CHILDREN);
}

static const struct cause many_open = { open_many, close_many }, pipes = { open_pipes, close_many },
                          pieces = { map_pieces, unmap_pieces },
                          files = { make_files, remove_files },
                          children = { start_sleepers, end_sleepers };

static const struct effect active_objects[] = {
    { "filp", &many_open, MANY, MANY + 4, NULL },
    { "inode_cache", &pipes, MANY / 2, MANY / 2 + 8, NULL },
    { "vm_area_struct", &pieces, 2 * MANY - 2, 2 * MANY + 4, NULL },
    { "ext2_inode", &files, MANY, MANY + 10, NULL },
    { "dentry", &files, MANY, MANY + 20, NULL },
    { "process", &children, CHILDREN, CHILDREN, NULL },
    { "task", &children, CHILDREN, CHILDREN, NULL },
    { "thread", &children, CHILDREN, CHILDREN, NULL },
    { "mm_struct", &children, CHILDREN, CHILDREN, NULL },
    { "files_struct", &children, CHILDREN, CHILDREN, NULL },
    { "sighand", &children, CHILDREN, CHILDREN, NULL },
    { "vmap_area", &children, CHILDREN - 2, CHILDREN + 4, NULL },
};

static void objects_follow(void)
{
    need_debug_call();
    expect_effects("/proc/slabinfo", active_objects, COUNT(active_objects));
    debug_call(DEBUG_QUIESCE, 0, 0);
    /* Once everything is gone it shows, too. */
    EXPECT_RANGE(proc_number("/proc/slabinfo", "vm_area_struct "), 1, MANY);
}

/* vmallocinfo */

struct areas {
    long stacks, devices, others, pages;
};

static struct areas read_areas(void)
{
    struct areas a = { 0 };
    char *at = open_text("/proc/vmallocinfo"), *line, caller[64], what[40], kind[16];
    uintptr_t last = 0, start, end, n;
    size_t size;

    for (; (line = next_line(&at)); last = end) {
        bool device = strstr(line, " phys=") != NULL;

        REQUIRE(sscanf(line, "%lx-%lx %lu %63s %39s %15s", &start, &end, &size, caller, what, kind)
                == 6);
        EXPECT_LINE(line, "0x%016lx-0x%016lx %7lu %s %s %s", start, end, size, caller, what, kind);
        EXPECT_EQ(size, end - start);
        EXPECT(start >= last);
        REQUIRE(sscanf(what, device ? "phys=%lx" : "pages=%lu", &n) == 1);
        EXPECT(strstr(caller, "+0x") != NULL);
        EXPECT(strcmp(kind, "ioremap") == 0 ? device : !device);
        a.devices += device;
        a.stacks += strcmp(kind, "stack") == 0;
        a.others += strcmp(kind, "vmalloc") == 0;
        a.pages += device ? 0 : (long)n;
    }
    return a;
}

static bool used_agrees(void)
{
    return read_areas().pages == proc_number("/proc/meminfo", "VmallocUsed:") / 4;
}

static void areas_follow(void)
{
    struct areas before, during;

    need_debug_call();
    debug_call(DEBUG_QUIESCE, 0, 0);
    before = read_areas();
    start_sleepers();
    during = read_areas();
    end_sleepers();
    EXPECT_RANGE(during.stacks - before.stacks, CHILDREN - 2, CHILDREN);
    EXPECT_EQ(during.pages - before.pages, 4 * (during.stacks - before.stacks));
    EXPECT_EQ(during.devices, before.devices);
    EXPECT(strstr(open_text("/proc/vmallocinfo"), "phys=0x0000000010000000 ioremap") != NULL);
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_RANGE(read_areas().stacks - before.stacks, -2, 2);
    EXPECT_SOON(used_agrees());
}

static void vmalloc_for_ever(void *arg)
{
    struct debug_alloc_test test = { .rounds = 100, .live_max = 8, .size = 64 * KB };

    (void)arg;
    for (;;)
        debug_call(DEBUG_VMALLOC_TEST, (uintptr_t)&test, 0);
}

static void vmalloc_is_seen(void)
{
    pid_t pid;

    need_debug_call();
    pid = start_child(vmalloc_for_ever, NULL);
    AWAIT(read_areas().others > 0);
    end_child(pid);
    debug_call(DEBUG_QUIESCE, 0, 0);
    EXPECT_EQ(read_areas().others, 0);
}

static const struct test tests[] = {
    TEST(files_agree), TEST(zones_are_the_machine), TEST(zones_follow_a_program),
    TEST(lists_follow_single_pages), TEST(zones_follow_the_kernel), TEST(slab_lines),
    TEST(objects_follow), TEST(areas_follow), TEST(vmalloc_is_seen),
};

TEST_MAIN(tests)
