/* SPDX-License-Identifier: MIT */
/* into: kernel/cache/swap_map.c */
/* Looks at one slot after the other, and says who may have it. */

/* Whether all slots of the cluster that begins at FIRST are free. */
static bool cluster_is_free(const struct swap_map *m, size_t first)
{
    for (size_t slot = first; slot < first + SWAP_CLUSTER; slot++)
        if (slot >= m->nslots || bitmap_test(m->taken, slot))
            return false;
    return true;
}

static size_t find_cluster(const struct swap_map *m)
{
    size_t n = m->nslots / SWAP_CLUSTER, at = m->cursor / SWAP_CLUSTER;

    for (size_t i = 0; i < n; i++, at++)
        if (cluster_is_free(m, at % n * SWAP_CLUSTER))
            return at % n * SWAP_CLUSTER;
    return 0;
}

static size_t find_slot(const struct swap_map *m)
{
    size_t slot = m->cursor, found;

    for (; slot % SWAP_CLUSTER && slot < m->nslots; slot++)
        if (!bitmap_test(m->taken, slot))
            return slot;
    found = find_cluster(m);
    for (slot = m->nslots; !found && slot-- > 1;)
        if (!bitmap_test(m->taken, slot))
            found = slot;
    return found;
}

size_t swap_map_alloc(struct swap_map *m, const struct page *page, bool of_file)
{
    size_t slot = find_slot(m);

    if (slot == 0)
        return 0;
    m->cursor = slot + 1;
    m->nfree -= 1;
    bitmap_set(m->taken, slot);
    m->users[slot] = of_file ? 1 : 0;
    m->state[slot] = of_file ? SWAP_OF_FILE : 0;
    set_frame(m, slot, page);
    return slot;
}
