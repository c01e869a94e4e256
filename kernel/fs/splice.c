/* SPDX-License-Identifier: MIT */
/*
 * splice.c - move bytes between pipes and files.
 *
 * Between two pipes, pages change hands; where a page is needed twice, both slots have it.
 * A file copies to and from the pipe's pages: the bytes are claimed, or the slots reserved,
 * and the pipe is not locked meanwhile (pipe_impl.h).
 */
#include "kernel/fs/splice.h"
#include "kernel/fs/pipe_impl.h"
#include "kernel/mm/page_alloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define BATCH 16                        /* slots at a time: a new pipe has as many */

/* Some slots' bytes, as a kernel buffer in pieces. */
struct batch {
    struct uio_segment seg[BATCH];
    struct page *page[BATCH];
    size_t n, nbytes;
};

static void add_piece(struct batch *b, struct page *page, size_t offset, size_t len)
{
    b->page[b->n] = page;
    b->seg[b->n++] = (struct uio_segment){ (uintptr_t)page_address(page) + offset, len };
    b->nbytes += len;
}

/* Read or write the batch's bytes. */
static ssize_t move_batch(const struct batch *b, struct file *f, int64_t *pos, bool write)
{
    struct uio uio = { .ops = &uio_kernel_ops, .seg = b->seg, .nsegs = b->n, .resid = b->nbytes };

    return file_move(f, &uio, pos, write);
}

/* There may be bytes to take now, or room. */
static void unlock_and_wake(struct pipe *p)
{
    mutex_unlock(&p->lock);
    wake_if_any(&p->can_read);
    wake_if_any(&p->can_write);
}

/* ---- from pipe to file ------------------------------------------------------------------ */

/* The first bytes of P, at most LEN: nobody else takes them until give_back.  0 with an empty
 * batch: the end; or an errno. */
static int claim(struct pipe *p, size_t len, bool nonblock, struct batch *b)
{
    int err;

    b->n = b->nbytes = 0;
    mutex_lock(&p->lock);
    err = pipe_wait_readable(p, nonblock);
    if (!err) {
        for (uint32_t n = p->tail; n != p->head && b->n < BATCH && b->nbytes < len; n++) {
            struct pipe_slot *s = slot_at(p, n);

            add_piece(b, s->page, s->offset, min_u64(s->len, len - b->nbytes));
        }
        __atomic_store_n(&p->claimed, b->n > 0, __ATOMIC_RELAXED);
    }
    mutex_unlock(&p->lock);
    return err;
}

/* The first DONE of the bytes claimed are gone; others may take what is left. */
static void give_back(struct pipe *p, size_t done)
{
    mutex_lock(&p->lock);
    while (done > 0) {
        size_t n = min_u64(slot_at(p, p->tail)->len, done);

        pipe_consume(p, n);
        done -= n;
    }
    __atomic_store_n(&p->claimed, 0, __ATOMIC_RELEASE);
    unlock_and_wake(p);
}

ssize_t splice_to_file(struct file *in, struct file *out, int64_t *pos, size_t len, bool nonblock)
{
    struct pipe *p = in->private;
    struct batch b;
    size_t done = 0;
    ssize_t n;

    do {
        n = claim(p, len - done, nonblock || done > 0, &b);
        if (n < 0 || b.n == 0)
            break;
        n = move_batch(&b, out, pos, true);
        give_back(p, (size_t)MAX(n, 0L));
        done += (size_t)MAX(n, 0L);
    } while (n == (ssize_t)b.nbytes && done < len && !thread_signal_pending());
    return done > 0 ? (ssize_t)done : n;
}

/* ---- from file to pipe ------------------------------------------------------------------ */

/* Wait for free slots of P and take up to MAX of them, with pages for the batch.  0, -EAGAIN,
 * -ERESTARTSYS, -EPIPE, -ENOMEM. */
static int reserve(struct pipe *p, size_t len, bool nonblock, struct batch *b)
{
    size_t max = min_u64(div_round_up(len, PAGE_SIZE), BATCH);
    struct page *page;
    int err;

    b->n = b->nbytes = 0;
    mutex_lock(&p->lock);
    err = pipe_wait_writable(p, nonblock);
    while (!err && b->n < max && !is_full(p)) {
        page = alloc_page(GFP_KERNEL);
        if (!page) {
            err = b->n ? 0 : -ENOMEM;
            break;
        }
        add_piece(b, page, 0, min_u64(PAGE_SIZE, len - b->nbytes));
        move_counter(&p->reserved);
    }
    mutex_unlock(&p->lock);
    return err;
}

/* NBYTES of the batch have been read: they enter the pipe, and free slots are free again. */
static void enter(struct pipe *p, const struct batch *b, size_t nbytes)
{
    mutex_lock(&p->lock);
    for (size_t i = 0; i < b->n; i++) {
        uint16_t len = (uint16_t)min_u64(b->seg[i].len, nbytes);

        nbytes -= len;
        if (len == 0) {
            put_page(b->page[i]);
            continue;
        }
        *slot_at(p, p->head) = (struct pipe_slot){ .page = b->page[i], .len = len };
        move_counter(&p->head);
    }
    __atomic_store_n(&p->reserved, p->reserved - (uint32_t)b->n, __ATOMIC_RELAXED);
    unlock_and_wake(p);
}

/* What is no file of bytes is read once: it gives what it has. */
ssize_t splice_from_file(struct file *in, int64_t *pos, struct file *out, size_t len,
                         bool nonblock)
{
    struct pipe *p = out->private;
    struct batch b;
    size_t done = 0;
    ssize_t n;

    do {
        n = reserve(p, len - done, nonblock || done > 0, &b);
        if (n < 0)
            break;
        n = move_batch(&b, in, pos, false);
        enter(p, &b, (size_t)MAX(n, 0L));
        done += (size_t)MAX(n, 0L);
    } while (n == (ssize_t)b.nbytes && done < len && (in->mode & FILE_SEEK)
             && !thread_signal_pending());
    return done > 0 ? (ssize_t)done : n;
}

/* ---- from pipe to pipe ------------------------------------------------------------------ */

static void lock_pair(struct pipe *a, struct pipe *b)
{
    mutex_lock(a < b ? &a->lock : &b->lock);
    mutex_lock_nested(a < b ? &b->lock : &a->lock);
}

static void unlock_pair(struct pipe *a, struct pipe *b)
{
    mutex_unlock(&a->lock);
    mutex_unlock(&b->lock);
}

/* The first N bytes of slot S of FROM are also, or from now on, TO's. */
static void give_slot(struct pipe *from, struct pipe_slot *s, struct pipe *to, uint16_t n, bool keep)
{
    struct pipe_slot *d = slot_at(to, to->head);

    if (keep || n < s->len) {
        get_page(s->page);
        s->shared = true;
    }
    *d = *s;
    d->len = n;
    move_counter(&to->head);
    if (keep)
        return;
    s->offset += n;
    s->len -= n;
    if (s->len == 0)
        move_counter(&from->tail);
}

/* Both are locked.  How many bytes of FROM came to TO. */
static size_t give_slots(struct pipe *from, struct pipe *to, size_t len, bool keep)
{
    size_t done = 0;

    if (peek(&from->claimed))
        return 0;
    for (uint32_t i = from->tail; i != from->head && done < len && !is_full(to); i++) {
        struct pipe_slot *s = slot_at(from, i);
        uint16_t n = (uint16_t)min_u64(s->len, len - done);

        give_slot(from, s, to, n, keep);
        done += n;
    }
    return done;
}

/* Until one has something to take, or ended, and the other room: neither is locked before
 * or after, so it may be otherwise again. */
static int wait_for_both(struct pipe *from, struct pipe *to, bool nonblock)
{
    int err;

    mutex_lock(&from->lock);
    err = pipe_wait_readable(from, nonblock);
    mutex_unlock(&from->lock);
    if (err)
        return err;
    mutex_lock(&to->lock);
    err = pipe_wait_writable(to, nonblock);
    mutex_unlock(&to->lock);
    return err;
}

ssize_t splice_pipes(struct file *in, struct file *out, size_t len, bool keep, bool nonblock)
{
    struct pipe *from = in->private, *to = out->private;
    bool ended = false;
    ssize_t n = 0;

    while (n == 0 && !ended) {
        n = wait_for_both(from, to, nonblock);
        if (n < 0)
            break;
        lock_pair(from, to);
        n = to->readers > 0 ? (ssize_t)give_slots(from, to, len, keep) : -EPIPE;
        ended = is_empty(from) && from->writers == 0;
        unlock_pair(from, to);
    }
    if (n > 0) {
        wake_if_any(&from->can_write);
        wake_if_any(&to->can_read);
    }
    return n;
}

/* ---- between pipe and memory ------------------------------------------------------------ */

ssize_t splice_from_memory(struct uio *uio, struct file *out, bool nonblock)
{
    struct pipe *p = out->private;
    size_t wanted = uio->resid;
    int err;

    mutex_lock(&p->lock);
    err = pipe_wait_writable(p, nonblock);
    if (!err)
        err = pipe_fill(p, uio);
    mutex_unlock(&p->lock);
    if (uio->resid == wanted)
        return err;
    wake_if_any(&p->can_read);
    return (ssize_t)(wanted - uio->resid);
}

ssize_t splice_to_memory(struct file *in, struct uio *uio, bool nonblock)
{
    return pipe_take(in->private, uio, nonblock);
}
