/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - the door from user mode: one table by Linux's numbers.
 */
#pragma once
#include "kernel/riscv/trap_frame.h"

/* Carry out the call in FRAME (a7, a0-a5) and put the result into its a0. */
void syscall_dispatch(struct trap_frame *frame);

void sys_init(void);
