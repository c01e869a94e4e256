/* SPDX-License-Identifier: MIT */
/* ast.c - how long a syntax tree lives. */
#include <stdlib.h>
#include "user/bin/sh/ast.h"

struct program *program_create(void)
{
    struct program *p = safe_alloc(sizeof(*p));

    *p = (struct program){ .references = 1 };
    return p;
}

struct program *program_get(struct program *p)
{
    p->references++;
    return p;
}

void program_put(struct program *p)
{
    if (--p->references > 0)
        return;
    arena_clear(&p->arena);
    free(p);
}
