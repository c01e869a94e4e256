/* SPDX-License-Identifier: MIT */
/*
 * synth.c - files whose content is made up when they are read.
 */
#include "kernel/fs/synth.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define FIRST_SIZE 1024

struct synth_file {
    struct mutex lock;                  /* RANK_SYNTH: one reader prints      */
    struct synth_buf buf;               /*                                 [l] */
    bool printed;                       /*                                 [l] */
    int (*show)(struct synth_buf *b, void *arg);        /*                 [c] */
    void *arg;                          /*                                 [c] */
};

/* ---- printing ------------------------------------------------------------------------- */

/* Room for N more bytes; false: there is none, and that is noted. */
static bool reserve(struct synth_buf *b, size_t n)
{
    size_t size;
    char *data;

    b->wanted += n;
    if (b->len + n <= b->size)
        return true;
    if (!b->atomic && !b->overflow) {
        size = round_up_pow2(max_u64(b->len + n, FIRST_SIZE));
        data = krealloc(b->data, size, GFP_KERNEL);
        if (data) {
            b->data = data;
            b->size = size;
            return true;
        }
    }
    b->overflow = true;
    return false;
}

void synth_write(struct synth_buf *b, const void *bytes, size_t n)
{
    if (!reserve(b, n))
        return;
    memcpy(b->data + b->len, bytes, n);
    b->len += n;
}

void synth_puts(struct synth_buf *b, const char *s)
{
    synth_write(b, s, strlen(s));
}

static void sink_write(void *context, const char *s, size_t n)
{
    synth_write(context, s, n);
}

void synth_printf(struct synth_buf *b, const char *fmt, ...)
{
    struct fmt_sink sink = { .write = sink_write, .context = b };
    va_list args;

    va_start(args, fmt);
    fmt_vprint(&sink, fmt, args);
    va_end(args);
}

size_t synth_begin_atomic(struct synth_buf *b)
{
    b->atomic = true;
    b->wanted = b->len;
    return b->len;
}

bool synth_end_atomic(struct synth_buf *b, size_t mark)
{
    char *data;
    size_t size;

    b->atomic = false;
    if (!b->overflow)
        return false;
    /* Some more than was wanted: there may be more to print next time. */
    size = round_up_pow2(b->wanted + b->wanted / 4 + FIRST_SIZE);
    data = krealloc(b->data, size, GFP_KERNEL);
    if (!data)
        return false;
    b->data = data;
    b->size = size;
    b->len = mark;
    b->overflow = false;
    return true;
}

/* ---- files ---------------------------------------------------------------------------- */

int synth_open(struct file *f, int (*show)(struct synth_buf *b, void *arg), void *arg)
{
    struct synth_file *s = kzalloc(sizeof(*s), GFP_KERNEL);

    if (!s)
        return -ENOMEM;
    mutex_init(&s->lock, RANK_SYNTH, "synthetic file");
    s->show = show;
    s->arg = arg;
    f->private = s;
    return 0;
}

void *synth_arg(const struct file *f)
{
    return ((struct synth_file *)f->private)->arg;
}

/* Print afresh.  The lock is held. */
static int print(struct synth_file *s)
{
    int err;

    s->buf.len = 0;
    s->buf.overflow = false;
    err = s->show(&s->buf, s->arg);
    if (!err && s->buf.overflow)
        err = -ENOMEM;
    s->printed = !err;
    return err;
}

ssize_t synth_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct synth_file *s = f->private;
    size_t n = 0, before = uio->resid;
    int err = 0;

    mutex_lock(&s->lock);
    if (*pos == 0 || !s->printed)
        err = print(s);
    if (!err && *pos < s->buf.len) {
        n = min_u64(before, s->buf.len - *pos);
        err = uio_write(uio, s->buf.data + *pos, n);
        n = before - uio->resid;
        *pos += n;
    }
    mutex_unlock(&s->lock);
    return n ? (ssize_t)n : err;
}

int64_t synth_seek(struct file *f, int64_t offset, int whence)
{
    int64_t pos = whence == SEEK_CUR ? (int64_t)f->pos : 0;

    if (whence != SEEK_SET && whence != SEEK_CUR)
        return -EINVAL;
    if (__builtin_add_overflow(pos, offset, &pos) || pos < 0)
        return -EINVAL;
    return pos;
}

void synth_release(struct file *f)
{
    struct synth_file *s = f->private;

    kfree(s->buf.data);
    kfree(s);
}
