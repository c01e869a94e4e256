/* SPDX-License-Identifier: MIT */
/*
 * commit.c - the sum of all promises, and the three ways to decide.
 */
#include "kernel/mm/commit.h"
#include "kernel/mm/page_alloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* As Linux: enough to log in and kill something, where there is that much. */
#define MAX_USER_RESERVE_KB (128U << 10)
#define MAX_ADMIN_RESERVE_KB (8U << 10)
#define RESERVE_SHARE 32                /* of free memory, and of a process's space */

#define KB_TO_PAGES(kb) ((size_t)(kb) >> (PAGE_SHIFT - 10))

struct hart_commit hart_commit[MAX_HARTS];
unsigned overcommit_memory = COMMIT_GUESS, overcommit_ratio = 50, overcommit_kbytes;
unsigned user_reserve_kbytes, admin_reserve_kbytes;
size_t commit_unchecked = SIZE_MAX;
static size_t swap_pages;

static bool (*is_privileged)(void);

void commit_set_privilege(bool (*fn)(void))
{
    is_privileged = fn;
}

size_t commit_pages_of(enum commit_kind kind)
{
    int64_t n = 0;

    for (unsigned i = 0; i < nr_harts; i++)
        n += __atomic_load_n(&hart_commit[i].pages[kind], __ATOMIC_RELAXED);
    return n > 0 ? (size_t)n : 0;
}

size_t commit_pages(void)
{
    return commit_pages_of(COMMIT_PRIVATE) + commit_pages_of(COMMIT_FILES);
}

size_t commit_limit(void)
{
    if (overcommit_kbytes)
        return KB_TO_PAGES(overcommit_kbytes) + swap_pages;
    return nr_managed_pages() * overcommit_ratio / 100 + swap_pages;
}

/* What of the limit a process with SPACE pages may not use. */
static size_t reserve(size_t space)
{
    size_t n = MIN(space / RESERVE_SHARE, KB_TO_PAGES(user_reserve_kbytes));

    return is_privileged() ? n : n + KB_TO_PAGES(admin_reserve_kbytes);
}

bool commit_fits(void)
{
    return overcommit_memory != COMMIT_NEVER || commit_pages() < commit_limit();
}

/* Promises are made first and looked at then: two at once may both be refused, but never
 * exceed the limit together. */
int commit_charge_checked(enum commit_kind kind, size_t npages, size_t space)
{
    if (overcommit_memory != COMMIT_NEVER)
        return -ENOMEM;
    commit_add(kind, (int64_t)npages);
    if (commit_pages() + reserve(space) < commit_limit())
        return 0;
    commit_uncharge(kind, npages);
    return -ENOMEM;
}

void commit_mode_changed(void)
{
    if (overcommit_memory == COMMIT_GUESS)
        commit_unchecked = nr_managed_pages() + swap_pages;
    else
        commit_unchecked = overcommit_memory == COMMIT_NEVER ? 0 : SIZE_MAX;
}

void commit_set_swap(size_t npages)
{
    swap_pages = npages;
    commit_mode_changed();
}

void commit_init(void)
{
    unsigned share = (unsigned)(nr_free_pages() << (PAGE_SHIFT - 10)) / RESERVE_SHARE;

    user_reserve_kbytes = MIN(share, MAX_USER_RESERVE_KB);
    admin_reserve_kbytes = MIN(share, MAX_ADMIN_RESERVE_KB);
    commit_mode_changed();
}
