/* SPDX-License-Identifier: MIT */
/*
 * block.c - queues of disks.
 *
 *   submitter                       device
 *      |  bio                          |
 *      v                               v interrupt
 *   dev->bios --- start_next() --> request --- block_request_done() --> END
 *      (first in, first out,       (in flight,
 *       at most QUEUE_LIMIT)        at most dev->depth)
 *
 * A request is formed when the device has room for it: the bio that waited
 * longest, and those right behind it that continue where it ends.  So bios are
 * joined exactly when the disk is busy or when they were submitted together,
 * and nobody is delayed for it.
 *
 * A bad sector is the trouble of whoever asked for that sector.  So when a
 * request fails, each of its bios is tried once more, alone on the device: not
 * only we join requests, QEMU joins what it finds in the queue, and fails all of
 * it.  A bio that fails alone is tried segment by segment, and its owner is told
 * which of them it is.
 *
 *   request [a b|c d e] fails -> [a b] ok, [c d e] fails -> [c] ok, [d] fails, [e] ok
 *
 * A flush is not tried again: the second could succeed without having saved
 * what the first one lost.
 *
 * All structures exist before the first request: nothing here allocates.
 */
#include "kernel/core/counters.h"
#include "kernel/dev/block.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/page.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define QUEUE_LIMIT 256         /* bios that wait: beyond it submitters sleep */
#define ERRORS_TOLD 16          /* of one disk; after that fewer and fewer    */

/* Bios */

void bio_init(struct bio *bio, struct block_device *dev, enum bio_op op, uint64_t sector,
              struct bio_segment *segs, unsigned max_segs)
{
    ASSERT(max_segs <= BIO_MAX_SEGS);
    *bio = (struct bio){
        .dev = dev, .op = op, .sector = sector, .segs = segs, .max_segs = (uint16_t)max_segs,
    };
    list_init(&bio->link);
}

bool bio_add_page(struct bio *bio, struct page *page, uint32_t offset, uint32_t len)
{
    const struct block_device *dev = bio->dev;

    ASSERT(len > 0 && is_aligned(len, SECTOR_SIZE));
    if (bio->nsegs == bio->max_segs || bio->nsegs == dev->max_segs || len > dev->max_seg_bytes)
        return false;
    if (bio->nsectors + (len >> SECTOR_SHIFT) > dev->max_sectors)
        return false;
    bio->segs[bio->nsegs++] = (struct bio_segment){ page, offset, len };
    bio->nsectors += len >> SECTOR_SHIFT;
    return true;
}

static bool moves_data(enum bio_op op)
{
    return op == BIO_READ || op == BIO_WRITE;
}

/* 0, or why the device is not even asked. */
static int check_bio(const struct bio *bio)
{
    const struct block_device *dev = bio->dev;

    if (moves_data(bio->op) &&
        (bio->sector > dev->capacity || bio->nsectors > dev->capacity - bio->sector))
        return -EIO;
    if (bio->op == BIO_WRITE && dev->read_only)
        return -EIO;
    return port_should_fail(FAIL_DISK) ? -EIO : 0;
}

/* Requests: dev->lock held */

/* Does BIO continue RQ on the disk, and may they be one? */
static bool can_join(const struct block_device *dev, const struct request *rq,
                     const struct bio *bio)
{
    return moves_data(rq->op) && bio->op == rq->op && !bio->alone &&
           bio->sector == rq->sector + rq->nsectors &&
           rq->nsegs + bio->nsegs <= dev->max_segs &&
           rq->nsectors + bio->nsectors <= dev->max_sectors;
}

static void join(struct request *rq, struct bio *bio)
{
    list_move_tail(&rq->bios, &bio->link);
    rq->nsegs += bio->nsegs;
    rq->nsectors += bio->nsectors;
}

/* Move the longest waiting bio, and what continues it, into RQ. */
static void form_request(struct block_device *dev, struct request *rq)
{
    struct bio *bio = list_first_entry(&dev->bios, struct bio, link);
    bool alone = bio->alone;

    rq->op = bio->op;
    rq->sector = bio->sector;
    rq->nsegs = rq->nsectors = 0;
    join(rq, bio);
    while (!alone && !list_is_empty(&dev->bios)) {
        bio = list_first_entry(&dev->bios, struct bio, link);
        if (!can_join(dev, rq, bio))
            return;
        join(rq, bio);
    }
}

static void count_start(struct block_device *dev, struct request *rq)
{
    struct block_stats *s = &dev->stats;

    rq->start_ns = clock_monotonic_ns();
    if (s->in_flight++ == 0)
        s->busy_since = rq->start_ns;
    s->max_in_flight = MAX(s->max_in_flight, s->in_flight);
}

static void count_end(struct block_device *dev, uint64_t now)
{
    struct block_stats *s = &dev->stats;

    if (--s->in_flight == 0)
        s->busy_ns += now - s->busy_since;
}

static void tell_error(const struct block_device *dev, const struct bio *bio)
{
    static const char *const names[BIO_OPS] = { "read", "write", "flush", "identify" };
    uint64_t errors = dev->stats.errors;

    if (errors <= ERRORS_TOLD || is_pow2(errors))
        printk("%s: %s of %u sectors at %lu failed\n", dev->name, names[bio->op],
               bio->nsectors, (unsigned long)bio->sector);
}

static void count_error(struct block_device *dev, const struct bio *bio)
{
    dev->stats.errors++;
    tell_error(dev, bio);
}

static void count_moved(struct block_device *dev, const struct bio *bio)
{
    struct block_stats *s = &dev->stats;

    s->ios[bio->op]++;
    if (!moves_data(bio->op))
        return;
    s->sectors[bio->op] += bio->nsectors;
    if (bio->op == BIO_READ)
        count_vm_events(VM_PGPGIN, bio->nsectors / 2);
    else
        count_vm_events(VM_PGPGOUT, bio->nsectors / 2);
}

static void finish_bio(struct block_device *dev, struct bio *bio, int error, uint64_t now,
                       struct list *done)
{
    bio->error = error;
    dev->stats.ns[bio->op] += now - bio->start_ns;
    if (!error)
        count_moved(dev, bio);
    list_move_tail(done, &bio->link);
}

static void fail_bio(struct block_device *dev, struct bio *bio, uint64_t now, struct list *done)
{
    bio->failed = UINT64_MAX;
    count_error(dev, bio);
    finish_bio(dev, bio, -EIO, now, done);
}

/* Segment by segment: dev->lock held */

/* Let the probe be segment I of the probed bio, at SECTOR, and the next to start. */
static void queue_probe(struct block_device *dev, unsigned i, uint64_t sector)
{
    struct bio *bio = dev->probed, *probe = &dev->probe;

    bio_init(probe, dev, bio->op, sector, &bio->segs[i], 1);
    probe->nsegs = 1;
    probe->nsectors = bio->segs[i].len >> SECTOR_SHIFT;
    probe->alone = true;
    dev->stats.queued++;
    list_insert_head(&dev->bios, &probe->link);
}

/* BIO failed alone, and has several segments. */
static void begin_probing(struct block_device *dev, struct bio *bio)
{
    list_remove(&bio->link);
    dev->probed = bio;
    queue_probe(dev, 0, bio->sector);
}

/* The probe ended: on to the next segment, or the probed bio is finished. */
static void go_on_probing(struct block_device *dev, int error, uint64_t now, struct list *done)
{
    struct bio *bio = dev->probed, *probe = &dev->probe;
    unsigned i = (unsigned)(probe->segs - bio->segs);

    list_remove(&probe->link);
    if (error) {
        bio->failed |= 1UL << i;
        count_error(dev, probe);
    }
    if (i + 1 < bio->nsegs) {
        queue_probe(dev, i + 1, probe->sector + probe->nsectors);
        return;
    }
    dev->probed = NULL;
    finish_bio(dev, bio, bio->failed ? -EIO : 0, now, done);
}

/* The bios of RQ go back to the head of the queue, in order; ALONE: each by itself. */
static void requeue(struct block_device *dev, struct request *rq, bool alone)
{
    struct bio *bio;

    list_for_each_entry(bio, &rq->bios, link) {
        bio->alone |= alone;
        dev->stats.queued++;
    }
    list_splice(&dev->bios, &rq->bios);
}

/* RQ, which moves data, failed. */
static void try_again(struct block_device *dev, struct request *rq, uint64_t now,
                      struct list *done)
{
    struct bio *bio = list_first_entry(&rq->bios, struct bio, link);

    if (!dev->isolating) {
        dev->stats.retries += list_length(&rq->bios);
        requeue(dev, rq, true);
    } else if (bio->nsegs > 1) {
        begin_probing(dev, bio);
    } else {
        fail_bio(dev, bio, now, done);
    }
}

static void finish_all(struct block_device *dev, struct request *rq, int error, uint64_t now,
                       struct list *done)
{
    struct bio *bio, *next;

    dev->stats.merges[rq->op] += list_length(&rq->bios) - 1;
    list_for_each_entry_safe(bio, next, &rq->bios, link)
        if (error)
            fail_bio(dev, bio, now, done);
        else
            finish_bio(dev, bio, 0, now, done);
}

void block_request_done(struct block_device *dev, struct request *rq, int error,
                        struct list *done)
{
    uint64_t now = clock_monotonic_ns();

    ASSERT(spin_is_mine(&dev->lock));
    count_end(dev, now);
    dev->stats.failures += error != 0;
    if (rq->bios.next == &dev->probe.link)
        go_on_probing(dev, error, now, done);
    else if (error && moves_data(rq->op))
        try_again(dev, rq, now, done);
    else
        finish_all(dev, rq, error, now, done);
    dev->isolating = false;
    list_insert_head(&dev->free_requests, &rq->link);
}

/* Form the next request and hand it over.  False: the device has no room. */
static bool start_next(struct block_device *dev, struct list *done)
{
    struct request *rq = list_entry(list_pop_head(&dev->free_requests), struct request, link);
    int error;

    dev->isolating = list_first_entry(&dev->bios, struct bio, link)->alone;
    form_request(dev, rq);
    dev->stats.queued -= (uint32_t)list_length(&rq->bios);
    error = dev->ops->start(dev, rq);
    if (error == -EBUSY) {
        dev->isolating = false;
        requeue(dev, rq, false);
        list_insert_head(&dev->free_requests, &rq->link);
        return false;
    }
    count_start(dev, rq);
    if (error)
        block_request_done(dev, rq, error, done);
    return true;
}

/* May the bio that waited longest start now? */
static bool can_start(const struct block_device *dev)
{
    if (list_is_empty(&dev->bios) || list_is_empty(&dev->free_requests) || dev->isolating)
        return false;
    return dev->stats.in_flight == 0 || !list_first_entry(&dev->bios, struct bio, link)->alone;
}

void block_run_queue(struct block_device *dev, struct list *done)
{
    ASSERT(spin_is_mine(&dev->lock));
    while (can_start(dev) && start_next(dev, done))
        continue;
    dev->ops->commit(dev);
}

void block_end_bios(struct block_device *dev, struct list *done)
{
    struct list *link;

    while ((link = list_pop_head(done)) != NULL) {
        struct bio *bio = list_entry(link, struct bio, link);

        bio->end(bio, bio->error);
    }
    wake_up_all(&dev->room);
}

/* Submitters */

static bool has_room(const struct block_device *dev)
{
    return __atomic_load_n(&dev->stats.queued, __ATOMIC_RELAXED) < QUEUE_LIMIT;
}

static void wait_for_room(struct block_device *dev)
{
    bool began;

    if (has_room(dev))
        return;
    began = pressure_enter(PRESSURE_IO);
    wait_event(&dev->room, has_room(dev));
    pressure_leave(PRESSURE_IO, began);
}

/* All bios on LIST, already checked, join the queue. */
static void queue_bios(struct block_device *dev, struct list *list)
{
    uint64_t now = clock_monotonic_ns(), flags;
    struct list done = LIST_INIT(done);
    struct bio *bio;

    wait_for_room(dev);
    flags = spin_lock_irqsave(&dev->lock);
    list_for_each_entry(bio, list, link) {
        bio->start_ns = now;
        bio->error = 0;
        bio->alone = false;
        dev->stats.queued++;
    }
    list_splice_tail(&dev->bios, list);
    block_run_queue(dev, &done);
    spin_unlock_irqrestore(&dev->lock, flags);
    block_end_bios(dev, &done);
}

/* A flush of a disk that has no cache is done as soon as it is asked for. */
static bool needs_device(const struct bio *bio)
{
    return bio->op != BIO_FLUSH || bio->dev->can_flush;
}

void block_submit_list(struct list *list)
{
    struct list good = LIST_INIT(good), *link;
    struct block_device *dev = NULL;

    while ((link = list_pop_head(list)) != NULL) {
        struct bio *bio = list_entry(link, struct bio, link);
        int error = check_bio(bio);

        ASSERT(!dev || dev == bio->dev);
        dev = bio->dev;
        bio->failed = error ? UINT64_MAX : 0;
        if (!error && needs_device(bio))
            list_insert_tail(&good, &bio->link);
        else
            bio->end(bio, error);
    }
    if (!list_is_empty(&good))
        queue_bios(dev, &good);
}

void block_submit(struct bio *bio)
{
    struct list one = LIST_INIT(one);

    list_insert_tail(&one, &bio->link);
    block_submit_list(&one);
}

/* Waiting for the end.  The waiter's stack is gone as soon as it sees `done`, so
 * it sleeps on a queue of the disk's, which is not. */

struct sync_io {
    bool done;
    int error;
};

static void sync_end(struct bio *bio, int error)
{
    struct wait_queue *wq = &bio->dev->sync_done;
    struct sync_io *io = bio->private;

    io->error = error;
    __atomic_store_n(&io->done, true, __ATOMIC_RELEASE);
    wake_up_all(wq);
}

static int submit_and_wait(struct bio *bio)
{
    struct wait_queue *wq = &bio->dev->sync_done;
    struct sync_io io = { .done = false };
    bool began;

    bio->end = sync_end;
    bio->private = &io;
    block_submit(bio);
    began = pressure_enter(PRESSURE_IO);
    wait_event(wq, __atomic_load_n(&io.done, __ATOMIC_ACQUIRE));
    pressure_leave(PRESSURE_IO, began);
    return io.error;
}

int block_rw_sync(struct block_device *dev, enum bio_op op, uint64_t sector, void *buf,
                  size_t len)
{
    size_t step = MIN((size_t)dev->max_seg_bytes, (size_t)dev->max_sectors << SECTOR_SHIFT);
    char *p = buf;
    int error = 0;

    step = align_down(step, SECTOR_SIZE);
    while (len > 0 && !error) {
        size_t n = MIN(len, step);
        struct bio_segment seg;
        struct bio bio;

        bio_init(&bio, dev, op, sector, &seg, 1);
        bio_add_page(&bio, virt_to_page(p), (uint32_t)((uintptr_t)p & (PAGE_SIZE - 1)),
                     (uint32_t)n);
        error = submit_and_wait(&bio);
        sector += n >> SECTOR_SHIFT;
        p += n;
        len -= n;
    }
    return error;
}

int block_flush(struct block_device *dev)
{
    struct bio bio;

    bio_init(&bio, dev, BIO_FLUSH, 0, NULL, 0);
    return submit_and_wait(&bio);
}

/* Beginning and end */

int block_init(struct block_device *dev)
{
    ASSERT(dev->max_segs > 0 && dev->max_seg_bytes >= PAGE_SIZE && dev->depth > 0);
    dev->requests = kcalloc(dev->depth, sizeof(*dev->requests), GFP_KERNEL);
    if (!dev->requests)
        return -ENOMEM;
    spin_init(&dev->lock, RANK_BLOCK, "disk queue");
    list_init(&dev->bios);
    list_init(&dev->free_requests);
    list_init(&dev->probe.link);
    wait_queue_init(&dev->room);
    wait_queue_init(&dev->sync_done);
    for (uint32_t i = 0; i < dev->depth; i++) {
        dev->requests[i].index = i;
        list_init(&dev->requests[i].bios);
        list_insert_tail(&dev->free_requests, &dev->requests[i].link);
    }
    return 0;
}

void block_fini(struct block_device *dev)
{
    ASSERT(list_is_empty(&dev->bios) && dev->stats.in_flight == 0);
    kfree(dev->requests);
}

void block_get_stats(struct block_device *dev, struct block_stats *out)
{
    uint64_t flags = spin_lock_irqsave(&dev->lock);

    *out = dev->stats;
    if (out->in_flight)
        out->busy_ns += clock_monotonic_ns() - out->busy_since;
    spin_unlock_irqrestore(&dev->lock, flags);
}
