/* SPDX-License-Identifier: MIT */
/*
 * vfork.c - a parent that waits until its child has given back its memory.
 *
 * The wait lies on the parent's stack.  Either side may let go first: the child
 * by exec or exit, the parent by being killed; proc_lock decides who.
 */
#include "kernel/proc/process_impl.h"

void vfork_wait_begin(struct vfork_wait *w, struct task *child)
{
    uint64_t flags;

    wait_queue_init(&w->wq);
    w->child = child;
    flags = spin_lock_irqsave(&proc_lock);
    child->vfork_wait = w;
    spin_unlock_irqrestore(&proc_lock, flags);
}

void vfork_wait_end(struct vfork_wait *w)
{
    struct waiter waiter = { 0 };
    uint64_t flags;

    while (__atomic_load_n(&w->child, __ATOMIC_ACQUIRE) && !task_is_killed()) {
        /* A signal wakes us, but only death ends the wait: handlers run when the child is done. */
        wait_begin(&w->wq, &waiter, THREAD_SLEEPING);
        if (__atomic_load_n(&w->child, __ATOMIC_ACQUIRE) && !task_is_killed())
            schedule();
        wait_end(&w->wq, &waiter);
    }
    flags = spin_lock_irqsave(&proc_lock);
    if (w->child)
        w->child->vfork_wait = NULL;
    spin_unlock_irqrestore(&proc_lock, flags);
}

bool process_is_in_vfork(const struct process *p)
{
    const struct task *t;

    if (!p->parent || p->parent->mm != p->mm)
        return false;
    list_for_each_entry(t, &p->tasks, link)
        if (t->vfork_wait)
            return true;
    return false;
}

void task_release_vfork(struct task *t)
{
    uint64_t flags;

    if (!t->vfork_wait)
        return;
    flags = spin_lock_irqsave(&proc_lock);
    if (t->vfork_wait) {
        struct vfork_wait *w = t->vfork_wait;

        t->vfork_wait = NULL;
        __atomic_store_n(&w->child, NULL, __ATOMIC_RELEASE);
        wake_up_all(&w->wq);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
}
