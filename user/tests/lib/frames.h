/* SPDX-License-Identifier: MIT */
/*
 * frames.h - which frame a page is, and how many entries map it, as /proc tells root.
 */
#pragma once
#include <sys/types.h>
#include "user/tests/lib/test.h"

/* Word INDEX of a file of 64-bit words. */
uint64_t word_at(const char *path, uint64_t index);

/* What /proc/PID/pagemap says of the page at P; and the frame alone. */
uint64_t word_of(pid_t pid, const void *p);
uint64_t frame_of(pid_t pid, const void *p);

/* The page-table entries that map frame PFN. */
uint64_t entries_of(uint64_t pfn);
