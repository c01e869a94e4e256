/* SPDX-License-Identifier: MIT */
/*
 * stdio_write.c - writing to streams.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "user/libc/stdio_file.h"

int write_all(int fd, const void *from, size_t size)
{
    const char *p = from;

    while (size > 0) {
        ssize_t done = write(fd, p, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        p += done;
        size -= (size_t)done;
    }
    return 0;
}

static int write_out(FILE *f, const void *from, size_t size)
{
    if (write_all(f->fd, from, size) == 0)
        return 0;
    f->error = true;
    return EOF;
}

int __stdio_flush(FILE *f)
{
    size_t waiting = (size_t)(f->pos - f->buf);

    f->pos = f->buf;
    return waiting > 0 ? write_out(f, f->buf, waiting) : 0;
}

/* Copy to the buffer; what does not fit goes out, and large pieces go past the buffer. */
static int put(FILE *f, const char *from, size_t size)
{
    size_t room = (size_t)(f->buf + f->size - f->pos);

    if (size >= room) {
        if (__stdio_flush(f) < 0)
            return EOF;
        if (size >= f->size)
            return write_out(f, from, size);
    }
    memcpy(f->pos, from, size);
    f->pos += size;
    return 0;
}

/* Put SIZE bytes; a line-buffered stream then sends everything up to the last newline. */
static int put_bytes(FILE *f, const char *from, size_t size)
{
    size_t lines = 0;

    if (!__stdio_begin_write(f))
        return EOF;
    if (f->buffering == _IOLBF) {
        const char *newline = memrchr(from, '\n', size);

        lines = newline != NULL ? (size_t)(newline + 1 - from) : 0;
    }
    if (lines > 0 && (put(f, from, lines) < 0 || __stdio_flush(f) < 0))
        return EOF;
    return put(f, from + lines, size - lines);
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *f)
{
    size_t total;

    if (size == 0 || count == 0)
        return 0;
    if (__builtin_mul_overflow(size, count, &total)) {
        errno = EOVERFLOW;
        f->error = true;
        return 0;
    }
    return put_bytes(f, from, total) < 0 ? 0 : count;
}

int fputc(int c, FILE *f)
{
    char byte = (char)c;

    if (f->state == STDIO_WRITING && f->buffering == _IOFBF && f->pos < f->buf + f->size - 1) {
        *f->pos++ = (unsigned char)c;
        return (unsigned char)c;
    }
    return put_bytes(f, &byte, 1) < 0 ? EOF : (unsigned char)c;
}

int putc(int c, FILE *f)
{
    return fputc(c, f);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *s, FILE *f)
{
    return put_bytes(f, s, strlen(s));
}

int puts(const char *s)
{
    return fputs(s, stdout) < 0 || putchar('\n') < 0 ? EOF : 0;
}

void perror(const char *what)
{
    const char *reason = strerror(errno);

    if (what != NULL && *what != '\0')
        fprintf(stderr, "%s: %s\n", what, reason);
    else
        fprintf(stderr, "%s\n", reason);
}
