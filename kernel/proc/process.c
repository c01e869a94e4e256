/* SPDX-License-Identifier: MIT */
/*
 * process.c - the table of processes: who exists, and under which number.
 */
#include "kernel/mm/slab.h"
#include "kernel/proc/call_trace.h"
#include "kernel/proc/files.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process_impl.h"
#include "lib/bitops.h"
#include "lib/strutil.h"

#define HASH_SIZE 256

struct spinlock proc_lock = SPINLOCK_INIT(RANK_PROC, "processes");
struct process *init_process;

static struct list hash[HASH_SIZE];
static struct list all = LIST_INIT(all);
static size_t nr_processes;
static uint64_t nr_forks;
static struct kmem_cache *process_cache, *task_cache;

static struct list *bucket(int pid)
{
    return &hash[(unsigned)pid % HASH_SIZE];
}

int process_alloc(struct process **out)
{
    struct process *p = kmem_cache_alloc(process_cache, GFP_KERNEL | __GFP_ZERO);

    if (!p)
        return -ENOMEM;
    p->pid = pid_alloc();
    if (!p->pid) {
        kmem_cache_free(process_cache, p);
        return -EAGAIN;
    }
    p->refcount = 1;
    p->state = PROCESS_ALIVE;
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->tasks);
    list_init(&p->hash_link);
    list_init(&p->all_link);
    list_init(&p->pending.infos);
    list_init(&p->cpu_timers);
    list_init(&p->posix_timers);
    cpu_limit_init(p);
    wait_queue_init(&p->child_event);
    wait_queue_init(&p->ended);
    wait_queue_init(&p->task_gone);
    p->start_time = clock_monotonic_ns();
    *out = p;
    return 0;
}

void process_get(struct process *p)
{
    __atomic_fetch_add(&p->refcount, 1, __ATOMIC_RELAXED);
}

void process_put(struct process *p)
{
    if (__atomic_sub_fetch(&p->refcount, 1, __ATOMIC_ACQ_REL))
        return;
    ASSERT(list_is_empty(&p->tasks) && !p->mm && !p->files);
    if (p->sighand)
        sighand_put(p->sighand);
    pid_free(p->pid);
    kmem_cache_free(process_cache, p);
}

struct task *task_alloc(void)
{
    struct task *t = kmem_cache_alloc(task_cache, GFP_KERNEL | __GFP_ZERO);

    if (!t)
        return NULL;
    list_init(&t->link);
    list_init(&t->pending.infos);
    t->altstack.ss_flags = SS_DISABLE;
    return t;
}

void task_free(struct task *t)
{
    call_trace_leave(t);
    kmem_cache_free(task_cache, t);
}

void process_publish(struct process *p, struct process *parent)
{
    ASSERT(spin_is_mine(&proc_lock));
    p->parent = parent;
    if (parent)
        list_insert_tail(&parent->children, &p->sibling);
    list_insert_head(bucket(p->pid), &p->hash_link);
    list_insert_tail(&all, &p->all_link);
    nr_processes++;
}

void process_add_task(struct process *p, struct task *t, int tid)
{
    ASSERT(spin_is_mine(&proc_lock));
    t->process = t->thread->process = p;
    t->thread->cred = &p->cred;
    t->thread->file_limit = &p->rlimits[RLIMIT_FSIZE].rlim_cur;
    t->tid = t->thread->tid = tid;
    t->thread->pid = p->pid;
    t->start_time = list_is_empty(&p->tasks) ? p->start_time : clock_monotonic_ns();
    if (p->mm)
        t->thread->mmu = &p->mm->ctx;
    process_get(p);
    list_insert_tail(&p->tasks, &t->link);
    p->ntasks++;
    cpu_timer_join(p, t);
    nr_forks++;
}

void process_unpublish(struct process *p)
{
    ASSERT(spin_is_mine(&proc_lock));
    list_remove(&p->sibling);
    list_remove(&p->hash_link);
    list_remove(&p->all_link);
    p->tty = NULL;              /* nobody would take it away any more */
    nr_processes--;
    wake_up_all(&p->ended);
}

struct process *process_find_locked(int pid)
{
    struct process *p;

    list_for_each_entry(p, bucket(pid), hash_link)
        if (p->pid == pid)
            return p;
    return NULL;
}

struct process *process_get_by_pid(int pid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct process *p = process_find_locked(pid);

    if (p)
        process_get(p);
    spin_unlock_irqrestore(&proc_lock, flags);
    return p;
}

void process_for_each_locked(void (*fn)(struct process *p, void *arg), void *arg)
{
    struct process *p, *next;

    list_for_each_entry_safe(p, next, &all, all_link)
        fn(p, arg);
}

void process_for_each(void (*fn)(struct process *p, void *arg), void *arg)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    process_for_each_locked(fn, arg);
    spin_unlock_irqrestore(&proc_lock, flags);
}

int process_next_pid(int pid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct process *p;
    int best = 0;

    list_for_each_entry(p, &all, all_link)
        if (p->pid > pid && (!best || p->pid < best))
            best = p->pid;
    spin_unlock_irqrestore(&proc_lock, flags);
    return best;
}

int process_next_tid(struct process *p, int tid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int best = process_is_listed(p) && p->pid > tid ? p->pid : 0;
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        if (t->tid > tid && (!best || t->tid < best))
            best = t->tid;
    spin_unlock_irqrestore(&proc_lock, flags);
    return best;
}

int process_set_name(struct process *p, int tid, const char *name)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct task *t = process_find_own_task_locked(p, tid ? tid : p->pid);

    if (t)
        strlcpy(t->thread->name, name, sizeof(t->thread->name));
    if (t && t->tid == p->pid)
        strlcpy(p->comm, name, sizeof(p->comm));
    spin_unlock_irqrestore(&proc_lock, flags);
    return t ? 0 : -ESRCH;
}

size_t process_count(void)
{
    return nr_processes;
}

struct process *process_get_by_tid(int tid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct process *p;

    if (!process_find_task_locked(tid, &p))
        p = process_find_locked(tid);           /* its threads are gone: a zombie */
    if (p)
        process_get(p);
    spin_unlock_irqrestore(&proc_lock, flags);
    return p;
}

struct thread *process_get_thread(int tid, struct process **owner)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct task *t = process_find_task_locked(tid, owner);
    struct thread *thread = t ? t->thread : NULL;

    if (thread) {
        thread_get(thread);
        process_get(*owner);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return thread;
}

uint64_t process_forks(void)
{
    return nr_forks;
}

struct task *process_find_own_task_locked(struct process *p, int tid)
{
    struct task *t;

    list_for_each_entry(t, &p->tasks, link)
        if (t->tid == tid)
            return t;
    return NULL;
}

struct task *process_find_task_locked(int tid, struct process **owner)
{
    struct process *p;
    struct task *t;

    list_for_each_entry(p, &all, all_link) {
        t = process_find_own_task_locked(p, tid);
        if (t) {
            *owner = p;
            return t;
        }
    }
    return NULL;
}

/* P is the caller, or he is root, or UID and GID, his own, are all of P's ids. */
static bool may_access(const struct process *p, uint32_t uid, uint32_t gid)
{
    const struct cred *its = &p->cred;

    if (p == current_process() || current_process()->cred.euid == 0)
        return true;
    return uid == its->uid && uid == its->euid && uid == its->suid
           && gid == its->gid && gid == its->egid && gid == its->sgid;
}

bool process_may_control(const struct process *p)
{
    const struct cred *me = &current_process()->cred;

    return may_access(p, me->uid, me->gid);
}

bool process_may_see(const struct process *p)
{
    const struct cred *me = &current_process()->cred;

    return may_access(p, me->fsuid, me->fsgid);
}

struct mm *process_get_mm(struct process *p)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct mm *mm = p->mm;

    if (mm)
        mm_get(mm);
    spin_unlock_irqrestore(&proc_lock, flags);
    return mm;
}

struct fd_table *process_get_files(struct process *p)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    struct fd_table *files = p->files;

    if (files)
        fd_table_get(files);
    spin_unlock_irqrestore(&proc_lock, flags);
    return files;
}

void process_init(void)
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        list_init(&hash[i]);
    process_cache = kmem_cache_create("process", sizeof(struct process), 0, SLAB_HWCACHE_ALIGN, NULL);
    task_cache = kmem_cache_create("task", sizeof(struct task), 0, SLAB_HWCACHE_ALIGN, NULL);
    if (!process_cache || !task_cache)
        panic("proc: no memory for caches");
}
