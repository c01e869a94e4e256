/* SPDX-License-Identifier: MIT */
/*
 * abi/stat.h - what stat, statx and statfs tell about a file and its file
 * system.
 */
#pragma once
#include "lib/types.h"
#include "lib/abi/time.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISUID 0004000
#define S_ISGID 0002000
#define S_ISVTX 0001000

#define S_IRWXU 00700
#define S_IRUSR 00400
#define S_IWUSR 00200
#define S_IXUSR 00100
#define S_IRWXG 00070
#define S_IRGRP 00040
#define S_IWGRP 00020
#define S_IXGRP 00010
#define S_IRWXO 00007
#define S_IROTH 00004
#define S_IWOTH 00002
#define S_IXOTH 00001

#define S_ISLNK(mode) (((mode) & S_IFMT) == S_IFLNK)
#define S_ISREG(mode) (((mode) & S_IFMT) == S_IFREG)
#define S_ISDIR(mode) (((mode) & S_IFMT) == S_IFDIR)
#define S_ISCHR(mode) (((mode) & S_IFMT) == S_IFCHR)
#define S_ISBLK(mode) (((mode) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(mode) (((mode) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(mode) (((mode) & S_IFMT) == S_IFSOCK)

struct stat {
    uint64_t st_dev;
    uint64_t st_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint64_t st_pad1;
    int64_t st_size;
    int32_t st_blksize;
    int32_t st_pad2;
    int64_t st_blocks;          /* of 512 bytes                            */
    struct timespec st_atim;
    struct timespec st_mtim;
    struct timespec st_ctim;
    uint32_t st_unused[2];
};

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

/* A device number is 12 bits of major and 20 of minor, interleaved as Linux does it. */
static inline uint64_t dev_make(uint32_t major, uint32_t minor)
{
    return ((uint64_t)(major & 0xfffff000) << 32) | ((uint64_t)(major & 0xfff) << 8) |
           ((uint64_t)(minor & 0xffffff00) << 12) | (minor & 0xff);
}

static inline uint32_t dev_major(uint64_t dev)
{
    return (uint32_t)(((dev >> 32) & 0xfffff000) | ((dev >> 8) & 0xfff));
}

static inline uint32_t dev_minor(uint64_t dev)
{
    return (uint32_t)(((dev >> 12) & 0xffffff00) | (dev & 0xff));
}

struct statx_timestamp {
    int64_t tv_sec;
    uint32_t tv_nsec;
    int32_t reserved;
};

struct statx {
    uint32_t stx_mask;          /* which fields are filled in              */
    uint32_t stx_blksize;
    uint64_t stx_attributes;
    uint32_t stx_nlink;
    uint32_t stx_uid;
    uint32_t stx_gid;
    uint16_t stx_mode;
    uint16_t stx_pad0;
    uint64_t stx_ino;
    uint64_t stx_size;
    uint64_t stx_blocks;
    uint64_t stx_attributes_mask;
    struct statx_timestamp stx_atime;
    struct statx_timestamp stx_btime;
    struct statx_timestamp stx_ctime;
    struct statx_timestamp stx_mtime;
    uint32_t stx_rdev_major;
    uint32_t stx_rdev_minor;
    uint32_t stx_dev_major;
    uint32_t stx_dev_minor;
    uint64_t stx_mnt_id;
    uint32_t stx_dio_mem_align;
    uint32_t stx_dio_offset_align;
    uint64_t stx_spare[12];
};

#define STATX_TYPE 0x0001
#define STATX_MODE 0x0002
#define STATX_NLINK 0x0004
#define STATX_UID 0x0008
#define STATX_GID 0x0010
#define STATX_ATIME 0x0020
#define STATX_MTIME 0x0040
#define STATX_CTIME 0x0080
#define STATX_INO 0x0100
#define STATX_SIZE 0x0200
#define STATX_BLOCKS 0x0400
#define STATX_BASIC_STATS 0x07ff
#define STATX_BTIME 0x0800
#define STATX_MNT_ID 0x1000
#define STATX_RESERVED 0x80000000

struct statfs {
    int64_t f_type;             /* ..._MAGIC                               */
    int64_t f_bsize;
    uint64_t f_blocks;
    uint64_t f_bfree;
    uint64_t f_bavail;
    uint64_t f_files;
    uint64_t f_ffree;
    int32_t f_fsid[2];
    int64_t f_namelen;
    int64_t f_frsize;
    int64_t f_flags;            /* ST_... */
    int64_t f_spare[4];
};

#define EXT2_SUPER_MAGIC 0xef53
#define TMPFS_MAGIC 0x01021994
#define DEVPTS_MAGIC 0x1cd1
#define PROC_SUPER_MAGIC 0x9fa0
#define DEVFS_SUPER_MAGIC 0x1373
#define PIPEFS_MAGIC 0x50495045

#define ST_RDONLY 0x0001
#define ST_NOSUID 0x0002
#define ST_NODEV 0x0004
#define ST_NOEXEC 0x0008
#define ST_SYNCHRONOUS 0x0010
#define ST_VALID 0x0020
#define ST_NOATIME 0x0400
#define ST_NODIRATIME 0x0800
#define ST_RELATIME 0x1000

_Static_assert(sizeof(struct stat) == 128 && offsetof(struct stat, st_mode) == 16 &&
               offsetof(struct stat, st_nlink) == 20 && offsetof(struct stat, st_uid) == 24 &&
               offsetof(struct stat, st_gid) == 28 && offsetof(struct stat, st_rdev) == 32 &&
               offsetof(struct stat, st_size) == 48 && offsetof(struct stat, st_blksize) == 56 &&
               offsetof(struct stat, st_blocks) == 64 && offsetof(struct stat, st_atim) == 72 &&
               offsetof(struct stat, st_mtim) == 88 && offsetof(struct stat, st_ctim) == 104,
               "struct stat");
_Static_assert(sizeof(struct statx) == 256 && offsetof(struct statx, stx_atime) == 64 &&
               offsetof(struct statx, stx_rdev_major) == 128, "struct statx");
_Static_assert(sizeof(struct statfs) == 120 && offsetof(struct statfs, f_namelen) == 64,
               "struct statfs");
