/* SPDX-License-Identifier: MIT */
/*
 * sys_ioprio.c - priorities of input and output.
 *
 * Requests to a disk are served in the order they come, so a priority is kept and shown, no
 * more.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/ioprio.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"

struct request {
    int which, who;
    bool set;
    uint16_t value;             /* to set */
    int result;                 /* of the threads so far: an errno, or the best value found */
};

static bool is_meant(const struct request *r, const struct process *p, const struct task *t)
{
    if (r->which == IOPRIO_WHO_PROCESS)
        return t->tid == r->who;
    return r->which == IOPRIO_WHO_PGRP ? p->pgrp == r->who : p->cred.uid == (uint32_t)r->who;
}

/* What T has, or what its nice value stands for. */
static int effective(const struct process *p, const struct thread *t)
{
    int class = t->policy == SCHED_IDLE ? IOPRIO_CLASS_IDLE : IOPRIO_CLASS_BE;

    if (IOPRIO_PRIO_CLASS(t->io_priority) != IOPRIO_CLASS_NONE)
        return t->io_priority;
    return IOPRIO_PRIO_VALUE(class, (p->nice + 20) / 5);
}

static int set_one(const struct request *r, const struct process *p, struct thread *t)
{
    const struct cred *me = &current_process()->cred;

    if (me->euid && p->cred.uid != me->euid && p->cred.uid != me->uid)
        return -EPERM;
    t->io_priority = r->value;
    return 0;
}

static int get_one(const struct request *r, const struct process *p, const struct thread *t)
{
    if (r->which == IOPRIO_WHO_PROCESS)
        return t->io_priority;
    return r->result < 0 ? effective(p, t) : MIN(r->result, effective(p, t));
}

static void visit(struct process *p, void *arg)
{
    struct request *r = arg;
    struct task *t;

    list_for_each_entry(t, &p->tasks, link) {
        if (r->result == -EPERM || !is_meant(r, p, t))
            continue;
        r->result = r->set ? set_one(r, p, t->thread) : get_one(r, p, t->thread);
    }
}

static int64_t visit_all(struct request *r)
{
    const struct process *me = current_process();

    if (r->which < IOPRIO_WHO_PROCESS || r->which > IOPRIO_WHO_USER)
        return -EINVAL;
    if (!r->who)
        r->who = r->which == IOPRIO_WHO_PROCESS ? current->tid
                 : r->which == IOPRIO_WHO_PGRP ? me->pgrp : (int)me->cred.uid;
    r->result = -ESRCH;
    process_for_each(visit, r);
    return r->result;
}

static int check(int value)
{
    switch (IOPRIO_PRIO_CLASS(value)) {
    case IOPRIO_CLASS_RT:
        return current_process()->cred.euid ? -EPERM : 0;
    case IOPRIO_CLASS_BE:
    case IOPRIO_CLASS_IDLE:
        return 0;
    case IOPRIO_CLASS_NONE:
        return IOPRIO_PRIO_LEVEL(value) ? -EINVAL : 0;
    }
    return -EINVAL;
}

int64_t sys_ioprio_set(const uint64_t *a)
{
    struct request r = { .which = (int)a[0], .who = (int)a[1], .set = true,
                         .value = (uint16_t)a[2] };
    int err = check((int)a[2]);

    return err ? err : visit_all(&r);
}

int64_t sys_ioprio_get(const uint64_t *a)
{
    struct request r = { .which = (int)a[0], .who = (int)a[1] };

    return visit_all(&r);
}
