/* SPDX-License-Identifier: MIT */
/*
 * ext2.h - the second extended file system, revision 1, 4 KiB blocks.
 *
 * Who does what, from the disk upwards:
 *
 *     layout.h     structures on the disk
 *     geometry     is this superblock to be believed?              pure
 *     alloc        which block, which inode is free?               pure
 *     dirent       the entries in one block of a directory         pure
 *     filter       names that are not in a directory               pure
 *     xattr_area   attributes in one block or inode                pure
 *     meta         metadata blocks, and what is wrong with them
 *     balloc       alloc's bitmaps, in the page cache
 *     bmap         from a page of a file to a block of the disk
 *     pages        pages of files from and to the disk
 *     inode        inodes from and to their table; their end
 *     dir, namei   names: find, enter, remove; create, link, rename ...
 *     file, symlink, xattr
 *     super        mount, sync, unmount
 *
 * A block is a page.  Metadata (superblock, descriptors, bitmaps, inode tables,
 * indirect blocks) lies in the page cache of the block device; files, directories
 * and long symlinks in their inode's.  A change is made in the page and the page
 * is marked dirty; nothing is written through.
 *
 * A page of a file has its block before it becomes dirty (make_room) and keeps it
 * in page->block: writing back needs no map and no memory.
 *
 * Locks, outermost first: the VFS's inode locks; the lock of a data page;
 * ext2_inode.map_lock; the lock of one metadata page, which for a bitmap guards
 * the counters of its group too.  Nothing else: fields that all may write are
 * atomic.  [i] inode->lock  [m] map_lock  [c] constant  [a] atomic
 */
#pragma once
#include "kernel/cache/page_io.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/ext2/alloc.h"
#include "kernel/fs/ext2/filter.h"
#include "kernel/fs/super.h"

#define EXT2_SECTORS (EXT2_BLOCK_SIZE / SECTOR_SIZE)    /* in a block */

/* A mounted file system. */
struct ext2_fs {
    struct super_block *sb;             /*                                     [c] */
    struct block_device *dev;           /*                                     [c] */
    struct address_space *meta;         /* the disk's pages                    [c] */
    struct ext2_geometry geo;           /*                                     [c] */
    struct ext2_alloc alloc;
    struct page *super_page;            /* block 0, referenced                 [c] */
    struct page **desc_pages;           /* descriptors, referenced             [c] */
    uint16_t mount_state;               /* of the superblock, when we came     [c] */
    bool large_files;                   /* one has 2 GiB or more               [a] */
    bool has_attributes;                /* a file got one                      [a] */
    uint32_t nerrors;                   /* contradictions and I/O errors met   [a] */
    uint32_t lost_names;                /* failed writes of directories, links [a] */
    uint32_t reported_lost;             /* failed writes that were reported    [a] */
    uint16_t on_error;                  /* EXT2_ERRORS_...                     [a] */
    struct page_io_pool io;             /* transfers of files' pages               */
};

/* What ext2 knows of an inode beyond the VFS; inode->private. */
struct ext2_inode {
    struct rwsem map_lock;              /* RANK_BLOCK_MAP                          */
    struct le32 block[EXT2_N_BLOCKS];   /* as on the disk: map, text or device [m] */
    uint32_t flags;                     /* EXT2_..._FL                         [i] */
    uint32_t generation;                /*                                     [c] */
    uint32_t file_acl;                  /* block of extended attributes, 0: none [i+m] */
    uint64_t last_index;                /* page that got a block last ...      [m] */
    uint32_t last_block;                /* ... and which; 0: none yet          [m] */
    uint32_t map_dirty;                 /* 0: no indirect block is newer than the disk [a] */
    bool has_text;                      /* a symlink with its text in BLOCK    [c] */
    bool fresh;                         /* the table still has another    [table page] */
    uint64_t find_hint;                 /* directory: page of the last name found [a] */
    uint64_t insert_hint;               /* directory: no room before this page [i] */
    struct ext2_filter *filter;         /* directory: of its names, or NULL; a reader
                                         * may make it                         [i,a] */
};

static inline struct ext2_fs *ext2_fs_of(const struct inode *inode)
{
    return inode->sb->private;
}
static inline struct ext2_inode *ext2_of(const struct inode *inode)
{
    return inode->private;
}

/*
 * meta.c
 */
/* The file system contradicts itself, or its metadata cannot be read or written: say
 * so, count it, have the superblock remember it, and do what fs->on_error says.  Any lock
 * but a spinlock may be held. */
__attribute__((format(printf, 2, 3))) void ext2_error(struct ext2_fs *fs, const char *fmt, ...);
/* BLOCK's page, uptodate, with a reference; WHAT it is for the message.  NEEDED:
 * something is being freed and nobody could be told of a failure, so it waits for memory
 * as long as it takes.  0; -EIO, which was reported; unless NEEDED -ENOMEM.  May sleep. */
int ext2_read_meta(struct ext2_fs *fs, uint32_t block, const char *what, bool needed,
                   struct page **page);

/*
 * super.c
 */
void ext2_register(void);
/* Let the superblock's page say that there are errors; it goes to the disk in time. */
void ext2_mark_error(struct ext2_fs *fs);
/* Writes of metadata that have failed since the last look are errors: report them. */
void ext2_note_lost_writes(struct ext2_fs *fs);

/*
 * balloc.c
 */
extern const struct ext2_alloc_ops ext2_bitmap_ops;
/* GROUP's descriptor, and noting that it was changed. */
struct ext2_group_desc *ext2_desc(struct ext2_fs *fs, uint32_t group);
void ext2_desc_dirty(struct ext2_fs *fs, uint32_t group);

/*
 * bmap.c
 */
/* The largest size a file can have. */
uint64_t ext2_max_size(void);
/* Where pages INDEX, INDEX + 1 .. of INODE are: how many (1 to WANT) lie in
 * consecutive blocks from *BLOCK on, or are a hole (*BLOCK 0).  Or -EIO, -ENOMEM. */
int ext2_map_run(struct inode *inode, uint64_t index, size_t want, uint32_t *block);
/* make_room of address_space_operations. */
int ext2_make_room(struct address_space *as, struct page *page, size_t to);
/* Free the blocks of pages [FIRST, END) of INODE, and tables that lead nowhere then; the
 * pages are gone.  0 or -EIO: what could not be reached stays. */
int ext2_free_range(struct inode *inode, uint64_t first, uint64_t end);
/* Write the indirect blocks that are newer than the disk, and wait. */
int ext2_sync_map(struct inode *inode);

/*
 * pages.c
 */
/* Make fs->io.  0 or -ENOMEM. */
int ext2_pages_init(struct ext2_fs *fs);
extern const struct address_space_operations ext2_data_ops;

/*
 * inode.c
 */
int ext2_inode_cache_init(void);
/* The inode with number INO, referenced.  -EIO, -ENOMEM. */
int ext2_get_inode(struct super_block *sb, uint32_t ino, struct inode **inode);
/* A new inode for a child of DIR, referenced and flagged INODE_NEW; its nlink is 1.
 * It goes into one of the two functions below.  0, -ENOSPC, -EIO, -ENOMEM. */
int ext2_new_inode(struct inode *dir, uint32_t mode, dev_t rdev, const struct cred *cred,
                   struct inode **inode);
/* It has a name: from now on others may see it. */
void ext2_keep_inode(struct inode *inode);
/* It got none: give back all it has, and the reference. */
void ext2_discard_inode(struct inode *inode);
int ext2_write_inode(struct inode *inode);
/* Write the part of the table that has INODE, and wait. */
int ext2_sync_inode(struct inode *inode);
/* What INODE's place in the table has behind the fields: *SIZE *BYTES on *PAGE, referenced, or
 * *PAGE is NULL.  They are guarded as INODE's attributes are.  0, -EIO, -ENOMEM. */
int ext2_inode_rest(struct inode *inode, struct page **page, uint8_t **bytes, uint32_t *size);
void ext2_evict(struct inode *inode);
/* A symlink whose text is in the inode. */
bool ext2_is_fast_symlink(const struct inode *inode);

/*
 * dir.c: all with the directory locked, for writing where it changes.
 */
struct ext2_slot {                      /* where an entry is                       */
    struct page *page;                  /* referenced                              */
    uint32_t offset;
};
/* 0 and *SLOT, -ENOENT, -EIO, -ENOMEM. */
int ext2_dir_find(struct inode *dir, const char *name, size_t len, struct ext2_slot *slot);
void ext2_slot_put(struct ext2_slot *slot);
uint32_t ext2_slot_ino(const struct ext2_slot *slot);
/* 0, -ENOSPC, -EIO, -ENOMEM. */
int ext2_dir_insert(struct inode *dir, const char *name, size_t len, const struct inode *child);
/* These cannot fail: the page is here and was checked. */
void ext2_dir_remove(struct inode *dir, const struct ext2_slot *slot);
void ext2_dir_set(struct inode *dir, const struct ext2_slot *slot, const struct inode *child);
/* 0, -ENOTEMPTY, -EIO, -ENOMEM. */
int ext2_dir_check_empty(struct inode *dir);
/* Give the new directory DIR its "." and "..". */
int ext2_dir_init(struct inode *dir, const struct inode *parent);
extern const struct file_operations ext2_dir_file_ops;

/*
 * namei.c, file.c, symlink.c, xattr.c
 */
extern const struct inode_operations ext2_dir_ops, ext2_file_ops, ext2_symlink_ops;
extern const struct inode_operations ext2_special_ops;
extern const struct file_operations ext2_file_file_ops;
int ext2_fsync(struct file *f, bool data_only);
/* Put a long symlink's text into its page. */
int ext2_symlink_write(struct inode *inode, const char *target, size_t len);
extern const struct xattr_operations ext2_xattr_ops;
/* The inode is being deleted: its attribute block loses one user. */
void ext2_xattr_drop(struct inode *inode);
/* Write the block of attributes, and wait. */
int ext2_sync_xattr(struct inode *inode);
