/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/policy_random.c */
/* Counts off a random number of pages on the list instead of drawing frames. */

static struct page *random_next(struct page_lists *l)
{
    struct list *at = &l->inactive;

    if (list_is_empty(at))
        return NULL;
    for (uint64_t steps = DRAWS + port_random() % l->ninactive; steps > 0; steps--) {
        at = at->next;
        if (at == &l->inactive)
            at = at->next;
    }
    return at == &l->inactive ? policy_oldest_inactive(l) : container_of(at, struct page, link);
}
