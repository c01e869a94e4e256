/* SPDX-License-Identifier: MIT */
/*
 * mmu_context.h - which address space a hart uses, and what its TLB remembers.
 *
 * The floor-4 half of an address space: root, ASIDs and the set of harts that
 * may hold its translations.  vm/mm.h embeds one in struct mm.
 *
 * Every hart numbers address spaces for itself (its TLB is its own), so handing
 * out an ASID needs no lock, and rolling over flushes one TLB: the hart's own,
 * while nothing of the old numbering runs on it.  An address space that is not
 * running on a hart is flushed there by forgetting its number.
 *
 * A kernel thread borrows the root it finds; a hart that goes idle among several
 * gives it back, so that nobody interrupts it for a flush.
 */
#pragma once
#include "kernel/mm/pagetable.h"
#include "lib/list.h"

struct mmu_context {
    struct pagetable pt;
    struct list retired;        /* tables that harts may still walk      [map lock] */
    uint64_t asid[MAX_HARTS];   /* generation << 16 | number on each hart; 0: none [a] */
    uint64_t harts;             /* harts that have ever run it                [a] */
    int32_t refcount;           /* users of the root: mm + borrowing harts    [a] */
    int32_t nowed;              /* flushes that are owed: tlb_batch.h         [a] */
    void (*release)(struct mmu_context *ctx);   /* last reference gone        [c] */
};

/* Make an empty context whose kernel half is the shared one, with one reference.
 * RELEASE must not sleep.  0 or -ENOMEM.  May sleep. */
int mmu_context_init(struct mmu_context *ctx, void (*release)(struct mmu_context *ctx));
/* Free the root; the user half must be empty. */
void mmu_context_fini(struct mmu_context *ctx);
/* Tables that pt_free_tables() took out: make every hart forget them, and free them.  The
 * owner's lock is held as for taking them out, but no spinlock. */
void mmu_context_free_retired(struct mmu_context *ctx);
void mmu_context_get(struct mmu_context *ctx);
void mmu_context_put(struct mmu_context *ctx);

/*
 * This hart runs CTX from now on; one write of satp at most.  NULL: no user
 * address space is needed, the last one stays as a loan.  The caller sees to it
 * that CTX lives while it runs; a thread that drops its own address space calls
 * this with NULL first.  Interrupts off.
 */
void mmu_context_switch(struct mmu_context *ctx);
/* This hart goes idle: give a loan back and use the kernel's own root. */
void mmu_context_leave(void);
/* Read what satp can do; once, on the boot hart, before any other call. */
void mmu_context_start(void);

/* Forget translations of CTX on every hart that may have them; returns when all
 * have.  Nothing held that an interrupt handler or spinning hart needs. */
void tlb_flush_page(struct mmu_context *ctx, vaddr_t va);
void tlb_flush_range(struct mmu_context *ctx, vaddr_t start, vaddr_t end);
void tlb_flush_all(struct mmu_context *ctx);
/* This hart only, e.g. after rights were gained. */
void tlb_flush_page_local(struct mmu_context *ctx, vaddr_t va);
/* Kernel addresses, on all harts. */
void tlb_flush_kernel(vaddr_t start, vaddr_t end);

/* Every hart that runs CTX (NULL: every hart) passes a full fence during this call.  As for a
 * flush, nothing held that a spinning hart needs. */
void mmu_context_barrier(const struct mmu_context *ctx);

/* Serve this hart's shootdown inbox: from the IPI, and from every loop that
 * spins with interrupts off. */
void tlb_serve_inbox(void);

extern struct pagetable kernel_pt;      /* the kernel half all roots share */
