/* SPDX-License-Identifier: MIT */
/*
 * dev.c - bring up what the device tree found.
 *
 * Disks are named in the order of their addresses, whatever order QEMU filled
 * the slots in; who needs a certain disk asks for its serial number.
 */
#include "kernel/core/machine.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/plic.h"
#include "kernel/dev/rtc.h"
#include "kernel/dev/uart.h"
#include "kernel/dev/virtio.h"
#include "kernel/dev/virtio_blk.h"
#include "kernel/dev/virtio_gpu.h"
#include "lib/bitops.h"

/* Whether DEVICE exists; a step that failed is only reported. */
static bool exists(const struct machine_device *device)
{
    return device->size > 0;
}

static void report(const char *what, int error)
{
    if (error)
        printk("%s: not usable (error %d)\n", what, -error);
}

/* One more than the highest interrupt context that is a hart's; a hart without
 * one has UINT32_MAX. */
static uint32_t context_count(const struct machine *m)
{
    uint32_t n = 0;

    for (size_t i = 0; i < m->nharts; i++) {
        if (m->harts[i].plic_context != UINT32_MAX)
            n = MAX(n, m->harts[i].plic_context + 1);
    }
    return n;
}

void dev_init_early(const struct machine *m)
{
    if (exists(&m->plic))
        report("plic", plic_init(m->plic.base, m->plic_lines, context_count(m)));
    if (exists(&m->uart))
        report("uart", uart_init(m->uart.base));
}

void dev_init_hart(const struct machine *m)
{
    plic_init_hart(m->harts[port_hart_index()].plic_context);
}

static void attach_virtio(const struct machine_device *device)
{
    struct virtio_device *v = virtio_open(device->base, device->irq);

    if (!v)
        return;
    if (v->id == VIRTIO_ID_BLOCK) {
        virtio_blk_attach(v);
        return;
    }
    if (v->id == VIRTIO_ID_GPU) {
        virtio_gpu_attach(v);
        return;
    }
    printk("virtio: no driver for device %u at %#lx\n", v->id, (unsigned long)device->base);
    virtio_close(v);
}

void dev_init(const struct machine *m)
{
    if (exists(&m->rtc))
        report("rtc", rtc_init(m->rtc.base));
    if (exists(&m->uart))
        report("ttyS0", uart_start(m->uart.irq));
    for (size_t i = 0; i < m->nvirtio; i++)
        attach_virtio(&m->virtio[i]);
    irq_balance();
}
