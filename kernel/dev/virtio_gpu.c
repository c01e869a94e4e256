/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu.c - the display of a virtual machine.
 *
 * The device has pictures of its own ("resources").  One is made, as large as the first screen;
 * memory of ours is its backing, in one piece; and the screen is told to show it:
 *
 *     memory --transfer--> resource --flush--> screen
 *
 * All that takes memory happens when the frame buffer is first used: a machine on which nobody
 * draws pays for the queue only.
 *
 * Commands go one at a time: whoever gives one has the lock and sleeps until the device has
 * answered.
 */
#include "kernel/dev/fb.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/virtio.h"
#include "kernel/dev/virtio_gpu.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sched/mutex.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/endian.h"
#include "lib/string.h"

#define QUEUE_CONTROL 0
#define QUEUE_SIZE    16                /* descriptors; a command takes two */
#define SCREENS       16
#define RESOURCE      1                 /* our only one                     */
#define FORMAT_BGRX   2                 /* bytes B, G, R and one that does not count */

enum command {
    GET_DISPLAY_INFO = 0x100, RESOURCE_CREATE_2D, RESOURCE_UNREF, SET_SCANOUT, RESOURCE_FLUSH,
    TRANSFER_TO_HOST_2D, RESOURCE_ATTACH_BACKING,
};
#define OK_NODATA       0x1100
#define OK_DISPLAY_INFO 0x1101

struct header {
    struct le32 type, flags;
    struct le64 fence;
    struct le32 context, ring;
};

struct rect {
    struct le32 x, y, width, height;
};

/* What is said to the device, and what it answers, by type. */
struct request {
    struct header header;
    union {
        struct { struct le32 resource, format, width, height; } create;
        struct { struct rect rect; struct le32 screen, resource; } scanout;
        struct { struct rect rect; struct le32 resource, padding; } flush;
        struct { struct rect rect; struct le64 offset; struct le32 resource, padding; } transfer;
        struct {
            struct le32 resource, nentries;
            struct le64 addr;           /* the only entry */
            struct le32 length, padding;
        } attach;
    };
};

struct screen {
    struct rect rect;
    struct le32 enabled, flags;
};

struct answer {
    struct header header;
    struct screen screens[SCREENS];     /* OK_DISPLAY_INFO only */
};

struct exchange {                       /* what both sides see */
    struct request request;
    struct answer answer;
};

/* [l] lock  [q] queue_lock  [c] constant */
struct virtio_gpu {
    struct framebuffer fb;
    struct virtio_device *v;            /*                                          [c] */
    struct mutex lock;                  /* RANK_DISPLAY: one command at a time          */
    struct spinlock queue_lock;         /* RANK_BLOCK; the interrupt takes it           */
    struct virtq q;                     /*                                          [q] */
    struct wait_queue answered;
    bool done, broken;                  /*                                          [q] */
    struct exchange *shared;            /*                                          [l] */
    dma_addr_t shared_addr;             /* as the device knows it                   [c] */
};

/* ---- commands ----------------------------------------------------------------------------- */

static void gpu_interrupt(void *arg)
{
    struct virtio_gpu *g = arg;
    uint64_t flags;

    virtio_ack(g->v);
    flags = spin_lock_irqsave(&g->queue_lock);
    while (virtq_take(&g->q, NULL) != NULL)
        __atomic_store_n(&g->done, true, __ATOMIC_RELEASE);
    if (g->q.broken || virtio_is_lost(g->v))
        __atomic_store_n(&g->broken, true, __ATOMIC_RELEASE);
    spin_unlock_irqrestore(&g->queue_lock, flags);
    wake_up_all(&g->answered);
}

static bool has_ended(const struct virtio_gpu *g)
{
    return __atomic_load_n(&g->done, __ATOMIC_ACQUIRE)
           || __atomic_load_n(&g->broken, __ATOMIC_ACQUIRE);
}

static void send(struct virtio_gpu *g)
{
    struct virtq_buffer buffers[2] = {
        { g->shared_addr + offsetof(struct exchange, request), sizeof(struct request), false },
        { g->shared_addr + offsetof(struct exchange, answer), sizeof(struct answer), true },
    };
    uint64_t flags = spin_lock_irqsave(&g->queue_lock);

    g->done = false;
    if (!virtq_add(&g->q, buffers, ARRAY_SIZE(buffers), g))
        panic("display: no descriptors for its only command");
    if (virtq_publish(&g->q))
        virtio_notify(g->v, QUEUE_CONTROL);
    spin_unlock_irqrestore(&g->queue_lock, flags);
}

/* Give the command that is in shared->request, of TYPE.  0, or -EIO: not answered by EXPECTED.
 * The lock is held; sleeps. */
static int command(struct virtio_gpu *g, enum command type, uint32_t expected)
{
    struct header *answer = &g->shared->answer.header;

    ASSERT(mutex_is_mine(&g->lock));
    if (g->broken)
        return -EIO;
    g->shared->request.header = (struct header){ .type = le32_make(type) };
    answer->type = le32_make(0);
    send(g);
    wait_event(&g->answered, has_ended(g));
    return !g->broken && le32_get(answer->type) == expected ? 0 : -EIO;
}

static struct rect lines(const struct virtio_gpu *g, uint32_t first, uint32_t end)
{
    return (struct rect){ .y = le32_make(first), .width = le32_make(g->fb.width),
                          .height = le32_make(end - first) };
}

static int read_size(struct virtio_gpu *g)
{
    const struct rect *first = &g->shared->answer.screens[0].rect;
    int error = command(g, GET_DISPLAY_INFO, OK_DISPLAY_INFO);

    if (error)
        return error;
    g->fb.width = le32_get(first->width);
    g->fb.height = le32_get(first->height);
    return g->fb.width && g->fb.height && g->fb.width <= 16384 && g->fb.height <= 16384
           ? 0 : -ENODEV;
}

static int create_resource(struct virtio_gpu *g)
{
    struct request *r = &g->shared->request;

    r->create.resource = le32_make(RESOURCE);
    r->create.format = le32_make(FORMAT_BGRX);
    r->create.width = le32_make(g->fb.width);
    r->create.height = le32_make(g->fb.height);
    return command(g, RESOURCE_CREATE_2D, OK_NODATA);
}

static int attach_backing(struct virtio_gpu *g, dma_addr_t addr)
{
    struct request *r = &g->shared->request;

    r->attach.resource = le32_make(RESOURCE);
    r->attach.nentries = le32_make(1);
    r->attach.addr = le64_make(addr);
    r->attach.length = le32_make((uint32_t)fb_bytes(&g->fb));
    r->attach.padding = le32_make(0);
    return command(g, RESOURCE_ATTACH_BACKING, OK_NODATA);
}

static int set_scanout(struct virtio_gpu *g)
{
    struct request *r = &g->shared->request;

    r->scanout.rect = lines(g, 0, g->fb.height);
    r->scanout.screen = le32_make(0);
    r->scanout.resource = le32_make(RESOURCE);
    return command(g, SET_SCANOUT, OK_NODATA);
}

static int transfer(struct virtio_gpu *g, uint32_t first, uint32_t end)
{
    struct request *r = &g->shared->request;

    r->transfer.rect = lines(g, first, end);
    r->transfer.offset = le64_make(first * fb_line_bytes(&g->fb));
    r->transfer.resource = le32_make(RESOURCE);
    r->transfer.padding = le32_make(0);
    return command(g, TRANSFER_TO_HOST_2D, OK_NODATA);
}

static int flush(struct virtio_gpu *g, uint32_t first, uint32_t end)
{
    struct request *r = &g->shared->request;

    r->flush.rect = lines(g, first, end);
    r->flush.resource = le32_make(RESOURCE);
    r->flush.padding = le32_make(0);
    return command(g, RESOURCE_FLUSH, OK_NODATA);
}

/* ---- the frame buffer --------------------------------------------------------------------- */

static struct virtio_gpu *gpu_of(struct framebuffer *fb)
{
    return container_of(fb, struct virtio_gpu, fb);
}

/* The picture's memory is the device's from here on, so that there is no way back but to
 * break the device. */
static int show(struct virtio_gpu *g, dma_addr_t addr)
{
    int error = create_resource(g);

    if (!error)
        error = attach_backing(g, addr);
    if (!error)
        error = set_scanout(g);
    return error;
}

static int gpu_begin(struct framebuffer *fb)
{
    struct virtio_gpu *g = gpu_of(fb);
    dma_addr_t addr;
    void *pixels = dma_alloc_coherent(&g->v->dma, fb_bytes(fb), &addr);
    int error;

    if (!pixels)
        return -ENOMEM;
    mutex_lock(&g->lock);
    error = show(g, addr);
    if (error) {
        virtio_fail(g->v);
        g->broken = true;
    }
    mutex_unlock(&g->lock);
    if (error)
        dma_free_coherent(&g->v->dma, pixels, fb_bytes(fb));
    else
        __atomic_store_n(&fb->pixels, pixels, __ATOMIC_RELEASE);
    return error;
}

static int gpu_flush(struct framebuffer *fb, uint32_t first, uint32_t end)
{
    struct virtio_gpu *g = gpu_of(fb);
    int error;

    mutex_lock(&g->lock);
    error = transfer(g, first, end);
    if (!error)
        error = flush(g, first, end);
    mutex_unlock(&g->lock);
    return error;
}

/* ---- attaching ---------------------------------------------------------------------------- */

static int set_up(struct virtio_gpu *g)
{
    int error = virtio_negotiate(g->v, 0);

    if (error)
        return error;
    error = virtio_create_queue(g->v, QUEUE_CONTROL, &g->q, QUEUE_SIZE);
    if (error)
        return error;
    error = -ENOMEM;
    g->shared = dma_alloc_coherent(&g->v->dma, sizeof(*g->shared), &g->shared_addr);
    if (!g->shared)
        goto undo_queue;
    error = irq_request(g->v->irq, gpu_interrupt, g, g->fb.name);
    if (error)
        goto undo_shared;
    virtio_start(g->v);
    return 0;

undo_shared:
    dma_free_coherent(&g->v->dma, g->shared, sizeof(*g->shared));
undo_queue:
    virtio_fail(g->v);
    virtio_destroy_queue(g->v, &g->q);
    return error;
}

static struct virtio_gpu *create(struct virtio_device *v)
{
    struct virtio_gpu *g = kzalloc(sizeof(*g), GFP_KERNEL);

    if (!g)
        return NULL;
    g->v = v;
    g->fb = (struct framebuffer){ .name = "virtio_gpu", .begin = gpu_begin, .flush = gpu_flush };
    mutex_init(&g->lock, RANK_DISPLAY, "display");
    spin_init(&g->queue_lock, RANK_BLOCK, "display's queue");
    wait_queue_init(&g->answered);
    return g;
}

int virtio_gpu_attach(struct virtio_device *v)
{
    struct virtio_gpu *g = fb_get() ? NULL : create(v);
    int error = g ? set_up(g) : -ENOMEM;

    if (error) {
        printk("virtio: a display cannot be used (error %d)\n", -error);
        kfree(g);
        virtio_close(v);
        return error;
    }
    mutex_lock(&g->lock);
    error = read_size(g);
    mutex_unlock(&g->lock);
    if (error) {
        printk("fb0: the display does not say how large it is\n");
        virtio_fail(v);         /* its interrupt line stays requested */
        return error;
    }
    printk("fb0: %u x %u\n", g->fb.width, g->fb.height);
    fb_register(&g->fb);
    return 0;
}
