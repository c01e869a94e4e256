/* SPDX-License-Identifier: MIT */
/*
 * model.c - random mapping, unmapping, protecting and writing in an arena, against a model
 * of what each of its pages should be.
 */
#include "user/tests/mmaptest/mmaptest.h"

#define ARENA 48

static struct {
    bool mapped;
    int prot;
    unsigned char value;        /* of its first byte */
} model[ARENA];

static char *arena;

static void check_arena_page(size_t i)
{
    char *p = arena + i * PAGE;

    if (!model[i].mapped) {
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_MAPERR, p);
    } else if (!(model[i].prot & PROT_READ)) {
        EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    } else {
        EXPECT_EQ(*(volatile unsigned char *)p, model[i].value);
        if (!(model[i].prot & PROT_WRITE))
            EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    }
}

static void check_arena(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARENA; i++)
        check_arena_page(i);
}

static void arena_map(size_t first, size_t count, int prot)
{
    REQUIRE(mmap(arena + first * PAGE, count * PAGE, prot, ANON | MAP_FIXED, -1, 0)
            == arena + first * PAGE);
    for (size_t i = first; i < first + count; i++) {
        model[i].mapped = true;
        model[i].prot = prot;
        model[i].value = 0;
    }
}

static void arena_unmap(size_t first, size_t count)
{
    EXPECT_OK(munmap(arena + first * PAGE, count * PAGE));
    for (size_t i = first; i < first + count; i++)
        model[i].mapped = false;
}

/* A hole stops mprotect; what lies before it is changed all the same. */
static void arena_protect(size_t first, size_t count, int prot)
{
    size_t i = first;
    int r = mprotect(arena + first * PAGE, count * PAGE, prot);

    for (; i < first + count && model[i].mapped; i++)
        model[i].prot = prot;
    EXPECT_EQ(r, i < first + count ? -1 : 0);
    if (r)
        EXPECT_EQ(errno, ENOMEM);
}

static void arena_write(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (model[i].mapped && (model[i].prot & PROT_WRITE)) {
            model[i].value = (unsigned char)rand_next(&test_rand);
            *(volatile unsigned char *)(arena + i * PAGE) = model[i].value;
        }
}

static void random_against_model(void)
{
    static const int prots[] = { PROT_NONE, PROT_READ, RW, RW };

    memset(model, 0, sizeof(model));
    arena = free_place(ARENA + 64) + 32 * PAGE;
    for (int step = 0; step < 600 && !test_failures(); step++) {
        size_t first = rand_below(&test_rand, ARENA);
        size_t count = rand_range(&test_rand, 1, ARENA - first < 12 ? ARENA - first : 12);
        int prot = prots[rand_below(&test_rand, COUNT(prots))];

        switch (rand_below(&test_rand, 6)) {
        case 0:
        case 1:
            arena_map(first, count, prot);
            break;
        case 2:
            arena_unmap(first, count);
            break;
        case 3:
        case 4:
            arena_protect(first, count, prot);
            break;
        default:
            arena_write(first, count);
        }
        check_arena_page(first);
        check_arena_page(first + count - 1);
        check_arena_page(rand_below(&test_rand, ARENA));
        if (step % 100 == 99)
            EXPECT_EQ(run_child(check_arena, NULL), 0);
    }
    check_arena(NULL);
    EXPECT_OK(munmap(arena, ARENA * PAGE));
}

static const struct test tests[] = {
    TEST(random_against_model),
};

const struct test_list model_tests = TEST_LIST(tests);
