/* SPDX-License-Identifier: MIT */
/*
 * stdio_seek.c - the position of a stream.
 *
 * The kernel's offset is ahead of a reader and behind a writer by what the buffer holds.
 */
#include <unistd.h>
#include "user/libc/stdio_file.h"

off_t ftello(FILE *f)
{
    off_t offset = lseek(f->fd, 0, f->state == STDIO_WRITING && f->append ? SEEK_END : SEEK_CUR);

    if (offset < 0)
        return -1;
    if (f->state == STDIO_READING)
        return offset - (f->end - f->pos);
    if (f->state == STDIO_WRITING)
        return offset + (f->pos - f->buf);
    return offset;
}

int fseeko(FILE *f, off_t offset, int whence)
{
    if (f->state == STDIO_READING && whence == SEEK_CUR)
        offset -= f->end - f->pos;
    if (f->state == STDIO_WRITING && __stdio_flush(f) < 0)
        return -1;
    if (lseek(f->fd, offset, whence) < 0)
        return -1;
    f->state = STDIO_IDLE;
    f->pos = f->end = f->buf;
    f->eof = false;
    return 0;
}

long ftell(FILE *f)
{
    return ftello(f);
}

int fseek(FILE *f, long offset, int whence)
{
    return fseeko(f, offset, whence);
}

void rewind(FILE *f)
{
    fseeko(f, 0, SEEK_SET);
    f->error = false;
}
