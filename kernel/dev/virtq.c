/* SPDX-License-Identifier: MIT */
/*
 * virtq.c - the driver's side of a split virtqueue.
 *
 * Both indices count chains since the beginning and wrap at 65,536, which every
 * size divides.  Order matters twice: a chain and its ring entry are visible
 * before the index that announces them; and the index of used chains is read
 * before the entries it announces.
 */
#include "kernel/dev/virtq.h"
#include "lib/bitops.h"

#define NO_SLOT UINT16_MAX

size_t virtq_avail_offset(unsigned size)
{
    return size * sizeof(struct virtq_desc);
}

size_t virtq_used_offset(unsigned size)
{
    size_t end = virtq_avail_offset(size) + sizeof(struct virtq_avail) +
                 (size + 1) * sizeof(struct le16);      /* the ring, and the used_event */

    return align_up(end, sizeof(struct le32));
}

size_t virtq_bytes(unsigned size)
{
    return virtq_used_offset(size) + sizeof(struct virtq_used) +
           size * sizeof(struct virtq_used_elem) + sizeof(struct le16);
}

void virtq_init(struct virtq *q, unsigned size, void *mem, struct virtq_slot *slots)
{
    ASSERT(is_pow2(size) && size <= VIRTQ_MAX);
    *q = (struct virtq){
        .desc = mem,
        .avail = (void *)((char *)mem + virtq_avail_offset(size)),
        .used = (void *)((char *)mem + virtq_used_offset(size)),
        .slots = slots,
        .size = (uint16_t)size,
        .nfree = (uint16_t)size,
    };
    for (unsigned i = 0; i < size; i++)
        slots[i] = (struct virtq_slot){ .next = (uint16_t)(i + 1 < size ? i + 1 : NO_SLOT) };
}

bool virtq_add(struct virtq *q, const struct virtq_buffer *buffers, unsigned n, void *token)
{
    uint16_t head = q->free_head, slot = head;

    ASSERT(n > 0 && token);
    if (n > q->nfree)
        return false;
    for (unsigned i = 0; i < n; i++, slot = q->slots[slot].next) {
        bool more = i + 1 < n;

        q->desc[slot] = (struct virtq_desc){
            .addr = le64_make(buffers[i].addr),
            .len = le32_make(buffers[i].len),
            .flags = le16_make((uint16_t)((more ? VIRTQ_DESC_NEXT : 0) |
                                          (buffers[i].device_writes ? VIRTQ_DESC_WRITE : 0))),
            .next = le16_make(more ? q->slots[slot].next : 0),
        };
    }
    q->free_head = slot;
    q->nfree -= n;
    q->slots[head].token = token;
    q->slots[head].length = (uint16_t)n;
    q->avail->ring[q->avail_idx % q->size] = le16_make(head);
    q->avail_idx++;
    return true;
}

bool virtq_publish(struct virtq *q)
{
    struct le16 flags;

    if (q->told_idx == q->avail_idx)
        return false;
    q->told_idx = q->avail_idx;
    __atomic_store_n(&q->avail->idx.raw, le16_make(q->avail_idx).raw, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);    /* the index, then what the device says of it */
    flags.raw = __atomic_load_n(&q->used->flags.raw, __ATOMIC_RELAXED);
    return !(le16_get(flags) & VIRTQ_USED_NO_NOTIFY);
}

/* The descriptors of the chain at HEAD are free again. */
static void free_chain(struct virtq *q, uint16_t head)
{
    uint16_t last = head;

    for (unsigned i = 1; i < q->slots[head].length; i++)
        last = q->slots[last].next;
    q->slots[last].next = q->free_head;
    q->free_head = head;
    q->nfree += q->slots[head].length;
    q->slots[head].token = NULL;
    q->slots[head].length = 0;
}

void *virtq_take(struct virtq *q, uint32_t *written)
{
    struct le16 used = { __atomic_load_n(&q->used->idx.raw, __ATOMIC_ACQUIRE) };
    struct virtq_used_elem elem;
    uint32_t head;
    void *token;

    if (q->broken || le16_get(used) == q->used_idx)
        return NULL;
    elem = q->used->ring[q->used_idx % q->size];
    head = le32_get(elem.id);
    if (head >= q->size || !q->slots[head].token) {
        q->broken = true;
        return NULL;
    }
    token = q->slots[head].token;
    free_chain(q, (uint16_t)head);
    q->used_idx++;
    if (written)
        *written = le32_get(elem.len);
    return token;
}

void virtq_check(const struct virtq *q)
{
    unsigned nfree = 0, nchained = 0;

    for (uint16_t i = q->free_head; nfree < q->nfree; i = q->slots[i].next, nfree++)
        ASSERT(i < q->size && !q->slots[i].token);
    for (unsigned i = 0; i < q->size; i++)
        nchained += q->slots[i].length;
    ASSERT(nfree + nchained == q->size);
    ASSERT((uint16_t)(q->avail_idx - q->used_idx) <= q->size);
}
