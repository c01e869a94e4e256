/* SPDX-License-Identifier: MIT */
/*
 * pte_bits.h - from a VMA's rights to the bits of a page-table entry.
 *
 * Hardware may or may not set A and D by itself.  Where it does not, a fault on
 * a valid entry sets them (vm/fault.c).  The boot argument ad=soft makes every
 * machine behave so: entries are made without A, and W is withheld until the
 * first store, remembered in PTE_SOFT1.
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
    if (pte_soft_ad)
        return bits | (writable ? PTE_WRITE_LATER : 0);
    return bits | PTE_A | (writable ? PTE_W : 0) | (writable && dirty ? PTE_D : 0);
}

/* Whether a store would be allowed, at once or after setting D. */
static inline bool pte_may_write(struct pte e)
{
    return e.bits & (PTE_W | PTE_WRITE_LATER);
}
