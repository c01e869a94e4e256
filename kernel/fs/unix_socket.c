/* SPDX-License-Identifier: MIT */
/*
 * unix_socket.c - connected pairs of sockets.
 *
 *      end 0  --- send --->  inbox of end 1: [ message | message | message ]
 *             <--- send ---  inbox of end 0
 *
 * One lock serves both directions.  Messages are made before it is taken and freed after:
 * to close a file that came along may take long.  A user's page is faulted in with it held.
 *
 * A socket does not travel: two that were sent to each other would keep themselves.
 */
#include "kernel/fs/unix_socket.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/poll.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define INBOX_MAX (208 * 1024UL)        /* bytes, as Linux; one message may go beyond */
#define MESSAGE_MAX (PAGE_SIZE - sizeof(struct message))

/* What is over for an end. */
#define NO_RECEIVE 1u
#define NO_SEND 2u

struct message {
    struct list link;
    struct passed_files passed;         /* taken by who reads its first byte */
    uint32_t offset, len;               /* unread bytes                      */
    char data[];
};

struct end {
    struct list inbox;                  /* messages                        [l] */
    size_t nbytes;                      /* unread ones in them             [l] */
    uint32_t over;                      /* NO_*                            [l] */
    int error;                          /* for SO_ERROR, positive          [l] */
    struct wait_queue changed;          /* anything of it                      */
};

struct pair {
    struct mutex lock;                  /* RANK_PIPE                           */
    struct end ends[2];
    struct ucred maker;                 /*                                 [c] */
    uint32_t nopen;                     /* ends; the last one frees it     [a] */
};

static struct super_block *socket_super;
static uint64_t next_socket_number = 1; /* [a] */

/* Which end F is says f->dir_cookie. */
static struct pair *pair_of(const struct file *f)
{
    return f->private;
}

static struct end *end_of(const struct file *f)
{
    return &pair_of(f)->ends[f->dir_cookie];
}

static struct end *peer_of(const struct file *f)
{
    return &pair_of(f)->ends[1 - f->dir_cookie];
}

/* ---- messages ----------------------------------------------------------------------------- */

void passed_files_put(struct passed_files *passed)
{
    for (size_t i = 0; i < passed->n; i++)
        file_put(passed->files[i]);
    kfree(passed->files);
    *passed = (struct passed_files){ 0 };
}

/* The files of FROM once more.  0 or -ENOMEM. */
static int passed_files_copy(struct passed_files *to, const struct passed_files *from)
{
    if (from->n == 0)
        return 0;
    to->files = kcalloc(from->n, sizeof(*to->files), GFP_KERNEL);
    if (!to->files)
        return -ENOMEM;
    for (to->n = 0; to->n < from->n; to->n++) {
        to->files[to->n] = from->files[to->n];
        file_get(to->files[to->n]);
    }
    return 0;
}

static void free_messages(struct list *messages)
{
    while (!list_is_empty(messages)) {
        struct message *m = list_first_entry(messages, struct message, link);

        list_remove(&m->link);
        passed_files_put(&m->passed);
        kfree(m);
    }
}

/* A message of UIO's next bytes.  0, -ENOMEM, -EFAULT. */
static int make_message(struct uio *uio, struct message **out)
{
    uint32_t n = (uint32_t)min_u64(uio->resid, MESSAGE_MAX);
    struct message *m = kmalloc(sizeof(*m) + n, GFP_KERNEL);
    int err = 0;

    if (!m)
        return -ENOMEM;
    *m = (struct message){ 0 };
    while (!err && m->len < n) {
        m->len += (uint32_t)uio_copy_in(uio, m->data + m->len, n - m->len);
        if (m->len < n)
            err = uio_fault_in(uio, n - m->len, false);
    }
    if (err)
        kfree(m);
    *out = m;
    return err;
}

/* ---- sending ------------------------------------------------------------------------------- */

static bool has_room(const struct end *to)
{
    return __atomic_load_n(&to->nbytes, __ATOMIC_RELAXED) < INBOX_MAX;
}

static bool is_over(const struct end *e, uint32_t what)
{
    return __atomic_load_n(&e->over, __ATOMIC_RELAXED) & what;
}

static bool must_not_wait(const struct file *f, uint32_t flags)
{
    return (f->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT);
}

/* Wait until the other end takes more, or never will.  0, -EPIPE, -EAGAIN, -ERESTARTSYS. */
static int wait_room(struct file *f, uint32_t flags)
{
    struct end *own = end_of(f), *to = peer_of(f);

    if (!is_over(own, NO_SEND) && !has_room(to)) {
        if (must_not_wait(f, flags))
            return -EAGAIN;
        if (wait_event_interruptible(&to->changed, has_room(to) || is_over(own, NO_SEND)) != 0)
            return -ERESTARTSYS;
    }
    return is_over(own, NO_SEND) ? -EPIPE : 0;
}

/* Put M, which it takes over, into the other end's inbox.  0 or -EPIPE. */
static int deliver(struct file *f, struct message *m)
{
    struct pair *pair = pair_of(f);
    struct end *to = peer_of(f);
    bool lost;

    mutex_lock(&pair->lock);
    lost = is_over(end_of(f), NO_SEND);
    if (!lost) {
        list_insert_tail(&to->inbox, &m->link);
        __atomic_store_n(&to->nbytes, to->nbytes + m->len, __ATOMIC_RELAXED);
    }
    mutex_unlock(&pair->lock);
    if (!lost) {
        wake_up_all(&to->changed);
        return 0;
    }
    passed_files_put(&m->passed);
    kfree(m);
    return -EPIPE;
}

ssize_t unix_send(struct file *f, struct uio *uio, uint32_t flags, struct passed_files *passed)
{
    struct message *m;
    ssize_t sent = 0;
    int err = is_over(end_of(f), NO_SEND) ? -EPIPE : 0;

    while (!err && uio->resid > 0) {
        uint32_t len;

        err = wait_room(f, flags);
        if (!err)
            err = make_message(uio, &m);
        if (err)
            break;
        if (passed) {
            m->passed = *passed;
            *passed = (struct passed_files){ 0 };
        }
        len = m->len;
        err = deliver(f, m);
        sent += err ? 0 : len;
    }
    return sent > 0 ? sent : err;
}

/* ---- receiving ------------------------------------------------------------------------------ */

static bool has_bytes(const struct end *e)
{
    return __atomic_load_n(&e->nbytes, __ATOMIC_RELAXED) > 0;
}

/* Wait for a message.  1: there is one; 0: there will be none; -ECONNRESET, -EAGAIN,
 * -ERESTARTSYS.  The lock is held, and dropped while it sleeps. */
static int wait_message(struct file *f, uint32_t flags)
{
    struct pair *pair = pair_of(f);
    struct end *own = end_of(f);
    int err;

    while (!has_bytes(own)) {
        err = own->error;
        own->error = 0;
        if (err || (own->over & NO_RECEIVE))
            return -err;
        if (must_not_wait(f, flags))
            return -EAGAIN;
        mutex_unlock(&pair->lock);
        err = wait_event_interruptible(&own->changed, has_bytes(own) || is_over(own, NO_RECEIVE)
                                                          || own->error);
        mutex_lock(&pair->lock);
        if (err)
            return -ERESTARTSYS;
    }
    return 1;
}

/* Copy what UIO has room for of M.  Bytes copied, less at a bad address. */
static uint32_t copy_message(const struct message *m, struct uio *uio)
{
    uint32_t n = (uint32_t)min_u64(m->len, uio->resid), moved = 0;
    int err = 0;

    while (!err && moved < n) {
        moved += (uint32_t)uio_copy_out(uio, m->data + m->offset + moved, n - moved);
        if (moved < n)
            err = uio_fault_in(uio, n - moved, true);
    }
    return moved;
}

/* N bytes of M were read: an empty message goes to DONE. */
static void consume(struct end *own, struct message *m, uint32_t n, struct list *done)
{
    m->offset += n;
    m->len -= n;
    __atomic_store_n(&own->nbytes, own->nbytes - n, __ATOMIC_RELAXED);
    if (m->len == 0) {
        list_remove(&m->link);
        list_insert_tail(done, &m->link);
    }
}

/* Read from the first messages up to one that brought files; that leaves them in PASSED.
 * 0 or -EFAULT. */
static int read_messages(struct end *own, struct uio *uio, struct passed_files *passed,
                         struct list *done)
{
    while (uio->resid > 0 && has_bytes(own) && passed->n == 0) {
        struct message *m = list_first_entry(&own->inbox, struct message, link);
        uint32_t wanted = (uint32_t)min_u64(m->len, uio->resid), n = copy_message(m, uio);

        if (n > 0) {
            *passed = m->passed;
            m->passed = (struct passed_files){ 0 };
        }
        consume(own, m, n, done);
        if (n < wanted)
            return -EFAULT;
    }
    return 0;
}

/* The same, and all stays as it is. */
static int peek_messages(struct end *own, struct uio *uio, struct passed_files *passed)
{
    struct message *m;

    list_for_each_entry(m, &own->inbox, link) {
        uint32_t wanted = (uint32_t)min_u64(m->len, uio->resid);

        if (wanted == 0 || passed->n > 0)
            break;
        if (copy_message(m, uio) < wanted)
            return -EFAULT;
        if (passed_files_copy(passed, &m->passed) != 0)
            return -ENOMEM;
    }
    return 0;
}

ssize_t unix_receive(struct file *f, struct uio *uio, uint32_t flags, struct passed_files *passed)
{
    struct passed_files came = { 0 };
    struct end *own = end_of(f);
    struct list done = LIST_INIT(done);
    size_t wanted = uio->resid;
    bool more;
    int err;

    mutex_lock(&pair_of(f)->lock);
    do {
        err = wait_message(f, flags);
        if (err <= 0)
            break;
        err = flags & MSG_PEEK ? peek_messages(own, uio, &came)
                               : read_messages(own, uio, &came, &done);
        more = (flags & MSG_WAITALL) && !(flags & MSG_PEEK) && came.n == 0 && uio->resid > 0;
    } while (!err && more);
    mutex_unlock(&pair_of(f)->lock);
    wake_up_all(&own->changed);
    free_messages(&done);
    if (passed)
        *passed = came;
    else
        passed_files_put(&came);
    return uio->resid < wanted ? (ssize_t)(wanted - uio->resid) : err;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void end_for(struct end *e, uint32_t what)
{
    __atomic_store_n(&e->over, e->over | what, __ATOMIC_RELAXED);
}

int unix_shutdown(struct file *f, int how)
{
    struct end *own = end_of(f), *peer = peer_of(f);

    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    mutex_lock(&pair_of(f)->lock);
    if (how != SHUT_WR) {
        end_for(own, NO_RECEIVE);
        end_for(peer, NO_SEND);
    }
    if (how != SHUT_RD) {
        end_for(own, NO_SEND);
        end_for(peer, NO_RECEIVE);
    }
    mutex_unlock(&pair_of(f)->lock);
    wake_up_all(&own->changed);
    wake_up_all(&peer->changed);
    return 0;
}

static void socket_release(struct file *f)
{
    struct pair *pair = pair_of(f);
    struct end *own = end_of(f), *peer = peer_of(f);
    struct list unread = LIST_INIT(unread);

    mutex_lock(&pair->lock);
    end_for(peer, NO_SEND | NO_RECEIVE);
    if (has_bytes(own))
        peer->error = ECONNRESET;
    list_splice_tail(&unread, &own->inbox);
    mutex_unlock(&pair->lock);
    wake_up_all(&peer->changed);
    free_messages(&unread);
    if (__atomic_sub_fetch(&pair->nopen, 1, __ATOMIC_ACQ_REL) == 0)
        kfree(pair);
}

/* ---- file operations --------------------------------------------------------------------------- */

static ssize_t socket_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return uio->resid > 0 ? unix_receive(f, uio, 0, NULL) : 0;
}

static ssize_t socket_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return unix_send(f, uio, 0, NULL);
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
    struct end *own = end_of(f), *peer = peer_of(f);
    uint32_t mask = 0;

    poll_wait(pt, &own->changed);
    poll_wait(pt, &peer->changed);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (own->error)
        mask |= POLLERR;
    if (is_over(own, NO_RECEIVE) && is_over(own, NO_SEND))
        mask |= POLLHUP;
    if (is_over(own, NO_RECEIVE))
        mask |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (has_bytes(own))
        mask |= POLLIN | POLLRDNORM;
    if (has_room(peer))
        mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return mask;
}

static int socket_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    int32_t nbytes = (int32_t)__atomic_load_n(&end_of(f)->nbytes, __ATOMIC_RELAXED);

    return cmd == FIONREAD ? file_copy_out(arg, &nbytes, sizeof(nbytes)) : -ENOTTY;
}

/* By a name of /proc/<pid>/fd. */
static int socket_open(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return -ENXIO;
}

static const struct file_operations socket_file_ops = {
    .read = socket_read,
    .write = socket_write,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .mmap = file_op_mmap_refuse,
    .open = socket_open,
    .release = socket_release,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

bool file_is_socket(const struct file *f)
{
    return f->ops == &socket_file_ops;
}

int unix_take_error(struct file *f)
{
    int err;

    mutex_lock(&pair_of(f)->lock);
    err = end_of(f)->error;
    end_of(f)->error = 0;
    mutex_unlock(&pair_of(f)->lock);
    return err;
}

struct ucred unix_peer(const struct file *f)
{
    return pair_of(f)->maker;
}

/* ---- making -------------------------------------------------------------------------------------- */

static struct pair *make_pair(const struct ucred *who)
{
    struct pair *pair = kzalloc(sizeof(*pair), GFP_KERNEL);

    if (!pair)
        return NULL;
    mutex_init(&pair->lock, RANK_PIPE, "socket pair");
    pair->maker = *who;
    pair->nopen = 2;
    for (int i = 0; i < 2; i++) {
        list_init(&pair->ends[i].inbox);
        wait_queue_init(&pair->ends[i].changed);
    }
    return pair;
}

/* End number WHICH of PAIR as a file.  0 or -ENOMEM. */
static int open_end(struct pair *pair, unsigned which, uint32_t flags, struct file **out)
{
    struct inode *inode = inode_new(socket_super);
    int err;

    if (!inode)
        return -ENOMEM;
    inode->ino = __atomic_fetch_add(&next_socket_number, 1, __ATOMIC_RELAXED);
    inode_set_mode(inode, S_IFSOCK | 0777);
    inode->uid = pair->maker.uid;
    inode->gid = pair->maker.gid;
    inode->fops = &socket_file_ops;
    err = file_open_anon(inode, &socket_file_ops, O_RDWR | flags, pair, out);
    if (err)
        inode_put(inode);
    else
        (*out)->dir_cookie = which;
    return err;
}

int unix_pair_create(uint32_t flags, const struct ucred *who, struct file **a, struct file **b)
{
    struct pair *pair = make_pair(who);
    int err = pair ? open_end(pair, 0, flags, a) : -ENOMEM;

    if (err) {
        kfree(pair);
        return err;
    }
    err = open_end(pair, 1, flags, b);
    if (err) {
        pair->nopen = 1;                /* there is no other end to close */
        file_put(*a);
    }
    return err;
}

static const struct file_system_type socket_type = { .name = "sockfs" };

void unix_socket_init(void)
{
    socket_super = super_create_internal(&socket_type);
}
