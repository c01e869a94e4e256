/* SPDX-License-Identifier: MIT */
/*
 * fs_context.c - root, working directory and umask of a process.
 */
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/process_impl.h"
#include "lib/abi/errno.h"

static struct fs_context *alloc_context(void)
{
    struct fs_context *c = kzalloc(sizeof(*c), GFP_KERNEL);

    if (!c)
        return NULL;
    c->refcount = 1;
    c->users = 1;
    spin_init(&c->lock, RANK_FILES, "fs context");
    return c;
}

struct fs_context *fs_context_create(void)
{
    struct fs_context *c = alloc_context();

    if (!c)
        return NULL;
    fs_root(&c->root);
    fs_root(&c->cwd);
    c->umask = 022;
    return c;
}

struct fs_context *fs_context_copy(struct fs_context *from)
{
    struct fs_context *c = alloc_context();

    if (!c)
        return NULL;
    spin_lock(&from->lock);
    c->root = from->root;
    c->cwd = from->cwd;
    c->umask = from->umask;
    path_get(&c->root);
    path_get(&c->cwd);
    spin_unlock(&from->lock);
    return c;
}

static void get(struct fs_context *c)
{
    __atomic_fetch_add(&c->refcount, 1, __ATOMIC_RELAXED);
}

static void put(struct fs_context *c)
{
    if (__atomic_sub_fetch(&c->refcount, 1, __ATOMIC_ACQ_REL))
        return;
    path_put(&c->root);
    path_put(&c->cwd);
    kfree(c);
}

bool fs_context_share(struct fs_context *c)
{
    bool may;

    spin_lock(&c->lock);
    may = c->execs == 0;
    if (may) {
        c->users++;
        get(c);
    }
    spin_unlock(&c->lock);
    return may;
}

void fs_context_leave(struct fs_context *c)
{
    spin_lock(&c->lock);
    c->users--;
    spin_unlock(&c->lock);
    put(c);
}

bool fs_context_begin_exec(struct fs_context *c)
{
    bool alone;

    spin_lock(&c->lock);
    alone = c->users == 1;
    c->execs += alone;
    spin_unlock(&c->lock);
    return alone;
}

void fs_context_end_exec(struct fs_context *c)
{
    spin_lock(&c->lock);
    c->execs--;
    spin_unlock(&c->lock);
}

void fs_context_set(struct path *which, const struct path *to)
{
    struct fs_context *c = current_process()->fs;
    struct path old;

    spin_lock(&c->lock);
    old = *which;
    *which = *to;
    path_get(which);
    spin_unlock(&c->lock);
    path_put(&old);
}

/* The context's lock is not taken under proc_lock: an interrupt handler may want that
 * one from a hart that holds the former. */
int process_get_paths(struct process *p, struct path *root, struct path *cwd)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct fs_context *c = p->fs;

    if (c)
        get(c);
    spin_unlock_irqrestore(&proc_lock, flags);
    if (!c)
        return -ENOENT;
    spin_lock(&c->lock);
    if (root) {
        *root = c->root;
        path_get(root);
    }
    if (cwd) {
        *cwd = c->cwd;
        path_get(cwd);
    }
    spin_unlock(&c->lock);
    put(c);
    return 0;
}

void path_ctx_current(struct path_ctx *ctx)
{
    struct process *p = current_process();
    struct fs_context *c = p->fs;

    spin_lock(&c->lock);
    ctx->root = c->root;
    ctx->cwd = c->cwd;
    ctx->umask = c->umask;
    path_get(&ctx->root);
    path_get(&ctx->cwd);
    spin_unlock(&c->lock);
    ctx->cred = &p->cred;
}

void path_ctx_put(struct path_ctx *ctx)
{
    path_put(&ctx->root);
    path_put(&ctx->cwd);
}
