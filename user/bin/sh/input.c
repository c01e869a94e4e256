/* SPDX-License-Identifier: MIT */
/*
 * input.c - where the shell's commands come from, line by line.
 *
 * From a shared descriptor that can seek, a block is read and the position set back to the end of
 * the line; from any other, single bytes are read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/edit.h"
#include "user/bin/sh/input.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/prompt.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"

#define BLOCK 1024

void input_init_string(struct input *in, const char *string, size_t length)
{
    *in = (struct input){ .kind = INPUT_STRING, .fd = -1, .buffer = (char *)string, .end = length };
}

void input_init_fd(struct input *in, enum input_kind kind, int fd)
{
    *in = (struct input){ .kind = kind, .fd = fd };
}

void input_fini(struct input *in)
{
    if (in->kind != INPUT_STRING)
        free(in->buffer);
    in->buffer = NULL;
}

/* Append up to MAX bytes to the buffer; how many, 0 at the end.  An error is an end, too. */
static size_t fill(struct input *in, size_t max)
{
    ssize_t got;

    if (in->size - in->end < max) {
        in->size = in->size * 2 + max;
        in->buffer = safe_realloc(in->buffer, in->size);
    }
    do {
        got = read(in->fd, in->buffer + in->end, max);
        if (got < 0 && errno == EINTR) {
            trap_run_pending();
            in->interrupted = shell.interrupted;
        }
    } while (got < 0 && errno == EINTR && !in->interrupted);
    if (got < 0 && !in->interrupted)
        shell_warn("cannot read commands: %s", strerror(errno));
    if (got <= 0)
        return 0;
    in->end += (size_t)got;
    return (size_t)got;
}

/* The end of the first line in the buffer, or 0 when it is not complete; FROM: looked at before. */
static size_t line_end(const struct input *in, size_t from)
{
    const char *newline = in->end > from ? memchr(in->buffer + from, '\n', in->end - from) : NULL;

    return newline == NULL ? 0 : (size_t)(newline + 1 - in->buffer);
}

/* Have a whole line at `start`, or what there is before the end of the file. */
static size_t read_file_line(struct input *in)
{
    size_t end = line_end(in, in->start);

    while (end == 0) {
        size_t from = in->end;

        if (in->start > 0) {
            memmove(in->buffer, in->buffer + in->start, in->end - in->start);
            in->end -= in->start;
            from -= in->start;
            in->start = 0;
        }
        if (fill(in, BLOCK) == 0)
            return in->end;
        end = line_end(in, from);
    }
    return end;
}

static size_t read_shared_line(struct input *in)
{
    bool can_seek = lseek(in->fd, 0, SEEK_CUR) >= 0;
    size_t end = 0;

    in->start = in->end = 0;
    while (end == 0) {
        size_t from = in->end;

        if (fill(in, can_seek ? BLOCK : 1) == 0)
            return in->end;
        end = line_end(in, from);
    }
    if (can_seek && end < in->end)
        lseek(in->fd, -(off_t)(in->end - end), SEEK_CUR);
    in->end = end;
    return end;
}

static const char *read_line(struct input *in, size_t *length)
{
    const char *line;
    size_t end;

    if (in->kind == INPUT_STRING)
        end = in->end;
    else if (in->kind == INPUT_FILE)
        end = read_file_line(in);
    else
        end = read_shared_line(in);
    *length = end - in->start;
    line = in->buffer + in->start;
    in->start = end;
    return *length > 0 ? line : NULL;
}

const char *input_line(struct input *in, bool continued, size_t *length)
{
    const char *line;

    if (in->kind == INPUT_TERMINAL) {
        line = edit_read_line(continued, length, &in->interrupted);
    } else {
        if (in->prompts)
            prompt_show(continued);
        line = read_line(in, length);
    }
    if (line != NULL && option_is_set(OPTION_VERBOSE))
        write_all(STDERR_FILENO, line, *length);
    return line;
}

bool input_is_blank(const struct input *in)
{
    if (in->kind != INPUT_STRING)
        return false;
    for (size_t i = in->start; i < in->end; i++)
        if (strchr(" \t\n", in->buffer[i]) == NULL)
            return false;
    return true;
}
