/* SPDX-License-Identifier: MIT */
// sources: kernel/mm/watermark.c
/*
 * test_watermark.c - the marks of zones: the values that Linux's rule is known for, what
 * holds for machines of any size, and a pager and requests that act by them.
 */
#include <criterion/criterion.h>
#include "kernel/mm/watermark.h"
#include "lib/rand.h"

#define MIB 1024UL

Test(watermark, defaults_as_linux_gives_them)
{
    static const struct {
        uint64_t mib, kib;
    } known[] = {
        { 16, 512 },    { 32, 724 },    { 64, 1024 },   { 128, 1448 },   { 256, 2048 },
        { 512, 2896 },  { 1024, 4096 }, { 2048, 5792 }, { 4096, 8192 },  { 8192, 11585 },
        { 16384, 16384 },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        cr_assert_eq(watermark_default_kib(known[i].mib * MIB), known[i].kib, "%lu MiB",
                     known[i].mib);
}

/* Within its bounds it is the integer r with r * r <= 16 * KiB < (r + 1) * (r + 1). */
Test(watermark, default_is_a_root_within_bounds)
{
    struct rand r;

    cr_assert_eq(watermark_default_kib(0), 128);
    cr_assert_eq(watermark_default_kib(1024), 128);
    cr_assert_eq(watermark_default_kib(1UL << 40), 262144);
    rand_seed(&r, 1);
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t kib = rand_range(&r, 1025, 1UL << 32);
        uint64_t root = watermark_default_kib(kib);

        cr_assert_leq(root * root, 16 * kib);
        cr_assert_gt((root + 1) * (root + 1), 16 * kib);
    }
}

Test(watermark, marks_of_a_zone)
{
    size_t mark[MARKS];

    watermark_set(mark, 8192, 8192, 160, 10);           /* the whole machine */
    cr_assert(mark[MARK_MIN] == 160 && mark[MARK_LOW] == 200 && mark[MARK_HIGH] == 240);
    watermark_set(mark, 2048, 8192, 160, 10);           /* its share */
    cr_assert(mark[MARK_MIN] == 40 && mark[MARK_LOW] == 50 && mark[MARK_HIGH] == 60);
    watermark_set(mark, 8192, 8192, 160, 1000);         /* a tenth between the marks */
    cr_assert(mark[MARK_MIN] == 160 && mark[MARK_LOW] == 979 && mark[MARK_HIGH] == 1798);
    watermark_set(mark, 0, 8192, 160, 10);              /* an empty one */
    cr_assert(mark[MARK_MIN] == 0 && mark[MARK_HIGH] == 0);
    watermark_set(mark, 0, 0, 160, 10);
    cr_assert_eq(mark[MARK_MIN], 0);
    watermark_set(mark, 8192, 8192, 0, 10);             /* nothing is to stay free */
    cr_assert(mark[MARK_MIN] == 0 && mark[MARK_LOW] == 8 && mark[MARK_HIGH] == 16);
}

Test(watermark, tiers)
{
    static const size_t mark[MARKS] = { 101, 126, 151 };

    cr_assert_eq(watermark_limit(mark, MARK_MIN, GFP_KERNEL), 101);
    cr_assert_eq(watermark_limit(mark, MARK_MIN, GFP_NOWAIT), 101);
    cr_assert_eq(watermark_limit(mark, MARK_MIN, GFP_ATOMIC), 50);
    cr_assert_eq(watermark_limit(mark, MARK_MIN, GFP_KERNEL | __GFP_MEMALLOC), 0);
    cr_assert_eq(watermark_limit(mark, MARK_MIN, GFP_ATOMIC | __GFP_MEMALLOC), 0);
    for (unsigned i = 0; i < 2; i++) {
        static const gfp_t gfp[2] = { GFP_ATOMIC, GFP_KERNEL | __GFP_MEMALLOC };

        cr_assert_eq(watermark_limit(mark, MARK_LOW, gfp[i]), 126);
        cr_assert_eq(watermark_limit(mark, MARK_HIGH, gfp[i]), 151);
    }
}

/* A machine in numbers: requests of each tier come at random and do what page_alloc.h says
 * they do; a pager frees a few pages per step once it is woken. */
struct machine {
    size_t mark[MARKS], nfree;
    bool pager_works;
    size_t nwakes, nstalls, nrefused;
};

static void request(struct machine *m, gfp_t gfp)
{
    if (m->nfree <= watermark_limit(m->mark, MARK_LOW, gfp) && !m->pager_works) {
        m->pager_works = true;
        m->nwakes++;
    }
    if (m->nfree > watermark_limit(m->mark, MARK_MIN, gfp))
        m->nfree--;
    else if (gfp & __GFP_RECLAIM)
        m->nstalls++;
    else
        m->nrefused++;
}

static void pager_step(struct machine *m, size_t speed)
{
    size_t lack = watermark_lack(m->mark, m->nfree);

    if (m->pager_works && lack)
        m->nfree += lack < speed ? lack : speed;
    if (!watermark_lack(m->mark, m->nfree))
        m->pager_works = false;
}

static struct machine run(size_t speed, unsigned burst, uint64_t seed)
{
    struct machine m = { .nfree = 400 };
    struct rand r;

    rand_seed(&r, seed);
    watermark_set(m.mark, 8192, 8192, 160, 10);
    for (unsigned step = 0; step < 20000; step++) {
        bool worked = m.pager_works;

        for (uint64_t n = rand_below(&r, burst + 1); n > 0; n--)
            request(&m, rand_one_in(&r, 10) ? GFP_ATOMIC : GFP_KERNEL);
        if (worked)
            cr_assert(m.pager_works, "it rests of its own accord only");
        pager_step(&m, speed);
        cr_assert_gt(m.nfree, 0, "the last pages are for reclaim itself");
        if (m.pager_works)
            cr_assert_lt(m.nfree, m.mark[MARK_HIGH]);
        else
            cr_assert_gt(m.nfree, m.mark[MARK_LOW] - burst);
    }
    return m;
}

/* Slower than the pager: nobody waits, and each waking is good for low..high. */
Test(watermark, nobody_waits_for_a_faster_pager)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct machine m = run(16, 16, seed);

        cr_assert_eq(m.nstalls, 0);
        cr_assert_eq(m.nrefused, 0);
        cr_assert_gt(m.nwakes, 100);
        cr_assert_lt(m.nwakes, 20000 * 8 / (m.mark[MARK_HIGH] - m.mark[MARK_LOW]) * 2);
    }
}

/* Faster: who may sleep waits, and atomic requests go on until half of min is left. */
Test(watermark, a_slower_pager_leaves_the_reserve)
{
    struct machine m = run(4, 16, 7);

    cr_assert_gt(m.nstalls, 0);
    cr_assert_geq(m.nfree, m.mark[MARK_MIN] / 2);
}
