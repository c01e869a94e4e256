/* SPDX-License-Identifier: MIT */
/*
 * procmemtest.c - what /proc says of memory is true: each figure follows its cause.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/effect.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define N DISK_FILE_PAGES               /* pages that a cause takes */
#define KIB (N * 4)
#define SLACK 48L                       /* pages that others take meanwhile */
#define SLACK_KIB (SLACK * 4)
#define IN_MEMORY "/tmp/procmemtest.file"

/* Anonymous memory */

static char *memory;

static void touch(void)
{
    memory = map_touched(N);
}

static void release(void)
{
    unmap(memory, N);
}

static void touch_and_release(void)
{
    touch();
    release();
}

static void only_read(void)
{
    memory = map_anon(N * PAGE);
    for (long i = 0; i < N; i++)
        EXPECT_EQ(memory[i * (long)PAGE], 0);
}

static void lock(void)
{
    memory = map_anon(N * PAGE);
    EXPECT_OK(mlock(memory, N * PAGE));
}

static const struct cause anon = { touch, release }, come_and_gone = { touch_and_release, NULL },
                          held = { lock, release },
                          reading_zero = { only_read, release };

/* Files */

static void remove_from_disk(void)
{
    unlink(DISK_FILE);
}

static void write_in_memory(void)
{
    static char page[PAGE];
    int fd = open(IN_MEMORY, O_CREAT | O_TRUNC | O_RDWR, 0600);

    REQUIRE(fd >= 0);
    for (long i = 0; i < N; i++)
        EXPECT_EQ(write(fd, page, PAGE), PAGE);
    close(fd);
}

static void remove_from_memory(void)
{
    unlink(IN_MEMORY);
}

static void drop_pages(void)
{
    set_text("/proc/sys/vm/drop_caches", "1\n");
}

static void drop_names(void)
{
    set_text("/proc/sys/vm/drop_caches", "2\n");
}

static void write_and_read(void)
{
    write_on_disk();
    read_from_disk();
}

static void map_cached(void)
{
    int fd;

    write_and_read();
    fd = open(DISK_FILE, O_RDONLY);
    memory = mmap(NULL, N * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    REQUIRE(memory != MAP_FAILED);
    for (long i = 0; i < N; i++)
        EXPECT_EQ(memory[i * (long)PAGE], 0);
}

static void map_from_disk(void)
{
    int fd;

    write_on_disk();
    fd = open(DISK_FILE, O_RDONLY);
    memory = mmap(NULL, N * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    REQUIRE(memory != MAP_FAILED);
    drop_pages();
    EXPECT_EQ(memory[N / 2 * (long)PAGE], 0);
}

static void unmap_pages(void)
{
    release();
    remove_from_disk();
}

static void look_at_many_names(void)
{
    look_up_missing(1000);
}

static const struct cause dirty_file = { dirty_on_disk, remove_from_disk },
                          clean_file = { write_and_read, remove_from_disk },
                          written_file = { write_on_disk, remove_from_disk },
                          tmpfs_file = { write_in_memory, remove_from_memory },
                          mapped_file = { map_cached, unmap_pages },
                          file_fault = { map_from_disk, unmap_pages },
                          names = { look_at_many_names, drop_names },
                          dropped_pages = { drop_pages, NULL },
                          dropped_names = { drop_names, NULL };

/* Pages on their way to the disk: somebody writes until they are seen. */
static pid_t writer;

static void write_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        write_on_disk();
}

static void write_until_seen(void)
{
    writer = start_child(write_for_ever, NULL);
    while (proc_number("/proc/vmstat", "nr_writeback ") == 0)
        sched_yield();
}

static void stop_writer(void)
{
    end_child(writer);
    remove_from_disk();
}

/* Processes */

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

static const struct cause children = { start_sleepers, end_sleepers };

/* Copy-on-write */

static void write_pages(void *arg)
{
    (void)arg;
    for (long i = 0; i < N; i++)
        memory[i * (long)PAGE] = 2;
}

static void do_nothing(void *arg)
{
    (void)arg;
}

static void child_writes(void)
{
    touch();
    EXPECT_EQ(run_child(write_pages, NULL), 0);
    release();
}

static void parent_writes_alone(void)
{
    touch();
    EXPECT_EQ(run_child(do_nothing, NULL), 0);
    write_pages(NULL);
    release();
}

/* Reverse map */

static void pages_move(void)
{
    touch();
    for (long i = 0; i < N; i++)
        EXPECT_EQ(debug_call(DEBUG_MIGRATE, (uintptr_t)memory + (uintptr_t)i * PAGE, 0), 0);
    release();
}

static const struct cause moves = { pages_move, NULL };
static const struct cause copies = { child_writes, NULL }, reuses = { parent_writes_alone, NULL };

/* Rights that are taken away must be taken out of the TLBs of all harts. */
static char stack_of_sharer[2 * PAGE] __attribute__((aligned(16)));
static volatile bool sharer_runs, sharer_ends;

static int share(void *arg)
{
    (void)arg;
    sharer_runs = true;
    while (!sharer_ends)
        continue;
    return 0;
}

static void change_rights(void)
{
    touch();
    for (long i = 0; i < N; i++)
        EXPECT_OK(mprotect(memory + i * (long)PAGE, PAGE, PROT_READ));
    release();
}

static void change_all_rights(void)
{
    touch();
    EXPECT_OK(mprotect(memory, N * PAGE, PROT_READ));
    release();
}

static void change_rights_of_two(void)
{
    long before = proc_number("/proc/vmstat", "nr_tlb_remote_flush_received");
    pid_t pid;

    sharer_runs = sharer_ends = false;
    pid = clone(share, stack_of_sharer + sizeof(stack_of_sharer), CLONE_VM | SIGCHLD, NULL);
    REQUIRE(pid > 0);
    while (!sharer_runs)
        sched_yield();
    do
        change_rights();
    while (harts() > 1 && proc_number("/proc/vmstat", "nr_tlb_remote_flush_received") == before);
    sharer_ends = true;
    EXPECT_EQ(wait_child(pid), 0);
}

static const struct cause one_right = { change_rights, NULL },
                          all_rights = { change_all_rights, NULL },
                          two_harts = { change_rights_of_two, NULL };

static void exec_often(void)
{
    char *const argv[] = { "/bin/true", NULL };

    for (int i = 0; i < 40; i++)
        EXPECT_EQ(run_program("/bin/true", argv), 0);
}

static const struct cause many_spaces = { exec_often, NULL };

/* Somebody wants more than there is. */
static void touch_everything(void *arg)
{
    size_t size = (size_t)arg;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    for (size_t i = 0; i < size; i += PAGE)
        p[i] = 1;
}

static void run_out_of_memory(void)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    write_on_disk();
    EXPECT_KILLED(touch_everything, (void *)(info.totalram + MB), SIGKILL);
    remove_from_disk();
}

/* Pages of a file are locked in memory while it is short, and then not any more. */
static void lock_while_short(void)
{
    map_cached();
    EXPECT_OK(mlock(memory, N * PAGE));
    EXPECT_KILLED(touch_everything,
                  (void *)(proc_number("/proc/meminfo", "MemTotal:") * KB + MB), SIGKILL);
    EXPECT_OK(munlock(memory, N * PAGE));
    unmap_pages();
}

static const struct cause shortage = { run_out_of_memory, NULL },
                          locked_files = { lock_while_short, NULL };

static void fail_once(void)
{
    if (has_debug_call())
        fail_nth(DEBUG_FAIL_PAGE, 1);
    EXPECT(mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
                0) == MAP_FAILED || proc_number("/proc/vmstat", "fail_injected") > 0);
}

static const struct cause failure = { fail_once, NULL };

/* meminfo */

static const struct cause writing = { write_until_seen, stop_writer };

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

/* vmstat */

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

    touch_and_release();
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
    run_out_of_memory();
    EXPECT_RANGE(scanned() - scanned_before, N, EFFECT_ANY);
    EXPECT_RANGE(stolen() - stolen_before, N * 3 / 4, EFFECT_ANY);
}

/* Pages that were used again outlive one round of reclaim. */
static void touch_until_active(void *arg)
{
    size_t size = (size_t)arg;
    char *p = map_anon(size);

    for (size_t i = 0; i < size; i += PAGE) {
        p[i] = 1;
        if (i % (128 * PAGE) == 0 && vm("nr_active_file") > 0) {
            EXPECT(proc_number("/proc/meminfo", "Active:") > 0);
            return;
        }
    }
}

static void active_pages(void)
{
    struct sysinfo info;

    need_debug_call();
    REQUIRE(sysinfo(&info) == 0);
    write_and_read();
    read_again();
    EXPECT_EQ(run_child(touch_until_active, (void *)info.totalram), 0);
    drop_pages();
    EXPECT_EQ(vm("nr_active_file"), 0);
    EXPECT_EQ(proc_number("/proc/meminfo", "Active:"), 0);
    remove_from_disk();
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
    TEST(meminfo_has_causes),
    TEST(total_is_what_the_machine_has),
    TEST(vmstat_has_causes),
    TEST(zones_serve),
    TEST(pages_are_stolen),
    TEST(active_pages),
    TEST(other_harts_flush),
    TEST(numbers_run_out),
    TEST(bits_by_software),
};

TEST_MAIN(tests)
