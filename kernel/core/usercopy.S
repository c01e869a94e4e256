/* SPDX-License-Identifier: MIT */
/*
 * usercopy.S - copy, clear, change and read strings in user memory.
 *
 * The fast loops move many words at a time where both sides are aligned alike.
 * When one of their accesses faults, nothing is known about how far the other
 * words got, so the byte loop takes over at the start of the block: it stops at
 * exactly the first byte that cannot be accessed.
 *
 *   a0 to   a1 from   a2 bytes left   a3 SUM bit   t* scratch
 */
#include "kernel/core/extable.h"
#include "kernel/riscv/csr.h"

/* One word from OFFSET of a1 to REG, or from there to OFFSET of a0. */
.macro load_word reg, offset
1:  ld      \reg, \offset(a1)
    EXTABLE(1b, copy_bytes)
.endm
.macro store_word reg, offset
1:  sd      \reg, \offset(a0)
    EXTABLE(1b, copy_bytes)
.endm

.macro copy_4_words offset
    load_word t0, \offset
    load_word t1, \offset+8
    load_word t2, \offset+16
    load_word t3, \offset+24
    store_word t0, \offset
    store_word t1, \offset+8
    store_word t2, \offset+16
    store_word t3, \offset+24
.endm

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
    li      t6, 128
    bltu    a2, t6, copy_rest
copy_block:
    copy_4_words 0
    copy_4_words 32
    copy_4_words 64
    copy_4_words 96
    addi    a0, a0, 128
    addi    a1, a1, 128
    addi    a2, a2, -128
    bgeu    a2, t6, copy_block
copy_rest:
    li      t6, 32
    bltu    a2, t6, copy_words
copy_quarter:                           /* most structures end here */
    copy_4_words 0
    addi    a0, a0, 32
    addi    a1, a1, 32
    addi    a2, a2, -32
    bgeu    a2, t6, copy_quarter
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
    bgeu    a2, t6, 2b
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

/* int user_cmpxchg32(uint32_t *at, uint32_t *old, uint32_t value) */
    .globl user_cmpxchg32
    .type user_cmpxchg32, @function
user_cmpxchg32:
    li      a3, SSTATUS_SUM
    lw      t0, 0(a1)
    csrs    sstatus, a3
1:  lr.w.aqrl t1, (a0)
    EXTABLE(1b, 4f)
    bne     t1, t0, 3f
2:  sc.w.rl t2, a2, (a0)
    EXTABLE(2b, 4f)
    bnez    t2, 1b
3:  csrc    sstatus, a3
    sw      t1, 0(a1)
    li      a0, 0
    ret
4:  csrc    sstatus, a3
    li      a0, -1
    ret
    .size user_cmpxchg32, . - user_cmpxchg32
