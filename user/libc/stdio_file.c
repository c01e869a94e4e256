/* SPDX-License-Identifier: MIT */
/*
 * stdio_file.c - streams: opening, closing, and which way their buffer is used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/exit.h"
#include "user/libc/stdio_file.h"

static unsigned char stdin_buffer[UNGET_ROOM + BUFSIZ];
static unsigned char stdout_buffer[UNGET_ROOM + BUFSIZ];

static FILE stderr_file = { .fd = 2, .can_write = true, .buffering = _IONBF };
static FILE stdout_file = {
    .fd = 1,
    .can_write = true,
    .buffering = -1,
    .buf = stdout_buffer + UNGET_ROOM,
    .size = BUFSIZ,
    .next = &stderr_file,
};
static FILE stdin_file = {
    .fd = 0,
    .can_read = true,
    .buffering = -1,
    .buf = stdin_buffer + UNGET_ROOM,
    .size = BUFSIZ,
    .next = &stdout_file,
};

FILE *const stdin = &stdin_file;
FILE *const stdout = &stdout_file;
FILE *const stderr = &stderr_file;

static FILE *open_files = &stdin_file;

static void set_buffer(FILE *f, unsigned char *buf, size_t size)
{
    f->buf = buf;
    f->size = size;
}

int fflush(FILE *f)
{
    int result = 0;

    if (f != NULL)
        return __stdio_settle(f);
    for (f = open_files; f != NULL; f = f->next)
        if (f->state == STDIO_WRITING && __stdio_settle(f) < 0)
            result = EOF;
    return result;
}

/* What stdin read ahead goes back, so that the next program continues where this one stopped. */
static void flush_all(void)
{
    fflush(NULL);
    __stdio_settle(stdin);
}

/* Without memory for a buffer the stream works byte by byte. */
static void prepare(FILE *f)
{
    if (f->pos != NULL)
        return;
    __exit_stdio = flush_all;
    if (f->buffering < 0) {
        int saved = errno;

        f->buffering = f->can_write && isatty(f->fd) ? _IOLBF : _IOFBF;
        errno = saved;
    }
    if (f->buf == NULL && f->buffering != _IONBF) {
        f->owned = malloc(UNGET_ROOM + BUFSIZ);
        if (f->owned != NULL)
            set_buffer(f, (unsigned char *)f->owned + UNGET_ROOM, BUFSIZ);
    }
    if (f->buf == NULL)
        set_buffer(f, f->tiny + UNGET_ROOM, 1);
    f->pos = f->end = f->buf;
}

static bool refuse(FILE *f)
{
    errno = EBADF;
    f->error = true;
    return false;
}

bool __stdio_begin_read(FILE *f)
{
    if (f->state == STDIO_READING)
        return true;
    if (!f->can_read)
        return refuse(f);
    prepare(f);
    if (__stdio_settle(f) < 0)
        return false;
    f->state = STDIO_READING;
    return true;
}

bool __stdio_begin_write(FILE *f)
{
    if (f->state == STDIO_WRITING)
        return true;
    if (!f->can_write)
        return refuse(f);
    prepare(f);
    if (__stdio_settle(f) < 0)
        return false;
    f->pos = f->end = f->buf;
    f->state = STDIO_WRITING;
    return true;
}

int __stdio_settle(FILE *f)
{
    off_t ahead = f->end - f->pos;
    int result = 0;

    if (f->state == STDIO_IDLE)
        return 0;
    if (f->state == STDIO_WRITING)
        result = __stdio_flush(f);
    else if (ahead > 0 && lseek(f->fd, -ahead, SEEK_CUR) < 0
             && errno == ESPIPE)
        return 0; /* what came from a pipe cannot be put back: keep it */
    f->state = STDIO_IDLE;
    f->pos = f->end = f->buf;
    return result;
}

int __stdio_flags(const char *mode)
{
    bool update = strchr(mode, '+') != NULL;
    int flags;

    switch (mode[0]) {
    case 'r':
        flags = update ? O_RDWR : O_RDONLY;
        break;
    case 'w':
        flags = (update ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
        break;
    case 'a':
        flags = (update ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
        break;
    default:
        errno = EINVAL;
        return -1;
    }
    if (strchr(mode, 'e') != NULL)
        flags |= O_CLOEXEC;
    if (strchr(mode, 'x') != NULL)
        flags |= O_EXCL;
    return flags;
}

/* Connect a stream that is in the list to FD. */
static void attach(FILE *f, int fd, int flags)
{
    f->fd = fd;
    f->state = STDIO_IDLE;
    f->can_read = (flags & O_ACCMODE) != O_WRONLY;
    f->can_write = (flags & O_ACCMODE) != O_RDONLY;
    f->append = (flags & O_APPEND) != 0;
    f->eof = f->error = false;
}

FILE *__stdio_create(int fd, int flags)
{
    FILE *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return NULL;
    attach(f, fd, flags);
    f->buffering = -1;
    f->next = open_files;
    open_files = f;
    return f;
}

FILE *fopen(const char *path, const char *mode)
{
    int flags = __stdio_flags(mode);
    FILE *f;
    int fd;

    if (flags < 0)
        return NULL;
    fd = open(path, flags, 0666);
    if (fd < 0)
        return NULL;
    f = __stdio_create(fd, flags);
    if (f == NULL)
        close(fd);
    return f;
}

FILE *fdopen(int fd, const char *mode)
{
    int flags = __stdio_flags(mode);

    if (flags < 0 || fcntl(fd, F_GETFL) < 0)
        return NULL;
    if ((flags & O_APPEND) != 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_APPEND);
    return __stdio_create(fd, flags);
}

static void unlist(FILE *f)
{
    FILE **link = &open_files;

    while (*link != f)
        link = &(*link)->next;
    *link = f->next;
}

static bool is_standard(const FILE *f)
{
    return f == stdin || f == stdout || f == stderr;
}

int fclose(FILE *f)
{
    int result = __stdio_settle(f);

    if (close(f->fd) < 0)
        result = EOF;
    free(f->owned);
    if (f->owned != NULL)
        set_buffer(f, NULL, 0);
    f->owned = NULL;
    f->can_read = f->can_write = false;
    if (is_standard(f))
        return result;
    unlist(f);
    free(f);
    return result;
}

/* The new file takes over the descriptor's number.  On failure the stream is closed. */
FILE *freopen(const char *path, const char *mode, FILE *f)
{
    int flags = __stdio_flags(mode);
    int fd;

    __stdio_settle(f);
    fd = flags < 0 ? -1 : open(path, flags, 0666);
    if (fd < 0) {
        fclose(f);
        return NULL;
    }
    if (fd != f->fd) {
        if (dup3(fd, f->fd, flags & O_CLOEXEC) < 0) {
            close(fd);
            fclose(f);
            return NULL;
        }
        close(fd);
    }
    attach(f, f->fd, flags);
    f->pos = f->end = NULL;             /* as one that nobody has used: see prepare */
    return f;
}

int setvbuf(FILE *f, char *buf, int mode, size_t size)
{
    if (f->state != STDIO_IDLE || mode < _IOFBF || mode > _IONBF) {
        errno = EINVAL;
        return -1;
    }
    free(f->owned);
    f->owned = NULL;
    f->pos = f->end = NULL;
    f->buffering = mode;
    set_buffer(f, NULL, 0);
    if (mode != _IONBF && buf != NULL && size > UNGET_ROOM)
        set_buffer(f, (unsigned char *)buf + UNGET_ROOM, size - UNGET_ROOM);
    return 0;
}

void setbuf(FILE *f, char *buf)
{
    setvbuf(f, buf, buf != NULL ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *f)
{
    setvbuf(f, NULL, _IOLBF, 0);
}

int feof(FILE *f)
{
    return f->eof;
}

int ferror(FILE *f)
{
    return f->error;
}

void clearerr(FILE *f)
{
    f->eof = f->error = false;
}

int fileno(FILE *f)
{
    return f->fd;
}
