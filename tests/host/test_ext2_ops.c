// sources: @ext2
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_ops.c - the whole of ext2 on the page cache, against a model, with
 * the host's e2fsck and debugfs as judges.
 *
 * The model is a tree of nodes in memory.  A storm picks random operations,
 * predicts what each must answer, compares now and then everything that can be
 * seen, forgets caches, mounts anew, and asks e2fsck.
 */
#include "tests/host/shim.h"
#include "tests/host/test_ext2_ops/model.h"

static void judge(void)
{
    check_all();
    ext2_alloc_check(&fs()->alloc);
    cr_assert(shim_locks_held() == 0);
    if (norphans == 0) {
        cr_assert(fake_sync(sb) == 0);
        cr_assert(image_is_sound(image));
    }
}

static void storm(unsigned steps, uint64_t seed)
{
    shim_seed(seed);
    model_init();
    for (unsigned i = 1; i <= steps; i++) {
        random_op();
        if (below(100) == 0)
            fake_drop_caches(sb);
        if (i % 500 == 0)
            judge();
        if (i % 1500 == 0) {
            close_all();
            remount();
            judge();
        }
    }
    close_all();
    check_all();
    for (int i = 0; i < NODES; i++)
        forget_content(&nodes[i]);
}

Test(ext2_ops, storm_on_what_mke2fs_makes_by_default)
{
    start("-t ext2 -b 4096", 64 * MiB);
    storm(6000, 1);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_with_small_inodes_and_many_groups)
{
    start("-t ext2 -b 4096 -I 128 -g 512 -N 256", 24 * MiB);
    cr_assert(fs()->geo.ngroups == 12);
    storm(6000, 2);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_on_a_full_disk)
{
    start("-t ext2 -b 4096 -g 256 -N 64 -m 0", 3 * MiB);
    excuses_wanted = true;
    storm(6000, 3);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_with_memory_short)
{
    start("-t ext2 -b 4096 -g 1024 -N 256", 16 * MiB);
    excuses_wanted = true;
    failure_odds = 5;
    storm(6000, 5);
    cr_assert(shim_fail_hits(FAIL_SLAB) > 100 && shim_fail_hits(FAIL_PAGE) > 100, "%u %u",
              shim_fail_hits(FAIL_SLAB), shim_fail_hits(FAIL_PAGE));
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_without_features)
{
    start("-t ext2 -b 4096 -O none -I 128 -g 1024", 16 * MiB);
    cr_assert(!fs()->geo.filetype && !fs()->geo.sparse_super);
    storm(4500, 4);
    finish();
}
