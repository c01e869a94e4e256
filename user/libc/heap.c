/* SPDX-License-Identifier: MIT */
/*
 * heap.c - boundary tags, bins and the break.
 *
 * The heap is a row of chunks.  The last one, top, is what brk gave and nobody has used yet; it is
 * in no bin.  Other free chunks lie in bins by size.  Two neighbours are never both free: a chunk
 * merges at once with free neighbours, which the tags find in both directions.
 *
 * There is one bin for each size below 1 KiB, and four to each power of two above.  A bit per bin
 * says that it holds something, so the first bin that fits is found without looking at empty ones.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/bitops.h"
#include "user/libc/heap.h"

#define PAGE 4096
#define GROW_STEP (64 * 1024)       /* brk in steps: fewer calls */
#define TRIM_THRESHOLD (256 * 1024) /* give the end back when top is larger than this */

#define SMALL_LIMIT 1024 /* sizes below have a bin each */
#define SMALL_LIMIT_LOG 10
#define SMALL_BINS (SMALL_LIMIT / CHUNK_ALIGN)
#define NBINS 256

static struct {
    struct chunk bin[NBINS]; /* heads of circular lists */
    uint64_t filled[NBINS / 64];
    struct chunk *top; /* NULL until the first allocation */
    char *end;         /* where top ends: the break, unless others moved it */
} heap;

static bool is_in_use(struct chunk *c)
{
    return (chunk_at(c, chunk_size(c))->head & CHUNK_PREVIOUS_IN_USE) != 0;
}

/* Keeps P, which is about the chunk before. */
static void set_size(struct chunk *c, size_t size)
{
    c->head = size | (c->head & CHUNK_PREVIOUS_IN_USE);
}

static void init_bins(void)
{
    for (unsigned i = 0; i < NBINS; i++)
        heap.bin[i].next = heap.bin[i].prev = &heap.bin[i];
}

static unsigned bin_of(size_t size)
{
    unsigned log;

    if (size < SMALL_LIMIT)
        return (unsigned)(size / CHUNK_ALIGN);
    log = ilog2(size);
    return SMALL_BINS + (log - SMALL_LIMIT_LOG) * 4 + (unsigned)(size >> (log - 2) & 3);
}

/* Enter C, of SIZE, as free.  The chunks around it are in use. */
static void bin_insert(struct chunk *c, size_t size)
{
    unsigned n = bin_of(size);
    struct chunk *head = &heap.bin[n];
    struct chunk *after = chunk_at(c, size);

    set_size(c, size);
    after->before = size;
    after->head &= ~(size_t)CHUNK_PREVIOUS_IN_USE;

    c->next = head->next;
    c->prev = head;
    head->next->prev = c;
    head->next = c;
    heap.filled[n / 64] |= 1UL << (n % 64);
}

/* Take C out; broken links mean that somebody wrote to memory after freeing it. */
static void bin_remove(struct chunk *c)
{
    unsigned n = bin_of(chunk_size(c));

    if (c->next->prev != c || c->prev->next != c)
        abort();
    c->next->prev = c->prev;
    c->prev->next = c->next;
    if (heap.bin[n].next == &heap.bin[n])
        heap.filled[n / 64] &= ~(1UL << (n % 64));
    chunk_at(c, chunk_size(c))->head |= CHUNK_PREVIOUS_IN_USE;
}

/* The first filled bin from number N on, or NBINS. */
static unsigned bin_next(unsigned n)
{
    uint64_t bits;

    if (n >= NBINS)
        return NBINS;
    bits = heap.filled[n / 64] & ~0UL << (n % 64);
    for (n /= 64; bits == 0 && n + 1 < NBINS / 64;)
        bits = heap.filled[++n];
    return bits == 0 ? NBINS : n * 64 + ctz64(bits);
}

/*
 * A chunk of SIZE or more out of its bin, or NULL.  Chunks in SIZE's own bin may be too small,
 * where a bin is for several sizes; those in later bins never are.
 */
static struct chunk *bin_take(size_t size)
{
    unsigned n = bin_of(size);
    struct chunk *c;

    for (c = heap.bin[n].next; c != &heap.bin[n]; c = c->next)
        if (chunk_size(c) >= size) {
            bin_remove(c);
            return c;
        }
    n = bin_next(n + 1);
    if (n == NBINS)
        return NULL;
    c = heap.bin[n].next;
    bin_remove(c);
    return c;
}

/*
 * Somebody else moved the break: what follows the heap is not ours.  Top becomes an ordinary free
 * chunk, with a fence behind it that is in use for ever: one chunk that is never freed, and the tag
 * after it that says so.
 */
static void close_top(struct chunk *top)
{
    size_t size = chunk_size(top) - CHUNK_ALIGN;
    size_t usable = size >= CHUNK_MIN + CHUNK_ALIGN ? size - CHUNK_ALIGN : 0;
    struct chunk *fence = chunk_at(top, usable);

    fence->head = (size - usable) | CHUNK_PREVIOUS_IN_USE;
    chunk_at(top, size)->head = CHUNK_ALIGN | CHUNK_PREVIOUS_IN_USE;
    if (usable > 0)
        bin_insert(top, usable);
}

/* Make top at least SIZE + CHUNK_MIN long; false when brk refuses. */
static bool grow_top(size_t size)
{
    size_t want = align_up(size + 2 * CHUNK_MIN, GROW_STEP);
    char *start = sbrk((intptr_t)want);

    if (start == (void *)-1)
        return false;
    if (heap.top != NULL && start == heap.end) {
        heap.end += want;
        heap.top->head += want;
        return true;
    }
    if (heap.top == NULL)
        init_bins();
    else
        close_top(heap.top);
    heap.end = (char *)align_down((uintptr_t)start + want, CHUNK_ALIGN);
    heap.top = (struct chunk *)align_up((uintptr_t)start, CHUNK_ALIGN);
    heap.top->head = (size_t)(heap.end - (char *)heap.top) | CHUNK_PREVIOUS_IN_USE;
    return true;
}

/* Return whole pages at the end to the kernel, if the end is still ours. */
static void trim_top(void)
{
    size_t excess = align_down(chunk_size(heap.top) - GROW_STEP, PAGE);

    if (sbrk(0) != heap.end || brk(heap.end - excess) < 0)
        return;
    heap.end -= excess;
    heap.top->head -= excess;
}

static struct chunk *take_from_top(size_t size)
{
    struct chunk *c = heap.top;

    if (c == NULL || chunk_size(c) < size + CHUNK_MIN) {
        if (!grow_top(size))
            return NULL;
        c = heap.top;
    }
    heap.top = chunk_at(c, size);
    heap.top->head = (chunk_size(c) - size) | CHUNK_PREVIOUS_IN_USE;
    set_size(c, size);
    return c;
}

/* Free what C has beyond SIZE, if that makes a chunk.  C is in use. */
static void cut_tail(struct chunk *c, size_t size)
{
    size_t rest = chunk_size(c) - size;
    struct chunk *tail = chunk_at(c, size);

    if (rest < CHUNK_MIN)
        return;
    set_size(c, size);
    tail->head = rest | CHUNK_PREVIOUS_IN_USE;
    heap_free(tail);
}

struct chunk *heap_alloc(size_t size)
{
    struct chunk *c = heap.top == NULL ? NULL : bin_take(size);

    if (c == NULL)
        return take_from_top(size);
    cut_tail(c, size);
    return c;
}

void heap_free(struct chunk *c)
{
    size_t size = chunk_size(c);
    struct chunk *after = chunk_at(c, size);

    if (c == heap.top || !is_in_use(c))
        abort();
    if (!(c->head & CHUNK_PREVIOUS_IN_USE)) {
        c = (struct chunk *)((char *)c - c->before);
        size += chunk_size(c);
        bin_remove(c);
    }
    if (after == heap.top) {
        set_size(c, size + chunk_size(after));
        heap.top = c;
        if (chunk_size(c) >= TRIM_THRESHOLD)
            trim_top();
        return;
    }
    if (!is_in_use(after)) {
        size += chunk_size(after);
        bin_remove(after);
    }
    bin_insert(c, size);
}

/* Add to C the free chunk or the part of top that follows it, if SIZE can be reached so. */
static bool extend(struct chunk *c, size_t size)
{
    size_t old = chunk_size(c);
    struct chunk *after = chunk_at(c, old);

    if (after == heap.top) {
        if (chunk_size(after) < size - old + CHUNK_MIN
            && (!grow_top(size - old) || after != heap.top))
            return false;
        take_from_top(size - old);
        set_size(c, size);
        return true;
    }
    if (is_in_use(after) || old + chunk_size(after) < size)
        return false;
    bin_remove(after);
    set_size(c, old + chunk_size(after));
    return true;
}

bool heap_resize(struct chunk *c, size_t size)
{
    if (size > chunk_size(c) && !extend(c, size))
        return false;
    cut_tail(c, size);
    return true;
}

struct chunk *heap_cut_front(struct chunk *c, size_t front)
{
    struct chunk *rest = chunk_at(c, front);

    rest->head = (chunk_size(c) - front) | CHUNK_PREVIOUS_IN_USE;
    set_size(c, front);
    heap_free(c);
    return rest;
}
