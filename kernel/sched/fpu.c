/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - save when dirty, load when the hart holds somebody else's.
 */
#include "kernel/riscv/csr.h"
#include "kernel/riscv/fpu.h"
#include "kernel/sched/fpu.h"
#include "lib/string.h"

_Static_assert(sizeof(struct fpu_state) == 33 * sizeof(uint64_t), "fpu.S knows the layout");

const struct thread fpu_nobody;
static const struct fpu_state zeroes;

static uint64_t state_of(const struct thread *t)
{
    return t->frame->status & SSTATUS_FS;
}

static void set_state(struct thread *t, uint64_t fs)
{
    t->frame->status = (t->frame->status & ~SSTATUS_FS) | fs;
}

static void set_holder(const struct thread *t)
{
    this_hart()->fpu_holder = t;
}

static void save(struct thread *t)
{
    fpu_save(t->fpu->f);
    t->fpu_hart = this_hart()->index;
    set_state(t, SSTATUS_FS_CLEAN);
    set_holder(t);
}

static void load(struct thread *t)
{
    fpu_load(t->fpu->f);
    t->fpu_hart = this_hart()->index;
    set_state(t, SSTATUS_FS_CLEAN);
    set_holder(t);
}

static void load_zeroes(void)
{
    fpu_load(zeroes.f);
    set_holder(&fpu_nobody);
}

void fpu_save_dirty(struct thread *t)
{
    if (t->state == THREAD_DEAD)
        set_holder(NULL);
    else
        save(t);
}

void fpu_load_state(struct thread *t)
{
    if (state_of(t) == SSTATUS_FS_INITIAL)
        load_zeroes();
    else
        load(t);
}

void fpu_sync(void)
{
    uint64_t flags = interrupts_save();

    if (state_of(current) == SSTATUS_FS_DIRTY)
        save(current);
    else if (state_of(current) == SSTATUS_FS_INITIAL)
        memset(current->fpu, 0, sizeof(*current->fpu));
    interrupts_restore(flags);
}

void fpu_discard(void)
{
    set_holder(NULL);           /* the hart's registers are nobody's, nor all zero */
    set_state(current, SSTATUS_FS_CLEAN);
}

void fpu_reload(void)
{
    uint64_t flags = interrupts_save();

    load(current);
    interrupts_restore(flags);
}

void fpu_reset(void)
{
    uint64_t flags = interrupts_save();

    load_zeroes();
    set_state(current, SSTATUS_FS_INITIAL);
    interrupts_restore(flags);
}
