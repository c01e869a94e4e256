/* SPDX-License-Identifier: MIT */
/*
 * word.c - parsing a word.
 *
 * One function per construct, each called with its opening characters used up and returning after
 * its closing ones.  What begins with a dollar sign or a backquote is in dollar.c.
 */
#include <ctype.h>
#include <string.h>
#include "user/bin/sh/builder.h"
#include "user/bin/sh/dollar.h"
#include "user/bin/sh/word.h"

static void parse_single_quoted(struct builder *b)
{
    int c;

    builder_begin_text(b, true);
    while ((c = lexer_next_raw(b->lx)) != '\'') {
        if (c == LEXER_END) {
            lexer_fail(b->lx, "a quoted string has no end");
            return;
        }
        builder_add_char(b, c, true);
    }
}

static void parse_double_quoted(struct builder *b)
{
    builder_begin_text(b, true);
    /* "$@" without parameters must vanish, so an empty text is kept only before other text. */
    if (lexer_peek(b->lx) == '$' && b->text.length == 0)
        b->has_text = false;
    word_parse_text(b, QUOTED);
    if (lexer_next(b->lx) != '"')
        lexer_fail(b->lx, "a quoted string has no end");
}

/* Does a backslash before C quote it? */
static bool is_escapable(int c, enum place place)
{
    switch (place) {
    case WORD:
    case OPERAND:
        return true;
    case QUOTED:
    case ARITHMETIC:
        return c == '$' || c == '`' || c == '"' || c == '\\';
    case QUOTED_OPERAND:
        return c == '$' || c == '`' || c == '"' || c == '\\' || c == '}';
    case DOCUMENT:
        return c == '$' || c == '`' || c == '\\';
    }
    return false;
}

static void parse_backslash(struct builder *b, enum place place)
{
    int c;

    lexer_next_raw(b->lx);
    c = lexer_peek_ahead(b->lx, 0);
    if (c != LEXER_END && is_escapable(c, place)) {
        builder_add_char(b, lexer_next_raw(b->lx), true);
        return;
    }
    builder_add_char(b, '\\', true);
}

/* Is C, which is not part of any construct, the end of the text? */
static bool is_end(struct lexer *lx, int c, enum place place, int parentheses)
{
    switch (place) {
    case WORD:
        return strchr(" \t\n|&;<>()", c) != NULL;
    case OPERAND:
    case QUOTED_OPERAND:
        return c == '}';
    case QUOTED:
        return c == '"';
    case ARITHMETIC:
        return c == ')' && parentheses == 0 && lexer_peek_ahead(lx, 1) == ')';
    case DOCUMENT:
        return false;
    }
    return true;
}

/* A quote character that begins a string here; or one that only vanishes. */
static bool parse_quote(struct builder *b, int c, enum place place, bool *nested)
{
    if (c == '\'' && (place == WORD || place == OPERAND)) {
        lexer_next_raw(b->lx);
        parse_single_quoted(b);
        return true;
    }
    if (c != '"')
        return false;
    if (place == WORD || place == OPERAND) {
        lexer_next_raw(b->lx);
        parse_double_quoted(b);
        return true;
    }
    if (place == QUOTED_OPERAND || place == ARITHMETIC) {
        lexer_next_raw(b->lx);
        *nested = !*nested;
        return true;
    }
    return false;
}

void word_parse_text(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    bool quoted = place != WORD && place != OPERAND;
    bool nested = false; /* between two " inside "${x-...}" */
    int parentheses = 0;
    int c;

    if (++lx->depth > LEXER_MAX_DEPTH)
        lexer_fail(lx, "nested too deeply");
    while ((c = lexer_peek(lx)) != LEXER_END) {
        if (!nested && is_end(lx, c, place, parentheses))
            break;
        if (parse_quote(b, c, place, &nested))
            continue;
        if (c == '\\') {
            parse_backslash(b, place);
        } else if (c == '$') {
            dollar_parse(b, place);
        } else if (c == '`') {
            lexer_next_raw(lx);
            dollar_parse_backquoted(b, place);
        } else {
            parentheses += (c == '(') - (c == ')');
            builder_add_char(b, lexer_next_raw(lx), quoted);
        }
    }
    lx->depth--;
}

struct word *word_parse(struct lexer *lx)
{
    struct builder b;

    builder_begin(&b, lx);
    word_parse_text(&b, WORD);
    return builder_end(&b);
}

struct word *word_parse_document(struct lexer *lx, const char *text, size_t length, int line,
                                 bool literal)
{
    struct input input;
    struct lexer inner;
    struct builder b;

    input_init_string(&input, text, length);
    lexer_init(&inner, &input, line);
    lexer_begin(&inner, lx->arena);
    inner.depth = lx->depth;
    builder_begin(&b, &inner);
    builder_begin_text(&b, true);
    if (literal)
        text_add_bytes(&b.text, text, length);
    else
        word_parse_text(&b, DOCUMENT);
    lx->failed |= inner.failed;
    return builder_end(&b);
}

struct word *word_parse_prompt(struct arena *arena, const char *text)
{
    struct lexer lx = { .arena = arena };

    return word_parse_document(&lx, text, strlen(text), 0, false);
}

const char *word_literal(const struct word *w)
{
    const struct part *p = w->parts;

    return p != NULL && p->next == NULL && p->kind == PART_TEXT && !p->quoted ? p->text : NULL;
}

bool word_is_name(const char *name, size_t length)
{
    if (length == 0 || isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    return true;
}

bool word_split_assignment(struct arena *arena, const struct word *w, char **name,
                           struct word **value)
{
    const struct part *first = w->parts;
    const char *equals;
    struct part *rest;

    if (first == NULL || first->kind != PART_TEXT || first->quoted)
        return false;
    equals = strchr(first->text, '=');
    if (equals == NULL || !word_is_name(first->text, (size_t)(equals - first->text)))
        return false;
    *name = arena_strndup(arena, first->text, (size_t)(equals - first->text));
    *value = arena_zalloc(arena, sizeof(**value));
    if (equals[1] == '\0') {
        (*value)->parts = first->next;
        return true;
    }
    rest = arena_zalloc(arena, sizeof(*rest));
    *rest = *first;
    rest->text = arena_strdup(arena, equals + 1);
    (*value)->parts = rest;
    return true;
}
