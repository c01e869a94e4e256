/* SPDX-License-Identifier: MIT */
/*
 * virtio.h - virtio devices behind memory-mapped registers (VIRTIO 1.1, section
 * 4.2), modern ones only.
 *
 * A driver brings its device up in this order:
 *   virtio_open -> virtio_negotiate -> virtio_create_queue -> irq_request
 *   -> virtio_start
 * and gives up with virtio_fail at any point.
 */
#pragma once
#include "kernel/dev/dma.h"
#include "kernel/dev/virtq.h"

#define VIRTIO_ID_BLOCK 2
#define VIRTIO_ID_GPU   16

/* Feature bits of every device. */
#define VIRTIO_F_VERSION_1 ((uint64_t)1 << 32)

struct virtio_device {
    char *regs;                     /*                                [c] */
    unsigned irq;                   /*                                [c] */
    uint32_t id;                    /* what it is: VIRTIO_ID_...      [c] */
    uint64_t features;              /* agreed on by both sides        [c] */
    struct dma_device dma;
};

/* The device at BASE, or NULL: the slot is empty, the device too old (the log
 * says so), or memory short.  May sleep; so may all below unless they say no. */
struct virtio_device *virtio_open(paddr_t base, unsigned irq);
void virtio_close(struct virtio_device *v);

/* Reset the device and agree on those of WANTED that it offers, in v->features.
 * 0, or -ENODEV: it does not answer, or refuses. */
int virtio_negotiate(struct virtio_device *v, uint64_t wanted);

/* Make queue INDEX, of at most MAX (<= VIRTQ_MAX) descriptors.  0, -ENODEV, -ENOMEM. */
int virtio_create_queue(struct virtio_device *v, unsigned index, struct virtq *q, unsigned max);
/* Free its memory; the device has been reset. */
void virtio_destroy_queue(struct virtio_device *v, struct virtq *q);

/* The driver is ready for interrupts. */
void virtio_start(struct virtio_device *v);
/* The driver gives up; the device forgets all memory it was lent.  Any context. */
void virtio_fail(struct virtio_device *v);
/* Whether the device says that it is lost.  Any context. */
bool virtio_is_lost(const struct virtio_device *v);

/* Tell the device to look at queue INDEX.  Any context. */
void virtio_notify(struct virtio_device *v, unsigned index);
/* In the interrupt, before looking at the queues: this interrupt was seen. */
void virtio_ack(struct virtio_device *v);

/* A field of the device's configuration. */
uint32_t virtio_config_read32(const struct virtio_device *v, unsigned offset);
uint64_t virtio_config_read64(const struct virtio_device *v, unsigned offset);
