/* SPDX-License-Identifier: MIT */
/*
 * splice.h - move bytes between pipes and files without a buffer of the program's.
 *
 * All return bytes moved, fewer than asked for if that is what there was, or an errno.
 * They wait for the pipes, unless NONBLOCK: then -EAGAIN; files wait as their flags say.
 * 0: nobody writes to the pipe any more, or the file has ended.  -EPIPE: nobody reads it.
 */
#pragma once
#include "kernel/fs/file.h"

/* From the pipe IN to OUT, which is none, at *POS or, if that is negative, its own place. */
ssize_t splice_to_file(struct file *in, struct file *out, int64_t *pos, size_t len, bool nonblock);
/* From IN, which is no pipe, to the pipe OUT. */
ssize_t splice_from_file(struct file *in, int64_t *pos, struct file *out, size_t len,
                         bool nonblock);
/* From pipe to another pipe; the bytes stay in IN as well if KEEP (tee). */
ssize_t splice_pipes(struct file *in, struct file *out, size_t len, bool keep, bool nonblock);
/* Between a pipe and memory. */
ssize_t splice_from_memory(struct uio *uio, struct file *out, bool nonblock);
ssize_t splice_to_memory(struct file *in, struct uio *uio, bool nonblock);
