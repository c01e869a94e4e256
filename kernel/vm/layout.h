/* SPDX-License-Identifier: MIT */
/*
 * layout.h - where the parts of an address space begin.
 *
 *     program | gap | heap -->      movable program       <-- mmap area | gap | <-- stack | end
 *
 * Each at a place of its own, drawn anew for each program: who has found a way to
 * overwrite one part does not know where the others are.
 */
#pragma once
#include "kernel/port/port.h"

struct layout {
    vaddr_t stack_top;      /* the stack ends here and grows down             */
    vaddr_t mmap_base;      /* so does the area in which mmap looks for holes */
    vaddr_t program;        /* where a program goes that may lie anywhere     */
    size_t brk_gap;         /* free bytes between a program and its heap      */
};

/* The setting of /proc/sys/kernel: 0 nothing is drawn, 1 all but the heap, 2 all. */
extern unsigned randomize_va_space;

/* Draw a layout in which the stack may grow to STACK_LIMIT bytes; FIXED: the same for every
 * program. */
void layout_choose(struct layout *l, uint64_t stack_limit, bool fixed);
void layout_init(void);
