/* SPDX-License-Identifier: MIT */
/*
 * trap.h - signals: what `trap` says, and what an interactive shell does with them.
 *
 * A handler only notes the signal.  Actions run between commands, when trap_run_pending() is
 * called.
 */
#pragma once
#include <stdbool.h>

#define TRAP_EXIT 0 /* in place of a signal: the end of the shell */

/* Ignore or catch what an interactive shell must, according to `shell` and the options. */
void trap_prepare_shell(void);

/* Before the shell becomes another program: undo that, and ignore what its traps ignore. */
void trap_release_signals(void);

/*
 * ACTION: NULL for the default, "" to ignore.  A signal that was ignored from the start stays so.
 * SIGCHLD is ignored only in the programs that the shell starts.
 */
void trap_set(int sig, const char *action);
const char *trap_get(int sig);

/* Is there any action, so that the shell must outlive its last command? */
bool trap_has_actions(void);

void trap_run_pending(void);
bool trap_is_pending(void);

/* The lowest signal with a trap that came, or 0. */
int trap_pending_signal(void);

/* The EXIT trap, if there is one; at most once. */
void trap_run_exit(void);

/* $? before the action that is running, or -1. */
int trap_status_before(void);

/*
 * In a new subshell: actions are gone, ignored signals stay ignored.  BACKGROUND: without job
 * control the keyboard must not reach it.
 */
void trap_enter_subshell(bool background);

/* In a new subshell that nobody could continue: the keyboard must not stop it or what it starts. */
void trap_ignore_stops(void);
