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

/* Map the controller at BASE, which has lines 1 .. NLINES and contexts below
 * NCONTEXTS.  All lines are masked.  0 or -ENOMEM. */
int plic_init(paddr_t base, unsigned nlines, uint32_t ncontexts);

/* The calling hart, whose S-mode context is CONTEXT, accepts interrupts; none
 * goes to it yet.  Each hart calls it once, if it has a context. */
void plic_init_hart(uint32_t context);

/* Whether line IRQ exists, and whether HART accepts interrupts. */
bool plic_has_line(unsigned irq);
bool plic_has_hart(unsigned hart);

/* Deliver IRQ to HART, or not.  The caller's lock serialises them; a line must
 * not leave the hart that is serving it. */
void plic_route(unsigned irq, unsigned hart, bool on);

/* Hold IRQ back everywhere, or let it through.  Also while it is being served. */
void plic_mask(unsigned irq);
void plic_unmask(unsigned irq);

/* The line to serve now on this hart, 0 if none waits; and that it is served. */
unsigned plic_claim(void);
void plic_complete(unsigned irq);
