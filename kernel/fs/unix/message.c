/* SPDX-License-Identifier: MIT */
/*
 * message.c - bytes on their way between two sockets.
 */
#include "kernel/fs/unix/message.h"
#include "kernel/fs/unix/socket_impl.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define BLOCK_MAX (PAGE_SIZE - sizeof(struct block))

/* What Linux says of a sender whom nobody asked for his name. */
static const struct ucred nobody = { .pid = 0, .uid = 65534, .gid = 65534 };

static struct list doomed = LIST_INIT(doomed);  /* messages with files [sockets_lock] */
static bool has_undertaker;                     /*                      [sockets_lock] */

struct block {
    struct block *next;
    uint32_t len;
    char bytes[];
};

void passed_files_put(struct passed_files *passed)
{
    flight_uncharge(passed);
    for (size_t i = 0; i < passed->n; i++)
        file_put(passed->files[i]);
    kfree(passed->files);
    *passed = (struct passed_files){ 0 };
}

int passed_files_copy(struct passed_files *to, const struct passed_files *from)
{
    if (from->n == 0)
        return 0;
    to->files = kcalloc(from->n, sizeof(*to->files), GFP_KERNEL);
    if (!to->files)
        return -ENOMEM;
    /* The collector must not see some of the files before and others after. */
    spin_lock(&sockets_lock);
    for (to->n = 0; to->n < from->n; to->n++) {
        to->files[to->n] = from->files[to->n];
        file_get(to->files[to->n]);
    }
    spin_unlock(&sockets_lock);
    return 0;
}

static void free_blocks(struct block *b)
{
    while (b) {
        struct block *next = b->next;

        kfree(b);
        b = next;
    }
}

/* Add a block of UIO's next N bytes behind *END.  0, -ENOMEM, -EFAULT. */
static int add_block(struct message *m, struct block ***end, struct uio *uio, uint32_t n)
{
    struct block *b = kmalloc(sizeof(*b) + n, GFP_KERNEL);

    if (!b)
        return -ENOMEM;
    *b = (struct block){ .len = n };
    **end = b;
    *end = &b->next;
    m->charge += ksize(b);
    m->len += n;
    return uio_read(uio, b->bytes, n) ? -EFAULT : 0;
}

static void put_into(struct message *m, struct envelope *e)
{
    m->passed = e->passed;
    e->passed = (struct passed_files){ 0 };
    if (m->passed.files)
        m->charge += ksize(m->passed.files);
    m->has_who = e->has_who;
    m->who = e->has_who ? e->who : nobody;
}

int message_create(struct socket *sender, struct uio *uio, uint32_t n, struct envelope *e,
                   struct message **out)
{
    struct message *m = kmalloc(sizeof(*m), GFP_KERNEL);
    struct block **end;
    int err = 0;

    if (!m)
        return -ENOMEM;
    if (e->passed.n > 0)
        err = flight_charge(&e->passed, e->most_files);
    *m = (struct message){ .sender = sender, .charge = ksize(m) };
    end = &m->blocks;
    while (!err && m->len < n)
        err = add_block(m, &end, uio, (uint32_t)min_u64(n - m->len, BLOCK_MAX));
    if (err) {
        free_blocks(m->blocks);
        kfree(m);
        return err;
    }
    put_into(m, e);
    socket_get(sender);
    __atomic_fetch_add(&sender->charged, m->charge, __ATOMIC_RELAXED);
    *out = m;
    return 0;
}

static void destroy(struct message *m)
{
    struct socket *sender = m->sender;

    passed_files_put(&m->passed);
    free_blocks(m->blocks);
    __atomic_fetch_sub(&sender->charged, m->charge, __ATOMIC_RELAXED);
    kfree(m);
    wake_up_all(&sender->changed);
    socket_put(sender);
}

/* Take the next message of the doomed, or be undertaker no more. */
static struct message *next_doomed(void)
{
    struct list *link;

    spin_lock(&sockets_lock);
    link = list_pop_head(&doomed);
    if (!link)
        has_undertaker = false;
    spin_unlock(&sockets_lock);
    return link ? list_entry(link, struct message, link) : NULL;
}

/*
 * To let go of a file may end a socket, with messages that let go of files, and so on, as deep
 * as somebody liked to pack them.  So one thread does it for all, one message after the other,
 * and those that come up meanwhile join the queue.
 */
static void bury(struct message *m)
{
    bool others_turn;

    spin_lock(&sockets_lock);
    list_insert_tail(&doomed, &m->link);
    others_turn = has_undertaker;
    has_undertaker = true;
    spin_unlock(&sockets_lock);
    if (others_turn)
        return;
    while ((m = next_doomed()))
        destroy(m);
}

void message_free(struct message *m)
{
    if (m->passed.n > 0)
        bury(m);
    else
        destroy(m);
}

void messages_free(struct list *messages)
{
    struct list *link;

    while ((link = list_pop_head(messages)))
        message_free(list_entry(link, struct message, link));
}

int message_read(const struct message *m, uint32_t n, struct uio *uio)
{
    uint32_t at = m->offset;

    for (const struct block *b = m->blocks; n > 0; b = b->next) {
        uint32_t part = (uint32_t)min_u64(b->len - MIN(at, b->len), n);

        if (uio_write(uio, b->bytes + MIN(at, b->len), part))
            return -EFAULT;
        at -= MIN(at, b->len);
        n -= part;
    }
    return 0;
}
