/* SPDX-License-Identifier: MIT */
/*
 * tlb_batch.h - flushes of several address spaces that can wait for each other.
 *
 * Whoever takes entries away here and there collects which address spaces are
 * concerned, and has each flushed once, before the frames are used for anything else.
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
