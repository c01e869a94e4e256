/* SPDX-License-Identifier: MIT */
/*
 * fake_vfs.h - enough of a kernel for a file system to run in a host process.
 *
 * Real are the page cache (tree, lock bits, read, write, truncate) and the inode
 * cache.  Faked are memory, threads, the block layer and what little of the VFS
 * is above inodes.  There is one thread; the disk is a file, and its transfers
 * end whenever that thread would sleep, in random order, so a page is under I/O
 * for as long as the kernel allows it to be.
 *
 * The fake watches what the kernel would only suffer from:
 *   - two writes of one block on their way at the same time;
 *   - locks out of order, brackets within brackets, sleeping for nothing;
 *   - pages, objects and memory left behind.
 */
#pragma once
#include "kernel/fs/super.h"
#include "kernel/fs/bdev.h"

struct fake_disk {
    struct block_device dev;
    uint8_t *bytes;                     /* the image, mapped                   */
    bool at_once;                       /* transfers end when submitted        */
    bool may_overlap;                   /* files may claim the same block      */
    uint64_t bad_read, bad_write;       /* block that cannot be ...; 0: none   */
    unsigned reads, writes, flushes;    /* blocks, blocks, commands            */
    unsigned failed;                    /* blocks                              */
    unsigned transfers;                 /* bios                                */
    unsigned in_flight, max_in_flight;  /* bios                                */
};
extern struct fake_disk fake_disk;

/* The world: memory for NPAGES pages, the disk IMAGE (a file).  fake_stop panics
 * if something was not given back. */
void fake_start(const char *image, size_t npages);
void fake_stop(void);
/* Whether an object is to be had without sleeping only if one was given back since. */
void fake_memory_scarce(bool yes);

/* Mount the disk as the one registered file system.  0 or an errno. */
int fake_mount(uint32_t flags, struct super_block **sb);
int fake_remount(struct super_block *sb, uint32_t flags);
/* All files, their inodes, the file system. */
int fake_sync(struct super_block *sb);
/* -EBUSY if inodes are still in use. */
int fake_unmount(struct super_block *sb);
/* Sync, then forget everything that can be read again. */
void fake_drop_caches(struct super_block *sb);

/* Inside the locks and the bracket that the VFS would hold. */
int fake_lookup(struct inode *dir, const char *name, struct inode **child);
int fake_create(struct inode *dir, const char *name, uint32_t mode, dev_t rdev,
                struct inode **child);
int fake_mkdir(struct inode *dir, const char *name, struct inode **child);
int fake_symlink(struct inode *dir, const char *name, const char *target, struct inode **child);
int fake_link(struct inode *dir, const char *name, struct inode *target);
int fake_unlink(struct inode *dir, const char *name, struct inode *child);
int fake_rmdir(struct inode *dir, const char *name, struct inode *child);
int fake_rename(struct inode *from, const char *oname, struct inode *child, struct inode *to,
                const char *nname, struct inode *victim, uint32_t flags);
int fake_truncate(struct inode *inode, uint64_t size);
int fake_allocate(struct inode *inode, int mode, uint64_t off, uint64_t len);
ssize_t fake_read(struct inode *inode, void *buf, size_t n, uint64_t pos);
ssize_t fake_write(struct inode *inode, const void *buf, size_t n, uint64_t pos);
int fake_fsync(struct inode *inode);
int fake_iterate(struct inode *dir, struct dir_context *ctx);

extern const struct cred fake_root;     /* uid 0 */
/* Who does what fake_create and the like do; fake_root by default. */
extern const struct cred *fake_cred;
