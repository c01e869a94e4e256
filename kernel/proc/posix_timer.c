/* SPDX-License-Identifier: MIT */
/*
 * posix_timer.c - the timers that a program makes with timer_create(2).
 */
#include "kernel/proc/posix_timer.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"
#include "lib/bitops.h"

/* While nobody wants its signal a timer expires no more often than this. */
#define UNWANTED_NS 4000000UL

/* Running */

static uint64_t now_of(const struct posix_timer *t)
{
    return t->by_cpu ? cpu_timer_now(&t->cpu) : clock_now_ns(t->counts_by);
}

/* To be told at AT, which is T->next or later. */
static void arm(struct posix_timer *t, uint64_t at)
{
    t->state = POSIX_TIMER_RUNNING;
    if (t->notify == SIGEV_NONE)
        return;
    if (t->by_cpu)
        cpu_timer_arm(&t->cpu, at);
    else
        timer_arm_by(&t->real, t->counts_by, at);
}

static void disarm(struct posix_timer *t)
{
    t->state = POSIX_TIMER_OFF;
    if (t->by_cpu)
        cpu_timer_disarm(&t->cpu);
    else
        timer_disarm(&t->real);
}

/* Count what has expired until now, and name the moment of the next. */
static void go_on(struct posix_timer *t)
{
    t->passed += timer_forward(&t->next, t->interval, now_of(t));
}

/* Expiring */

/* Proc_lock is held, in the timer interrupt. */
static void expire(struct posix_timer *t)
{
    struct task *target = t->tid ? process_find_own_task_locked(t->process, t->tid) : NULL;
    bool wanted;

    t->state = POSIX_TIMER_OFF;
    if (t->tid && !target)
        return;
    wanted = signal_send_timer_locked(t->process, target, t->record);
    if (!t->interval)
        return;
    t->passed = 0;
    if (wanted) {
        t->state = POSIX_TIMER_SENT;
        return;
    }
    go_on(t);
    arm(t, MAX(t->next, now_of(t) + UNWANTED_NS));
}

/* Since the timer was found due it, or the clock, may have been set anew. */
static void expire_real(struct timer *timer)
{
    struct posix_timer *t = container_of(timer, struct posix_timer, real);
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    if (t->state == POSIX_TIMER_RUNNING && t->next <= now_of(t))
        expire(t);
    else if (t->state == POSIX_TIMER_RUNNING)
        arm(t, t->next);
    spin_unlock_irqrestore(&proc_lock, flags);
}

static void expire_cpu(struct cpu_timer *timer)
{
    expire(container_of(timer, struct posix_timer, cpu));
}

void posix_timer_taken(struct posix_timer *t, struct siginfo *info)
{
    if (t->state == POSIX_TIMER_SENT) {
        go_on(t);
        t->overrun = t->passed ? (int)MIN(t->passed - 1, (uint64_t)INT32_MAX) : 0;
        arm(t, t->next);
    }
    if (info)
        info->si_overrun = t->overrun;
}

/* Making */

/* -EINVAL, or what kind of timer CLOCK makes T.  Proc_lock is held. */
static int choose_clock(struct posix_timer *t, int clock)
{
    struct task *task;
    struct process *p;
    int err;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_TAI:
        t->clock = TIMER_REALTIME;
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
        t->clock = TIMER_MONOTONIC;
        return 0;
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_REALTIME_ALARM:          /* nothing here could wake the machine */
    case CLOCK_BOOTTIME_ALARM:
        return -EOPNOTSUPP;
    }
    err = cpu_clock_find_locked(clock, &p, &task, &t->cpu.kind);
    if (err)
        return err;
    if (p != t->process)
        return -EOPNOTSUPP;
    t->by_cpu = true;
    t->cpu.process = p;
    t->cpu.task = task;
    t->cpu.fn = expire_cpu;
    return 0;
}

static int choose_event(struct posix_timer *t, const struct sigevent *e)
{
    t->notify = e->sigev_notify;
    switch (e->sigev_notify) {
    case SIGEV_SIGNAL | SIGEV_THREAD_ID:
        t->tid = e->sigev_notify_thread_id;
        if (!t->tid || !process_find_own_task_locked(t->process, t->tid))
            return -EINVAL;
        /* fallthrough */
    case SIGEV_SIGNAL:
    case SIGEV_THREAD:
        return e->sigev_signo > 0 && e->sigev_signo <= NSIG_MAX ? 0 : -EINVAL;
    case SIGEV_NONE:
        return 0;
    }
    return -EINVAL;
}

static void describe(struct posix_timer *t, const struct posix_timer_request *r)
{
    struct siginfo *info = &t->record->info;

    info_clear(info);
    info->si_code = SI_TIMER;
    info->si_timerid = t->id;
    info->si_signo = r->by_default ? SIGALRM : r->event.sigev_signo;
    info->si_value = r->event.sigev_value;
    if (r->by_default)
        info->si_value.sival_int = t->id;
    t->record->timer = t;
}

static struct posix_timer *find(struct process *p, int id)
{
    struct posix_timer *t;

    list_for_each_entry(t, &p->posix_timers, link)
        if (t->id == id)
            return t;
    return NULL;
}

static int next_id(struct process *p)
{
    int id;

    do {
        id = p->next_posix_timer;
        p->next_posix_timer = id == INT32_MAX ? 0 : id + 1;
    } while (find(p, id));
    return id;
}

/* T, of which nobody else knows, becomes one of its process's.  The ID, or an errno. */
static int publish(struct posix_timer *t, const struct posix_timer_request *r)
{
    struct process *p = t->process;
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = choose_clock(t, r->clock);

    if (!err && !r->by_default)
        err = choose_event(t, &r->event);
    if (!err && p->pending.ninfos + p->nposix_timers >= p->rlimits[RLIMIT_SIGPENDING].rlim_cur)
        err = -EAGAIN;
    if (!err) {
        t->id = next_id(p);
        describe(t, r);
        list_insert_tail(&p->posix_timers, &t->link);
        p->nposix_timers++;
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return err ? err : t->id;
}

int posix_timer_create(const struct posix_timer_request *request)
{
    struct posix_timer *t = kzalloc(sizeof(*t), GFP_KERNEL);
    int id;

    if (!t)
        return -EAGAIN;
    t->process = current_process();
    timer_setup(&t->real, expire_real);
    t->record = signal_record_create();
    id = t->record ? publish(t, request) : -EAGAIN;
    if (id < 0) {
        if (t->record)
            signal_record_destroy(t->record);
        kfree(t);
    }
    return id;
}

/* Setting and asking */

static void read_setting(struct posix_timer *t, struct timer_setting *out)
{
    bool is_number = t->notify == SIGEV_NONE;
    uint64_t now;

    *out = (struct timer_setting){ .interval = t->interval };
    if (t->ownerless || t->state == POSIX_TIMER_OFF)
        return;
    if (t->interval && (is_number || t->state == POSIX_TIMER_SENT))
        go_on(t);
    now = now_of(t);
    if (t->next > now)
        out->value = t->next - now;
    else
        out->value = is_number ? 0 : 1;         /* 1: it is about to expire */
}

static void set_locked(struct posix_timer *t, bool absolute, const struct timer_setting *new)
{
    disarm(t);
    t->counts_by = absolute ? t->clock : TIMER_MONOTONIC;
    t->interval = new->value ? new->interval : 0;
    t->next = new->value + (absolute ? 0 : now_of(t));
    t->passed = 0;
    t->overrun = 0;
    if (new->value)
        arm(t, t->next);
}

int posix_timer_set(int id, bool absolute, const struct timer_setting *new,
                    struct timer_setting *old)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct posix_timer *t = find(current_process(), id);
    int err = !t ? -EINVAL : t->ownerless ? -ESRCH : 0;

    if (!err) {
        read_setting(t, old);
        set_locked(t, absolute, new);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

int posix_timer_get(int id, struct timer_setting *now)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct posix_timer *t = find(current_process(), id);

    if (t)
        read_setting(t, now);
    spin_unlock_irqrestore(&proc_lock, flags);
    return t ? 0 : -EINVAL;
}

int posix_timer_overrun(int id)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    const struct posix_timer *t = find(current_process(), id);
    int overrun = t ? t->overrun : -EINVAL;

    spin_unlock_irqrestore(&proc_lock, flags);
    return overrun;
}

/* Ending */

/* No longer one of P's timers; its signal, if that is pending, stays.  Proc_lock is held. */
static void unpublish(struct process *p, struct posix_timer *t)
{
    disarm(t);
    list_remove(&t->link);
    p->nposix_timers--;
    signal_record_release_locked(t->record);
}

static void end(struct posix_timer *t)
{
    timer_fini(&t->real);
    kfree(t);
}

int posix_timer_delete(int id)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct posix_timer *t = find(p, id);

    if (t)
        unpublish(p, t);
    spin_unlock_irqrestore(&proc_lock, flags);
    if (!t)
        return -EINVAL;
    end(t);
    return 0;
}

static struct posix_timer *take_first(struct process *p)
{
    struct posix_timer *t = NULL;
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    if (!list_is_empty(&p->posix_timers)) {
        t = list_first_entry(&p->posix_timers, struct posix_timer, link);
        unpublish(p, t);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return t;
}

void posix_timer_delete_all(struct process *p)
{
    struct posix_timer *t;

    while ((t = take_first(p)) != NULL)
        end(t);
}

void posix_timer_leave(struct process *p, struct task *t)
{
    struct posix_timer *timer;

    list_for_each_entry(timer, &p->posix_timers, link)
        if (timer->by_cpu && timer->cpu.task == t) {
            disarm(timer);
            timer->cpu.task = NULL;
            timer->ownerless = true;
        }
}
