/* SPDX-License-Identifier: MIT */
/*
 * block.h - disks, and requests to read and write them.
 *
 * A bio says what its owner wants: these segments of memory, from or to that
 * sector.  The block layer queues bios per disk, in the order they came, and
 * joins neighbours into requests: what the driver hands to the device.
 *
 * Life of a bio, and the function that makes each step:
 *   owned    by whoever made it              bio_init
 *   queued   on dev->bios                    block_submit, block_submit_list
 *   started  part of a request               the queue, when the device has room
 *   owned    again, END was called           the driver's interrupt
 *
 * Whoever submits sleeps while the queue is full; memory is never allocated on
 * the way, so that swapping out works when there is none.  END is called from
 * the interrupt, or from block_submit itself when the request is refused: it
 * only wakes and unlocks.
 *
 * Locks: [l] lock (interrupts off)  [c] constant after registration
 *        [o] the bio's owner, [l] while queued or started  [a] atomic
 */
#pragma once
#include "kernel/port/port.h"
#include "kernel/sched/wait.h"
#include "lib/list.h"

struct page;
struct address_space;
struct block_device;

#define SECTOR_SHIFT 9
#define SECTOR_SIZE  (1UL << SECTOR_SHIFT)

enum bio_op {
    BIO_READ,
    BIO_WRITE,
    BIO_FLUSH,          /* all writes that ended before are on the medium      */
    BIO_SERIAL,         /* read the disk's serial number (drivers, at attach)  */
    BIO_OPS
};

/* LEN bytes from OFFSET in PAGE; may run on into the frames that follow PAGE. */
struct bio_segment {
    struct page *page;
    uint32_t offset;
    uint32_t len;
};

#define BIO_MAX_SEGS 64             /* as many as bio.failed has bits */

struct bio {
    struct block_device *dev;       /*                                     [o] */
    enum bio_op op;                 /*                                     [o] */
    uint64_t sector;                /* in units of 512 bytes               [o] */
    uint32_t nsectors;              /* sum of the segments                 [o] */
    uint16_t nsegs, max_segs;       /*                                     [o] */
    struct bio_segment *segs;       /*                                     [o] */
    /* Called once, with nothing held, from any context; the bio is the owner's
     * again and may be freed by whoever END wakes.  ERROR is 0 or -EIO. */
    void (*end)(struct bio *bio, int error);
    void *private;                  /* the owner's                         [o] */
    struct list link;               /* lists of block_submit_list, queue   [o] */
    uint64_t failed;                /* with ERROR: bit I says that segment I was not moved */
    uint64_t start_ns;              /* when it was queued                  [l] */
    int error;                      /* on its way to END                   [l] */
    bool alone;                     /* failed once: tried again by itself  [l] */
};

/*
 * Use SEGS, room for MAX_SEGS (at most BIO_MAX_SEGS), as BIO's segments, none of them filled in yet.
 * Bio and segments must live until END; the memory the segments name must be in
 * the linear map (never on a stack).
 */
void bio_init(struct bio *bio, struct block_device *dev, enum bio_op op, uint64_t sector,
              struct bio_segment *segs, unsigned max_segs);
/* Add LEN bytes (a multiple of 512) at OFFSET of PAGE.  False, and nothing added:
 * no room for a further segment, or more than the device takes in one request. */
bool bio_add_page(struct bio *bio, struct page *page, uint32_t offset, uint32_t len);

/* What the driver is given: one or more bios that follow each other on disk. */
struct request {
    struct list bios;               /*                                     [l] */
    enum bio_op op;                 /*                                     [l] */
    uint64_t sector;                /*                                     [l] */
    uint32_t nsectors;              /*                                     [l] */
    uint32_t nsegs;                 /*                                     [l] */
    uint32_t index;                 /* in dev->requests                    [c] */
    uint64_t start_ns;              /*                                     [l] */
    struct list link;               /* free list                           [l] */
};

/* Walk the segments of RQ. */
#define request_for_each_segment(rq, bio, seg)                                      \
    list_for_each_entry(bio, &(rq)->bios, link)                                     \
        for (seg = (bio)->segs; seg < (bio)->segs + (bio)->nsegs; seg++)

struct block_ops {
    /* Hand RQ to the device, dev->lock held.  0; -EBUSY: no room until a request
     * ends, ask again then; -EIO: the device is gone. */
    int (*start)(struct block_device *dev, struct request *rq);
    /* Make the device look at what start left for it, dev->lock held. */
    void (*commit)(struct block_device *dev);
};

/* One row of /proc/diskstats. */
struct block_stats {
    uint64_t ios[BIO_OPS];          /* bios that ended without an error    [l] */
    uint64_t merges[BIO_OPS];       /* bios that joined the one before     [l] */
    uint64_t sectors[BIO_OPS];      /*                                     [l] */
    uint64_t ns[BIO_OPS];           /* sum of their times, queue included  [l] */
    uint64_t failures;              /* requests that the device failed     [l] */
    uint64_t errors;                /* segments that were not moved        [l] */
    uint64_t retries;               /* bios that failed with others        [l] */
    uint64_t busy_ns;               /* time with anything in flight        [l] */
    uint64_t busy_since;            /* while in_flight > 0                 [l] */
    uint32_t in_flight;             /* requests the device has             [l] */
    uint32_t max_in_flight;         /*                                     [l] */
    uint32_t queued;                /* bios not yet started                [l] */
};

struct block_device {
    char name[16];                  /* "vda"                               [c] */
    uint32_t major, minor;          /*                                     [c] */
    uint64_t capacity;              /* sectors                             [c] */
    char serial[21];                /* what the machine calls it           [c] */
    bool read_only;                 /*                                     [c] */
    bool can_flush;                 /* false: a write that ended is safe   [c] */
    uint32_t max_segs;              /* per request                         [c] */
    uint32_t max_seg_bytes;         /* at least PAGE_SIZE                  [c] */
    uint32_t max_sectors;           /* per request                         [c] */
    uint32_t depth;                 /* requests the device may have        [c] */
    const struct block_ops *ops;    /*                                     [c] */
    void *private;                  /* the driver's                        [c] */

    struct spinlock lock;           /* RANK_BLOCK                              */
    struct list bios;               /* waiting                             [l] */
    struct request *requests;       /* depth of them                       [c] */
    struct list free_requests;      /*                                     [l] */
    struct wait_queue room;         /* submitters, while bios is long          */
    struct wait_queue sync_done;    /* block_rw_sync, block_flush              */
    bool isolating;                 /* the only request is a second try    [l] */
    struct bio *probed;             /* failed alone: segment by segment    [l] */
    struct bio probe;               /* one segment of it, on its way       [l] */
    struct block_stats stats;       /*                                     [l] */
    const void *holder;             /* who has it mounted or swaps to it   [a] */
    struct address_space *mapping;  /* its blocks, cached: cache/ and fs/ set it */
    uint32_t nopen;                 /* files that stand for it             [a] */
    struct list link;               /* all disks, in order of registration     */
};

/*
 * For drivers.  init: fill in max_segs .. private, zero the rest; from then on
 * the queue works.  0 or -ENOMEM; may sleep.  register: with name, numbers,
 * capacity and serial known, let others find it, for good.  fini: undo init.
 */
int block_init(struct block_device *dev);
void block_fini(struct block_device *dev);
void block_register(struct block_device *dev);
/* RQ is finished with ERROR (0 or -EIO): its bios join DONE.  dev->lock held. */
void block_request_done(struct block_device *dev, struct request *rq, int error,
                        struct list *done);
/* Start what waits while the device has room.  dev->lock held; bios that failed join DONE. */
void block_run_queue(struct block_device *dev, struct list *done);
/* Call END of each bio on DONE, and wake submitters.  Nothing held; any context. */
void block_end_bios(struct block_device *dev, struct list *done);

/* Queue BIO.  Sleeps while the queue is full.  The result comes through END. */
void block_submit(struct bio *bio);
/* Queue all bios on LIST (linked by bio->link, all of one disk), in order, before
 * the device is told: neighbours become one request.  LIST is empty afterwards. */
void block_submit_list(struct list *list);

/* Read or write LEN bytes (a multiple of 512) at BUF, an address in the linear
 * map, and wait.  0 or -EIO. */
int block_rw_sync(struct block_device *dev, enum bio_op op, uint64_t sector, void *buf,
                  size_t len);
/* Everything written so far is on the medium.  Waits.  0 or -EIO. */
int block_flush(struct block_device *dev);

/* Disks are never removed, so no reference is needed.  NULL: there is none. */
struct block_device *block_find_name(const char *name);         /* "vda"    */
struct block_device *block_find_serial(const char *serial);     /* "root"   */
struct block_device *block_find_devno(uint32_t major, uint32_t minor);
/* The disk after DEV, in order of registration; the first after NULL. */
struct block_device *block_next(const struct block_device *dev);

/* One holder at a time (a mount, a swap area): 0 or -EBUSY.  Claiming what one
 * already holds is -EBUSY too. */
int block_claim(struct block_device *dev, const void *holder);
void block_release(struct block_device *dev, const void *holder);

/* A consistent copy of the figures. */
void block_get_stats(struct block_device *dev, struct block_stats *out);
