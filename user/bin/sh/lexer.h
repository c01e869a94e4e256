/* SPDX-License-Identifier: MIT */
/*
 * lexer.h - from lines to tokens.
 *
 * The lexer works on one line at a time and asks for the next only when it must, so an interactive
 * command is executed as soon as it is complete.  A backslash before a newline vanishes here,
 * except where the caller reads raw characters.
 *
 * The bodies of here-documents are read at the newline that ends the line of the `<<`.
 *
 * The first error is reported when it is found and sets `failed`; from then on everything is
 * TOKEN_END.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/ast.h"
#include "user/bin/sh/input.h"
#include "user/bin/sh/text.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_WORD,
    TOKEN_NUMBER,      /* digits that stand directly before < or > */
    TOKEN_SEMICOLON,
    TOKEN_DOUBLE_SEMICOLON,
    TOKEN_AMPERSAND,
    TOKEN_AND,
    TOKEN_PIPE,
    TOKEN_OR,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_LESS,        /* the redirections come last */
    TOKEN_GREATER,
    TOKEN_APPEND,
    TOKEN_CLOBBER,
    TOKEN_READ_WRITE,
    TOKEN_DUP_INPUT,
    TOKEN_DUP_OUTPUT,
    TOKEN_DOCUMENT,
    TOKEN_DOCUMENT_TABS, /* <<- */
};

struct token {
    enum token_kind kind;
    int line;
    int number;        /* of a TOKEN_NUMBER */
    size_t start;      /* its first character in `source` */
    struct word *word; /* of a TOKEN_WORD */
};

struct document {
    struct document *next;
    struct redirect *redirect;
    char *delimiter;
    bool literal;      /* the delimiter was quoted: nothing in the body is special */
    bool strip_tabs;
};

struct lexer {
    struct input *input;
    struct arena *arena;
    const char *line;   /* the current line, ... */
    size_t at, length;  /* ... how far it is used, and its length */
    int line_number;
    bool started;       /* a line of the current command was read: further ones continue it */
    bool ended;
    bool interrupted;   /* ^C at the prompt */
    bool failed;
    int depth;          /* of nested commands and substitutions */
    struct token token; /* the current one */
    size_t previous_end; /* the end of the one before it in `source` */
    struct text source;  /* what the current command was made of */
    struct document *documents; /* whose bodies have not been read */
};

#define LEXER_MAX_DEPTH 500
#define LEXER_END (-1)

void lexer_init(struct lexer *lx, struct input *input, int line_number);

/* Begin a new command, allocated in ARENA. */
void lexer_begin(struct lexer *lx, struct arena *arena);

/* Read the next token into lx->token. */
void lexer_advance(struct lexer *lx);

/* Remember that the body of REDIRECT, a here-document with this delimiter, is to be read. */
void lexer_expect_document(struct lexer *lx, struct redirect *redirect,
                           const struct word *delimiter, bool strip_tabs);

/* The source from START to the token before the current one, in the arena. */
char *lexer_source(struct lexer *lx, size_t start);

/* Report "syntax error: ..." unless an error has been reported. */
void lexer_fail(struct lexer *lx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lexer_fail_unexpected(struct lexer *lx);

/* For word.c: characters.  lexer_next skips backslash-newline; the raw form does not. */
int lexer_peek(struct lexer *lx);
int lexer_next(struct lexer *lx);
int lexer_next_raw(struct lexer *lx);

/* The character AHEAD places after the next one, on the same line only. */
int lexer_peek_ahead(struct lexer *lx, size_t ahead);
