/* SPDX-License-Identifier: MIT */
/*
 * flight.c - files on their way, and the sockets among them that nobody can reach.
 *
 * A message keeps the files that it brings open.  A socket on its way has an inbox of its own,
 * so it may keep others, and itself:
 *
 *      inbox of a: [ b ]      inbox of b: [ a ]      and no descriptor of either is left
 *
 * Counts of references do not see that such a circle is garbage.  The collector finds it by
 * taking away, on trial, the references that come from within (T. W. Christopher, "Reference
 * count garbage collection", Software: Practice and Experience 14, 1984; Linux had it so until
 * version 6.9, in net/unix/garbage.c):
 *
 *   1. candidates are the sockets whose file has no other references than messages'
 *   2. for each candidate: how many of them are in inboxes of candidates?
 *   3. who has more is kept by an inbox that can be reached: he lives, and all whom his own
 *      inbox keeps, and so on
 *   4. the messages of those that are left go, and their files with them
 *
 * It is right although references come and go meanwhile: a file that no descriptor names gets
 * a new reference only from a message, and those stand still under sockets_lock.  It runs when
 * a socket's file ends, as on Linux.
 *
 * How many files a user may have on their way is limited, as his descriptors are: a chain of
 * sockets, each in the inbox of the next, needs none.
 */
#include "kernel/fs/unix/socket_impl.h"
#include "kernel/fs/user_count.h"
#include "lib/abi/errno.h"

static struct list flying = LIST_INIT(flying);      /* sockets     [sockets_lock] */
static struct user_counts carriers = USER_COUNTS_INIT(carriers, "files on their way");

/* ---- who carries how many ----------------------------------------------------------------- */

int flight_charge(struct passed_files *passed, uint64_t most)
{
    int err = user_count_charge(&carriers, current->cred->uid, passed->n, most, &passed->carrier);

    return err == -EDQUOT ? -ETOOMANYREFS : err;
}

void flight_uncharge(struct passed_files *passed)
{
    if (passed->carrier)
        user_count_return(&carriers, passed->carrier, passed->n);
    passed->carrier = NULL;
}

/* ---- taking off and landing ----------------------------------------------------------------- */

/* File number I of M, if it is a socket. */
static struct socket *carried(const struct message *m, size_t i)
{
    struct file *f = m->passed.files[i];

    return file_is_socket(f) ? socket_of(f) : NULL;
}

void flight_begin_locked(const struct message *m)
{
    for (size_t i = 0; i < m->passed.n; i++) {
        struct socket *s = carried(m, i);

        if (s && s->nflights++ == 0)
            list_insert_tail(&flying, &s->flying_link);
    }
}

void flight_end_locked(const struct message *m)
{
    for (size_t i = 0; i < m->passed.n; i++) {
        struct socket *s = carried(m, i);

        if (s && --s->nflights == 0)
            list_remove(&s->flying_link);
    }
}

/* ---- the collector ---------------------------------------------------------------------------- */

/* Call FN for each candidate in the messages of the one inbox of S. */
static void for_each_in_inbox(struct socket *s, void (*fn)(struct socket *kept, void *arg),
                              void *arg)
{
    struct message *m;

    list_for_each_entry(m, &s->inbox, link)
        for (size_t i = 0; i < m->passed.n; i++)
            if (carried(m, i) && carried(m, i)->is_candidate)
                fn(carried(m, i), arg);
}

/* The same for all that S keeps: connections that it has not accepted have inboxes, too. */
static void for_each_kept(struct socket *s, void (*fn)(struct socket *kept, void *arg), void *arg)
{
    struct socket *end;

    for_each_in_inbox(s, fn, arg);
    list_for_each_entry(end, &s->arrivals, arrival_link)
        for_each_in_inbox(end, fn, arg);
}

static void count_inner(struct socket *kept, void *arg)
{
    (void)arg;
    kept->ninner++;
}

/* KEPT lives: it joins the list of those whose inboxes are still to be looked at. */
static void spare(struct socket *kept, void *living)
{
    kept->is_candidate = false;
    list_remove(&kept->candidate_link);
    list_insert_tail(living, &kept->candidate_link);
}

static bool is_only_in_flight(const struct socket *s)
{
    return __atomic_load_n(&s->file->refcount, __ATOMIC_ACQUIRE) == (int32_t)s->nflights;
}

static void find_candidates(struct list *candidates)
{
    struct socket *s;

    list_for_each_entry(s, &flying, flying_link) {
        s->is_candidate = is_only_in_flight(s);
        s->ninner = 0;
        if (s->is_candidate)
            list_insert_tail(candidates, &s->candidate_link);
    }
}

/* Take those that can be reached out of CANDIDATES. */
static void spare_reachable(struct list *candidates)
{
    struct list living = LIST_INIT(living), *link;
    struct socket *s, *next;

    list_for_each_entry(s, candidates, candidate_link)
        for_each_kept(s, count_inner, NULL);
    list_for_each_entry_safe(s, next, candidates, candidate_link)
        if (s->ninner < s->nflights)
            spare(s, &living);
    while ((link = list_pop_head(&living)))
        for_each_kept(list_entry(link, struct socket, candidate_link), spare, &living);
}

void flight_collect(void)
{
    struct list candidates = LIST_INIT(candidates), garbage = LIST_INIT(garbage), *link;

    spin_lock(&sockets_lock);
    find_candidates(&candidates);
    spare_reachable(&candidates);
    while ((link = list_pop_head(&candidates))) {
        struct socket *s = list_entry(link, struct socket, candidate_link), *end;

        s->is_candidate = false;
        inbox_empty_locked(s, &garbage);
        list_for_each_entry(end, &s->arrivals, arrival_link)
            inbox_empty_locked(end, &garbage);
    }
    spin_unlock(&sockets_lock);
    messages_free(&garbage);
}
