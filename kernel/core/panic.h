/* SPDX-License-Identifier: MIT */
/*
 * panic.h - the end of the machine, wanted or not.
 *
 * panic() itself is declared in port.h.
 */
#pragma once
#include "kernel/port/port.h"

struct trap_frame;

/* panic() about a trap: also prints the registers of FRAME and its backtrace. */
__attribute__((noreturn, format(printf, 2, 3)))
void panic_trap(const struct trap_frame *frame, const char *fmt, ...);

/* What a panic says about the thread that ran.  Registered by sched/, so that
 * this floor need not know threads. */
struct panic_thread {
    const char *name;
    int tid;
    uintptr_t stack, stack_end;
};
void panic_set_thread_source(void (*describe)(struct panic_thread *out));

/* After a panic: end QEMU with status 2 (true), or halt so that it can be looked at.
 * The boot hart calls it once, before others start. */
void panic_set_exit(bool exit);

/* Print the callers from frame pointer FP on: on this hart's stacks; or on the
 * stack [STACK, END) of a thread that does not run. */
void backtrace_print(uintptr_t fp);
void backtrace_print_stack(uintptr_t fp, uintptr_t stack, uintptr_t end);
/* A number for the callers from FP on, on the stack [STACK, END), which is the running
 * thread's: the same for the same callers, never 0. */
uint32_t backtrace_hash(uintptr_t fp, uintptr_t stack, uintptr_t end);

/* The function that contains PC, and PC's distance from its start; NULL if none. */
const char *ksym_find(uintptr_t pc, uintptr_t *offset);

/*
 * Power off.  CODE is QEMU's exit status where there is a test finisher: 0 for
 * success, 1 for a failed test, 2 for a panic.
 */
__attribute__((noreturn)) void machine_exit(unsigned code);
__attribute__((noreturn)) void machine_reboot(void);

/* Where the finisher's register is mapped (NULL: there is none). */
void machine_set_finisher(volatile uint32_t *reg);
