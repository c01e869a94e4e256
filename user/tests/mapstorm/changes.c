/* SPDX-License-Identifier: MIT */
/*
 * changes.c - mapping, unmapping, protecting, storing, advising, and processes that have
 * the same memory.
 */
#include "user/tests/mapstorm/storm.h"

static const int prots[] = { PROT_NONE, PROT_READ, RW, RW, RW };

void choose_range(void)
{
    doing.first = rand_below(&test_rand, ARENA);
    doing.count = rand_range(&test_rand, 1, LONGEST);
    if (doing.count > ARENA - doing.first)
        doing.count = ARENA - doing.first;
}

/* Shared memory of that size, all zero; NOBODY if there are too many. */
static uint8_t new_object(size_t npages)
{
    for (uint8_t i = THE_FILE + 1; i < OBJECTS; i++)
        if (!objects[i].users) {
            memset(objects[i].value, 0, sizeof(objects[i].value));
            objects[i].npages = npages;
            return i;
        }
    return NOBODY;
}

void do_map(void)
{
    size_t kind = rand_below(&test_rand, 5);
    bool of_file = kind == 1 || kind == 2;
    struct record r = {
        .mapped = true,
        .shared = kind == 2 || kind == 3,
        .prot = (uint8_t)prots[rand_below(&test_rand, COUNT(prots))],
        .object = NOBODY,
    };
    int flags = MAP_FIXED | (r.shared ? MAP_SHARED : MAP_PRIVATE) | (of_file ? 0 : MAP_ANONYMOUS);

    choose_range();
    doing.what = "mmap";
    doing.flags = kind;
    if (of_file) {
        r.object = THE_FILE;
        r.index = (uint8_t)rand_below(&test_rand, OBJECT_PAGES);
    } else if (r.shared) {
        r.object = new_object(doing.count);
        if (r.object == NOBODY)
            return;
    }
    REQUIRE(mmap(page(doing.first), doing.count * PAGE, r.prot, flags, of_file ? file : -1,
                 (off_t)(r.index * PAGE)) == page(doing.first));
    for (size_t i = 0; i < doing.count; i++)
        put(doing.first + i, fresh(r, i));
}

void do_unmap(void)
{
    choose_range();
    doing.what = "munmap";
    EXPECT_OK(munmap(page(doing.first), doing.count * PAGE));
    clear(doing.first, doing.count);
}

/* A hole stops it; what lies before it is changed all the same. */
void do_protect(void)
{
    int prot = prots[rand_below(&test_rand, COUNT(prots))], r;
    size_t n = 0;

    choose_range();
    doing.what = "mprotect";
    doing.flags = (unsigned long)prot;
    r = mprotect(page(doing.first), doing.count * PAGE, prot);
    for (; n < doing.count && model[doing.first + n].mapped; n++)
        model[doing.first + n].prot = (uint8_t)prot;
    EXPECT_EQ(r, n < doing.count ? -1 : 0);
    if (r)
        EXPECT_EQ(errno, ENOMEM);
}

static void store(size_t i)
{
    struct record *r = &model[i];
    uint8_t value = (uint8_t)rand_next(&test_rand);
    volatile uint8_t *p = (volatile uint8_t *)page(i);

    p[0] = p[PAGE - 1] = value;
    if (r->shared) {
        objects[r->object].value[r->index] = value;
    } else {
        r->own = true;
        r->value = value;
    }
}

void do_store(void)
{
    choose_range();
    doing.what = "store";
    for (size_t i = doing.first; i < doing.first + doing.count; i++)
        if (is_writable(&model[i]))
            store(i);
        else if (can_be_written(page(i)))
            fail(__FILE__, __LINE__, "page %zu can be written", i);
}

/* The child has its own pages as they were, and what it stores in private ones stays with
 * it.  What the others show, the parent may be changing. */
static void store_in_private(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARENA; i++) {
        if (is_writable(&model[i]) && !model[i].shared)
            store(i);
        if (model[i].own)
            check_page(i);
    }
}

static void become_another(void *arg)
{
    store_in_private(arg);
    exec_test("/proc/self/exe", "another");
}

void do_fork(void)
{
    pid_t pid = start_child(store_in_private, NULL);

    doing.what = "fork";
    do_store();
    EXPECT_CHILD(pid);
    check_pages(0, ARENA);
}

/* A hole is complained of, but the rest is advised all the same. */
void do_advise(void)
{
    static const int advices[] = { MADV_DONTNEED, MADV_DONTNEED, MADV_COLD, MADV_WILLNEED };
    int advice = advices[rand_below(&test_rand, COUNT(advices))], r;
    bool has_hole = false;

    choose_range();
    doing.what = "madvise";
    doing.flags = (unsigned long)advice;
    r = madvise(page(doing.first), doing.count * PAGE, advice);
    for (size_t i = doing.first; i < doing.first + doing.count; i++) {
        has_hole |= !model[i].mapped;
        if (advice == MADV_DONTNEED && !model[i].shared)
            model[i] = fresh(model[i], 0);
    }
    EXPECT_EQ(r, has_hole ? -1 : 0);
    if (r)
        EXPECT_EQ(errno, ENOMEM);
}

void do_exec(void)
{
    doing.what = "exec";
    EXPECT_EQ(run_child(become_another, NULL), 0);
    check_pages(0, ARENA);
}
