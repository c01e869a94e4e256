/* SPDX-License-Identifier: MIT */
/*
 * synth.h - files whose content is made up when they are read.
 *
 * A file of /proc is a function that prints.  It runs once per open, and again
 * when the reader goes back to the start, into a buffer that grows; reads are
 * served from there, so that one reader sees one consistent text, and the
 * printing function never sees a user address and may hold locks that a page
 * fault needs.
 *
 * A text that may be very long is printed in parts, each when a reader comes to it;
 * then the parts are of different times.
 *
 * A function that holds a spinlock must not make the buffer grow: it prints
 * between synth_begin_atomic and synth_end_atomic.
 */
#pragma once
#include "kernel/fs/file.h"

struct synth_buf {
    char *data;
    size_t len, size;           /* used, and allocated                          */
    size_t wanted;              /* length it would have with room for all       */
    bool atomic;                /* do not grow now                              */
    bool overflow;              /* something did not fit                        */
};

/* Print into B.  Grows it (may sleep) unless it is atomic. */
__attribute__((format(printf, 2, 3))) void synth_printf(struct synth_buf *b, const char *fmt, ...);
void synth_puts(struct synth_buf *b, const char *s);
void synth_write(struct synth_buf *b, const void *bytes, size_t n);
/* A name as a word of a line: those of SIGNS, which would end the word or the line, in octal. */
void synth_put_word(struct synth_buf *b, const char *s, const char *signs);

/*
 * For printing under a spinlock:
 *     do {
 *         lock; mark = synth_begin_atomic(b); print...; unlock;
 *     } while (synth_end_atomic(b, mark));
 * synth_end_atomic takes back what was printed since, makes the buffer large
 * enough, and says true, if it did not fit.
 */
size_t synth_begin_atomic(struct synth_buf *b);
bool synth_end_atomic(struct synth_buf *b, size_t mark);

/* Open F as a synthetic file: its text is what SHOW(b, ARG) prints.  Call from
 * f->ops->open; 0 or -ENOMEM.  SHOW returns 0 or the errno of the read. */
int synth_open(struct file *f, int (*show)(struct synth_buf *b, void *arg), void *arg);
/* The same, in parts: PART(b, ARG, &AT) prints what stands at AT, which is 0 at the
 * start, and moves AT on.  It returns 1 if there is more, 0 at the end, or an errno. */
int synth_open_parts(struct file *f, int (*part)(struct synth_buf *b, void *arg, uint64_t *at),
                     void *arg);
/* What synth_open was given. */
void *synth_arg(const struct file *f);

/* Members for the file's operations; release frees the buffer, not ARG. */
ssize_t synth_read(struct file *f, struct uio *uio, uint64_t *pos);
int64_t synth_seek(struct file *f, int64_t offset, int whence);
void synth_release(struct file *f);
#define FILE_OPS_SYNTH                                                          \
    .read = synth_read, .seek = synth_seek, .release = synth_release,           \
    .mmap = file_op_mmap_refuse, .fsync = file_op_fsync_refuse,                 \
    .iterate = file_op_iterate_notdir, .poll = file_op_poll_ready,              \
    .ioctl = file_op_ioctl_refuse, .flush = file_op_flush_nothing,              \
    .fallocate = file_op_fallocate_refuse
