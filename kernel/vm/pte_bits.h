/* SPDX-License-Identifier: MIT */
/*
 * pte_bits.h - from a VMA's rights to the bits of a page-table entry.
 *
 * Hardware may or may not set A and D by itself.  The fault that makes an entry sets
 * them for its own access; where the hardware does not set them later, a fault on
 * the valid entry does (vm/fault.c).  The boot argument ad=soft makes every machine
 * behave so for D: W is withheld until the first store, remembered in PTE_SOFT1.
 */
#pragma once
#include "kernel/vm/vma.h"

#define PTE_WRITE_LATER PTE_SOFT1       /* may be written, but W waits for D */

extern bool pte_soft_ad;                /* boot argument ad=soft          [c] */

/* Rights of a leaf in a VMA with FLAGS; with W only if WRITABLE (not shared
 * with anybody), and already dirty if DIRTY. */
static inline uint64_t vma_pte_bits(uint32_t flags, bool writable, bool dirty)
{
    uint64_t bits = PTE_V | PTE_U;

    if (flags & (VM_READ | VM_WRITE))
        bits |= PTE_R;
    if (flags & VM_EXEC)
        bits |= PTE_X;
    bits |= PTE_A;
    if (!writable)
        return bits;
    if (dirty)
        return bits | PTE_W | PTE_D;
    return bits | (pte_soft_ad ? PTE_WRITE_LATER : PTE_W);
}

/* Entry OLD, which has a frame, as a VMA with FLAGS wants it, without W. (mprotect.c) */
struct pte pte_for_vma(struct pte old, uint32_t flags);

/* Whether a store would be allowed, at once or after setting D. */
static inline bool pte_may_write(struct pte e)
{
    return e.bits & (PTE_W | PTE_WRITE_LATER);
}
