/* SPDX-License-Identifier: MIT */
/*
 * stdio_read.c - reading from streams.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/stdio_file.h"

/*
 * Read into [TO, TO+SIZE); the number of bytes, 0 with eof or error set.  Whoever is asked
 * something at the terminal must see the question before the answer is awaited, so stdout goes
 * out first.
 */
static size_t read_some(FILE *f, void *to, size_t size)
{
    ssize_t got;

    if (stdout->state == STDIO_WRITING && stdout->buffering == _IOLBF)
        __stdio_flush(stdout);
    got = read(f->fd, to, size);
    if (got > 0)
        return (size_t)got;
    if (got == 0)
        f->eof = true;
    else
        f->error = true;
    return 0;
}

int __stdio_fill(FILE *f)
{
    if (!__stdio_begin_read(f))
        return EOF;
    if (f->pos < f->end)
        return *f->pos;
    if (f->eof)
        return EOF;
    f->pos = f->end = f->buf;
    f->end += read_some(f, f->buf, f->size);
    return f->pos < f->end ? *f->pos : EOF;
}

int fgetc(FILE *f)
{
    if (f->state == STDIO_READING && f->pos < f->end)
        return *f->pos++;
    return __stdio_fill(f) == EOF ? EOF : *f->pos++;
}

int getc(FILE *f)
{
    return fgetc(f);
}

int getchar(void)
{
    return fgetc(stdin);
}

/* There is always room for UNGET_ROOM bytes, and usually for all that were read. */
int ungetc(int c, FILE *f)
{
    if (c == EOF || !__stdio_begin_read(f) || f->pos == f->buf - UNGET_ROOM)
        return EOF;
    *--f->pos = (unsigned char)c;
    f->eof = false;
    return (unsigned char)c;
}

/* Large pieces go directly to the caller's memory. */
size_t fread(void *to, size_t size, size_t count, FILE *f)
{
    size_t done = 0;
    size_t total;

    if (__builtin_mul_overflow(size, count, &total)) {
        errno = EOVERFLOW;
        f->error = true;
        return 0;
    }
    if (total == 0 || !__stdio_begin_read(f))
        return 0;
    while (done < total) {
        size_t piece = (size_t)(f->end - f->pos);

        if (piece == 0 && total - done >= f->size && !f->eof) {
            piece = read_some(f, (char *)to + done, total - done);
        } else {
            if (piece == 0 && __stdio_fill(f) == EOF)
                break;
            piece = (size_t)(f->end - f->pos);
            if (piece > total - done)
                piece = total - done;
            memcpy((char *)to + done, f->pos, piece);
            f->pos += piece;
        }
        if (piece == 0)
            break;
        done += piece;
    }
    return done / size;
}

/* Length of the part of the buffer up to and with DELIMITER, at most MAX. */
static size_t line_part(const FILE *f, int delimiter, size_t max)
{
    size_t length = (size_t)(f->end - f->pos);
    const unsigned char *found;

    if (length > max)
        length = max;
    found = memchr(f->pos, delimiter, length);
    return found != NULL ? (size_t)(found + 1 - f->pos) : length;
}

/* Nothing more comes without the end of the file: an error now, whatever was noted before. */
char *fgets(char *to, int size, FILE *f)
{
    char *p = to;
    size_t room = size > 0 ? (size_t)size - 1 : 0;
    bool more = true;

    if (size <= 0)
        return NULL;
    while (room > 0 && (more = __stdio_fill(f) != EOF)) {
        size_t length = line_part(f, '\n', room);

        memcpy(p, f->pos, length);
        f->pos += length;
        p += length;
        room -= length;
        if (p[-1] == '\n')
            break;
    }
    *p = '\0';
    return (p == to && size > 1) || (!more && !f->eof) ? NULL : to;
}

/* Make room for SIZE bytes, doubling. */
static bool reserve_line(char **line, size_t *room, size_t size)
{
    size_t larger = *room * 2 > 128 ? *room * 2 : 128;
    char *p;

    if (*line != NULL && size <= *room)
        return true;
    if (larger < size)
        larger = size;
    p = realloc(*line, larger);
    if (p == NULL)
        return false;
    *line = p;
    *room = larger;
    return true;
}

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *f)
{
    size_t length = 0;
    bool more;

    if (*line == NULL)
        *size = 0;
    while ((more = __stdio_fill(f) != EOF)) {
        size_t part = line_part(f, delimiter, SSIZE_MAX);

        if (!reserve_line(line, size, length + part + 1)) {
            f->error = true;
            return -1;
        }
        memcpy(*line + length, f->pos, part);
        f->pos += part;
        length += part;
        if ((unsigned char)(*line)[length - 1] == (unsigned char)delimiter)
            break;
    }
    if (length == 0 || (!more && !f->eof))
        return -1;
    (*line)[length] = '\0';
    return (ssize_t)length;
}

ssize_t getline(char **line, size_t *size, FILE *f)
{
    return getdelim(line, size, '\n', f);
}
