/* SPDX-License-Identifier: MIT */
/*
 * rest.h - what the kernel holds when it is at rest, to find what is left behind.
 */
#pragma once
#include "user/tests/lib/watch.h"

/* Bring the kernel to rest and count.  Needs the debug call. */
void count_at_rest(struct debug_counters *c);

/* Whether AFTER is as much as BEFORE of everything that can leak; notes tell what is not. */
bool same_at_rest(const struct debug_counters *before, const struct debug_counters *after);
