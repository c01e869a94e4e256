/* SPDX-License-Identifier: MIT */
/*
 * effect.h - the fields of a /proc file, each with what makes it change.
 *
 * A table names every field of a file, and for each a cause and the growth that
 * the file must show while the cause lasts.  A field that the file has and the
 * table has not fails the test, and so does the reverse.  Both functions skip the test
 * on Linux, which has more fields, and no debug call to bring its figures to rest.
 */
#pragma once
#include "user/tests/lib/test.h"

struct cause {
    void (*begin)(void);        /* the effect is looked at when it returns   */
    void (*end)(void);          /* NULL: nothing lasts                       */
};

/*
 * FIELD grows by LOW..HIGH while CAUSE lasts.  Without a cause its value lies in
 * LOW..HIGH and REASON says why nothing here can change it.
 */
struct effect {
    const char *field;
    const struct cause *cause;
    long low, high;
    const char *reason;
};

#define EFFECT_ANY 0x7fffffffffffL      /* no upper limit */

/* The fields of the file of "FIELD VALUE" lines at PATH are those of the table. */
void expect_fields(const char *path, const struct effect *table, size_t count);

/*
 * Each cause of the table has its effect on the file of "FIELD VALUE" lines at
 * PATH.  It is made once for rows that follow each other.
 */
void expect_effects(const char *path, const struct effect *table, size_t count);
