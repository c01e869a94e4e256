/* SPDX-License-Identifier: MIT */
/*
 * wait.c - learn what became of a child.
 */
#include "kernel/proc/process_impl.h"
#include "lib/abi/errno.h"
#include "lib/abi/wait.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* A wait on its way. */
struct wait {
    const struct process *only;     /* this one, or NULL: as TYPE and ID say */
    int type, id, options;
    struct wait_result *result;
    struct process *reaped;         /* to be put after the lock is released */
};

static bool is_meant(const struct wait *w, const struct process *child)
{
    if (w->only)
        return child == w->only;
    if (w->type == P_PID)
        return child->pid == w->id;
    if (w->type == P_ALL)
        return true;
    return child->pgrp == (w->id ? w->id : current_process()->pgrp);
}

static bool is_kind(const struct wait *w, const struct process *child)
{
    bool is_clone = child->exit_signal != SIGCHLD;

    return (w->options & __WALL) || is_clone == !!((unsigned)w->options & __WCLONE);
}

static void fill_result(struct wait_result *r, struct process *child, int status)
{
    r->pid = child->pid;
    r->status = status;
    r->uid = child->cred.uid;
    proc_getrusage_family_locked(child, &r->rusage);
}

/* There is nothing more to hear of a zombie than its end. */
static bool may_report(const struct wait *w, const struct process *child)
{
    return child->state != PROCESS_ZOMBIE || (w->options & WEXITED);
}

/* The child's figures join those of its parent's dead children. */
static void inherit_figures(struct process *p, const struct process *child)
{
    p->cutime += child->utime + child->cutime;
    p->cstime += child->stime + child->cstime;
    p->cminflt += child->minflt + child->cminflt;
    p->cmajflt += child->majflt + child->cmajflt;
    p->cnvcsw += child->nvcsw + child->cnvcsw;
    p->cnivcsw += child->nivcsw + child->cnivcsw;
    p->cmaxrss = MAX(p->cmaxrss, child->maxrss);
    p->cmaxrss = MAX(p->cmaxrss, child->cmaxrss);
}

/* If CHILD has something to report, fill in the result.  proc_lock held. */
static bool take_report(struct wait *w, struct process *child)
{
    bool keep = w->options & WNOWAIT;

    if (child->state == PROCESS_ZOMBIE) {
        fill_result(w->result, child, child->exit_status);
        if (!keep) {
            inherit_figures(child->parent, child);
            process_unpublish(child);
            w->reaped = child;
        }
        return true;
    }
    if (child->state == PROCESS_STOPPED && (w->options & WUNTRACED) && !child->stop_reported) {
        fill_result(w->result, child, child->stop_signal << 8 | 0x7f);
        child->stop_reported = !keep;
        return true;
    }
    if (child->continued && (w->options & WCONTINUED)) {
        fill_result(w->result, child, 0xffff);
        child->continued = keep;
        return true;
    }
    return false;
}

/* Look once: the child's pid, 0 (none has news), -ECHILD. */
static int look(struct wait *w)
{
    struct process *p = current_process(), *child;
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int r = -ECHILD;

    list_for_each_entry(child, &p->children, sibling) {
        if (!is_meant(w, child) || !is_kind(w, child) || !may_report(w, child))
            continue;
        r = 0;
        if (take_report(w, child)) {
            r = child->pid;
            break;
        }
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return r;
}

static int look_or_wait(struct wait *w)
{
    int r, err = 0;

    memset(w->result, 0, sizeof(*w->result));
    if (w->options & WNOHANG)
        r = look(w);
    else
        err = wait_event_interruptible(&current_process()->child_event, (r = look(w)) != 0);
    if (w->reaped)
        process_put(w->reaped);
    return err ? err : r;
}

int proc_wait(int type, int id, int options, struct wait_result *result)
{
    struct wait w = { .type = type, .id = id, .options = options, .result = result };

    return look_or_wait(&w);
}

int proc_wait_child(const struct process *child, int options, struct wait_result *result)
{
    struct wait w = { .only = child, .options = options, .result = result };

    return look_or_wait(&w);
}
