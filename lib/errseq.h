/* SPDX-License-Identifier: MIT */
/*
 * errseq.h - an error that each of many is told of once.
 *
 * A write fails behind everybody's back, and several have the file open: each of
 * them must learn of it the next time it asks, and none of them twice.  So an error
 * is not taken away by the first who asks.  It stays here, with a count of the errors
 * so far, and each who watches keeps the word it has seen last:
 *
 *     | count of errors ... | seen | errno |
 *                             12     11..0
 *
 * The count goes up only if somebody has seen the error before, since otherwise
 * nobody could tell the two apart.  Who begins to watch starts from an error that
 * has been seen, and is told of one that has not: nobody else may ever ask.
 * (The idea is Jeff Layton's errseq_t, for Linux 4.13.)
 *
 * All changes are atomic: from any context, without a lock.
 */
#pragma once
#include "lib/types.h"

#define ERRSEQ_ERRNO 0xfffu
#define ERRSEQ_SEEN  0x1000u
#define ERRSEQ_ONE   0x2000u

struct errseq {
    uint32_t word;
};

/* There was ERROR, a negated errno. */
static inline void errseq_set(struct errseq *e, int error)
{
    uint32_t old = __atomic_load_n(&e->word, __ATOMIC_RELAXED), new;

    do
        new = ((old & ~(ERRSEQ_ERRNO | ERRSEQ_SEEN)) + (old & ERRSEQ_SEEN ? ERRSEQ_ONE : 0))
              | (uint32_t)-error;
    while (!__atomic_compare_exchange_n(&e->word, &old, new, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

/* From where one who begins to watch now should look on. */
static inline uint32_t errseq_sample(const struct errseq *e)
{
    uint32_t word = __atomic_load_n(&e->word, __ATOMIC_ACQUIRE);

    return word & ERRSEQ_SEEN ? word : 0;
}

/* The last error since *SINCE, as a negated errno, or 0; it is not told again to the owner of
 * *SINCE. */
static inline int errseq_check(struct errseq *e, uint32_t *since)
{
    uint32_t word = __atomic_load_n(&e->word, __ATOMIC_ACQUIRE);

    if (word == __atomic_load_n(since, __ATOMIC_RELAXED))
        return 0;
    word = __atomic_or_fetch(&e->word, ERRSEQ_SEEN, __ATOMIC_ACQ_REL);
    return __atomic_exchange_n(since, word, __ATOMIC_RELAXED) == word ? 0
                                                                      : -(int)(word & ERRSEQ_ERRNO);
}
