/* SPDX-License-Identifier: MIT */
/*
 * fpu.S - all floating-point registers to memory and back.
 *
 * The only floating-point instructions of the kernel: C code is compiled
 * without.  A state is f0 to f31 and fcsr, 33 words.
 */
#include "kernel/riscv/csr.h"

    .text

/* void fpu_save(uint64_t *state) */
    .globl fpu_save
fpu_save:
    li      t0, SSTATUS_FS_DIRTY
    csrs    sstatus, t0
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd     f\n, 8*\n(a0)
    .endr
    frcsr   t0
    sd      t0, 256(a0)
    ret

/* void fpu_load(const uint64_t *state) */
    .globl fpu_load
fpu_load:
    li      t0, SSTATUS_FS_DIRTY
    csrs    sstatus, t0
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld     f\n, 8*\n(a0)
    .endr
    ld      t0, 256(a0)
    fscsr   t0
    ret
