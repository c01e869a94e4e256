/* SPDX-License-Identifier: MIT */
/*
 * builder.h - a word under construction, and the rules for its text.
 *
 * The rules depend on the place:
 *
 *     place            ends at           quotes       backslash before
 *     WORD             blank, operator   ' and "      anything
 *     OPERAND          }                 ' and "      anything
 *     QUOTED           "                 none         $ ` " \            all parts are quoted
 *     QUOTED_OPERAND   }                 " (nested)   $ ` " \ }          all parts are quoted
 *     ARITHMETIC       )) of its own     " vanishes   $ ` " \            all parts are quoted
 *     DOCUMENT         end               none         $ ` \              all parts are quoted
 */
#pragma once
#include <stdbool.h>
#include "user/bin/sh/ast.h"
#include "user/bin/sh/lexer.h"

enum place { WORD, OPERAND, QUOTED, QUOTED_OPERAND, ARITHMETIC, DOCUMENT };

/* A word under construction: finished parts, and the text of the part that grows. */
struct builder {
    struct lexer *lx;
    struct word *word;
    struct part **end;
    struct text text;
    bool text_quoted;
    bool has_text;
};

void builder_begin(struct builder *b, struct lexer *lx);

/* From here on there is text, if only an empty one. */
void builder_begin_text(struct builder *b, bool quoted);
void builder_add_char(struct builder *b, int c, bool quoted);

/* A part that is no text; PLACE says whether it is quoted. */
struct part *builder_add_part(struct builder *b, enum part_kind kind, enum place place);

/* The finished word. */
struct word *builder_end(struct builder *b);
