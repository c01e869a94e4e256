/* SPDX-License-Identifier: MIT */
/*
 * signal.c - what a process does about signals, and sending them.
 *
 * A signal that will be ignored is dropped when it is sent, and one that ends the
 * process does so at once.  Any other is put into the queue of its task or
 * process, and a task that does not block it is woken; if that runs on another
 * hart in user mode, an interrupt brings it into the kernel.
 */
#include "kernel/mm/slab.h"
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "kernel/proc/signalfd.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define IGNORED_BY_DEFAULT (BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH))

/* A program that asks for others reads back that they are not known. */
#define KNOWN_FLAGS  (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_ONSTACK \
                      | SA_RESTART | SA_NODEFER | SA_RESETHAND)

static struct kmem_cache *sighand_cache;

/* Actions */

struct sighand *sighand_create(void)
{
    struct sighand *s = kmem_cache_alloc(sighand_cache, GFP_KERNEL | __GFP_ZERO);

    if (s)
        s->refcount = 1;
    return s;
}

struct sighand *sighand_copy(struct sighand *from)
{
    struct sighand *s = kmem_cache_alloc(sighand_cache, GFP_KERNEL);
    uint64_t flags;

    if (!s)
        return NULL;
    flags = spin_lock_irqsave(&proc_lock);
    *s = *from;
    spin_unlock_irqrestore(&proc_lock, flags);
    s->refcount = 1;
    return s;
}

void sighand_get(struct sighand *s)
{
    __atomic_fetch_add(&s->refcount, 1, __ATOMIC_RELAXED);
}

void sighand_put(struct sighand *s)
{
    if (!__atomic_sub_fetch(&s->refcount, 1, __ATOMIC_ACQ_REL))
        kmem_cache_free(sighand_cache, s);
}

int sighand_unshare(void)
{
    struct process *p = current_process();
    struct sighand *old = p->sighand, *own;
    uint64_t flags;

    if (__atomic_load_n(&old->refcount, __ATOMIC_ACQUIRE) == 1)
        return 0;
    own = sighand_copy(old);
    if (!own)
        return -ENOMEM;
    flags = spin_lock_irqsave(&proc_lock);
    p->sighand = own;
    spin_unlock_irqrestore(&proc_lock, flags);
    sighand_put(old);
    return 0;
}

static bool would_ignore(const struct process *p, int sig)
{
    const struct sigaction *act = &p->sighand->action[sig - 1];

    if (act->sa_handler == SIG_IGN)
        return sig != SIGKILL && sig != SIGSTOP;
    if (act->sa_handler != SIG_DFL)
        return false;
    /* Process 1 gets only what it asked for. */
    return (BIT(sig) & IGNORED_BY_DEFAULT) || p == init_process;
}

/* A blocked signal is kept, for its action may be another by the time it is let in.  T NULL: any
 * task of P may block it. */
static bool is_kept(const struct process *p, const struct task *t, int sig)
{
    if (t)
        return t->blocked & BIT(sig);
    list_for_each_entry(t, &p->tasks, link)
        if (t->blocked & BIT(sig))
            return true;
    return false;
}

static void remove_everywhere(struct process *p, uint64_t set)
{
    struct task *t;

    signal_queue_remove(&p->pending, set);
    list_for_each_entry(t, &p->tasks, link)
        signal_queue_remove(&t->pending, set);
}

/* What T does something about at once. */
static uint64_t open_signals(const struct task *t)
{
    return ~t->blocked | t->awaited;
}

static inline bool has_work(const struct task *t)
{
    const struct process *p = t->process;

    return ((t->pending.set | p->pending.set) & open_signals(t)) || p->exiting
           || p->state == PROCESS_STOPPED || (p->survivor && p->survivor != t)
           || t->restore_blocked;
}

bool signal_has_work_locked(struct task *t)
{
    return has_work(t);
}

/* Waking */

static void notice(struct task *t, bool even_stopped)
{
    struct thread *thread = t->thread;

    __atomic_store_n(&thread->signal_pending, true, __ATOMIC_RELEASE);
    if (thread_wake_interruptible(thread) || (even_stopped && thread_wake_stopped(thread)))
        return;
    /* Running elsewhere: it may be in user mode and see no trap for a long time. */
    if (thread->hart != this_hart()->index)
        ipi_send(thread->hart, IPI_RESCHED);
}

void process_interrupt_tasks(struct process *p, struct task *survivor)
{
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        if (t != survivor)
            notice(t, true);
}

/* The task of P that should take a process-wide SIG: FAVOURED, if there is one and it wants
 * it, or the first that does; NULL: all block it. */
static struct task *find_taker(struct process *p, struct task *favoured, int sig)
{
    struct task *t;

    if (favoured && (open_signals(favoured) & BIT(sig)))
        return favoured;
    list_for_each_entry(t, &p->tasks, link)
        if (open_signals(t) & BIT(sig))
            return t;
    return NULL;
}

void signal_hand_on_locked(struct task *t, uint64_t set)
{
    struct process *p = t->process;
    struct task *other;

    ASSERT(spin_is_mine(&proc_lock));
    set &= p->pending.set;
    if (!set)
        return;
    list_for_each_entry(other, &p->tasks, link)
        if (other != t && (open_signals(other) & set)) {
            set &= ~open_signals(other);
            notice(other, false);
        }
}

/* Sending */

static void begin_exit(struct process *p, int sig)
{
    if (p->exiting)
        return;
    p->exiting = true;
    p->exit_status = sig;
    p->state = PROCESS_ALIVE;           /* to end: nobody hears of a stop any more, */
    p->continued = false;               /* nor that it goes on                      */
    process_interrupt_tasks(p, NULL);
}

/*
 * Whether SIG, which TAKER would take (NULL: nobody yet), ends P while it is being sent: its
 * default action is to, and no task shall run a step further.  One that stopped hears of it when it
 * goes on.
 */
static bool ends_at_once(const struct process *p, const struct task *taker, int sig)
{
    if (sig == SIGKILL)
        return true;
    if (p == init_process || p->state == PROCESS_STOPPED || !taker || (taker->blocked & BIT(sig)))
        return false;
    return p->sighand->action[sig - 1].sa_handler == SIG_DFL
           && !(BIT(sig) & (IGNORED_BY_DEFAULT | STOP_SIGNALS));
}

static void resume(struct process *p)
{
    if (p->state != PROCESS_STOPPED)
        return;
    p->state = PROCESS_ALIVE;
    p->continued = true;
    process_interrupt_tasks(p, NULL);
    signal_child_event(p, p->parent);
}

/* What is sent: a signal, and what is told of it. */
struct parcel {
    int sig;
    const struct siginfo *info;         /* NULL: it is the kernel's          */
    struct queued_signal *record;       /* a timer's, which says the rest    */
};

#define IGNORED 1                       /* sent, but nobody will take it     */

static int enqueue(struct process *p, struct signal_queue *q, const struct parcel *what)
{
    if (!what->record)
        return signal_enqueue(p, q, what->sig, what->info);
    signal_enqueue_record(q, what->record);
    return 0;
}

/* To P, and there to T if not NULL, or to FAVOURED before others.  0, IGNORED, or -EAGAIN. */
static int send(struct process *p, struct task *t, struct task *favoured,
                const struct parcel *what)
{
    int sig = what->sig, err;
    struct task *taker;

    ASSERT(spin_is_mine(&proc_lock));
    if (p->state == PROCESS_ZOMBIE || p->exiting)
        return 0;
    if (sig == SIGCONT) {
        remove_everywhere(p, STOP_SIGNALS);
        p->stop_due = false;
        resume(p);
    } else if (BIT(sig) & STOP_SIGNALS) {
        remove_everywhere(p, BIT(SIGCONT));
    }
    if (would_ignore(p, sig) && !is_kept(p, t, sig))
        return IGNORED;
    err = sig == SIGKILL ? 0 : enqueue(p, t ? &t->pending : &p->pending, what);
    if (err)
        return err;
    if (t)
        taker = open_signals(t) & BIT(sig) ? t : NULL;
    else
        taker = find_taker(p, favoured, sig);
    if (ends_at_once(p, taker, sig))
        begin_exit(p, sig);
    else if (taker)
        notice(taker, false);
    signalfd_notify();
    return 0;
}

int signal_send_locked(struct process *p, struct task *t, int sig, const struct siginfo *info)
{
    return MIN(send(p, t, NULL, &(struct parcel){ sig, info, NULL }), 0);
}

/* Of a stop and a continuation the later one counts. */
static uint64_t add_missed(uint64_t missed, int sig)
{
    if (sig == SIGCONT)
        missed &= ~STOP_SIGNALS;
    else if (BIT(sig) & STOP_SIGNALS)
        missed &= ~BIT(SIGCONT);
    return missed | BIT(sig);
}

int signal_send_member_locked(struct process *p, int sig, const struct siginfo *info)
{
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        if (t->forking)
            t->missed = add_missed(t->missed, sig);
    return signal_send_locked(p, NULL, sig, info);
}

/* In an interrupt: who was interrupted, if it is one of P's and not about to end; else NULL. */
static struct task *running_task_of(const struct process *p)
{
    struct task *t = current->process == p ? current->task : NULL;

    return t && !list_is_empty(&t->link) ? t : NULL;
}

int signal_send_running_locked(struct process *p, int sig, const struct siginfo *info)
{
    return MIN(send(p, NULL, running_task_of(p), &(struct parcel){ sig, info, NULL }), 0);
}

bool signal_send_timer_locked(struct process *p, struct task *t, struct queued_signal *s)
{
    struct parcel what = { s->info.si_signo, NULL, s };

    return send(p, t, running_task_of(p), &what) != IGNORED;
}

int signal_send_process(struct process *p, int sig, const struct siginfo *info)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = signal_send_locked(p, NULL, sig, info);

    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

int signal_send_task(struct task *t, int sig, const struct siginfo *info)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = signal_send_locked(t->process, t, sig, info);

    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

struct group_send {
    int pgrp, sig;
    const struct siginfo *info;
    int result;
};

static void send_to_member(struct process *p, void *arg)
{
    struct group_send *g = arg;

    if (p->pgrp == g->pgrp && p->state != PROCESS_ZOMBIE)
        g->result = g->sig ? signal_send_member_locked(p, g->sig, g->info) : 0;
}

int signal_send_pgrp(int pgrp, int sig, const struct siginfo *info)
{
    struct group_send g = { .pgrp = pgrp, .sig = sig, .info = info, .result = -ESRCH };

    process_for_each(send_to_member, &g);
    return g.result;
}

void signal_force(int sig, int code, uintptr_t addr)
{
    struct task *t = current_task();
    struct process *p = t->process;
    struct sigaction *act;
    struct siginfo info;
    uint64_t flags;

    info_clear(&info);
    info.si_signo = sig;
    info.si_code = code;
    info.si_addr = (void *)addr;
    signal_prepare();
    flags = spin_lock_irqsave(&proc_lock);
    act = &p->sighand->action[sig - 1];
    /* A program that blocks or ignores its own fault would repeat it for ever. */
    if ((t->blocked & BIT(sig)) || act->sa_handler == SIG_IGN) {
        t->blocked &= ~BIT(sig);
        act->sa_handler = SIG_DFL;
    }
    if (act->sa_handler == SIG_DFL)
        begin_exit(p, sig);
    else
        signal_enqueue(p, &t->pending, sig, &info);
    __atomic_store_n(&t->thread->signal_pending, true, __ATOMIC_RELEASE);
    spin_unlock_irqrestore(&proc_lock, flags);
}

/* What a parent hears of its child */

static int child_code(const struct process *child, int *status)
{
    if (child->state == PROCESS_STOPPED) {
        *status = child->stop_signal;
        return CLD_STOPPED;
    }
    if (child->state == PROCESS_ALIVE) {
        *status = SIGCONT;
        return CLD_CONTINUED;
    }
    if (child->exit_status & 0x7f) {
        *status = child->exit_status & 0x7f;
        return CLD_KILLED;
    }
    *status = child->exit_status >> 8 & 0xff;
    return CLD_EXITED;
}

void signal_child_event(struct process *child, struct process *parent)
{
    const struct sigaction *act = &parent->sighand->action[SIGCHLD - 1];
    bool ended = child->state == PROCESS_ZOMBIE;
    int sig = ended ? process_end_signal(child) : SIGCHLD;
    struct siginfo info = { .si_signo = sig };

    /* Ignored, it is not even kept for one who blocks it. */
    if (sig == SIGCHLD && (act->sa_handler == SIG_IGN || (!ended && act->sa_flags & SA_NOCLDSTOP)))
        sig = 0;
    info.si_code = child_code(child, &info.si_status);
    info.si_pid = child->pid;
    info.si_uid = child->cred.uid;
    if (sig)
        signal_send_locked(parent, NULL, sig, &info);
    wake_up_all(&parent->child_event);
}

/* Actions and masks of the running task */

static inline void recalc_locked(struct task *t)
{
    __atomic_store_n(&t->thread->signal_pending, has_work(t), __ATOMIC_RELEASE);
}

static inline void set_mask_locked(struct task *t, uint64_t mask)
{
    if (t->process->pending.set)
        signal_hand_on_locked(t, mask & ~t->blocked);
    t->blocked = mask;
    recalc_locked(t);
}

void signal_recalc(void)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    recalc_locked(current_task());
    spin_unlock_irqrestore(&proc_lock, flags);
}

int signal_action(int sig, const struct sigaction *act, struct sigaction *old)
{
    struct process *p = current_process();
    uint64_t flags;

    if (sig < 1 || sig > NSIG_MAX || (act && (BIT(sig) & UNBLOCKABLE)))
        return -EINVAL;
    flags = spin_lock_irqsave(&proc_lock);
    if (old)
        *old = p->sighand->action[sig - 1];
    if (act) {
        p->sighand->action[sig - 1] = *act;
        p->sighand->action[sig - 1].sa_mask &= ~UNBLOCKABLE;
        p->sighand->action[sig - 1].sa_flags &= KNOWN_FLAGS;
        if (would_ignore(p, sig))
            remove_everywhere(p, BIT(sig));
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return 0;
}

static int new_mask(uint64_t blocked, int how, uint64_t set, uint64_t *out)
{
    switch (how) {
    case SIG_BLOCK:
        *out = blocked | set;
        break;
    case SIG_UNBLOCK:
        *out = blocked & ~set;
        break;
    case SIG_SETMASK:
        *out = set;
        break;
    default:
        return -EINVAL;
    }
    return 0;
}

void signal_set_mask(uint64_t mask)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    set_mask_locked(current_task(), mask & ~UNBLOCKABLE);
    spin_unlock_irqrestore(&proc_lock, flags);
}

int signal_mask(int how, const uint64_t *set, uint64_t *old)
{
    struct task *t = current_task();
    uint64_t mask;
    int err;

    if (old)
        *old = t->blocked;
    if (!set)
        return 0;
    err = new_mask(t->blocked, how, *set, &mask);
    if (!err)
        signal_set_mask(mask);
    return err;
}

void signal_mask_temporarily(uint64_t mask)
{
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    t->saved_blocked = t->blocked;
    set_mask_locked(t, mask & ~UNBLOCKABLE);
    t->restore_blocked = true;
    spin_unlock_irqrestore(&proc_lock, flags);
}

uint64_t signal_pending_set(void)
{
    struct task *t = current_task();

    return (t->pending.set | t->process->pending.set) & t->blocked;
}

bool signal_is_there(uint64_t set)
{
    struct task *t = current_task();

    return (__atomic_load_n(&t->pending.set, __ATOMIC_RELAXED)
            | __atomic_load_n(&t->process->pending.set, __ATOMIC_RELAXED)) & set;
}

void signal_await(uint64_t set)
{
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    t->awaited = set & ~UNBLOCKABLE;
    recalc_locked(t);
    spin_unlock_irqrestore(&proc_lock, flags);
}

int signal_take(uint64_t set, struct siginfo *info)
{
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int sig = signal_dequeue_locked(t, set & ~UNBLOCKABLE, info);
    uint64_t closed = t->awaited & t->blocked;

    t->awaited = 0;
    signal_hand_on_locked(t, closed);
    recalc_locked(t);
    spin_unlock_irqrestore(&proc_lock, flags);
    return sig;
}

bool signal_is_ignored(int sig)
{
    return (current_task()->blocked & BIT(sig))
           || current_process()->sighand->action[sig - 1].sa_handler == SIG_IGN;
}

void sighand_forget_handlers(struct sighand *s)
{
    for (int i = 0; i < NSIG_MAX; i++) {
        bool ignored = s->action[i].sa_handler == SIG_IGN;

        s->action[i] = (struct sigaction){ .sa_handler = ignored ? SIG_IGN : SIG_DFL };
    }
}

void signal_exec(void)
{
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    signal_queue_forget_timers(&t->pending);
    signal_queue_forget_timers(&t->process->pending);
    sighand_forget_handlers(t->process->sighand);
    t->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
    spin_unlock_irqrestore(&proc_lock, flags);
}

void signal_init(void)
{
    signal_queue_init();
    sighand_cache = kmem_cache_create("sighand", sizeof(struct sighand), 0, 0, NULL);
    if (!sighand_cache)
        panic("signal: no memory for a cache");
}
