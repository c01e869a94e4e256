/* SPDX-License-Identifier: MIT */
/*
 * ast.h - what the parser makes of a command: a tree of nodes, whose leaves are words.
 *
 * A word is a chain of parts.  Quotes and backslashes are gone; each part knows whether it was
 * quoted, because that decides later about splitting and patterns:
 *
 *     a"b $x"`date`      TEXT a | TEXT "b " quoted | PARAMETER x quoted | COMMAND date
 *
 * Everything is allocated in the arena of its struct program and goes with it.  The tree is never
 * changed after parsing, so that a loop or a function can execute it any number of times.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/arena.h"

enum part_kind {
    PART_TEXT,       /* `text` */
    PART_PARAMETER,  /* ${name op word}; `text` is the name */
    PART_COMMAND,    /* $(body) or `body` */
    PART_ARITHMETIC, /* $((word)) */
};

enum parameter_op {
    PARAMETER_PLAIN,
    PARAMETER_LENGTH,      /* ${#name} */
    PARAMETER_DEFAULT,     /* ${name-word}; with `colon` ${name:-word}; so for the next three */
    PARAMETER_ASSIGN,      /* ${name=word} */
    PARAMETER_ERROR,       /* ${name?word} */
    PARAMETER_ALTERNATIVE, /* ${name+word} */
    PARAMETER_CUT_SHORT_PREFIX,
    PARAMETER_CUT_LONG_PREFIX,
    PARAMETER_CUT_SHORT_SUFFIX,
    PARAMETER_CUT_LONG_SUFFIX,
    PARAMETER_BAD,         /* an error, but only when it is expanded */
};

struct part {
    struct part *next;
    enum part_kind kind;
    bool quoted;
    bool colon;
    enum parameter_op op;
    int line;             /* of a PART_COMMAND */
    char *text;
    struct word *word;
    struct node *body;    /* NULL: an empty command */
};

struct word {
    struct word *next; /* in a list of words */
    struct part *parts; /* NULL: an empty word, as in ${x:-} */
};

struct assignment {
    struct assignment *next;
    char *name;
    struct word *value;
};

enum redirect_kind {
    REDIRECT_READ,       /* <  */
    REDIRECT_WRITE,      /* >  */
    REDIRECT_CLOBBER,    /* >| */
    REDIRECT_APPEND,     /* >> */
    REDIRECT_READ_WRITE, /* <> */
    REDIRECT_DUP,        /* <& and >& */
    REDIRECT_DOCUMENT,   /* << and <<-; `word` is the body */
};

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    int fd;
    struct word *word;
};

struct case_item {
    struct case_item *next;
    struct word *patterns;
    struct node *body; /* or NULL */
};

enum node_kind {
    NODE_SIMPLE,     /* assignments words redirects */
    NODE_PIPELINE,   /* first, linked by next: at least two */
    NODE_NOT,        /* ! first */
    NODE_AND,        /* first && second */
    NODE_OR,         /* first || second */
    NODE_LIST,       /* first, linked by next: one after the other */
    NODE_BACKGROUND, /* first & */
    NODE_BRACE,      /* { first; } */
    NODE_SUBSHELL,   /* ( first ) */
    NODE_IF,         /* if first; then second; else third (or NULL) */
    NODE_WHILE,      /* while first; do second */
    NODE_UNTIL,
    NODE_FOR,        /* for name in words (or, unless has_words, $@); do first */
    NODE_CASE,       /* case words in items */
    NODE_FUNCTION,   /* name() first */
};

struct node {
    struct node *next;
    enum node_kind kind;
    int line;
    bool has_words;
    struct node *first, *second, *third;
    char *name;
    char *text; /* the source, for the job table; or NULL */
    struct word *words;
    struct assignment *assignments;
    struct redirect *redirects; /* of every kind up from NODE_BRACE, too */
    struct case_item *items;
};

/* One complete command.  Functions that it defines keep it alive. */
struct program {
    struct arena arena;
    struct node *root; /* NULL: nothing but blanks and comments */
    int references;
};

struct program *program_create(void);
struct program *program_get(struct program *p);
void program_put(struct program *p);
