/* SPDX-License-Identifier: MIT */
/*
 * pipe_impl.h - what pipe.c and splice.c know of a pipe's ring (inside fs/ only).
 *
 * Who moves bytes between a pipe and a file does not hold the pipe's lock while the file
 * reads or writes: that may take any time, and takes locks that come before it.  Instead
 *   - the bytes at the front are *claimed*: they stay, and nobody else may take any;
 *   - free slots are *reserved*: nobody else may fill them.
 */
#pragma once
#include "kernel/fs/file.h"

struct pipe_slot {
    struct page *page;
    uint16_t offset, len;               /* unread bytes                        */
    bool shared;                        /* another slot has the page, too: it is not added
                                         * to, nor kept                        */
};

struct pipe {
    struct mutex lock;                  /* RANK_PIPE                           */
    struct pipe_slot *slots;            /*                                 [l] */
    uint32_t nslots;                    /* a power of two                  [l] */
    uint32_t head, tail;                /* slots ever filled, emptied      [l] */
    uint32_t reserved;                  /* free slots somebody will fill   [l] */
    uint32_t claimed;                   /* 1: somebody has the front       [l] */
    struct page *spare;                 /*                                 [l] */
    uint32_t readers, writers;          /* open ends                       [l] */
    uint32_t reader_opens, writer_opens;/* ever                            [l] */
    uint32_t nfiles;                    /*                       [inode->lock] */
    struct user_count *owner;           /* of the slots: who made the pipe [c] */
    struct wait_queue can_read, can_write;
};

static inline uint32_t peek(const uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline bool is_empty(const struct pipe *p)
{
    return peek(&p->head) == peek(&p->tail);
}

static inline bool is_full(const struct pipe *p)
{
    return peek(&p->head) - peek(&p->tail) + peek(&p->reserved) >= peek(&p->nslots);
}

static inline bool can_read_now(const struct pipe *p)
{
    return !is_empty(p) && !peek(&p->claimed);
}

/* There is something to read, or nobody left to write it. */
static inline bool can_end_reading(const struct pipe *p)
{
    return !peek(&p->claimed) && (!is_empty(p) || peek(&p->writers) == 0);
}

static inline struct pipe_slot *slot_at(struct pipe *p, uint32_t n)
{
    return &p->slots[n & (p->nslots - 1)];
}

static inline void move_counter(uint32_t *counter)
{
    __atomic_store_n(counter, *counter + 1, __ATOMIC_RELEASE);
}

/* wake_up_all without the call where nobody waits: half of a byte's way. */
static inline void wake_if_any(struct wait_queue *wq)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!wait_queue_is_empty(wq))
        wake_up_all(wq);
}

/*
 * The lock is held; the waits drop it while they sleep.
 */

/* Wait until there is something to read, or nobody left to write it.  0, -EAGAIN,
 * -ERESTARTSYS. */
int pipe_wait_readable(struct pipe *p, bool nonblock);
/* Wait until there is a free slot.  0, -EAGAIN, -ERESTARTSYS; -EPIPE: nobody reads. */
int pipe_wait_writable(struct pipe *p, bool nonblock);
/* Take in what there is room for.  0; -EFAULT, -ENOMEM. */
int pipe_fill(struct pipe *p, struct uio *uio);
/* N bytes of the first slot have been read. */
void pipe_consume(struct pipe *p, size_t n);

/* Without the lock: read what is there, or wait for it.  Bytes or errno. */
ssize_t pipe_take(struct pipe *p, struct uio *uio, bool nonblock);
