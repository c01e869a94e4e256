/* SPDX-License-Identifier: MIT */
/* exec_process.h - the nodes whose commands run in processes of their own; exec.c calls these. */
#pragma once
#include "user/bin/sh/ast.h"

/* NODE_PIPELINE, NODE_BACKGROUND and NODE_SUBSHELL; FLAGS as for exec_node(). */
int exec_pipeline(const struct node *n);
int exec_background(const struct node *n);
int exec_subshell(const struct node *n, int flags);
