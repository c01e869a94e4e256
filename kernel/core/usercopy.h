/* SPDX-License-Identifier: MIT */
/*
 * usercopy.h - touching user memory: one window of SUM per call, every access in
 * the exception table.
 *
 * Each returns the number of bytes NOT done: 0 if all went well, otherwise the
 * first one not done lies at an address that could not be accessed.
 */
#pragma once
#include "lib/types.h"

/* Either side may be the user's; the caller has checked its range. */
size_t user_memcpy(void *to, const void *from, size_t n);
size_t user_memzero(void *to, size_t n);

/* Bytes before the first NUL, at most N.  N if there is none; or -1 - (bytes
 * copied) if the user's string could not be read that far. */
ssize_t user_strncpy(char *to, const char *from, size_t n);

/* If the word at AT, which is aligned, is *OLD, make it VALUE, at once; *OLD becomes
 * what was there.  0, or -1 if it could not be accessed. */
int user_cmpxchg32(uint32_t *at, uint32_t *old, uint32_t value);
