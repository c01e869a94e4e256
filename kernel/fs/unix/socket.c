/* SPDX-License-Identifier: MIT */
/*
 * socket.c - a socket's life, and what it does as a file.
 */
#include "kernel/fs/unix/socket.h"
#include "kernel/fs/super.h"
#include "kernel/fs/unix/socket_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/poll.h"

struct spinlock sockets_lock = SPINLOCK_INIT(RANK_SOCKETS, "sockets");

static struct super_block *socket_super;
static uint64_t next_number = 1;        /* of an inode [a] */

/* ---- who is whose peer -------------------------------------------------------------------- */

void socket_set_peer_locked(struct socket *s, struct socket *peer)
{
    socket_get(peer);
    __atomic_store_n(&s->peer, peer, __ATOMIC_RELAXED);
    list_insert_tail(&peer->senders, &s->peer_link);
}

struct socket *socket_leave_peer_locked(struct socket *s)
{
    struct socket *old = s->peer;

    __atomic_store_n(&s->peer, NULL, __ATOMIC_RELAXED);
    list_remove(&s->peer_link);
    return old;
}

struct ucred socket_current_who(void)
{
    return (struct ucred){ current->pid, current->cred->euid, current->cred->egid };
}

/* ---- ends ----------------------------------------------------------------------------------- */

void socket_end_locked(struct socket *s, uint32_t what)
{
    __atomic_store_n(&s->over, s->over | what, __ATOMIC_RELAXED);
    wake_up_all(&s->changed);
}

int unix_shutdown(struct file *f, int how)
{
    static const uint32_t own[] = { NO_RECEIVE, NO_SEND, NO_RECEIVE | NO_SEND };
    static const uint32_t others[] = { NO_SEND, NO_RECEIVE, NO_RECEIVE | NO_SEND };
    struct socket *s = socket_of(f);

    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    spin_lock(&sockets_lock);
    socket_end_locked(s, own[how]);
    if (s->peer && has_connections(s))
        socket_end_locked(s->peer, others[how]);
    spin_unlock(&sockets_lock);
    return 0;
}

int socket_take_error(struct socket *s)
{
    int err;

    if (!__atomic_load_n(&s->error, __ATOMIC_RELAXED))
        return 0;
    spin_lock(&sockets_lock);
    err = s->error;
    s->error = 0;
    spin_unlock(&sockets_lock);
    return err;
}

/* S leaves its peer, which is returned: one with a connection learns that it is over, and that
 * it was RESET or bytes were lost. */
static struct socket *leave_locked(struct socket *s, bool reset)
{
    struct socket *peer = s->peer;

    if (!peer)
        return NULL;
    if (has_connections(s)) {
        if (reset || s->nmessages > 0)
            peer->error = ECONNRESET;
        socket_end_locked(peer, NO_RECEIVE | NO_SEND);
    }
    return socket_leave_peer_locked(s);
}

static void close_arrivals(struct list *arrivals)
{
    struct list *link;

    while ((link = list_pop_head(arrivals)))
        socket_close(list_entry(link, struct socket, arrival_link), true);
}

void socket_close(struct socket *s, bool reset)
{
    struct list unread = LIST_INIT(unread), arrivals = LIST_INIT(arrivals);
    struct socket *peer;
    struct path path;

    spin_lock(&sockets_lock);
    s->closed = true;
    s->file = NULL;
    name_remove_locked(s);
    path = s->path;
    s->path = (struct path){ NULL, NULL };
    peer = leave_locked(s, reset);
    socket_end_locked(s, NO_RECEIVE | NO_SEND);
    inbox_empty_locked(s, &unread);     /* and its senders see that it is closed */
    list_splice(&arrivals, &s->arrivals);
    spin_unlock(&sockets_lock);
    if (path.dentry)
        path_put(&path);
    close_arrivals(&arrivals);
    messages_free(&unread);
    if (peer)
        socket_put(peer);
    socket_put(s);
}

/* ---- file operations -------------------------------------------------------------------------- */

ssize_t unix_send(struct file *f, struct uio *uio, struct envelope *e)
{
    if (e->flags & MSG_OOB)
        return -EOPNOTSUPP;
    return socket_of(f)->type == SOCK_STREAM ? stream_send(f, uio, e) : datagram_send(f, uio, e);
}

ssize_t unix_receive(struct file *f, struct uio *uio, struct envelope *e)
{
    if (e->flags & MSG_OOB)
        return -EOPNOTSUPP;
    return socket_of(f)->type == SOCK_STREAM ? stream_receive(f, uio, e)
                                             : datagram_receive(f, uio, e);
}

static ssize_t socket_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct envelope e = { 0 };
    ssize_t r;

    (void)pos;
    if (uio->resid == 0)
        return 0;
    r = unix_receive(f, uio, &e);
    passed_files_put(&e.passed);
    return r;
}

static ssize_t socket_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct envelope e = { 0 };

    (void)pos;
    return unix_send(f, uio, &e);
}

/* Linux has it so: whoever waits for room is told when three quarters are free. */
static bool is_writable(const struct socket *s)
{
    return s->state != SOCKET_LISTENING
           && __atomic_load_n(&s->charged, __ATOMIC_RELAXED) * 4 <= s->send_size;
}

/* Whether the peer takes one more: of a stream it always does. */
static bool peer_has_place(struct socket *s)
{
    bool has;

    if (s->type == SOCK_STREAM)
        return true;
    spin_lock(&sockets_lock);
    has = !s->peer || s->peer == s || s->peer->peer == s || !is_full(s->peer);
    spin_unlock(&sockets_lock);
    return has;
}

static uint32_t socket_poll(struct file *f, struct poll_table *pt)
{
    struct socket *s = socket_of(f);
    uint32_t mask = 0;

    poll_wait(pt, &s->changed);
    if (s->error)
        mask |= POLLERR;
    if (is_over(s, NO_RECEIVE) && is_over(s, NO_SEND))
        mask |= POLLHUP;
    if (has_connections(s) && s->state == SOCKET_ALONE)
        mask |= POLLHUP;
    if (is_over(s, NO_RECEIVE))
        mask |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (s->nmessages > 0 || s->narrivals > 0)
        mask |= POLLIN | POLLRDNORM;
    if (is_writable(s) && peer_has_place(s))
        mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return mask;
}

/* How much FIONREAD tells: all bytes of a connection, one datagram. */
static int readable_bytes(struct socket *s, int32_t *n)
{
    int err = s->state == SOCKET_LISTENING ? -EINVAL : 0;

    spin_lock(&sockets_lock);
    if (has_connections(s))
        *n = (int32_t)s->nbytes;
    else if (s->nmessages > 0)
        *n = (int32_t)list_first_entry(&s->inbox, struct message, link)->len;
    else
        *n = 0;
    spin_unlock(&sockets_lock);
    return err;
}

static int socket_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    int32_t n = (int32_t)__atomic_load_n(&socket_of(f)->charged, __ATOMIC_RELAXED);
    int err = 0;

    if (cmd == FIONREAD)
        err = readable_bytes(socket_of(f), &n);
    else if (cmd != TIOCOUTQ)
        err = -ENOTTY;
    return err ? err : file_copy_out(arg, &n, sizeof(n));
}

/* By a name of /proc/<pid>/fd. */
static int socket_refuse_open(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return -ENXIO;
}

static void socket_release(struct file *f)
{
    if (!socket_of(f))
        return;
    socket_close(socket_of(f), false);
    flight_collect();
}

static const struct file_operations socket_file_ops = {
    .read = socket_read,
    .write = socket_write,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .mmap = file_op_mmap_refuse,
    .open = socket_refuse_open,
    .release = socket_release,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

bool file_is_socket(const struct file *f)
{
    return f->ops == &socket_file_ops;
}

bool file_breaks_loudly(const struct file *f)
{
    return !file_is_socket(f) || socket_of(f)->type == SOCK_STREAM;
}

/* ---- making ----------------------------------------------------------------------------------- */

struct socket *socket_create(int type)
{
    struct socket *s = kzalloc(sizeof(*s), GFP_KERNEL);

    if (!s)
        return NULL;
    s->type = type;
    s->refcount = 1;
    s->peer_who = (struct ucred){ 0, (uint32_t)-1, (uint32_t)-1 };
    s->backlog = DATAGRAM_BACKLOG;
    s->send_size = s->receive_size = SOCKET_BUFFER;
    wait_queue_init(&s->changed);
    mutex_init(&s->reading, RANK_PIPE, "socket");
    list_init(&s->name_link);
    list_init(&s->peer_link);
    list_init(&s->senders);
    list_init(&s->arrivals);
    list_init(&s->arrival_link);
    list_init(&s->inbox);
    list_init(&s->flying_link);
    list_init(&s->candidate_link);
    return s;
}

void socket_put(struct socket *s)
{
    if (__atomic_sub_fetch(&s->refcount, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    ASSERT(s->closed && !s->peer && s->charged == 0 && list_is_empty(&s->senders));
    kfree(s);
}

int socket_open(struct socket *s, uint32_t flags, struct file **out)
{
    struct inode *inode = inode_new(socket_super);
    int err;

    if (!inode)
        return -ENOMEM;
    inode->ino = __atomic_fetch_add(&next_number, 1, __ATOMIC_RELAXED);
    inode_set_mode(inode, S_IFSOCK | 0777);
    inode->uid = current->cred->fsuid;
    inode->gid = current->cred->fsgid;
    inode->fops = &socket_file_ops;
    err = file_open_anon(inode, &socket_file_ops, O_RDWR | flags, s, out);
    if (err)
        inode_put(inode);
    else
        s->file = *out;
    return err;
}

int unix_create(int type, uint32_t flags, struct file **out)
{
    struct socket *s = socket_create(type);
    int err = s ? socket_open(s, flags, out) : -ENOMEM;

    if (err && s)
        socket_close(s, false);
    return err;
}

static const struct file_system_type socket_type = { .name = "sockfs" };

void unix_init(void)
{
    name_init();
    socket_super = super_create_internal(&socket_type);
}
