/* SPDX-License-Identifier: MIT */
/*
 * fail.c - fault injection: the n-th for one thread, or by chance for all.
 *
 * One flag keeps the question cheap while nobody has ordered a failure.
 */
#include "kernel/core/counters.h"
#include "kernel/sched/fail.h"
#include "kernel/sched/thread.h"

static uint32_t orders;             /* threads that ordered one, plus chances [a] */
static uint32_t chance[FAIL_SITES];

void fail_set_nth(unsigned site, uint32_t n)
{
    struct thread *t = current;

    if ((t->fail_countdown == 0) != (n == 0))
        __atomic_fetch_add(&orders, n ? 1 : -1, __ATOMIC_RELAXED);
    t->fail_site = site;
    t->fail_countdown = n;
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
            __atomic_fetch_add(&orders, n ? 1 : -1, __ATOMIC_RELAXED);
        chance[i] = n;
    }
}

static bool is_nth(struct thread *t, enum fail_site site)
{
    if (t->fail_countdown == 0 || (t->fail_site != site && t->fail_site != FAIL_SITES))
        return false;
    if (--t->fail_countdown > 0)
        return false;
    __atomic_fetch_sub(&orders, 1, __ATOMIC_RELAXED);
    return true;
}

static __attribute__((noinline)) bool decide(enum fail_site site)
{
    bool fail = this_hart()->irq_depth == 0 && is_nth(current, site);

    if (!fail && chance[site] && port_random() % chance[site] == 0)
        fail = true;
    if (fail)
        count_vm_event(VM_FAIL_INJECTED);
    return fail;
}

bool port_should_fail(enum fail_site site)
{
    return __builtin_expect(__atomic_load_n(&orders, __ATOMIC_RELAXED) != 0, 0) && decide(site);
}
