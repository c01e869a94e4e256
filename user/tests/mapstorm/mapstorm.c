/* SPDX-License-Identifier: MIT */
/*
 * mapstorm.c - random changes of mappings, against a model with one record per page.
 *
 * The arena is a row of pages over the border of two page tables, with pages that
 * nobody may use at both ends.  Each step maps, unmaps, protects, moves, stores or
 * forks somewhere in it, does the same to the model, and compares the pages it was
 * about and a few others; now and then, and at the end, all of them, and the
 * picture that /proc/self/maps gives.
 *
 * A page has a byte at its start and the same one at its end.  What must not be
 * accessible is tried by system calls, which say EFAULT.
 *
 * The tests with_eviction need a swap disk: threads throw pages of the arena out of
 * memory all the time, in the middle of steps and between them.
 */
#include <fcntl.h>
#include <sys/swap.h>
#include <time.h>
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"
#include "user/tests/mapstorm/storm.h"

#define TABLE (2 * MB)          /* what one page table maps               */
#define STEPS 2500

static void stray_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    note("signal %d at page %ld", sig, ((long)info->si_addr - (long)arena) / (long)PAGE);
    explain();
    _exit(1);
}

/* Eviction */

#define EVICTORS 2
#define SWAP_DISK "/dev/vdb"

static bool evicting, evictors_end;

/* Threads share errno, which the storm looks at. */
static void evict_quietly(size_t i)
{
    uintptr_t at = (uintptr_t)page(i);
    register uintptr_t a0 __asm__("a0") = DEBUG_EVICT;
    register uintptr_t a1 __asm__("a1") = at;
    register uintptr_t a7 __asm__("a7") = SYS_pagoda_debug;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
}

static int evict_all_the_time(void *number)
{
    struct rand r;

    rand_seed(&r, test_seed + (uintptr_t)number);
    while (!__atomic_load_n(&evictors_end, __ATOMIC_RELAXED))
        evict_quietly(rand_below(&r, ARENA));
    _exit(0);
}

static void evict_some(void)
{
    for (size_t n = rand_below(&test_rand, 4); n > 0; n--)
        evict_quietly(rand_below(&test_rand, ARENA));
}

/* The storm */

static void begin(void)
{
    struct sigaction action = { .sa_sigaction = stray_fault, .sa_flags = SA_SIGINFO };
    size_t room = 2 * TABLE + ARENA * PAGE;
    char *p = mmap(NULL, room, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    char first = 0;

    REQUIRE(p != MAP_FAILED);
    arena = p + TABLE - (uintptr_t)p % TABLE + TABLE - ARENA / 2 * PAGE;
    EXPECT_OK(munmap(arena, ARENA * PAGE));
    open_gate(&probes);
    file = open("mapstorm.1", O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(file >= 0 && unlink("mapstorm.1") == 0);
    EXPECT_OK(ftruncate(file, (OBJECT_PAGES - 4) * PAGE));
    EXPECT_EQ(pread(file, &first, 1, 0), 1);
    memset(objects, 0, sizeof(objects));
    objects[THE_FILE].npages = OBJECT_PAGES - 4;
    for (size_t i = 0; i < ARENA; i++)
        model[i] = (struct record){ .object = NOBODY };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void end(void)
{
    check_pages(0, ARENA);
    check_maps();
    for (size_t i = 0; i < OBJECT_PAGES - 4; i++) {
        uint8_t c = 0;

        EXPECT_EQ(pread(file, &c, 1, (off_t)(i * PAGE)), 1);
        EXPECT_EQ(c, objects[THE_FILE].value[i]);
    }
    if (test_failures())
        explain();
    close(file);
    close_gate(&probes);
    EXPECT_OK(munmap(arena, ARENA * PAGE));
}

static void step(void)
{
    static void (*const actions[])(void) = {
        do_map, do_map, do_map, do_unmap, do_protect, do_protect, do_remap, do_remap, do_remap,
        do_remap, do_store, do_store, do_store, do_advise,
    };

    doing.size = doing.to = doing.flags = 0;
    if (doing.step % 512 == 511)
        do_fork();
    else if (doing.step % 512 == 255)
        do_exec();
    else
        actions[rand_below(&test_rand, COUNT(actions))]();
    if (evicting)
        evict_some();
    check_pages(doing.first, doing.count);
    check_pages(doing.to, doing.size);
    check_page(rand_below(&test_rand, ARENA));
    if (doing.step % 128 == 127)
        check_pages(0, ARENA);
}

static void run_steps(unsigned long count)
{
    begin();
    for (doing.step = 0; doing.step < count && !test_failures(); doing.step++)
        step();
    end();
}

static void storm(void)
{
    run_steps(STEPS);
}

static void run_steps_with_eviction(unsigned long count)
{
    pid_t pids[EVICTORS];

    begin();
    evictors_end = false;
    for (size_t i = 0; i < EVICTORS; i++)
        pids[i] = start_thread(i, evict_all_the_time);
    for (doing.step = 0; doing.step < count && !test_failures(); doing.step++)
        step();
    __atomic_store_n(&evictors_end, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i < EVICTORS; i++)
        EXPECT_CHILD(pids[i]);
    end();
    EXPECT_EQ(debug_call(DEBUG_AUDIT, 0, 0), 0);
}

static void begin_evicting(void)
{
    need_debug_call();
    if (access(SWAP_DISK, F_OK) < 0)
        skip("no swap disk");
    REQUIRE(swapon(SWAP_DISK, 0) == 0);
    evicting = true;
}

static void end_evicting(void)
{
    EXPECT(proc_number("/proc/vmstat", "pswpin ") > 0);
    note("%ld pages to swap", proc_number("/proc/vmstat", "pswpout "));
    evicting = false;
    EXPECT_OK(swapoff(SWAP_DISK));
}

static void with_eviction(void)
{
    begin_evicting();
    run_steps_with_eviction(150);
    end_evicting();
}

static void ten_minutes_with_eviction(void)
{
    time_t begin;
    int rounds = 0;

    begin_evicting();
    for (begin = time(NULL); time(NULL) - begin < 600 && !test_failures(); rounds++) {
        run_steps_with_eviction(5000);
        test_seed++;
    }
    note("%d storms", rounds);
    end_evicting();
}

/* What do_exec() leads to. */
static void another(void)
{
}

/* Five storms, each with a seed of its own. */
static void long_storm(void *arg)
{
    (void)arg;
    run_steps(1000000);
}

static void five_million_steps(void)
{
    for (int i = 0; i < 5; i++) {
        rand_seed(&test_rand, test_seed * 5 + (uint64_t)i);
        EXPECT_EQ(run_child(long_storm, NULL), 0);
    }
}

static const struct test tests[] = {
    CHILD_TEST(storm),
    LONG_CHILD_TEST(five_million_steps),
    LONG_CHILD_TEST(with_eviction),
    LONG_CHILD_TEST(ten_minutes_with_eviction),
    NAMED_TEST(another),
};

TEST_MAIN(tests)
