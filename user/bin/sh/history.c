/* SPDX-License-Identifier: MIT */
/* history.c - the last lines that were typed: a ring of strings. */
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/history.h"

#define MAX_LINES 200

static char *lines[MAX_LINES];
static int first;   /* place of the oldest */
static int count;
static int dropped; /* lines that had to go */

int history_count(void)
{
    return count;
}

const char *history_get(int i)
{
    return lines[(first + i) % MAX_LINES];
}

int history_number(int i)
{
    return dropped + i + 1;
}

void history_add(const char *line)
{
    if (line[strspn(line, " \t")] == '\0')
        return;
    if (count > 0 && strcmp(history_get(count - 1), line) == 0)
        return;
    if (count == MAX_LINES) {
        free(lines[first]);
        first = (first + 1) % MAX_LINES;
        count--;
        dropped++;
    }
    lines[(first + count++) % MAX_LINES] = safe_strdup(line);
}

void history_clear(void)
{
    for (int i = 0; i < count; i++)
        free(lines[(first + i) % MAX_LINES]);
    first = count = 0;
}
