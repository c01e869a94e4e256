/* SPDX-License-Identifier: MIT */
/*
 * image.S - what makes the page a shared object: headers, names, versions; and the code that
 * signal handlers return to.
 *
 * Written by hand, since linkers for bare machines make no shared objects.  The page is linked
 * at address 0, so that addresses are what a shared object has in their place: offsets.
 * Layouts are those of the System V ABI and of Sun's symbol versions.
 */
#define ET_DYN            3
#define EM_RISCV          243
#define RISCV_FLAGS       5             /* compressed code, doubles in registers */
#define PT_LOAD           1
#define PT_DYNAMIC        2
#define PF_R              4
#define PF_X              1
#define DT_NULL           0
#define DT_HASH           4
#define DT_STRTAB         5
#define DT_SYMTAB         6
#define DT_STRSZ          10
#define DT_SYMENT         11
#define DT_SONAME         14
#define DT_VERSYM         0x6ffffff0
#define DT_VERDEF         0x6ffffffc
#define DT_VERDEFNUM      0x6ffffffd
#define GLOBAL_FUNCTION   0x12
#define SYMBOL_SIZE       24
#define HASH_OF_SONAME    0x0deebfa1
#define HASH_OF_VERSION   0x0ae77f75
#define PAGE              4096

    .section .head, "a"
    .byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
    .half ET_DYN, EM_RISCV
    .word 1
    .quad 0, program_headers, 0         /* no entry, no section headers */
    .word RISCV_FLAGS
    .half 64, 56, 2, 64, 0, 0
program_headers:
    .word PT_LOAD, PF_R | PF_X
    .quad 0, 0, 0, PAGE, PAGE, PAGE
    .word PT_DYNAMIC, PF_R
    .quad dynamic, dynamic, dynamic, dynamic_end - dynamic, dynamic_end - dynamic, 8

dynamic:
    .quad DT_SONAME, soname - strings
    .quad DT_HASH, hash
    .quad DT_STRTAB, strings
    .quad DT_STRSZ, strings_end - strings
    .quad DT_SYMTAB, symbols
    .quad DT_SYMENT, SYMBOL_SIZE
    .quad DT_VERSYM, versions
    .quad DT_VERDEF, version_definitions
    .quad DT_VERDEFNUM, 2
    .quad DT_NULL, 0
dynamic_end:

    .macro symbol name
    .word name_of\name - strings
    .byte GLOBAL_FUNCTION, 0
    .half 1                             /* defined: in some section */
    .quad \name, 0
    .endm
symbols:
    .fill SYMBOL_SIZE
    symbol __vdso_rt_sigreturn
    symbol __vdso_clock_gettime
    symbol __vdso_gettimeofday
    symbol __vdso_clock_getres
    symbol __vdso_getcpu
    symbol __vdso_flush_icache

    /* One bucket: whoever looks for a name compares it with each. */
hash:
    .word 1, 7, 1
    .word 0, 2, 3, 4, 5, 6, 0

    /* The first definition is the object's own; all symbols have the second version. */
versions:
    .half 0, 2, 2, 2, 2, 2, 2
    .balign 4
version_definitions:
    .half 1, 1, 1, 1
    .word HASH_OF_SONAME, 20, 28
    .word soname - strings, 0
    .half 1, 0, 2, 1
    .word HASH_OF_VERSION, 20, 0
    .word version - strings, 0

strings:
    .byte 0
soname:
    .asciz "linux-vdso.so.1"
version:
    .asciz "LINUX_4.15"
    .irp name, rt_sigreturn, clock_gettime, gettimeofday, clock_getres, getcpu, flush_icache
name_of__vdso_\name:
    .asciz "__vdso_\name"
    .endr
strings_end:

    /*
     * Stack unwinders recognise a signal frame by exactly these two words at the return
     * address; the nop in front is for those that look one instruction back.
     */
    .section .text.sigreturn, "ax"
    .balign 8
    .option push
    .option norvc
    nop
    .globl __vdso_rt_sigreturn
__vdso_rt_sigreturn:
    li a7, 139
    ecall
    .option pop

    .section .vdso_data, "a"
    .globl vdso_data
vdso_data:
    .fill 4, 8, 0                       /* struct clock_data */
    .quad __vdso_rt_sigreturn
    .fill 3, 8, 0
