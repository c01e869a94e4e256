/* SPDX-License-Identifier: MIT */
/*
 * redirect.h - < > >> <> <& >& and here-documents.
 *
 * Descriptors that the shell needs for itself are numbered from PRIVATE_FD up and closed on exec.
 */
#pragma once
#include <stdbool.h>
#include "user/bin/sh/ast.h"

#define PRIVATE_FD 100

/* What a descriptor was before: COPY, or -1 when it was closed. */
struct redirect_saved {
    struct redirect_saved *next;
    int fd;
    int copy;
};

/*
 * Do them from left to right.  With SAVED, remember there what to undo (in scratch); what had been
 * done before an error is remembered, too.  False after a message.
 */
bool redirect_apply(const struct redirect *list, struct redirect_saved **saved);
void redirect_undo(struct redirect_saved *saved);

/* A copy of FD where the shell keeps its own, or, if no number may be so high, behind the first
 * ten; -1 with errno. */
int redirect_copy(int fd);

/* Move a descriptor up to where the shell keeps its own; -1 with errno, and FD is closed always. */
int redirect_make_private(int fd);

/* A pipe, closed on exec, neither end of which is 0, 1 or 2; -1 after a message. */
int redirect_make_pipe(int fd[2]);
