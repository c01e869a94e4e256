/* SPDX-License-Identifier: MIT */
/*
 * walk.c - resolve a name to a path.
 *
 * While the names are in the cache, the walk holds dentry_lock and moves without
 * taking references: one lock for the whole of "/usr/lib/x".  Where it must sleep
 * (a name to be asked of the file system, a symlink to be read) it references
 * where it stands, lets the lock go, does that, and takes the lock again.
 *
 *   standing  w->at referenced, nothing held            between steps
 *   moving    dentry_lock held, w->at not referenced;   inside run()
 *             w->anchor referenced, keeps the past alive
 *
 * A symlink's text is put in front of what is left of the name, and the walk goes
 * on from the link's directory, or from the root.
 */
#include "kernel/fs/walk.h"
#include "kernel/mm/kvmalloc.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

#define LINKS_MAX 40

/* What a step found. */
enum step { STEP_ON, STEP_MISS, STEP_LINK, STEP_DONE };

void path_get(const struct path *p)
{
    mount_get(p->mount);
    dentry_get(p->dentry);
}

void path_put(struct path *p)
{
    struct path old = *p;

    *p = (struct path){ NULL, NULL };
    dentry_put(old.dentry);
    mount_put(old.mount);
}

struct inode *path_inode(const struct path *p)
{
    return p->dentry->inode;
}

/* ---- moving: dentry_lock is held, nothing is referenced ---------------------------- */

/* Take the references that w->at needs to stand. */
static void stand_locked(struct walk *w)
{
    mount_get(w->at.mount);
    dentry_get_locked(w->at.dentry);
}

static void move_up_locked(struct walk *w)
{
    if (path_equal(&w->at, &w->ctx->root))
        return;
    mount_ascend_locked(&w->at, &w->ctx->root);
    if (!path_equal(&w->at, &w->ctx->root))     /* something may be mounted on it */
        w->at.dentry = w->at.dentry->parent;
    mount_descend_locked(&w->at);
}

static enum walk_last kind_of(const struct path_name *name)
{
    if (path_is_dot(name))
        return WALK_DOT;
    return path_is_dotdot(name) ? WALK_DOTDOT : WALK_NAME;
}

/* May the next component be looked up here? */
static int check_search(const struct walk *w)
{
    struct inode *dir = w->at.dentry->inode;

    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    return inode_permission(dir, MAY_EXEC, w->ctx->cred);
}

/* Whether INODE, just reached, is a symlink to be followed. */
static bool is_followed(const struct walk *w, const struct inode *inode, bool follow)
{
    return S_ISLNK(inode->mode) && (!w->name.is_last || follow || w->name.has_slash);
}

/* Step onto w->name, which is no dot.  Results as below. */
static int step_name_locked(struct walk *w, bool follow, enum step *step, struct dentry **found)
{
    const struct path_name *name = &w->name;
    struct dentry *d = dentry_find_locked(w->at.dentry, name->s, name->len,
                                          dentry_hash(name->s, name->len));

    if (!d || dentry_is_stale_locked(d)) {
        *step = STEP_MISS;
        return 0;
    }
    if (!d->inode)
        return -ENOENT;
    if (is_followed(w, d->inode, follow)) {
        *step = STEP_LINK;
        *found = d;
        return 0;
    }
    w->at.dentry = d;
    mount_descend_locked(&w->at);
    return 0;
}

/*
 * One component.  PARENT: stop in front of the last one.  0 and in *STEP what to do
 * next, in *FOUND the symlink for STEP_LINK; or an errno.
 */
static int step_locked(struct walk *w, bool parent, bool follow, enum step *step,
                       struct dentry **found)
{
    int more = path_next(&w->rest, &w->name), err;

    if (more == 0) {
        w->last = WALK_ROOT;
        *step = STEP_DONE;
        return 0;
    }
    err = check_search(w);
    if (err || more < 0)
        return err ? err : more;
    w->last = kind_of(&w->name);
    *step = w->name.is_last && parent ? STEP_DONE : STEP_ON;
    if (*step == STEP_DONE || w->last == WALK_DOT)
        return 0;
    if (w->last == WALK_NAME)
        return step_name_locked(w, follow, step, found);
    move_up_locked(w);
    return 0;
}

/* ---- standing: w->at is referenced, no lock is held ---------------------------------- */

/* Have the component in the cache, for the step to be taken again. */
static int fetch(struct walk *w, struct dentry **found)
{
    int err = dentry_lookup(w->at.dentry, w->name.s, w->name.len, false, found);

    if (!err)
        w->rest = w->name.s;
    return err;
}

/* Continue at the root of the caller. */
static void restart_at_root(struct walk *w)
{
    struct path old = w->at;

    w->at = w->ctx->root;
    path_get(&w->at);
    path_put(&old);
}

/* The symlink's text before what is left; the link's directory is where we stand. */
static int push_text(struct walk *w, struct inode *link)
{
    size_t left = strlen(w->rest) + 1;
    char *text = kvmalloc(PATH_MAX + left);
    ssize_t len;

    if (!text)
        return -ENOMEM;
    len = link->ops->readlink(link, text, PATH_MAX);
    if (len <= 0) {
        kvfree(text);
        return len ? (int)len : -ENOENT;
    }
    memcpy(text + len, w->rest, left);
    kvfree(w->link_text);
    w->link_text = text;
    w->rest = text;
    if (text[0] == '/')
        restart_at_root(w);
    return 0;
}

int walk_push_link(struct walk *w, struct dentry *link)
{
    struct inode *inode = link->inode;
    struct path target;
    int err;

    if (++w->nlinks > LINKS_MAX)
        return -ELOOP;
    inode_touch_atime(inode);
    err = inode->ops->follow(inode, &target);
    if (err == -EINVAL)
        return push_text(w, inode);
    if (err)
        return err;
    path_put(&w->at);
    w->at = target;
    w->jumped = true;
    return 0;
}

/* Move as far as the cache goes; *FOUND, for STEP_LINK, with a reference. */
static int move(struct walk *w, bool parent, bool follow, enum step *step,
                struct dentry **found)
{
    struct path past = w->at;
    int err;

    spin_lock(&dentry_lock);
    do {
        err = step_locked(w, parent, follow, step, found);
    } while (!err && *step == STEP_ON);
    stand_locked(w);
    if (!err && *step == STEP_LINK)
        dentry_get_locked(*found);
    spin_unlock(&dentry_lock);
    path_put(&past);
    return err;
}

/*
 * Walk until STEP_DONE.  Standing on entry and on exit.
 *   1. move along the cache under the lock
 *   2. sleep for what was missing there
 *   3. move on; what was fetched stays referenced until the move is over
 */
static int run(struct walk *w, bool parent, bool follow)
{
    struct dentry *kept = NULL;
    enum step step = STEP_ON;
    int err = 0;

    w->jumped = false;
    while (!err && step != STEP_DONE) {
        struct dentry *found = NULL;

        err = move(w, parent, follow, &step, &found);
        if (!err && step == STEP_MISS)
            err = fetch(w, &found);
        else if (!err && step == STEP_LINK)
            err = walk_push_link(w, found);
        if (kept)
            dentry_put(kept);
        kept = found;
    }
    if (kept)
        dentry_put(kept);
    return err;
}

void walk_begin(struct walk *w, const struct path_ctx *ctx, const struct path *start,
                const char *name)
{
    *w = (struct walk){ .ctx = ctx, .rest = name };
    w->at = name[0] == '/' ? ctx->root : start ? *start : ctx->cwd;
    path_get(&w->at);
}

int walk_to_end(struct walk *w, bool follow)
{
    int err = run(w, false, follow);

    if (!err && w->name.s && w->name.has_slash && !S_ISDIR(path_inode(&w->at)->mode))
        err = -ENOTDIR;
    return err;
}

int walk_to_parent(struct walk *w)
{
    return run(w, true, false);
}

void walk_take(struct walk *w, struct path *out)
{
    *out = w->at;
    w->at = (struct path){ NULL, NULL };
}

void walk_end(struct walk *w)
{
    if (w->at.dentry)
        path_put(&w->at);
    kvfree(w->link_text);
    w->link_text = NULL;
}
