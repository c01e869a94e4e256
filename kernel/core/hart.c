/* SPDX-License-Identifier: MIT */
/*
 * hart.c - the harts, and interrupts from one to another.
 *
 * A request is a bit in the target's ipi_pending.  Only the one who sets the
 * first bit raises the interrupt: until the target has taken the word to zero,
 * a handler is still going to run there.
 */
#include "kernel/core/hart.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"

struct hart harts[MAX_HARTS];
unsigned nr_harts = 1;

static void (*handlers[IPI_REASONS])(void);

unsigned port_hart_index(void)
{
    return this_hart()->index;
}

void ipi_set_handler(enum ipi_reason reason, void (*handler)(void))
{
    handlers[reason] = handler;
}

void ipi_send(unsigned hart, enum ipi_reason reason)
{
    struct hart *h = &harts[hart];

    if (__atomic_fetch_or(&h->ipi_pending, 1UL << reason, __ATOMIC_SEQ_CST))
        return;
    if (h == this_hart())
        csr_set(sip, SIE_SOFT);
    else
        sbi_send_ipi(h->hartid);
}

void ipi_interrupt(void)
{
    uint64_t pending;

    /* In this order: a bit set after the exchange raises the interrupt anew. */
    csr_clear(sip, SIE_SOFT);
    pending = __atomic_exchange_n(&this_hart()->ipi_pending, 0, __ATOMIC_SEQ_CST);
    for (unsigned reason = 0; reason < IPI_REASONS; reason++) {
        if (!(pending >> reason & 1) || !handlers[reason])
            continue;
        this_hart()->nipi[reason]++;
        handlers[reason]();
    }
}
