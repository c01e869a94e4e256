/* SPDX-License-Identifier: MIT */
/* lexer.c - from lines to tokens. */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/lexer.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/word.h"

#define MESSAGE_SIZE 200
#define SHOWN_WORD 60 /* characters of a word in a message */

static const struct {
    char text[4];
    enum token_kind kind;
} operators[] = {
    /* A longer one comes before those it begins with. */
    { "<<-", TOKEN_DOCUMENT_TABS }, { "<<", TOKEN_DOCUMENT }, { "<&", TOKEN_DUP_INPUT },
    { "<>", TOKEN_READ_WRITE },     { "<", TOKEN_LESS },      { ">>", TOKEN_APPEND },
    { ">&", TOKEN_DUP_OUTPUT },     { ">|", TOKEN_CLOBBER },  { ">", TOKEN_GREATER },
    { "&&", TOKEN_AND },            { "&", TOKEN_AMPERSAND }, { "||", TOKEN_OR },
    { "|", TOKEN_PIPE },            { ";;", TOKEN_DOUBLE_SEMICOLON },
    { ";", TOKEN_SEMICOLON },       { "(", TOKEN_OPEN },      { ")", TOKEN_CLOSE },
};

#define NOPERATORS (sizeof(operators) / sizeof(operators[0]))

void lexer_init(struct lexer *lx, struct input *input, int line_number)
{
    *lx = (struct lexer){ .input = input, .line_number = line_number };
}

void lexer_begin(struct lexer *lx, struct arena *arena)
{
    lx->arena = arena;
    lx->started = lx->interrupted = lx->failed = false;
    lx->previous_end = 0;
    lx->documents = NULL;
    lx->depth = 0;
    text_init(&lx->source, arena);
}

void lexer_fail(struct lexer *lx, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;

    if (lx->failed || lx->interrupted)
        return;
    lx->failed = true;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    lx->token.kind = TOKEN_END;
    shell_warn_at(lx->line_number, "syntax error: %s", message);
}

void lexer_fail_unexpected(struct lexer *lx)
{
    const struct token *t = &lx->token;

    if (t->kind == TOKEN_END) {
        lexer_fail(lx, "unexpected end of file");
    } else if (t->kind == TOKEN_NEWLINE) {
        lexer_fail(lx, "unexpected newline");
    } else {
        size_t length = lx->source.length - t->start;

        lexer_fail(lx, "unexpected \"%.*s\"", (int)(length < SHOWN_WORD ? length : SHOWN_WORD),
                   lx->source.data + t->start);
    }
}

/* Have an unused character on the line; false at the end of the input. */
static bool has_more(struct lexer *lx)
{
    if (lx->failed || lx->interrupted)
        return false;
    if (lx->at < lx->length)
        return true;
    if (lx->ended)
        return false;
    lx->line = input_line(lx->input, lx->started, &lx->length);
    lx->at = 0;
    lx->started = true;
    if (lx->line != NULL)
        return true;
    lx->length = 0;
    if (lx->input->interrupted) {
        lx->input->interrupted = false;
        lx->interrupted = true;
    } else {
        /* On a terminal a later line may follow the end of this command. */
        lx->ended = lx->input->kind != INPUT_TERMINAL;
    }
    return false;
}

int lexer_next_raw(struct lexer *lx)
{
    unsigned char c;

    do {
        if (!has_more(lx))
            return LEXER_END;
        c = (unsigned char)lx->line[lx->at++];
    } while (c == '\0');
    text_add(&lx->source, (char)c);
    if (c == '\n')
        lx->line_number++;
    return c;
}

int lexer_peek(struct lexer *lx)
{
    while (has_more(lx)) {
        if (lx->line[lx->at] == '\0') {
            lx->at++;
        } else if (lx->line[lx->at] == '\\' && lx->at + 1 < lx->length
                   && lx->line[lx->at + 1] == '\n') {
            lx->at += 2;
            lx->line_number++;
        } else {
            return (unsigned char)lx->line[lx->at];
        }
    }
    return LEXER_END;
}

int lexer_next(struct lexer *lx)
{
    return lexer_peek(lx) == LEXER_END ? LEXER_END : lexer_next_raw(lx);
}

int lexer_peek_ahead(struct lexer *lx, size_t ahead)
{
    size_t at = lx->at + ahead;

    return at < lx->length ? (unsigned char)lx->line[at] : LEXER_END;
}

/* Skip blanks and a comment; the character after them. */
static int skip_blanks(struct lexer *lx)
{
    int c = lexer_peek(lx);

    while (c == ' ' || c == '\t') {
        lexer_next_raw(lx);
        c = lexer_peek(lx);
    }
    if (c != '#')
        return c;
    /* A backslash at the end of a comment does not continue it. */
    while (has_more(lx) && lx->line[lx->at] != '\n')
        lexer_next_raw(lx);
    return lexer_peek(lx);
}

static bool read_operator(struct lexer *lx)
{
    char text[3] = "";
    size_t length = 0;

    /* Look at up to three characters, without any continuation in between. */
    while (length < 3 && lx->at + length < lx->length) {
        text[length] = lx->line[lx->at + length];
        length++;
    }
    for (size_t i = 0; i < NOPERATORS; i++) {
        size_t wanted = strlen(operators[i].text);

        if (wanted > length || memcmp(operators[i].text, text, wanted) != 0)
            continue;
        for (size_t n = 0; n < wanted; n++)
            lexer_next_raw(lx);
        lx->token.kind = operators[i].kind;
        return true;
    }
    return false;
}

/* A word of digits directly before a redirection is the number of a descriptor. */
static bool is_number(struct lexer *lx, const struct word *w)
{
    int c = lexer_peek(lx);

    return (c == '<' || c == '>') && w->parts != NULL && w->parts->next == NULL
           && w->parts->kind == PART_TEXT && !w->parts->quoted
           && strspn(w->parts->text, "0123456789") == strlen(w->parts->text)
           && strlen(w->parts->text) < 6;
}

static void read_word(struct lexer *lx)
{
    struct token *t = &lx->token;
    struct word *w = word_parse(lx);

    if (is_number(lx, w)) {
        t->kind = TOKEN_NUMBER;
        t->number = atoi(w->parts->text);
        return;
    }
    t->kind = TOKEN_WORD;
    t->word = w;
}

/* One line as it is, with its newline, appended to LINE; false at the end of the input. */
static bool read_raw_line(struct lexer *lx, struct text *line)
{
    int c;

    do {
        c = lexer_next_raw(lx);
        if (c == LEXER_END)
            return line->length > 0;
        text_add(line, (char)c);
    } while (c != '\n');
    return true;
}

/* Does the line end in a backslash that is not itself quoted? */
static bool is_continued(const struct text *line)
{
    size_t count = 0;
    size_t end = line->length;

    if (end == 0 || line->data[end - 1] != '\n')
        return false;
    for (end--; end > 0 && line->data[end - 1] == '\\'; end--)
        count++;
    return count % 2 == 1;
}

/* Is the line, with or without its newline, the delimiter? */
static bool is_delimiter(const struct document *d, const char *line, size_t length)
{
    size_t wanted = strlen(d->delimiter);

    length -= length > 0 && line[length - 1] == '\n';
    return length == wanted && memcmp(line, d->delimiter, wanted) == 0;
}

/* Read the lines up to the delimiter, or up to the end of the file, as most shells accept. */
static void read_document(struct lexer *lx, struct document *d)
{
    int line_number = lx->line_number;
    bool continued = false;
    struct text body;

    text_init(&body, lx->arena);
    for (;;) {
        const char *s;
        size_t length;
        struct text line;

        text_init(&line, lx->arena);
        if (!read_raw_line(lx, &line))
            break;
        s = line.data;
        length = line.length;
        while (d->strip_tabs && length > 0 && *s == '\t') {
            s++;
            length--;
        }
        if (!continued && is_delimiter(d, s, length))
            break;
        continued = !d->literal && is_continued(&line);
        text_add_bytes(&body, s, length);
    }
    d->redirect->word = word_parse_document(lx, text_end(&body), body.length, line_number,
                                            d->literal);
}

static void read_documents(struct lexer *lx)
{
    struct document *d = lx->documents;

    lx->documents = NULL;
    for (; d != NULL && !lx->failed; d = d->next)
        read_document(lx, d);
}

void lexer_advance(struct lexer *lx)
{
    struct token *t = &lx->token;
    int c;

    lx->previous_end = lx->source.length;
    c = skip_blanks(lx);
    *t = (struct token){ .line = lx->line_number, .start = lx->source.length };
    if (c == LEXER_END) {
        if (lx->documents != NULL)
            read_documents(lx);
        t->kind = TOKEN_END;
    } else if (c == '\n') {
        lexer_next_raw(lx);
        t->kind = TOKEN_NEWLINE;
        read_documents(lx);
    } else if (!read_operator(lx)) {
        read_word(lx);
    }
    if (lx->failed || lx->interrupted)
        t->kind = TOKEN_END;
}

void lexer_expect_document(struct lexer *lx, struct redirect *redirect,
                           const struct word *delimiter, bool strip_tabs)
{
    struct document *d = arena_zalloc(lx->arena, sizeof(*d));
    struct document **end = &lx->documents;
    struct text text;

    text_init(&text, lx->arena);
    for (const struct part *p = delimiter->parts; p != NULL; p = p->next) {
        if (p->kind != PART_TEXT) {
            lexer_fail(lx, "the delimiter of a here-document must be plain text");
            return;
        }
        d->literal |= p->quoted;
        text_add_string(&text, p->text);
    }
    d->redirect = redirect;
    d->delimiter = text_end(&text);
    d->strip_tabs = strip_tabs;
    while (*end != NULL)
        end = &(*end)->next;
    *end = d;
}

char *lexer_source(struct lexer *lx, size_t start)
{
    size_t end = lx->previous_end;

    while (end > start && strchr(" \t\n", lx->source.data[end - 1]) != NULL)
        end--;
    return end > start ? arena_strndup(lx->arena, lx->source.data + start, end - start) : NULL;
}
