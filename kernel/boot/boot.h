/* SPDX-License-Identifier: MIT */
/*
 * boot.h - between boot/entry.S and C.
 */
#pragma once
#include "kernel/port/port.h"

struct hart;

/* The boot hart's first C: on boot_stack, on the early page table. */
__attribute__((noreturn)) void boot_main(uint64_t hartid, paddr_t fdt);
/* Another hart's: on its idle thread's stack, on the final table. */
__attribute__((noreturn)) void boot_secondary(void);

/* Where another hart starts, the satp it loads, and who it is. */
extern const char _start_secondary[];
extern uint64_t secondary_satp;
extern struct hart *secondary_hart;

/* Start the other harts of the machine; returns when those that answer run. */
void harts_start(void);

/* Mount the root file system and the device files; ends the machine, with a
 * message, if there is none.  May sleep. */
void mount_root(void);
