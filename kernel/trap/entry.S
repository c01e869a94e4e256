/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the one door into the kernel, and the way out.
 *
 * In the kernel tp and sscratch both hold the hart's struct; in user mode tp is
 * the user's and sscratch is all we have.  So exchanging the two gives tp = hart
 * in either case.
 *
 *   from user    the frame at hart->kernel_sp, the top of the thread's stack;
 *                then C on the same stack, which is otherwise empty
 *   from kernel  the frame below sp; interrupts go on on the hart's interrupt
 *                stack.  Every kernel stack has bit HART_STACK_SHIFT of its
 *                addresses set and nothing mapped below: if the bit is clear
 *                the stack has overflown, and the emergency stack takes over
 *
 * Interrupts stay off from the trap until C turns them on.
 */
#include "kernel/core/hart.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"

/* All but sp, tp and t0, which each way saves in its own manner. */
    .macro  SAVE_MOST
    sd      ra, FRAME_RA(sp)
    sd      gp, FRAME_GP(sp)
    sd      t1, FRAME_T1(sp)
    sd      t2, FRAME_T2(sp)
    sd      s0, FRAME_S0(sp)
    sd      s1, FRAME_S1(sp)
    sd      a0, FRAME_A0(sp)
    sd      a1, FRAME_A1(sp)
    sd      a2, FRAME_A2(sp)
    sd      a3, FRAME_A3(sp)
    sd      a4, FRAME_A4(sp)
    sd      a5, FRAME_A5(sp)
    sd      a6, FRAME_A6(sp)
    sd      a7, FRAME_A7(sp)
    sd      s2, FRAME_S2(sp)
    sd      s3, FRAME_S3(sp)
    sd      s4, FRAME_S4(sp)
    sd      s5, FRAME_S5(sp)
    sd      s6, FRAME_S6(sp)
    sd      s7, FRAME_S7(sp)
    sd      s8, FRAME_S8(sp)
    sd      s9, FRAME_S9(sp)
    sd      s10, FRAME_S10(sp)
    sd      s11, FRAME_S11(sp)
    sd      t3, FRAME_T3(sp)
    sd      t4, FRAME_T4(sp)
    sd      t5, FRAME_T5(sp)
    sd      t6, FRAME_T6(sp)
    .endm

/* pc and status go back to their registers, the rest but sp and tp as saved.  The
 * store-conditional writes what is there: it ends a reservation that whoever ran
 * since may have made. */
    .macro  RESTORE_MOST
    ld      t0, FRAME_PC(sp)
    ld      t1, FRAME_STATUS(sp)
    sc.d    zero, t0, (sp)
    csrw    sepc, t0
    csrw    sstatus, t1
    ld      ra, FRAME_RA(sp)
    ld      gp, FRAME_GP(sp)
    ld      t0, FRAME_T0(sp)
    ld      t1, FRAME_T1(sp)
    ld      t2, FRAME_T2(sp)
    ld      s0, FRAME_S0(sp)
    ld      s1, FRAME_S1(sp)
    ld      a0, FRAME_A0(sp)
    ld      a1, FRAME_A1(sp)
    ld      a2, FRAME_A2(sp)
    ld      a3, FRAME_A3(sp)
    ld      a4, FRAME_A4(sp)
    ld      a5, FRAME_A5(sp)
    ld      a6, FRAME_A6(sp)
    ld      a7, FRAME_A7(sp)
    ld      s2, FRAME_S2(sp)
    ld      s3, FRAME_S3(sp)
    ld      s4, FRAME_S4(sp)
    ld      s5, FRAME_S5(sp)
    ld      s6, FRAME_S6(sp)
    ld      s7, FRAME_S7(sp)
    ld      s8, FRAME_S8(sp)
    ld      s9, FRAME_S9(sp)
    ld      s10, FRAME_S10(sp)
    ld      s11, FRAME_S11(sp)
    ld      t3, FRAME_T3(sp)
    ld      t4, FRAME_T4(sp)
    ld      t5, FRAME_T5(sp)
    ld      t6, FRAME_T6(sp)
    .endm

/* For debuggers: the registers of whoever was interrupted are in the frame that
 * \reg points to.  64 is the return address's column where it is not in ra. */
    .macro  DESCRIBE_FRAME reg
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_return_column 64
    .cfi_def_cfa \reg, 0
    .cfi_offset 64, FRAME_PC
    .cfi_offset ra, FRAME_RA
    .cfi_offset sp, FRAME_SP
    .cfi_offset gp, FRAME_GP
    .cfi_offset tp, FRAME_TP
    .cfi_offset t0, FRAME_T0
    .cfi_offset t1, FRAME_T1
    .cfi_offset t2, FRAME_T2
    .cfi_offset s0, FRAME_S0
    .cfi_offset s1, FRAME_S1
    .cfi_offset a0, FRAME_A0
    .cfi_offset a1, FRAME_A1
    .cfi_offset a2, FRAME_A2
    .cfi_offset a3, FRAME_A3
    .cfi_offset a4, FRAME_A4
    .cfi_offset a5, FRAME_A5
    .cfi_offset a6, FRAME_A6
    .cfi_offset a7, FRAME_A7
    .cfi_offset s2, FRAME_S2
    .cfi_offset s3, FRAME_S3
    .cfi_offset s4, FRAME_S4
    .cfi_offset s5, FRAME_S5
    .cfi_offset s6, FRAME_S6
    .cfi_offset s7, FRAME_S7
    .cfi_offset s8, FRAME_S8
    .cfi_offset s9, FRAME_S9
    .cfi_offset s10, FRAME_S10
    .cfi_offset s11, FRAME_S11
    .cfi_offset t3, FRAME_T3
    .cfi_offset t4, FRAME_T4
    .cfi_offset t5, FRAME_T5
    .cfi_offset t6, FRAME_T6
    .endm

    .cfi_sections .debug_frame
    .text
    .balign 4
    .globl trap_entry
trap_entry:
    DESCRIBE_FRAME sp
    csrrw   tp, sscratch, tp
    sd      sp, HART_SCRATCH0(tp)
    sd      t0, HART_SCRATCH1(tp)
    csrr    t0, sstatus
    andi    sp, t0, SSTATUS_SPP
    bnez    sp, from_kernel

    /* From user mode. */
    ld      sp, HART_KERNEL_SP(tp)
    sd      t0, FRAME_STATUS(sp)
    SAVE_MOST
    ld      t0, HART_SCRATCH0(tp)
    ld      t1, HART_SCRATCH1(tp)
    csrrw   t2, sscratch, tp
    sd      t0, FRAME_SP(sp)
    sd      t1, FRAME_T0(sp)
    sd      t2, FRAME_TP(sp)
    csrr    t0, sepc
    csrr    a1, scause
    sd      t0, FRAME_PC(sp)
    li      s0, 0
    mv      a0, sp
    call    trap_from_user

return_to_user:
    RESTORE_MOST
    ld      tp, FRAME_TP(sp)
    ld      sp, FRAME_SP(sp)
    sret

/* a0: the user frame of the running thread; all that is on the stack below it is
 * over. */
    .globl trap_return_to_user
trap_return_to_user:
    mv      sp, a0
    li      s0, 0
    call    trap_finish_user
    j       return_to_user
    .cfi_endproc

from_kernel:
    DESCRIBE_FRAME s1
    ld      sp, HART_SCRATCH0(tp)
    addi    sp, sp, -(FRAME_SIZE + FRAME_RECORD)
    srli    t0, sp, HART_STACK_SHIFT
    andi    t0, t0, 1
    beqz    t0, overflow
    ld      t0, HART_SCRATCH1(tp)
    SAVE_MOST
    sd      t0, FRAME_T0(sp)
    sd      tp, FRAME_TP(sp)
    ld      t1, HART_SCRATCH0(tp)
    csrr    t2, sepc
    csrr    t3, sstatus
    csrr    a1, scause
    csrr    t5, stval
    sd      t1, FRAME_SP(sp)
    sd      t2, FRAME_PC(sp)
    sd      t3, FRAME_STATUS(sp)
    sd      a1, FRAME_CAUSE(sp)
    sd      t5, FRAME_TVAL(sp)
    /* The frame record, as a function's prologue would leave it. */
    sd      s0, FRAME_SIZE(sp)
    sd      t2, FRAME_SIZE + 8(sp)
    addi    s0, sp, FRAME_SIZE + FRAME_RECORD
    mv      a0, sp
    mv      s1, sp
    bgez    a1, 1f

    ld      sp, HART_IRQ_STACK(tp)
    call    trap_kernel_interrupt
    mv      sp, s1
    j       2f
1:  call    trap_kernel_exception
2:  RESTORE_MOST
    ld      sp, FRAME_SP(sp)
    sret
    .cfi_endproc

/* sp is useless: describe the trap on the emergency stack, for the last words. */
overflow:
    DESCRIBE_FRAME sp
    ld      sp, HART_EMERGENCY_STACK(tp)
    addi    sp, sp, -(FRAME_SIZE + FRAME_RECORD)
    ld      t0, HART_SCRATCH1(tp)
    SAVE_MOST
    sd      t0, FRAME_T0(sp)
    sd      tp, FRAME_TP(sp)
    ld      t1, HART_SCRATCH0(tp)
    csrr    t2, sepc
    csrr    t3, sstatus
    csrr    t4, scause
    csrr    t5, stval
    sd      t1, FRAME_SP(sp)
    sd      t2, FRAME_PC(sp)
    sd      t3, FRAME_STATUS(sp)
    sd      t4, FRAME_CAUSE(sp)
    sd      t5, FRAME_TVAL(sp)
    mv      a0, sp
    call    trap_stack_overflow
    .cfi_endproc
