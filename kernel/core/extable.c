/* SPDX-License-Identifier: MIT */
/*
 * extable.c - the table of instructions that may fault.
 *
 * A few dozen entries and a search only when a user copy meets a hole, so it is
 * neither sorted nor searched cleverly.
 */
#include "kernel/core/extable.h"

struct entry {
    int32_t insn, fixup;        /* each relative to its own place */
};

extern const struct entry __ex_table_start[], __ex_table_end[];

static uintptr_t target(const int32_t *field)
{
    return (uintptr_t)field + (intptr_t)*field;
}

uintptr_t extable_find(uintptr_t pc)
{
    for (const struct entry *e = __ex_table_start; e < __ex_table_end; e++) {
        if (target(&e->insn) == pc)
            return target(&e->fixup);
    }
    return 0;
}
