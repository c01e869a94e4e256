/* SPDX-License-Identifier: MIT */
/*
 * parser.h - from tokens to syntax trees.
 */
#pragma once
#include "user/bin/sh/ast.h"
#include "user/bin/sh/lexer.h"

enum parse_result {
    PARSE_OK,
    PARSE_END,    /* there is no further command */
    PARSE_ERROR,  /* reported; the rest of the line is gone */
    PARSE_INTERRUPTED,
};

/*
 * Read one complete command: everything up to the end of a line that no construct continues.
 * With PARSE_OK *PROGRAM is the caller's to put.
 */
enum parse_result parser_parse(struct lexer *lx, struct program **program);

/* Only for word.c: commands up to the ")" that closes "$(", or a string; NULL: nothing there. */
struct node *parser_parse_substitution(struct lexer *lx);
struct node *parser_parse_string(struct lexer *lx, const char *text, size_t length, int line);
