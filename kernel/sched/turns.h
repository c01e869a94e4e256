/* SPDX-License-Identifier: MIT */
/*
 * turns.h - who may hold a sleeping lock, and whose turn is next.  Mutexes and
 * reader-writer semaphores are made of it; nobody else needs it.
 *
 * One word says it all while nobody waits: a holder enters with one compare-and-swap
 * and leaves with one addition.  Who must wait queues and sets TURNS_WAITING, which shuts
 * the quick ways in and sends those who leave to the queue: they hand the lock
 * to its head - one writer, or all readers that stand in front.  So nobody
 * overtakes, and a waiter waits for those only who came before it.
 *
 * While the queue's lock is held and TURNS_WAITING is set, the word changes in
 * one way only: holders leave.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/list.h"

#define TURNS_WAITING 1UL       /* the queue is not empty */
#define TURNS_WRITER 2UL
#define TURNS_READER 4UL        /* the unit in which readers are counted */

struct thread;

struct turns {
    uint64_t word;              /* TURNS_...                               [a] */
    struct spinlock lock;       /* RANK_WAIT, taken with interrupts off        */
    struct list queue;          /* struct turn, the oldest first           [l] */
};

/* A waiter; it lies on its thread's stack. */
struct turn {
    struct list link;           /*                                         [l] */
    struct thread *thread;      /*                                         [c] */
    bool writes;                /*                                         [c] */
    bool granted;               /* off the queue, and a holder now         [a] */
};

void turns_init(struct turns *t);

/* The quick ways in; false if somebody holds the lock or waits for it. */
static inline bool turns_try_read(struct turns *t)
{
    uint64_t word = __atomic_load_n(&t->word, __ATOMIC_RELAXED);

    while (!(word & (TURNS_WAITING | TURNS_WRITER))) {
        if (__atomic_compare_exchange_n(&t->word, &word, word + TURNS_READER, true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}

static inline bool turns_try_write(struct turns *t)
{
    uint64_t free = 0;

    return __atomic_compare_exchange_n(&t->word, &free, TURNS_WRITER, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Leave.  If false is returned, turns_next() must be called. */
static inline bool turns_end_read(struct turns *t)
{
    return __atomic_sub_fetch(&t->word, TURNS_READER, __ATOMIC_RELEASE) != TURNS_WAITING;
}

static inline bool turns_end_write(struct turns *t)
{
    return __atomic_sub_fetch(&t->word, TURNS_WRITER, __ATOMIC_RELEASE) != TURNS_WAITING;
}

/* The rest is called with the queue's lock held. */

/* Queue W.  It may be its turn at once: turns_next() must be called. */
void turns_join(struct turns *t, struct turn *w);

/* If it is the turn of the oldest waiter, make it a holder and take it off the
 * queue; call again until NULL.  `granted` is the caller's to set: after that the
 * waiter may go. */
struct turn *turns_next(struct turns *t);

/* Take W, not granted, off the queue: those behind it may have waited for it
 * only, so turns_next() must be called. */
void turns_leave(struct turns *t, struct turn *w);
