/* SPDX-License-Identifier: MIT */
/*
 * shell.h - the state of the shell as a whole, and how it complains.
 *
 * Nothing here jumps.  A command that ends more than itself (break, return, an error at the prompt)
 * sets `unwind`, and every function that executes commands returns when it is set.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

enum unwind {
    UNWIND_NONE,
    UNWIND_BREAK,    /* out of unwind_levels loops */
    UNWIND_CONTINUE, /* the same, then on with the last of them */
    UNWIND_RETURN,   /* out of a function or a file read by "." */
    UNWIND_ABORT,    /* to the prompt */
};

/* Statuses that the shell itself makes. */
#define STATUS_ERROR 2
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127
#define STATUS_SIGNAL 128 /* plus the signal */

struct shell {
    const char *name;      /* $0, and the beginning of messages */
    pid_t pid;             /* $$: of the first shell, in subshells too */
    pid_t background;      /* $!; 0: none yet */
    int status;            /* $? */
    int line;              /* of the command being executed */
    bool interactive;      /* prompts, and errors do not end it */
    bool subshell;
    bool names_lines;      /* messages tell the line: of a script, and not at a prompt */
    enum unwind unwind;
    int unwind_levels;
    int loops;             /* around the command being executed, in this function */
    int calls;             /* of functions and "." */
    int tested;            /* > 0: a failure is being asked about; set -e must not act */
    int substitution;      /* status of the last command substitution, or -1 */
    volatile int interrupted; /* SIGINT came and nothing is to be done but stop */
};

extern struct shell shell;

/* "sh: line N: ..." on stderr. */
void shell_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void shell_warn_at(int line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same for an error that a script does not survive: ends it with STATUS_ERROR, or goes back to
 * the prompt (UNWIND_ABORT).  Returns STATUS_ERROR.
 */
int shell_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int shell_end_after_error(int status);

/* Must the caller return at once?  Notices a SIGINT, too. */
bool shell_is_unwinding(void);

/* Run the EXIT trap and end. */
void shell_exit(int status) __attribute__((noreturn));
