/* SPDX-License-Identifier: MIT */
/* functions.h - the functions that were defined. */
#pragma once
#include "user/bin/sh/ast.h"

struct function {
    struct function *next;
    char *name;
    struct node *body;
    struct program *program; /* that BODY is part of; the function holds a reference */
};

/* Define or replace. */
void functions_define(const char *name, struct node *body, struct program *program);

/* NULL when there is none; valid until a function is defined or unset. */
struct function *functions_find(const char *name);
void functions_unset(const char *name);

/* All of them, newest first, linked by next. */
struct function *functions_first(void);
