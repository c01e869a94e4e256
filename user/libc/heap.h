/* SPDX-License-Identifier: MIT */
/*
 * heap.h - chunks of memory on the brk heap; malloc.c is its only user.
 *
 *      chunk ->  +--------------------+
 *                | size of the chunk  |  only while the chunk before is free;
 *                | before             |  else it belongs to that one's memory
 *                +--------------------+
 *                | size        | M P  |  P: the chunk before is in use
 *      memory -> +--------------------+  M: a mapping of its own (malloc.c)
 *                | ...                |  free: links of its bin
 *      next   -> +--------------------+
 *
 * Sizes and addresses of chunks are multiples of 16, so an allocation costs 8 bytes.  In a chunk
 * with M, `before` is its distance from the start of the mapping.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define CHUNK_ALIGN 16
#define CHUNK_HEADER 16   /* from a chunk to its memory */
#define CHUNK_OVERHEAD 8  /* size of a chunk less the memory in it */
#define CHUNK_MIN 32      /* two words of tags, two of links */

#define CHUNK_PREVIOUS_IN_USE 1
#define CHUNK_MAPPED 2
#define CHUNK_FLAGS (CHUNK_PREVIOUS_IN_USE | CHUNK_MAPPED)

struct chunk {
    size_t before;
    size_t head;
    struct chunk *next, *prev; /* only while free */
};

static inline size_t chunk_size(const struct chunk *c)
{
    return c->head & ~(size_t)CHUNK_FLAGS;
}

static inline struct chunk *chunk_at(struct chunk *c, size_t offset)
{
    return (struct chunk *)((char *)c + offset);
}

static inline void *chunk_memory(struct chunk *c)
{
    return (char *)c + CHUNK_HEADER;
}

static inline struct chunk *memory_chunk(void *p)
{
    return (struct chunk *)((char *)p - CHUNK_HEADER);
}

/* A chunk of SIZE (a multiple of 16, CHUNK_MIN at least) or slightly more; NULL: brk refused. */
struct chunk *heap_alloc(size_t size);

/* Give C back; aborts when it is free already. */
void heap_free(struct chunk *c);

/* Make C's size SIZE without moving it; false when what follows is in use. */
bool heap_resize(struct chunk *c, size_t size);

/* Cut FRONT bytes off C and free them; returns the rest.  Both parts are CHUNK_MIN at least. */
struct chunk *heap_cut_front(struct chunk *c, size_t front);
