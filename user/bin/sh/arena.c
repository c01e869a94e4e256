/* SPDX-License-Identifier: MIT */
/*
 * arena.c - memory that is given back all at once.
 *
 * An arena is a chain of blocks; pieces are cut from the newest one.  A piece that does not fit
 * gets a new block, at least twice as large as the last until BLOCK_MAX, and larger if it must be.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/arena.h"

#define ALIGNMENT sizeof(max_align_t)
#define BLOCK_MIN 1024
#define BLOCK_MAX 65536
#define STATUS_NO_MEMORY 2

struct arena_block {
    struct arena_block *previous;
    size_t size; /* bytes of data */
    max_align_t data[];
};

struct arena scratch;

static void no_memory(void)
{
    static const char text[] = "sh: out of memory\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(STATUS_NO_MEMORY);
    _exit(STATUS_NO_MEMORY);
}

void *safe_alloc(size_t size)
{
    void *p = malloc(size > 0 ? size : 1);

    if (p == NULL)
        no_memory();
    return p;
}

void *safe_realloc(void *p, size_t size)
{
    p = realloc(p, size > 0 ? size : 1);
    if (p == NULL)
        no_memory();
    return p;
}

char *safe_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(safe_alloc(size), s, size);
}

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void add_block(struct arena *a, size_t size)
{
    size_t wanted = a->block == NULL ? BLOCK_MIN : a->block->size * 2;
    struct arena_block *block;

    if (wanted > BLOCK_MAX)
        wanted = BLOCK_MAX;
    if (wanted < size)
        wanted = size;
    block = safe_alloc(sizeof(*block) + wanted);
    block->previous = a->block;
    block->size = wanted;
    a->block = block;
    a->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *p;

    size = round_up(size);
    if (a->block == NULL || a->block->size - a->used < size)
        add_block(a, size);
    p = (char *)a->block->data + a->used;
    a->used += size;
    return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t length)
{
    char *copy = arena_alloc(a, length + 1);

    memcpy(copy, s, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        no_memory();
    text = arena_alloc(a, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

void *arena_grow(struct arena *a, void *p, size_t old, size_t new)
{
    size_t old_room = round_up(old);
    size_t new_room = round_up(new);
    void *larger;

    if (p != NULL && a->block != NULL && a->used >= old_room
        && (char *)p == (char *)a->block->data + a->used - old_room
        && a->block->size - (a->used - old_room) >= new_room) {
        a->used += new_room - old_room;
        return p;
    }
    larger = arena_alloc(a, new);
    if (p != NULL)
        memcpy(larger, p, old);
    return larger;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->block, a->used };
}

void arena_release(struct arena *a, struct arena_mark mark)
{
    while (a->block != mark.block) {
        struct arena_block *block = a->block;

        a->block = block->previous;
        free(block);
    }
    a->used = mark.used;
}

void arena_clear(struct arena *a)
{
    arena_release(a, (struct arena_mark){ NULL, 0 });
}
