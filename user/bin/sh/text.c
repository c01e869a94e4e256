/* SPDX-License-Identifier: MIT */
/* text.c - a string that grows at its end, in an arena. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include "user/bin/sh/text.h"

#define FIRST_SIZE 32

void text_init(struct text *t, struct arena *arena)
{
    *t = (struct text){ .arena = arena };
}

char *text_reserve(struct text *t, size_t size)
{
    size_t wanted = t->size < FIRST_SIZE ? FIRST_SIZE : t->size;

    if (t->size - t->length < size) {
        while (wanted - t->length < size)
            wanted *= 2;
        t->data = arena_grow(t->arena, t->data, t->size, wanted);
        t->size = wanted;
    }
    return t->data + t->length;
}

void text_add(struct text *t, char c)
{
    *text_reserve(t, 1) = c;
    t->length++;
}

void text_add_bytes(struct text *t, const char *s, size_t length)
{
    if (length == 0)
        return;
    memcpy(text_reserve(t, length), s, length);
    t->length += length;
}

void text_add_string(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

char *text_end(struct text *t)
{
    *text_reserve(t, 1) = '\0';
    return t->data;
}

static bool is_plain(const char *s)
{
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("_-+=./,:@%^", *s) == NULL)
            return false;
    return true;
}

void text_add_quoted(struct text *t, const char *s)
{
    if (is_plain(s)) {
        text_add_string(t, s);
        return;
    }
    text_add(t, '\'');
    for (; *s != '\0'; s++) {
        if (*s == '\'')
            text_add_string(t, "'\\'");
        text_add(t, *s);
    }
    text_add(t, '\'');
}
