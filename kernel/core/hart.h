/* SPDX-License-Identifier: MIT */
/*
 * hart.h - what belongs to one hart (hardware thread).
 *
 * In the kernel, tp always holds the running hart's struct.  Interrupts never
 * switch threads inside the kernel, so hart-local data needs no lock against
 * other threads; against interrupt handlers, interrupts off.
 */
#pragma once

/* Offsets that entry.S knows. */
#define HART_THREAD          0
#define HART_KERNEL_SP       8
#define HART_SCRATCH0        16
#define HART_SCRATCH1        24
#define HART_IRQ_STACK       32
#define HART_EMERGENCY_STACK 40
#define HART_HARTID          56

#define HART_STACK_SHIFT 14
#define HART_STACK_SIZE  (1 << HART_STACK_SHIFT)    /* of every kernel stack */

#ifndef __ASSEMBLY__
#include "kernel/port/port.h"

struct thread;
struct mmu_context;

enum ipi_reason { IPI_RESCHED, IPI_TLB, IPI_STOP, IPI_CLOCK, IPI_REASONS };

struct hart {
    struct thread *thread;          /* the running one: `current`          [p] */
    uintptr_t kernel_sp;            /* its user frame; sp after a trap from user [p] */
    uintptr_t scratch[2];           /* entry.S                             [p] */
    uintptr_t irq_stack_top;        /*                                     [c] */
    uintptr_t emergency_stack_top;  /*                                     [c] */
    uint32_t index;                 /* 0 .. nr_harts-1                     [c] */
    uint32_t irq_depth;             /* interrupts being served             [p] */
    uint64_t hartid;                /* the SBI's number                    [c] */
    struct thread *idle;            /* runs when nothing else can          [c] */
    struct mmu_context *mmu;        /* root in satp                        [p] */
    bool online;                    /* takes part in IPIs                  [a] */
    bool need_resched;              /* look at the run queue soon          [a] */
    bool mmu_borrowed;              /* mmu is a kernel thread's loan       [p] */
    const struct thread *fpu_holder;/* see sched/fpu.h                     [p] */
    uint64_t ipi_pending;           /* 1 << enum ipi_reason                [a] */
    uint64_t ticks_user, ticks_system;  /* timebase ticks in threads; the rest is idle [p] */
    uint64_t ntimer, nipi[IPI_REASONS]; /* interrupts served, see /proc/interrupts [p] */
    uint32_t spinlocks;             /* debug: spinlocks held               [p] */
    uint64_t held_ranks[RANK_MAX];  /* debug: how many of each rank        [p] */
} __attribute__((aligned(64)));

#define HART_CHECK(field, offset)                                              \
    _Static_assert(__builtin_offsetof(struct hart, field) == (offset), #field)
HART_CHECK(thread, HART_THREAD);
HART_CHECK(kernel_sp, HART_KERNEL_SP);
HART_CHECK(scratch, HART_SCRATCH0);
HART_CHECK(irq_stack_top, HART_IRQ_STACK);
HART_CHECK(emergency_stack_top, HART_EMERGENCY_STACK);
HART_CHECK(hartid, HART_HARTID);
#ifdef PORT_HART_INDEX                  /* not in host tests */
HART_CHECK(index, PORT_HART_INDEX);
#endif

extern struct hart harts[MAX_HARTS];
extern unsigned nr_harts;           /* online; constant after boot */

static inline struct hart *this_hart(void)
{
    struct hart *h;

    __asm__ volatile("mv %0, tp" : "=r"(h));
    return h;
}

/* Make HART's handler for REASON run soon.  Any context. */
void ipi_send(unsigned hart, enum ipi_reason reason);
/* The software interrupt: run what others asked for. */
void ipi_interrupt(void);
/* Whoever serves REASON says so at boot.  HANDLER runs with interrupts off. */
void ipi_set_handler(enum ipi_reason reason, void (*handler)(void));
#endif
