/* SPDX-License-Identifier: MIT */
/*
 * vars.h - variables, the scopes of functions, and the positional parameters.
 *
 * A variable may exist without a value: exported or made read-only before it was set.  It counts as
 * unset.  Values returned are valid until the variable changes.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/arena.h"

enum var_flags {
    VAR_EXPORTED = 1,
    VAR_READONLY = 2,
};

struct var {
    struct var *next; /* in its hash chain */
    char *name;
    char *value;      /* NULL: unset */
    unsigned flags;
};

/* Take over the environment and set what a shell sets. */
void vars_init(char **environment);

/* NULL when it is unset. */
const char *vars_get(const char *name);

/* VALUE is copied.  False when the variable is read-only, after a message. */
bool vars_set(const char *name, const char *value);
bool vars_set_number(const char *name, long value);

/* Set, unless VALUE is NULL, and add FLAGS. */
bool vars_mark(const char *name, const char *value, unsigned flags);

/* Remove; false as with vars_set. */
bool vars_unset(const char *name);

/* All variables, sorted by name, in scratch, ended by NULL. */
const struct var **vars_list(void);

/* The environment for a new program, in scratch. */
char **vars_environment(void);

/*
 * Scopes.  What vars_make_local() names gets its old state back when the scope ends.  A command
 * with assignments in front runs in a scope of its own, too.
 */
void vars_begin_scope(void);
void vars_end_scope(void);
bool vars_has_scope(void);
void vars_make_local(const char *name);

/* $1, $2 ...: VALUES ended by NULL. */
struct parameters {
    char **values;
    int count;
    char **owned;       /* what to free, or NULL when the strings are somebody else's */
    int getopts_offset; /* where getopts stands inside an argument */
};

extern struct parameters parameters;

/* Copy VALUES and free the old ones if they were copies. */
void parameters_set(char **values, int count);
void parameters_shift(int count);

/* The parameters of a function: VALUES stay the caller's.  Give what this returns to the other. */
struct parameters parameters_replace(char **values, int count);
void parameters_restore(struct parameters old);
