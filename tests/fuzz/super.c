// sources: kernel/fs/ext2/geometry.c lib/fmt.c
// options: -len_control=0 -max_len=600
/* SPDX-License-Identifier: MIT */
/*
 * super.c - a superblock that was believed has numbers that agree, and a descriptor that
 * was believed keeps a group's tables in the group and apart.
 *
 * The bytes: blocks of the disk (8), the start of the superblock (384), descriptors.
 */
#include <string.h>
#include "kernel/fs/ext2/geometry.h"
#include "kernel/port/port.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/fuzz/fuzz.h"

#define DISK  8
#define SUPER 384

static char why[EXT2_MESSAGE_MAX];

/* An answer says why; it is never longer than there is room. */
static bool is_accepted(int err)
{
    ASSERT(memchr(why, '\0', sizeof(why)));
    ASSERT(err == 0 || ((err == -EINVAL || err == -EROFS) && why[0]));
    return err == 0;
}

static void check_group(const struct ext2_geometry *geo, uint32_t group,
                        const struct ext2_group_desc *desc)
{
    uint64_t start = (uint64_t)group * geo->blocks_per_group;
    uint64_t end = MIN(start + geo->blocks_per_group, (uint64_t)geo->nblocks);
    uint64_t tables[3] = { le32_get(desc->block_bitmap), le32_get(desc->inode_bitmap),
                           le32_get(desc->inode_table) };
    uint64_t n[3] = { 1, 1, geo->itable_blocks };

    for (unsigned i = 0; i < 3; i++) {
        ASSERT(tables[i] >= start + ext2_group_super_blocks(geo, group));
        ASSERT(tables[i] + n[i] <= end);
        for (unsigned k = 0; k < i; k++)
            ASSERT(tables[i] + n[i] <= tables[k] || tables[k] + n[k] <= tables[i]);
    }
    ASSERT(le16_get(desc->free_blocks_count) <= end - start);
    ASSERT(le16_get(desc->free_inodes_count) <= geo->inodes_per_group);
}

/* All of the disk is in groups, and each has room for its tables. */
static void check_geometry(const struct ext2_geometry *geo, uint64_t dev_blocks)
{
    uint64_t per_block = EXT2_BLOCK_SIZE / geo->inode_size;

    ASSERT(geo->nblocks <= dev_blocks && geo->reserved_blocks <= geo->nblocks);
    ASSERT(geo->blocks_per_group > 0 && geo->blocks_per_group <= 8 * EXT2_BLOCK_SIZE);
    ASSERT((uint64_t)geo->ngroups * geo->blocks_per_group >= geo->nblocks);
    ASSERT((uint64_t)(geo->ngroups - 1) * geo->blocks_per_group < geo->nblocks);
    ASSERT(geo->inodes_per_group > 0 && geo->inodes_per_group <= 8 * EXT2_BLOCK_SIZE);
    ASSERT((uint64_t)geo->ngroups * geo->inodes_per_group == geo->ninodes);
    ASSERT(per_block * geo->itable_blocks == geo->inodes_per_group);
    ASSERT(geo->inode_size >= 128 && geo->inode_size * per_block == EXT2_BLOCK_SIZE);
    ASSERT(128 + geo->extra_isize <= geo->inode_size && geo->extra_isize % 4 == 0);
    ASSERT(geo->first_inode <= geo->inodes_per_group);
    ASSERT(geo->gdt_blocks * (uint64_t)EXT2_BLOCK_SIZE / 32 >= geo->ngroups);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t group = i < 3 ? MIN(i, geo->ngroups - 1) : geo->ngroups - 1;
        uint64_t used = ext2_group_super_blocks(geo, group) + 2 + (uint64_t)geo->itable_blocks;

        ASSERT(used <= ext2_group_nblocks(geo, group));
    }
    if (geo->ngroups <= 1000)
        ASSERT(ext2_overhead(geo) <= geo->nblocks);
}

bool fuzz_super(const uint8_t *data, size_t size)
{
    struct ext2_geometry geo, writable;
    struct ext2_group_desc desc;
    struct ext2_super super;
    uint64_t dev_blocks;

    if (size < DISK + SUPER)
        return false;
    memcpy(&dev_blocks, data, DISK);
    memset(&super, 0, sizeof(super));
    memcpy(&super, data + DISK, SUPER);
    if (!is_accepted(ext2_geometry_read(&geo, &super, dev_blocks, false, why))) {
        ASSERT(ext2_geometry_read(&writable, &super, dev_blocks, true, why));
        return false;
    }
    check_geometry(&geo, dev_blocks);
    is_accepted(ext2_geometry_read(&writable, &super, dev_blocks, true, why));
    data += DISK + SUPER;
    size -= DISK + SUPER;
    for (uint32_t group = 0; group < geo.ngroups && size >= sizeof(desc); group++) {
        memcpy(&desc, data, sizeof(desc));
        if (is_accepted(ext2_check_group(&geo, group, &desc, why)))
            check_group(&geo, group, &desc);
        data += sizeof(desc);
        size -= sizeof(desc);
    }
    return true;
}
