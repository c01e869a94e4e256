/* SPDX-License-Identifier: MIT */
/*
 * arith.h - the value of $((...)): C's integer operators on 64-bit numbers and variables.
 *
 * All of C's operators but sizeof, casts and pointers; ++ and --, assignments and the comma
 * included. Numbers are decimal, 0 octal or 0x hexadecimal.  An unset or empty variable counts as
 * 0.  Overflow wraps around.
 */
#pragma once
#include <stdbool.h>

/* False after a message (and shell_fail) when EXPRESSION makes no sense. */
bool arith_evaluate(const char *expression, long *result);
