/* SPDX-License-Identifier: MIT */
/*
 * arena.h - memory that is given back all at once.
 *
 * Syntax trees live in one arena per parsed command.  The words of a command that is being executed
 * live in the arena `scratch`: whoever needs some takes a mark before and releases it afterwards,
 * so nothing on a path that gives up early has to be freed.
 *
 * Allocation never returns NULL: a shell without memory says so and ends.
 */
#pragma once
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest; each points at the one before */
    size_t used;               /* bytes of it */
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

extern struct arena scratch;

/* SIZE bytes, not cleared, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
char *arena_strndup(struct arena *a, const char *s, size_t length);
char *arena_strdup(struct arena *a, const char *s);

/* A formatted string. */
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* P, the last piece of OLD bytes, becomes NEW bytes: in place when it can, else a copy. */
void *arena_grow(struct arena *a, void *p, size_t old, size_t new);

/* Everything allocated after arena_mark() goes with arena_release(). */
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);

/* Give everything back; the arena is empty and usable. */
void arena_clear(struct arena *a);

/* malloc and friends for what lives longer; they end the shell when there is no memory. */
void *safe_alloc(size_t size);
void *safe_realloc(void *p, size_t size);
char *safe_strdup(const char *s);
