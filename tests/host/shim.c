/* SPDX-License-Identifier: MIT */
/*
 * shim.c - kernel/port/port.h answered by the host.
 *
 * A thread plays a hart.  Each hart keeps the list of what it holds, so that a
 * lock taken out of rank order is found the first time, without any race.
 * Definitions that the kernel may also supply in a file under test are weak.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kernel/mm/lru.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page.h"
#include "tests/host/shim.h"

#ifdef COVERAGE
void __gcov_dump(void);
#endif

#define MAX_HELD 64
#define SPIN_LIMIT 50000000UL       /* far beyond any real wait: a deadlock */

struct held {
    enum lock_rank rank;
    const char *name;
    bool spinning;
};

static struct hart {
    struct held held[MAX_HELD];
    unsigned nheld;
    bool irqs_off;
    bool in_interrupt;
} harts[MAX_HARTS];

static struct site {
    unsigned calls, hits, fail_at, one_in;
} sites[FAIL_SITES];

static __thread unsigned this_hart;
static uint64_t random_state = 88172645463325252UL;
static bool quiet = true;

__attribute__((weak)) struct frames frames;
struct shim_flushes shim_flushes;

/* Messages */

/* A grader limits processor time.  Say so, or a loop without an end looks like a crash. */
static void out_of_time(int signal_number)
{
    static const char text[] = "out of processor time\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

__attribute__((constructor)) static void expect_limit(void)
{
    signal(SIGXCPU, out_of_time);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("panic: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
#ifdef COVERAGE
    __gcov_dump();
#endif
    abort();
}

void printk(const char *fmt, ...)
{
    va_list ap;

    if (quiet)
        return;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
}

void shim_set_quiet(bool q)
{
    quiet = q;
}

/* Lock ranks */

static struct hart *hart(void)
{
    return &harts[this_hart];
}

static void check_order(enum lock_rank rank, const char *name, bool same_allowed)
{
    struct hart *h = hart();

    for (unsigned i = 0; i < h->nheld; i++) {
        const struct held *held = &h->held[i];

        if (held->rank > rank || (held->rank == rank && !same_allowed))
            panic("lock order: %s (rank %d) taken while %s (rank %d) is held",
                  name, rank, held->name, held->rank);
    }
}

static void push_held(enum lock_rank rank, const char *name, bool spinning)
{
    struct hart *h = hart();

    if (h->nheld == MAX_HELD)
        panic("%s: more than %d locks held", name, MAX_HELD);
    h->held[h->nheld++] = (struct held){ rank, name, spinning };
}

static void pop_held(enum lock_rank rank, const char *name, bool spinning)
{
    struct hart *h = hart();

    for (unsigned i = h->nheld; i-- > 0;) {
        const struct held *held = &h->held[i];

        if (held->rank != rank || held->name != name || held->spinning != spinning)
            continue;
        memmove(&h->held[i], &h->held[i + 1], (h->nheld - i - 1) * sizeof(h->held[0]));
        h->nheld--;
        return;
    }
    panic("%s (rank %d) released but not held", name, rank);
}

void rank_acquire(enum lock_rank rank, const char *name)
{
    check_order(rank, name, false);
    push_held(rank, name, false);
}

void rank_acquire_pair(enum lock_rank rank, const char *name)
{
    check_order(rank, name, true);
    push_held(rank, name, false);
}

void rank_try_acquired(enum lock_rank rank, const char *name)
{
    push_held(rank, name, false);
}

void rank_release(enum lock_rank rank, const char *name)
{
    pop_held(rank, name, false);
}

unsigned shim_locks_held(void)
{
    return hart()->nheld;
}

/* Spinlocks */

void spin_init(struct spinlock *l, enum lock_rank rank, const char *name)
{
    *l = (struct spinlock){ .rank = rank, .name = name };
}

static bool grab(struct spinlock *l)
{
    uint32_t expected = 0;

    if (!__atomic_compare_exchange_n(&l->locked, &expected, 1, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    __atomic_store_n(&l->hart, this_hart + 1, __ATOMIC_RELAXED);
    return true;
}

static void grab_or_die(struct spinlock *l)
{
    for (unsigned long n = 0; !grab(l); n++) {
        if (n == SPIN_LIMIT)
            panic("spinlock %s never comes free (held by hart %d)", l->name, l->hart - 1);
        sched_yield();
    }
    push_held(l->rank, l->name, true);
}

void spin_lock(struct spinlock *l)
{
    if (spin_is_mine(l))
        panic("spinlock %s taken twice by hart %u", l->name, this_hart);
    check_order(l->rank, l->name, false);
    grab_or_die(l);
}

bool spin_trylock(struct spinlock *l)
{
    if (!grab(l))
        return false;
    push_held(l->rank, l->name, true);
    return true;
}

void spin_unlock(struct spinlock *l)
{
    if (!spin_is_mine(l))
        panic("spinlock %s released by hart %u, which does not hold it", l->name, this_hart);
    pop_held(l->rank, l->name, true);
    __atomic_store_n(&l->hart, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

bool spin_is_mine(const struct spinlock *l)
{
    return __atomic_load_n(&l->locked, __ATOMIC_RELAXED) &&
           __atomic_load_n(&l->hart, __ATOMIC_RELAXED) == this_hart + 1;
}

uint64_t spin_lock_irqsave(struct spinlock *l)
{
    uint64_t flags = !hart()->irqs_off;

    hart()->irqs_off = true;
    spin_lock(l);
    return flags;
}

void spin_unlock_irqrestore(struct spinlock *l, uint64_t flags)
{
    if (!hart()->irqs_off)
        panic("spinlock %s: interrupts came on while it was held", l->name);
    spin_unlock(l);
    hart()->irqs_off = !flags;
}

void spin_lock_pair(struct spinlock *a, struct spinlock *b)
{
    struct spinlock *first = a < b ? a : b, *second = a < b ? b : a;

    spin_lock(first);
    if (first == second)
        return;
    check_order(second->rank, second->name, true);
    grab_or_die(second);
}

void spin_unlock_pair(struct spinlock *a, struct spinlock *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
}

/* Harts */

unsigned port_hart_index(void)
{
    return this_hart;
}

bool port_in_atomic(void)
{
    struct hart *h = hart();

    for (unsigned i = 0; i < h->nheld; i++)
        if (h->held[i].spinning)
            return true;
    return h->in_interrupt;
}

void shim_set_hart(unsigned index)
{
    if (index >= MAX_HARTS)
        panic("there is no hart %u", index);
    this_hart = index;
}

void shim_set_interrupt(bool serving)
{
    hart()->in_interrupt = serving;
}

/* Chance and failure */

uint64_t port_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

void shim_seed(uint64_t seed)
{
    random_state = seed * 2685821657736338717UL | 1;
}

uint32_t port_fail_orders = 1;      /* every call is counted */

bool port_decide_failure(enum fail_site site)
{
    struct site *s = &sites[site];

    s->calls++;
    if (s->calls != s->fail_at && !(s->one_in && port_random() % s->one_in == 0))
        return false;
    s->hits++;
    return true;
}

void shim_fail_nth(enum fail_site site, unsigned nth)
{
    sites[site].fail_at = nth ? sites[site].calls + nth : 0;
}

void shim_fail_one_in(enum fail_site site, unsigned n)
{
    sites[site].one_in = n;
}

unsigned shim_fail_calls(enum fail_site site)
{
    return sites[site].calls;
}

unsigned shim_fail_hits(enum fail_site site)
{
    return sites[site].hits;
}

void shim_fail_reset(void)
{
    memset(sites, 0, sizeof(sites));
}

/* Memory */

static void *ram;

void shim_ram_create(pfn_t first_pfn, size_t npages)
{
    if (ram)
        panic("the arena exists already");
    ram = aligned_alloc(PT_LEAF_SIZE(1), (npages * PAGE_SIZE + PT_LEAF_SIZE(1) - 1) &
                                         ~(PT_LEAF_SIZE(1) - 1));
    frames.pages = calloc(npages, sizeof(struct page));
    if (!ram || !frames.pages)
        panic("no host memory for %zu frames", npages);
    memset(ram, 0, npages * PAGE_SIZE);
    frames.first_pfn = first_pfn;
    frames.end_pfn = first_pfn + npages;
    frames.va_offset = (uintptr_t)ram - (first_pfn << PAGE_SHIFT);
}

void shim_ram_destroy(void)
{
    free(ram);
    free(frames.pages);
    ram = NULL;
    frames = (struct frames){ 0 };
}

/* TLB flushes: only counted */

static void note_range(unsigned *count, vaddr_t start, vaddr_t end)
{
    (*count)++;
    shim_flushes.start = start;
    shim_flushes.end = end;
}

/* Lists of evictable pages */

__attribute__((weak)) void lru_forget(struct page *page)
{
    panic("page %p freed, but it is listed", (void *)page);
}

__attribute__((weak)) void lru_group_begin(struct lru_group *g, const struct page *page)
{
    (void)g;
    panic("page %p freed, but it is listed", (const void *)page);
}

__attribute__((weak)) void lru_group_end(struct lru_group *g)
{
    if (g->flags != LRU_NO_GROUP)
        panic("pages with flags %x freed, but there are no lists", g->flags);
}

__attribute__((weak)) void tlb_flush_page(struct mmu_context *ctx, vaddr_t va)
{
    (void)ctx;
    note_range(&shim_flushes.page, va, va + PAGE_SIZE);
}

__attribute__((weak)) void tlb_flush_range(struct mmu_context *ctx, vaddr_t start, vaddr_t end)
{
    (void)ctx;
    note_range(&shim_flushes.range, start, end);
}

__attribute__((weak)) void tlb_flush_all(struct mmu_context *ctx)
{
    (void)ctx;
    shim_flushes.all++;
}

__attribute__((weak)) void tlb_flush_page_local(struct mmu_context *ctx, vaddr_t va)
{
    (void)ctx;
    note_range(&shim_flushes.local, va, va + PAGE_SIZE);
}

__attribute__((weak)) void tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
    note_range(&shim_flushes.kernel, start, end);
}
