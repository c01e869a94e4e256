/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the first instructions of every hart, before C can run.
 *
 * A hart starts at a physical address with the MMU off, while the kernel is
 * linked high.  Both entries get up there the same way: stvec points to the high
 * half of the road, satp is written, and the next fetch, at an address that no
 * longer means anything, traps to stvec.
 *
 * The boot hart uses early_root: sixteen gigabytes from physical 0 on, mapped at
 * LINEAR_START by gigabyte leaves with all rights, enough to reach the kernel,
 * the device tree at the end of RAM, and the devices.  boot/main.c replaces it
 * by the final table, with which the other harts start right away.
 */
#include "kernel/core/hart.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/layout.h"

#define LEAF_RWX 0xcf           /* V R W X A D */

    .section .text.boot, "ax"

/* a0: hart id, a1: physical address of the device tree. */
    .globl _start
_start:
    csrw    sie, zero
    csrci   sstatus, SSTATUS_SIE
    la      t0, started
    li      t1, 1
    amoswap.w t1, t1, (t0)
    bnez    t1, late

    la      t0, _bss_start
    la      t1, _bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       1b

2:  li      s1, LINEAR_START
    la      t0, high
    add     t0, t0, s1
    csrw    stvec, t0
    la      t0, early_root
    srli    t0, t0, 12
    li      t1, SATP_SV39
    or      t0, t0, t1
    sfence.vma
    csrw    satp, t0
    sfence.vma

    .balign 4
high:
    la      sp, boot_stack + HART_STACK_SIZE
    la      tp, harts
    csrw    sscratch, tp
    la      t0, trap_entry
    csrw    stvec, t0
    la      t0, boot_stack + HART_STACK_SIZE
    sd      t0, HART_EMERGENCY_STACK(tp)
    sd      t0, HART_IRQ_STACK(tp)
    li      s0, 0
    li      ra, 0
    tail    boot_main

/*
 * Not the first to get here.  OpenSBI (seen with 1.1) marks a hart to start before
 * it writes down where to; a hart that looks in between takes the kernel's entry.
 * It is the one that boot/harts.c is waiting for: go on where it should have.
 */
late:
    li      s1, LINEAR_START
    la      t0, secondary_hart
1:  ld      a1, 0(t0)
    beqz    a1, 1b
    sub     t1, a1, s1
    ld      t1, HART_HARTID(t1)
    bne     t1, a0, 1b
    fence   r, rw

/* Another hart.  a0: hart id, a1: its struct hart, by virtual address. */
    .globl _start_secondary
_start_secondary:
    csrw    sie, zero
    csrci   sstatus, SSTATUS_SIE
    li      s1, LINEAR_START
    la      t0, secondary_high
    add     t0, t0, s1
    csrw    stvec, t0
    la      t0, secondary_satp
    ld      t0, 0(t0)
    sfence.vma
    csrw    satp, t0
    sfence.vma

    .balign 4
secondary_high:
    mv      tp, a1
    csrw    sscratch, tp
    la      t0, trap_entry
    csrw    stvec, t0
    ld      sp, HART_SCRATCH0(tp)
    li      s0, 0
    li      ra, 0
    tail    boot_secondary

    .section .data.page_aligned, "aw"
    .balign 4096
early_root:
    .zero   256 * 8
    .set    gigabyte, 0
    .rept   16
    .quad   (gigabyte << 28) | LEAF_RWX
    .set    gigabyte, gigabyte + 1
    .endr
    .zero   (256 - 16) * 8

    .data
    .balign 8
    .globl secondary_satp, secondary_hart
secondary_satp:
    .quad   0
secondary_hart:
    .quad   0
started:
    .word   0
