/* SPDX-License-Identifier: MIT */
/*
 * meminfo.c - the figures of /proc/meminfo.
 */
#include "user/tests/procmemtest/causes.h"
#include "user/tests/lib/watch.h"

static const struct effect meminfo[] = {
    { "MemFree:", &anon, -KIB - SLACK_KIB, -KIB + SLACK_KIB, NULL },
    { "MemAvailable:", &anon, -KIB - SLACK_KIB, -KIB + SLACK_KIB, NULL },
    { "AnonPages:", &anon, KIB, KIB + SLACK_KIB, NULL },
    { "Unevictable:", &held, KIB, KIB, NULL },
    { "Mlocked:", &held, KIB, KIB, NULL },
    { "Buffers:", &written_file, 4, SLACK_KIB, NULL },
    { "Cached:", &dirty_file, KIB, KIB + SLACK_KIB, NULL },
    { "Dirty:", &dirty_file, KIB, KIB + SLACK_KIB, NULL },
    { "Inactive:", &clean_file, KIB, KIB + SLACK_KIB, NULL },
    { "Writeback:", &writing, 0, EFFECT_ANY, NULL },
    { "Mapped:", &mapped_file, KIB, KIB + SLACK_KIB, NULL },
    { "Shmem:", &tmpfs_file, KIB, KIB + SLACK_KIB, NULL },
    { "KReclaimable:", &names, 100, 400, NULL },
    { "Slab:", &names, 100, 400, NULL },
    { "SReclaimable:", &names, 100, 400, NULL },
    { "SUnreclaim:", &children, 32, 400, NULL },
    { "KernelStack:", &children, CHILDREN * 16, CHILDREN * 16 + 32, NULL },
    { "PageTables:", &children, CHILDREN * 4 * 4, CHILDREN * 4 * 8, NULL },
    { "VmallocUsed:", &children, CHILDREN * 16, CHILDREN * 16 + 32, NULL },
    { "CmaTotal:", NULL, 0, 0, "no cma= on this machine; see cmatest" },
    { "CmaFree:", NULL, 0, 0, "likewise" },
    { "MemTotal:", NULL, 1, EFFECT_ANY, "given by the machine; see total_is_what_the_machine_has" },
    { "Inactive(anon):", &anon, KIB, KIB + SLACK_KIB, NULL },
    { "Inactive(file):", &clean_file, KIB, KIB + SLACK_KIB, NULL },
    { "Active:", NULL, 0, EFFECT_ANY, "pages get there under pressure; see active_pages" },
    { "Active(anon):", NULL, 0, EFFECT_ANY, "the same of anonymous pages; see swaptest" },
    { "Active(file):", NULL, 0, EFFECT_ANY, "the same; see active_pages" },
    { "SwapCached:", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "SwapTotal:", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "SwapFree:", NULL, 0, 0, "no swap area is in use; see swaptest" },
    { "Committed_AS:", &tmpfs_file, KIB, KIB + SLACK_KIB, NULL },
    { "CommitLimit:", NULL, 1, EFFECT_ANY, "a share of memory; see limittest" },
    { "VmallocTotal:", NULL, 1, EFFECT_ANY, "the window for vmalloc, fixed by the layout" },
};

static void meminfo_has_causes(void)
{
    expect_fields("/proc/meminfo", meminfo, COUNT(meminfo));
    need_debug_call();
    expect_effects("/proc/meminfo", meminfo, COUNT(meminfo));
}

static void total_is_what_the_machine_has(void)
{
    struct debug_counters c;

    need_debug_call();
    c = read_counters();
    EXPECT_EQ(proc_number("/proc/meminfo", "MemTotal:"),
              (c.frames_total - c.frames[DEBUG_FRAME_RESERVED]) * 4);
}

static const struct test tests[] = {
    TEST(meminfo_has_causes), TEST(total_is_what_the_machine_has),
};

const struct test_list meminfo_tests = TEST_LIST(tests);
