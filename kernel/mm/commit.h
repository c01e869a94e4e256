/* SPDX-License-Identifier: MIT */
/*
 * commit.h - how much memory has been promised, and whether to promise more.
 *
 * Pages are promised when a mapping is made, not when it is touched.  What counts:
 * private memory that may be written, shared memory without a file, and each page of a
 * tmpfs file.  Whoever is given a promise returns it, to the page.
 *
 *   mode 0   refuses what would never fit in memory and swap, however empty the machine is
 *   mode 1   refuses nothing
 *   mode 2   keeps the sum of all promises below commit_limit()
 *
 * The sum is kept per hart: only all of them together mean anything.
 */
#pragma once
#include "kernel/core/hart.h"

enum commit_mode {
    COMMIT_GUESS, COMMIT_ALWAYS, COMMIT_NEVER
};

/* Who was promised the pages: VMAs, or files. */
enum commit_kind {
    COMMIT_PRIVATE, COMMIT_FILES, COMMIT_KINDS
};

struct hart_commit {
    int64_t pages[COMMIT_KINDS];
} __attribute__((aligned(64)));
extern struct hart_commit hart_commit[MAX_HARTS];

/* The settings of /proc/sys/vm; after a change of the mode call commit_mode_changed.  Of
 * ratio (percent of memory) and kbytes (if not 0) one counts, and swap besides. */
extern unsigned overcommit_memory, overcommit_ratio, overcommit_kbytes;
extern unsigned user_reserve_kbytes, admin_reserve_kbytes;
void commit_mode_changed(void);
/* All areas of swap have NPAGES pages now. */
void commit_set_swap(size_t npages);

/* Requests of up to so many pages need no look at the sum.  (private) */
extern size_t commit_unchecked;
int commit_charge_checked(enum commit_kind kind, size_t npages, size_t space);

/* NPAGES more (or less) without a question.  Any context. */
static inline void commit_add(enum commit_kind kind, int64_t npages)
{
    __atomic_fetch_add(&hart_commit[this_hart()->index].pages[kind], npages, __ATOMIC_RELAXED);
}

/* Promise NPAGES to a process whose address space has SPACE pages (0: nobody's).  0, or
 * -ENOMEM and nothing is promised.  Never sleeps. */
static inline int commit_charge(enum commit_kind kind, size_t npages, size_t space)
{
    if (npages > commit_unchecked)
        return commit_charge_checked(kind, npages, space);
    commit_add(kind, (int64_t)npages);
    return 0;
}
static inline void commit_uncharge(enum commit_kind kind, size_t npages)
{
    commit_add(kind, -(int64_t)npages);
}

/* Pages promised now, of one kind and of all; others may be promising. */
size_t commit_pages_of(enum commit_kind kind);
size_t commit_pages(void);
/* How many may be in mode 2. */
size_t commit_limit(void);
/* False: more is promised already than the mode allows. */
bool commit_fits(void);

/* FN says whether the running process may use the reserve kept for root. */
void commit_set_privilege(bool (*fn)(void));
/* All memory is known. */
void commit_init(void);
