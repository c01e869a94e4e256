/* SPDX-License-Identifier: MIT */
/*
 * command.h - simple commands: finding and running functions, builtins and programs.
 */
#pragma once
#include "user/bin/sh/ast.h"

/* Run a NODE_SIMPLE; its status. */
int command_run(const struct node *n, int flags);

/* Run a builtin or program, but no function, with these arguments: for `command`. */
int command_run_words(int argc, char **argv, bool default_path);

/* Replace the shell by a program; returns a status, after a message, when that is impossible. */
int command_replace(char **argv, const char *path);

/* The path of a program, in scratch; NULL with errno when there is none in the folders of PATH. */
char *command_find(const char *name, const char *path);

/* The folders where the standard programs are. */
#define COMMAND_DEFAULT_PATH "/bin:/usr/bin"
