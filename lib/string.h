/* SPDX-License-Identifier: MIT */
/*
 * string.h - the C library's memory and string functions, for code without one.
 *
 * Names and meanings are the standard's, so a host test that links a pure file
 * gets the host's own; string.c itself is for kernel and programs.  Compilers
 * call memcpy, memmove, memset and memcmp unasked.
 */
#pragma once
#include "lib/types.h"
#include "lib/strutil.h"

/* Copy N bytes; memmove also where the two overlap.  Return DST. */
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);

/* Fill N bytes with the low byte of C.  Return DST. */
void *memset(void *dst, int c, size_t n);

/* Compare as unsigned bytes: negative, 0 or positive. */
int memcmp(const void *a, const void *b, size_t n);

/* The first byte equal to C, or NULL. */
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
/* strlen, but at most MAX; looks at no more than MAX bytes. */
size_t strnlen(const char *s, size_t max);

int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* The first, the last place of C in S, or NULL.  The NUL counts. */
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
