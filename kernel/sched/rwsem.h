/* SPDX-License-Identifier: MIT */
/*
 * rwsem.h - many readers or one writer, any of whom may sleep.  Writers are not
 * starved: a waiting writer stops new readers.
 */
#pragma once
#include "kernel/sched/wait.h"

struct rwsem {
    int64_t count;              /* readers, or -1 for a writer            [a] */
    uint32_t writers_waiting;   /*                                        [a] */
    struct thread *writer;      /*                                        [a] */
    struct wait_queue wq;
    uint8_t rank;
    const char *name;
};

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name);
void rwsem_read_lock(struct rwsem *s);
bool rwsem_read_trylock(struct rwsem *s);
void rwsem_read_unlock(struct rwsem *s);
void rwsem_write_lock(struct rwsem *s);
void rwsem_write_lock_nested(struct rwsem *s);      /* second of its rank */
bool rwsem_write_trylock(struct rwsem *s);
void rwsem_write_unlock(struct rwsem *s);
void rwsem_downgrade(struct rwsem *s);              /* writer -> reader   */
bool rwsem_is_locked(const struct rwsem *s);
bool rwsem_is_write_mine(const struct rwsem *s);
