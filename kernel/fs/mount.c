/* SPDX-License-Identifier: MIT */
/*
 * mount.c - the tree of mounts.
 *
 * Attaching and detaching happen under a mutex, so that they can sleep, and under
 * dentry_lock, so that walks see the tree whole.  There are few mounts: a list is
 * searched, and only at entries that something is mounted on.
 */
#include "kernel/fs/mount.h"
#include "kernel/fs/bdev.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* Flags that a mount may have; MS_SILENT and the like are accepted and forgotten. */
#define KEPT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS | ATIME_FLAGS)
/* When reading changes the time of access; a remount that names none leaves them. */
#define ATIME_FLAGS (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)
#define REFUSED_FLAGS (MS_BIND | MS_MOVE)

static struct mutex mount_mutex;
static struct list mounts = LIST_INIT(mounts);  /* parents before children   [m+d] */
static struct mount *root_mount;                /*                           [m+d] */
struct mount mount_apart = { .refcount = 1 };
static int last_id = MOUNT_ID_NONE;             /* given to a mount            [m] */

/* ---- for walks: dentry_lock is held ----------------------------------------------------- */

struct mount *mount_find_locked(const struct path *path)
{
    struct mount *m;

    list_for_each_entry(m, &mounts, link)
        if (m->parent == path->mount && m->point == path->dentry)
            return m;
    return NULL;
}

void mount_ascend_locked(struct path *path, const struct path *root)
{
    while (path->dentry == path->mount->root && path->mount->parent && !path_equal(path, root)) {
        path->dentry = path->mount->point;
        path->mount = path->mount->parent;
    }
}

void mount_descend_locked(struct path *path)
{
    struct mount *m;

    while (path->dentry->nmounts > 0 && (m = mount_find_locked(path))) {
        path->mount = m;
        path->dentry = m->root;
    }
}

/* ---- life --------------------------------------------------------------------------------- */

static void destroy_mount(struct mount *m)
{
    dentry_put(m->root);
    super_put(m->sb);
    kfree(m->source);
    kfree(m);
}

void mount_put(struct mount *m)
{
    if (m && __atomic_sub_fetch(&m->refcount, 1, __ATOMIC_ACQ_REL) == 0)
        destroy_mount(m);
}

/* The root entry of SB with a reference; all mounts of SB share it.  mount_mutex held. */
static struct dentry *get_root_dentry(struct super_block *sb)
{
    if (!sb->root_dentry) {
        inode_get(sb->root);
        sb->root_dentry = dentry_make_apart(sb, sb->root, "/");
        if (!sb->root_dentry)
            inode_put(sb->root);
    }
    if (sb->root_dentry)
        dentry_get(sb->root_dentry);
    return sb->root_dentry;
}

/* A mount of SB, not attached, with one reference; takes over SB.  NULL: no memory. */
static struct mount *make_mount(struct super_block *sb, const char *source)
{
    struct mount *m = kzalloc(sizeof(*m), GFP_KERNEL);

    if (!m)
        return NULL;
    m->sb = sb;
    m->refcount = 1;
    m->source = kstrdup(source, GFP_KERNEL);
    m->root = m->source ? get_root_dentry(sb) : NULL;
    if (!m->root) {
        kfree(m->source);
        kfree(m);
        return NULL;
    }
    m->id = ++last_id;
    list_init(&m->link);
    return m;
}

/*
 * Hang M onto POINT (NULL: as the root of all).  The directory is locked, as it is for who
 * removes it and looks for mounts before.  0, -ENOENT, -EBUSY.
 */
static int attach(struct mount *m, const struct path *point)
{
    struct path at;
    int err = 0;

    if (point)
        rwsem_write_lock(&path_inode(point)->lock);
    spin_lock(&dentry_lock);
    if (!point) {
        err = root_mount ? -EBUSY : 0;
        if (!err)
            root_mount = m;
    } else {
        /* On top of what may have been mounted there by now. */
        at = *point;
        mount_descend_locked(&at);
        if (inode_test(at.dentry->inode, INODE_DEAD)
            || (!at.dentry->hashed && at.dentry->parent != at.dentry))
            err = -ENOENT;
        if (!err) {
            m->parent = at.mount;
            m->point = at.dentry;
            mount_get(at.mount);
            dentry_get_locked(at.dentry);
            at.dentry->nmounts++;
            at.mount->nchildren++;
        }
    }
    if (!err)
        list_insert_tail(&mounts, &m->link);
    spin_unlock(&dentry_lock);
    if (point)
        rwsem_write_unlock(&path_inode(point)->lock);
    return err;
}

/* Take M out of the tree; *POINT becomes the references on where it was. */
static void detach_locked(struct mount *m, struct path *point)
{
    list_remove(&m->link);
    *point = (struct path){ m->parent, m->point };
    m->point->nmounts--;
    m->parent->nchildren--;
    m->parent = NULL;
    m->point = NULL;
}

/* ---- mount(2) ------------------------------------------------------------------------------- */

/* The disk that SOURCE names: a path to its node, or, while booting, its name. */
static int find_disk(const char *source, const struct path_ctx *ctx, struct block_device **out)
{
    struct path path;
    int err;

    if (!ctx) {
        if (strncmp(source, "/dev/", 5) == 0)
            source += 5;
        *out = block_find_name(source);
        return *out ? 0 : -ENODEV;
    }
    err = path_lookup(ctx, NULL, source, LOOKUP_FOLLOW, &path);
    if (err)
        return err;
    if (S_ISBLK(path_inode(&path)->mode)) {
        *out = bdev_of_inode(path_inode(&path));
        err = *out ? 0 : -ENXIO;
    } else {
        err = -ENOTBLK;
    }
    path_put(&path);
    return err;
}

static int make_super(const struct file_system_type *type, const char *source, uint32_t flags,
                      const char *options, const struct path_ctx *ctx, struct super_block **sb)
{
    struct block_device *disk = NULL;
    int err;

    if (!type->needs_device)
        return type->mount(type, NULL, flags, options, sb);
    err = find_disk(source, ctx, &disk);
    if (!err)
        err = block_claim(disk, disk);
    if (err)
        return err;
    if (disk->read_only)
        flags |= MS_RDONLY;
    err = type->mount(type, disk, flags, options, sb);
    if (err) {
        bdev_flush_and_drop(disk);
        block_release(disk, disk);
    }
    return err;
}

/* Of mount(2)'s FLAGS those that a mount keeps; of the rules for times the strictest. */
static uint32_t kept_flags(uint32_t flags)
{
    if (flags & MS_STRICTATIME)
        flags &= ~(uint32_t)(MS_NOATIME | MS_RELATIME);
    return flags & KEPT_FLAGS;
}

int fs_mount(const char *source, const struct path *dir, const char *type_name, uint32_t flags,
             const char *options, const struct path_ctx *ctx)
{
    const struct file_system_type *type = filesystem_find(type_name);
    struct super_block *sb;
    struct mount *m;
    int err;

    if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
        flags &= ~MS_MGC_MSK;
    if (flags & REFUSED_FLAGS)
        return -EINVAL;
    if (!type)
        return -ENODEV;
    if (dir && !S_ISDIR(path_inode(dir)->mode))
        return -ENOTDIR;
    mutex_lock(&mount_mutex);
    err = make_super(type, source, kept_flags(flags), options ? options : "", ctx, &sb);
    if (!err) {
        m = make_mount(sb, source);
        if (!m)
            super_put(sb);
        err = m ? attach(m, dir) : -ENOMEM;
        if (m && err)
            mount_put(m);
    }
    mutex_unlock(&mount_mutex);
    return err;
}

/* No operation may come between the last sync and the end of changes. */
static int make_read_only(struct super_block *sb, uint32_t flags, const char *options)
{
    int err;

    if (inode_needs_writing(sb))
        return -EBUSY;
    fs_ops_stop(sb);
    err = inode_needs_writing(sb) ? -EBUSY : fs_sync(sb, true);
    if (!err)
        err = sb->ops->remount(sb, flags, options);
    if (!err)
        __atomic_store_n(&sb->flags, flags, __ATOMIC_SEQ_CST);
    fs_ops_resume(sb);
    return err;
}

static int change_flags(struct super_block *sb, uint32_t flags, const char *options)
{
    int err = fs_sync(sb, true);

    if (!err)
        err = sb->ops->remount(sb, flags, options);
    if (!err)
        __atomic_store_n(&sb->flags, flags, __ATOMIC_RELEASE);
    return err;
}

int fs_remount(const struct path *dir, uint32_t flags, const char *options)
{
    struct super_block *sb = dir->mount->sb;
    int err;

    if (dir->dentry != dir->mount->root)
        return -EINVAL;
    flags = kept_flags(flags);
    mutex_lock(&mount_mutex);
    if (!(flags & ATIME_FLAGS))
        flags |= sb->flags & ATIME_FLAGS;
    if (sb->bdev && sb->bdev->read_only && !(flags & MS_RDONLY))
        err = -EACCES;
    else if ((flags & MS_RDONLY) && !(sb->flags & MS_RDONLY))
        err = make_read_only(sb, flags, options ? options : "");
    else
        err = change_flags(sb, flags, options ? options : "");
    mutex_unlock(&mount_mutex);
    return err;
}

int fs_umount(const struct path *dir, uint32_t flags)
{
    struct mount *m = dir->mount;
    struct path point = { NULL, NULL };
    int err = 0;

    if (flags & ~(uint32_t)(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
        return -EINVAL;
    if (dir->dentry != m->root)
        return -EINVAL;
    mutex_lock(&mount_mutex);
    fs_sync(m->sb, true);
    dentry_shrink_super(m->sb);
    spin_lock(&dentry_lock);
    if (m == root_mount || m->nchildren > 0)
        err = -EBUSY;
    else if (!m->parent)
        err = -EINVAL;
    /* The tree's reference and the caller's path, else somebody uses it. */
    else if (!(flags & MNT_DETACH) && __atomic_load_n(&m->refcount, __ATOMIC_ACQUIRE) > 2)
        err = -EBUSY;
    else
        detach_locked(m, &point);
    spin_unlock(&dentry_lock);
    mutex_unlock(&mount_mutex);
    if (err)
        return err;
    path_put(&point);
    mount_put(m);
    return 0;
}

void fs_root(struct path *out)
{
    spin_lock(&dentry_lock);
    out->mount = root_mount;
    out->dentry = root_mount->root;
    mount_descend_locked(out);
    mount_get(out->mount);
    dentry_get_locked(out->dentry);
    spin_unlock(&dentry_lock);
}

/* ---- all mounts -------------------------------------------------------------------------------- */

/* What INFO says of M but its name. */
static struct mount_info describe(const struct mount *m)
{
    return (struct mount_info){
        .id = m->id, .parent_id = m->parent ? m->parent->id : MOUNT_ID_NONE,
        .source = m->source, .sb = m->sb,
    };
}

int mount_for_each(const struct path *root,
                   int (*fn)(const struct mount_info *info, void *arg), void *arg)
{
    char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
    struct mount *m;
    int err;

    if (!buf)
        return -ENOMEM;
    mutex_lock(&mount_mutex);
    list_for_each_entry(m, &mounts, link) {
        struct mount_info info = describe(m);
        struct path at = { m, m->root };

        info.point = path_name(&at, root, buf, PATH_MAX, &err);
        if (info.point && fn(&info, arg) != 0)
            break;
    }
    mutex_unlock(&mount_mutex);
    kfree(buf);
    return 0;
}

int mount_id_of(const struct file *f)
{
    return f->path.mount ? f->path.mount->id : MOUNT_ID_NONE;
}

int fs_sync_all(bool wait)
{
    struct mount *m;
    int err = 0, e;

    mutex_lock(&mount_mutex);
    list_for_each_entry(m, &mounts, link) {
        e = m->sb->bdev ? fs_sync(m->sb, wait) : 0;
        if (!err)
            err = e;
    }
    mutex_unlock(&mount_mutex);
    e = bdev_sync_all(wait);
    return err ? err : e;
}

void fs_shutdown(void)
{
    struct mount *m;

    mutex_lock(&mount_mutex);
    list_for_each_entry_reverse(m, &mounts, link) {
        struct super_block *sb = m->sb;

        if (!sb->bdev || (sb->flags & MS_RDONLY))
            continue;
        fs_ops_stop(sb);
        if (fs_sync(sb, true) != 0)
            printk("%s: not everything could be written\n", m->source);
        if (sb->ops->remount(sb, sb->flags | MS_RDONLY, "") == 0)
            __atomic_fetch_or(&sb->flags, MS_RDONLY, __ATOMIC_RELEASE);
        block_flush(sb->bdev);
    }
    mutex_unlock(&mount_mutex);
    if (bdev_sync_all(true) != 0)
        printk("disks: not everything could be written\n");
}

void mount_init(void)
{
    mutex_init(&mount_mutex, RANK_MOUNT, "mounts");
}
