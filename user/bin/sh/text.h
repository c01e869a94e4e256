/* SPDX-License-Identifier: MIT */
/*
 * text.h - a string that grows at its end, in an arena.
 *
 * It needs no freeing: it goes when its arena is released.
 */
#pragma once
#include <stddef.h>
#include "user/bin/sh/arena.h"

struct text {
    struct arena *arena;
    char *data;    /* NULL until the first byte; ended by NUL only by text_end() */
    size_t length;
    size_t size;   /* bytes allocated */
};

void text_init(struct text *t, struct arena *arena);
void text_add(struct text *t, char c);
void text_add_bytes(struct text *t, const char *s, size_t length);
void text_add_string(struct text *t, const char *s);

/* Room for SIZE more bytes: where to put them.  The caller adds what it used to `length`. */
char *text_reserve(struct text *t, size_t size);

/* End it with NUL, which does not count; the string. */
char *text_end(struct text *t);

/* Add S so that the shell reads it back as one word: quoted only where it must be. */
void text_add_quoted(struct text *t, const char *s);
