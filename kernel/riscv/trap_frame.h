/* SPDX-License-Identifier: MIT */
/*
 * trap_frame.h - the registers of whoever was interrupted, as entry.S saves them.
 *
 * A user thread's frame lies at the top of its kernel stack.  The order of the
 * first 32 words is that of Linux's sigcontext: pc, then x1 .. x31.
 */
#pragma once
#include "lib/types.h"

struct trap_frame {
    uint64_t pc;                                /* 0   sepc                       */
    uint64_t ra, sp, gp, tp;                    /* 8   x1 .. x4                   */
    uint64_t t0, t1, t2;                        /* 40  x5 .. x7                   */
    uint64_t s0, s1;                            /* 64  x8, x9                     */
    uint64_t a0, a1, a2, a3, a4, a5, a6, a7;    /* 80  x10 .. x17                 */
    uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;  /* 144 x18 .. x27         */
    uint64_t t3, t4, t5, t6;                    /* 224 x28 .. x31                 */
    uint64_t status;                            /* 256 sstatus                    */
    uint64_t cause;                             /* 264 scause                     */
    uint64_t tval;                              /* 272 stval                      */
    uint64_t orig_a0;                           /* 280 a0 at the ecall, to restart*/
};
_Static_assert(sizeof(struct trap_frame) == 288, "entry.S knows the layout");
