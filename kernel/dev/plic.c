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
#include "kernel/dev/plic.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/mmio.h"
#include "lib/abi/errno.h"

#define ENABLE_OFFSET  0x2000UL
#define ENABLE_SIZE    0x80UL           /* bytes of bits per context */
#define CONTEXT_OFFSET 0x200000UL
#define CONTEXT_SIZE   0x1000UL
#define CONTEXT_CLAIM  4

static struct {
    char *lines;                        /* priorities and enable bits  [c] */
    char *contexts;                     /* thresholds and claims       [c] */
    unsigned nlines;                    /*                             [c] */
    uint32_t ncontexts;                 /*                             [c] */
    char *page[MAX_HARTS];              /* threshold and claim of each hart, NULL
                                         * until it accepts interrupts [a] */
} plic;

static void *priority(unsigned irq)
{
    return plic.lines + irq * 4UL;
}

static void *enable_word(unsigned irq, unsigned hart)
{
    size_t context = (size_t)(plic.page[hart] - plic.contexts) / CONTEXT_SIZE;

    return plic.lines + ENABLE_OFFSET + context * ENABLE_SIZE + irq / 32 * 4UL;
}

bool plic_has_line(unsigned irq)
{
    return irq > 0 && irq <= plic.nlines;
}

bool plic_has_hart(unsigned hart)
{
    return __atomic_load_n(&plic.page[hart], __ATOMIC_ACQUIRE);
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
    return mmio_read32(plic.page[port_hart_index()] + CONTEXT_CLAIM);
}

void plic_complete(unsigned irq)
{
    mmio_write32(plic.page[port_hart_index()] + CONTEXT_CLAIM, irq);
}

int plic_init(paddr_t base, unsigned nlines, uint32_t ncontexts)
{
    char *lines = ioremap(base, ENABLE_OFFSET + ncontexts * ENABLE_SIZE), *pages;

    if (!lines)
        return -ENOMEM;
    pages = ioremap(base + CONTEXT_OFFSET, ncontexts * CONTEXT_SIZE);
    if (!pages) {
        iounmap(lines);
        return -ENOMEM;
    }
    plic.lines = lines;
    plic.contexts = pages;
    plic.nlines = nlines;
    plic.ncontexts = ncontexts;
    for (unsigned irq = 1; irq <= nlines; irq++)
        plic_mask(irq);
    return 0;
}

/* Firmware may have left anything behind in the bits of this context. */
void plic_init_hart(uint32_t context)
{
    unsigned hart = port_hart_index();
    char *page;

    if (context >= plic.ncontexts)
        return;
    page = plic.contexts + context * CONTEXT_SIZE;
    __atomic_store_n(&plic.page[hart], page, __ATOMIC_RELEASE);
    for (unsigned irq = 0; irq <= plic.nlines; irq += 32)
        mmio_write32(enable_word(irq, hart), 0);
    mmio_write32(page, 0);
    csr_set(sie, SIE_EXT);
}
