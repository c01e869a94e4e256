/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where things are in the address space, for C, assembler and nobody
 * else: the linker script repeats the first two and a check in entry.S compares.
 *
 *   0000_0000_0000_0000  user half (vm/mm.h)
 *   ffff_ffc0_0000_0000  linear map: va = pa + LINEAR_START; the kernel is in it
 *   ffff_ffe0_0000_0000  vmalloc, ioremap, kernel stacks
 */
#pragma once

#ifdef __ASSEMBLY__
#define LAYOUT_UL(x) x
#else
#define LAYOUT_UL(x) x##UL
#endif

#define KERNEL_LOAD_PA LAYOUT_UL(0x80200000)
#define LINEAR_START   LAYOUT_UL(0xffffffc000000000)
#define LINEAR_SIZE    LAYOUT_UL(0x2000000000)
#define VMALLOC_START  LAYOUT_UL(0xffffffe000000000)
#define VMALLOC_SIZE   LAYOUT_UL(0x100000000)
#define VMALLOC_END    (VMALLOC_START + VMALLOC_SIZE)
