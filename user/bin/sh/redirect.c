/* SPDX-License-Identifier: MIT */
/*
 * redirect.c - < > >> <> <& >& and here-documents.
 *
 * A here-document is read from a pipe.  What fits into the pipe at once is written by the shell, a
 * longer one by a process of its own.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/expand.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"

#define NEW_FILE_MODE 0666
#define FIRST_UNNAMED 10                        /* a redirection has one digit */
#define CLOSE (-2) /* instead of a descriptor: there is to be none */
#define FAILED (-1)

int redirect_copy(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, PRIVATE_FD);

    if (copy < 0 && errno == EINVAL)            /* after `ulimit -n` */
        copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_UNNAMED);
    return copy;
}

int redirect_make_private(int fd)
{
    int private = redirect_copy(fd);
    int error = errno;

    close(fd);
    errno = error;
    return private;
}

int redirect_make_pipe(int fd[2])
{
    int failed = pipe2(fd, O_CLOEXEC) < 0;

    for (int i = 0; i < 2 && !failed; i++) {
        if (fd[i] > STDERR_FILENO)
            continue;
        fd[i] = redirect_make_private(fd[i]);
        if (fd[i] < 0) {
            close(fd[1 - i]);
            failed = 1;
        }
    }
    if (failed)
        shell_warn("cannot make a pipe: %s", strerror(errno));
    return failed ? -1 : 0;
}

static int open_flags(enum redirect_kind kind)
{
    switch (kind) {
    case REDIRECT_READ:
        return O_RDONLY;
    case REDIRECT_APPEND:
        return O_WRONLY | O_CREAT | O_APPEND;
    case REDIRECT_READ_WRITE:
        return O_RDWR | O_CREAT;
    default:
        return O_WRONLY | O_CREAT | O_TRUNC;
    }
}

/* Under set -C, > must not touch a file that is there; devices and pipes are no files here. */
static int open_flags_noclobber(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return O_WRONLY;
    return O_WRONLY | O_CREAT | O_EXCL;
}

static int open_file(enum redirect_kind kind, const char *path)
{
    int flags = open_flags(kind);
    int fd;

    if (kind == REDIRECT_WRITE && option_is_set(OPTION_NOCLOBBER))
        flags = open_flags_noclobber(path);
    do
        fd = open(path, flags | O_CLOEXEC, NEW_FILE_MODE);
    while (fd < 0 && errno == EINTR && !shell_is_unwinding());
    if (fd < 0)
        shell_warn("%s: %s", path, strerror(errno));
    return fd;
}

/* The word after <& or >&: a number or "-". */
static int parse_source(const char *word)
{
    if (strcmp(word, "-") == 0)
        return CLOSE;
    if (word[0] == '\0' || strspn(word, "0123456789") != strlen(word) || strlen(word) > 5) {
        shell_warn("%s: is no descriptor", word);
        return FAILED;
    }
    return atoi(word);
}

/* A descriptor from which the document can be read. */
static int open_document(const char *text)
{
    size_t length = strlen(text);
    int fd[2];

    if (redirect_make_pipe(fd) < 0)
        return FAILED;
    if (length <= PIPE_BUF) {
        if (write_all(fd[1], text, length) < 0)
            shell_warn("here-document: %s", strerror(errno));
    } else {
        pid_t pid = jobs_fork();

        if (pid == 0) {
            close(fd[0]);
            _exit(write_all(fd[1], text, length) < 0);
        }
        if (pid < 0) {
            close(fd[0]);
            fd[0] = FAILED;
        }
    }
    close(fd[1]);
    return fd[0];
}

/* Remember what FD is, before it is replaced. */
static bool save(int fd, struct redirect_saved **saved)
{
    struct redirect_saved *s;
    int copy;

    for (s = *saved; s != NULL; s = s->next)
        if (s->fd == fd)
            return true;
    copy = redirect_copy(fd);
    if (copy < 0 && errno != EBADF) {
        shell_warn("%d: %s", fd, strerror(errno));
        return false;
    }
    s = arena_alloc(&scratch, sizeof(*s));
    *s = (struct redirect_saved){ .next = *saved, .fd = fd, .copy = copy };
    *saved = s;
    return true;
}

/* The descriptor that R->fd is to become a copy of, CLOSE or FAILED.  *OPENED: close it then. */
static int find_source(const struct redirect *r, bool *opened)
{
    const char *word = expand_string(r->word);

    *opened = false;
    if (word == NULL)
        return FAILED;
    if (r->kind == REDIRECT_DUP)
        return parse_source(word);
    *opened = true;
    return r->kind == REDIRECT_DOCUMENT ? open_document(word) : open_file(r->kind, word);
}

static bool move(int source, int fd, bool opened)
{
    bool ok = true;

    if (source == fd)
        return fcntl(fd, F_SETFD, 0) == 0;
    if (dup2(source, fd) < 0) {
        shell_warn("%d: %s", opened ? fd : source, strerror(errno));
        ok = false;
    }
    if (opened)
        close(source);
    return ok;
}

static bool apply_one(const struct redirect *r, struct redirect_saved **saved)
{
    bool opened;
    int source = find_source(r, &opened);

    if (source == FAILED)
        return false;
    if (saved != NULL && opened && source == r->fd) {
        /* It was closed, and so got its own number. */
        struct redirect_saved *s = arena_alloc(&scratch, sizeof(*s));

        *s = (struct redirect_saved){ .next = *saved, .fd = r->fd, .copy = -1 };
        *saved = s;
    } else if (saved != NULL && !save(r->fd, saved)) {
        if (opened)
            close(source);
        return false;
    }
    if (source == CLOSE) {
        close(r->fd);
        return true;
    }
    if (!opened && source == r->fd && fcntl(source, F_GETFD) < 0) {
        shell_warn("%d: %s", source, strerror(errno));
        return false;
    }
    return move(source, r->fd, opened);
}

bool redirect_apply(const struct redirect *list, struct redirect_saved **saved)
{
    for (; list != NULL; list = list->next)
        if (!apply_one(list, saved))
            return false;
    return true;
}

void redirect_undo(struct redirect_saved *saved)
{
    for (; saved != NULL; saved = saved->next) {
        if (saved->copy < 0) {
            close(saved->fd);
            continue;
        }
        dup2(saved->copy, saved->fd);
        close(saved->copy);
    }
}
