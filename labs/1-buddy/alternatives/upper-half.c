/* SPDX-License-Identifier: MIT */
/* into: kernel/mm/buddy.c */
/* Hands out the upper half of what it halves. */

static struct page *take(struct buddy *b, const struct source *s, unsigned order)
{
    struct page *page = first_block(b, s);

    remove_block(b, page, s->order, s->mobility);
    for (unsigned k = s->order; k-- > order; page += 1UL << k)
        insert_block(b, page, k, s->mobility);
    page->identity = PAGE_OWNED;
    page->order = order;
    return page;
}
