/* SPDX-License-Identifier: MIT */
/*
 * terminal.h - the controlling terminal: which group it listens to, and its modes.
 *
 * All of these do nothing where there is no terminal.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal_modes {
    bool valid;
    struct termios termios;
};

/* Find the terminal and wait until the shell is in its foreground; false when there is none. */
bool terminal_take(void);

/* Make the shell the leader of a group of its own, to which the terminal listens. */
void terminal_lead(void);

/* Undo both. */
void terminal_release(void);

/* Let the terminal listen to GROUP. */
void terminal_give(pid_t group);

void terminal_save(struct terminal_modes *modes);
void terminal_set(const struct terminal_modes *modes);

/* The modes as they are now, after a program that ended well, are those that the shell wants ... */
void terminal_accept(void);
/* ... after any other: set them again. */
void terminal_restore(void);
