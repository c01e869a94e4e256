/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - whose floating-point registers are in the hart.
 *
 * sstatus.FS in a thread's user frame tells where its state is:
 *
 *   Initial   nowhere: all zero           since exec
 *   Dirty     in the hart it runs on      the hardware sets it
 *   Clean     in thread->fpu, and in the hart while it runs
 *
 * hart->fpu_holder is the thread whose saved state equals the hart's registers, or
 * &fpu_nobody when they are all zero, or NULL when they are worth nothing.  A
 * thread that ran elsewhere since is told apart by its fpu_hart.  So threads that
 * use no floating point cost next to nothing at a switch.  Kernel code uses none.
 */
#pragma once
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/thread.h"

extern const struct thread fpu_nobody;

/* The slow halves of the two below. */
void fpu_save_dirty(struct thread *t);
void fpu_load_state(struct thread *t);

/* A user thread leaves this hart, and enters it; by the scheduler, interrupts off. */
static inline void fpu_switch_out(struct thread *t)
{
    if ((t->frame->status & SSTATUS_FS) == SSTATUS_FS_DIRTY)
        fpu_save_dirty(t);
}
static inline void fpu_switch_in(struct hart *h, struct thread *t)
{
    bool initial = (t->frame->status & SSTATUS_FS) == SSTATUS_FS_INITIAL;
    const struct thread *wanted = initial ? &fpu_nobody : t;

    if (h->fpu_holder != wanted || (!initial && t->fpu_hart != h->index))
        fpu_load_state(t);
}

/* The running thread: bring thread->fpu up to date (fork, signal frames). */
void fpu_sync(void);
/* The running thread: what the hart holds is not wanted any more; thread->fpu is
 * about to be filled and not saved to until fpu_reload. */
void fpu_discard(void);
/* The running thread: thread->fpu was changed, load it (sigreturn). */
void fpu_reload(void);
/* The running thread: all zero, as at exec. */
void fpu_reset(void);
