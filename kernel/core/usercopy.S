/* SPDX-License-Identifier: MIT */
/*
 * usercopy.S - copy, clear and read strings in user memory.
 *
 * The fast loops move eight words at a time where both sides are aligned alike.
 * When one of their accesses faults, nothing is known about how far the other
 * words got, so the byte loop takes over at the start of the block: it stops at
 * exactly the first byte that cannot be accessed.
 *
 *   a0 to   a1 from   a2 bytes left   a3 SUM bit   t* scratch
 */
#include "kernel/core/extable.h"
#include "kernel/riscv/csr.h"

    .section .text
    .option norvc

/* size_t user_memcpy(void *to, const void *from, size_t n) */
    .globl user_memcpy
    .type user_memcpy, @function
user_memcpy:
    li      a3, SSTATUS_SUM
    csrs    sstatus, a3
    xor     t0, a0, a1
    andi    t0, t0, 7
    bnez    t0, copy_bytes
    li      t0, 8
    bltu    a2, t0, copy_bytes
copy_head:                              /* up to the first whole word */
    andi    t0, a0, 7
    beqz    t0, copy_blocks
1:  lbu     t1, 0(a1)
    EXTABLE(1b, user_done)
2:  sb      t1, 0(a0)
    EXTABLE(2b, user_done)
    addi    a0, a0, 1
    addi    a1, a1, 1
    addi    a2, a2, -1
    j       copy_head
copy_blocks:
    li      t6, 64
    bltu    a2, t6, copy_words
1:  ld      t0, 0(a1)
    EXTABLE(1b, copy_bytes)
2:  ld      t1, 8(a1)
    EXTABLE(2b, copy_bytes)
3:  ld      t2, 16(a1)
    EXTABLE(3b, copy_bytes)
4:  ld      t3, 24(a1)
    EXTABLE(4b, copy_bytes)
5:  ld      t4, 32(a1)
    EXTABLE(5b, copy_bytes)
6:  ld      t5, 40(a1)
    EXTABLE(6b, copy_bytes)
7:  ld      a4, 48(a1)
    EXTABLE(7b, copy_bytes)
8:  ld      a5, 56(a1)
    EXTABLE(8b, copy_bytes)
1:  sd      t0, 0(a0)
    EXTABLE(1b, copy_bytes)
2:  sd      t1, 8(a0)
    EXTABLE(2b, copy_bytes)
3:  sd      t2, 16(a0)
    EXTABLE(3b, copy_bytes)
4:  sd      t3, 24(a0)
    EXTABLE(4b, copy_bytes)
5:  sd      t4, 32(a0)
    EXTABLE(5b, copy_bytes)
6:  sd      t5, 40(a0)
    EXTABLE(6b, copy_bytes)
7:  sd      a4, 48(a0)
    EXTABLE(7b, copy_bytes)
8:  sd      a5, 56(a0)
    EXTABLE(8b, copy_bytes)
    addi    a0, a0, 64
    addi    a1, a1, 64
    addi    a2, a2, -64
    bgeu    a2, t6, 1f
copy_words:
    li      t6, 8
    bltu    a2, t6, copy_bytes
2:  ld      t0, 0(a1)
    EXTABLE(2b, copy_bytes)
3:  sd      t0, 0(a0)
    EXTABLE(3b, copy_bytes)
    addi    a0, a0, 8
    addi    a1, a1, 8
    addi    a2, a2, -8
    j       copy_words
1:  j       copy_blocks
copy_bytes:
    beqz    a2, user_done
1:  lbu     t0, 0(a1)
    EXTABLE(1b, user_done)
2:  sb      t0, 0(a0)
    EXTABLE(2b, user_done)
    addi    a0, a0, 1
    addi    a1, a1, 1
    addi    a2, a2, -1
    j       copy_bytes
user_done:
    csrc    sstatus, a3
    mv      a0, a2
    ret
    .size user_memcpy, . - user_memcpy

/* size_t user_memzero(void *to, size_t n) */
    .globl user_memzero
    .type user_memzero, @function
user_memzero:
    mv      a2, a1
    li      a3, SSTATUS_SUM
    csrs    sstatus, a3
zero_head:
    andi    t0, a0, 7
    beqz    t0, zero_words
    beqz    a2, user_done
1:  sb      zero, 0(a0)
    EXTABLE(1b, user_done)
    addi    a0, a0, 1
    addi    a2, a2, -1
    j       zero_head
zero_words:
    li      t6, 32
    bltu    a2, t6, zero_bytes
1:  sd      zero, 0(a0)
    EXTABLE(1b, zero_bytes)
2:  sd      zero, 8(a0)
    EXTABLE(2b, zero_bytes)
3:  sd      zero, 16(a0)
    EXTABLE(3b, zero_bytes)
4:  sd      zero, 24(a0)
    EXTABLE(4b, zero_bytes)
    addi    a0, a0, 32
    addi    a2, a2, -32
    j       zero_words
zero_bytes:
    beqz    a2, user_done
1:  sb      zero, 0(a0)
    EXTABLE(1b, user_done)
    addi    a0, a0, 1
    addi    a2, a2, -1
    j       zero_bytes
    .size user_memzero, . - user_memzero

/* ssize_t user_strncpy(char *to, const char *from, size_t n) */
    .globl user_strncpy
    .type user_strncpy, @function
user_strncpy:
    li      a3, SSTATUS_SUM
    csrs    sstatus, a3
    li      a4, 0                       /* bytes so far */
1:  beq     a4, a2, 3f
    add     t0, a1, a4
2:  lbu     t1, 0(t0)
    EXTABLE(2b, 4f)
    add     t0, a0, a4
    sb      t1, 0(t0)
    beqz    t1, 3f
    addi    a4, a4, 1
    j       1b
3:  csrc    sstatus, a3
    mv      a0, a4
    ret
4:  csrc    sstatus, a3
    not     a0, a4
    ret
    .size user_strncpy, . - user_strncpy
