/* SPDX-License-Identifier: MIT */
/*
 * trap.h - the C side of trap/entry.S, which is its only caller.
 */
#pragma once
#include "kernel/riscv/trap_frame.h"

/* A trap from user mode: on the thread's stack, interrupts off at call and return. */
void trap_from_user(struct trap_frame *f, uint64_t cause);
/* The last step before a thread's first return to user mode. */
void trap_finish_user(void);

/* A trap from the kernel: an interrupt, on the hart's interrupt stack; an
 * exception, on the stack where it happened. */
void trap_kernel_interrupt(struct trap_frame *f, uint64_t cause);
void trap_kernel_exception(struct trap_frame *f, uint64_t cause);
__attribute__((noreturn)) void trap_stack_overflow(struct trap_frame *f);
