/* SPDX-License-Identifier: MIT */
/*
 * user_count.c - how much of something each user has.
 *
 * Few users have any at a time, so a list is enough.
 */
#include "kernel/fs/user_count.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"

static struct user_count *find_locked(const struct user_counts *counts, uint32_t uid)
{
    struct user_count *c;

    list_for_each_entry(c, &counts->users, link)
        if (c->uid == uid)
            return c;
    return NULL;
}

static int add_locked(struct user_count *c, size_t n, size_t most)
{
    if (c->n > most)
        return -EDQUOT;
    c->n += n;
    return 0;
}

int user_count_charge(struct user_counts *counts, uint32_t uid, size_t n, size_t most,
                      struct user_count **out)
{
    struct user_count *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL), *c;
    int err;

    if (!fresh)
        return -ENOMEM;
    fresh->uid = uid;
    spin_lock(&counts->lock);
    c = find_locked(counts, uid);
    if (!c) {
        c = fresh;
        list_insert_tail(&counts->users, &c->link);
    }
    err = add_locked(c, n, most);
    spin_unlock(&counts->lock);
    if (c != fresh)
        kfree(fresh);
    *out = err ? NULL : c;
    return err;
}

int user_count_add(struct user_counts *counts, struct user_count *c, size_t n, size_t most)
{
    int err;

    spin_lock(&counts->lock);
    err = add_locked(c, n, most);
    spin_unlock(&counts->lock);
    return err;
}

void user_count_return(struct user_counts *counts, struct user_count *c, size_t n)
{
    bool last;

    spin_lock(&counts->lock);
    c->n -= n;
    last = c->n == 0;
    if (last)
        list_remove(&c->link);
    spin_unlock(&counts->lock);
    if (last)
        kfree(c);
}
