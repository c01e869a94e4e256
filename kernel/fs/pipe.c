/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipes and FIFOs: a ring of pages between writers and readers.
 *
 *      tail                        head
 *        |                           |
 *     [ page | page | page | page ]  .  .  .      nslots of them
 *       ^ read at offset       ^ small writes are added to the last page
 *
 * A write of at most PIPE_BUF bytes goes in whole or waits: one free slot, or room
 * in the last page, is always enough for it.
 *
 * A page that was read empty is kept for the next write, so that a byte sent to and
 * fro costs no allocation.  The lock may be held while a user page is faulted in.
 * Sleepers look at the ring without the lock, and again with it.
 */
#include "kernel/fs/fifo.h"
#include "kernel/fs/pipe_impl.h"
#include "kernel/fs/super.h"
#include "kernel/fs/user_count.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/page_alloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/poll.h"
#include "lib/bitops.h"

#define PIPE_BUF_SIZE 4096              /* POSIX PIPE_BUF                      */
#define DEFAULT_SLOTS 16
#define MIN_SLOTS 2                     /* of who has too many in all          */
#define MAX_SLOTS 256                   /* 1 MiB                               */
#define USER_SLOTS 16384                /* of one user's pipes: 64 MiB, as on Linux */

static struct super_block *pipe_super;
static uint64_t next_pipe_number = 1;   /* [a] */
static struct user_counts owners = USER_COUNTS_INIT(owners, "slots of pipes");

/* How many slots the caller may have beside N more. */
static size_t most_beside(uint32_t n)
{
    return current->cred->euid == 0 ? SIZE_MAX : USER_SLOTS - n;
}

/* ---- the ring ------------------------------------------------------------------------- */

static void keep_or_free(struct pipe *p, struct page *page)
{
    if (!p->spare)
        p->spare = page;
    else
        put_page(page);
}

/* N bytes of S, the first slot, have been read. */
static inline void consume(struct pipe *p, struct pipe_slot *s, size_t n)
{
    s->offset += (uint16_t)n;
    s->len -= (uint16_t)n;
    if (s->len > 0)
        return;
    if (s->shared)
        put_page(s->page);
    else
        keep_or_free(p, s->page);
    move_counter(&p->tail);
}

void pipe_consume(struct pipe *p, size_t n)
{
    consume(p, slot_at(p, p->tail), n);
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Move what is there; 0 or -EFAULT. */
static int drain(struct pipe *p, struct uio *uio)
{
    int err = 0;

    while (!err && uio->resid > 0 && !is_empty(p)) {
        struct pipe_slot *s = slot_at(p, p->tail);
        size_t n = min_u64(s->len, uio->resid);
        size_t moved = uio_copy_out(uio, (char *)page_address(s->page) + s->offset, n);

        consume(p, s, moved);
        if (moved < n)
            err = uio_fault_in(uio, n - moved, true);
    }
    return err;
}

int pipe_wait_readable(struct pipe *p, bool nonblock)
{
    int err = 0;

    while (!err && !can_end_reading(p)) {
        if (nonblock)
            return -EAGAIN;
        mutex_unlock(&p->lock);
        err = wait_event_interruptible(&p->can_read, can_end_reading(p));
        /* Another reader may have been faster. */
        mutex_lock(&p->lock);
    }
    return err ? -ERESTARTSYS : 0;
}

ssize_t pipe_take(struct pipe *p, struct uio *uio, bool nonblock)
{
    size_t wanted = uio->resid;
    int err = 0;

    if (wanted == 0)
        return 0;
    mutex_lock(&p->lock);
    if (!can_read_now(p))
        err = pipe_wait_readable(p, nonblock);
    if (!err)
        err = drain(p, uio);
    mutex_unlock(&p->lock);
    if (uio->resid == wanted)
        return err;
    wake_if_any(&p->can_write);
    return (ssize_t)(wanted - uio->resid);
}

static ssize_t pipe_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return pipe_take(f->private, uio, f->flags & O_NONBLOCK);
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Room in the page written last. */
static size_t last_room(struct pipe *p)
{
    struct pipe_slot *s = slot_at(p, p->head - 1);

    return is_empty(p) || s->shared ? 0 : PAGE_SIZE - s->offset - s->len;
}

/* Add N bytes behind those of S, or what comes before a bad address.  0 or -EFAULT.
 * A page of the user's that has to be fetched first does not end it: the rest of a
 * small write would need another slot. */
static int append(struct pipe_slot *s, struct uio *uio, size_t n)
{
    int err = 0;

    while (!err && n > 0) {
        char *end = (char *)page_address(s->page) + s->offset + s->len;
        size_t moved = uio_copy_in(uio, end, n);

        s->len += (uint16_t)moved;
        n -= moved;
        if (n > 0)
            err = uio_fault_in(uio, n, false);
    }
    return err;
}

static int fill_new_slot(struct pipe *p, struct uio *uio)
{
    struct pipe_slot *s = slot_at(p, p->head);
    struct page *page = p->spare ? p->spare : alloc_page(GFP_KERNEL);
    int err;

    if (!page)
        return -ENOMEM;
    p->spare = NULL;
    *s = (struct pipe_slot){ .page = page };
    err = append(s, uio, min_u64(PAGE_SIZE, uio->resid));
    if (s->len > 0)
        move_counter(&p->head);
    else
        keep_or_free(p, page);
    return err;
}

int pipe_fill(struct pipe *p, struct uio *uio)
{
    size_t room = last_room(p);
    int err = 0;

    /* A small write is not torn between the last page and a slot that may not be free. */
    if (room > 0 && (room >= uio->resid || !is_full(p) || uio->resid > PIPE_BUF_SIZE))
        err = append(slot_at(p, p->head - 1), uio, min_u64(room, uio->resid));
    while (!err && uio->resid > 0 && !is_full(p))
        err = fill_new_slot(p, uio);
    return err;
}

int pipe_wait_writable(struct pipe *p, bool nonblock)
{
    int err = 0;

    while (!err && p->readers > 0 && is_full(p)) {
        if (nonblock)
            return -EAGAIN;
        mutex_unlock(&p->lock);
        wake_if_any(&p->can_read);
        err = wait_event_interruptible(&p->can_write, !is_full(p) || peek(&p->readers) == 0);
        mutex_lock(&p->lock);
    }
    if (err)
        return -ERESTARTSYS;
    return p->readers > 0 ? 0 : -EPIPE;
}

static ssize_t pipe_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct pipe *p = f->private;
    size_t wanted = uio->resid;
    int err = 0;

    (void)pos;
    mutex_lock(&p->lock);
    while (!err && uio->resid > 0) {
        err = p->readers > 0 ? pipe_fill(p, uio) : -EPIPE;
        if (!err && uio->resid > 0 && is_full(p))
            err = pipe_wait_writable(p, f->flags & O_NONBLOCK);
    }
    mutex_unlock(&p->lock);
    if (uio->resid == wanted)
        return err;
    uio->broken = err == -EPIPE;
    wake_if_any(&p->can_read);
    return (ssize_t)(wanted - uio->resid);
}

/* ---- poll, ioctl, size ------------------------------------------------------------------------ */

static uint32_t pipe_poll(struct file *f, struct poll_table *pt)
{
    struct pipe *p = f->private;
    uint32_t mask = 0;

    if (f->mode & FILE_READ)
        poll_wait(pt, &p->can_read);
    if (f->mode & FILE_WRITE)
        poll_wait(pt, &p->can_write);
    if (f->mode & FILE_READ) {
        if (!is_empty(p))
            mask |= POLLIN | POLLRDNORM;
        /* A FIFO hangs up only after somebody has written since this end was opened. */
        if (peek(&p->writers) == 0 && peek(&p->writer_opens) != (uint32_t)f->dir_cookie)
            mask |= POLLHUP;
    }
    if (f->mode & FILE_WRITE) {
        if (!is_full(p))
            mask |= POLLOUT | POLLWRNORM;
        if (peek(&p->readers) == 0)
            mask |= POLLERR;
    }
    return mask;
}

static int pipe_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    struct pipe *p = f->private;
    int32_t bytes = 0;

    if (cmd != FIONREAD)
        return -ENOTTY;
    mutex_lock(&p->lock);
    for (uint32_t n = p->tail; n != p->head; n++)
        bytes += (int32_t)slot_at(p, n)->len;
    mutex_unlock(&p->lock);
    return file_copy_out(arg, &bytes, sizeof(bytes));
}

bool file_is_pipe(const struct file *f)
{
    return f->ops == &fifo_file_ops;
}

int pipe_get_size(struct file *f)
{
    struct pipe *p = f->private;

    return file_is_pipe(f) ? (int)(peek(&p->nslots) * PAGE_SIZE) : -EBADF;
}

/* P will have N slots.  0; -EBUSY: it has more in use; -EPERM: its user has too many. */
static int recharge_slots(struct pipe *p, uint32_t n)
{
    if (p->head - p->tail + p->reserved > n)
        return -EBUSY;
    if (n > p->nslots)
        return user_count_add(&owners, p->owner, n - p->nslots, most_beside(n - p->nslots))
               ? -EPERM : 0;
    user_count_return(&owners, p->owner, p->nslots - n);
    return 0;
}

/* P's N slots are in SLOTS from now on; where they were. */
static struct pipe_slot *exchange_slots(struct pipe *p, struct pipe_slot *slots, uint32_t n)
{
    struct pipe_slot *old = p->slots;
    uint32_t used = p->head - p->tail;

    for (uint32_t i = 0; i < used; i++)
        slots[i] = *slot_at(p, p->tail + i);
    p->slots = slots;
    __atomic_store_n(&p->nslots, n, __ATOMIC_RELAXED);
    __atomic_store_n(&p->tail, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->head, used, __ATOMIC_RELAXED);
    return old;
}

int pipe_set_size(struct file *f, size_t size)
{
    struct pipe *p = f->private;
    uint64_t nslots = round_up_pow2(max_u64(div_round_up(size, PAGE_SIZE), 1));
    struct pipe_slot *slots;
    int err;

    if (!file_is_pipe(f))
        return -EBADF;
    if (size > (size_t)INT32_MAX)
        return -EINVAL;
    if (nslots > MAX_SLOTS)
        return -EPERM;
    slots = kvcalloc(nslots, sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    mutex_lock(&p->lock);
    err = recharge_slots(p, (uint32_t)nslots);
    if (!err)
        slots = exchange_slots(p, slots, (uint32_t)nslots);
    mutex_unlock(&p->lock);
    kvfree(slots);
    wake_up_all(&p->can_write);
    return err ? err : (int)(nslots * PAGE_SIZE);
}

/* ---- life ---------------------------------------------------------------------------------- */

static int charge_slots(struct pipe *p)
{
    uint32_t uid = current->cred->uid;
    int err;

    p->nslots = DEFAULT_SLOTS;
    err = user_count_charge(&owners, uid, p->nslots, most_beside(p->nslots), &p->owner);
    if (err != -EDQUOT)
        return err;
    p->nslots = MIN_SLOTS;
    return user_count_charge(&owners, uid, p->nslots, SIZE_MAX, &p->owner);
}

static struct pipe *make_pipe(void)
{
    struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

    if (!p || charge_slots(p) < 0) {
        kfree(p);
        return NULL;
    }
    p->slots = kvcalloc(p->nslots, sizeof(*p->slots));
    if (!p->slots) {
        user_count_return(&owners, p->owner, p->nslots);
        kfree(p);
        return NULL;
    }
    mutex_init(&p->lock, RANK_PIPE, "pipe");
    wait_queue_init(&p->can_read);
    wait_queue_init(&p->can_write);
    return p;
}

static void free_pipe(struct pipe *p)
{
    for (; p->tail != p->head; p->tail++)
        put_page(slot_at(p, p->tail)->page);
    if (p->spare)
        put_page(p->spare);
    user_count_return(&owners, p->owner, p->nslots);
    kvfree(p->slots);
    kfree(p);
}

/* How often ends were opened that F, if it has one direction, waits for. */
static const uint32_t *partner_opens(const struct pipe *p, const struct file *f)
{
    return f->mode & FILE_READ ? &p->writer_opens : &p->reader_opens;
}

/* F is one more open end.  How often its partners had been opened before it, as far as none of
 * them is open still: one that is open counts as one that came since. */
static uint32_t join(struct pipe *p, struct file *f)
{
    uint32_t seen;

    mutex_lock(&p->lock);
    seen = *partner_opens(p, f) - (f->mode & FILE_READ ? p->writers > 0 : p->readers > 0);
    f->private = p;
    f->dir_cookie = p->writer_opens;
    if (f->mode & FILE_READ) {
        p->readers++;
        __atomic_fetch_add(&p->reader_opens, 1, __ATOMIC_RELEASE);
    }
    if (f->mode & FILE_WRITE) {
        p->writers++;
        __atomic_fetch_add(&p->writer_opens, 1, __ATOMIC_RELEASE);
    }
    mutex_unlock(&p->lock);
    return seen;
}

static void leave(struct pipe *p, struct file *f)
{
    mutex_lock(&p->lock);
    if (f->mode & FILE_READ)
        __atomic_fetch_sub(&p->readers, 1, __ATOMIC_RELEASE);
    if (f->mode & FILE_WRITE)
        __atomic_fetch_sub(&p->writers, 1, __ATOMIC_RELEASE);
    mutex_unlock(&p->lock);
    wake_up_all(&p->can_read);
    wake_up_all(&p->can_write);
}

/* The inode's pipe, made if there is none, counted for one more file.  NULL: no memory. */
static struct pipe *get_pipe(struct inode *inode)
{
    struct pipe *p;

    rwsem_write_lock(&inode->lock);
    p = inode->pipe;
    if (!p)
        p = inode->pipe = make_pipe();
    if (p)
        p->nfiles++;
    rwsem_write_unlock(&inode->lock);
    return p;
}

static void put_pipe(struct inode *inode)
{
    struct pipe *p = inode->pipe;
    bool last;

    rwsem_write_lock(&inode->lock);
    last = --p->nfiles == 0;
    if (last)
        inode->pipe = NULL;
    rwsem_write_unlock(&inode->lock);
    if (last)
        free_pipe(p);
}

static void pipe_release(struct file *f)
{
    leave(f->private, f);
    put_pipe(f->inode);
}

/* Wait until the other end was opened since F joined, when it had been SEEN times: one that came
 * and went is enough, since its bytes may be in the ring.  0 or -ERESTARTSYS. */
static int wait_for_partner(struct file *f, struct pipe *p, uint32_t seen)
{
    const uint32_t *opens = partner_opens(p, f);
    struct wait_queue *wq = f->mode & FILE_READ ? &p->can_read : &p->can_write;

    return wait_event_interruptible(wq, peek(opens) != seen) ? -ERESTARTSYS : 0;
}

/* One without a name, which had both ends once, needs no partner to be opened again. */
static int fifo_open(struct inode *inode, struct file *f)
{
    uint32_t ends = f->mode & (FILE_READ | FILE_WRITE);
    bool waits = inode->sb != pipe_super;
    struct pipe *p;
    uint32_t seen;
    int err = 0;

    if (!ends)
        return -EINVAL;
    p = get_pipe(inode);
    if (!p)
        return -ENOMEM;
    if (waits && (f->flags & O_NONBLOCK) && !(f->mode & FILE_READ) && peek(&p->readers) == 0) {
        put_pipe(inode);
        return -ENXIO;
    }
    seen = join(p, f);
    wake_up_all(&p->can_read);
    wake_up_all(&p->can_write);
    if (waits && ends != (FILE_READ | FILE_WRITE) && !(f->flags & O_NONBLOCK))
        err = wait_for_partner(f, p, seen);
    if (err)
        pipe_release(f);
    return err;
}

const struct file_operations fifo_file_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .mmap = file_op_mmap_refuse,
    .open = fifo_open,
    .release = pipe_release,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

static struct inode *make_pipe_inode(const struct cred *cred)
{
    struct inode *inode = inode_new(pipe_super);

    if (!inode)
        return NULL;
    inode->ino = __atomic_fetch_add(&next_pipe_number, 1, __ATOMIC_RELAXED);
    inode_set_mode(inode, S_IFIFO | S_IRUSR | S_IWUSR);
    inode->uid = cred->fsuid;
    inode->gid = cred->fsgid;
    inode->fops = &fifo_file_ops;
    return inode;
}

/* One end of INODE's pipe. */
static int open_end(struct inode *inode, uint32_t flags, struct file **out)
{
    struct pipe *p = get_pipe(inode);
    int err = p ? file_open_anon(inode, &fifo_file_ops, flags, p, out) : -ENOMEM;

    if (err) {
        if (p)
            put_pipe(inode);
        return err;
    }
    inode_get(inode);
    join(p, *out);
    return 0;
}

int pipe_create(uint32_t flags, const struct cred *cred, struct file **reader,
                struct file **writer)
{
    struct inode *inode = make_pipe_inode(cred);
    int err;

    if (!inode)
        return -ENOMEM;
    flags &= O_NONBLOCK;
    err = open_end(inode, O_RDONLY | flags, reader);
    if (!err) {
        err = open_end(inode, O_WRONLY | flags, writer);
        if (err)
            file_put(*reader);
    }
    inode_put(inode);
    return err;
}

static const struct file_system_type pipe_type = { .name = "pipefs" };

void pipe_init(void)
{
    pipe_super = super_create_internal(&pipe_type);
}
