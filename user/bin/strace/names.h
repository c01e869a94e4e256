/* SPDX-License-Identifier: MIT */
/*
 * names.h - numbers as the programmer wrote them.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>

/* "ENOENT" for 2, or NULL. */
const char *errno_name(int number);
/* "SIGINT" for 2; the number where there is no name. */
void print_signal(FILE *out, int sig);
/* VALUE of an argument of KIND (calls.h), to OUT. */
void print_value(FILE *out, char kind, uint64_t value);
