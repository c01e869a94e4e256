/* SPDX-License-Identifier: MIT */
/*
 * exec.h - executing syntax trees.
 *
 * Everything returns an exit status, which is also in shell.status.  When shell.unwind is set on
 * return, the caller returns, too.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "user/bin/sh/ast.h"
#include "user/bin/sh/functions.h"
#include "user/bin/sh/input.h"
#include "user/bin/sh/text.h"

/* The process ends after this command, so that it need not be kept for what follows. */
#define EXEC_LAST 1

/* May a command with FLAGS take the place of the shell?  Not if the shell must act at its end. */
bool exec_may_replace_shell(int flags);

/* N may be NULL, an empty command. */
int exec_node(const struct node *n, int flags);

/* A command that was parsed; P stays the caller's. */
int exec_program(struct program *p, int flags);

/* A function with its parameters; ARGV[0] is its name. */
int exec_function(struct function *f, int argc, char **argv);

/* All commands of INPUT, whose first line has this number; LAST: the shell ends after them. */
int exec_input(struct input *input, int line, bool last);
/* All of a file, from which "return" leads back here; FD stays the caller's. */
int exec_file(int fd);
int exec_string(const char *text, size_t length, int line);

/* What BODY prints, without the newlines at its end; false when there could be no such process. */
bool exec_substitution(const struct node *body, struct text *output);
