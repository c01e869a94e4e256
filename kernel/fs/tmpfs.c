/* SPDX-License-Identifier: MIT */
/*
 * tmpfs.c - file systems in memory: mounting, limits, inodes, and their end.
 *
 * Limits are pages and inodes, half of memory unless size= and nr_inodes= say otherwise; 0
 * is no limit.  Inodes share theirs with the attributes of files, in bytes: an attribute takes
 * what it is long; an inode, and each of its names but the first, TMPFS_INODE_SPACE.
 * Unmounting takes the tree of names apart without recursion, however deep it is.
 */
#include "kernel/fs/dentry.h"
#include "kernel/fs/mount_options.h"
#include "kernel/fs/tmpfs_impl.h"
#include "kernel/mm/commit.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sched/mutex.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

static struct super_block *shmem_super;

static struct mutex list_lock;
static struct list all_tmpfs = LIST_INIT(all_tmpfs);    /* [list_lock] */

/* ---- inodes ------------------------------------------------------------------------------ */

static size_t max_space(const struct tmpfs *t)
{
    size_t most = SIZE_MAX / 2 / TMPFS_INODE_SPACE;
    size_t n = __atomic_load_n(&t->max_inodes, __ATOMIC_RELAXED);

    return (n ? min_u64(n, most) : most) * TMPFS_INODE_SPACE;
}

bool tmpfs_take_space(struct tmpfs *t, size_t n)
{
    if (__atomic_add_fetch(&t->space, n, __ATOMIC_RELAXED) <= max_space(t))
        return true;
    tmpfs_return_space(t, n);
    return n == 0;
}

void tmpfs_return_space(struct tmpfs *t, size_t n)
{
    __atomic_fetch_sub(&t->space, n, __ATOMIC_RELAXED);
}

/* What INODE, of that mode, does. */
static int set_kind(struct inode *inode, const struct inode *dir, dev_t rdev)
{
    if (S_ISREG(inode->mode)) {
        inode->ops = &tmpfs_file_inode_ops;
        inode->fops = &tmpfs_file_ops;
        inode->flags |= INODE_SEALABLE;
        inode->seals = F_SEAL_SEAL;             /* but see memfd_create */
        inode_set_data_ops(inode, &tmpfs_pages_ops, GFP_USER_MOVABLE, false);
    } else if (S_ISDIR(inode->mode)) {
        inode->private = tmpfs_dir_create(inode, dir ? dir->ino : inode->ino);
        if (!inode->private)
            return -ENOSPC;
        inode->ops = &tmpfs_dir_inode_ops;
        inode->fops = &tmpfs_dir_file_ops;
        inode->nlink = 2;
        inode_set_size(inode, 2 * TMPFS_DIRENT_SIZE);
    } else if (S_ISLNK(inode->mode)) {
        inode->ops = &tmpfs_link_inode_ops;
    } else {
        inode->ops = &tmpfs_special_inode_ops;
        inode_init_special(inode, rdev);
    }
    return 0;
}

int tmpfs_new_inode(struct super_block *sb, const struct inode *dir, uint32_t mode, dev_t rdev,
                    const struct cred *cred, struct inode **out)
{
    struct tmpfs *t = tmpfs_of(sb);
    struct inode *inode;
    int err = -ENOSPC;

    if (!tmpfs_take_space(t, t->inode_space))
        return err;
    inode = inode_new(sb);
    if (!inode) {
        tmpfs_return_space(t, t->inode_space);
        return err;
    }
    inode->ino = __atomic_fetch_add(&t->next_ino, 1, __ATOMIC_RELAXED);
    if (dir)
        inode_init_owner(inode, dir, mode, cred);
    else
        inode_set_mode(inode, mode);
    err = set_kind(inode, dir, rdev);
    if (err) {
        inode->nlink = 0;
        inode_put(inode);
        return err;
    }
    *out = inode;
    return 0;
}

/*
 * Take all names below D out, down to the leaves.  A directory with names of its own
 * waits on the list, its reference kept, until it is their turn.
 */
static void dismantle(struct tmpfs_dir *top)
{
    struct list waiting = LIST_INIT(waiting);
    struct tmpfs_dir *d = top;
    struct list *link;

    for (;;) {
        struct tmpfs_entry *e = tmpfs_dir_find_cookie(d, 0);

        if (e) {
            struct tmpfs_dir *child = S_ISDIR(e->inode->mode) ? tmpfs_dir_of(e->inode) : NULL;

            tmpfs_dir_remove(d, e);
            if (child && child->nentries > 0) {
                inode_get(child->inode);
                list_insert_tail(&waiting, &child->link);
            }
            tmpfs_entry_destroy(e);
            continue;
        }
        if (d != top)
            inode_put(d->inode);
        link = list_pop_head(&waiting);
        if (!link)
            return;
        d = list_entry(link, struct tmpfs_dir, link);
    }
}

static void tmpfs_evict(struct inode *inode)
{
    struct tmpfs *t = tmpfs_of(inode->sb);

    if (S_ISDIR(inode->mode) && inode->private)
        dismantle(inode->private);
    if (S_ISDIR(inode->mode) || S_ISLNK(inode->mode))
        kfree(inode->private);
    if (inode_test(inode, INODE_RESERVED))
        commit_uncharge(COMMIT_FILES, div_round_up(inode->size, PAGE_SIZE));
    tmpfs_xattr_free_all(inode);
    tmpfs_return_space(t, t->inode_space);
}

/* ---- the file system ------------------------------------------------------------------------ */

static void tmpfs_unmount(struct super_block *sb)
{
    mutex_lock(&list_lock);
    list_remove(&tmpfs_of(sb)->link);
    mutex_unlock(&list_lock);
    kfree(sb->private);
}

int tmpfs_swap_in(const struct swap_area *area)
{
    struct tmpfs *t;
    int err = 0;

    mutex_lock(&list_lock);
    list_for_each_entry(t, &all_tmpfs, link)
        if (!err)
            err = inode_swap_in_all(t->sb, area);
    mutex_unlock(&list_lock);
    return err;
}

static int tmpfs_statfs(struct super_block *sb, struct statfs *st)
{
    struct tmpfs *t = tmpfs_of(sb);
    size_t pages = min_u64(__atomic_load_n(&t->pages, __ATOMIC_RELAXED), t->max_pages);
    size_t space = min_u64(__atomic_load_n(&t->space, __ATOMIC_RELAXED), max_space(t));

    st->f_type = TMPFS_MAGIC;
    st->f_bsize = st->f_frsize = PAGE_SIZE;
    st->f_blocks = t->max_pages;
    st->f_bfree = st->f_bavail = t->max_pages - pages;
    st->f_files = t->max_inodes;
    st->f_ffree = t->max_inodes ? (max_space(t) - space) / TMPFS_INODE_SPACE : 0;
    st->f_namelen = NAME_MAX;
    return 0;
}

static void tmpfs_show_options(struct super_block *sb, char *buf, size_t size)
{
    struct tmpfs *t = tmpfs_of(sb);

    fmt_snprintf(buf, size, ",size=%luk,nr_inodes=%lu,mode=%o,inode64",
                 t->max_pages * (PAGE_SIZE / 1024), t->max_inodes, t->mode);
}

/* "64M", "50%", of memory, in pages. */
static int parse_size(char *value, size_t *pages)
{
    size_t len = strlen(value);
    uint64_t n;
    int err;

    if (len > 0 && value[len - 1] == '%') {
        value[len - 1] = '\0';
        err = str_to_u64(value, NULL, 10, &n);
        if (!err)
            *pages = nr_managed_pages() * min_u64(n, 100) / 100;
        return err;
    }
    err = str_to_size(value, &n);
    if (!err)
        *pages = div_round_up(n, PAGE_SIZE);
    return err;
}

static int parse_option(void *arg, char *name, char *value)
{
    struct tmpfs *t = arg;
    uint64_t n;
    int err = -EINVAL;

    if (strcmp(name, "size") == 0) {
        err = parse_size(value, &t->max_pages);
    } else if (strcmp(name, "nr_blocks") == 0 || strcmp(name, "nr_inodes") == 0) {
        err = str_to_size(value, &n);
        if (!err)
            *(name[3] == 'b' ? &t->max_pages : &t->max_inodes) = n;
    } else if (strcmp(name, "mode") == 0) {
        err = mount_option_number(value, 8, 07777, &t->mode);
    } else if (strcmp(name, "uid") == 0) {
        err = mount_option_number(value, 10, UINT32_MAX, &t->uid);
    } else if (strcmp(name, "gid") == 0) {
        err = mount_option_number(value, 10, UINT32_MAX, &t->gid);
    } else if (strcmp(name, "inode64") == 0) {      /* as they are */
        err = 0;
    }
    if (err)
        printk("tmpfs: bad option %s=%s\n", name, value);
    return err ? -EINVAL : 0;
}

/* Whether a limit may change, where USED is taken; 0 is none, and cannot become one. */
static bool may_change(size_t old, size_t new, size_t used)
{
    return new == old || new == 0 || (old != 0 && used <= new);
}

/* Options that are not named stay as they are; what concerns the root is past. */
static int tmpfs_remount(struct super_block *sb, uint32_t flags, const char *options)
{
    struct tmpfs *t = tmpfs_of(sb), new = *t;
    int err = mount_options_parse(options, parse_option, &new);
    size_t inodes = div_round_up(__atomic_load_n(&t->space, __ATOMIC_RELAXED), TMPFS_INODE_SPACE);

    (void)flags;
    if (err)
        return err;
    if (!may_change(t->max_pages, new.max_pages, __atomic_load_n(&t->pages, __ATOMIC_RELAXED))
        || !may_change(t->max_inodes, new.max_inodes, inodes))
        return -EINVAL;
    __atomic_store_n(&t->max_pages, new.max_pages, __ATOMIC_RELAXED);
    __atomic_store_n(&t->max_inodes, new.max_inodes, __ATOMIC_RELAXED);
    return 0;
}

static const struct super_operations tmpfs_super_ops = {
    .evict = tmpfs_evict,
    .write_inode = super_op_write_inode_nothing,
    .sync = super_op_sync_nothing,
    .unmount = tmpfs_unmount,
    .statfs = tmpfs_statfs,
    .show_options = tmpfs_show_options,
    .remount = tmpfs_remount,
};

static struct tmpfs *make_tmpfs(void)
{
    struct tmpfs *t = kzalloc(sizeof(*t), GFP_KERNEL);

    if (!t)
        return NULL;
    t->max_pages = t->max_inodes = nr_managed_pages() / 2;
    t->inode_space = TMPFS_INODE_SPACE;
    t->mode = S_ISVTX | 0777;
    t->next_ino = 1;
    return t;
}

/* A super block with an empty root.  0 or an errno; T is taken over. */
static int make_super(const struct file_system_type *type, uint32_t flags, struct tmpfs *t,
                      struct super_block **out)
{
    struct super_block *sb = super_create(type, NULL, flags);
    int err = sb ? 0 : -ENOMEM;

    if (!err) {
        sb->ops = &tmpfs_super_ops;
        sb->private = t;
        err = tmpfs_new_inode(sb, NULL, S_IFDIR | t->mode, 0, NULL, &sb->root);
    }
    if (err) {
        if (sb)
            super_destroy(sb);
        kfree(t);
        return err;
    }
    sb->root->uid = t->uid;
    sb->root->gid = t->gid;
    t->sb = sb;
    mutex_lock(&list_lock);
    list_insert_tail(&all_tmpfs, &t->link);
    mutex_unlock(&list_lock);
    *out = sb;
    return 0;
}

int tmpfs_mount(const struct file_system_type *type, struct block_device *dev, uint32_t flags,
                const char *options, struct super_block **sb)
{
    struct tmpfs *t = make_tmpfs();
    int err = t ? mount_options_parse(options, parse_option, t) : -ENOMEM;

    (void)dev;
    if (!err)
        return make_super(type, flags, t, sb);
    kfree(t);
    return err;
}

/* Root makes NAME in the root directory: a link to TARGET if that is not NULL. */
static int make_at_root(struct super_block *sb, const char *name, const char *target,
                        uint32_t mode, dev_t rdev)
{
    static const struct cred root = { 0 };
    struct inode *dir = sb->root, *inode;
    size_t len = strlen(name);
    int err = -EEXIST;

    rwsem_write_lock(&dir->lock);
    if (!tmpfs_dir_find(tmpfs_dir_of(dir), name, len))
        err = target ? dir->ops->symlink(dir, name, len, target, &root, &inode)
                     : dir->ops->create(dir, name, len, mode, rdev, &root, &inode);
    if (!err)
        dentry_forget_negative(sb, name, len);
    rwsem_write_unlock(&dir->lock);
    if (!err)
        inode_put(inode);
    return err;
}

int tmpfs_make_node(struct super_block *sb, const char *name, uint32_t mode, dev_t rdev)
{
    return make_at_root(sb, name, NULL, mode, rdev);
}

int tmpfs_make_link(struct super_block *sb, const char *name, const char *target)
{
    return make_at_root(sb, name, target, 0, 0);
}

/* ---- files without a name ------------------------------------------------------------------ */

int shmem_create(uint64_t size, uint32_t flags, bool reserved, struct file **out)
{
    size_t npages = reserved ? div_round_up(size, PAGE_SIZE) : 0;
    struct inode *inode;
    int err = commit_charge(COMMIT_FILES, npages, 0);

    if (err)
        return err;
    if (tmpfs_new_inode(shmem_super, NULL, S_IFREG | 0777, 0, NULL, &inode) < 0) {
        commit_uncharge(COMMIT_FILES, npages);
        return -ENOMEM;
    }
    if (reserved)
        inode->flags |= INODE_RESERVED;         /* returned by tmpfs_evict */
    inode->nlink = 0;
    inode_set_size(inode, size);
    err = file_open_anon(inode, &tmpfs_file_ops, flags, NULL, out);
    if (err)
        inode_put(inode);
    return err;
}

static struct file_system_type tmpfs_type = { .name = "tmpfs", .mount = tmpfs_mount };

void tmpfs_init(void)
{
    struct tmpfs *t = make_tmpfs();

    mutex_init(&list_lock, RANK_RENAME, "all tmpfs");
    filesystem_register(&tmpfs_type);
    if (t) {
        t->max_pages = 0;
        t->inode_space = 0;
    }
    if (!t || make_super(&tmpfs_type, 0, t, &shmem_super) != 0)
        panic("no memory for shared memory");
}
