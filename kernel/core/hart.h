/* SPDX-License-Identifier: MIT */
/*
 * hart.h - what belongs to one hart (hardware thread).
 *
 * In the kernel, tp always holds the running hart's struct.  Interrupts never
 * switch threads inside the kernel, so hart-local data needs no lock against
 * other threads; against interrupt handlers, interrupts off.
 */
#pragma once
#include "kernel/port/port.h"

struct thread;
struct mmu_context;

struct hart {
    struct thread *current;         /* running thread                      [p] offset 0, known to entry.S */
    uintptr_t kernel_sp;            /* top of current's stack, for traps from user; offset 8  */
    uintptr_t scratch[2];           /* entry.S; offsets 16, 24                                */
    uintptr_t irq_stack_top;        /* offset 32                           [c] */
    uintptr_t emergency_stack_top;  /* offset 40                           [c] */
    uint32_t index;                 /* 0 .. nr_harts-1                     [c] */
    uint32_t irq_depth;             /* interrupts being served             [p] */
    uint64_t hartid;                /* the SBI's number                    [c] */
    struct thread *idle;            /* runs when nothing else can          [c] */
    struct mmu_context *mmu;        /* root in satp, referenced            [p] */
    bool online;                    /* takes part in IPIs                  [a] */
    bool need_resched;              /* look at the run queue soon          [a] */
    uint64_t ipi_pending;           /* 1 << enum ipi_reason                [a] */
    uint64_t held_ranks[RANK_MAX];  /* debug: how many locks of each rank  [p] */
    uint64_t ticks_user, ticks_system, ticks_idle;  /* for /proc/stat          */
} __attribute__((aligned(64)));

extern struct hart harts[MAX_HARTS];
extern unsigned nr_harts;           /* online; constant after boot */

static inline struct hart *this_hart(void)
{
    struct hart *h;
    __asm__ volatile("mv %0, tp" : "=r"(h));
    return h;
}

enum ipi_reason { IPI_RESCHED, IPI_TLB, IPI_STOP, IPI_CALL };
/* Ask another hart to look at its inbox for REASON.  Any context. */
void ipi_send(unsigned hart, enum ipi_reason reason);
