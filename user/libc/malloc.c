/* SPDX-License-Identifier: MIT */
/*
 * malloc.c - dynamic memory: small blocks from the heap, large ones as mappings of their own.
 *
 * From MMAP_THRESHOLD on a block gets a mapping: its memory goes back to the kernel with free(),
 * and mremap grows it without copying.  Mappings also help out when brk refuses.  See heap.h for
 * the header that stands before every block.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/bitops.h"
#include "user/libc/heap.h"

#define MMAP_THRESHOLD (128 * 1024)

static bool is_mapped(const struct chunk *c)
{
    return (c->head & CHUNK_MAPPED) != 0;
}

static size_t usable_size(const struct chunk *c)
{
    return chunk_size(c) - (is_mapped(c) ? CHUNK_HEADER : CHUNK_OVERHEAD);
}

/* The chunk that holds SIZE bytes on the heap. */
static size_t heap_size(size_t size)
{
    return MAX(align_up(size + CHUNK_OVERHEAD, CHUNK_ALIGN), (uint64_t)CHUNK_MIN);
}

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

static struct chunk *map_chunk(size_t size)
{
    size_t total = align_up(size + CHUNK_HEADER, PAGE_SIZE);
    struct chunk *c = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (c == MAP_FAILED)
        return NULL;
    c->before = 0;
    c->head = total | CHUNK_MAPPED;
    return c;
}

static void unmap_chunk(struct chunk *c)
{
    munmap((char *)c - c->before, c->before + chunk_size(c));
}

/* The block may move, its distance from the mapping's start does not change. */
static struct chunk *remap_chunk(struct chunk *c, size_t size)
{
    size_t before = c->before;
    size_t old = before + chunk_size(c);
    size_t total = align_up(before + CHUNK_HEADER + size, PAGE_SIZE);
    char *start = mremap((char *)c - before, old, total, MREMAP_MAYMOVE);

    if (start == MAP_FAILED)
        return NULL;
    c = (struct chunk *)(start + before);
    c->head = (total - before) | CHUNK_MAPPED;
    return c;
}

void *malloc(size_t size)
{
    struct chunk *c = NULL;

    if (size > PTRDIFF_MAX - PAGE_SIZE)
        return out_of_memory();
    if (size < MMAP_THRESHOLD)
        c = heap_alloc(heap_size(size));
    if (c == NULL)
        c = map_chunk(size);
    return c == NULL ? out_of_memory() : chunk_memory(c);
}

void free(void *p)
{
    struct chunk *c = memory_chunk(p);
    int saved = errno;

    if (p == NULL)
        return;
    if ((uintptr_t)p % CHUNK_ALIGN != 0)
        abort();
    if (is_mapped(c))
        unmap_chunk(c);
    else
        heap_free(c);
    errno = saved;
}

/* Fresh mappings are zero already. */
void *calloc(size_t count, size_t size)
{
    size_t total;
    void *p;

    if (__builtin_mul_overflow(count, size, &total))
        return out_of_memory();
    p = malloc(total);
    if (p != NULL && !is_mapped(memory_chunk(p)))
        memset(p, 0, total);
    return p;
}

/* Resize without copying; NULL when that is impossible or a waste of memory. */
static struct chunk *resize_in_place(struct chunk *c, size_t size)
{
    if (!is_mapped(c))
        return size < MMAP_THRESHOLD && heap_resize(c, heap_size(size)) ? c : NULL;
    return size >= MMAP_THRESHOLD / 2 ? remap_chunk(c, size) : NULL;
}

void *realloc(void *p, size_t size)
{
    struct chunk *c;
    void *copy;

    if (p == NULL)
        return malloc(size);
    if (size > PTRDIFF_MAX - PAGE_SIZE)
        return out_of_memory();
    c = resize_in_place(memory_chunk(p), size);
    if (c != NULL)
        return chunk_memory(c);
    copy = malloc(size);
    if (copy == NULL)
        return NULL;
    memcpy(copy, p, MIN(size, usable_size(memory_chunk(p))));
    free(p);
    return copy;
}

void *reallocarray(void *p, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        return out_of_memory();
    return realloc(p, total);
}

/* Cut C so that its memory begins at a multiple of ALIGNMENT. */
static struct chunk *align_chunk(struct chunk *c, size_t alignment)
{
    uintptr_t memory = (uintptr_t)chunk_memory(c);
    size_t front = align_up(memory, alignment) - memory;

    if (front == 0)
        return c;
    if (is_mapped(c)) {
        struct chunk *rest = chunk_at(c, front);

        rest->before = front;
        rest->head = (chunk_size(c) - front) | CHUNK_MAPPED;
        return rest;
    }
    if (front < CHUNK_MIN)
        front += alignment;
    return heap_cut_front(c, front);
}

int posix_memalign(void **p, size_t alignment, size_t size)
{
    int saved = errno;
    struct chunk *c;
    void *block;

    if (!is_pow2(alignment) || alignment < sizeof(void *))
        return EINVAL;
    if (size > PTRDIFF_MAX || alignment > PTRDIFF_MAX - size - CHUNK_MIN)
        return ENOMEM;
    block = malloc(alignment <= CHUNK_ALIGN ? size : size + alignment + CHUNK_MIN);
    errno = saved;
    if (block == NULL)
        return ENOMEM;
    c = memory_chunk(block);
    if (alignment > CHUNK_ALIGN)
        c = align_chunk(c, alignment);
    if (!is_mapped(c))
        heap_resize(c, heap_size(size));
    *p = chunk_memory(c);
    return 0;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *p = NULL;
    int error = posix_memalign(&p, MAX(alignment, sizeof(void *)), size);

    if (error != 0)
        errno = error;
    return p;
}

size_t malloc_usable_size(void *p)
{
    return p == NULL ? 0 : usable_size(memory_chunk(p));
}
