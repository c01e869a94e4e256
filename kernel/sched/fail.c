/* SPDX-License-Identifier: MIT */
/*
 * fail.c - fault injection: the n-th for one thread, or by chance for all.
 *
 * One flag keeps the question cheap while nobody has ordered a failure.
 */
#include "kernel/core/counters.h"
#include "kernel/core/panic.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/sched/fail.h"
#include "kernel/sched/thread.h"
#include "lib/string.h"

#define MAX_STACKS 4096             /* that are remembered; a power of 2 */

uint32_t port_fail_orders;          /* threads that ordered one, plus chances [a] */
static uint32_t chance[FAIL_SITES];

/* Stacks by their hash, at the first free place from there on; 0: free. */
static uint32_t stacks[MAX_STACKS]; /*                                        [a] */
static uint32_t nstacks;            /*                                        [a] */

void fail_set_nth(unsigned site, uint32_t n, bool new_stacks)
{
    struct thread *t = current;

    if ((t->fail_countdown == 0) != (n == 0))
        __atomic_fetch_add(&port_fail_orders, n ? 1 : -1, __ATOMIC_RELAXED);
    t->fail_site = site;
    t->fail_countdown = n;
    t->fail_new_stacks = new_stacks;
}

uint32_t fail_nth_left(void)
{
    return current->fail_countdown;
}

void fail_set_chance(unsigned site, uint32_t n)
{
    for (unsigned i = 0; i < FAIL_SITES; i++) {
        if (i != site && site != FAIL_SITES)
            continue;
        if ((chance[i] == 0) != (n == 0))
            __atomic_fetch_add(&port_fail_orders, n ? 1 : -1, __ATOMIC_RELAXED);
        chance[i] = n;
    }
}

size_t fail_nr_stacks(void)
{
    return __atomic_load_n(&nstacks, __ATOMIC_RELAXED);
}

void fail_forget_stacks(void)
{
    memset(stacks, 0, sizeof(stacks));
    nstacks = 0;
}

/* Where HASH is, or the free place for it; NULL: it is not there, and all are taken. */
static uint32_t *place_of(uint32_t hash)
{
    for (size_t i = 0; i < MAX_STACKS; i++) {
        uint32_t *place = &stacks[(hash + i) % MAX_STACKS];
        uint32_t is = __atomic_load_n(place, __ATOMIC_RELAXED);

        if (is == hash || !is)
            return place;
    }
    return NULL;
}

/* Two threads may fail at the same stack at once: it is remembered once. */
static void remember_stack(uint32_t hash)
{
    uint32_t *place, none;

    do {
        none = 0;
        place = place_of(hash);
        if (!place || __atomic_load_n(place, __ATOMIC_RELAXED))
            return;
    } while (!__atomic_compare_exchange_n(place, &none, hash, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    __atomic_fetch_add(&nstacks, 1, __ATOMIC_RELAXED);
}

static bool is_new(uint32_t hash)
{
    const uint32_t *place = place_of(hash);

    return place && !__atomic_load_n(place, __ATOMIC_RELAXED);
}

/* FP is the frame of the running thread, T, where its callers begin. */
static uint32_t hash_stack(const struct thread *t, const void *fp)
{
    uintptr_t stack = (uintptr_t)t->stack;

    return backtrace_hash((uintptr_t)fp, stack, stack + KSTACK_SIZE);
}

static bool is_nth(struct thread *t, enum fail_site site, const void *fp)
{
    uint32_t hash;

    if (t->fail_countdown == 0 || (t->fail_site != site && t->fail_site != FAIL_SITES))
        return false;
    hash = t->fail_new_stacks ? hash_stack(t, fp) : 0;
    if ((hash && !is_new(hash)) || --t->fail_countdown > 0)
        return false;
    if (hash)
        remember_stack(hash);
    __atomic_fetch_sub(&port_fail_orders, 1, __ATOMIC_RELAXED);
    return true;
}

bool port_decide_failure(enum fail_site site)
{
    bool fail = this_hart()->irq_depth == 0
                && is_nth(current, site, __builtin_frame_address(0));

    if (!fail && chance[site] && port_random() % chance[site] == 0)
        fail = true;
    if (fail)
        count_vm_event(VM_FAIL_INJECTED);
    return fail;
}
