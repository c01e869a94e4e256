/* SPDX-License-Identifier: MIT */
/*
 * plic.h - the platform-level interrupt controller (RISC-V PLIC specification
 * 1.0).  Below irq.c, which is its only caller apart from boot.
 *
 * A context is one privilege mode of one hart; which number is whose comes from
 * the device tree (interrupts-extended), never from arithmetic on hart ids.
 */
#pragma once
#include "kernel/port/port.h"

#define PLIC_NO_CONTEXT UINT32_MAX

/* Map the controller at BASE, which knows lines 1 .. NLINES; CONTEXT[i] is the
 * S-mode context of hart index i.  All lines off.  0, -EINVAL or -ENOMEM. */
int plic_init(paddr_t base, unsigned nlines, const uint32_t context[MAX_HARTS]);

/* The calling hart accepts interrupts.  Each hart calls it once. */
void plic_init_hart(void);

/* Whether line IRQ exists. */
bool plic_has_line(unsigned irq);

/* Deliver IRQ to HART, or no longer.  irq.c's lock serialises them. */
void plic_enable(unsigned irq, unsigned hart);
void plic_disable(unsigned irq, unsigned hart);

/* The line to serve now on this hart, 0 if none waits; and that it is served. */
unsigned plic_claim(void);
void plic_complete(unsigned irq);
