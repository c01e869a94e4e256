/* SPDX-License-Identifier: MIT */
/*
 * devpts.c - pseudo terminals as files: /dev/ptmx, which makes a pair and is its
 * master, and the file system "devpts" with a name for each slave.
 *
 *     open of ptmx --> struct pts: the pair, and the inode of its slave
 *     last close   --> the name goes, the slave is hung up
 *
 * The file system exists once: every mount shows the same, and its options are for
 * the slaves made from then on.  Nobody else makes names in it.
 */
#include "kernel/dev/pty.h"
#include "kernel/fs/devfs.h"
#include "kernel/fs/mount_options.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/ioctl.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "lib/strutil.h"

#define INO_ROOT  1
#define INO_PTMX  2
#define INO_FIRST 3             /* of slave 0; positions in a listing are the same */

struct pts {
    struct list link;           /* all, by number         [lock] */
    struct pty *pty;            /* its master            [owned] */
    struct inode *inode;        /* of the slave     [referenced] */
};

struct options {
    uint32_t uid, gid, mode, ptmx_mode;
    bool has_uid, has_gid;      /* else they are the maker's */
};

static struct mutex lock;       /* RANK_TTY: the list, the options */
static struct list all = LIST_INIT(all);
static struct options options = { .mode = 0600, .ptmx_mode = 0 };
static struct super_block *pts_super;
static struct inode *ptmx_node; /* the file system's own, referenced */

/* ---- inodes ------------------------------------------------------------------------------ */

/* A slave's name dies with its master: then nlink is 0. */
static bool is_stale(struct inode *inode)
{
    return __atomic_load_n(&inode->nlink, __ATOMIC_RELAXED) == 0;
}

static int truncate_nothing(struct inode *inode, uint64_t size)
{
    (void)inode, (void)size;
    return 0;
}

static const struct inode_operations node_ops = {
    INODE_OPS_NOT_DIRECTORY, INODE_OPS_NOT_LINK, .truncate = truncate_nothing,
    .setattr = inode_op_setattr_accept, .getattr = inode_op_getattr_plain, .is_stale = is_stale,
    INODE_OPS_NO_XATTR,
};

static struct inode *new_node(uint64_t ino, uint32_t mode, dev_t rdev)
{
    struct inode *inode = inode_new(pts_super);

    if (!inode)
        return NULL;
    inode->ino = ino;
    inode->ops = &node_ops;
    inode_set_mode(inode, S_IFCHR | mode);
    inode_init_special(inode, rdev);
    return inode;
}

/* The slave's, which keeps its terminal.  The lock is held. */
static struct inode *new_slave_node(struct pty *pty, const struct cred *cred)
{
    struct inode *inode = new_node(INO_FIRST + pty->index, options.mode,
                                   dev_make(PTY_SLAVE_MAJOR, pty->index));

    if (!inode)
        return NULL;
    inode->uid = options.has_uid ? options.uid : cred->fsuid;
    inode->gid = options.has_gid ? options.gid : cred->fsgid;
    inode->fops = &devtty_ops;
    inode->private = &pty->tty;
    tty_get(&pty->tty);
    return inode;
}

static void evict(struct inode *inode)
{
    if (inode->private)
        tty_put(inode->private);
}

/* ---- pairs -------------------------------------------------------------------------------- */

/* Where the first slave with a number of at least INDEX stands, or the list's end.  The lock is
 * held. */
static struct list *first_from(unsigned index)
{
    struct pts *s;

    list_for_each_entry(s, &all, link)
        if (s->pty->index >= index)
            return &s->link;
    return &all;
}

/* The same; NULL: there is none. */
static struct pts *find_from(unsigned index)
{
    struct list *link = first_from(index);

    return link == &all ? NULL : list_entry(link, struct pts, link);
}

/* A name for S's slave, which CRED's user owns.  0 or -ENOMEM. */
static int add_name(struct pts *s, const struct cred *cred)
{
    mutex_lock(&lock);
    s->inode = new_slave_node(s->pty, cred);
    if (s->inode)
        list_insert_before(first_from(s->pty->index), &s->link);
    mutex_unlock(&lock);
    return s->inode ? 0 : -ENOMEM;
}

/* A pair with a name.  0, -ENOMEM or -ENOSPC. */
static int make_pts(const struct cred *cred, struct pts **out)
{
    struct pts *s = kzalloc(sizeof(*s), GFP_KERNEL);
    int err = s ? pty_create(&s->pty) : -ENOMEM;

    if (err)
        goto free_name;
    err = add_name(s, cred);
    if (err)
        goto close_pair;
    *out = s;
    return 0;
close_pair:
    pty_close_master(s->pty);
free_name:
    kfree(s);
    return err;
}

static void end_pts(struct pts *s)
{
    mutex_lock(&lock);
    list_remove(&s->link);
    __atomic_store_n(&s->inode->nlink, 0, __ATOMIC_RELAXED);
    mutex_unlock(&lock);
    pty_close_master(s->pty);
    inode_put(s->inode);
    kfree(s);
}

/* ---- the master's file ------------------------------------------------------------------- */

static struct pty *master_of(const struct file *f)
{
    const struct pts *s = f->private;

    return s->pty;
}

static int master_open(struct inode *inode, struct file *f)
{
    struct pts *s;
    int err = make_pts(current->cred, &s);

    (void)inode;
    if (err)
        return err;
    f->private = s;
    f->mode &= ~FILE_SEEK;
    return 0;
}

static void master_release(struct file *f)
{
    end_pts(f->private);
}

static ssize_t master_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return pty_read(master_of(f), uio, f->flags & O_NONBLOCK);
}

static ssize_t master_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return pty_write(master_of(f), uio, f->flags & O_NONBLOCK);
}

static uint32_t master_poll(struct file *f, struct poll_table *pt)
{
    struct pty *p = master_of(f);

    poll_wait(pt, &p->read_wait);
    poll_wait(pt, &p->tty.feeder_wait);
    return pty_poll(p);
}

static int master_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    struct uio_segment seg = { arg, pty_ioctl_size(cmd) };
    struct uio uio;

    uio_init_user(&uio, &seg, 1, seg.len);
    return pty_ioctl(master_of(f), cmd, arg, &uio);
}

static const struct file_operations master_ops = {
    .read = master_read,
    .write = master_write,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = master_poll,
    .ioctl = master_ioctl,
    .mmap = file_op_mmap_refuse,
    .open = master_open,
    .release = master_release,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

bool devpts_is_master(const struct file *f)
{
    return f->ops == &master_ops;
}

int devpts_open_peer(struct file *f, uint32_t flags, const struct cred *cred, struct file **out)
{
    const struct pts *s = f->private;
    struct path path;
    char name[24];
    int err;

    fmt_snprintf(name, sizeof(name), "/dev/pts/%u", s->pty->index);
    err = path_make_apart(s->inode, name, &path);
    if (err)
        return err;
    err = file_open_path(&path, flags, cred, out);
    path_put(&path);
    return err;
}

/* ---- the directory ------------------------------------------------------------------------- */

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    char text[12], shortest[12];
    uint64_t n = 0;
    struct pts *s;
    int err = -ENOENT;

    (void)dir;
    if (len >= sizeof(text))
        return -ENOENT;
    memcpy(text, name, len);
    text[len] = '\0';
    if (strcmp(text, "ptmx") == 0) {
        inode_get(ptmx_node);
        *child = ptmx_node;
        return 0;
    }
    if (str_to_u64(text, NULL, 10, &n) || n >= PTY_MAX)
        return -ENOENT;
    fmt_snprintf(shortest, sizeof(shortest), "%lu", n);     /* no other form is a name */
    mutex_lock(&lock);
    s = find_from((unsigned)n);
    if (s && s->pty->index == n && strcmp(text, shortest) == 0) {
        inode_get(s->inode);
        *child = s->inode;
        err = 0;
    }
    mutex_unlock(&lock);
    return err;
}

/* Emit NAME at position INO, where ctx stands or before it. */
static bool emit(struct dir_context *ctx, const char *name, uint64_t ino, uint8_t type)
{
    if (!ctx->emit(ctx, name, strlen(name), ino ? ino : INO_ROOT, type, ino + 1))
        return false;
    ctx->pos = ino + 1;
    return true;
}

/* Positions 0 and 1 are . and .., the others are the inode's number. */
static int iterate(struct file *f, struct dir_context *ctx)
{
    static const char *const fixed[] = { ".", "..", "ptmx" };
    bool more = true;
    struct pts *s;
    char name[12];

    (void)f;
    while (more && ctx->pos < INO_FIRST)
        more = emit(ctx, fixed[ctx->pos], ctx->pos, ctx->pos < INO_PTMX ? DT_DIR : DT_CHR);
    mutex_lock(&lock);
    while (more && (s = find_from((unsigned)(ctx->pos - INO_FIRST)))) {
        fmt_snprintf(name, sizeof(name), "%u", s->pty->index);
        more = emit(ctx, name, INO_FIRST + s->pty->index, DT_CHR);
    }
    mutex_unlock(&lock);
    return 0;
}

static const struct inode_operations root_ops = {
    INODE_OPS_READ_ONLY_DIRECTORY, INODE_OPS_NOT_LINK, INODE_OPS_NOT_FILE, INODE_OPS_PLAIN,
    INODE_OPS_NO_XATTR, .lookup = lookup,
};

static const struct file_operations root_fops = {
    FILE_OPS_NO_DATA, FILE_OPS_PLAIN, .seek = file_op_seek_size, .fsync = file_op_fsync_nothing,
    .iterate = iterate,
};

/* ---- the file system ------------------------------------------------------------------------ */

static int statfs(struct super_block *sb, struct statfs *st)
{
    (void)sb;
    st->f_type = DEVPTS_MAGIC;
    st->f_bsize = st->f_frsize = PAGE_SIZE;
    st->f_namelen = NAME_MAX;
    return 0;
}

static void show_options(struct super_block *sb, char *buf, size_t size)
{
    struct options o;
    size_t n = 0;

    (void)sb;
    mutex_lock(&lock);
    o = options;
    mutex_unlock(&lock);
    *buf = '\0';
    if (o.has_uid)
        n += fmt_snprintf(buf, size, ",uid=%u", o.uid);
    if (o.has_gid)
        n += fmt_snprintf(buf + n, size - n, ",gid=%u", o.gid);
    fmt_snprintf(buf + n, size - n, ",mode=%03o,ptmxmode=%03o", o.mode, o.ptmx_mode);
}

static int parse_option(void *arg, char *name, char *value)
{
    struct options *o = arg;
    int err = -EINVAL;

    if (strcmp(name, "uid") == 0)
        err = mount_option_number(value, 10, UINT32_MAX, &o->uid);
    else if (strcmp(name, "gid") == 0)
        err = mount_option_number(value, 10, UINT32_MAX, &o->gid);
    else if (strcmp(name, "mode") == 0)
        err = mount_option_number(value, 8, 0777, &o->mode);
    else if (strcmp(name, "ptmxmode") == 0)
        err = mount_option_number(value, 8, 0777, &o->ptmx_mode);
    else if (strcmp(name, "newinstance") == 0)      /* a word of old, without a meaning */
        err = 0;
    o->has_uid |= strcmp(name, "uid") == 0;
    o->has_gid |= strcmp(name, "gid") == 0;
    if (err)
        printk("devpts: bad option %s=%s\n", name, value);
    return err ? -EINVAL : 0;
}

static int use_options(const char *text)
{
    struct options o = { .mode = 0600 };
    int err = mount_options_parse(text, parse_option, &o);

    if (err)
        return err;
    mutex_lock(&lock);
    options = o;
    mutex_unlock(&lock);
    rwsem_write_lock(&ptmx_node->lock);
    inode_set_mode(ptmx_node, S_IFCHR | o.ptmx_mode);
    rwsem_write_unlock(&ptmx_node->lock);
    return 0;
}

static int remount(struct super_block *sb, uint32_t flags, const char *text)
{
    (void)sb, (void)flags;
    return use_options(text);
}

static const struct super_operations super_ops = {
    .evict = evict,
    .write_inode = super_op_write_inode_nothing,
    .sync = super_op_sync_nothing,
    .unmount = super_op_unmount_nothing,
    .statfs = statfs,
    .show_options = show_options,
    .remount = remount,
};

static int devpts_mount(const struct file_system_type *type, struct block_device *dev,
                        uint32_t flags, const char *text, struct super_block **sb)
{
    int err = use_options(text);

    (void)type, (void)dev, (void)flags;
    if (err)
        return err;
    super_get(pts_super);
    *sb = pts_super;
    return 0;
}

static struct file_system_type devpts_type = { .name = "devpts", .mount = devpts_mount };

static struct inode *new_root(void)
{
    struct inode *inode = inode_new(pts_super);

    if (!inode)
        return NULL;
    inode->ino = INO_ROOT;
    inode->ops = &root_ops;
    inode->fops = &root_fops;
    inode->nlink = 2;
    inode_set_mode(inode, S_IFDIR | 0755);
    return inode;
}

void devpts_init(void)
{
    mutex_init(&lock, RANK_TTY, "pseudo terminals");
    pts_super = super_create(&devpts_type, NULL, 0);
    if (!pts_super)
        panic("no memory for devpts");
    pts_super->ops = &super_ops;
    pts_super->internal_flags = SB_VOLATILE_NAMES;
    pts_super->root = new_root();
    ptmx_node = new_node(INO_PTMX, options.ptmx_mode, DEV_PTMX);
    if (!pts_super->root || !ptmx_node || chrdev_register(DEV_PTMX, "ptmx", 0666, &master_ops) != 0)
        panic("no memory for pseudo terminals");
    filesystem_register(&devpts_type);
}
