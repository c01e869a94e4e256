/* SPDX-License-Identifier: MIT */
/*
 * inode.c - inodes from and to their table, their beginning and their end.
 *
 * An inode lies in a block of its group's table among its neighbours.  Only the
 * bytes known here are changed when it is written; the rest (extended attributes
 * behind the fields, what other systems keep) is preserved.
 *
 *     free in the bitmap -> made            ext2_new_inode
 *     made -> linked                        ext2_keep_inode, after its first entry
 *     made -> unlinked                      ext2_discard_inode: something failed
 *     linked -> unlinked, maybe still open  the last entry is removed, nlink 0
 *     unlinked -> free in the bitmap        ext2_evict, at the last reference
 *     unlinked -> lost until e2fsck comes   the same, if its table cannot be read
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/cache/writeback.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define HIGHEST_TIME ((int64_t)0x3ffffffff + INT32_MIN)     /* in the year 2446 */

static struct kmem_cache *inode_cache;

int ext2_inode_cache_init(void)
{
    inode_cache = kmem_cache_create("ext2_inode", sizeof(struct ext2_inode), 0,
                                    SLAB_RECLAIMABLE, NULL);
    return inode_cache ? 0 : -ENOMEM;
}

/* Where an inode lies */

static uint32_t table_block(const struct ext2_fs *fs, uint32_t ino)
{
    const struct ext2_geometry *geo = &fs->geo;
    uint32_t index = (ino - 1) % geo->inodes_per_group;

    return fs->alloc.groups[ext2_ino_group(geo, ino)].inode_table +
           index / (EXT2_BLOCK_SIZE / geo->inode_size);
}

/* The inode in the table and its page, referenced.  -EIO, -ENOMEM. */
static int read_raw(struct ext2_fs *fs, uint32_t ino, bool needed, struct page **page,
                    struct ext2_raw_inode **raw)
{
    uint32_t per_block = EXT2_BLOCK_SIZE / fs->geo.inode_size;
    int err = ext2_read_meta(fs, table_block(fs, ino), "inodes", needed, page);

    if (err)
        return err;
    *raw = (struct ext2_raw_inode *)((char *)page_address(*page) +
           (ino - 1) % fs->geo.inodes_per_group % per_block * fs->geo.inode_size);
    return 0;
}

/* Bytes beyond 128 in use; 0 if there are none or the number is nonsense. */
static uint32_t extra_size(const struct ext2_fs *fs, const struct ext2_raw_inode *raw)
{
    uint32_t room = fs->geo.inode_size - EXT2_INODE_SIZE_MIN, extra;

    if (room == 0)
        return 0;
    extra = le16_get(raw->extra_isize);
    return extra <= room ? extra : 0;
}

/* FIELD is among the bytes that the inode uses. */
static bool has_field(const struct ext2_raw_inode *raw, uint32_t extra, const struct le32 *field)
{
    return (const char *)(field + 1) - (const char *)raw <= EXT2_INODE_SIZE_MIN + (long)extra;
}

/*
 * Times: SECONDS is 32 bits, signed.  MORE, if the inode has it, is 2 bits that
 * count the wraps of those 32, and above them 30 bits of nanoseconds.
 */
static struct timespec get_time(const struct ext2_raw_inode *raw, uint32_t extra,
                                const struct le32 *seconds, const struct le32 *more)
{
    uint32_t bits = has_field(raw, extra, more) ? le32_get(*more) : 0, nsec = bits >> 2;

    return (struct timespec){
        .tv_sec = (int32_t)le32_get(*seconds) + ((int64_t)(bits & 3) << 32),
        .tv_nsec = nsec < NSEC_PER_SEC ? nsec : 0,
    };
}

/* Times that do not fit become the nearest that does. */
static void set_time(const struct ext2_raw_inode *raw, uint32_t extra, struct le32 *seconds,
                     struct le32 *more, const struct timespec *time)
{
    bool has_more = has_field(raw, extra, more);
    int64_t highest = has_more ? HIGHEST_TIME : INT32_MAX;
    int64_t sec = MAX(MIN((int64_t)time->tv_sec, highest), (int64_t)INT32_MIN);
    uint32_t nsec = sec == time->tv_sec ? (uint32_t)time->tv_nsec : 0;
    uint64_t wraps = (uint64_t)sec - (uint64_t)(int32_t)sec;

    *seconds = le32_make((uint32_t)sec);
    if (has_more)
        *more = le32_make(nsec << 2 | (uint32_t)(wraps >> 32 & 3));
}

/* Devices: 8 bits of major and minor in block[0], or Linux's 32 bits in block[1]. */
static dev_t decode_device(const struct le32 *block)
{
    uint32_t old = le32_get(block[0]), new = le32_get(block[1]);

    return old ? dev_make(old >> 8 & 0xff, old & 0xff)
               : dev_make(new >> 8 & 0xfff, (new & 0xff) | (new >> 12 & 0xfff00));
}

static void encode_device(struct le32 *block, dev_t dev)
{
    uint32_t major = dev_major(dev), minor = dev_minor(dev);

    if (major < 256 && minor < 256)
        block[0] = le32_make(major << 8 | minor);
    else
        block[1] = le32_make((minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12);
}

bool ext2_is_fast_symlink(const struct inode *inode)
{
    return ext2_of(inode)->has_text;
}

static bool has_own_blocks(const struct inode *inode)
{
    return S_ISREG(inode->mode) || S_ISDIR(inode->mode) ||
           (S_ISLNK(inode->mode) && !ext2_is_fast_symlink(inode));
}

/* In memory */

static int attach(struct inode *inode)
{
    struct ext2_inode *e = kmem_cache_alloc(inode_cache, GFP_NOFS);

    if (!e)
        return -ENOMEM;
    memset(e, 0, sizeof(*e));
    rwsem_init(&e->map_lock, RANK_BLOCK_MAP, "ext2 map");
    inode->private = e;
    return 0;
}

static void detach(struct inode *inode)
{
    struct ext2_inode *e = ext2_of(inode);

    inode->private = NULL;
    if (!e)
        return;
    kfree(e->filter);
    kmem_cache_free(inode_cache, e);
}

/* Give INODE the operations of its kind. */
static void set_operations(struct inode *inode, dev_t rdev)
{
    if (S_ISREG(inode->mode)) {
        inode->ops = &ext2_file_ops;
        inode->fops = &ext2_file_file_ops;
        inode_set_data_ops(inode, &ext2_data_ops, GFP_USER_MOVABLE, true);
    } else if (S_ISDIR(inode->mode)) {
        inode->ops = &ext2_dir_ops;
        inode->fops = &ext2_dir_file_ops;
        inode_set_data_ops(inode, &ext2_data_ops, GFP_NOFS, true);
        inode->data.keeps_failed = true;
    } else if (S_ISLNK(inode->mode)) {
        inode->ops = &ext2_symlink_ops;
        inode_set_data_ops(inode, &ext2_data_ops, GFP_NOFS, true);
        inode->data.keeps_failed = true;
    } else {
        inode->ops = &ext2_special_ops;
        inode_init_special(inode, rdev);
    }
}

/* Reading */

static void decode(const struct ext2_fs *fs, const struct ext2_raw_inode *raw,
                   struct inode *inode)
{
    struct ext2_inode *e = ext2_of(inode);
    uint32_t extra = extra_size(fs, raw);

    inode_set_mode(inode, le16_get(raw->mode));
    inode->uid = le16_get(raw->uid) | (uint32_t)le16_get(raw->uid_high) << 16;
    inode->gid = le16_get(raw->gid) | (uint32_t)le16_get(raw->gid_high) << 16;
    inode->nlink = le16_get(raw->links_count);
    inode->size = le32_get(raw->size);
    if (S_ISREG(inode->mode))
        inode->size |= (uint64_t)le32_get(raw->size_high) << 32;
    inode->blocks = le32_get(raw->blocks);
    inode->atime = get_time(raw, extra, &raw->atime, &raw->atime_extra);
    inode->mtime = get_time(raw, extra, &raw->mtime, &raw->mtime_extra);
    inode->ctime = get_time(raw, extra, &raw->ctime, &raw->ctime_extra);
    e->flags = le32_get(raw->flags);
    e->generation = le32_get(raw->generation);
    e->file_acl = le32_get(raw->file_acl);
    memcpy(e->block, raw->block, sizeof(e->block));
    e->has_text = S_ISLNK(inode->mode) && inode->blocks == (e->file_acl ? EXT2_SECTORS : 0);
}

static bool is_known_kind(uint32_t mode)
{
    return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISCHR(mode) || S_ISBLK(mode) ||
           S_ISFIFO(mode) || S_ISSOCK(mode);
}

static bool has_possible_size(const struct inode *inode)
{
    if (S_ISREG(inode->mode))
        return inode->size <= ext2_max_size();
    if (S_ISDIR(inode->mode))
        return inode->size > 0 && inode->size <= INT32_MAX && inode->size % EXT2_BLOCK_SIZE == 0;
    if (S_ISLNK(inode->mode))
        return inode->size > 0 &&
               inode->size < (ext2_is_fast_symlink(inode) ? sizeof(ext2_of(inode)->block)
                                                          : PATH_MAX);
    return true;
}

/* Why the inode as decoded cannot be used, or NULL. */
static const char *find_fault(const struct inode *inode)
{
    if (inode->nlink == 0)
        return "is deleted";
    if (!is_known_kind(inode->mode))
        return "is of no known kind";
    if (ext2_of(inode)->flags & EXT2_FOREIGN_FL)
        return "stores its data in a way that is not ext2's";
    if (!has_possible_size(inode))
        return "has an impossible size";
    return NULL;
}

/* Fill in a fresh inode. */
static int load(struct inode *inode)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    struct ext2_raw_inode *raw;
    const char *fault;
    struct page *page;
    int err = attach(inode);

    if (!err)
        err = read_raw(fs, (uint32_t)inode->ino, false, &page, &raw);
    if (err)
        return err;
    decode(fs, raw, inode);
    put_page(page);
    fault = find_fault(inode);
    if (fault) {
        ext2_error(fs, "inode %lu %s", inode->ino, fault);
        return -EIO;
    }
    /* Who left the inode before may have left its tables unwritten: they stay longer. */
    ext2_of(inode)->map_dirty = has_own_blocks(inode);
    set_operations(inode, decode_device(ext2_of(inode)->block));
    return 0;
}

int ext2_get_inode(struct super_block *sb, uint32_t ino, struct inode **inode)
{
    struct ext2_fs *fs = sb->private;
    int err;

    if (ino != EXT2_ROOT_INO && (ino < fs->geo.first_inode || ino > fs->geo.ninodes)) {
        ext2_error(fs, "inode number %u is no file's", ino);
        return -EIO;
    }
    *inode = inode_get_cached(sb, ino);
    if (!*inode)
        return -ENOMEM;
    if (!inode_test(*inode, INODE_NEW))
        return 0;
    err = load(*inode);
    if (!err) {
        inode_unlock_new(*inode);
        return 0;
    }
    detach(*inode);
    inode_fail_new(*inode);
    return err;
}

/* Writing */

/* The fields that change; INODE's map does not meanwhile. */
static void encode(struct ext2_fs *fs, const struct inode *inode, struct ext2_raw_inode *raw)
{
    const struct ext2_inode *e = ext2_of(inode);
    uint64_t size = inode_size(inode);
    uint32_t extra = extra_size(fs, raw);

    raw->mode = le16_make((uint16_t)inode->mode);
    raw->uid = le16_make((uint16_t)inode->uid);
    raw->uid_high = le16_make((uint16_t)(inode->uid >> 16));
    raw->gid = le16_make((uint16_t)inode->gid);
    raw->gid_high = le16_make((uint16_t)(inode->gid >> 16));
    raw->links_count = le16_make((uint16_t)inode->nlink);
    raw->size = le32_make((uint32_t)size);
    if (S_ISREG(inode->mode))
        raw->size_high = le32_make((uint32_t)(size >> 32));
    if (S_ISREG(inode->mode) && size > INT32_MAX)
        __atomic_store_n(&fs->large_files, true, __ATOMIC_RELAXED);
    raw->blocks = le32_make((uint32_t)inode->blocks);
    raw->flags = le32_make(e->flags);
    raw->generation = le32_make(e->generation);
    raw->file_acl = le32_make(e->file_acl);
    memcpy(raw->block, e->block, sizeof(raw->block));
    set_time(raw, extra, &raw->atime, &raw->atime_extra, &inode->atime);
    set_time(raw, extra, &raw->mtime, &raw->mtime_extra, &inode->mtime);
    set_time(raw, extra, &raw->ctime, &raw->ctime_extra, &inode->ctime);
}

/* Wipe out the predecessor of a new inode. */
static void prepare(const struct ext2_fs *fs, const struct inode *inode,
                    struct ext2_raw_inode *raw)
{
    uint32_t extra = fs->geo.extra_isize;

    memset(raw, 0, fs->geo.inode_size);
    if (extra == 0)
        return;
    raw->extra_isize = le16_make((uint16_t)extra);
    if (has_field(raw, extra, &raw->crtime_extra))
        set_time(raw, extra, &raw->crtime, &raw->crtime_extra, &inode->ctime);
}

/* Into RAW on its PAGE of the table; DELETED: as an inode that is free from now on. */
static void store(struct inode *inode, struct page *page, struct ext2_raw_inode *raw,
                  bool deleted)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    struct ext2_inode *e = ext2_of(inode);

    rwsem_read_lock(&e->map_lock);
    page_lock(page);
    if (e->fresh)
        prepare(fs, inode, raw);
    e->fresh = false;
    encode(fs, inode, raw);
    raw->dtime = le32_make(deleted ? (uint32_t)inode_now().tv_sec : 0);
    page_cache_dirty(page);
    page_unlock(page);
    rwsem_read_unlock(&e->map_lock);
}

/* Without memory the inode stays dirty and is written another time; there is none when
 * the file system is unmounted. */
int ext2_write_inode(struct inode *inode)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    bool last_time = inode->sb->internal_flags & SB_DYING;
    struct ext2_raw_inode *raw;
    struct page *page;
    int err;

    ext2_note_lost_writes(fs);
    err = read_raw(fs, (uint32_t)inode->ino, last_time, &page, &raw);
    if (err)
        return err;
    store(inode, page, raw, false);
    put_page(page);
    return 0;
}

int ext2_sync_inode(struct inode *inode)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    uint32_t block = table_block(fs, (uint32_t)inode->ino);

    return writeback_range(fs->meta, block, block, true);
}

/* A fresh inode's place is cleared first of what its predecessor left. */
int ext2_inode_rest(struct inode *inode, struct page **page, uint8_t **bytes, uint32_t *size)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    struct ext2_raw_inode *raw;
    uint32_t extra;
    int err = read_raw(fs, (uint32_t)inode->ino, false, page, &raw);

    if (err)
        return err;
    if (ext2_of(inode)->fresh)
        store(inode, *page, raw, false);
    extra = extra_size(fs, raw);
    *bytes = (uint8_t *)raw + EXT2_INODE_SIZE_MIN + extra;
    *size = fs->geo.inode_size - EXT2_INODE_SIZE_MIN - extra;
    if (extra == 0 || extra % 4 != 0) {
        put_page(*page);
        *page = NULL;
    }
    return 0;
}

/* Beginning and end */

/* The inode INO, just allocated, flagged INODE_NEW with its private part. */
static int make_cached(struct super_block *sb, uint32_t ino, struct inode **out)
{
    struct ext2_fs *fs = sb->private;
    struct inode *inode = inode_get_cached(sb, ino);

    if (!inode)
        return -ENOMEM;
    if (!inode_test(inode, INODE_NEW)) {
        ext2_error(fs, "inode %u is in use but was marked free", ino);
        inode_put(inode);
        return -EIO;
    }
    if (attach(inode) != 0) {
        inode_fail_new(inode);
        return -ENOMEM;
    }
    *out = inode;
    return 0;
}

/* What could not be stored later is refused now. */
static int check_table(struct ext2_fs *fs, uint32_t ino)
{
    struct ext2_raw_inode *raw;
    struct page *page;
    int err = read_raw(fs, ino, false, &page, &raw);

    if (!err)
        put_page(page);
    return err;
}

int ext2_new_inode(struct inode *dir, uint32_t mode, dev_t rdev, const struct cred *cred,
                   struct inode **out)
{
    struct ext2_fs *fs = ext2_fs_of(dir);
    uint32_t parent = ext2_ino_group(&fs->geo, (uint32_t)dir->ino), ino;
    struct inode *inode;
    int err = ext2_alloc_inode(&fs->alloc, parent, S_ISDIR(mode), &ino);

    if (err)
        return err;
    err = check_table(fs, ino);
    if (err) {
        ext2_free_inode(&fs->alloc, ino, S_ISDIR(mode));
        return err;
    }
    err = make_cached(dir->sb, ino, &inode);
    if (err == -ENOMEM)
        ext2_free_inode(&fs->alloc, ino, S_ISDIR(mode));
    else if (err && S_ISDIR(mode))
        ext2_uncount_dir(&fs->alloc, ino);
    if (err)
        return err;
    inode_init_owner(inode, dir, mode, cred);
    ext2_of(inode)->fresh = true;
    ext2_of(inode)->generation = (uint32_t)port_random();
    if (S_ISCHR(mode) || S_ISBLK(mode))
        encode_device(ext2_of(inode)->block, rdev);
    set_operations(inode, rdev);
    inode_mark_dirty(inode);
    *out = inode;
    return 0;
}

void ext2_keep_inode(struct inode *inode)
{
    inode_unlock_new(inode);
    inode_mark_dirty(inode);
}

void ext2_discard_inode(struct inode *inode)
{
    inode->nlink = 0;
    inode_unlock_new(inode);
    inode_put(inode);
}

/*
 * Blocks first, then the number: nobody may find the number free and the blocks taken.
 * Where the table cannot be read, or no changes are taken, all of the inode stays: were
 * its blocks freed, another file could get them while the table still has them here.
 */
static void delete(struct inode *inode)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    struct ext2_raw_inode *raw;
    struct page *page;

    if (super_is_read_only(inode->sb) ||
        read_raw(fs, (uint32_t)inode->ino, true, &page, &raw) != 0)
        return;
    if (has_own_blocks(inode))
        ext2_free_range(inode, 0, UINT64_MAX);
    ext2_xattr_drop(inode);
    inode_set_size(inode, 0);
    store(inode, page, raw, true);
    put_page(page);
    ext2_free_inode(&fs->alloc, (uint32_t)inode->ino, S_ISDIR(inode->mode));
}

void ext2_evict(struct inode *inode)
{
    if (ext2_of(inode) && inode->nlink == 0)
        delete(inode);
    detach(inode);
}
