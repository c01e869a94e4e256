/* SPDX-License-Identifier: MIT */
/* complete.h - what the word under the cursor could become. */
#pragma once
#include <stddef.h>
#include "user/bin/sh/tagged.h"

struct completion {
    size_t start;         /* where the word begins in the line */
    struct fields matches; /* sorted, without quotes; folders end in '/' */
    size_t common;        /* bytes that they all begin with */
    size_t shown;         /* bytes of each that are the folder, not worth listing */
};

/* Complete the word of LINE that ends at AT; everything is in scratch. */
void complete_find(struct completion *c, const char *line, size_t at);

/* TEXT with backslashes where the shell needs them, in scratch. */
const char *complete_quote(const char *text);
