/* SPDX-License-Identifier: MIT */
/*
 * layout.h - ext2 as it lies on the disk.
 *
 * A disk is cut into blocks (here always 4096 bytes) and the blocks into
 * groups.  Everything else hangs on three tables:
 *
 *     block 0            block 1 ..               every group
 *     +------+--------+  +--------------------+   +-------+-------+--------+------
 *     | boot | super  |  | group descriptors  |   | block | inode | inode  | data
 *     | 1 K  | block  |  | 32 bytes per group |   | map   | map   | table  | ...
 *     +------+--------+  +--------------------+   +-------+-------+--------+------
 *
 * Groups 0, 1 and the powers of 3, 5 and 7 (sparse_super; otherwise all) start
 * with a copy of the superblock and the descriptors.  The copies are for
 * e2fsck; a kernel reads and writes only the first ones.
 *
 * All integers are little-endian.
 */
#pragma once
#include "lib/endian.h"

#define EXT2_MAGIC           0xef53
#define EXT2_BLOCK_SHIFT     12
#define EXT2_BLOCK_SIZE      (1u << EXT2_BLOCK_SHIFT)
#define EXT2_SUPER_OFFSET    1024       /* in block 0                           */
#define EXT2_ROOT_INO        2
#define EXT2_FIRST_INO_MIN   11         /* what the first file may be at least  */
#define EXT2_REVISION        1
#define EXT2_LINK_MAX        32000
#define EXT2_NAME_MAX        255

/* ext2_super.state */
#define EXT2_STATE_VALID     0x0001     /* unmounted cleanly                    */
#define EXT2_STATE_ERROR     0x0002     /* something was found to be wrong      */

/* ext2_super.errors: what to do when something is found to be wrong. */
#define EXT2_ERRORS_CONTINUE 1
#define EXT2_ERRORS_RO       2          /* take no more changes                 */
#define EXT2_ERRORS_PANIC    3

/* Features that do not concern a driver that does not know them. */
#define EXT2_COMPAT_HAS_JOURNAL     0x0004
#define EXT2_COMPAT_EXT_ATTR        0x0008
#define EXT2_COMPAT_RESIZE_INODE    0x0010
#define EXT2_COMPAT_DIR_INDEX       0x0020
/* Features that forbid writing to a driver that does not know them. */
#define EXT2_RO_COMPAT_SPARSE_SUPER 0x0001
#define EXT2_RO_COMPAT_LARGE_FILE   0x0002
#define EXT2_RO_COMPAT_EXTRA_ISIZE  0x0040
/* Features that forbid mounting. */
#define EXT2_INCOMPAT_FILETYPE      0x0002
#define EXT2_INCOMPAT_RECOVER       0x0004

struct ext2_super {
    struct le32 inodes_count;
    struct le32 blocks_count;
    struct le32 r_blocks_count;         /* kept for RESUID                      */
    struct le32 free_blocks_count;
    struct le32 free_inodes_count;
    struct le32 first_data_block;       /* 0 when blocks are larger than 1 KiB  */
    struct le32 log_block_size;         /* 1024 << this                         */
    struct le32 log_frag_size;
    struct le32 blocks_per_group;
    struct le32 frags_per_group;
    struct le32 inodes_per_group;
    struct le32 mtime;                  /* of mounting                          */
    struct le32 wtime;
    struct le16 mnt_count;
    struct le16 max_mnt_count;
    struct le16 magic;
    struct le16 state;
    struct le16 errors;                 /* what to do on errors                 */
    struct le16 minor_rev_level;
    struct le32 lastcheck;
    struct le32 checkinterval;
    struct le32 creator_os;
    struct le32 rev_level;
    struct le16 def_resuid;
    struct le16 def_resgid;
    struct le32 first_ino;              /* from here on: revision 1             */
    struct le16 inode_size;
    struct le16 block_group_nr;
    struct le32 feature_compat;
    struct le32 feature_incompat;
    struct le32 feature_ro_compat;
    uint8_t uuid[16];
    char volume_name[16];
    char last_mounted[64];
    struct le32 algorithm_usage_bitmap;
    uint8_t prealloc_blocks;
    uint8_t prealloc_dir_blocks;
    struct le16 reserved_gdt_blocks;    /* behind the descriptors, for growing  */
    uint8_t journal_uuid[16];
    struct le32 journal_inum;
    struct le32 journal_dev;
    struct le32 last_orphan;            /* ext3: unlinked files still open      */
    struct le32 hash_seed[4];
    uint8_t def_hash_version;
    uint8_t jnl_backup_type;
    struct le16 desc_size;
    struct le32 default_mount_opts;
    struct le32 first_meta_bg;
    struct le32 mkfs_time;
    struct le32 jnl_blocks[17];
    struct le32 blocks_count_hi;
    struct le32 r_blocks_count_hi;
    struct le32 free_blocks_hi;
    struct le16 min_extra_isize;        /* all inodes have this much            */
    struct le16 want_extra_isize;       /* new ones should have this much       */
    struct le32 flags;
    uint8_t rest[668];
};

struct ext2_group_desc {
    struct le32 block_bitmap;
    struct le32 inode_bitmap;
    struct le32 inode_table;
    struct le16 free_blocks_count;
    struct le16 free_inodes_count;
    struct le16 used_dirs_count;
    struct le16 flags;
    struct le32 reserved[3];
};

/* Where an inode's blocks are: numbers of blocks, or of blocks full of numbers. */
#define EXT2_NDIR_BLOCKS 12
#define EXT2_IND_BLOCK   12
#define EXT2_DIND_BLOCK  13
#define EXT2_TIND_BLOCK  14
#define EXT2_N_BLOCKS    15
#define EXT2_ADDR_SHIFT  (EXT2_BLOCK_SHIFT - 2)
#define EXT2_ADDR_PER_BLOCK (1u << EXT2_ADDR_SHIFT)

/* ext2_raw_inode.flags that mean something here; the others are preserved. */
#define EXT2_INDEX_FL    0x00001000     /* a directory with a hash tree         */
#define EXT2_HUGE_FL     0x00040000     /* i_blocks in file-system blocks       */
#define EXT2_EXTENTS_FL  0x00080000
#define EXT2_EA_INODE_FL 0x00200000
#define EXT2_INLINE_FL   0x10000000
/* Ways to store data that this file system does not have. */
#define EXT2_FOREIGN_FL  (EXT2_HUGE_FL | EXT2_EXTENTS_FL | EXT2_EA_INODE_FL | EXT2_INLINE_FL)

#define EXT2_INODE_SIZE_MIN  128
#define EXT2_EXTRA_ISIZE     32         /* what new inodes get: up to projid    */

/* The first 128 bytes are in every inode, the rest if extra_isize covers it. */
struct ext2_raw_inode {
    struct le16 mode;
    struct le16 uid;
    struct le32 size;
    struct le32 atime;
    struct le32 ctime;
    struct le32 mtime;
    struct le32 dtime;
    struct le16 gid;
    struct le16 links_count;
    struct le32 blocks;                 /* of 512 bytes, indirect ones included */
    struct le32 flags;
    struct le32 version;
    struct le32 block[EXT2_N_BLOCKS];   /* or a short symlink's text            */
    struct le32 generation;
    struct le32 file_acl;               /* block of extended attributes         */
    struct le32 size_high;              /* of files                             */
    struct le32 faddr;
    struct le16 blocks_high;
    struct le16 file_acl_high;
    struct le16 uid_high;
    struct le16 gid_high;
    struct le32 reserved;
    struct le16 extra_isize;            /* bytes beyond 128 that are in use     */
    struct le16 checksum_hi;
    struct le32 ctime_extra;            /* nanoseconds << 2 | epoch             */
    struct le32 mtime_extra;
    struct le32 atime_extra;
    struct le32 crtime;
    struct le32 crtime_extra;
    struct le32 version_hi;
    struct le32 projid;
};

/*
 * A directory is a file of entries.  rec_len leads to the next one and the last
 * one of a block ends with the block; inode 0 is an empty entry.
 */
struct ext2_dirent {
    struct le32 inode;
    struct le16 rec_len;
    uint8_t name_len;
    uint8_t file_type;                  /* 0 without the feature filetype       */
    char name[];
};
#define EXT2_DIRENT_HEADER 8
/* Bytes that an entry with a name of LEN bytes needs. */
#define EXT2_DIRENT_SIZE(len) (((uint32_t)(len) + EXT2_DIRENT_HEADER + 3) & ~3u)

enum ext2_file_type {
    EXT2_FT_UNKNOWN, EXT2_FT_REG, EXT2_FT_DIR, EXT2_FT_CHR, EXT2_FT_BLK, EXT2_FT_FIFO,
    EXT2_FT_SOCK, EXT2_FT_SYMLINK, EXT2_FT_MAX
};

/*
 * Extended attributes: in a block of their own, which several inodes may share, and in what
 * an inode larger than its fields has left.  xattr_area.h has the picture.
 */
#define EXT2_XATTR_MAGIC 0xea020000
struct ext2_xattr_header {              /* of a block; an inode has only the magic */
    struct le32 magic;
    struct le32 refcount;               /* inodes that share it                 */
    struct le32 blocks;                 /* 1                                    */
    struct le32 hash;                   /* of all entries; 0: not to be shared  */
    struct le32 checksum;
    struct le32 reserved[3];
};

struct ext2_xattr_entry {
    uint8_t name_len;
    uint8_t name_index;                 /* EXT2_XATTR_...: how the name begins  */
    struct le16 value_offs;
    struct le32 value_inum;             /* 0: the value is here                 */
    struct le32 value_size;
    struct le32 hash;                   /* of name and value; 0 in an inode     */
    char name[];
};
#define EXT2_XATTR_USER     1
#define EXT2_XATTR_TRUSTED  4
#define EXT2_XATTR_SECURITY 6

_Static_assert(sizeof(struct ext2_super) == 1024 &&
               offsetof(struct ext2_super, magic) == 56 &&
               offsetof(struct ext2_super, first_ino) == 84 &&
               offsetof(struct ext2_super, reserved_gdt_blocks) == 206 &&
               offsetof(struct ext2_super, last_orphan) == 232 &&
               offsetof(struct ext2_super, blocks_count_hi) == 336 &&
               offsetof(struct ext2_super, min_extra_isize) == 348, "struct ext2_super");
_Static_assert(sizeof(struct ext2_group_desc) == 32, "struct ext2_group_desc");
_Static_assert(sizeof(struct ext2_raw_inode) == 160 &&
               offsetof(struct ext2_raw_inode, block) == 40 &&
               offsetof(struct ext2_raw_inode, generation) == 100 &&
               offsetof(struct ext2_raw_inode, uid_high) == 120 &&
               offsetof(struct ext2_raw_inode, extra_isize) == 128, "struct ext2_raw_inode");
_Static_assert(sizeof(struct ext2_dirent) == EXT2_DIRENT_HEADER, "struct ext2_dirent");
_Static_assert(sizeof(struct ext2_xattr_header) == 32 && sizeof(struct ext2_xattr_entry) == 16,
               "extended attributes");
