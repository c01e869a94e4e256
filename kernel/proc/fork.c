/* SPDX-License-Identifier: MIT */
/*
 * fork.c - fork, vfork and clone: a new process, or a new thread of this one.
 *
 *   1. check the flags
 *   2. make the thread and its task, registers copied, a0 = 0
 *   3. CLONE_THREAD: join this process.  Otherwise make a process: share or copy
 *      memory, files, working directory and signal actions
 *   4. publish it: from here on it can be seen and signalled
 *   5. let it run; vfork: wait until it needs our memory no more
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/call_trace.h"
#include "kernel/proc/files.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/process_impl.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define KNOWN_FLAGS                                                                            \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK | CLONE_PARENT            \
     | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID \
     | CLONE_DETACHED | CLONE_UNTRACED | CLONE_CHILD_SETTID | CLONE_IO | CLONE_CLEAR_SIGHAND       \
     | CLONE_PIDFD)

static int check_flags(const struct clone_args_kernel *args)
{
    uint64_t flags = args->flags;

    if (flags & ~KNOWN_FLAGS)
        return -EINVAL;
    if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        return -EINVAL;
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        return -EINVAL;
    if ((flags & CLONE_PARENT) && current_process() == init_process)
        return -EINVAL;
    if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
        return -EINVAL;
    if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID) && args->pidfd == args->parent_tid)
        return -EINVAL;
    return 0;
}

/* RLIMIT_NPROC is for all threads of the user, whom root is above. */
struct user_count {
    uint32_t uid;
    size_t n;
};

static void count_user(struct process *p, void *arg)
{
    struct user_count *c = arg;

    if (p->cred.uid == c->uid)
        c->n += p->ntasks ? p->ntasks : 1;
}

static bool too_many_tasks(void)
{
    struct process *p = current_process();
    struct user_count c = { .uid = p->cred.uid };

    if (!p->cred.euid || p->rlimits[RLIMIT_NPROC].rlim_cur == RLIM_INFINITY)
        return false;
    process_for_each(count_user, &c);
    return c.n >= p->rlimits[RLIMIT_NPROC].rlim_cur;
}

/* The new thread's first step in C: its frame says the rest. */
static void enter_user(void)
{
    struct task *t = current_task();

    if (t->set_child_tid) {
        copy_to_user(t->set_child_tid, &t->tid, sizeof(t->tid));
        t->set_child_tid = 0;
    }
    trap_return_to_user(current->frame);
}

/* A thread like the running one that will return from the same call with 0. */
static struct task *copy_task(const struct clone_args_kernel *args)
{
    struct task *me = current_task(), *t = task_alloc();
    struct thread *thread;

    if (!t)
        return NULL;
    thread = thread_create(enter_user, current->name);
    if (!thread)
        goto free_task;
    thread->fpu = kmalloc(sizeof(struct fpu_state), GFP_KERNEL);
    if (!thread->fpu)
        goto put_thread;
    fpu_sync();
    *thread->fpu = *current->fpu;
    *thread->frame = *current->frame;
    thread->frame->a0 = 0;
    if (args->stack)
        thread->frame->sp = args->stack;
    if (args->flags & CLONE_SETTLS)
        thread->frame->tp = args->tls;
    thread->allowed = current->allowed;
    thread->policy = current->policy;
    thread->io_priority = current->io_priority;
    thread->task = t;
    t->thread = thread;
    t->blocked = me->blocked;
    call_trace_inherit(t);
    if (!(args->flags & CLONE_VM) || (args->flags & CLONE_VFORK))
        t->altstack = me->altstack;
    if (args->flags & CLONE_CHILD_SETTID)
        t->set_child_tid = args->child_tid;
    if (args->flags & CLONE_CHILD_CLEARTID)
        t->clear_child_tid = args->child_tid;
    return t;

put_thread:
    thread_put(thread);
free_task:
    task_free(t);
    return NULL;
}

static void destroy_task(struct task *t)
{
    thread_put(t->thread);
    task_free(t);
}

/* What a child has of its parent: shared or copied.  0, -ENOMEM, or -EAGAIN: a sibling is in
 * exec.  Whatever was taken is in P, to be given back by drop_resources. */
static int copy_resources(struct process *p, uint64_t flags)
{
    struct process *me = current_process();

    if (flags & CLONE_VM)
        mm_get(p->mm = me->mm);
    else
        p->mm = mm_fork(me->mm);
    if (!p->mm)
        return -ENOMEM;
    if (flags & CLONE_FILES)
        fd_table_share(p->files = me->files);
    else
        p->files = fd_table_copy(me->files);
    if (!p->files)
        return -ENOMEM;
    if ((flags & CLONE_FS) && !fs_context_share(me->fs))
        return -EAGAIN;
    p->fs = flags & CLONE_FS ? me->fs : fs_context_copy(me->fs);
    if (!p->fs)
        return -ENOMEM;
    if (flags & CLONE_SIGHAND)
        sighand_get(p->sighand = me->sighand);
    else
        p->sighand = sighand_copy(me->sighand);
    if (p->sighand && (flags & CLONE_CLEAR_SIGHAND))
        sighand_forget_handlers(p->sighand);
    return p->sighand ? 0 : -ENOMEM;
}

/* Undo of copy_resources. */
static void drop_resources(struct process *p)
{
    if (p->sighand)
        sighand_put(p->sighand);
    if (p->fs)
        fs_context_leave(p->fs);
    if (p->files)
        fd_table_leave(p->files);
    if (p->mm)
        mm_put(p->mm);
    p->sighand = NULL;
    p->fs = NULL;
    p->files = NULL;
    p->mm = NULL;
}

/* 0, -ENOMEM, -EAGAIN. */
static int copy_process(const struct clone_args_kernel *args, struct process **out)
{
    struct process *me = current_process(), *p;
    int err = process_alloc(&p);

    if (err)
        return err;
    err = copy_resources(p, args->flags);
    if (err) {
        drop_resources(p);
        process_put(p);
        return err;
    }
    p->cred = me->cred;
    memcpy(p->rlimits, me->rlimits, sizeof(p->rlimits));
    memcpy(p->comm, me->comm, sizeof(p->comm));
    p->nice = current->reset_on_fork ? MAX(me->nice, (int8_t)0) : me->nice;
    p->personality = me->personality;
    p->no_new_privs = me->no_new_privs;
    p->oom_score_adj = me->oom_score_adj;
    p->oom_adj_floor = me->oom_adj_floor;
    p->exit_signal = args->flags & CLONE_PARENT ? me->exit_signal : args->exit_signal;
    p->parent_did_exec = (args->flags & CLONE_PARENT) && me->parent_did_exec;
    itimer_init(p);
    *out = p;
    return 0;
}

/*
 * A signal to our group reaches both of us.  What came before now is answered before there is a
 * child: again, then.  What comes until there is one is noted in our task.
 */
static int begin_birth(struct task *me)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    bool again = signal_has_work_locked(me);

    me->forking = !again;
    me->missed = 0;
    spin_unlock_irqrestore(&proc_lock, flags);
    return again ? -ERESTARTNOINTR : 0;
}

static void end_birth(struct task *me)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    me->forking = false;
    spin_unlock_irqrestore(&proc_lock, flags);
}

static void send_missed(struct process *p, uint64_t missed)
{
    for (; missed; missed &= missed - 1)
        signal_send_locked(p, NULL, (int)ctz64(missed) + 1, NULL);
}

static int publish_process(struct process *p, struct task *t, uint64_t clone_flags)
{
    struct process *me = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    if (me->exiting) {
        spin_unlock_irqrestore(&proc_lock, flags);
        return -EINTR;
    }
    p->pgrp = me->pgrp;
    p->session = me->session;
    p->tty = me->tty;
    process_publish(p, clone_flags & CLONE_PARENT ? me->parent : me);
    process_add_task(p, t, p->pid);
    current_task()->forking = false;
    send_missed(p, current_task()->missed);
    cpu_limit_changed(p);
    spin_unlock_irqrestore(&proc_lock, flags);
    return 0;
}

/* Let T run, and wait for it if this is a vfork.  Its tid. */
static int64_t launch(struct task *t, const struct clone_args_kernel *args)
{
    struct vfork_wait wait;
    int tid = t->tid;

    if (args->flags & CLONE_PARENT_SETTID)
        copy_to_user(args->parent_tid, &tid, sizeof(tid));
    if (args->flags & CLONE_VFORK)
        vfork_wait_begin(&wait, t);
    thread_start(t->thread);
    if (args->flags & CLONE_VFORK)
        vfork_wait_end(&wait);
    return tid;
}

/* Give the caller *FD, a pidfd of P, and store it at WHERE.  It means nothing to others until P
 * is listed.  After an error *FD is to be closed if it is not negative. */
static int give_pidfd(struct process *p, uintptr_t where, int *fd)
{
    struct file *file;
    int err = pidfd_create(p, 0, &file);

    if (err)
        return err;
    *fd = fd_install_or_put(file, 0, true);
    return *fd < 0 ? *fd : copy_to_user(where, fd, sizeof(*fd));
}

static int64_t make_process(const struct clone_args_kernel *args, struct task *t)
{
    struct process *p;
    int pidfd = -1, err = copy_process(args, &p);

    if (err)
        return err;
    if (args->flags & CLONE_PIDFD)
        err = give_pidfd(p, args->pidfd, &pidfd);
    if (!err)
        err = publish_process(p, t, args->flags);
    if (err) {
        if (pidfd >= 0)
            fd_close(pidfd);
        drop_resources(p);
        process_put(p);
        return err;
    }
    return launch(t, args);
}

static int64_t clone_process(const struct clone_args_kernel *args, struct task *t)
{
    int64_t r = begin_birth(current_task());

    if (r < 0)
        return r;
    r = make_process(args, t);
    end_birth(current_task());
    return r;
}

static int64_t clone_thread(const struct clone_args_kernel *args, struct task *t)
{
    struct process *me = current_process();
    int tid = pid_alloc();
    uint64_t flags;
    bool dying;

    if (!tid)
        return -EAGAIN;
    flags = spin_lock_irqsave(&proc_lock);
    dying = me->exiting || me->survivor;
    if (!dying) {
        process_add_task(me, t, tid);
        /* What the others were told of just before, a stop for example, is for it, too. */
        t->thread->signal_pending = signal_has_work_locked(t);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    if (dying) {
        pid_free(tid);
        return -EINTR;
    }
    return launch(t, args);
}

int64_t proc_clone(const struct clone_args_kernel *args)
{
    struct task *t;
    int64_t r = check_flags(args);

    if (r < 0)
        return r;
    if (too_many_tasks())
        return -EAGAIN;
    t = copy_task(args);
    if (!t)
        return -ENOMEM;
    r = args->flags & CLONE_THREAD ? clone_thread(args, t) : clone_process(args, t);
    if (r < 0)
        destroy_task(t);
    return r;
}
