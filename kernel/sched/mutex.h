/* SPDX-License-Identifier: MIT */
/*
 * mutex.h - a lock whose holder may sleep.
 */
#pragma once
#include "kernel/sched/wait.h"

struct mutex {
    struct thread *owner;       /* NULL: free                              [a] */
    struct wait_queue wq;
    uint8_t rank;               /* enum lock_rank                          [c] */
    const char *name;
};

void mutex_init(struct mutex *m, enum lock_rank rank, const char *name);
void mutex_lock(struct mutex *m);
/* A second mutex of a rank already held, by a caller who knows the order. */
void mutex_lock_nested(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m);      /* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_mine(const struct mutex *m);
