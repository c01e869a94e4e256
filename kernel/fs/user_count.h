/* SPDX-License-Identifier: MIT */
/*
 * user_count.h - how much of something each user has, where that is limited for all of his
 * processes together.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/list.h"

/* One kind of thing. */
struct user_counts {
    struct spinlock lock;               /* RANK_USER_COUNT                     */
    struct list users;                  /* who have some                   [l] */
};

#define USER_COUNTS_INIT(name_, what)                                          \
    { .lock = SPINLOCK_INIT(RANK_USER_COUNT, what), .users = LIST_INIT((name_).users) }

/* What one user has of it: in memory as long as that is something. */
struct user_count {
    struct list link;                   /*                       [counts->lock] */
    uint32_t uid;                       /*                                  [c] */
    size_t n;                           /*                       [counts->lock] */
};

/* N more for UID, who may have had MOST until now; his count is *OUT until they are returned.
 * 0, -EDQUOT, -ENOMEM. */
int user_count_charge(struct user_counts *counts, uint32_t uid, size_t n, size_t most,
                      struct user_count **out);
/* N more for the user of C, who has some.  0, -EDQUOT. */
int user_count_add(struct user_counts *counts, struct user_count *c, size_t n, size_t most);
/* N less.  With the last, C is no more. */
void user_count_return(struct user_counts *counts, struct user_count *c, size_t n);
