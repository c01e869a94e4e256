/* SPDX-License-Identifier: MIT */
/*
 * keys.c - what is typed.
 *
 * Bytes are read one by one, so that what was typed ahead for the next program stays there.
 */
#include <errno.h>
#include <unistd.h>
#include "user/bin/sh/keys.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"

#define ESCAPE 0x1b

/* One byte, or a negative key. */
static int read_byte(void (*run_traps)(void))
{
    unsigned char c;

    for (;;) {
        ssize_t got = read(STDIN_FILENO, &c, 1);

        if (got == 1)
            return c;
        if (got == 0 || errno != EINTR)
            return KEY_END_OF_INPUT;
        if (trap_is_pending())
            run_traps();
        if (shell.interrupted) {
            shell.interrupted = 0;
            return KEY_INTERRUPT;
        }
    }
}

/* After ESC [ and a digit: the key of "ESC [ number ~"; modifiers are skipped. */
static int read_numbered_key(int digit, void (*run_traps)(void))
{
    static const short keys[] = { [1] = KEY_HOME, [3] = KEY_DELETE, [4] = KEY_END, [7] = KEY_HOME,
                                  [8] = KEY_END };
    int c;

    do
        c = read_byte(run_traps);
    while (c == ';' || (c >= '0' && c <= '9'));
    if (c == 'C')
        return KEY_WORD_RIGHT;
    if (c == 'D')
        return KEY_WORD_LEFT;
    digit -= '0';
    if (c != '~' || digit >= (int)(sizeof(keys) / sizeof(keys[0])) || keys[digit] == 0)
        return KEY_NONE;
    return keys[digit];
}

static int read_escape(void (*run_traps)(void))
{
    int c = read_byte(run_traps);

    if (c == 'b')
        return KEY_WORD_LEFT;
    if (c == 'f')
        return KEY_WORD_RIGHT;
    if (c != '[' && c != 'O')
        return c < 0 ? c : KEY_NONE;
    c = read_byte(run_traps);
    switch (c) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    default:
        return c >= '0' && c <= '9' ? read_numbered_key(c, run_traps) : c < 0 ? c : KEY_NONE;
    }
}

int keys_read(void (*run_traps)(void))
{
    int c = read_byte(run_traps);

    return c == ESCAPE ? read_escape(run_traps) : c;
}
