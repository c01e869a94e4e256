/* SPDX-License-Identifier: MIT */
/*
 * procfs.c - the file system behind /proc: names, inodes, directories, links.
 */
#include "kernel/fs/path.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "kernel/proc/pidfd.h"
#include "kernel/procfs/node.h"
#include "lib/abi/dirent.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "lib/strutil.h"

#define PROC_MAGIC 0x9fa0
#define INO_ROOT   1
#define STORE_MAX  4096
#define FIXED      (1UL << 40)
#define OF_THREAD  (1UL << 41)

static struct kmem_cache *node_cache;

static const struct inode_operations root_ops, table_ops, pid_ops, file_ops, link_ops;
static const struct file_operations root_fops, table_fops, pid_fops, show_fops;

struct process *proc_inode_process(const struct inode *inode)
{
    return node_of(inode)->process;
}

/* The process whose folder F is, or NULL. */
static struct process *folder_process(const struct file *f)
{
    return f->ops == &pid_fops && !node_of(f->inode)->tid ? node_of(f->inode)->process : NULL;
}

/* Numbers of the fixed tree: the entry's address is as good a name as any. */
static uint64_t entry_ino(const struct proc_entry *e)
{
    return FIXED | (uint32_t)(uintptr_t)e;
}

uint64_t node_ino(const struct node *n, uint64_t low)
{
    uint64_t number = (uint64_t)(n->tid ? n->tid : n->process->pid) + 1;

    return (n->tid ? OF_THREAD : 0) | number << 20 | low;
}

static void set_kind(struct inode *inode, uint32_t mode, const struct inode_operations *ops,
                     const struct file_operations *fops)
{
    inode_set_mode(inode, mode);
    inode->ops = ops;
    inode->fops = fops;
    inode->nlink = S_ISDIR(mode) ? 2 : 1;
}

/* A process may become another user's as long as its inodes are in memory. */
static void set_owner(struct inode *inode)
{
    const struct process *p = node_of(inode)->process;

    if (!p)
        return;
    inode->uid = p->cred.euid;
    inode->gid = p->cred.egid;
}

/* The inode has been made before; a thread's number may have been another's then. */
static int take_known(struct inode *inode, const struct node *node)
{
    if (node_of(inode)->process != node->process) {
        inode_put(inode);
        return -ENOENT;
    }
    set_owner(inode);
    return 0;
}

int node_get_inode(struct super_block *sb, uint64_t ino, const struct node *node, uint32_t mode,
                   const struct inode_operations *ops, const struct file_operations *fops,
                   struct inode **out)
{
    struct inode *inode = inode_get_cached(sb, ino);
    struct node *copy;

    if (!inode)
        return -ENOMEM;
    *out = inode;
    if (!inode_test(inode, INODE_NEW))
        return take_known(inode, node);
    copy = kmem_cache_alloc(node_cache, GFP_KERNEL);
    if (!copy) {
        inode_fail_new(inode);
        return -ENOMEM;
    }
    *copy = *node;
    if (copy->process) {
        process_get(copy->process);
        inode_set(inode, INODE_TRANSIENT);      /* so that the process and its number can go */
    }
    inode->private = copy;
    set_owner(inode);
    set_kind(inode, mode, ops, fops);
    inode->atime = inode->mtime = inode->ctime = inode_now();
    inode_unlock_new(inode);
    return 0;
}

int node_get_process(struct super_block *sb, const struct node *node, struct inode **out)
{
    return node_get_inode(sb, node_ino(node, 0), node, S_IFDIR | 0555, &pid_ops, &pid_fops, out);
}

/* The inode of E in FOLDER, which is a <pid>/ or <tid>/, or NULL. */
static int get_entry_inode(struct super_block *sb, const struct proc_entry *e,
                           const struct node *folder, uint64_t ino, struct inode **out)
{
    struct node node = { .fd = -1 };

    if (folder)
        node = *folder;
    node.entry = e;
    if (e->folder)
        return node_get_inode(sb, ino, &node, e->mode, e->folder->ops, e->folder->fops, out);
    if (S_ISDIR(e->mode))
        return node_get_inode(sb, ino, &node, e->mode, &table_ops, &table_fops, out);
    if (S_ISLNK(e->mode))
        return node_get_inode(sb, ino, &node, e->mode, &link_ops, &file_ops_default, out);
    return node_get_inode(sb, ino, &node, e->mode, &file_ops, e->fops ? e->fops : &show_fops, out);
}

static void evict(struct inode *inode)
{
    struct node *node = node_of(inode);

    if (!node)
        return;
    if (node->process)
        process_put(node->process);
    kmem_cache_free(node_cache, node);
}

/* Names */

static const struct proc_entry *find_entry(const struct proc_entry *e, size_t n, const char *name,
                                           size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(e[i].name) == len && !memcmp(e[i].name, name, len))
            return &e[i];
    return NULL;
}

int node_parse_number(const char *name, size_t len)
{
    int n = 0;

    if (!len || len > 7 || (len > 1 && name[0] == '0'))
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        n = n * 10 + (name[i] - '0');
    }
    return n;
}

static int table_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    const struct proc_entry *t = node_of(dir)->entry;
    const struct proc_entry *e = find_entry(t->entries, *t->nentries, name, len);

    return e ? get_entry_inode(dir->sb, e, NULL, entry_ino(e), child) : -ENOENT;
}

static int root_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    const struct proc_entry *e = find_entry(proc_root_entries, proc_root_nentries, name, len);
    int pid = node_parse_number(name, len), r;
    struct node node = { .fd = -1 };

    if (e)
        return get_entry_inode(dir->sb, e, NULL, entry_ino(e), child);
    node.process = pid > 0 ? process_get_by_pid(pid) : NULL;
    if (!node.process)
        return -ENOENT;
    r = node_get_process(dir->sb, &node, child);
    process_put(node.process);
    return r;
}

/* How many entries FOLDER has: the last one, task/, only once. */
static size_t nentries_of(const struct node *folder)
{
    return proc_pid_nentries - (folder->tid ? 1 : 0);
}

static int pid_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    const struct node *folder = node_of(dir);
    const struct proc_entry *e = find_entry(proc_pid_entries, nentries_of(folder), name, len);

    if (node_is_gone(folder))
        return folder->tid ? -ENOENT : -ESRCH;
    if (!e)
        return -ENOENT;
    return get_entry_inode(dir->sb, e, folder,
                           node_ino(folder, (uint64_t)(e - proc_pid_entries) + 1), child);
}

/* A process's names die with it, and are looked up again when it becomes another user's.
 * Those of a descriptor and of a thread last no longer than somebody holds them, and whoever
 * uses them asks each time whether it is still there. */
bool node_is_stale(struct inode *inode)
{
    const struct process *p = node_of(inode)->process;

    return p && (list_is_empty(&p->all_link) || inode->uid != p->cred.euid
                 || inode->gid != p->cred.egid);
}

bool node_is_gone(const struct node *node)
{
    struct process *p = node->process;

    if (!p)
        return false;
    return node->tid ? process_next_tid(p, node->tid - 1) != node->tid : !process_is_listed(p);
}

/* Of what is a process's, nobody changes the mode: it says who may see the process. */
int node_setattr(struct inode *inode, uint32_t changed)
{
    return node_of(inode)->process && changed & ATTR_MODE ? -EPERM : 0;
}

/* Directories */

/* Emit entry number AT (0 and 1 are . and ..). */
static bool emit(struct dir_context *ctx, const char *name, uint64_t ino, uint32_t mode)
{
    if (!ctx->emit(ctx, name, strlen(name), ino, IFTODT(mode), ctx->pos + 1))
        return false;
    ctx->pos++;
    return true;
}

bool node_emit_dots(struct file *f, struct dir_context *ctx)
{
    if (ctx->pos == 0 && !emit(ctx, ".", f->inode->ino, S_IFDIR))
        return false;
    return ctx->pos != 1 || emit(ctx, "..", INO_ROOT, S_IFDIR);
}

bool node_emit_number(struct dir_context *ctx, int n, uint64_t ino, uint32_t mode, uint64_t next)
{
    char name[12];

    fmt_snprintf(name, sizeof(name), "%d", n);
    if (!ctx->emit(ctx, name, strlen(name), ino, IFTODT(mode), next))
        return false;
    ctx->pos = next;
    return true;
}

/* A table from position 2 on; false if the reader has had enough. */
static bool emit_table(struct dir_context *ctx, const struct proc_entry *e, size_t n,
                       const struct node *folder)
{
    while (ctx->pos - 2 < n) {
        size_t i = ctx->pos - 2;
        uint64_t ino = folder ? node_ino(folder, i + 1) : entry_ino(&e[i]);

        if (!emit(ctx, e[i].name, ino, e[i].mode))
            return false;
    }
    return true;
}

static int table_iterate(struct file *f, struct dir_context *ctx)
{
    const struct proc_entry *t = node_of(f->inode)->entry;

    if (node_emit_dots(f, ctx))
        emit_table(ctx, t->entries, *t->nentries, NULL);
    return 0;
}

static int pid_iterate(struct file *f, struct dir_context *ctx)
{
    const struct node *folder = node_of(f->inode);

    if (node_is_gone(folder))
        return -ENOENT;
    if (node_emit_dots(f, ctx))
        emit_table(ctx, proc_pid_entries, nentries_of(folder), folder);
    return 0;
}

/* Behind the table, a process stands at position 2 + entries + its pid. */
static int root_iterate(struct file *f, struct dir_context *ctx)
{
    uint64_t base = 2 + proc_root_nentries;
    int pid;

    if (!node_emit_dots(f, ctx)
        || !emit_table(ctx, proc_root_entries, proc_root_nentries, NULL))
        return 0;
    pid = (int)(ctx->pos - base);
    while ((pid = process_next_pid(pid)))
        if (!node_emit_number(ctx, pid, (uint64_t)(pid + 1) << 20, S_IFDIR, base + (uint64_t)pid))
            break;
    return 0;
}

/* Files */

/*
 * R, if the reader may have what was printed into B behind MARK; else that is taken back: -EACCES.
 *
 * The process may have become a set-id program since the file was opened.  (Linux would go on
 * with the address space of then.)  To ask behind the printing leaves no gap: a process gets
 * its new address space and its new ids at once, so whoever saw the one sees the others.
 */
static int guard(const struct node *node, struct synth_buf *b, size_t mark, int r)
{
    if (!node->entry->guarded || process_may_see(node->process))
        return r;
    b->len = mark;
    return -EACCES;
}

static int show(struct synth_buf *b, void *arg)
{
    const struct node *node = arg;
    const struct proc_entry *e = node->entry;
    size_t mark = b->len;

    if (node_is_gone(node))
        return -ESRCH;
    return guard(node, b, mark, e->show_thread ? e->show_thread(b, node->process, node->tid)
                                               : e->show(b, node->process));
}

static int part(struct synth_buf *b, void *arg, uint64_t *at)
{
    const struct node *node = arg;
    size_t mark = b->len;

    if (node_is_gone(node))
        return -ESRCH;
    return guard(node, b, mark, node->entry->part(b, node->process, at));
}

static int show_open(struct inode *inode, struct file *f)
{
    const struct proc_entry *e = node_of(inode)->entry;

    if (!e->show && !e->show_thread && !e->part && f->mode & FILE_READ)
        return -EACCES;                     /* even for root: there is no text to show */
    if (e->guarded && !process_may_see(node_of(inode)->process))
        return -EACCES;
    if (e->part)
        return synth_open_parts(f, part, node_of(inode));
    return synth_open(f, show, node_of(inode));
}

static int call_store(const struct node *node, const char *text, size_t n)
{
    const struct proc_entry *e = node->entry;

    return e->store_thread ? e->store_thread(text, n, node->process, node->tid)
                           : e->store(text, n, node->process);
}

static ssize_t store(struct file *f, struct uio *uio, uint64_t *pos)
{
    const struct node *node = node_of(f->inode);
    size_t n = MIN(uio->resid, (size_t)STORE_MAX - 1);
    char *text;
    int err;

    if (!node->entry->store && !node->entry->store_thread)
        return node->process ? -EINVAL : -EIO;
    text = kmalloc(n + 1, GFP_KERNEL);
    if (!text)
        return -ENOMEM;
    err = uio_read(uio, text, n);
    text[n] = '\0';
    if (!err)
        err = call_store(node, text, n);
    kfree(text);
    *pos += err ? 0 : n;
    return err ? err : (ssize_t)n;
}

/* Links */

/* As with texts, who may is asked when it is known where to. */
int node_guard_path(const struct node *node, struct path *path, int err)
{
    if (process_may_see(node->process))
        return err;
    if (!err)
        path_put(path);
    return -EACCES;
}

static int link_follow(struct inode *inode, struct path *out)
{
    const struct node *node = node_of(inode);

    if (!node->entry->follow)
        return -EINVAL;
    return node_guard_path(node, out, node->entry->follow(node->process, out));
}

ssize_t node_describe(struct path *path, char *buf, size_t size)
{
    struct path_ctx ctx;
    char *page = kmalloc(PAGE_SIZE, GFP_KERNEL), *name = NULL;
    ssize_t n = -ENOMEM;

    if (page) {
        path_ctx_current(&ctx);
        name = path_describe(path, &ctx.root, page, PAGE_SIZE);
        path_ctx_put(&ctx);
        n = name ? (ssize_t)strlcpy(buf, name, size) : -ENAMETOOLONG;
    }
    kfree(page);
    return n < (ssize_t)size ? n : (ssize_t)size - 1;
}

static ssize_t link_read(struct inode *inode, char *buf, size_t size)
{
    const struct node *node = node_of(inode);
    struct path path;
    ssize_t n;

    if (node->entry->link)
        return node->entry->link(node->process, buf, size);
    n = link_follow(inode, &path);
    if (n < 0)
        return n;
    n = node_describe(&path, buf, size);
    path_put(&path);
    return n;
}

static const struct inode_operations root_ops = {
    NODE_OPS_DIRECTORY, .lookup = root_lookup, .getattr = inode_op_getattr_plain,
};
static const struct inode_operations table_ops = {
    INODE_OPS_READ_ONLY_DIRECTORY, INODE_OPS_NOT_LINK, INODE_OPS_NOT_FILE, INODE_OPS_PLAIN,
    INODE_OPS_NO_XATTR, .lookup = table_lookup,
};
static const struct inode_operations pid_ops = {
    NODE_OPS_DIRECTORY, .lookup = pid_lookup, .getattr = inode_op_getattr_plain,
};
static int truncate_nothing(struct inode *inode, uint64_t size)
{
    (void)inode;
    (void)size;
    return 0;                   /* O_TRUNC on a file that has no content of its own */
}
static const struct inode_operations file_ops = {
    INODE_OPS_NOT_DIRECTORY, INODE_OPS_NOT_LINK, INODE_OPS_NO_XATTR,
    .truncate = truncate_nothing,
    .setattr = node_setattr, .getattr = inode_op_getattr_plain, .is_stale = node_is_stale,
};
static const struct inode_operations link_ops = {
    INODE_OPS_NOT_DIRECTORY, INODE_OPS_NOT_FILE, INODE_OPS_NO_XATTR,
    .readlink = link_read, .follow = link_follow,
    .setattr = node_setattr, .getattr = inode_op_getattr_plain, .is_stale = node_is_stale,
};

static const struct file_operations root_fops = NODE_FOPS_DIRECTORY(root_iterate);
static const struct file_operations table_fops = NODE_FOPS_DIRECTORY(table_iterate);
static const struct file_operations pid_fops = NODE_FOPS_DIRECTORY(pid_iterate);
static const struct file_operations show_fops = {
    FILE_OPS_SYNTH, .open = show_open, .write = store,
};

/* The file system */

static int statfs(struct super_block *sb, struct statfs *st)
{
    (void)sb;
    st->f_type = PROC_MAGIC;
    st->f_bsize = PAGE_SIZE;
    st->f_namelen = 255;
    return 0;
}

static const struct super_operations super_ops = {
    .evict = evict,
    .write_inode = super_op_write_inode_nothing,
    .sync = super_op_sync_nothing,
    .unmount = super_op_unmount_nothing,
    .statfs = statfs,
    .show_options = super_op_no_options,
    .remount = super_op_remount_accept,
};

static int mount(const struct file_system_type *type, struct block_device *dev, uint32_t flags,
                 const char *options, struct super_block **out)
{
    struct super_block *sb = super_create(type, dev, flags);
    struct node node = { .fd = -1 };
    int err;

    (void)options;
    if (!sb)
        return -ENOMEM;
    sb->ops = &super_ops;
    sb->internal_flags = SB_VOLATILE_NAMES | SB_NO_NEW_NAMES;
    err = node_get_inode(sb, INO_ROOT, &node, S_IFDIR | 0555, &root_ops, &root_fops, &sb->root);
    if (err) {
        super_destroy(sb);
        return err;
    }
    *out = sb;
    return 0;
}

static struct file_system_type proc_type = { .name = "proc", .mount = mount };

void procfs_init(void)
{
    node_cache = kmem_cache_create("proc_node", sizeof(struct node), 0, 0, NULL);
    if (!node_cache)
        panic("procfs: no memory for its cache");
    filesystem_register(&proc_type);
    pidfd_register_folders(folder_process);
}
