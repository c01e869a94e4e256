/* SPDX-License-Identifier: MIT */
/*
 * layout.c - draw where the parts of an address space begin.
 *
 * The three areas that grow towards each other keep page granularity, so that none
 * costs more page tables than where it lies demands.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/random.h"
#include "kernel/vm/layout.h"
#include "kernel/vm/mm.h"
#include "lib/bitops.h"

BOOTARG(norandmaps, "put stack, heap and mappings at the same addresses in every program");

/* Pages to choose from, as bits: as many as Linux has where there are three levels of tables.
 * The heap's are fewer, since programs with fixed addresses expect it near. */
#define STACK_BITS   18
#define MMAP_BITS    18
#define PROGRAM_BITS 18
#define BRK_BITS     13

#define STACK_LEAST  (8UL << 20)            /* room for the stack, even where its limit is lower */
#define STACK_MOST   (USER_END / 6 * 5)     /* ... and even where it has none                    */
#define PROGRAM_BASE (USER_END / 3 * 2 & PAGE_MASK)

enum { RANDOM_NOTHING, RANDOM_ALL_BUT_HEAP, RANDOM_ALL };

unsigned randomize_va_space = RANDOM_ALL;

static size_t draw(unsigned bits)
{
    return (port_random() >> (64 - bits)) << PAGE_SHIFT;
}

void layout_choose(struct layout *l, uint64_t stack_limit, bool fixed)
{
    size_t room = MAX(MIN(stack_limit, STACK_MOST), STACK_LEAST) + STACK_GUARD;
    bool random = !fixed && randomize_va_space != RANDOM_NOTHING;

    l->stack_top = USER_END - PAGE_SIZE - (random ? draw(STACK_BITS) : 0);
    l->mmap_base = align_down(l->stack_top - room, PAGE_SIZE) - (random ? draw(MMAP_BITS) : 0);
    l->program = PROGRAM_BASE + (random ? draw(PROGRAM_BITS) : 0);
    l->brk_gap = random && randomize_va_space >= RANDOM_ALL ? draw(BRK_BITS) : 0;
}

void layout_init(void)
{
    if (bootarg_bool("norandmaps", false))
        randomize_va_space = RANDOM_NOTHING;
}
