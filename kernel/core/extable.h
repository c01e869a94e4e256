/* SPDX-License-Identifier: MIT */
/*
 * extable.h - instructions that are allowed to fault, and where to go on then.
 *
 * An assembler function that touches user memory writes for each such
 * instruction:
 *
 *     1:  lb   t0, 0(a1)
 *         EXTABLE(1b, out_of_bytes)
 *
 * The registers are untouched when execution goes on at the fixup.
 */
#pragma once

/* Offsets relative to their own place: half as long, and position-independent. */
#ifdef __ASSEMBLY__
#define EXTABLE(insn, fixup)                                                   \
    .pushsection __ex_table, "a";                                              \
    .balign 4;                                                                 \
    .word (insn) - .;                                                          \
    .word (fixup) - .;                                                         \
    .popsection
#else
#include "lib/types.h"

/* The same inside an asm statement. */
#define EXTABLE(insn, fixup)                                                   \
    ".pushsection __ex_table, \"a\"\n.balign 4\n"                              \
    ".word (" insn ") - .\n.word (" fixup ") - .\n.popsection\n"

/* Where to go on if the instruction at PC faults; 0 if it must not. */
uintptr_t extable_find(uintptr_t pc);
#endif
