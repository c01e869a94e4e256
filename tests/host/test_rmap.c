// sources: kernel/vm/rmap.c kernel/vm/anon_vma.c kernel/vm/vmaset.c lib/interval.c lib/rbtree.c tests/host/spaces.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_rmap.c - the reverse map against a look at every entry of every address space.
 *
 * Spaces map, write, fork, move, unmap and end at random.  From each page that is asked
 * about, a walk must come to every place that maps it; of a file, to no other place.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/host/shim.h"
#include "tests/host/spaces.h"

static struct rand rng;

/* Places that a walk came to. */
static unsigned came[SPACES][SPACE_PAGES];
static size_t nsteps;
static int32_t left;            /* entries of the page to find, before the walk may end */

static bool note(struct mm *mm, vaddr_t va, void *arg)
{
    struct space *s = space_of(mm);

    nsteps++;
    cr_assert(s->alive && va < USER_END);
    if (va < space_va(0) || va >= space_va(SPACE_PAGES))
        return true;
    came[s - spaces][space_page(va)]++;
    if (s->pte[space_page(va)].bits && page_of(s->pte[space_page(va)]) == arg)
        left -= came[s - spaces][space_page(va)] == 1;
    return left > 0;
}

/* Look for N entries of PAGE; whether there may be others. */
static bool walk_for(struct page *page, struct anon_vma *a, int32_t n)
{
    bool more;

    memset(came, 0, sizeof(came));
    nsteps = 0;
    left = n;
    more = rmap_walk(page, a, note, page);
    cr_assert_eq(shim_locks_held(), 0);
    return more;
}

/* Look for PAGE everywhere. */
static void walk(struct page *page, struct anon_vma *a)
{
    cr_assert(walk_for(page, a, INT32_MAX));
}

/* An anonymous page is found where it is.  (Elsewhere, too: who looks compares.) */
static void check_anon(struct page *page)
{
    struct anon_vma *a = anon_vma_of(page);
    int32_t found = 0;

    cr_assert_not_null(a);
    walk(page, a);
    for (size_t s = 0; s < SPACES; s++) {
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++) {
            if (!spaces[s].pte[i].bits || page_of(spaces[s].pte[i]) != page)
                continue;
            found++;
            cr_assert(came[s][i], "space %zu, page %zu: index %lx not found", s, i, page->index);
        }
    }
    cr_assert_eq(found, page->mapcount);
    cr_assert(!walk_for(page, a, found), "all are found");
    cr_assert_eq(left, 0);
    anon_vma_put(a);
}

/* A file's page is looked for in each VMA that shows it, once, and nowhere else. */
static void check_file(size_t object, uint64_t index)
{
    walk(object_page(object, index), NULL);
    for (size_t s = 0; s < SPACES; s++) {
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++) {
            struct vma *vma = vmaset_find(&spaces[s].mm.vmas, space_va(i));
            bool shows = vma && vma->mapping == &objects[object]
                         && vma_pgoff(vma, space_va(i)) == index;

            cr_assert_eq(came[s][i], shows, "space %zu, page %zu of object %zu, page %lu", s, i,
                         object, index);
        }
    }
}

static bool has_file_page(const struct space *s, size_t i, size_t object, uint64_t first,
                          uint64_t end)
{
    const struct page *page = s->pte[i].bits ? page_of(s->pte[i]) : NULL;

    return page && page->identity == PAGE_CACHE && page->mapping == &objects[object]
           && page->index >= first && page->index < end;
}

/* Whether entry I of S should survive that pages [FIRST, END) of an object are unmapped. */
static bool survives(struct space *s, size_t i, size_t object, uint64_t first, uint64_t end,
                     bool private_too)
{
    struct vma *vma = vmaset_find(&s->mm.vmas, space_va(i));
    uint64_t index = vma ? vma_pgoff(vma, space_va(i)) : 0;

    if (!vma || vma->mapping != &objects[object] || index < first || index >= end)
        return true;
    return !private_too && s->pte[i].bits && page_of(s->pte[i])->identity == PAGE_ANON;
}

/* Truncation: no entry of these pages is left, all others are. */
static void unmap_pages(size_t object, uint64_t first, uint64_t end)
{
    static uint64_t want[SPACES][SPACE_PAGES];
    bool private_too = rand_one_in(&rng, 2);

    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++)
            want[s][i] = survives(&spaces[s], i, object, first, end, private_too)
                         ? spaces[s].pte[i].bits : 0;
    mapping_ops->unmap_range(&objects[object], first, end, private_too);
    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++)
            cr_assert_eq(spaces[s].pte[i].bits, want[s][i], "space %zu, page %zu", s, i);
}

/* Nobody can store to the page unseen, and it was dirty if one entry was. */
static void clean_page(size_t object, uint64_t index)
{
    bool dirty = false;

    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++)
            if (has_file_page(&spaces[s], i, object, index, index + 1))
                dirty |= spaces[s].pte[i].bits & PTE_D;
    cr_assert_eq(mapping_ops->mkclean(object_page(object, index)), dirty);
    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; spaces[s].alive && i < SPACE_PAGES; i++)
            if (has_file_page(&spaces[s], i, object, index, index + 1))
                cr_assert(!(spaces[s].pte[i].bits & (PTE_W | PTE_D)));
}

static void check_all(void)
{
    for (size_t s = 0; s < SPACES; s++) {
        if (!spaces[s].alive)
            continue;
        vmaset_check(&spaces[s].mm.vmas);
        for (size_t i = 0; i < SPACE_PAGES; i++)
            if (spaces[s].pte[i].bits && page_of(spaces[s].pte[i])->identity == PAGE_ANON)
                check_anon(page_of(spaces[s].pte[i]));
    }
    for (size_t o = 0; o < OBJECTS; o++) {
        cr_assert_null(rb_check(&objects[o].mmap_tree, NULL));
        for (uint64_t index = 0; index < OBJECT_PAGES; index += 7)
            check_file(o, index);
    }
}

/* Random steps */

static struct space *any_space(void)
{
    for (;;) {
        struct space *s = &spaces[rand_below(&rng, SPACES)];

        if (s->alive)
            return s;
    }
}

static size_t count_spaces(void)
{
    size_t n = 0;

    for (size_t s = 0; s < SPACES; s++)
        n += spaces[s].alive;
    return n;
}

/* Map what the VMA behind [FIRST, FIRST+N) would show there, so that it grows down. */
static void map_below(struct space *s, size_t first, size_t n)
{
    struct vma *next = vmaset_find(&s->mm.vmas, space_va(first + n));

    if (next && next->pgoff >= n && next->mapping && space_unmap(s, first, n))
        space_map(s, first, n, (int)(next->mapping - objects), next->pgoff - n, next->flags);
}

static void map_something(struct space *s, size_t first, size_t n)
{
    int object = (int)rand_below(&rng, 2 * OBJECTS) - OBJECTS;
    uint32_t flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;
    /* Often the offset that lets neighbours become one. */
    uint64_t index = rand_one_in(&rng, 3) ? rand_below(&rng, OBJECT_PAGES - SPACE_PAGES) : first;

    if (object >= 0 && rand_one_in(&rng, 2))
        flags |= VM_SHARED;
    if (space_unmap(s, first, n))
        space_map(s, first, n, object, index, flags);
}

static void move_something(struct space *s, size_t first, size_t n)
{
    struct vma *vma = vmaset_find(&s->mm.vmas, space_va(first));
    size_t to;

    if (!vma)
        return;
    n = MIN(n, space_page(vma->end) - first);
    to = rand_below(&rng, SPACE_PAGES - n + 1);
    if (to + n > first && to < first + n)
        return;
    if (space_unmap(s, to, n))
        space_move(s, first, n, to);
}

static void step(void)
{
    struct space *s = any_space();
    size_t first = rand_below(&rng, SPACE_PAGES);
    size_t n = 1 + rand_below(&rng, MIN(SPACE_PAGES - first, rand_one_in(&rng, 4) ? 24UL : 4UL));
    size_t object = rand_below(&rng, OBJECTS);
    uint64_t index = rand_below(&rng, OBJECT_PAGES);

    switch (rand_below(&rng, 24)) {
    case 0:
        if (rand_one_in(&rng, 3))
            map_below(s, first, n);
        else
            map_something(s, first, n);
        break;
    case 1: space_unmap(s, first, n); break;
    case 2: space_protect(s, first, n, VM_READ | (rand_one_in(&rng, 2) ? VM_WRITE : 0)); break;
    case 3:
    case 4: move_something(s, first, n); break;
    case 5: space_fork(s); break;
    case 6:
        if (count_spaces() > 1)
            space_exit(s);
        break;
    case 7: unmap_pages(object, index, index + rand_below(&rng, OBJECT_PAGES - index)); break;
    case 8: clean_page(object, index); break;
    case 9: check_file(object, index); break;
    default: space_touch(s, first, !rand_one_in(&rng, 3)); break;
    }
    if (s->alive && s->pte[first].bits && page_of(s->pte[first])->identity == PAGE_ANON)
        check_anon(page_of(s->pte[first]));
}

static void run(uint64_t seed, int steps, unsigned fail_one_in)
{
    rand_seed(&rng, seed);
    shim_seed(seed);
    spaces_init();
    space_create();
    spaces_fail_one_in(fail_one_in);
    for (int i = 0; i < steps; i++) {
        step();
        if (i % 512 == 0)
            check_all();
    }
    check_all();
    spaces_fini();
}

Test(rmap, a_million_steps, .timeout = 250)
{
    for (uint64_t seed = 1; seed <= 8; seed++)
        run(seed, 125000, 0);
}

Test(rmap, without_memory_now_and_then, .timeout = 100)
{
    for (uint64_t seed = 1; seed <= 8; seed++)
        run(seed, 20000, 6);
}

/* By hand */

static struct space *make_parent(void)
{
    struct space *s;

    spaces_init();
    s = space_create();
    space_map(s, 10, 4, -1, 0, VM_READ | VM_WRITE);
    space_touch(s, 10, true);
    return s;
}

static struct page *page_at(const struct space *s, size_t i)
{
    return page_of(s->pte[i]);
}

static void walk_from(struct page *page)
{
    struct anon_vma *a = anon_vma_of(page);

    walk(page, a);
    anon_vma_put(a);
}

Test(rmap, what_a_child_wrote_is_found_in_one_step)
{
    struct space *parent = make_parent(), *child[SPACES - 1];

    for (size_t i = 0; i < SPACES - 1; i++)
        child[i] = space_fork(parent);
    walk_from(page_at(parent, 10));
    cr_assert_eq(nsteps, SPACES);
    for (size_t i = 0; i < SPACES - 1; i++)
        space_touch(child[i], 10, true);
    walk_from(page_at(child[3], 10));
    cr_assert_eq(nsteps, 1);
    cr_assert_eq(came[child[3] - spaces][10], 1);
    spaces_fini();
}

/* Each lives on in its child: what their forefathers stood in goes. */
Test(rmap, generations_leave_nothing_behind)
{
    struct space *s = make_parent(), *child;

    for (int i = 0; i < 100; i++) {
        child = space_fork(s);
        space_exit(s);
        space_touch(child, 10, true);           /* the forefather's page, now alone */
        space_clear(child, 11);
        space_touch(child, 11, true);           /* a page of its own */
        s = child;
        cr_assert_leq(spaces_objects(), 2, "%zu in generation %d", spaces_objects(), i);
    }
    walk_from(page_at(s, 10));
    cr_assert_eq(nsteps, 1);
    spaces_fini();
}

Test(rmap, a_page_is_found_where_it_moved)
{
    struct space *s = make_parent(), *child;

    cr_assert(space_move(s, 10, 4, 40));
    child = space_fork(s);
    cr_assert(space_move(child, 40, 4, 2));
    walk_from(page_at(s, 40));
    cr_assert(came[s - spaces][40] && came[child - spaces][2]);
    cr_assert_eq(page_at(child, 2), page_at(s, 40));
    cr_assert(space_move(s, 40, 4, 10), "home again");
    walk_from(page_at(s, 10));
    cr_assert(came[s - spaces][10] && came[child - spaces][2]);
    spaces_fini();
}

/* Who has found all leaves; but while a fork goes on there may be others. */
Test(rmap, a_walk_ends_where_it_is_told_to)
{
    struct space *parent = make_parent(), *child = space_fork(parent), *next;
    struct page *page = page_at(parent, 10);
    struct anon_vma *a = anon_vma_of(page);

    cr_assert(!walk_for(page, a, 1));
    cr_assert(!walk_for(page, a, 2));
    cr_assert(walk_for(page, a, 3));
    next = space_create();
    anon_space_fork(&next->mm, &child->mm);
    cr_assert(walk_for(page, a, 1));
    cr_assert_eq(nsteps, 3);
    anon_space_forked(&child->mm);
    cr_assert(!walk_for(page, a, 1));
    anon_vma_put(a);
    spaces_fini();
}

Test(rmap, who_holds_an_anon_vma_keeps_it)
{
    struct space *s = make_parent();
    struct page *page = page_at(s, 10);
    struct anon_vma *a = anon_vma_of(page);

    space_exit(s);
    cr_assert_null(anon_vma_of(page), "nobody maps it");
    cr_assert_eq(spaces_objects(), 1);
    walk(&(struct page){ .identity = PAGE_ANON }, a);
    cr_assert_eq(nsteps, 0);
    anon_vma_put(a);
    cr_assert_eq(spaces_objects(), 0);
    spaces_fini();
}
