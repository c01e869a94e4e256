/* SPDX-License-Identifier: MIT */
/*
 * virtq.h - a split virtqueue (VIRTIO 1.1, section 2.6): how a driver lends
 * buffers to a device and gets them back.  Pure.
 *
 *   descriptors   SIZE of them, each one buffer; chains make one request
 *   available     driver -> device: heads of chains to serve
 *   used          device -> driver: heads of chains that were served
 *
 * All three lie in one block of memory both sides see.  The driver keeps what it
 * must be able to trust (who owns a chain, what follows what) in slots of its
 * own, which the device cannot reach: a device that returns nonsense is found
 * out, and the queue is declared broken.
 *
 * No locks: the caller's lock guards the queue.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/endian.h"

#define VIRTQ_MAX 1024                  /* largest size used; sizes are powers of two */

struct virtq_desc {
    struct le64 addr;
    struct le32 len;
    struct le16 flags;
    struct le16 next;
};
#define VIRTQ_DESC_NEXT  0x1            /* `next` continues the chain   */
#define VIRTQ_DESC_WRITE 0x2            /* the device writes the buffer */

struct virtq_avail {
    struct le16 flags;
    struct le16 idx;                    /* chains ever made available */
    struct le16 ring[];
};

struct virtq_used_elem {
    struct le32 id;                     /* head of the chain          */
    struct le32 len;                    /* bytes the device wrote     */
};

struct virtq_used {
    struct le16 flags;
    struct le16 idx;                    /* chains ever used           */
    struct virtq_used_elem ring[];
};
#define VIRTQ_USED_NO_NOTIFY 0x1        /* the device looks by itself */

/* The driver's side of a descriptor. */
struct virtq_slot {
    void *token;                        /* of the chain it heads; NULL otherwise  */
    uint16_t next;                      /* in the free list or in the chain       */
    uint16_t length;                    /* descriptors of the chain it heads      */
};

struct virtq {
    struct virtq_desc *desc;            /*                                 [c] */
    struct virtq_avail *avail;          /*                                 [c] */
    struct virtq_used *used;            /*                                 [c] */
    struct virtq_slot *slots;           /*                                 [c] */
    uint16_t size;                      /*                                 [c] */
    uint16_t nfree;                     /* descriptors in no chain             */
    uint16_t free_head;                 /* first of them                       */
    uint16_t avail_idx;                 /* chains added                        */
    uint16_t told_idx;                  /* of these, the device knows of       */
    uint16_t used_idx;                  /* chains taken back                   */
    bool broken;                        /* the device returned what it never had */
};

/* One buffer of a request. */
struct virtq_buffer {
    dma_addr_t addr;
    uint32_t len;
    bool device_writes;                 /* such buffers come last */
};

/* Where the parts of a queue of SIZE lie in its block of memory, and how long that is. */
size_t virtq_avail_offset(unsigned size);
size_t virtq_used_offset(unsigned size);
size_t virtq_bytes(unsigned size);

/* A queue of SIZE descriptors in MEM (zeroed, page-aligned, virtq_bytes long),
 * with SIZE slots. */
void virtq_init(struct virtq *q, unsigned size, void *mem, struct virtq_slot *slots);

/* Put a chain of N buffers into the queue; TOKEN (not NULL) comes back with it.
 * False, and nothing done, if fewer than N descriptors are free. */
bool virtq_add(struct virtq *q, const struct virtq_buffer *buffers, unsigned n, void *token);

/* Show the device what was added.  True: it must be notified. */
bool virtq_publish(struct virtq *q);

/* The token of a chain that was served, its descriptors being free again; NULL
 * if there is none, or the queue is broken.  *WRITTEN (may be NULL): bytes the
 * device wrote. */
void *virtq_take(struct virtq *q, uint32_t *written);

/* Panics if chains, free list and counts do not add up. */
void virtq_check(const struct virtq *q);
