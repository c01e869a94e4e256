/* SPDX-License-Identifier: MIT */
/*
 * print.h - calls as lines.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include "lib/abi/call_trace.h"

/* To the file NAME, or stderr if NULL; WITH_TIDS: each line says who made the call.  Ends the
 * program when the file cannot be made. */
void print_begin(const char *name, bool with_tids);
void print_record(const struct call_record *r);
void print_flush(void);
/* How the program PID ended: a wait STATUS. */
void print_end(pid_t pid, int status);
