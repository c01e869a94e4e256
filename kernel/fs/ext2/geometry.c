/* SPDX-License-Identifier: MIT */
/*
 * geometry.c - reading a superblock with distrust.
 *
 * The order matters: first what makes it an ext2 superblock at all, then the
 * features (a file system with an unknown one may mean other things by the same
 * numbers), then the numbers, each against those checked before.
 */
#include "kernel/fs/ext2/geometry.h"
#include "kernel/port/port.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"

#define DESC_PER_BLOCK (EXT2_BLOCK_SIZE / sizeof(struct ext2_group_desc))
#define BITS_PER_BLOCK (EXT2_BLOCK_SIZE * 8)

#define refuse(why, ...) (fmt_snprintf((why), EXT2_MESSAGE_MAX, __VA_ARGS__), -EINVAL)

/* Features that need not be known to mount: all are accepted, these by intent. */
static const struct ext2_feature compat_features[] = {
    { 0x0001, "dir_prealloc", EXT2_ACCEPT },
    { 0x0002, "imagic_inodes", EXT2_ACCEPT },
    { EXT2_COMPAT_HAS_JOURNAL, "has_journal", EXT2_ACCEPT },    /* a clean one is a file */
    { EXT2_COMPAT_EXT_ATTR, "ext_attr", EXT2_ACCEPT },          /* kept, freed with the file */
    { EXT2_COMPAT_RESIZE_INODE, "resize_inode", EXT2_ACCEPT },
    { EXT2_COMPAT_DIR_INDEX, "dir_index", EXT2_ACCEPT },        /* dropped where we write */
    { 0x0200, "sparse_super2", EXT2_READ_ONLY },                /* other groups have backups */
    { 0 }
};

/* Features that a driver may ignore as long as it only reads. */
static const struct ext2_feature ro_compat_features[] = {
    { EXT2_RO_COMPAT_SPARSE_SUPER, "sparse_super", EXT2_ACCEPT },
    { EXT2_RO_COMPAT_LARGE_FILE, "large_file", EXT2_ACCEPT },
    { 0x0004, "btree_dir", EXT2_READ_ONLY },
    { 0x0008, "huge_file", EXT2_READ_ONLY },
    { 0x0010, "uninit_bg", EXT2_READ_ONLY },
    { 0x0020, "dir_nlink", EXT2_READ_ONLY },
    { EXT2_RO_COMPAT_EXTRA_ISIZE, "extra_isize", EXT2_ACCEPT },
    { 0x0100, "quota", EXT2_READ_ONLY },
    { 0x0200, "bigalloc", EXT2_REFUSE },
    { 0x0400, "metadata_csum", EXT2_REFUSE },
    { 0x0800, "replica", EXT2_READ_ONLY },
    { 0x1000, "read-only", EXT2_READ_ONLY },
    { 0x2000, "project", EXT2_READ_ONLY },
    { 0x4000, "shared_blocks", EXT2_READ_ONLY },
    { 0x8000, "verity", EXT2_READ_ONLY },
    { 0x10000, "orphan_present", EXT2_READ_ONLY },
    { 0 }
};

/* Features without which the disk cannot be understood. */
static const struct ext2_feature incompat_features[] = {
    { 0x0001, "compression", EXT2_REFUSE },
    { EXT2_INCOMPAT_FILETYPE, "filetype", EXT2_ACCEPT },
    { EXT2_INCOMPAT_RECOVER, "needs_recovery", EXT2_READ_ONLY },
    { 0x0008, "journal_dev", EXT2_REFUSE },
    { 0x0010, "meta_bg", EXT2_REFUSE },
    { 0x0040, "extents", EXT2_REFUSE },
    { 0x0080, "64bit", EXT2_REFUSE },
    { 0x0100, "mmp", EXT2_REFUSE },
    { 0x0200, "flex_bg", EXT2_REFUSE },
    { 0x0400, "ea_inode", EXT2_REFUSE },
    { 0x1000, "dirdata", EXT2_REFUSE },
    { 0x2000, "metadata_csum_seed", EXT2_REFUSE },
    { 0x4000, "large_dir", EXT2_REFUSE },
    { 0x8000, "inline_data", EXT2_REFUSE },
    { 0x10000, "encrypt", EXT2_REFUSE },
    { 0x20000, "casefold", EXT2_REFUSE },
    { 0 }
};

/* One of the three words of features, with what is said about unlisted bits. */
struct feature_word {
    const struct ext2_feature *table;
    const char *kind;
    enum ext2_verdict unknown;
};

static const struct feature_word feature_words[] = {
    { incompat_features, "incompatible", EXT2_REFUSE },
    { ro_compat_features, "read-only compatible", EXT2_READ_ONLY },
    { compat_features, "compatible", EXT2_ACCEPT },
};

static struct ext2_feature find_feature(const struct feature_word *word, uint32_t bit)
{
    for (const struct ext2_feature *f = word->table; f->bit; f++)
        if (f->bit == bit)
            return *f;
    return (struct ext2_feature){ bit, NULL, word->unknown };
}

static void name_feature(const struct feature_word *word, const struct ext2_feature *f,
                         char *name, size_t size)
{
    if (f->name)
        fmt_snprintf(name, size, "feature %s", f->name);
    else
        fmt_snprintf(name, size, "unknown %s feature 0x%x", word->kind, f->bit);
}

/* The worst verdict over the bits of FEATURES decides. */
static int check_features(const struct feature_word *word, uint32_t features, bool writable,
                          char *why)
{
    char name[64];

    for (uint32_t rest = features; rest; rest &= rest - 1) {
        struct ext2_feature f = find_feature(word, rest & -rest);

        name_feature(word, &f, name, sizeof(name));
        if (f.verdict == EXT2_REFUSE)
            return refuse(why, "%s is not supported", name);
    }
    for (uint32_t rest = features; rest; rest &= rest - 1) {
        struct ext2_feature f = find_feature(word, rest & -rest);

        if (f.verdict != EXT2_READ_ONLY)
            continue;
        name_feature(word, &f, name, sizeof(name));
        fmt_snprintf(why, EXT2_MESSAGE_MAX, "%s: can be mounted read-only", name);
        if (writable)
            return -EROFS;
    }
    return 0;
}

static int check_identity(const struct ext2_super *s, char *why)
{
    uint32_t log_block = le32_get(s->log_block_size);

    if (le16_get(s->magic) != EXT2_MAGIC)
        return refuse(why, "no ext2 here: magic 0x%x instead of 0x%x", le16_get(s->magic),
                      EXT2_MAGIC);
    if (le32_get(s->rev_level) != EXT2_REVISION)
        return refuse(why, "revision %u: only revision %u is supported",
                      le32_get(s->rev_level), EXT2_REVISION);
    if (log_block > 6)
        return refuse(why, "impossible block size: 1024 << %u", log_block);
    if (1024u << log_block != EXT2_BLOCK_SIZE)
        return refuse(why, "blocks of %u bytes: only %u is supported (mke2fs -b %u)",
                      1024u << log_block, EXT2_BLOCK_SIZE, EXT2_BLOCK_SIZE);
    if (le32_get(s->log_frag_size) != log_block)
        return refuse(why, "fragments smaller than blocks are not supported");
    return 0;
}

static int check_all_features(const struct ext2_super *s, bool writable, char *why)
{
    uint32_t words[] = { le32_get(s->feature_incompat), le32_get(s->feature_ro_compat),
                         le32_get(s->feature_compat) };

    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        int err = check_features(&feature_words[i], words[i], writable, why);

        if (err)
            return err;
    }
    return 0;
}

static int check_blocks(struct ext2_geometry *geo, const struct ext2_super *s,
                        uint64_t dev_blocks, char *why)
{
    if (le32_get(s->first_data_block) != 0)
        return refuse(why, "first data block is %u, must be 0", le32_get(s->first_data_block));
    if (geo->nblocks < 8)
        return refuse(why, "only %u blocks", geo->nblocks);
    if (geo->nblocks > dev_blocks)
        return refuse(why, "%u blocks, but the disk has only %lu", geo->nblocks, dev_blocks);
    if (geo->blocks_per_group < 8 || geo->blocks_per_group > BITS_PER_BLOCK ||
        geo->blocks_per_group % 8)
        return refuse(why, "bad number of blocks per group: %u", geo->blocks_per_group);
    if (le32_get(s->free_blocks_count) > geo->nblocks)
        return refuse(why, "%u blocks free of %u", le32_get(s->free_blocks_count), geo->nblocks);
    if (geo->reserved_blocks > geo->nblocks)
        return refuse(why, "%u blocks reserved of %u", geo->reserved_blocks, geo->nblocks);
    geo->ngroups = (uint32_t)div_round_up(geo->nblocks, geo->blocks_per_group);
    geo->gdt_blocks = (uint32_t)div_round_up(geo->ngroups, DESC_PER_BLOCK);
    return 0;
}

static int check_inodes(struct ext2_geometry *geo, const struct ext2_super *s, char *why)
{
    if (!is_pow2(geo->inode_size) || geo->inode_size < EXT2_INODE_SIZE_MIN ||
        geo->inode_size > EXT2_BLOCK_SIZE)
        return refuse(why, "bad inode size: %u", geo->inode_size);
    if (geo->inodes_per_group == 0 || geo->inodes_per_group > BITS_PER_BLOCK ||
        geo->inodes_per_group % (EXT2_BLOCK_SIZE / geo->inode_size))
        return refuse(why, "bad number of inodes per group: %u", geo->inodes_per_group);
    if (geo->ninodes != (uint64_t)geo->ngroups * geo->inodes_per_group)
        return refuse(why, "%u inodes, but %u groups of %u", geo->ninodes, geo->ngroups,
                      geo->inodes_per_group);
    if (geo->first_inode < EXT2_FIRST_INO_MIN || geo->first_inode > geo->inodes_per_group)
        return refuse(why, "bad first inode: %u", geo->first_inode);
    if (le32_get(s->free_inodes_count) > geo->ninodes)
        return refuse(why, "%u inodes free of %u", le32_get(s->free_inodes_count), geo->ninodes);
    geo->itable_blocks = geo->inodes_per_group / (EXT2_BLOCK_SIZE / geo->inode_size);
    return 0;
}

/* Each group must have room for its own tables. */
static int check_layout(const struct ext2_geometry *geo, char *why)
{
    uint32_t last = geo->ngroups - 1;
    uint64_t tables = 2 + (uint64_t)geo->itable_blocks;

    if (geo->gdt_reserved > EXT2_ADDR_PER_BLOCK)
        return refuse(why, "%u blocks reserved for descriptors", geo->gdt_reserved);
    if (ext2_group_super_blocks(geo, 0) + tables > ext2_group_nblocks(geo, 0))
        return refuse(why, "a group of %u blocks has no room for %u inodes",
                      ext2_group_nblocks(geo, 0), geo->inodes_per_group);
    if (ext2_group_super_blocks(geo, last) + tables > ext2_group_nblocks(geo, last))
        return refuse(why, "the last group, of %u blocks, has no room for its tables",
                      ext2_group_nblocks(geo, last));
    return 0;
}

/* What a new inode keeps for nanoseconds, as far as it may. */
static uint32_t new_extra_isize(const struct ext2_geometry *geo, const struct ext2_super *s)
{
    uint32_t room = geo->inode_size - EXT2_INODE_SIZE_MIN, want = EXT2_EXTRA_ISIZE;

    if (room == 0)
        return 0;
    if (le32_get(s->feature_ro_compat) & EXT2_RO_COMPAT_EXTRA_ISIZE)
        want = MAX(want, (uint32_t)le16_get(s->min_extra_isize));
    return MIN(want, room) & ~3u;
}

int ext2_geometry_read(struct ext2_geometry *geo, const struct ext2_super *s,
                       uint64_t dev_blocks, bool writable, char *why)
{
    int err;

    why[0] = '\0';
    *geo = (struct ext2_geometry){
        .nblocks = le32_get(s->blocks_count),
        .ninodes = le32_get(s->inodes_count),
        .blocks_per_group = le32_get(s->blocks_per_group),
        .inodes_per_group = le32_get(s->inodes_per_group),
        .reserved_blocks = le32_get(s->r_blocks_count),
        .reserve_uid = le16_get(s->def_resuid),
        .first_inode = le32_get(s->first_ino),
        .inode_size = le16_get(s->inode_size),
        .gdt_reserved = le32_get(s->feature_compat) & EXT2_COMPAT_RESIZE_INODE
                        ? le16_get(s->reserved_gdt_blocks) : 0,
        .sparse_super = le32_get(s->feature_ro_compat) & EXT2_RO_COMPAT_SPARSE_SUPER,
        .filetype = le32_get(s->feature_incompat) & EXT2_INCOMPAT_FILETYPE,
        .large_file = le32_get(s->feature_ro_compat) & EXT2_RO_COMPAT_LARGE_FILE,
        .clean = (le16_get(s->state) & (EXT2_STATE_VALID | EXT2_STATE_ERROR)) ==
                 EXT2_STATE_VALID,
    };
    err = check_identity(s, why);
    if (!err)
        err = check_all_features(s, writable, why);
    if (!err)
        err = check_blocks(geo, s, dev_blocks, why);
    if (!err)
        err = check_inodes(geo, s, why);
    if (!err)
        err = check_layout(geo, why);
    if (!err)
        geo->extra_isize = new_extra_isize(geo, s);
    return err;
}

/* COUNT blocks from FIRST on lie in GROUP, behind the copies of the superblock. */
static bool is_inside(const struct ext2_geometry *geo, uint32_t group, uint32_t first,
                      uint32_t count)
{
    uint64_t start = ext2_group_first_block(geo, group);
    uint64_t end = start + ext2_group_nblocks(geo, group);

    return first >= start + ext2_group_super_blocks(geo, group) &&
           (uint64_t)first + count <= end;
}

int ext2_check_group(const struct ext2_geometry *geo, uint32_t group,
                     const struct ext2_group_desc *desc, char *why)
{
    uint32_t blocks = le32_get(desc->block_bitmap), inodes = le32_get(desc->inode_bitmap);
    uint32_t table = le32_get(desc->inode_table);

    if (!is_inside(geo, group, blocks, 1))
        return refuse(why, "group %u: its block bitmap (block %u) is not inside it",
                      group, blocks);
    if (!is_inside(geo, group, inodes, 1))
        return refuse(why, "group %u: its inode bitmap (block %u) is not inside it",
                      group, inodes);
    if (!is_inside(geo, group, table, geo->itable_blocks))
        return refuse(why, "group %u: its inode table (block %u) is not inside it",
                      group, table);
    if (blocks == inodes || blocks - table < geo->itable_blocks ||
        inodes - table < geo->itable_blocks)
        return refuse(why, "group %u: its bitmaps and inode table overlap", group);
    if (le16_get(desc->free_blocks_count) > ext2_group_nblocks(geo, group))
        return refuse(why, "group %u: %u blocks free of %u", group,
                      le16_get(desc->free_blocks_count), ext2_group_nblocks(geo, group));
    if (le16_get(desc->free_inodes_count) > geo->inodes_per_group ||
        le16_get(desc->used_dirs_count) > geo->inodes_per_group)
        return refuse(why, "group %u: %u inodes free and %u directories of %u", group,
                      le16_get(desc->free_inodes_count), le16_get(desc->used_dirs_count),
                      geo->inodes_per_group);
    return 0;
}

uint32_t ext2_group_nblocks(const struct ext2_geometry *geo, uint32_t group)
{
    return MIN(geo->blocks_per_group, geo->nblocks - ext2_group_first_block(geo, group));
}

static bool is_power_of(uint32_t n, uint32_t base)
{
    while (n % base == 0)
        n /= base;
    return n == 1;
}

static bool has_super(const struct ext2_geometry *geo, uint32_t group)
{
    if (!geo->sparse_super || group <= 1)
        return true;
    return is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7);
}

uint32_t ext2_group_super_blocks(const struct ext2_geometry *geo, uint32_t group)
{
    return has_super(geo, group) ? 1 + geo->gdt_blocks + geo->gdt_reserved : 0;
}

uint32_t ext2_overhead(const struct ext2_geometry *geo)
{
    uint64_t blocks = 0;

    for (uint32_t group = 0; group < geo->ngroups; group++)
        blocks += ext2_group_super_blocks(geo, group) + 2 + geo->itable_blocks;
    return (uint32_t)MIN(blocks, (uint64_t)geo->nblocks);
}
