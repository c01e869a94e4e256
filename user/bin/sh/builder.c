/* SPDX-License-Identifier: MIT */
/* builder.c - a word under construction. */
#include "user/bin/sh/builder.h"

void builder_begin(struct builder *b, struct lexer *lx)
{
    *b = (struct builder){ .lx = lx, .word = arena_zalloc(lx->arena, sizeof(*b->word)) };
    b->end = &b->word->parts;
}

static struct part *add_part(struct builder *b, enum part_kind kind, bool quoted)
{
    struct part *p = arena_zalloc(b->lx->arena, sizeof(*p));

    p->kind = kind;
    p->quoted = quoted;
    *b->end = p;
    b->end = &p->next;
    return p;
}

static void flush_text(struct builder *b)
{
    if (!b->has_text)
        return;
    b->has_text = false;
    add_part(b, PART_TEXT, b->text_quoted)->text = text_end(&b->text);
}

void builder_begin_text(struct builder *b, bool quoted)
{
    if (b->has_text && b->text_quoted == quoted)
        return;
    flush_text(b);
    text_init(&b->text, b->lx->arena);
    b->text_quoted = quoted;
    b->has_text = true;
}

void builder_add_char(struct builder *b, int c, bool quoted)
{
    builder_begin_text(b, quoted);
    text_add(&b->text, (char)c);
}

struct part *builder_add_part(struct builder *b, enum part_kind kind, enum place place)
{
    flush_text(b);
    return add_part(b, kind, place != WORD && place != OPERAND);
}

struct word *builder_end(struct builder *b)
{
    flush_text(b);
    return b->word;
}
