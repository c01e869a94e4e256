/* SPDX-License-Identifier: MIT */
/* assert.c - the end of a program that was wrong about itself. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void __assert_fail(const char *expression, const char *file, int line, const char *function)
{
    dprintf(STDERR_FILENO, "%s:%d: %s: assertion failed: %s\n", file, line, function, expression);
    abort();
}
