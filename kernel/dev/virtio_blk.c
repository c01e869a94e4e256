/* SPDX-License-Identifier: MIT */
/*
 * virtio_blk.c - disks of a virtual machine.
 *
 * A request is a chain of buffers: a header that says what and where, the data,
 * and a byte into which the device writes how it went.
 *
 *   [ header | segment | segment ... | status ]
 *     -> device  <- either way ->      <- device
 *
 * Headers and status bytes live in one coherent block, one pair for each request
 * the block layer has, so that starting a request allocates nothing.
 *
 * All of it is guarded by the disk's lock, which the interrupt takes as well.  A
 * device that breaks the rules is reset, which makes it forget the memory it was
 * lent, and everything asked of it from then on fails.
 */
#include "kernel/dev/block.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/virtio.h"
#include "kernel/dev/virtio_blk.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define MAJOR           254         /* Linux's first dynamic one, where its disks end up */
#define MINORS_PER_DISK 16
#define MAX_DISKS       26          /* vda .. vdz */

#define QUEUE_SIZE 512              /* descriptors */
#define DEPTH      64               /* requests in flight */
#define MAX_SEGS   32               /* of one request: 128 KiB in scattered pages */
#define MAX_BYTES  (1UL << 20)      /* of one request */

#define F_SIZE_MAX ((uint64_t)1 << 1)
#define F_SEG_MAX  ((uint64_t)1 << 2)
#define F_RO       ((uint64_t)1 << 5)
#define F_FLUSH    ((uint64_t)1 << 9)

#define CONFIG_CAPACITY 0
#define CONFIG_SIZE_MAX 8
#define CONFIG_SEG_MAX  12

#define TYPE_IN     0
#define TYPE_OUT    1
#define TYPE_FLUSH  4
#define TYPE_GET_ID 8
#define ID_BYTES    20

#define STATUS_OK      0
#define STATUS_PENDING 0xff         /* ours: the device has not written it */

struct header {
    struct le32 type;
    struct le32 reserved;
    struct le64 sector;
};

/* What a request shares with the device, apart from its data. */
struct shared {
    struct header header;
    uint8_t status;
    uint8_t spare[15];
};

struct slot {
    struct request *rq;                 /* NULL: the device does not have it  [l] */
    unsigned nsegs;                     /*                                    [l] */
    struct dma_segment sg[MAX_SEGS];    /*                                    [l] */
};

/* [l] disk.lock  [c] constant */
struct virtio_blk {
    struct block_device disk;
    struct virtio_device *v;            /*                                    [c] */
    struct virtq q;                     /*                                    [l] */
    struct shared *shared;              /* DEPTH of them                      [c] */
    dma_addr_t shared_addr;             /* as the device knows them           [c] */
    bool broken;                        /*                                    [l] */
    struct virtq_buffer buffers[MAX_SEGS + 2];  /* of the chain being built   [l] */
    struct slot slots[DEPTH];
};

static struct virtio_blk *blk_of(struct block_device *disk)
{
    return disk->private;
}

/* Starting a request */

static enum dma_direction direction(enum bio_op op)
{
    return op == BIO_WRITE ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
}

static void unmap_data(struct virtio_blk *b, struct slot *s, enum bio_op op)
{
    dma_unmap_sg(&b->v->dma, s->sg, s->nsegs, direction(op));
    s->nsegs = 0;
}

/* Lend the device the data of RQ.  False, and nothing lent: it cannot reach it. */
static bool map_data(struct virtio_blk *b, struct slot *s, const struct request *rq)
{
    uint32_t limit = rq->op == BIO_SERIAL ? ID_BYTES : UINT32_MAX;
    struct bio_segment *seg;
    struct bio *bio;

    s->nsegs = 0;
    request_for_each_segment(rq, bio, seg) {
        if (dma_map_sg_page(&b->v->dma, s->sg, &s->nsegs, MAX_SEGS, b->disk.max_seg_bytes,
                            seg->page, seg->offset, MIN(seg->len, limit), direction(rq->op)))
            continue;
        unmap_data(b, s, rq->op);
        return false;
    }
    return true;
}

static void fill_header(struct shared *shared, const struct request *rq)
{
    static const uint32_t types[BIO_OPS] = {
        [BIO_READ] = TYPE_IN, [BIO_WRITE] = TYPE_OUT, [BIO_FLUSH] = TYPE_FLUSH,
        [BIO_SERIAL] = TYPE_GET_ID,
    };

    shared->header.type = le32_make(types[rq->op]);
    shared->header.reserved = le32_make(0);
    shared->header.sector = le64_make(rq->sector);
    shared->status = STATUS_PENDING;
}

static void queue_chain(struct virtio_blk *b, struct slot *s, const struct request *rq)
{
    dma_addr_t shared = b->shared_addr + rq->index * sizeof(struct shared);
    struct virtq_buffer *buffer = b->buffers;

    *buffer++ = (struct virtq_buffer){ shared, sizeof(struct header), false };
    for (unsigned i = 0; i < s->nsegs; i++)
        *buffer++ = (struct virtq_buffer){ s->sg[i].addr, s->sg[i].len, rq->op != BIO_WRITE };
    *buffer++ = (struct virtq_buffer){ shared + offsetof(struct shared, status), 1, true };
    if (!virtq_add(&b->q, b->buffers, (unsigned)(buffer - b->buffers), s))
        panic("%s: no descriptors, though they were counted", b->disk.name);
}

static int blk_start(struct block_device *disk, struct request *rq)
{
    struct virtio_blk *b = blk_of(disk);
    struct slot *s = &b->slots[rq->index];

    if (b->broken)
        return -EIO;
    if (b->q.nfree < rq->nsegs + 2)
        return -EBUSY;
    if (!map_data(b, s, rq))
        return -EIO;
    fill_header(&b->shared[rq->index], rq);
    queue_chain(b, s, rq);
    s->rq = rq;
    return 0;
}

static void blk_commit(struct block_device *disk)
{
    struct virtio_blk *b = blk_of(disk);

    if (!b->broken && virtq_publish(&b->q))
        virtio_notify(b->v, 0);
}

static const struct block_ops blk_ops = {
    .start = blk_start,
    .commit = blk_commit,
};

/* Ending requests */

static void end_slot(struct virtio_blk *b, struct slot *s, int error, struct list *done)
{
    struct request *rq = s->rq;

    unmap_data(b, s, rq->op);
    s->rq = NULL;
    block_request_done(&b->disk, rq, error, done);
}


/* What the device wrote into the status byte of S. */
static int slot_error(const struct virtio_blk *b, const struct slot *s)
{
    return b->shared[s->rq->index].status == STATUS_OK ? 0 : -EIO;
}

/* The device cannot be trusted any more. */
static void give_up(struct virtio_blk *b, struct list *done)
{
    printk("%s: the device broke down, all further requests fail\n", b->disk.name);
    virtio_fail(b->v);
    b->broken = true;
    for (unsigned i = 0; i < DEPTH; i++) {
        if (b->slots[i].rq)
            end_slot(b, &b->slots[i], -EIO, done);
    }
}

static void blk_interrupt(void *arg)
{
    struct virtio_blk *b = arg;
    struct list done = LIST_INIT(done);
    struct slot *s;
    uint64_t flags;

    virtio_ack(b->v);
    flags = spin_lock_irqsave(&b->disk.lock);
    while (!b->broken && (s = virtq_take(&b->q, NULL)) != NULL)
        end_slot(b, s, slot_error(b, s), &done);
    if (!b->broken && (b->q.broken || virtio_is_lost(b->v)))
        give_up(b, &done);
    block_run_queue(&b->disk, &done);
    spin_unlock_irqrestore(&b->disk.lock, flags);
    block_end_bios(&b->disk, &done);
}

/* Attaching a disk */

static bool has_feature(const struct virtio_blk *b, uint64_t feature)
{
    return b->v->features & feature;
}

/* What the device takes in one request, within what we have room for. */
static void read_limits(struct virtio_blk *b)
{
    struct block_device *disk = &b->disk;
    uint32_t segs = MIN((uint32_t)MAX_SEGS, b->q.size - 2u);

    if (has_feature(b, F_SEG_MAX))
        segs = MIN(segs, virtio_config_read32(b->v, CONFIG_SEG_MAX));
    disk->max_segs = segs;
    disk->max_seg_bytes = MAX_BYTES;
    if (has_feature(b, F_SIZE_MAX))
        disk->max_seg_bytes = MIN(disk->max_seg_bytes,
                                  virtio_config_read32(b->v, CONFIG_SIZE_MAX));
    disk->max_sectors = MAX_BYTES >> SECTOR_SHIFT;
    disk->depth = DEPTH;
    disk->capacity = virtio_config_read64(b->v, CONFIG_CAPACITY);
    disk->read_only = has_feature(b, F_RO);
    disk->can_flush = has_feature(b, F_FLUSH);
}

/* Agree with the device, make its queue and our tables.  0 or an errno. */
static int set_up(struct virtio_blk *b)
{
    int error = virtio_negotiate(b->v, F_SIZE_MAX | F_SEG_MAX | F_RO | F_FLUSH);

    if (error)
        return error;
    error = virtio_create_queue(b->v, 0, &b->q, QUEUE_SIZE);
    if (error)
        return error;
    read_limits(b);
    if (b->disk.max_segs == 0 || b->disk.max_seg_bytes < PAGE_SIZE) {
        error = -ENODEV;
        goto undo_queue;
    }
    b->shared = dma_alloc_coherent(&b->v->dma, DEPTH * sizeof(struct shared), &b->shared_addr);
    if (!b->shared) {
        error = -ENOMEM;
        goto undo_queue;
    }
    b->disk.ops = &blk_ops;
    b->disk.private = b;
    error = block_init(&b->disk);
    if (error)
        goto undo_shared;
    error = irq_request(b->v->irq, blk_interrupt, b, b->disk.name);
    if (error)
        goto undo_block;
    virtio_start(b->v);
    return 0;

undo_block:
    block_fini(&b->disk);
undo_shared:
    dma_free_coherent(&b->v->dma, b->shared, DEPTH * sizeof(struct shared));
undo_queue:
    virtio_fail(b->v);
    virtio_destroy_queue(b->v, &b->q);
    return error;
}

/* A disk without a name of its own is no reason to refuse it. */
static void read_serial(struct block_device *disk)
{
    char *buf = kzalloc(SECTOR_SIZE, GFP_KERNEL);

    if (buf && block_rw_sync(disk, BIO_SERIAL, 0, buf, SECTOR_SIZE) == 0)
        memcpy(disk->serial, buf, ID_BYTES);
    kfree(buf);
}

static void give_name(struct block_device *disk, unsigned index)
{
    fmt_snprintf(disk->name, sizeof(disk->name), "vd%c", 'a' + (int)index);
    disk->major = MAJOR;
    disk->minor = index * MINORS_PER_DISK;
}

static void announce(const struct block_device *disk)
{
    printk("%s: %lu MiB%s%s%s%s\n", disk->name, (unsigned long)(disk->capacity >> 11),
           *disk->serial ? ", serial " : "", disk->serial,
           disk->read_only ? ", read-only" : "", disk->can_flush ? "" : ", no cache to flush");
}

int virtio_blk_attach(struct virtio_device *v)
{
    static unsigned ndisks;
    struct virtio_blk *b = ndisks < MAX_DISKS ? kzalloc(sizeof(*b), GFP_KERNEL) : NULL;
    int error = -ENOMEM;

    if (b) {
        b->v = v;
        give_name(&b->disk, ndisks);
        error = set_up(b);
    }
    if (error) {
        printk("virtio: a disk cannot be used (error %d)\n", -error);
        kfree(b);
        virtio_close(v);
        return error;
    }
    ndisks++;
    read_serial(&b->disk);
    announce(&b->disk);
    block_register(&b->disk);
    return 0;
}
