/* SPDX-License-Identifier: MIT */
/*
 * trap_frame.h - the registers of whoever was interrupted, as entry.S saves them.
 *
 * A user thread's frame lies at the top of its kernel stack.  The order of the
 * first 32 words is that of Linux's sigcontext: pc, then x1 .. x31.  A frame of
 * the kernel itself lies where its sp was and is followed by a frame record, so
 * that a backtrace walks through the trap.
 */
#pragma once

/* Offsets for the assembler. */
#define FRAME_PC      0
#define FRAME_RA      8
#define FRAME_SP      16
#define FRAME_GP      24
#define FRAME_TP      32
#define FRAME_T0      40
#define FRAME_T1      48
#define FRAME_T2      56
#define FRAME_S0      64
#define FRAME_S1      72
#define FRAME_A0      80
#define FRAME_A1      88
#define FRAME_A2      96
#define FRAME_A3      104
#define FRAME_A4      112
#define FRAME_A5      120
#define FRAME_A6      128
#define FRAME_A7      136
#define FRAME_S2      144
#define FRAME_S3      152
#define FRAME_S4      160
#define FRAME_S5      168
#define FRAME_S6      176
#define FRAME_S7      184
#define FRAME_S8      192
#define FRAME_S9      200
#define FRAME_S10     208
#define FRAME_S11     216
#define FRAME_T3      224
#define FRAME_T4      232
#define FRAME_T5      240
#define FRAME_T6      248
#define FRAME_STATUS  256
#define FRAME_CAUSE   264
#define FRAME_TVAL    272
#define FRAME_ORIG_A0 280
#define FRAME_SIZE    288
#define FRAME_RECORD  16        /* behind a kernel frame: previous s0, pc */

#ifndef __ASSEMBLY__
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

#define FRAME_CHECK(field, offset)                                             \
    _Static_assert(__builtin_offsetof(struct trap_frame, field) == (offset), #field)
FRAME_CHECK(ra, FRAME_RA);
FRAME_CHECK(s0, FRAME_S0);
FRAME_CHECK(a7, FRAME_A7);
FRAME_CHECK(s11, FRAME_S11);
FRAME_CHECK(t6, FRAME_T6);
FRAME_CHECK(status, FRAME_STATUS);
FRAME_CHECK(orig_a0, FRAME_ORIG_A0);
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "trap frame size");

/* Leave the kernel with the registers of FRAME, the user frame at the top of the
 * running thread's stack, after serving signals and reschedules that wait.  For
 * a thread's first return to user mode.  Defined in trap/. */
__attribute__((noreturn)) void trap_return_to_user(struct trap_frame *frame);
#endif
