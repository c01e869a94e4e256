/* SPDX-License-Identifier: MIT */
/*
 * tagged.h - an expanded word that remembers where its characters came from.
 *
 * Splitting into fields and matching of patterns happen after expansion, and treat characters
 * differently by their origin.  So every character carries a tag:
 *
 *     x='a *'  in  "$x"$x'?'     chars   a   *  a   *  ?
 *                                tags    Q Q Q  S S S  Q      Q: TAG_QUOTED  S: TAG_SPLIT
 *
 * Two tags belong to places rather than characters: TAG_EMPTY says that there is a field here even
 * if it stays empty (""), TAG_BREAK that one field ends and another begins ("$@").  The character
 * of a TAG_BREAK stands for it where nothing is split.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/text.h"

enum tag {
    TAG_PLAIN = 0,  /* typed as it is: patterns work, it is not split */
    TAG_QUOTED = 1,
    TAG_SPLIT = 2,  /* the result of an expansion outside quotes */
    TAG_EMPTY = 4,
    TAG_BREAK = 8,
};

struct tagged {
    struct text chars;
    struct text tags;
};

/* A list of strings in scratch; ended by NULL. */
struct fields {
    char **values;
    size_t count, size;
};

/* In scratch, as is everything that the functions below return. */
void tagged_init(struct tagged *t);
void tagged_add(struct tagged *t, char c, enum tag tag);
void tagged_add_string(struct tagged *t, const char *s, enum tag tag);

/* The characters, without splitting. */
char *tagged_string(const struct tagged *t);

/* A pattern for fnmatch() and glob(): what was quoted stands for itself. */
char *tagged_pattern(const struct tagged *t);

void fields_add(struct fields *f, char *value);

/* Split at the characters of IFS and add the fields, or the names of files that they match. */
void tagged_add_fields(const struct tagged *t, const char *ifs, struct fields *f);

/* The same for `read`: exactly COUNT fields without patterns; the last takes all the rest. */
void tagged_split_rest(const struct tagged *t, const char *ifs, size_t count, struct fields *f);
