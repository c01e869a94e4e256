/* SPDX-License-Identifier: MIT */
/*
 * syscall.S - entries to the kernel that C cannot express.
 *
 * syscall() moves its variable arguments down by one register.  vfork must not touch the stack: the
 * child returns first, on the same stack, and would overwrite what the parent saved there.
 * clone() gives the child a stack of its own, so the child finds its function on it.
 */
#include "lib/abi/syscall.h"

#define VFORK_FLAGS 0x4111 /* CLONE_VM | CLONE_VFORK | SIGCHLD */

    .text

/* long syscall(long number, ...) */
    .globl syscall
    .type syscall, @function
syscall:
    mv a7, a0
    mv a0, a1
    mv a1, a2
    mv a2, a3
    mv a3, a4
    mv a4, a5
    mv a5, a6
    ecall
    j result
    .size syscall, . - syscall

/* pid_t vfork(void) */
    .globl vfork
    .type vfork, @function
vfork:
    li a7, SYS_clone
    li a0, VFORK_FLAGS
    li a1, 0
    ecall
    j result
    .size vfork, . - vfork

/* int clone(function, stack_top, flags, arg, parent_tid, tls, child_tid) */
    .globl clone
    .type clone, @function
clone:
    andi a1, a1, -16
    addi a1, a1, -16
    sd a0, 0(a1)
    sd a3, 8(a1)
    mv a0, a2
    mv a2, a4
    mv a3, a5
    mv a4, a6
    li a7, SYS_clone
    ecall
    bnez a0, result
    li s0, 0
    ld a1, 0(sp)
    ld a0, 8(sp)
    addi sp, sp, 16
    jalr a1
    li a7, SYS_exit
    ecall
    .size clone, . - clone

/* Common end: a0 >= -4095 unsigned is a negated errno. */
    .type result, @function
result:
    li t0, -4096
    bgtu a0, t0, 1f
    ret
1:  negw a0, a0
    la t0, errno
    sw a0, 0(t0)
    li a0, -1
    ret
    .size result, . - result
    .section .note.GNU-stack, "", @progbits
