/* SPDX-License-Identifier: MIT */
/*
 * oom.c - the processes' part when memory has run out: who there is, and killing.
 *
 * Whoever shares an address space dies with it, or nothing would be freed: the threads of the
 * victim, a vfork parent, processes of CLONE_VM.  Process 1 is spared even then; what it shares
 * is not expected to come.  A vfork child has nothing of its own: its parent stands for both.
 */
#include "kernel/proc/oom.h"
#include "kernel/proc/process_impl.h"
#include "kernel/vm/oom.h"
#include "lib/abi/errno.h"
#include "lib/strutil.h"

static size_t not_below_0(int64_t n)
{
    return n < 0 ? 0 : (size_t)n;
}

/* The walk for processes that share MM. */
struct sharers {
    const struct mm *mm;
    bool all_dying;
};

static void look_at_sharer(struct process *p, void *arg)
{
    struct sharers *s = arg;

    if (p->mm == s->mm && !p->exiting)
        s->all_dying = false;
}

/* Whether MM's memory comes without anything being done.  proc_lock held. */
static bool is_leaving(const struct mm *mm)
{
    struct sharers s = { .mm = mm, .all_dying = true };

    process_for_each_locked(look_at_sharer, &s);
    return s.all_dying;
}

/* P, which has memory, as the choice sees it.  proc_lock held. */
static void describe(struct process *p, struct oom_candidate *c)
{
    const struct mm *mm = p->mm;

    *c = (struct oom_candidate){
        .pid = p->pid, .uid = p->cred.uid, .adj = p->oom_score_adj,
        .spared = p == init_process || p->exiting || process_is_in_vfork(p),
        .total = mm->total_vm, .anon = not_below_0(mm->rss_anon), .file = not_below_0(mm->rss_file),
        .shmem = not_below_0(mm->rss_shmem), .swap = not_below_0(mm->nswap),
        .tables = mm->ctx.pt.ntables + 1,
    };
    strlcpy(c->name, p->comm, sizeof(c->name));
}

/* ---- choosing and killing ------------------------------------------------------------------ */

struct walk {
    struct oom_choice *choice;
    struct process *victim, *only;      /* ONLY: no other may be chosen, if not NULL */
};

/* P is dying.  If it takes its memory along, that is waited for from now on. */
static bool expect_from(struct process *p)
{
    if (p->mm->life != LIFE_NORMAL || !is_leaving(p->mm))
        return false;
    oom_expect(p->mm, p->pid, p->comm);
    return true;
}

static void consider(struct process *p, void *arg)
{
    struct walk *w = arg;
    struct oom_candidate c;

    if (!p->mm)
        return;
    describe(p, &c);
    if (p->exiting && !w->choice->waits)
        c.leaving = expect_from(p);
    if (w->only && p != w->only)
        c.spared = true;
    if (oom_consider(w->choice, &c))
        w->victim = p;
}

static bool walk(struct walk *w)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    process_for_each_locked(consider, w);
    if (w->choice->waits)
        w->victim = NULL;
    if (w->victim)
        process_get(w->victim);
    spin_unlock_irqrestore(&proc_lock, flags);
    return w->victim || w->choice->waits;
}

static struct process *choose(struct oom_choice *choice, bool own)
{
    struct walk w = { .choice = choice, .only = own ? current_process() : NULL };
    size_t total = choice->total;

    if (!walk(&w) && w.only) {
        *choice = (struct oom_choice){ .total = total };
        w.only = NULL;
        walk(&w);
    }
    return w.victim;
}

struct killing {
    struct mm *mm;
    bool has_init;
};

static void kill_sharer(struct process *p, void *arg)
{
    struct killing *k = arg;

    if (p->mm != k->mm)
        return;
    if (p == init_process)
        k->has_init = true;
    else
        signal_send_locked(p, NULL, SIGKILL, NULL);
}

/* Allocates nothing, of course: a stopped victim's parent may hear of it without an info. */
static void kill(struct process *victim)
{
    struct killing k = { 0 };
    uint64_t flags;

    flags = spin_lock_irqsave(&proc_lock);
    k.mm = victim->mm;
    if (k.mm) {                         /* else it is gone already */
        process_for_each_locked(kill_sharer, &k);
        if (!k.has_init)
            oom_expect(k.mm, victim->pid, victim->comm);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    process_put(victim);
}

static void expect_own(void)
{
    struct process *p = current_process();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    if (p->mm && p->exiting)
        expect_from(p);
    spin_unlock_irqrestore(&proc_lock, flags);
}

static const struct oom_ops ops = {
    .choose = choose,
    .kill = kill,
    .expect_own = expect_own,
};

/* ---- /proc --------------------------------------------------------------------------------- */

uint64_t process_oom_score(struct process *p)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock), score = 0;
    size_t total = oom_total_pages();
    struct oom_candidate c;

    if (p->mm) {
        describe(p, &c);
        score = oom_score(oom_badness(&c, total), total);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return score;
}

struct adjustment {
    const struct process *leader;       /* whose adj was set */
    int adj;
    bool sets_floor;
};

static void adjust(struct process *p, const struct adjustment *a)
{
    p->oom_score_adj = a->adj;
    if (a->sets_floor)
        p->oom_adj_floor = a->adj;
}

static void adjust_sharer(struct process *p, void *arg)
{
    const struct adjustment *a = arg;

    if (p->mm && p->mm == a->leader->mm && p != a->leader && p != init_process && !process_is_in_vfork(p))
        adjust(p, a);
}

int process_set_oom_adj(struct process *p, int adj, bool old)
{
    bool is_root = current_process()->cred.euid == 0;
    struct adjustment a = { .leader = p, .adj = adj, .sets_floor = is_root && !old };
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int err = 0;

    if (!is_root && adj < (old ? p->oom_score_adj : p->oom_adj_floor)) {
        err = -EACCES;
    } else {
        adjust(p, &a);
        if (p->mm && !process_is_in_vfork(p))
            process_for_each_locked(adjust_sharer, &a);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return err;
}

void proc_oom_init(void)
{
    oom_set_ops(&ops);
}
