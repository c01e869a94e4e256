/* SPDX-License-Identifier: MIT */
/* assert.h - abort with the expression and its place when it is false.  No #pragma once: NDEBUG. */
#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) \
    ((expression) ? (void)0 : __assert_fail(#expression, __FILE__, __LINE__, __func__))
#endif

#ifndef static_assert
#define static_assert _Static_assert
#endif

void __assert_fail(const char *expression, const char *file, int line, const char *function)
    __attribute__((noreturn));
