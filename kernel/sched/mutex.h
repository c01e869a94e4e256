/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - a lock whose holder may sleep.  First come, first served: the holder
 * hands it to whoever has waited longest, and nobody overtakes.
 */
#pragma once
#include "kernel/sched/turns.h"
#include "kernel/sched/wait.h"

struct mutex {
    struct turns turns;         /* all of them writers                         */
    struct thread *owner;       /*                                         [a] */
    uint8_t rank;               /* enum lock_rank                          [c] */
    const char *name;
};

void mutex_init(struct mutex *m, enum lock_rank rank, const char *name);
void mutex_lock(struct mutex *m);
/* A second mutex of a rank already held, by a caller who knows the order. */
void mutex_lock_nested(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m);      /* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);                /* fails if somebody waits, too */
void mutex_unlock(struct mutex *m);
bool mutex_is_mine(const struct mutex *m);
