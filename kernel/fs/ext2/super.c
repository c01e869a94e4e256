/* SPDX-License-Identifier: MIT */
/*
 * super.c - mounting, syncing and unmounting ext2.
 *
 * The superblock on the disk says "clean" only while nobody writes: mounting for
 * writing takes the flag away before anything else is changed, and unmounting
 * puts back what was found.  The totals in it are the sums of the groups'
 * counters; they are carried there by sync.
 *
 * A failure that may leave the disk inconsistent is an error of the file system:
 * the superblock says so from then on, until e2fsck has looked, and its field
 * "errors" (or the mount option) says whether to go on, to take no more changes,
 * or to panic.  Writes fail behind everybody's back; whoever syncs finds out.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/cache/writeback.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

/* The superblock */

static struct ext2_super *super_of(struct ext2_fs *fs)
{
    return (struct ext2_super *)((char *)page_address(fs->super_page) + EXT2_SUPER_OFFSET);
}

static uint32_t now(void)
{
    return (uint32_t)inode_now().tv_sec;
}

/* What the state should be: errors stay until e2fsck has looked. */
static uint16_t state_of(const struct ext2_fs *fs, bool mounted)
{
    uint16_t state = fs->mount_state;

    if (mounted)
        state &= (uint16_t)~EXT2_STATE_VALID;
    if (__atomic_load_n(&fs->nerrors, __ATOMIC_RELAXED) > 0)
        state |= EXT2_STATE_ERROR;
    return state;
}

/* Features that have come into use. */
static uint32_t new_compat(const struct ext2_fs *fs)
{
    return __atomic_load_n(&fs->has_attributes, __ATOMIC_RELAXED) ? EXT2_COMPAT_EXT_ATTR : 0;
}

static uint32_t new_ro_compat(const struct ext2_fs *fs)
{
    return __atomic_load_n(&fs->large_files, __ATOMIC_RELAXED) ? EXT2_RO_COMPAT_LARGE_FILE : 0;
}

static bool has_news(const struct ext2_fs *fs, const struct ext2_super *s, uint16_t state)
{
    return le32_get(s->free_blocks_count) != fs->alloc.free_blocks ||
           le32_get(s->free_inodes_count) != fs->alloc.free_inodes ||
           le16_get(s->state) != state ||
           (new_compat(fs) & ~le32_get(s->feature_compat)) ||
           (new_ro_compat(fs) & ~le32_get(s->feature_ro_compat));
}

/* Bring the superblock's page up to date. */
static void store_super(struct ext2_fs *fs, bool mounted)
{
    struct ext2_super *s = super_of(fs);
    uint16_t state;

    page_lock(fs->super_page);
    state = state_of(fs, mounted);
    if (has_news(fs, s, state)) {
        s->free_blocks_count = le32_make(fs->alloc.free_blocks);
        s->free_inodes_count = le32_make(fs->alloc.free_inodes);
        s->state = le16_make(state);
        s->wtime = le32_make(now());
        s->feature_compat = le32_make(le32_get(s->feature_compat) | new_compat(fs));
        s->feature_ro_compat = le32_make(le32_get(s->feature_ro_compat) | new_ro_compat(fs));
        page_cache_dirty(fs->super_page);
    }
    page_unlock(fs->super_page);
}

/* No lock: the state is two bytes of its own, and store_super finds the same. */
void ext2_mark_error(struct ext2_fs *fs)
{
    struct ext2_super *s = super_of(fs);

    s->state = le16_make(le16_get(s->state) | EXT2_STATE_ERROR);
    page_cache_dirty(fs->super_page);
}

void ext2_note_lost_writes(struct ext2_fs *fs)
{
    uint32_t lost = __atomic_load_n(&fs->meta->write_errors, __ATOMIC_ACQUIRE) +
                    __atomic_load_n(&fs->lost_names, __ATOMIC_ACQUIRE);
    uint32_t reported = __atomic_load_n(&fs->reported_lost, __ATOMIC_RELAXED);

    if (lost == reported)
        return;
    reported = __atomic_exchange_n(&fs->reported_lost, lost, __ATOMIC_RELAXED);
    if (lost != reported)
        ext2_error(fs, "%u blocks of metadata could not be written", lost - reported);
}

/* What cannot be written is tried once more: the failure may have been a passing one, and
 * the superblock has to say what happened. */
static int sync_meta(struct ext2_fs *fs, bool wait)
{
    int err = writeback_range(fs->meta, 0, UINT64_MAX, wait);

    ext2_note_lost_writes(fs);
    if (err)
        err = writeback_range(fs->meta, 0, UINT64_MAX, wait);
    return err || !wait ? err : block_flush(fs->dev);
}

/* From now on the disk may be inconsistent, and says so. */
static int begin_writing(struct ext2_fs *fs)
{
    struct ext2_super *s = super_of(fs);

    if (!fs->geo.clean)
        printk("ext2: %s: was not unmounted cleanly or has errors, run e2fsck\n",
               fs->dev->name);
    page_lock(fs->super_page);
    s->mnt_count = le16_make(le16_get(s->mnt_count) + 1);
    s->mtime = le32_make(now());
    page_unlock(fs->super_page);
    store_super(fs, true);
    return sync_meta(fs, true);
}

/* The disk is consistent again, once all of this has reached it. */
static int end_writing(struct ext2_fs *fs)
{
    int err = sync_meta(fs, true);

    if (err)
        return err;
    store_super(fs, false);
    return sync_meta(fs, true);
}

static bool is_writable(const struct super_block *sb)
{
    return !(sb->flags & MS_RDONLY);
}

static int sync(struct super_block *sb, bool wait)
{
    struct ext2_fs *fs = sb->private;

    if (is_writable(sb))
        store_super(fs, true);
    return sync_meta(fs, wait);
}

/* Mounting */

/* Explain why not; ERR is the answer. */
static int refuse(const struct ext2_fs *fs, const char *why, int err)
{
    printk("ext2: %s: %s\n", fs->dev->name, why);
    return err;
}

static int read_super(struct ext2_fs *fs, bool writable)
{
    uint64_t dev_blocks = fs->dev->capacity / EXT2_SECTORS;
    char why[EXT2_MESSAGE_MAX];
    int err;

    if (dev_blocks == 0)
        return refuse(fs, "the disk is smaller than a block", -EINVAL);
    if (writable && fs->dev->read_only)
        return refuse(fs, "the disk is read-only", -EROFS);
    err = page_cache_read(fs->meta, 0, NULL, &fs->super_page);
    if (err)
        return refuse(fs, "cannot read the superblock", err);
    err = ext2_geometry_read(&fs->geo, super_of(fs), dev_blocks, writable, why);
    if (why[0])
        refuse(fs, why, err);
    fs->mount_state = le16_get(super_of(fs)->state);
    if (fs->on_error == 0)
        fs->on_error = le16_get(super_of(fs)->errors);
    return err;
}

/* Check GROUP and add up what is free. */
static int read_group(struct ext2_fs *fs, uint32_t group)
{
    const struct ext2_group_desc *desc = ext2_desc(fs, group);
    struct ext2_group *g = &fs->alloc.groups[group];
    char why[EXT2_MESSAGE_MAX];

    if (ext2_check_group(&fs->geo, group, desc, why) != 0)
        return refuse(fs, why, -EINVAL);
    g->block_bitmap = le32_get(desc->block_bitmap);
    g->inode_bitmap = le32_get(desc->inode_bitmap);
    g->inode_table = le32_get(desc->inode_table);
    g->free_blocks = le16_get(desc->free_blocks_count);
    g->free_inodes = le16_get(desc->free_inodes_count);
    g->used_dirs = le16_get(desc->used_dirs_count);
    fs->alloc.free_blocks += g->free_blocks;
    fs->alloc.free_inodes += g->free_inodes;
    return 0;
}

static int read_groups(struct ext2_fs *fs)
{
    int err;

    fs->alloc.geo = &fs->geo;
    fs->alloc.ops = &ext2_bitmap_ops;
    fs->alloc.groups = kvcalloc(fs->geo.ngroups, sizeof(struct ext2_group));
    fs->desc_pages = kvcalloc(fs->geo.gdt_blocks, sizeof(struct page *));
    if (!fs->alloc.groups || !fs->desc_pages)
        return -ENOMEM;
    for (uint32_t i = 0; i < fs->geo.gdt_blocks; i++) {
        err = page_cache_read(fs->meta, 1 + i, NULL, &fs->desc_pages[i]);
        if (err)
            return refuse(fs, "cannot read the group descriptors", err);
    }
    for (uint32_t group = 0; group < fs->geo.ngroups; group++) {
        err = read_group(fs, group);
        if (err)
            return err;
    }
    return 0;
}

static void destroy_fs(struct ext2_fs *fs)
{
    page_io_pool_fini(&fs->io);
    if (fs->meta)
        fs->meta->keeps_failed = false;
    for (uint32_t i = 0; fs->desc_pages && i < fs->geo.gdt_blocks; i++)
        if (fs->desc_pages[i])
            put_page(fs->desc_pages[i]);
    if (fs->super_page)
        put_page(fs->super_page);
    kvfree(fs->desc_pages);
    kvfree(fs->alloc.groups);
    kfree(fs);
}

static const struct { const char *option; uint16_t on_error; } error_options[] = {
    { "errors=continue", EXT2_ERRORS_CONTINUE },
    { "errors=remount-ro", EXT2_ERRORS_RO },
    { "errors=panic", EXT2_ERRORS_PANIC },
};

/* One of OPTIONS, LEN bytes; one that we do not know may have been meant. */
static int take_option(const struct ext2_fs *fs, const char *option, size_t len,
                       uint16_t *on_error)
{
    if (len == 0 || (len == 8 && memcmp(option, "defaults", 8) == 0))
        return 0;
    for (unsigned i = 0; i < ARRAY_SIZE(error_options); i++) {
        if (strlen(error_options[i].option) != len ||
            memcmp(option, error_options[i].option, len) != 0)
            continue;
        *on_error = error_options[i].on_error;
        return 0;
    }
    printk("ext2: %s: unknown mount option '%s'\n", fs->dev->name, option);
    return -EINVAL;
}

/* Options are separated by commas.  All are taken or none. */
static int take_options(struct ext2_fs *fs, const char *options)
{
    uint16_t on_error = fs->on_error;
    int err = 0;

    while (options && options[0] && !err) {
        const char *comma = strchr(options, ',');
        size_t len = comma ? (size_t)(comma - options) : strlen(options);

        err = take_option(fs, options, len, &on_error);
        options = comma ? comma + 1 : NULL;
    }
    if (!err)
        fs->on_error = on_error;
    return err;
}

static int get_root(struct ext2_fs *fs)
{
    int err = ext2_get_inode(fs->sb, EXT2_ROOT_INO, &fs->sb->root);

    if (err) {
        fs->sb->root = NULL;
        return refuse(fs, "cannot read the root directory", err);
    }
    if (S_ISDIR(fs->sb->root->mode))
        return 0;
    inode_put(fs->sb->root);
    fs->sb->root = NULL;
    return refuse(fs, "the root is not a directory", -EINVAL);
}

static int open_fs(struct ext2_fs *fs, const char *options, bool writable)
{
    int err;

    fs->meta = bdev_mapping(fs->dev);
    err = fs->meta ? take_options(fs, options) : -ENOMEM;
    if (err)
        return err;
    fs->meta->keeps_failed = true;
    fs->reported_lost = fs->meta->write_errors;
    err = read_super(fs, writable);
    if (!err)
        err = read_groups(fs);
    if (!err)
        err = ext2_pages_init(fs);
    return err;
}

/* What the VFS asks */

static void unmount(struct super_block *sb)
{
    struct ext2_fs *fs = sb->private;

    if (is_writable(sb) && end_writing(fs) != 0)
        printk("ext2: %s: not everything could be written\n", fs->dev->name);
    destroy_fs(fs);
    sb->private = NULL;
}

static int statfs(struct super_block *sb, struct statfs *st)
{
    const struct ext2_fs *fs = sb->private;
    const struct ext2_geometry *geo = &fs->geo;
    uint32_t free = fs->alloc.free_blocks;

    st->f_type = EXT2_SUPER_MAGIC;
    st->f_bsize = st->f_frsize = EXT2_BLOCK_SIZE;
    st->f_blocks = geo->nblocks - ext2_overhead(geo);
    st->f_bfree = free;
    st->f_bavail = free - MIN(free, geo->reserved_blocks);
    st->f_files = geo->ninodes;
    st->f_ffree = fs->alloc.free_inodes;
    st->f_namelen = EXT2_NAME_MAX;
    return 0;
}

/* What to do on errors, unless it is what everybody does. */
static void show_options(struct super_block *sb, char *buf, size_t size)
{
    const struct ext2_fs *fs = sb->private;

    super_op_no_options(sb, buf, size);
    for (unsigned i = 1; i < ARRAY_SIZE(error_options); i++)
        if (error_options[i].on_error == fs->on_error)
            fmt_snprintf(buf, size, ",%s", error_options[i].option);
}

static int remount(struct super_block *sb, uint32_t flags, const char *options)
{
    struct ext2_fs *fs = sb->private;
    bool writable = !(flags & MS_RDONLY);
    struct ext2_geometry geo;
    char why[EXT2_MESSAGE_MAX];
    int err = take_options(fs, options);

    if (err)
        return err;
    if (writable && (sb->internal_flags & SB_STOPPED))
        return refuse(fs, "has errors: unmount it and run e2fsck", -EROFS);
    if (writable == is_writable(sb))
        return 0;
    if (!writable)
        return end_writing(fs);
    if (fs->dev->read_only)
        return refuse(fs, "the disk is read-only", -EROFS);
    err = ext2_geometry_read(&geo, super_of(fs), fs->dev->capacity / EXT2_SECTORS, true, why);
    return err ? refuse(fs, why, err) : begin_writing(fs);
}

static const struct super_operations super_ops = {
    .evict = ext2_evict,
    .write_inode = ext2_write_inode,
    .sync = sync,
    .unmount = unmount,
    .statfs = statfs,
    .show_options = show_options,
    .remount = remount,
};

/* With everything checked: take the flag away if we may write, and find the root. */
static int start(struct ext2_fs *fs, bool writable)
{
    int err = writable ? begin_writing(fs) : 0;

    if (!err)
        err = get_root(fs);
    if (err && writable)
        end_writing(fs);
    return err;
}

static int mount(const struct file_system_type *type, struct block_device *dev, uint32_t flags,
                 const char *options, struct super_block **out)
{
    struct super_block *sb = super_create(type, dev, flags);
    struct ext2_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
    bool writable = !(flags & MS_RDONLY);
    int err = -ENOMEM;

    if (!sb || !fs)
        goto free_memory;
    fs->sb = sb;
    fs->dev = dev;
    sb->private = fs;
    sb->ops = &super_ops;
    sb->max_size = ext2_max_size();
    err = open_fs(fs, options, writable);
    if (!err)
        err = start(fs, writable);
    if (!err) {
        *out = sb;
        return 0;
    }
    inode_evict_unused(sb);
    destroy_fs(fs);
    super_destroy(sb);
    return err;
free_memory:
    kfree(fs);
    if (sb)
        super_destroy(sb);
    return err;
}

static struct file_system_type ext2_type = {
    .name = "ext2",
    .needs_device = true,
    .mount = mount,
};

void ext2_register(void)
{
    if (ext2_inode_cache_init() != 0)
        panic("ext2: no memory at boot");
    filesystem_register(&ext2_type);
}
