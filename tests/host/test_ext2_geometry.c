// sources: kernel/fs/ext2/geometry.c lib/fmt.c
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_geometry.c - superblocks and descriptors, good and bad.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "kernel/fs/ext2/geometry.h"
#include "lib/abi/errno.h"
#include "tests/host/shim.h"

static struct ext2_super super;
static struct ext2_geometry geo;
static char why[EXT2_MESSAGE_MAX];

/* What mke2fs -t ext2 -b 4096 makes of 300 MiB. */
static void make_super(void)
{
    super = (struct ext2_super){
        .inodes_count = le32_make(76800),
        .blocks_count = le32_make(76800),
        .r_blocks_count = le32_make(3840),
        .free_blocks_count = le32_make(60000),
        .free_inodes_count = le32_make(76789),
        .log_block_size = le32_make(2),
        .log_frag_size = le32_make(2),
        .blocks_per_group = le32_make(32768),
        .frags_per_group = le32_make(32768),
        .inodes_per_group = le32_make(25600),
        .magic = le16_make(EXT2_MAGIC),
        .state = le16_make(EXT2_STATE_VALID),
        .rev_level = le32_make(1),
        .first_ino = le32_make(11),
        .inode_size = le16_make(256),
        .feature_compat = le32_make(0x38),
        .feature_incompat = le32_make(0x2),
        .feature_ro_compat = le32_make(0x3),
        .reserved_gdt_blocks = le16_make(18),
        .min_extra_isize = le16_make(32),
        .want_extra_isize = le16_make(32),
    };
}

static int read_super(bool writable)
{
    return ext2_geometry_read(&geo, &super, 76800, writable, why);
}

Test(ext2_geometry, a_plain_file_system_is_understood)
{
    make_super();
    cr_assert(read_super(true) == 0, "%s", why);
    cr_assert_str_eq(why, "");
    cr_assert(geo.ngroups == 3 && geo.gdt_blocks == 1 && geo.gdt_reserved == 18);
    cr_assert(geo.itable_blocks == 1600 && geo.extra_isize == 32 && geo.clean);
    cr_assert(geo.filetype && geo.sparse_super && geo.large_file);
    cr_assert(ext2_group_nblocks(&geo, 0) == 32768 && ext2_group_nblocks(&geo, 2) == 11264);
    cr_assert(ext2_group_super_blocks(&geo, 0) == 20 && ext2_group_super_blocks(&geo, 2) == 0);
    cr_assert(ext2_overhead(&geo) == 2 * 20 + 3 * 1602);
    super.inode_size = le16_make(128);
    cr_assert(read_super(true) == 0 && geo.extra_isize == 0 && geo.itable_blocks == 800);
    super.state = le16_make(EXT2_STATE_VALID | EXT2_STATE_ERROR);
    cr_assert(read_super(true) == 0 && !geo.clean);
}

Test(ext2_geometry, backups_are_where_sparse_super_puts_them)
{
    unsigned n = 0;

    make_super();
    cr_assert(read_super(true) == 0);
    for (uint32_t group = 0; group < 400; group++)
        n += ext2_group_super_blocks(&geo, group) > 0;
    cr_assert(n == 2 + 5 + 3 + 3, "0 1, 3 9 27 81 243, 5 25 125, 7 49 343: %u", n);
    cr_assert(ext2_group_super_blocks(&geo, 15) == 0);
    cr_assert(ext2_group_super_blocks(&geo, 343) > 0);
    geo.sparse_super = false;
    cr_assert(ext2_group_super_blocks(&geo, 2) == 20);
}

struct refusal {
    size_t offset, size;
    uint32_t value;
    const char *message;        /* part of it */
};

#define FIELD(f) offsetof(struct ext2_super, f), sizeof(super.f)

static const struct refusal refusals[] = {
    { FIELD(magic), 0x1234, "magic 0x1234 instead of 0xef53" },
    { FIELD(magic), 0, "no ext2 here" },
    { FIELD(rev_level), 0, "revision 0: only revision 1" },
    { FIELD(rev_level), 2, "revision 2" },
    { FIELD(log_block_size), 0, "blocks of 1024 bytes: only 4096 is supported" },
    { FIELD(log_block_size), 6, "blocks of 65536 bytes" },
    { FIELD(log_block_size), 7, "impossible block size" },
    { FIELD(log_block_size), 0xffffffff, "impossible block size" },
    { FIELD(log_frag_size), 1, "fragments" },
    { FIELD(first_data_block), 1, "first data block" },
    { FIELD(blocks_count), 0, "only 0 blocks" },
    { FIELD(blocks_count), 76801, "76801 blocks, but the disk has only 76800" },
    { FIELD(blocks_count), 65536 + 1000, "the last group, of 1000 blocks" },
    { FIELD(blocks_per_group), 0, "blocks per group: 0" },
    { FIELD(blocks_per_group), 32776, "blocks per group: 32776" },
    { FIELD(blocks_per_group), 32764, "blocks per group: 32764" },
    { FIELD(blocks_per_group), 8, "inodes, but" },
    { FIELD(free_blocks_count), 76801, "76801 blocks free" },
    { FIELD(r_blocks_count), 76801, "76801 blocks reserved" },
    { FIELD(inode_size), 0, "inode size: 0" },
    { FIELD(inode_size), 64, "inode size: 64" },
    { FIELD(inode_size), 200, "inode size: 200" },
    { FIELD(inode_size), 8192, "inode size: 8192" },
    { FIELD(inodes_per_group), 0, "inodes per group: 0" },
    { FIELD(inodes_per_group), 32784, "inodes per group: 32784" },
    { FIELD(inodes_per_group), 25601, "inodes per group: 25601" },
    { FIELD(inodes_count), 76799, "76799 inodes, but 3 groups of 25600" },
    { FIELD(free_inodes_count), 76801, "76801 inodes free" },
    { FIELD(first_ino), 10, "first inode: 10" },
    { FIELD(first_ino), 25601, "first inode: 25601" },
    { FIELD(reserved_gdt_blocks), 1025, "1025 blocks reserved for descriptors" },
    { FIELD(feature_incompat), 0x2c2, "feature extents" },
    { FIELD(feature_incompat), 0x82, "feature 64bit" },
    { FIELD(feature_incompat), 0x202, "feature flex_bg" },
    { FIELD(feature_incompat), 0x12, "feature meta_bg" },
    { FIELD(feature_incompat), 0x8002, "feature inline_data" },
    { FIELD(feature_incompat), 0x20002, "feature casefold" },
    { FIELD(feature_incompat), 0x10002, "feature encrypt" },
    { FIELD(feature_incompat), 0x80000002, "unknown incompatible feature 0x80000000" },
    { FIELD(feature_ro_compat), 0x403, "feature metadata_csum" },
    { FIELD(feature_ro_compat), 0x203, "feature bigalloc" },
};

static void set_field(const struct refusal *r)
{
    char *field = (char *)&super + r->offset;

    if (r->size == 2)
        *(struct le16 *)field = le16_make((uint16_t)r->value);
    else
        *(struct le32 *)field = le32_make(r->value);
}

Test(ext2_geometry, what_is_wrong_is_refused_by_name)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        make_super();
        set_field(&refusals[i]);
        for (int writable = 0; writable < 2; writable++) {
            cr_expect(read_super(writable) == -EINVAL, "%s", refusals[i].message);
            cr_expect(strstr(why, refusals[i].message), "expected '%s', got '%s'",
                      refusals[i].message, why);
        }
    }
}

static const struct refusal read_only[] = {
    { FIELD(feature_ro_compat), 0xb, "feature huge_file" },
    { FIELD(feature_ro_compat), 0x13, "feature uninit_bg" },
    { FIELD(feature_ro_compat), 0x103, "feature quota" },
    { FIELD(feature_ro_compat), 0x80000003, "unknown read-only compatible feature 0x80000000" },
    { FIELD(feature_incompat), 0x6, "feature needs_recovery" },
    { FIELD(feature_compat), 0x238, "feature sparse_super2" },
};

Test(ext2_geometry, some_features_allow_reading_only)
{
    for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
        make_super();
        set_field(&read_only[i]);
        cr_expect(read_super(true) == -EROFS, "%s", read_only[i].message);
        cr_expect(strstr(why, read_only[i].message), "%s", why);
        cr_expect(read_super(false) == 0, "%s", read_only[i].message);
        cr_expect(strstr(why, "read-only"), "%s", why);
    }
}

Test(ext2_geometry, other_features_are_accepted)
{
    make_super();
    super.feature_compat = le32_make(0x3f | 0x40000000);
    super.feature_ro_compat = le32_make(0x43);
    cr_assert(read_super(true) == 0, "%s", why);
    super.feature_incompat = le32_make(0);
    cr_assert(read_super(true) == 0 && !geo.filetype);
}

static struct ext2_group_desc good_desc(uint32_t group)
{
    uint32_t first = ext2_group_first_block(&geo, group) +
                     ext2_group_super_blocks(&geo, group);

    return (struct ext2_group_desc){
        .block_bitmap = le32_make(first),
        .inode_bitmap = le32_make(first + 1),
        .inode_table = le32_make(first + 2),
        .free_blocks_count = le16_make(1000),
        .free_inodes_count = le16_make(1000),
    };
}

static void expect_bad(uint32_t group, const struct ext2_group_desc *desc, const char *message)
{
    cr_expect(ext2_check_group(&geo, group, desc, why) == -EINVAL, "%s", message);
    cr_expect(strstr(why, message), "expected '%s', got '%s'", message, why);
}

Test(ext2_geometry, descriptors)
{
    struct ext2_group_desc desc;

    make_super();
    cr_assert(read_super(true) == 0);
    for (uint32_t group = 0; group < 3; group++) {
        desc = good_desc(group);
        cr_assert(ext2_check_group(&geo, group, &desc, why) == 0, "%s", why);
    }
    desc = good_desc(1);
    desc.block_bitmap = le32_make(0);
    expect_bad(1, &desc, "group 1: its block bitmap (block 0) is not inside it");
    desc = good_desc(1);
    desc.inode_bitmap = le32_make(32768 + 19);
    expect_bad(1, &desc, "inode bitmap (block 32787)");
    desc = good_desc(2);
    desc.inode_table = le32_make(76800 - 1599);
    expect_bad(2, &desc, "inode table");
    desc.inode_table = le32_make(0xffffffff);
    expect_bad(2, &desc, "inode table");
    desc = good_desc(2);
    desc.inode_bitmap = desc.block_bitmap;
    expect_bad(2, &desc, "overlap");
    desc = good_desc(2);
    desc.inode_table = desc.inode_bitmap;
    expect_bad(2, &desc, "overlap");
    desc = good_desc(2);
    desc.free_blocks_count = le16_make(11265);
    expect_bad(2, &desc, "11265 blocks free of 11264");
    desc = good_desc(2);
    desc.free_inodes_count = le16_make(25601);
    expect_bad(2, &desc, "25601 inodes free");
    desc = good_desc(2);
    desc.used_dirs_count = le16_make(25601);
    expect_bad(2, &desc, "25601 directories");
}

/* Whatever the bytes are, an accepted superblock has consistent numbers. */
Test(ext2_geometry, random_superblocks)
{
    unsigned accepted = 0;

    shim_seed(7);
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t *bytes = (uint8_t *)&super;

        make_super();
        for (unsigned n = port_random() % 4; n > 0; n--)
            bytes[port_random() % 256] ^= (uint8_t)(1u << port_random() % 8);
        if (read_super(false) != 0)
            continue;
        accepted++;
        cr_assert(geo.nblocks <= 76800 && geo.ngroups > 0 && geo.blocks_per_group <= 32768);
        cr_assert((uint64_t)geo.ngroups * geo.inodes_per_group == geo.ninodes);
        cr_assert((uint64_t)(geo.ngroups - 1) * geo.blocks_per_group < geo.nblocks);
        cr_assert(ext2_group_nblocks(&geo, geo.ngroups - 1) > geo.itable_blocks);
        cr_assert(ext2_overhead(&geo) <= geo.nblocks);
    }
    cr_assert(accepted > 1000);
}
