/* SPDX-License-Identifier: MIT */
/*
 * grammar.h - the rules that parser.c and compound.c share.
 *
 * Each is entered with the first token of its construct in lx->token and left with the first token
 * after it there.
 */
#pragma once
#include "user/bin/sh/ast.h"
#include "user/bin/sh/lexer.h"

/* A node in the arena, with the line of the current token. */
struct node *grammar_make_node(struct lexer *lx, enum node_kind kind);

/* Is the current token this word, without quotes? */
bool grammar_is_word(struct lexer *lx, const char *text);

/* It must be; go past it. */
void grammar_expect_word(struct lexer *lx, const char *text);
void grammar_expect(struct lexer *lx, enum token_kind kind);
void grammar_skip_newlines(struct lexer *lx);

/* Commands up to a word or token that ends a list: NULL when there are none. */
struct node *grammar_list(struct lexer *lx);
/* The same where there must be one. */
struct node *grammar_body(struct lexer *lx);

/* A compound command without its redirections, or NULL when none begins here. */
struct node *grammar_compound(struct lexer *lx);
