/* SPDX-License-Identifier: MIT */
/*
 * switch.S - from one thread's stack to another's.
 *
 * A C function may clobber all other registers, so these are a thread: what the
 * calling convention calls callee-saved.  struct switch_context is their layout.
 */
    .text

/* void switch_context(struct switch_context *from, struct switch_context *to) */
    .globl switch_context
switch_context:
    sd      ra, 0(a0)
    sd      sp, 8(a0)
    sd      s0, 16(a0)
    sd      s1, 24(a0)
    sd      s2, 32(a0)
    sd      s3, 40(a0)
    sd      s4, 48(a0)
    sd      s5, 56(a0)
    sd      s6, 64(a0)
    sd      s7, 72(a0)
    sd      s8, 80(a0)
    sd      s9, 88(a0)
    sd      s10, 96(a0)
    sd      s11, 104(a0)

    ld      ra, 0(a1)
    ld      sp, 8(a1)
    ld      s0, 16(a1)
    ld      s1, 24(a1)
    ld      s2, 32(a1)
    ld      s3, 40(a1)
    ld      s4, 48(a1)
    ld      s5, 56(a1)
    ld      s6, 64(a1)
    ld      s7, 72(a1)
    ld      s8, 80(a1)
    ld      s9, 88(a1)
    ld      s10, 96(a1)
    ld      s11, 104(a1)
    ret

/* Where a thread's first switch ends up: the thread in s0, its entry in s1. */
    .globl thread_first_run
thread_first_run:
    call    sched_first_run
    mv      t0, s1
    li      s1, 0
    jr      t0
