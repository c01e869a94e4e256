/* SPDX-License-Identifier: MIT */
/*
 * mmu_context.c - ASIDs, switching, flushing, shootdown.
 *
 * Between a hart that switches to CTX and one that flushes it:
 *
 *     switching hart              flushing hart
 *       active = CTX                change the entries
 *       fence                       asid[h] = 0
 *       read asid[h]                fence
 *       write satp                  active == CTX?  then interrupt h
 *
 * One of the two sees the other: either the switcher finds no ASID and takes a
 * fresh one, under which the TLB knows nothing, or the flusher finds it active.
 *
 * Shootdown: each hart has one request of its own and an inbox with one bit per
 * sender.  A sender waits until every target has cleared its bit in `waiting`,
 * and meanwhile serves its own inbox, so that two can shoot at each other.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/counters.h"
#include "kernel/core/machine.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/trace.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/mmu_context.h"
#include "kernel/mm/page.h"
#include "kernel/mm/table_stock.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/layout.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

BOOTARG(asids, "debug: use at most this many address space numbers; 0: none");

#define FLUSH_ALL_PAGES 32          /* above this, one fence of all is cheaper */
#define STUCK_SECONDS   60
#define GENERATION_SHIFT 16

struct request {
    struct mmu_context *ctx;        /* NULL: kernel addresses */
    vaddr_t start, end;
};

static struct hart_tlb {
    uint64_t generation;            /* of this hart's ASIDs                 [p] */
    uint64_t next_asid;             /*                                      [p] */
    struct mmu_context *active;     /* whose translations it uses           [a] */
    struct request request;         /* its own; valid while waiting != 0        */
    uint64_t waiting;               /* harts that have not yet answered     [a] */
    uint64_t inbox;                 /* harts whose request waits here       [a] */
} __attribute__((aligned(64))) tlbs[MAX_HARTS];

static uint64_t max_asid;           /* 0: the machine has none              [c] */

static struct hart_tlb *my_tlb(void)
{
    return &tlbs[this_hart()->index];
}

/* Tables and roots */

static void retire_table(struct pagetable *pt, paddr_t table)
{
    struct mmu_context *ctx = container_of(pt, struct mmu_context, pt);

    list_insert_head(&ctx->retired, &phys_to_page(table)->link);
}

/* A fence for an address orders what was read of leaf entries alone; a pointer to a table
 * may be remembered until the whole space is flushed (Privileged Architecture, SFENCE.VMA). */
void mmu_context_free_retired(struct mmu_context *ctx)
{
    struct list *link;

    if (list_is_empty(&ctx->retired))
        return;
    tlb_flush_all(ctx);
    while ((link = list_pop_head(&ctx->retired)))
        table_stock_give(&ctx->pt, page_to_phys(list_entry(link, struct page, link)));
}

int mmu_context_init(struct mmu_context *ctx, void (*release)(struct mmu_context *ctx))
{
    paddr_t root = table_stock_take(NULL);

    if (!root)
        return -ENOMEM;
    kernel_map_copy_root(root);
    *ctx = (struct mmu_context){
        .pt = { .root = root, .new_table = table_stock_take, .free_table = table_stock_give,
                .retire_table = retire_table },
        .refcount = 1,
        .release = release,
    };
    list_init(&ctx->retired);
    return 0;
}

void mmu_context_fini(struct mmu_context *ctx)
{
    DEBUG_ASSERT(ctx->pt.ntables == 0 && list_is_empty(&ctx->retired));
    kernel_map_clear_root(ctx->pt.root);
    table_stock_give(&ctx->pt, ctx->pt.root);
    ctx->pt.root = 0;
}

void mmu_context_get(struct mmu_context *ctx)
{
    __atomic_fetch_add(&ctx->refcount, 1, __ATOMIC_RELAXED);
}

void mmu_context_put(struct mmu_context *ctx)
{
    if (__atomic_sub_fetch(&ctx->refcount, 1, __ATOMIC_ACQ_REL) == 0)
        ctx->release(ctx);
}

/* ASIDs and switching */

/* How many ASID bits stick when written says how many there are. */
void mmu_context_start(void)
{
    uint64_t satp = csr_read(satp);

    csr_write(satp, satp | SATP_ASID_MASK << SATP_ASID_SHIFT);
    max_asid = csr_read(satp) >> SATP_ASID_SHIFT & SATP_ASID_MASK;
    csr_write(satp, satp);
    sfence_all();
    max_asid = min_u64(max_asid, bootarg_u64("asids", max_asid));
    for (unsigned i = 0; i < MAX_HARTS; i++)
        tlbs[i] = (struct hart_tlb){ .generation = 1, .next_asid = 1 };
    ipi_set_handler(IPI_TLB, tlb_serve_inbox);
    spin_set_wait_hook(tlb_serve_inbox);
}

static void flush_everything(void)
{
    sfence_all();
    count_vm_event(VM_TLB_LOCAL_ALL);
}

/* *ANEW: numbers are given once more from now on, and the TLB is to forget what they meant. */
static uint64_t new_asid(struct hart_tlb *tlb, bool *anew)
{
    *anew = tlb->next_asid > max_asid;
    if (*anew) {
        tlb->generation++;
        tlb->next_asid = 1;
        count_vm_event(VM_ASID_ROLLOVER);
    }
    return tlb->generation << GENERATION_SHIFT | (max_asid ? tlb->next_asid++ : 0);
}

static void load_root(paddr_t root, uint64_t asid)
{
    csr_write(satp, SATP_SV39 | (asid & SATP_ASID_MASK) << SATP_ASID_SHIFT | root >> PAGE_SHIFT);
}

/*
 * The TLB is flushed behind the change of the root: until then the hart may walk the old one
 * ahead of time, under its old number (Privileged Architecture, SFENCE.VMA).
 */
static void activate(struct mmu_context *ctx, size_t hart)
{
    struct hart_tlb *tlb = &tlbs[hart];
    bool anew = false;
    uint64_t asid;

    __atomic_store_n(&tlb->active, ctx, __ATOMIC_RELEASE);
    if (!(__atomic_load_n(&ctx->harts, __ATOMIC_RELAXED) >> hart & 1))
        __atomic_fetch_or(&ctx->harts, 1UL << hart, __ATOMIC_RELAXED);
    memory_barrier();
    asid = __atomic_load_n(&ctx->asid[hart], __ATOMIC_RELAXED);
    if (__builtin_expect(asid >> GENERATION_SHIFT != tlb->generation, 0)) {
        asid = new_asid(tlb, &anew);
        __atomic_store_n(&ctx->asid[hart], asid, __ATOMIC_RELAXED);
    }
    load_root(ctx->pt.root, asid);
    if (__builtin_expect(anew, 0))
        flush_everything();
}

void mmu_context_switch(struct mmu_context *ctx)
{
    struct hart *h = this_hart();
    struct mmu_context *last = h->mmu;
    bool borrowed = h->mmu_borrowed;

    if (!ctx) {
        if (last && !borrowed) {
            mmu_context_get(last);
            h->mmu_borrowed = true;
        }
        return;
    }
    h->mmu_borrowed = false;
    if (ctx != last) {
        h->mmu = ctx;
        activate(ctx, h->index);
    }
    if (borrowed)
        mmu_context_put(last);
}

void mmu_context_leave(void)
{
    struct hart *h = this_hart();
    struct mmu_context *last = h->mmu;

    if (!last || nr_harts == 1)
        return;
    h->mmu = NULL;
    load_root(kernel_pt.root, 0);
    __atomic_store_n(&tlbs[h->index].active, NULL, __ATOMIC_RELEASE);
    if (h->mmu_borrowed) {
        h->mmu_borrowed = false;
        mmu_context_put(last);
    }
}

/* Flushing this hart */

static void flush_user(vaddr_t start, vaddr_t end)
{
    uint64_t asid = csr_read(satp) >> SATP_ASID_SHIFT & SATP_ASID_MASK;

    if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
        count_vm_event(VM_TLB_LOCAL_ALL);
        sfence_asid(asid);
        return;
    }
    count_vm_events(VM_TLB_LOCAL_ONE, (end - start) >> PAGE_SHIFT);
    for (vaddr_t va = start; va < end; va += PAGE_SIZE)
        sfence_va_asid(va, asid);
}

static void flush_kernel(vaddr_t start, vaddr_t end)
{
    if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
        flush_everything();
        return;
    }
    for (vaddr_t va = start; va < end; va += PAGE_SIZE)
        sfence_va(va);
}

static inline void flush_user_here(struct mmu_context *ctx, vaddr_t start, vaddr_t end)
{
    if (my_tlb()->active == ctx)
        flush_user(start, end);
    else
        __atomic_store_n(&ctx->asid[this_hart()->index], 0, __ATOMIC_RELAXED);
}

static void flush_here(const struct request *r)
{
    if (r->ctx)
        flush_user_here(r->ctx, r->start, r->end);
    else
        flush_kernel(r->start, r->end);
}

/* Flushing others */

void tlb_serve_inbox(void)
{
    struct hart_tlb *tlb = my_tlb();
    uint64_t me = 1UL << this_hart()->index;
    uint64_t senders;

    if (!__atomic_load_n(&tlb->inbox, __ATOMIC_RELAXED))
        return;
    senders = __atomic_exchange_n(&tlb->inbox, 0, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; senders; i++, senders >>= 1) {
        if (!(senders & 1))
            continue;
        count_vm_event(VM_TLB_REMOTE_RECEIVED);
        flush_here(&tlbs[i].request);
        __atomic_fetch_and(&tlbs[i].waiting, ~me, __ATOMIC_RELEASE);
    }
}

static void wait_for_answers(struct hart_tlb *tlb)
{
    uint64_t start = time_read();

    while (__atomic_load_n(&tlb->waiting, __ATOMIC_ACQUIRE)) {
        if (!interrupts_are_on())
            tlb_serve_inbox();
        cpu_pause();
        if (PAGODA_DEBUG && time_read() - start > STUCK_SECONDS * machine.timebase)
            panic("TLB shootdown: harts %lx have not answered for %u s", tlb->waiting,
                  STUCK_SECONDS);
    }
}

static void shoot(uint64_t targets, const struct request *r)
{
    struct hart_tlb *tlb = my_tlb();
    uint64_t me = 1UL << this_hart()->index;

    if (!targets)
        return;
    count_vm_event(VM_TLB_REMOTE_FLUSH);
    tlb->request = *r;
    __atomic_store_n(&tlb->waiting, targets, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < nr_harts; i++) {
        if (!(targets >> i & 1))
            continue;
        __atomic_fetch_or(&tlbs[i].inbox, me, __ATOMIC_RELEASE);
        ipi_send(i, IPI_TLB);
    }
    wait_for_answers(tlb);
}

static bool is_active(unsigned hart, const struct mmu_context *ctx)
{
    return __atomic_load_n(&tlbs[hart].active, __ATOMIC_RELAXED) == ctx;
}

/* The other harts that use CTX right now; those that do not forget its ASID. */
static uint64_t find_targets(struct mmu_context *ctx)
{
    uint64_t others = __atomic_load_n(&ctx->harts, __ATOMIC_RELAXED)
                    & ~(1UL << this_hart()->index);
    uint64_t targets = 0;

    for (unsigned i = 0; others >> i; i++) {
        if (!(others >> i & 1))
            continue;
        if (is_active(i, ctx))
            targets |= 1UL << i;
        else
            __atomic_store_n(&ctx->asid[i], 0, __ATOMIC_RELAXED);
    }
    memory_barrier();
    for (unsigned i = 0; others >> i; i++) {
        if ((others >> i & 1) && is_active(i, ctx))
            targets |= 1UL << i;
    }
    return targets;
}

static __attribute__((noinline))
void flush_others(struct mmu_context *ctx, vaddr_t start, vaddr_t end)
{
    struct request r = { .ctx = ctx, .start = start, .end = end };

    shoot(find_targets(ctx), &r);
}

static inline void flush_everywhere(struct mmu_context *ctx, vaddr_t start, vaddr_t end)
{
    trace(TRACE_TLB, start, end);
    memory_barrier();
    flush_user_here(ctx, start, end);
    if (nr_harts > 1)
        flush_others(ctx, start, end);
}

void tlb_flush_range(struct mmu_context *ctx, vaddr_t start, vaddr_t end)
{
    flush_everywhere(ctx, align_down(start, PAGE_SIZE), align_up(end, PAGE_SIZE));
}

void tlb_flush_page(struct mmu_context *ctx, vaddr_t va)
{
    tlb_flush_range(ctx, va, va + 1);
}

void tlb_flush_all(struct mmu_context *ctx)
{
    flush_everywhere(ctx, 0, LINEAR_SIZE);
}

void tlb_flush_page_local(struct mmu_context *ctx, vaddr_t va)
{
    va = align_down(va, PAGE_SIZE);
    flush_user_here(ctx, va, va + PAGE_SIZE);
}

void tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
    struct request r = { .start = align_down(start, PAGE_SIZE), .end = align_up(end, PAGE_SIZE) };
    uint64_t all = (1UL << nr_harts) - 1;

    trace(TRACE_TLB, start, end);
    memory_barrier();
    flush_here(&r);
    shoot(all & ~(1UL << this_hart()->index), &r);
}

/* An empty request: who has answered it has passed a fence since it was made.  A hart that is
 * passed over, because another address space is active there, has passed one in activate(). */
void mmu_context_barrier(const struct mmu_context *ctx)
{
    unsigned me = this_hart()->index;
    struct request nothing = { 0 };
    uint64_t targets = 0;

    memory_barrier();
    for (unsigned i = 0; i < nr_harts; i++)
        if (i != me && (!ctx || is_active(i, ctx)))
            targets |= 1UL << i;
    shoot(targets, &nothing);
    memory_barrier();
}
