/* SPDX-License-Identifier: MIT */
/*
 * regex.h - regular expressions, basic and extended, for finding out whether a line matches.
 *
 * Understood: . [set] [[:class:]] * ^ $ \< \> \b \w \W groups, alternatives and {m,n}; in the basic
 * form groups, alternatives, bounds, + and ? have a backslash.  Not understood: back references.
 * Time is at most proportional to the length of the text times the length of the expression.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum regex_flags {
    REGEX_EXTENDED = 1,
    REGEX_FOLD = 2,    /* ignore case */
    REGEX_LITERAL = 4, /* no character is special */
    REGEX_WORD = 8,    /* no part of a word beside the match */
    REGEX_LINE = 16,   /* match whole lines only */
};

struct regex;

/* For regex_destroy; NULL with *ERROR telling what is wrong. */
struct regex *regex_create(const char *pattern, int flags, const char **error);
void regex_destroy(struct regex *r);

/* Does LINE, of LENGTH bytes, contain a match? */
bool regex_search(struct regex *r, const char *line, size_t length);
