/* SPDX-License-Identifier: MIT */
/*
 * sizes.c - sizes of files: holes, the largest, and what lies behind the end.
 */
#include <stdio.h>
#include "tests/host/test_ext2_cases/cases.h"

#define GiB ((uint64_t)1 << 30)

/* Where the next height of tables begins, one page before, one behind, and far away. */
static const uint64_t edges[] = {
    0, 11, 12, 13, 1035, 1036, 1037, 2060, 1036 + 1024 * 1024 - 1, 1036 + 1024 * 1024,
    1036 + 1024 * 1024 + 1023, 1036 + 1024 * 1024 + 1024, 5 * GiB / 4096, 100 * GiB / 4096,
};

static void check_edges(struct inode *inode, uint64_t end)
{
    char text[8], expected[8];

    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        uint64_t pos = edges[i] * 4096 + 100;

        if (pos + 8 > end)
            continue;
        snprintf(expected, sizeof(expected), "%07zu", i);
        cr_assert(fake_read(inode, text, 8, pos) == 8);
        cr_assert_str_eq(text, expected);
        if (pos + 5000 < end && i + 1 < ARRAY_SIZE(edges) && edges[i + 1] > edges[i] + 1) {
            cr_assert(fake_read(inode, text, 1, pos + 4096) == 1 && text[0] == 0, "a hole");
        }
    }
}

Test(ext2_cases, sparse_files_through_all_levels)
{
    struct inode *inode;
    uint32_t before;
    char text[8];

    start(DEFAULT, 16 * MiB);
    before = free_blocks();
    inode = create("sparse");
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        snprintf(text, sizeof(text), "%07zu", i);
        cr_assert(fake_write(inode, text, 8, edges[i] * 4096 + 100) == 8);
    }
    cr_assert(inode->size == 100 * GiB + 108);
    inode_put(inode);
    remount();
    inode = look_up("sparse");
    check_edges(inode, inode->size);
    for (size_t i = ARRAY_SIZE(edges); i-- > 0;) {
        uint64_t size = edges[i] * 4096 + 50;

        cr_assert(fake_truncate(inode, size) == 0);
        check_edges(inode, size);
        ext2_alloc_check(&fs()->alloc);
        if (i % 3 == 0) {
            cr_assert(fake_sync(sb) == 0);
            cr_assert(image_is_sound(image));
        }
    }
    cr_assert(fake_truncate(inode, 0) == 0);
    cr_assert(inode->blocks == 0 && free_blocks() == before);
    inode_put(inode);
    finish();
}

/* A page far behind the others needs several nodes of the tree at the same time. */
Test(ext2_cases, holes_are_read_where_memory_is_scarce)
{
    struct inode *inode;
    char byte = 1;

    start(DEFAULT, 16 * MiB);
    inode = create("hole");
    cr_assert(fake_truncate(inode, 1000 * GiB) == 0);
    fake_memory_scarce(true);
    for (size_t i = 0; i < 8; i++) {
        uint64_t page = (1UL << (4 * i)) % (250 * MiB);

        cr_assert(fake_read(inode, &byte, 1, page * 4096) == 1 && byte == 0, "page %lu", page);
    }
    fake_memory_scarce(false);
    inode_put(inode);
    finish();
}

Test(ext2_cases, the_largest_file)
{
    uint64_t max = ext2_max_size();
    struct inode *inode;
    char c = 'x';

    start(DEFAULT " -O ^large_file", 16 * MiB);
    inode = create("large");
    cr_assert(max > 2000 * GiB && max < 2048 * GiB);
    cr_assert(fake_write(inode, &c, 1, max - 1) == 1);
    cr_assert(fake_write(inode, &c, 1, max) == -EFBIG);
    cr_assert(fake_truncate(inode, max + 1) == -EFBIG);
    cr_assert(inode->size == max);
    inode_put(inode);
    remount();
    inode = look_up("large");
    cr_assert(inode->size == max && fake_read(inode, &c, 1, max - 1) == 1 && c == 'x');
    cr_assert(strstr(debugfs("stats"), "large_file"), "the feature was added");
    inode_put(inode);
    finish();
}

Test(ext2_cases, bytes_behind_the_end_read_as_zeros)
{
    static char data[8192], got[8192];
    struct inode *inode;
    struct page *page;

    start(DEFAULT, 16 * MiB);
    memset(data, 'x', sizeof(data));
    inode = create("file");
    cr_assert(fake_write(inode, data, 8192, 0) == 8192);
    cr_assert(fake_truncate(inode, 5000) == 0);
    fake_drop_caches(sb);
    /* A mapping has scribbled behind the end. */
    cr_assert(page_cache_read(inode->mapping, 1, NULL, &page) == 0);
    memset((char *)page_address(page) + 904, 'm', PAGE_SIZE - 904);
    page_cache_dirty(page);
    put_page(page);
    cr_assert(fake_write(inode, data, 10, 8000) == 10);
    cr_assert(fake_read(inode, got, 8192, 0) == 8010);
    for (int i = 0; i < 8010; i++)
        cr_assert(got[i] == (i < 5000 || i >= 8000 ? 'x' : 0), "byte %d", i);
    /* The tail of a page that is not in memory. */
    cr_assert(fake_truncate(inode, 4097) == 0);
    fake_drop_caches(sb);
    cr_assert(fake_truncate(inode, 100) == 0);
    cr_assert(fake_truncate(inode, 8192) == 0);
    fake_drop_caches(sb);
    cr_assert(fake_read(inode, got, 8192, 0) == 8192);
    for (int i = 0; i < 8192; i++)
        cr_assert(got[i] == (i < 100 ? 'x' : 0), "byte %d", i);
    inode_put(inode);
    finish();
}
