/* SPDX-License-Identifier: MIT */
/*
 * tlb_batch.c - flushes of several address spaces that can wait for each other.
 */
#include "kernel/mm/tlb_batch.h"

void tlb_batch_add(struct tlb_batch *b, struct mmu_context *ctx, vaddr_t va)
{
    unsigned i = 0;

    while (i < b->n && b->due[i].ctx != ctx)
        i++;
    if (i == TLB_BATCH_CONTEXTS) {
        tlb_flush_page(ctx, va);
        return;
    }
    if (i < b->n) {
        b->due[i].several |= b->due[i].va != va;
        return;
    }
    mmu_context_get(ctx);
    tlb_owe(ctx);
    b->due[i].ctx = ctx;
    b->due[i].va = va;
    b->due[i].several = false;
    b->n++;
}

void tlb_batch_flush(struct tlb_batch *b)
{
    for (unsigned i = 0; i < b->n; i++) {
        struct mmu_context *ctx = b->due[i].ctx;

        if (b->due[i].several)
            tlb_flush_all(ctx);
        else
            tlb_flush_page(ctx, b->due[i].va);
        tlb_owe_no_more(ctx);
        mmu_context_put(ctx);
    }
    b->n = 0;
}
