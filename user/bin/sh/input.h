/* SPDX-License-Identifier: MIT */
/*
 * input.h - where the shell's commands come from, line by line.
 *
 * A command may read the rest of the very file that the shell reads its commands from (`sh <file`,
 * `cat | sh`).  So from a descriptor that it shares the shell takes no byte beyond the line that it
 * is working on.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum input_kind {
    INPUT_STRING,   /* all at once */
    INPUT_FILE,     /* a descriptor of our own: read ahead at will */
    INPUT_SHARED,   /* standard input: never read ahead */
    INPUT_TERMINAL, /* standard input, through the line editor */
};

struct input {
    enum input_kind kind;
    bool prompts;       /* PS1 and PS2 come before a line */
    bool interrupted;   /* ^C was typed instead of a line; the caller resets it */
    int fd;
    char *buffer;       /* STRING: the string itself; FILE and SHARED: on the heap */
    size_t start, end;  /* what of it has not been returned yet */
    size_t size;
};

/* STRING stays the caller's and must live as long as the input. */
void input_init_string(struct input *in, const char *string, size_t length);
void input_init_fd(struct input *in, enum input_kind kind, int fd);

/* Frees the buffer; the descriptor stays open. */
void input_fini(struct input *in);

/*
 * The next line with its newline, if it has one, and its length; NULL at the end.  Valid until the
 * next call.  CONTINUED: it continues a command, which shows in the prompt.
 */
const char *input_line(struct input *in, bool continued, size_t *length);

/* Is it certain that no more command follows? */
bool input_is_blank(const struct input *in);
