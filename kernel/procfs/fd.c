/* SPDX-License-Identifier: MIT */
/*
 * fd.c - /proc/<pid>/fd/ and fdinfo/: what a process has open.
 *
 * In fd/ each descriptor is a link that leads to the open file, with or without a name; in
 * fdinfo/ it is a text that tells what only the open file knows.
 */
#include "kernel/fs/epoll.h"
#include "kernel/fs/eventfd.h"
#include "kernel/fs/path.h"
#include "kernel/fs/timerfd.h"
#include "kernel/proc/files.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/signalfd.h"
#include "kernel/procfs/node.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/time.h"

#define FD_BASE 0x1000                  /* of what LOW tells apart             */
#define IN_INFO (1UL << 42)

static const struct inode_operations fd_dir_ops, info_dir_ops, fd_ops, info_ops;
static const struct file_operations fd_dir_fops, info_dir_fops, info_fops;

/* What NODE's process has open as descriptor FD, referenced, or NULL; and its mark. */
static struct file *get_open(const struct node *node, int fd, bool *cloexec)
{
    struct fd_table *files = process_get_files(node->process);
    struct file *f;

    if (!files)
        return NULL;
    f = fd_table_get_file(files, fd);
    *cloexec = f && fd_table_get_cloexec(files, fd);
    fd_table_put(files);
    return f;
}

/* ---- the folders ----------------------------------------------------------------------- */

/* The descriptor called NAME in DIR, as a node; -ENOENT. */
static int find_open(struct inode *dir, const char *name, size_t len, struct node *node)
{
    struct file *f;
    bool cloexec;

    *node = *node_of(dir);
    node->entry = NULL;
    node->fd = node_parse_number(name, len);
    f = get_open(node, node->fd, &cloexec);
    if (!f)
        return -ENOENT;
    file_put(f);
    return 0;
}

static uint64_t fd_ino(const struct node *node, int fd)
{
    return node_ino(node, FD_BASE + (uint64_t)fd);
}

static int fd_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    struct node node;
    int err = find_open(dir, name, len, &node);

    return err ? err : node_get_inode(dir->sb, fd_ino(&node, node.fd), &node, S_IFLNK,
                                      &fd_ops, &file_ops_default, child);
}

static int info_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    struct node node;
    int err = find_open(dir, name, len, &node);

    return err ? err : node_get_inode(dir->sb, IN_INFO | fd_ino(&node, node.fd), &node,
                                      S_IFREG | 0400, &info_ops, &info_fops, child);
}

/* A descriptor stands at position 2 + its number. */
static int emit_open(struct file *dir, struct dir_context *ctx, uint64_t kind, uint32_t mode)
{
    const struct node *node = node_of(dir->inode);
    struct fd_table *files;

    if (node_is_gone(node))
        return -ENOENT;
    if (!node_emit_dots(dir, ctx))
        return 0;
    files = process_get_files(node->process);
    if (!files)
        return 0;
    for (size_t fd = ctx->pos - 2; fd < files->size; fd++) {
        struct file *f = fd_table_get_file(files, (int)fd);

        ctx->pos = fd + 2;
        if (!f)
            continue;
        file_put(f);
        if (!node_emit_number(ctx, (int)fd, kind | fd_ino(node, (int)fd), mode, fd + 3))
            break;
    }
    fd_table_put(files);
    return 0;
}

static int fd_iterate(struct file *dir, struct dir_context *ctx)
{
    return emit_open(dir, ctx, 0, S_IFLNK);
}

static int info_iterate(struct file *dir, struct dir_context *ctx)
{
    return emit_open(dir, ctx, IN_INFO, S_IFREG);
}

/* ---- fd/n ------------------------------------------------------------------------------ */

static int fd_follow(struct inode *inode, struct path *out)
{
    const struct node *node = node_of(inode);
    bool cloexec;
    struct file *f = get_open(node, node->fd, &cloexec);
    int err;

    err = f ? file_get_path(f, out) : -ENOENT;
    if (f)
        file_put(f);
    return node_guard_path(node, out, err);
}

static ssize_t fd_readlink(struct inode *inode, char *buf, size_t size)
{
    struct path path;
    ssize_t n = fd_follow(inode, &path);

    if (n < 0)
        return n;
    n = node_describe(&path, buf, size);
    path_put(&path);
    return n;
}

/* Its mode says what the file is open for; the number may be another file's by now. */
static void fd_getattr(struct inode *inode, struct stat *st)
{
    const struct node *node = node_of(inode);
    bool cloexec;
    struct file *f = get_open(node, node->fd, &cloexec);

    if (!f)
        return;
    st->st_mode = S_IFLNK | (f->mode & FILE_READ ? 0500 : 0) | (f->mode & FILE_WRITE ? 0300 : 0);
    file_put(f);
}

/* ---- fdinfo/n -------------------------------------------------------------------------- */

static bool show_member(const struct epoll_member_info *m, void *arg)
{
    synth_printf(arg, "tfd: %8d events: %8x data: %16lx  pos:%lu ino:%lx sdev:%x\n", m->fd,
                 m->event.events, m->event.data.u64, m->file->pos, m->file->inode->ino,
                 (unsigned)m->file->inode->sb->dev);
    return true;
}

static void show_time(struct synth_buf *b, const char *name, uint64_t ns)
{
    synth_printf(b, "%s: (%lu, %lu)\n", name, ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
}

static void show_timer(struct synth_buf *b, const struct timerfd_info *t)
{
    synth_printf(b, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n",
                 t->clock == TIMER_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, t->count, t->flags);
    show_time(b, "it_value", t->setting.value);
    show_time(b, "it_interval", t->setting.interval);
}

static void show_pidfd(struct synth_buf *b, const struct process *p)
{
    int pid = process_is_listed(p) ? p->pid : -1;

    synth_printf(b, "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
}

/* What files of some kinds have besides. */
static void show_kind(struct synth_buf *b, struct file *f)
{
    const struct process *p = pidfd_process(f);
    struct eventfd_info event;
    struct timerfd_info timer;
    uint64_t signals;

    if (p)
        show_pidfd(b, p);
    if (file_is_epoll(f))
        epoll_for_each(f, show_member, b);
    if (timerfd_get_info(f, &timer))
        show_timer(b, &timer);
    if (signalfd_get_set(f, &signals))
        synth_printf(b, "sigmask:\t%016lx\n", signals);
    if (eventfd_get_info(f, &event))
        synth_printf(b, "eventfd-count: %16lx\neventfd-id: %u\neventfd-semaphore: %d\n",
                     event.count, event.id, event.is_semaphore);
}

static int show_info(struct synth_buf *b, void *arg)
{
    const struct node *node = arg;
    bool cloexec;
    struct file *f = get_open(node, node->fd, &cloexec);

    if (!f)
        return -ENOENT;
    synth_printf(b, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", f->pos,
                 file_get_flags(f) | (cloexec ? O_CLOEXEC : 0), mount_id_of(f), f->inode->ino);
    show_kind(b, f);
    file_put(f);
    return 0;
}

static int info_open(struct inode *inode, struct file *f)
{
    return synth_open(f, show_info, node_of(inode));
}

/* ---- tables ---------------------------------------------------------------------------- */

static const struct inode_operations fd_dir_ops = {
    NODE_OPS_DIRECTORY, .lookup = fd_lookup, .getattr = inode_op_getattr_plain,
};
static const struct inode_operations info_dir_ops = {
    NODE_OPS_DIRECTORY, .lookup = info_lookup, .getattr = inode_op_getattr_plain,
};
static const struct inode_operations fd_ops = {
    INODE_OPS_NOT_DIRECTORY, INODE_OPS_NOT_FILE, INODE_OPS_NO_XATTR,
    .readlink = fd_readlink, .follow = fd_follow,
    .setattr = node_setattr, .getattr = fd_getattr, .is_stale = node_is_stale,
};
static const struct inode_operations info_ops = {
    INODE_OPS_NOT_DIRECTORY, INODE_OPS_NOT_LINK, INODE_OPS_NOT_FILE, INODE_OPS_NO_XATTR,
    .setattr = node_setattr, .getattr = inode_op_getattr_plain, .is_stale = node_is_stale,
};

static const struct file_operations fd_dir_fops = NODE_FOPS_DIRECTORY(fd_iterate);
static const struct file_operations info_dir_fops = NODE_FOPS_DIRECTORY(info_iterate);
static const struct file_operations info_fops = {
    FILE_OPS_SYNTH, .open = info_open, .write = file_op_write_refuse,
};

const struct proc_folder proc_fd_folder = { &fd_dir_ops, &fd_dir_fops };
const struct proc_folder proc_fdinfo_folder = { &info_dir_ops, &info_dir_fops };
