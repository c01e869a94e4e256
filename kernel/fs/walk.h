/* SPDX-License-Identifier: MIT */
/*
 * walk.h - one resolution of a name, step by step (inside fs/ only).
 *
 * walk_begin, then walk_to_end or walk_to_parent, then walk_end, always.
 */
#pragma once
#include "kernel/fs/mount.h"

/* What the last component of a name is. */
enum walk_last {
    WALK_NAME,          /* a name in a directory                               */
    WALK_DOT,           /* "."                                                 */
    WALK_DOTDOT,        /* ".."                                                */
    WALK_ROOT           /* there is none: "/", or "" if that is allowed        */
};

struct walk {
    const struct path_ctx *ctx;
    struct path at;                     /* where we are; referenced outside of a step */
    const char *rest;                   /* what is still to be resolved        */
    char *link_text;                    /* owns REST after the first symlink   */
    unsigned nlinks;                    /* symlinks followed                   */
    enum walk_last last;                /* after walk_to_parent                */
    struct path_name name;              /* the last component, WALK_NAME       */
    bool jumped;                        /* the last symlink had no text: at is its target */
};

/* Start resolving NAME at START (NULL: cwd). */
void walk_begin(struct walk *w, const struct path_ctx *ctx, const struct path *start,
                const char *name);
/* Resolve all of it, following a last symlink if FOLLOW.  w->at is the result. */
int walk_to_end(struct walk *w, bool follow);
/* Resolve up to the directory of the last component.  w->at is that directory. */
int walk_to_parent(struct walk *w);
/* After walk_to_parent: the last component LINK is a symlink; go on with its text
 * as what is to be resolved (walk_to_parent or walk_to_end again); w->jumped: it has
 * no text, w->at is where it leads.  -ELOOP -ENOENT -ENOMEM -EIO ... */
int walk_push_link(struct walk *w, struct dentry *link);
/* Release what W holds.  To keep w->at, take it out with walk_take first. */
void walk_end(struct walk *w);
void walk_take(struct walk *w, struct path *out);
