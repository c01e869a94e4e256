/* SPDX-License-Identifier: MIT */
/*
 * plic.c - the platform-level interrupt controller.
 *
 * Registers, from the base:
 *   0x000000  a priority for each line; 0 never interrupts
 *   0x002000  for each context, a bit for each line: may it interrupt here
 *   0x200000  for each context, a page: threshold, and claim/complete
 *
 * A completion is ignored while the line's bit in this context is off, and the
 * line is then dead; so lines are masked by their priority, and the bits change
 * only when a line moves to another hart.
 */
#include "kernel/core/hart.h"
#include "kernel/dev/plic.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/mmio.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define ENABLE_OFFSET  0x2000UL
#define ENABLE_SIZE    0x80UL           /* bytes of bits per context */
#define CONTEXT_OFFSET 0x200000UL
#define CONTEXT_SIZE   0x1000UL
#define CONTEXT_CLAIM  4

static struct {
    char *lines;                        /* priorities and enable bits  [c] */
    char *contexts;                     /* thresholds and claims       [c] */
    unsigned nlines;                    /*                             [c] */
    uint32_t context[MAX_HARTS];        /* of each hart                [c] */
} plic;

static void *priority(unsigned irq)
{
    return plic.lines + irq * 4UL;
}

static void *enable_word(unsigned irq, unsigned hart)
{
    return plic.lines + ENABLE_OFFSET + plic.context[hart] * ENABLE_SIZE + irq / 32 * 4UL;
}

static char *context_page(unsigned hart)
{
    return plic.contexts + plic.context[hart] * CONTEXT_SIZE;
}

bool plic_has_line(unsigned irq)
{
    return irq > 0 && irq <= plic.nlines;
}

bool plic_has_hart(unsigned hart)
{
    return plic.contexts && plic.context[hart] != PLIC_NO_CONTEXT;
}

void plic_route(unsigned irq, unsigned hart, bool on)
{
    void *word = enable_word(irq, hart);
    uint32_t bits = mmio_read32(word), bit = 1u << irq % 32;

    mmio_write32(word, on ? bits | bit : bits & ~bit);
}

void plic_mask(unsigned irq)
{
    mmio_write32(priority(irq), 0);
}

void plic_unmask(unsigned irq)
{
    mmio_write32(priority(irq), 1);
}

unsigned plic_claim(void)
{
    return mmio_read32(context_page(port_hart_index()) + CONTEXT_CLAIM);
}

void plic_complete(unsigned irq)
{
    mmio_write32(context_page(port_hart_index()) + CONTEXT_CLAIM, irq);
}

static uint32_t context_count(const uint32_t contexts[MAX_HARTS])
{
    uint32_t n = 0;

    for (unsigned hart = 0; hart < MAX_HARTS; hart++) {
        if (contexts[hart] != PLIC_NO_CONTEXT)
            n = MAX(n, contexts[hart] + 1);
    }
    return n;
}

/* Firmware may have left anything behind. */
static void silence(void)
{
    for (unsigned irq = 1; irq <= plic.nlines; irq++)
        plic_mask(irq);
    for (unsigned hart = 0; hart < MAX_HARTS; hart++) {
        if (!plic_has_hart(hart))
            continue;
        for (unsigned irq = 0; irq <= plic.nlines; irq += 32)
            mmio_write32(enable_word(irq, hart), 0);
    }
}

int plic_init(paddr_t base, unsigned nlines, const uint32_t contexts[MAX_HARTS])
{
    uint32_t n = context_count(contexts);
    char *lines = ioremap(base, ENABLE_OFFSET + n * ENABLE_SIZE), *pages;

    if (!lines)
        return -ENOMEM;
    pages = ioremap(base + CONTEXT_OFFSET, n * CONTEXT_SIZE);
    if (!pages) {
        iounmap(lines);
        return -ENOMEM;
    }
    plic.lines = lines;
    plic.contexts = pages;
    plic.nlines = nlines;
    for (unsigned hart = 0; hart < MAX_HARTS; hart++)
        plic.context[hart] = contexts[hart];
    silence();
    return 0;
}

void plic_init_hart(void)
{
    unsigned hart = port_hart_index();

    if (!plic_has_hart(hart))
        return;
    mmio_write32(context_page(hart), 0);
    csr_set(sie, SIE_EXT);
}
