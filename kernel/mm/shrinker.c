/* SPDX-License-Identifier: MIT */
/*
 * shrinker.c - the caches that can give memory back.
 *
 * Each is asked for its share of what is wanted, by how much it could give.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/page_alloc.h"
#include "lib/bitops.h"

static struct list shrinkers = LIST_INIT(shrinkers);

void shrinker_register(struct shrinker *s)
{
    list_insert_tail(&shrinkers, &s->link);
}

size_t shrink_all(size_t nr, gfp_t gfp)
{
    struct shrinker *s;
    size_t total = 0, freed = 0;

    list_for_each_entry(s, &shrinkers, link)
        total += s->count(s);
    list_for_each_entry(s, &shrinkers, link) {
        size_t share = total ? div_round_up(s->count(s) * nr, total) : 0;

        count_vm_events(VM_SLABS_SCANNED, share);
        if (share)
            freed += s->scan(s, share, gfp);
    }
    return freed;
}
