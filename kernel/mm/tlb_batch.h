/* SPDX-License-Identifier: MIT */
/*
 * tlb_batch.h - flushes of several address spaces that can wait for each other.
 *
 * Whoever takes entries away here and there collects which address spaces are
 * concerned, and has each flushed once, before the frames are used for anything else.
 *
 * Until then a hart may still translate an address whose entry is gone.  Whoever finds none,
 * and promises that the address leads nowhere, or elsewhere, has to know: each address space
 * counts the flushes that it is owed, from before the first of its entries goes.
 */
#pragma once
#include "kernel/mm/mmu_context.h"

#define TLB_BATCH_CONTEXTS 8

/* All zero at first. */
struct tlb_batch {
    struct {
        struct mmu_context *ctx;    /* referenced                             */
        vaddr_t va;
        bool several;               /* addresses: then all of it is flushed   */
    } due[TLB_BATCH_CONTEXTS];
    unsigned n;
};

/* VA of CTX is to be flushed; at once if the batch is full.  Never sleeps. */
void tlb_batch_add(struct tlb_batch *b, struct mmu_context *ctx, vaddr_t va);
/* Flush all that is due.  No spinlock is held. */
void tlb_batch_flush(struct tlb_batch *b);

/* Around taking an entry of CTX away and adding it to a batch. */
static inline void tlb_owe(struct mmu_context *ctx)
{
    __atomic_fetch_add(&ctx->nowed, 1, __ATOMIC_SEQ_CST);
}
static inline void tlb_owe_no_more(struct mmu_context *ctx)
{
    __atomic_fetch_sub(&ctx->nowed, 1, __ATOMIC_RELEASE);
}
/* Entries of CTX were looked at: if somebody has taken some away and not flushed yet, flush.
 * No spinlock is held. */
static inline void tlb_flush_owed(struct mmu_context *ctx)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__builtin_expect(__atomic_load_n(&ctx->nowed, __ATOMIC_ACQUIRE) > 0, 0))
        tlb_flush_all(ctx);
}
