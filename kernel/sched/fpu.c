/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - save when dirty, load when the hart holds somebody else's.
 *
 * holders[hart] is the thread whose saved state equals the hart's registers, or
 * &nobody when they are all zero, or NULL when they are worth nothing.  A thread
 * that ran elsewhere since is told apart by its fpu_hart.
 */
#include "kernel/riscv/csr.h"
#include "kernel/riscv/fpu.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "lib/string.h"

_Static_assert(sizeof(struct fpu_state) == 33 * sizeof(uint64_t), "fpu.S knows the layout");

static const struct thread nobody;
static const struct fpu_state zeroes;
static const struct thread *holders[MAX_HARTS];

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
    holders[this_hart()->index] = t;
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
    set_holder(&nobody);
}

void fpu_switch_out(struct thread *t)
{
    if (state_of(t) != SSTATUS_FS_DIRTY)
        return;
    if (t->state == THREAD_DEAD)
        set_holder(NULL);
    else
        save(t);
}

void fpu_switch_in(struct thread *t)
{
    uint32_t hart = this_hart()->index;
    const struct thread *holder = holders[hart];

    if (state_of(t) == SSTATUS_FS_INITIAL) {
        if (holder != &nobody)
            load_zeroes();
    } else if (holder != t || t->fpu_hart != hart) {
        load(t);
    }
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
