/* SPDX-License-Identifier: MIT */
/*
 * exit.c - the end of a task, and with the last one of its process.
 *
 *   1. let go of what is the task's own: robust futexes, thread id address, vfork parent
 *   2. the last task: close files, leave memory, give children to init
 *   3. become a zombie and tell the parent, or vanish if it does not care
 *   4. leave the scheduler for ever
 *
 * All that may sleep happens before 3: from then on the parent may take the
 * process away at any moment.
 */
#include "kernel/proc/files.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/proc/process_impl.h"
#include "lib/abi/errno.h"
#include "lib/abi/wait.h"
#include "lib/bitops.h"

/* T's figures join its process's. */
static void add_figures(struct process *p, struct thread *t)
{
    uint64_t utime, stime;

    thread_times(t, &utime, &stime);
    p->utime += utime;
    p->stime += stime;
    p->nvcsw += t->nvcsw;
    p->nivcsw += t->nivcsw;
    p->minflt += t->minflt;
    p->majflt += t->majflt;
}

/* The user of the memory that all threads share. */
static void leave_memory(struct process *p)
{
    struct mm *mm = p->mm;
    uint64_t flags;

    p->maxrss = MAX(p->maxrss, mm_peak_rss(mm));
    flags = spin_lock_irqsave(&proc_lock);
    p->mm = NULL;
    spin_unlock_irqrestore(&proc_lock, flags);
    mm_put(mm);
}

static void leave_files(struct process *p)
{
    struct fd_table *files = p->files;
    struct fs_context *fs = p->fs;
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    p->files = NULL;
    p->fs = NULL;
    spin_unlock_irqrestore(&proc_lock, flags);
    fd_table_leave(files);
    fs_context_leave(fs);
}

/* Whether PARENT wants no zombies. */
static bool ignores_children(const struct process *parent)
{
    const struct sigaction *act = &parent->sighand->action[SIGCHLD - 1];

    return act->sa_handler == SIG_IGN || (act->sa_flags & SA_NOCLDWAIT);
}

/* P is a zombie, and its parent hears of it.  If that waits for nobody, P goes to UNWANTED. */
static void report_zombie(struct process *p, struct list *unwanted)
{
    bool is_wanted = process_end_signal(p) != SIGCHLD || !ignores_children(p->parent);

    signal_child_event(p, p->parent);
    if (is_wanted)
        return;
    process_unpublish(p);
    list_insert_tail(unwanted, &p->sibling);
}

/* Who adopts the children of P: the nearest above it who wants to, or init.  One who is ending,
 * too, hands them on. */
static struct process *find_reaper(const struct process *p)
{
    struct process *r = p->parent;

    while (r != init_process && !r->is_subreaper)
        r = r->parent;
    return r;
}

static void reparent_children(struct process *p, struct list *unwanted)
{
    struct process *child, *next, *reaper = find_reaper(p);

    list_for_each_entry_safe(child, next, &p->children, sibling) {
        group_check_orphaned(child, p);
        child->parent = reaper;
        child->exit_signal = SIGCHLD;
        if (child->death_signal)
            signal_send_locked(child, NULL, child->death_signal, NULL);
        list_move_tail(&reaper->children, &child->sibling);
        if (child->state == PROCESS_ZOMBIE)
            report_zombie(child, unwanted);
    }
}

/* P has no task left: state, family, parent. */
static void become_zombie(struct process *p)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct list unwanted = LIST_INIT(unwanted);
    struct process *gone, *next;

    reparent_children(p, &unwanted);
    group_check_orphaned(p, p);
    p->state = PROCESS_ZOMBIE;
    report_zombie(p, &unwanted);
    wake_up_all(&p->ended);
    spin_unlock_irqrestore(&proc_lock, flags);
    list_for_each_entry_safe(gone, next, &unwanted, sibling) {
        list_remove(&gone->sibling);
        process_put(gone);
    }
}

/* Take T off its process; true if it was the last. */
static bool remove_task(struct process *p, struct task *t)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    bool last;

    last = --p->ntasks == 0;
    if (!last) {
        cpu_timer_leave(p, t);
        posix_timer_leave(p, t);
        list_remove(&t->link);
        signal_hand_on_locked(t, UINT64_MAX);
        add_figures(p, t->thread);
        wake_up_all(&p->task_gone);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return last;
}

static void end_process(struct process *p, struct task *t, int status)
{
    uint64_t flags;

    if (p == init_process)
        panic("init ended with wait status %#x.  It must run for ever: see user/bin/init.c", status);
    itimer_fini(p);
    posix_timer_delete_all(p);
    if (p->session == p->pid)
        session_leader_exit(p);
    leave_files(p);
    leave_memory(p);
    flags = spin_lock_irqsave(&proc_lock);
    cpu_timer_leave(p, t);
    list_remove(&t->link);
    add_figures(p, t->thread);
    if (!p->exiting)
        p->exit_status = status;
    p->exiting = true;                      /* no signal is queued from here on */
    spin_unlock_irqrestore(&proc_lock, flags);
    signal_queue_flush(&t->pending);
    signal_queue_flush(&p->pending);
    signal_prepare();                       /* for the parent's SIGCHLD */
    become_zombie(p);
}

void proc_exit_task(int status)
{
    struct task *t = current_task();
    struct process *p = t->process;
    struct thread *thread = t->thread;

    task_leave_robust_list(t);
    task_clear_child_tid(t);
    task_release_vfork(t);
    /* Once T does not count, the last one, or who execs, may free the memory at any moment. */
    mm_switch_current(NULL);
    if (remove_task(p, t))
        end_process(p, t, status);
    else
        signal_queue_flush(&t->pending);
    if (t->tid != p->pid)
        pid_free(t->tid);
    thread->task = NULL;
    thread->process = NULL;
    thread->cred = NULL;
    thread->file_limit = NULL;
    task_free(t);
    process_put(p);
    thread_put(thread);
    thread_exit();
}

void proc_exit_group(int status)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    if (p->exiting) {
        status = p->exit_status;
    } else {
        p->exiting = true;
        p->exit_status = status;
        process_interrupt_tasks(p, current_task());
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    proc_exit_task(status);
}

bool task_must_exit(struct task *t, int *status)
{
    struct process *p = t->process;
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    bool must = p->exiting || (p->survivor && p->survivor != t);

    if (must)
        *status = p->exit_status;
    spin_unlock_irqrestore(&proc_lock, flags);
    return must;
}

bool task_is_killed(void)
{
    int status;

    return thread_signal_pending() && task_must_exit(current_task(), &status);
}

int process_end_siblings(void)
{
    struct process *p = current_process();
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    bool dying = p->exiting || p->survivor;
    int old_tid;

    if (!dying && p->ntasks > 1) {
        p->survivor = t;
        process_interrupt_tasks(p, t);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    if (dying)
        return -EINTR;
    wait_event(&p->task_gone, __atomic_load_n(&p->ntasks, __ATOMIC_ACQUIRE) == 1);
    flags = spin_lock_irqsave(&proc_lock);
    p->survivor = NULL;
    old_tid = t->tid;
    t->tid = t->thread->tid = p->pid;
    spin_unlock_irqrestore(&proc_lock, flags);
    if (old_tid != p->pid)
        pid_free(old_tid);
    return 0;
}
