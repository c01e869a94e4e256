/* SPDX-License-Identifier: MIT */
/*
 * icache.c - what __builtin___clear_cache comes down to with a compiler for Linux; one for
 * bare machines emits FENCE.I in its place.
 */
#include "user/libc/syscall.h"

int __riscv_flush_icache(void *start, void *end, unsigned long flags);

int __riscv_flush_icache(void *start, void *end, unsigned long flags)
{
    return (int)SYSCALL(SYS_riscv_flush_icache, start, end, flags);
}
