/* SPDX-License-Identifier: MIT */
/*
 * task.c - /proc/<pid>/task/: the threads of a process, each a folder like its process's.
 *
 * The first thread is there for as long as its process, the others until they end.
 */
#include "kernel/procfs/node.h"
#include "lib/abi/errno.h"

static struct node thread_node(const struct inode *dir, int tid)
{
    return (struct node){ .process = node_of(dir)->process, .tid = tid, .fd = -1 };
}

static int task_lookup(struct inode *dir, const char *name, size_t len, struct inode **child)
{
    struct node node = thread_node(dir, node_parse_number(name, len));

    if (node.tid <= 0 || process_next_tid(node.process, node.tid - 1) != node.tid)
        return -ENOENT;
    return node_get_process(dir->sb, &node, child);
}

/* A thread stands at position 2 + its tid. */
static int task_iterate(struct file *f, struct dir_context *ctx)
{
    int tid;

    if (node_is_gone(node_of(f->inode)))
        return -ENOENT;
    if (!node_emit_dots(f, ctx))
        return 0;
    tid = (int)(ctx->pos - 2);
    while ((tid = process_next_tid(node_of(f->inode)->process, tid))) {
        struct node node = thread_node(f->inode, tid);

        if (!node_emit_number(ctx, tid, node_ino(&node, 0), S_IFDIR, 2 + (uint64_t)tid))
            break;
    }
    return 0;
}

/* Programs count threads by the links of this folder. */
static void task_getattr(struct inode *inode, struct stat *st)
{
    struct process *p = node_of(inode)->process;
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    bool first_ended = !process_find_own_task_locked(p, p->pid);

    st->st_nlink = 2 + p->ntasks + (first_ended ? 1 : 0);
    spin_unlock_irqrestore(&proc_lock, flags);
}

static const struct inode_operations task_ops = {
    NODE_OPS_DIRECTORY, .lookup = task_lookup, .getattr = task_getattr,
};
static const struct file_operations task_fops = NODE_FOPS_DIRECTORY(task_iterate);

const struct proc_folder proc_task_folder = { &task_ops, &task_fops };
