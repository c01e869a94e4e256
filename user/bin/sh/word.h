/* SPDX-License-Identifier: MIT */
/*
 * word.h - parsing a word: quotes, backslashes and everything that begins with a dollar sign.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/ast.h"
#include "user/bin/sh/builder.h"
#include "user/bin/sh/lexer.h"

/* The word that begins at the next character, up to a blank or an operator.  Never NULL. */
struct word *word_parse(struct lexer *lx);

/* Everything up to the end that PLACE asks for, which is not used up. */
void word_parse_text(struct builder *b, enum place place);

/* The body of a here-document; LITERAL: nothing in it is special. */
struct word *word_parse_document(struct lexer *lx, const char *text, size_t length, int line,
                                 bool literal);

/* A string expanded like the inside of double quotes: for prompts. */
struct word *word_parse_prompt(struct arena *arena, const char *text);

/* The text of a word that is one piece without quotes, or NULL. */
const char *word_literal(const struct word *w);

/* Does NAME, of LENGTH bytes, begin like a variable and consist of its characters? */
bool word_is_name(const char *name, size_t length);

/*
 * If W is an assignment "name=value", true, with the name in the arena and the value as a word; W
 * itself is not changed.
 */
bool word_split_assignment(struct arena *arena, const struct word *w, char **name,
                           struct word **value);
