/* SPDX-License-Identifier: MIT */
/*
 * expand.h - from the words of a command to the strings that it gets.
 *
 * In this order: tilde, parameters, commands and arithmetic; splitting into fields; file names for
 * patterns.  Quotes were removed by the parser.
 *
 * Results are in scratch.  NULL or false means that an error was reported with shell_fail(): the
 * caller gives up.
 */
#pragma once
#include <stdbool.h>
#include "user/bin/sh/ast.h"
#include "user/bin/sh/tagged.h"

/* Add the fields of one word. */
bool expand_fields(const struct word *w, struct fields *f);

/* One string: no splitting, no file names. */
char *expand_string(const struct word *w);

/* The same for the right side of an assignment: tildes after colons count. */
char *expand_assignment(const struct word *w);

/* The same as a pattern for fnmatch(). */
char *expand_pattern(const struct word *w);

/*
 * The value of a parameter, special or not, other than @ and *; NULL: unset.  Perhaps in scratch.
 */
const char *expand_parameter(const char *name);
