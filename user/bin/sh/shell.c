/* SPDX-License-Identifier: MIT */
/* shell.c - the state of the shell as a whole, and how it complains. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"

#define MESSAGE_SIZE 1024

struct shell shell = { .name = "sh", .substitution = -1 };

/* One write for the whole message, so that those of several processes do not mix. */
static void complain(int line, const char *format, va_list args)
{
    char message[MESSAGE_SIZE];
    int length;

    fflush(stdout);
    if (line > 0 && shell.names_lines)
        length = snprintf(message, sizeof(message), "%s: line %d: ", shell.name, line);
    else
        length = snprintf(message, sizeof(message), "%s: ", shell.name);
    if (length < (int)sizeof(message))
        vsnprintf(message + length, sizeof(message) - (size_t)length, format, args);
    dprintf(STDERR_FILENO, "%s\n", message);
}

void shell_warn_at(int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(line, format, args);
    va_end(args);
}

void shell_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(shell.line, format, args);
    va_end(args);
}

int shell_end_after_error(int status)
{
    if (!shell.interactive)
        shell_exit(status);
    shell.unwind = UNWIND_ABORT;
    return status;
}

int shell_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(shell.line, format, args);
    va_end(args);
    return shell_end_after_error(STATUS_ERROR);
}

bool shell_is_unwinding(void)
{
    if (shell.interrupted && shell.unwind == UNWIND_NONE) {
        shell.unwind = UNWIND_ABORT;
        shell.status = STATUS_SIGNAL + SIGINT;
    }
    return shell.unwind != UNWIND_NONE;
}

void shell_exit(int status)
{
    shell.status = status;
    trap_run_exit();
    fflush(stdout);
    if (!shell.subshell)
        jobs_release_terminal();
    exit(shell.status);
}
