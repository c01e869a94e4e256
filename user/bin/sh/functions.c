/* SPDX-License-Identifier: MIT */
/* functions.c - the functions that were defined. */
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/functions.h"

static struct function *functions;

void functions_define(const char *name, struct node *body, struct program *program)
{
    struct function *f;

    functions_unset(name);
    f = safe_alloc(sizeof(*f));
    *f = (struct function){
        .next = functions,
        .name = safe_strdup(name),
        .body = body,
        .program = program_get(program),
    };
    functions = f;
}

struct function *functions_find(const char *name)
{
    struct function *f = functions;

    while (f != NULL && strcmp(f->name, name) != 0)
        f = f->next;
    return f;
}

void functions_unset(const char *name)
{
    for (struct function **place = &functions; *place != NULL; place = &(*place)->next) {
        struct function *f = *place;

        if (strcmp(f->name, name) != 0)
            continue;
        *place = f->next;
        program_put(f->program);
        free(f->name);
        free(f);
        return;
    }
}

struct function *functions_first(void)
{
    return functions;
}
