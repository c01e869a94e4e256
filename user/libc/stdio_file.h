/* SPDX-License-Identifier: MIT */
/*
 * stdio_file.h - what is behind a FILE.
 *
 * One buffer serves both directions, one at a time:
 *
 *      reading    buf ..... pos #### end ..... buf+size     #### is read ahead
 *      writing    buf ######### pos ..........  buf+size    #### waits for the kernel
 *
 * UNGET_ROOM bytes in front of buf take what ungetc pushes back.  Between operations a stream
 * that is neither reading nor writing has an empty buffer.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#define UNGET_ROOM 8

enum stdio_state {
    STDIO_IDLE,
    STDIO_READING,
    STDIO_WRITING,
};

struct stdio_file {
    int fd;
    enum stdio_state state;
    bool can_read, can_write, append;
    bool eof, error;
    int buffering;         /* _IOFBF, _IOLBF, _IONBF; -1: decided by the first operation */
    unsigned char *buf;
    size_t size;
    unsigned char *pos, *end; /* NULL before the first operation */
    void *owned;           /* what free() gets, or NULL */
    unsigned char tiny[UNGET_ROOM + 1]; /* the buffer of a stream that has none */
    pid_t child;           /* of popen */
    FILE *next;            /* list of all open streams */
};

/* Turn F to reading or writing; false with errno and the error flag when that is not possible. */
bool __stdio_begin_read(FILE *f);
bool __stdio_begin_write(FILE *f);

/* Write out what waits; 0 or EOF.  What could not be written is dropped. */
int __stdio_flush(FILE *f);

/* Write out what waits, drop what was read ahead (moving the file's offset back); 0 or EOF. */
int __stdio_settle(FILE *f);

/* Fill an empty buffer; the first byte, which stays in the buffer, or EOF. */
int __stdio_fill(FILE *f);

/* Parse "r", "w+", "ax" ...; open()'s flags, or -1 with EINVAL. */
int __stdio_flags(const char *mode);

/* A new stream on FD with open()'s FLAGS, or NULL. */
FILE *__stdio_create(int fd, int flags);
