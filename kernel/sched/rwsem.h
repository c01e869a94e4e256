/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - many readers or one writer, any of whom may sleep.
 *
 * First come, first served: who must wait is given the lock in the order of
 * arrival, readers that follow each other together.  Nobody overtakes, so neither
 * readers nor writers starve.  It follows that a reader must not lock it again:
 * a writer may have come in between.
 */
#pragma once
#include "kernel/sched/turns.h"
#include "kernel/sched/wait.h"

struct rwsem {
    struct turns turns;
    struct thread *writer;      /*                                         [a] */
    uint8_t rank;               /* enum lock_rank                          [c] */
    const char *name;
};

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name);
void rwsem_read_lock(struct rwsem *s);
/* Fails while somebody waits, too. */
bool rwsem_read_trylock(struct rwsem *s);
void rwsem_read_unlock(struct rwsem *s);
void rwsem_write_lock(struct rwsem *s);
void rwsem_write_lock_nested(struct rwsem *s);      /* second of its rank */
void rwsem_write_unlock(struct rwsem *s);
bool rwsem_is_write_mine(const struct rwsem *s);
