/* SPDX-License-Identifier: MIT */
/* keys.h - what is typed: bytes, and the sequences that stand for other keys. */
#pragma once

/* Keys that are no single byte. */
enum key {
    KEY_END_OF_INPUT = -1,
    KEY_INTERRUPT = -2,
    KEY_NONE = 256,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
};

/*
 * The next key from standard input: a byte or an enum key.  The trap of a signal that comes
 * meanwhile is left to RUN_TRAPS.
 */
int keys_read(void (*run_traps)(void));
