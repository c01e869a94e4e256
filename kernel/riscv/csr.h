/* SPDX-License-Identifier: MIT */
/*
 * csr.h - control and status registers, and the instructions C has no words for
 * (RISC-V Privileged Architecture, chapters "Supervisor-Level ISA" and "Sv39").
 */
#pragma once

#ifdef __ASSEMBLY__
#define CSR_UL(x) x
#else
#define CSR_UL(x) x##UL
#endif

/* sstatus */
#define SSTATUS_SIE        CSR_UL(0x2)          /* interrupts on                      */
#define SSTATUS_SPIE       CSR_UL(0x20)         /* ... before the trap                */
#define SSTATUS_SPP        CSR_UL(0x100)        /* the trap came from S-mode          */
#define SSTATUS_FS         CSR_UL(0x6000)       /* floating point: off, initial, clean, dirty */
#define SSTATUS_FS_INITIAL CSR_UL(0x2000)
#define SSTATUS_FS_CLEAN   CSR_UL(0x4000)
#define SSTATUS_FS_DIRTY   CSR_UL(0x6000)
#define SSTATUS_SUM        CSR_UL(0x40000)      /* S-mode may touch user pages        */

/* sie, sip and the interrupt causes */
#define IRQ_SOFT  1
#define IRQ_TIMER 5
#define IRQ_EXT   9
#define SIE_SOFT  (CSR_UL(1) << IRQ_SOFT)
#define SIE_TIMER (CSR_UL(1) << IRQ_TIMER)
#define SIE_EXT   (CSR_UL(1) << IRQ_EXT)

/* scause */
#define CAUSE_INTERRUPT         (CSR_UL(1) << 63)
#define CAUSE_FETCH_MISALIGNED  0
#define CAUSE_FETCH_ACCESS      1
#define CAUSE_ILLEGAL           2
#define CAUSE_BREAKPOINT        3
#define CAUSE_LOAD_MISALIGNED   4
#define CAUSE_LOAD_ACCESS       5
#define CAUSE_STORE_MISALIGNED  6
#define CAUSE_STORE_ACCESS      7
#define CAUSE_USER_ECALL        8
#define CAUSE_FETCH_PAGE        12
#define CAUSE_LOAD_PAGE         13
#define CAUSE_STORE_PAGE        15

/* satp: always exactly Sv39, whatever else the hart could do */
#define SATP_SV39       (CSR_UL(8) << 60)
#define SATP_ASID_SHIFT 44
#define SATP_ASID_MASK  CSR_UL(0xffff)

#define CSR_STIMECMP 0x14d      /* by number: older assemblers lack the name */

#ifndef __ASSEMBLY__
#include "lib/types.h"

#define CSR_STRING_(x) #x
#define CSR_STRING(x) CSR_STRING_(x)

/* NAME is a register's name or a macro with its number. */
#define csr_read(name)                                                         \
    __extension__({                                                            \
        uint64_t csr_;                                                         \
        __asm__ volatile("csrr %0, " CSR_STRING(name) : "=r"(csr_));           \
        csr_;                                                                  \
    })
#define csr_write(name, value)                                                 \
    __asm__ volatile("csrw " CSR_STRING(name) ", %0" : : "rK"(value) : "memory")
#define csr_set(name, bits)                                                    \
    __asm__ volatile("csrs " CSR_STRING(name) ", %0" : : "rK"(bits) : "memory")
#define csr_clear(name, bits)                                                  \
    __asm__ volatile("csrc " CSR_STRING(name) ", %0" : : "rK"(bits) : "memory")

/* This hart's interrupts.  interrupts_save returns what interrupts_restore wants. */
static inline void interrupts_on(void)
{
    csr_set(sstatus, SSTATUS_SIE);
}
static inline void interrupts_off(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
}
static inline bool interrupts_are_on(void)
{
    return csr_read(sstatus) & SSTATUS_SIE;
}
static inline uint64_t interrupts_save(void)
{
    uint64_t old;

    __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(old) : : "memory");
    return old & SSTATUS_SIE;
}
static inline void interrupts_restore(uint64_t flags)
{
    csr_set(sstatus, flags);
}

/* Ticks of the timebase. */
static inline uint64_t time_read(void)
{
    return csr_read(time);
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* A hint that this loop spins (Zihintpause; a no-op without it). */
static inline void cpu_pause(void)
{
    __asm__ volatile(".word 0x0100000f" : : : "memory");
}

/* All earlier memory accesses before all later ones, as other harts see them. */
static inline void memory_barrier(void)
{
    __asm__ volatile("fence rw, rw" : : : "memory");
}

/* Instructions stored before are the ones fetched after, on this hart. */
static inline void fence_i(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

/* Forget translations on this hart: everything; one address in all address
 * spaces (and global ones); one address space; one address of one. */
static inline void sfence_all(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}
static inline void sfence_va(uint64_t va)
{
    __asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}
static inline void sfence_asid(uint64_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
}
static inline void sfence_va_asid(uint64_t va, uint64_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"(asid) : "memory");
}
#endif
