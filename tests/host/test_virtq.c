/* SPDX-License-Identifier: MIT */
// sources: kernel/dev/virtq.c
/*
 * test_virtq.c - the driver's half of a virtqueue against a device made of
 * twenty lines, which serves chains in any order, and against one that lies.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/dev/virtq.h"
#include "tests/host/shim.h"

#define MAX_CHAIN 6

struct chain {
    unsigned n;
    struct virtq_buffer buffers[MAX_CHAIN];
    bool in_flight;
};

static struct virtq q;
static void *memory;
static struct virtq_slot *slots;

/* The device: what it has seen of the available ring. */
static uint16_t seen, served;
static uint16_t waiting[VIRTQ_MAX];
static unsigned nwaiting;

static void create(unsigned size)
{
    memory = aligned_alloc(4096, (virtq_bytes(size) + 4095) & ~4095UL);
    slots = calloc(size, sizeof(*slots));
    memset(memory, 0, virtq_bytes(size));
    virtq_init(&q, size, memory, slots);
    seen = served = 0;
    nwaiting = 0;
}

static void destroy(void)
{
    free(memory);
    free(slots);
}

static void device_look(void)
{
    while (seen != le16_get(q.avail->idx))
        waiting[nwaiting++] = le16_get(q.avail->ring[seen++ % q.size]);
}

/* Give chain ID back, saying that LEN bytes were written. */
static void device_return(uint32_t id, uint32_t len)
{
    q.used->ring[served % q.size] =
        (struct virtq_used_elem){ le32_make(id), le32_make(len) };
    served++;
    q.used->idx = le16_make(served);
}

/* Does the chain at HEAD say what CHAIN says? */
static void device_compare(uint16_t head, const struct chain *chain)
{
    uint16_t i = head;

    for (unsigned n = 0; n < chain->n; n++) {
        const struct virtq_desc *d = &q.desc[i];
        uint16_t flags = le16_get(d->flags);

        cr_assert_eq(le64_get(d->addr), chain->buffers[n].addr);
        cr_assert_eq(le32_get(d->len), chain->buffers[n].len);
        cr_assert_eq(!!(flags & VIRTQ_DESC_WRITE), chain->buffers[n].device_writes);
        cr_assert_eq(!!(flags & VIRTQ_DESC_NEXT), n + 1 < chain->n);
        i = le16_get(d->next);
    }
}

static void make_chain(struct chain *c, unsigned n)
{
    c->n = n;
    for (unsigned i = 0; i < n; i++)
        c->buffers[i] = (struct virtq_buffer){
            .addr = port_random(), .len = (uint32_t)port_random(),
            .device_writes = i >= n / 2,
        };
}

/* The layout the standard asks for. */
Test(virtq, layout)
{
    for (unsigned size = 1; size <= VIRTQ_MAX; size *= 2) {
        size_t avail = virtq_avail_offset(size), used = virtq_used_offset(size);

        cr_assert_eq(avail, 16 * size);
        cr_assert(used >= avail + 6 + 2 * size && used % 4 == 0);
        cr_assert_eq(virtq_bytes(size), used + 6 + 8 * size);
        create(size);
        virtq_check(&q);
        destroy();
    }
}

/* Fill a queue to the last descriptor; what does not fit changes nothing. */
Test(virtq, full)
{
    struct chain c;

    create(8);
    make_chain(&c, 3);
    cr_assert(virtq_add(&q, c.buffers, 3, "a"));
    cr_assert(virtq_add(&q, c.buffers, 3, "b"));
    cr_assert(!virtq_add(&q, c.buffers, 3, "c"));
    virtq_check(&q);
    cr_assert(virtq_add(&q, c.buffers, 2, "d"));
    cr_assert(!virtq_add(&q, c.buffers, 1, "e"));
    cr_assert_eq(q.nfree, 0);
    virtq_check(&q);
    cr_assert_null(virtq_take(&q, NULL));
    cr_assert(virtq_publish(&q));
    device_look();
    cr_assert_eq(nwaiting, 3);
    device_return(waiting[1], 17);
    uint32_t written;
    cr_assert_str_eq(virtq_take(&q, &written), "b");
    cr_assert_eq(written, 17);
    cr_assert_eq(q.nfree, 3);
    cr_assert_null(virtq_take(&q, NULL));
    cr_assert(virtq_add(&q, c.buffers, 3, "f"));
    virtq_check(&q);
    destroy();
}

/* The device hears of chains when they are published, and only if it wants to. */
Test(virtq, notification)
{
    struct virtq_buffer b = { 4096, 512, false };

    create(4);
    cr_assert(!virtq_publish(&q), "nothing to tell");
    virtq_add(&q, &b, 1, "a");
    cr_assert_eq(le16_get(q.avail->idx), 0, "not told yet");
    cr_assert(virtq_publish(&q));
    cr_assert_eq(le16_get(q.avail->idx), 1);
    cr_assert(!virtq_publish(&q), "told already");
    q.used->flags = le16_make(VIRTQ_USED_NO_NOTIFY);
    virtq_add(&q, &b, 1, "b");
    cr_assert(!virtq_publish(&q), "it looks by itself");
    cr_assert_eq(le16_get(q.avail->idx), 2);
    destroy();
}

/* Random chains, served in random order, around the 16-bit indices more than once. */
static void run_random(unsigned size, unsigned steps)
{
    static struct chain chains[VIRTQ_MAX];
    unsigned in_flight = 0;

    memset(chains, 0, sizeof(chains));
    create(size);
    for (unsigned step = 0; step < steps; step++) {
        unsigned pick = (unsigned)(port_random() % size);
        struct chain *c = &chains[pick];

        if (port_random() % 2 && !c->in_flight) {
            make_chain(c, 1 + (unsigned)(port_random() % MAX_CHAIN));
            c->in_flight = virtq_add(&q, c->buffers, c->n, c);
            in_flight += c->in_flight;
        }
        if (port_random() % 4 == 0) {
            virtq_publish(&q);
            device_look();
        }
        if (nwaiting && port_random() % 2) {
            unsigned i = (unsigned)(port_random() % nwaiting);
            uint16_t head = waiting[i];

            waiting[i] = waiting[--nwaiting];
            device_compare(head, q.slots[head].token);
            device_return(head, head + 1000u);
        }
        if (port_random() % 3 == 0) {
            uint32_t written;
            struct chain *done = virtq_take(&q, &written);

            if (done) {
                cr_assert(done->in_flight);
                done->in_flight = false;
                in_flight--;
                cr_assert(written >= 1000 && written < 1000 + size);
            }
        }
        if (step % 64 == 0)
            virtq_check(&q);
    }
    cr_assert(!q.broken);
    destroy();
}

Test(virtq, random_orders)
{
    shim_seed(3);
    run_random(8, 500000);
    run_random(64, 300000);
    run_random(VIRTQ_MAX, 300000);
}

/* A device that returns what it was never given is found out, for good. */
Test(virtq, lies)
{
    struct virtq_buffer b[2] = { { 4096, 512, false }, { 8192, 512, true } };

    create(8);
    virtq_add(&q, b, 2, "a");
    virtq_publish(&q);
    device_return(8, 0);
    cr_assert_null(virtq_take(&q, NULL));
    cr_assert(q.broken);
    virtq_check(&q);
    destroy();

    create(8);
    virtq_add(&q, b, 2, "a");
    virtq_publish(&q);
    device_look();
    device_return(q.slots[waiting[0]].next, 0);
    cr_assert_null(virtq_take(&q, NULL));
    cr_assert(q.broken, "the middle of a chain is not a chain");
    destroy();

    create(8);
    virtq_add(&q, b, 2, "a");
    virtq_publish(&q);
    device_look();
    device_return(waiting[0], 0);
    device_return(waiting[0], 0);
    cr_assert_str_eq(virtq_take(&q, NULL), "a");
    cr_assert_null(virtq_take(&q, NULL));
    cr_assert(q.broken, "returned twice");
    destroy();
}

Test(virtq, odd_size_dies, .signal = SIGABRT)
{
    create(8);
    cr_redirect_stderr();
    virtq_init(&q, 6, memory, slots);
}
