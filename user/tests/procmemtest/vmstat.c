/* SPDX-License-Identifier: MIT */
/*
 * vmstat.c - the figures of /proc/vmstat.
 */
#include <sys/sysinfo.h>
#include "user/tests/procmemtest/causes.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

static long normal_zone(void)
{
    static char text[65536];
    const char *zone;

    read_file("/proc/zoneinfo", text, sizeof(text));
    zone = strstr(text, "Normal");
    zone = zone ? strstr(zone, "managed") : NULL;
    return zone && atol(zone + strlen("managed")) > 0;      /* Linux shows empty ones, too */
}

static const struct effect vmstat[] = {
    { "nr_free_pages", &anon, -N - SLACK, -N + SLACK, NULL },
    { "nr_anon_pages", &anon, N, N + SLACK, NULL },
    { "nr_unevictable", &held, N, N, NULL },
    { "nr_mlock", &held, N, N, NULL },
    { "zone_lock_taken", &anon, N / 128, N / 4, NULL },
    { "pgfault", &anon, N, 2 * N + SLACK, NULL },
    { "nr_inactive_file", &clean_file, N, N + SLACK, NULL },
    { "nr_inactive_anon", &anon, N, N + SLACK, NULL },
    { "pgpgin", &clean_file, KIB, KIB + SLACK_KIB, NULL },
    { "nr_slab_reclaimable", &names, 25, 100, NULL },
    { "nr_slab_unreclaimable", &children, 8, 100, NULL },
    { "nr_kernel_stack", &children, CHILDREN * 16, CHILDREN * 16 + 32, NULL },
    { "nr_page_table_pages", &children, CHILDREN * 4, CHILDREN * 8, NULL },
    { "nr_mapped", &mapped_file, N, N + SLACK, NULL },
    { "nr_file_pages", &dirty_file, N, N + SLACK, NULL },
    { "nr_dirty", &dirty_file, N, N + SLACK, NULL },
    { "nr_dirtied", &dirty_file, N, N + SLACK, NULL },
    { "nr_writeback", &writing, 0, EFFECT_ANY, NULL },
    { "nr_shmem", &tmpfs_file, N, N + SLACK, NULL },
    { "pgfree", &come_and_gone, N, EFFECT_ANY, NULL },
    { "allocstall_normal", &shortage, 1, EFFECT_ANY, NULL },
    { "pgactivate", &shortage, 1, EFFECT_ANY, NULL },
    { "pgdeactivate", &shortage, 1, EFFECT_ANY, NULL },
    { "pageoutrun", &shortage, 1, EFFECT_ANY, NULL },
    { "pgscan_file", &shortage, N, EFFECT_ANY, NULL },
    { "pgsteal_file", &shortage, N * 3 / 4, EFFECT_ANY, NULL },
    { "slabs_scanned", &shortage, 1, EFFECT_ANY, NULL },
    { "oom_kill", &shortage, 1, 1, NULL },
    { "unevictable_pgs_culled", &locked_files, N, N + SLACK, NULL },
    { "unevictable_pgs_rescued", &locked_files, N, N + SLACK, NULL },
    { "pgpgout", &written_file, KIB, KIB + SLACK_KIB, NULL },
    { "nr_written", &written_file, N, N + SLACK, NULL },
    { "pgmajfault", &file_fault, 1, SLACK, NULL },
    { "fault_around", &mapped_file, N / 2, N, NULL },
    { "drop_pagecache", &dropped_pages, 1, 1, NULL },
    { "drop_slab", &dropped_names, 1, 1, NULL },
    { "nr_tlb_local_flush_all", &all_rights, 1, 40, NULL },
    { "nr_tlb_local_flush_one", &one_right, N, EFFECT_ANY, NULL },
    { "pgmigrate_success", &moves, N, N, NULL },
    { "rmap_walk", &moves, 2 * N, 5 * N, NULL },
    { "rmap_step", &moves, 2 * N, 10 * N, NULL },
    { "pgmigrate_fail", NULL, 0, EFFECT_ANY, "somebody must use the page just then" },
    { "nr_free_cma", NULL, 0, 0, "no cma= on this machine; see cmatest" },
    { "cma_alloc_success", NULL, 0, 0, "likewise" },
    { "cma_alloc_fail", NULL, 0, 0, "likewise" },
    { "compact_migrate_scanned", NULL, 0, EFFECT_ANY, "memory must be in pieces; see compacttest" },
    { "compact_free_scanned", NULL, 0, EFFECT_ANY, "likewise" },
    { "compact_isolated", NULL, 0, EFFECT_ANY, "likewise" },
    { "compact_stall", NULL, 0, EFFECT_ANY, "likewise" },
    { "compact_fail", NULL, 0, EFFECT_ANY, "likewise" },
    { "compact_success", NULL, 0, EFFECT_ANY, "likewise" },
    { "cow_copy", &copies, N, N + SLACK, NULL },
    { "cow_reuse", &reuses, N, N + SLACK, NULL },
    { "zero_page_fault", &reading_zero, N, N + SLACK, NULL },
    { "fail_injected", &failure, 1, 1, NULL },
    { "nr_active_file", NULL, 0, EFFECT_ANY, "pages get there under pressure; see active_pages" },
    { "allocstall_dma32", NULL, 0, EFFECT_ANY, "requests that only low memory can serve are few" },
    { "nr_dirty_threshold", NULL, 64, EFFECT_ANY, "follows settings; see vmsettingtest" },
    { "nr_dirty_background_threshold", NULL, 1, EFFECT_ANY, "the same" },
    { "pgalloc_dma32", NULL, 0, EFFECT_ANY, "which zone serves depends; see zones_serve" },
    { "pgalloc_normal", NULL, 0, EFFECT_ANY, "which zone serves depends; see zones_serve" },
    { "nr_active_anon", NULL, 0, EFFECT_ANY, "pages get there under pressure; see swaptest" },
    { "nr_swapcached", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "pgscan_anon", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "pgsteal_anon", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "nr_vmscan_write", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "pswpin", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "pswpout", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "pgscan_kswapd", NULL, 0, EFFECT_ANY, "who reclaims depends; see pages_are_stolen" },
    { "pgscan_direct", NULL, 0, EFFECT_ANY, "who reclaims depends; see pages_are_stolen" },
    { "pgsteal_kswapd", NULL, 0, EFFECT_ANY, "who reclaims depends; see pages_are_stolen" },
    { "pgsteal_direct", NULL, 0, EFFECT_ANY, "who reclaims depends; see pages_are_stolen" },
    { "nr_tlb_remote_flush", NULL, 0, EFFECT_ANY, "two harts; see other_harts_flush" },
    { "nr_tlb_remote_flush_received", NULL, 0, EFFECT_ANY, "two harts; see other_harts_flush" },
    { "asid_rollover", NULL, 0, EFFECT_ANY, "needs asids=; see numbers_run_out" },
    { "spurious_fault", NULL, 0, EFFECT_ANY, "a race between harts decides" },
    { "ad_fault", NULL, 0, EFFECT_ANY, "needs ad=soft; see bits_by_software" },
};

static void vmstat_has_causes(void)
{
    expect_fields("/proc/vmstat", vmstat, COUNT(vmstat));
    need_debug_call();
    expect_effects("/proc/vmstat", vmstat, COUNT(vmstat));
}

static long vm(const char *field)
{
    return proc_number("/proc/vmstat", field);
}

static void zones_serve(void)
{
    long before = vm(normal_zone() ? "pgalloc_normal " : "pgalloc_dma32 ");

    come_and_gone.begin();
    EXPECT_RANGE(vm(normal_zone() ? "pgalloc_normal " : "pgalloc_dma32 ") - before, N, N + SLACK);
    if (!normal_zone())
        EXPECT_EQ(vm("pgalloc_normal "), 0);
}

static long scanned(void)
{
    return vm("pgscan_kswapd ") + vm("pgscan_direct ");
}

static long stolen(void)
{
    return vm("pgsteal_kswapd ") + vm("pgsteal_direct ");
}

/* Clean pages of a file go when somebody wants more than is free: the pager looks at them, or
 * who wants them if he is faster. */
static void pages_are_stolen(void)
{
    long scanned_before, stolen_before;

    need_debug_call();
    scanned_before = scanned();
    stolen_before = stolen();
    shortage.begin();
    EXPECT_RANGE(scanned() - scanned_before, N, EFFECT_ANY);
    EXPECT_RANGE(stolen() - stolen_before, N * 3 / 4, EFFECT_ANY);
}

/* Pages that were used again outlive one round of reclaim: both figures say so, sooner or later;
 * they are not read at once.  Who waits for it in vain is killed for want of memory. */
static void touch_until_active(void *arg)
{
    size_t size = (size_t)arg;
    char *p = map_anon(size);

    for (size_t i = 0; i < size; i += PAGE) {
        p[i] = 1;
        if (i % (128 * PAGE) == 0 && vm("nr_active_file") > 0
            && proc_number("/proc/meminfo", "Active:") > 0)
            return;
    }
}

/* What is left is inactive, unless the pager is still at work and finds it used. */
static bool are_none_active_once_dropped(void)
{
    dropped_pages.begin();
    return vm("nr_active_file") == 0 && proc_number("/proc/meminfo", "Active:") == 0;
}

static void active_pages(void)
{
    struct sysinfo info;

    need_debug_call();
    REQUIRE(sysinfo(&info) == 0);
    clean_file.begin();
    read_again();
    EXPECT_EQ(run_child(touch_until_active, (void *)info.totalram), 0);
    EXPECT_SOON(are_none_active_once_dropped());
    clean_file.end();
}

static void other_harts_flush(void)
{
    long sent = vm("nr_tlb_remote_flush "), received = vm("nr_tlb_remote_flush_received");

    if (received < 0)
        skip("this kernel does not count flushes");
    two_harts.begin();
    EXPECT_RANGE(vm("nr_tlb_remote_flush ") - sent, harts() > 1, harts() > 1 ? EFFECT_ANY : 0);
    EXPECT_RANGE(vm("nr_tlb_remote_flush_received") - received, harts() > 1,
                 harts() > 1 ? EFFECT_ANY : 0);
}

static bool booted_with(const char *argument)
{
    static char line[4096];

    read_file("/proc/cmdline", line, sizeof(line));
    return strstr(line, argument) != NULL;
}

static void numbers_run_out(void)
{
    long before = vm("asid_rollover");

    many_spaces.begin();
    EXPECT_RANGE(vm("asid_rollover") - before, booted_with("asids="),
                 booted_with("asids=") ? EFFECT_ANY : 0);
}

/* Who may write again waits for the first store, where software sets the dirty bit. */
static void bits_by_software(void)
{
    char *p = map_anon(N * PAGE);
    long before;

    memset(p, 1, N * PAGE);
    EXPECT_OK(mprotect(p, N * PAGE, PROT_READ));
    EXPECT_OK(mprotect(p, N * PAGE, PROT_READ | PROT_WRITE));
    before = vm("ad_fault");
    memset(p, 2, N * PAGE);
    EXPECT_RANGE(vm("ad_fault") - before, booted_with("ad=soft") ? N : 0,
                 booted_with("ad=soft") ? EFFECT_ANY : 0);
    munmap(p, N * PAGE);
}

static const struct test tests[] = {
    TEST(vmstat_has_causes), TEST(zones_serve), TEST(pages_are_stolen), TEST(active_pages),
    TEST(other_harts_flush), TEST(numbers_run_out), TEST(bits_by_software),
};

const struct test_list vmstat_tests = TEST_LIST(tests);
