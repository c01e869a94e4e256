/* SPDX-License-Identifier: MIT */
/*
 * replacement.h - what tests of page replacement share: a swap disk, the policy, pages that
 * say which they are, and a file larger than memory.
 *
 * The disk, /dev/vdb, is a swap area made by the host's mkswap.
 */
#pragma once
#include "user/tests/lib/test.h"

/* Swap on the disk, or skip the test: there is none.  And no longer. */
void begin_swap(void);
void end_swap(void);

/* Use the replacement policy NAME; skips the test where it cannot be chosen. */
void set_policy(const char *name);

/* A page says in its first word which it is: page I of P, and what it says, 0 if nothing. */
void write_number(char *p, size_t i, size_t number);
size_t read_number(const char *p, size_t i);

/* Pages of the machine, or of one of PRETENDED megabytes, if there is such a text: a power
 * of two. */
size_t pages_of_machine(const char *pretended);

/* A file on the root disk without a name, NPAGES that are all hole: they are in the cache as
 * others are, but cost no disk.  Its descriptor. */
int file_of_holes(size_t npages);
