/* SPDX-License-Identifier: MIT */
/*
 * mmu_context.h - which address space a hart uses, and what its TLB remembers.
 *
 * The floor-4 half of an address space: root, ASID and the set of harts that
 * may hold its translations.  vm/mm.h embeds one in struct mm.
 */
#pragma once
#include "kernel/mm/pagetable.h"

struct mmu_context {
    struct pagetable pt;
    uint64_t asid;              /* generation << 16 | ASID             [RANK_MMU] */
    uint64_t harts;             /* harts whose TLB may know it                [a] */
    int32_t refcount;           /* users of the root: mm + borrowing harts    [a] */
    void (*release)(struct mmu_context *ctx);   /* last reference gone        [c] */
};

/* Make an empty context whose kernel half is the shared one.  0 or -ENOMEM. */
int mmu_context_init(struct mmu_context *ctx, void (*release)(struct mmu_context *ctx));
/* Free the root; the user half must be empty. */
void mmu_context_fini(struct mmu_context *ctx);
void mmu_context_get(struct mmu_context *ctx);
void mmu_context_put(struct mmu_context *ctx);

/* This hart runs CTX from now on (NULL: keep the last one, borrowed).  One
 * write of satp at most; called by the scheduler with interrupts off. */
void mmu_context_switch(struct mmu_context *ctx);

/* Forget translations of CTX on every hart that may have them; returns when all
 * have.  Nothing held that an interrupt handler or spinning hart needs. */
void tlb_flush_page(struct mmu_context *ctx, vaddr_t va);
void tlb_flush_range(struct mmu_context *ctx, vaddr_t start, vaddr_t end);
void tlb_flush_all(struct mmu_context *ctx);
/* This hart only, e.g. after rights were gained. */
void tlb_flush_page_local(struct mmu_context *ctx, vaddr_t va);
/* Kernel addresses, on all harts. */
void tlb_flush_kernel(vaddr_t start, vaddr_t end);

/* Serve this hart's shootdown inbox: from the IPI, and from every loop that
 * spins with interrupts off. */
void tlb_serve_inbox(void);

extern struct pagetable kernel_pt;      /* the kernel half all roots share */
