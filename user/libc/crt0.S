/* SPDX-License-Identifier: MIT */
/*
 * crt0.S - the first instructions of a program.
 *
 * The kernel enters with sp at argc, followed by argv, envp and the auxiliary vector; every other
 * register is garbage.  gp must be set before the linker's relaxed accesses work, so its own load
 * must not be relaxed.  A zero return address and frame pointer end a debugger's backtrace.
 */
    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    li ra, 0
    li s0, 0
    mv a0, sp
    andi sp, sp, -16
    call __libc_start
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
