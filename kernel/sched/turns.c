/* SPDX-License-Identifier: MIT */
/*
 * turns.c - the queue in front of a sleeping lock.  No thread sleeps or wakes here.
 */
#include "kernel/sched/turns.h"

void turns_init(struct turns *t)
{
    t->word = 0;
    spin_init(&t->lock, RANK_WAIT, "turns");
    list_init(&t->queue);
}

void turns_join(struct turns *t, struct turn *w)
{
    w->granted = false;
    list_insert_tail(&t->queue, &w->link);
    __atomic_fetch_or(&t->word, TURNS_WAITING, __ATOMIC_RELAXED);
}

static void unlink(struct turns *t, struct turn *w)
{
    list_remove(&w->link);
    if (list_is_empty(&t->queue))
        __atomic_fetch_and(&t->word, ~TURNS_WAITING, __ATOMIC_RELAXED);
}

struct turn *turns_next(struct turns *t)
{
    /* What those who have left did must be seen by those who come. */
    uint64_t word = __atomic_load_n(&t->word, __ATOMIC_ACQUIRE);
    struct turn *w;

    if (list_is_empty(&t->queue))
        return NULL;
    w = list_first_entry(&t->queue, struct turn, link);
    if (w->writes ? word != TURNS_WAITING : (word & TURNS_WRITER) != 0)
        return NULL;
    __atomic_fetch_add(&t->word, w->writes ? TURNS_WRITER : TURNS_READER, __ATOMIC_RELAXED);
    unlink(t, w);
    return w;
}

void turns_leave(struct turns *t, struct turn *w)
{
    unlink(t, w);
}
