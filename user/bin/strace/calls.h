/* SPDX-License-Identifier: MIT */
/*
 * calls.h - what strace knows of system calls: names, and what their arguments are.
 */
#pragma once
#include "lib/abi/call_trace.h"

/*
 * A letter for each argument:
 *   d number    x in hexadecimal    m in octal    p address    f descriptor or AT_FDCWD
 *   s string    b bytes, as many as the next one says    B likewise, as many as the result says
 *   o O_*, with how it is opened    O O_*, without
 *   r PROT_*    a MAP_*    v MADV_*    c CLONE_*    u FUTEX_*    g signal
 * The first one is * if the result is an address.
 */
struct call {
    const char *name;                   /* NULL: no such call on Linux */
    const char *args;
};

/* Call number NR; one without a name if there is none. */
const struct call *find_call(uint64_t nr);
/* What the kernel must copy of the arguments of all calls. */
void fill_masks(struct call_masks *masks);
