/* SPDX-License-Identifier: MIT */
/*
 * synth.c - files whose content is made up when they are read.
 */
#include "kernel/fs/synth.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

#define FIRST_SIZE 1024

struct synth_file {
    struct mutex lock;                  /* RANK_SYNTH: one reader prints      */
    struct synth_buf buf;               /* a part, or the whole text       [l] */
    uint64_t start;                     /* where it stands in the text     [l] */
    uint64_t at;                        /* of the next part                [l] */
    bool printed;                       /* what is in buf is good          [l] */
    bool more;                          /* there may be parts behind it    [l] */
    int (*show)(struct synth_buf *b, void *arg);        /* or part         [c] */
    int (*part)(struct synth_buf *b, void *arg, uint64_t *at);          /* [c] */
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
        data = kvrealloc(b->data, b->len, size);
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

void synth_put_word(struct synth_buf *b, const char *s, const char *signs)
{
    const char *plain = s;

    for (; *s; s++) {
        if (!strchr(signs, *s))
            continue;
        synth_write(b, plain, (size_t)(s - plain));
        synth_printf(b, "\\%03o", (unsigned)*s);
        plain = s + 1;
    }
    synth_puts(b, plain);
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
    data = kvrealloc(b->data, b->len, size);
    if (!data)
        return false;
    b->data = data;
    b->size = size;
    b->len = mark;
    b->overflow = false;
    return true;
}

/* ---- files ---------------------------------------------------------------------------- */

static int open_new(struct file *f, const struct synth_file *like)
{
    struct synth_file *s = kmalloc(sizeof(*s), GFP_KERNEL);

    if (!s)
        return -ENOMEM;
    *s = *like;
    mutex_init(&s->lock, RANK_SYNTH, "synthetic file");
    f->private = s;
    return 0;
}

int synth_open(struct file *f, int (*show)(struct synth_buf *b, void *arg), void *arg)
{
    return open_new(f, &(struct synth_file){ .show = show, .arg = arg });
}

int synth_open_parts(struct file *f, int (*part)(struct synth_buf *b, void *arg, uint64_t *at),
                     void *arg)
{
    return open_new(f, &(struct synth_file){ .part = part, .arg = arg });
}

void *synth_arg(const struct file *f)
{
    return ((struct synth_file *)f->private)->arg;
}

static void start_over(struct synth_file *s)
{
    s->buf.len = 0;
    s->start = s->at = 0;
    s->printed = s->more = true;
}

/* Print what follows the text in the buffer, in its place.  The lock is held. */
static int print(struct synth_file *s)
{
    int r;

    s->start += s->buf.len;
    s->buf.len = 0;
    s->buf.overflow = false;
    r = s->part ? s->part(&s->buf, s->arg, &s->at) : s->show(&s->buf, s->arg);
    if (r >= 0 && s->buf.overflow)
        r = -ENOMEM;
    s->printed = r >= 0;
    s->more = r > 0;
    return MIN(r, 0);
}

/* Have the text at POS in the buffer, if there is any.  The lock is held. */
static int find_text(struct synth_file *s, uint64_t pos)
{
    int err = 0;

    if (pos == 0 || pos < s->start || !s->printed)
        start_over(s);
    while (!err && s->more && pos >= s->start + s->buf.len)
        err = print(s);
    return err;
}

ssize_t synth_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct synth_file *s = f->private;
    size_t all = uio->resid, n = 1;
    int err = 0;

    mutex_lock(&s->lock);
    while (!err && n && uio->resid) {
        size_t before = uio->resid;

        err = find_text(s, *pos);
        n = !err && *pos < s->start + s->buf.len ? s->start + s->buf.len - *pos : 0;
        if (n)
            err = uio_write(uio, s->buf.data + (*pos - s->start), MIN(n, before));
        *pos += before - uio->resid;
    }
    mutex_unlock(&s->lock);
    return uio->resid < all ? (ssize_t)(all - uio->resid) : err;
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

    kvfree(s->buf.data);
    kfree(s);
}
