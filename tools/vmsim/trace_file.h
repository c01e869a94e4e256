/* SPDX-License-Identifier: MIT */
/*
 * trace_file.h - references to pages, as text.
 *
 *     pagoda trace 1              the first line: format and version
 *     # anything                  a comment
 *     3ffffe                      a reference: the page's number, hexadecimal
 *     3ffffe w                    the same, and how: r read, w written, x executed
 *
 * Pages are numbered as in the address space they were recorded in; who replays them
 * only asks which are the same.  /bin/vmtrace writes such files.
 */
#pragma once
#include <stdio.h>
#include "tools/vmsim/simulate.h"

#define TRACE_HEADER "pagoda trace 1"

/* Read F, called NAME, to its end: a trace with pages numbered from 0 in the order of their
 * first use, for trace_free.  False: MESSAGE says what is wrong, and where. */
bool trace_read(FILE *f, const char *name, struct trace *trace, char *message, size_t size);
void trace_write(FILE *f, const struct trace *trace);
void trace_free(struct trace *trace);
