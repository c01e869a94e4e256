/* SPDX-License-Identifier: MIT */
/* history.h - the last lines that were typed. */
#pragma once

/*
 * Add a line, unless it is blank or the same as the last one; the oldest goes when there is no
 * room.
 */
void history_add(const char *line);

/* How many there are, and the I-th from the oldest; its number since the shell began, from 1. */
int history_count(void);
const char *history_get(int i);
int history_number(int i);

void history_clear(void);
