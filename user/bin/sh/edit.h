/* SPDX-License-Identifier: MIT */
/*
 * edit.h - typing a line on a terminal.
 *
 *   left right home end   ^B ^F ^A ^E        move
 *   backspace delete      ^H ^D              remove a character
 *   ^K ^U ^W                                 remove to the end, to the beginning, a word
 *   ^Y                                       put that back
 *   up down               ^P ^N              earlier and later lines
 *   tab                                      complete a command or the name of a file
 *   ^L                                       clear the screen
 *   ^C                                       drop the line
 *   ^D                                       on an empty line: the end
 *
 * A line wider than the terminal scrolls sideways.  Of the terminal nothing is asked but CR, BS and
 * ESC [ K (and for ^L, ESC [ H ESC [ J).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/*
 * Prompt and read a line from standard input, which must be a terminal.  The line ends in a newline
 * and is valid until the next call.  NULL at the end of the input, or after ^C with *INTERRUPTED
 * set.
 */
const char *edit_read_line(bool continued, size_t *length, bool *interrupted);
