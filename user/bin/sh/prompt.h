/* SPDX-License-Identifier: MIT */
/* prompt.h - what the shell prints to ask for a line. */
#pragma once
#include <stdbool.h>

/* PS1, or PS2 when the line is CONTINUED, expanded; in scratch. */
const char *prompt_text(bool continued);

/* Print it on stderr. */
void prompt_show(bool continued);
