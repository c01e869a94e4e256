/* SPDX-License-Identifier: MIT */
/*
 * pid.c - /proc/<pid>/: one process.
 *
 * A process may end while it is being looked at: each file takes what it needs
 * (address space, files) with a reference of its own, or finds it gone.
 */
#include "kernel/core/machine.h"
#include "kernel/dev/tty.h"
#include "kernel/fs/super.h"
#include "kernel/proc/capability.h"
#include "kernel/proc/files.h"
#include "kernel/procfs/procfs.h"
#include "lib/abi/errno.h"
#include "lib/abi/prctl.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "lib/strutil.h"

/* State */

/* T may be NULL: it has ended. */
static char state_letter(const struct process *p, const struct task *t)
{
    if (p->state == PROCESS_ZOMBIE || !t)
        return 'Z';
    if (p->state == PROCESS_STOPPED)
        return 'T';
    switch ((enum thread_state)t->thread->state) {
    case THREAD_SLEEPING:
        return 'S';
    case THREAD_BLOCKED:
        return 'D';
    case THREAD_STOPPED:
        return 'T';
    default:
        return 'R';
    }
}

static const char *state_name(char letter)
{
    switch (letter) {
    case 'Z':
        return "Z (zombie)";
    case 'T':
        return "T (stopped)";
    case 'S':
        return "S (sleeping)";
    case 'D':
        return "D (disk sleep)";
    }
    return "R (running)";
}

/* What several files show of a process or of one thread, gathered under proc_lock. */
struct snapshot {
    char state, name[TASK_COMM_LEN];
    int id, ppid, pgrp, session, tpgid;
    uint64_t tty;
    uint32_t ntasks, hart, policy;
    uint64_t utime, stime, cutime, cstime;
    uint64_t minflt, majflt, cminflt, cmajflt;
    uint64_t pending, shared_pending, blocked, ignored, caught;
    uint64_t harts;             /* that it may run on */
    uint64_t nvcsw, nivcsw;
    uint64_t start_time;
    int exit_signal;
};

/* What each thread has its own of. */
static void gather_thread(struct snapshot *s, const struct task *t)
{
    s->pending = t->pending.set;
    s->blocked = t->blocked & ~t->awaited;
    s->hart = t->thread->hart;
    s->policy = t->thread->policy;
    s->harts = t->thread->allowed & ((1UL << nr_harts) - 1);
}

static void gather_signals(struct snapshot *s, struct process *p)
{
    s->shared_pending = p->pending.set;
    for (int i = 0; i < NSIG_MAX; i++) {
        void (*handler)(int) = p->sighand->action[i].sa_handler;

        if (handler == SIG_IGN)
            s->ignored |= 1UL << i;
        else if (handler != SIG_DFL)
            s->caught |= 1UL << i;
    }
}

/* What T has used; what the ones that ended have, too, is told of the process alone. */
static void gather_use(struct snapshot *s, const struct task *t)
{
    uint64_t utime, stime;

    thread_times(t->thread, &utime, &stime);
    s->utime += utime;
    s->stime += stime;
    s->nvcsw += t->thread->nvcsw;
    s->nivcsw += t->thread->nivcsw;
    s->minflt += t->thread->minflt;
    s->majflt += t->thread->majflt;
}

static void gather_use_of_all(struct snapshot *s, const struct process *p)
{
    const struct task *t;

    s->utime = p->utime;
    s->stime = p->stime;
    s->minflt = p->minflt;
    s->majflt = p->majflt;
    s->nvcsw = p->nvcsw;
    s->nivcsw = p->nivcsw;
    list_for_each_entry(t, &p->tasks, link)
        gather_use(s, t);
}

static void gather_process(struct snapshot *s, struct process *p)
{
    s->ppid = p->parent ? p->parent->pid : 0;
    s->pgrp = p->pgrp;
    s->session = p->session;
    s->tpgid = p->tty ? p->tty->pgrp : -1;
    s->tty = p->tty ? dev_make(p->tty->major, p->tty->minor) : 0;
    s->ntasks = p->ntasks;
    s->cutime = p->cutime;
    s->cstime = p->cstime;
    s->cminflt = p->cminflt;
    s->cmajflt = p->cmajflt;
    gather_signals(s, p);
}

/* T is thread TID, or with TID 0 the first one that lives; NULL: it has ended. */
static void gather_locked(struct snapshot *s, struct process *p, int tid, const struct task *t)
{
    memset(s, 0, sizeof(*s));
    s->id = tid ? tid : p->pid;
    s->state = state_letter(p, t);
    strlcpy(s->name, t && tid ? t->thread->name : p->comm, sizeof(s->name));
    s->start_time = t && tid ? t->start_time : p->start_time;
    s->exit_signal = s->id == p->pid ? p->exit_signal : -1;
    gather_process(s, p);
    if (t)
        gather_thread(s, t);
    if (!tid)
        gather_use_of_all(s, p);
    else if (t)
        gather_use(s, t);
}

/* Of P's thread TID, or with TID 0 of P: 0; -ESRCH: there is no such thread any more. */
static int gather(struct snapshot *s, struct process *p, int tid)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    const struct task *t = tid ? process_find_own_task_locked(p, tid)
        : list_is_empty(&p->tasks) ? NULL : list_first_entry(&p->tasks, struct task, link);
    bool exists = t || !tid || tid == p->pid;

    if (exists)
        gather_locked(s, p, tid, t);
    spin_unlock_irqrestore(&proc_lock, flags);
    return exists ? 0 : -ESRCH;
}

int proc_show_pid_comm(struct synth_buf *b, struct process *p, int tid)
{
    struct snapshot s;
    int err = gather(&s, p, tid);

    if (!err)
        synth_printf(b, "%s\n", s.name);
    return err;
}

/* A process may give names to its own threads, nobody else may. */
int proc_store_pid_comm(const char *text, size_t n, struct process *p, int tid)
{
    (void)n;
    return p == current_process() ? process_set_name(p, tid, text) : -EINVAL;
}

static uint64_t clock_ticks(uint64_t timebase_ticks)
{
    return timebase_ticks / (machine.timebase / 100);
}

/* Where things lie: zeros for a zombie, and for who may not see P; he is told 1 of the code,
 * so that it does not look like a thread of the kernel. */
struct places {
    vaddr_t start_code, end_code, start_stack, start_data, end_data, start_brk;
    vaddr_t arg_start, arg_end, env_start, env_end;
};

static struct places places_of(const struct process *p, const struct mm *mm)
{
    if (!mm)
        return (struct places){ 0 };
    if (!process_may_see(p))
        return (struct places){ .start_code = 1, .end_code = 1 };
    return (struct places){ mm->start_code, mm->end_code, mm->start_stack, mm->start_data,
                            mm->end_data, mm->start_brk, mm->arg_start, mm->arg_end,
                            mm->env_start, mm->env_end };
}

#define OLD_SIGNALS 0x7fffffffUL        /* the others are in `status` only, as on Linux */

static void show_stat(struct synth_buf *b, const struct process *p, const struct mm *mm,
                      const struct snapshot *s)
{
    struct places at = places_of(p, mm);

    synth_printf(b, "%d (%s) %c %d %d %d %lu %d %u %lu %lu %lu %lu %lu %lu %lu %lu %d %d %u 0 %lu ",
                 s->id, s->name, s->state, s->ppid, s->pgrp, s->session, s->tty, s->tpgid, 0x400000u,
                 s->minflt, s->cminflt, s->majflt, s->cmajflt, clock_ticks(s->utime),
                 clock_ticks(s->stime), clock_ticks(s->cutime), clock_ticks(s->cstime),
                 20 + p->nice, p->nice, s->ntasks, s->start_time / 10000000);
    synth_printf(b, "%lu %lu %lu %lu %lu %lu 0 0 %lu %lu %lu %lu 0 0 0 %d %u 0 %u 0 0 0 "
                    "%lu %lu %lu %lu %lu %lu %lu %d\n",
                 mm ? mm->total_vm << PAGE_SHIFT : 0, mm ? mm_rss(mm) : 0,
                 p->rlimits[RLIMIT_RSS].rlim_cur, at.start_code, at.end_code, at.start_stack,
                 s->pending & OLD_SIGNALS, s->blocked & OLD_SIGNALS, s->ignored & OLD_SIGNALS,
                 s->caught & OLD_SIGNALS, s->exit_signal, s->hart, s->policy,
                 at.start_data, at.end_data, at.start_brk, at.arg_start, at.arg_end, at.env_start,
                 at.env_end, process_may_see(p) ? p->exit_status : 0);
}

int proc_show_pid_stat(struct synth_buf *b, struct process *p, int tid)
{
    struct mm *mm = process_get_mm(p);
    struct snapshot s;
    int err = gather(&s, p, tid);

    if (!err)
        show_stat(b, p, mm, &s);
    if (mm)
        mm_put(mm);
    return err;
}

int proc_show_pid_statm(struct synth_buf *b, struct process *p)
{
    struct mm *mm = process_get_mm(p);

    if (!mm) {
        synth_puts(b, "0 0 0 0 0 0 0\n");
        return 0;
    }
    synth_printf(b, "%lu %lu %ld %lu 0 %lu 0\n", mm->total_vm, mm_rss(mm),
                 mm->rss_file + mm->rss_shmem, (mm->end_code - mm->start_code + PAGE_SIZE - 1) >> PAGE_SHIFT,
                 mm->data_vm + mm->stack_vm);
    mm_put(mm);
    return 0;
}

static void kilobytes(struct synth_buf *b, const char *name, uint64_t pages)
{
    synth_printf(b, "%s:\t%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void show_mm(struct synth_buf *b, const struct mm *mm)
{
    uint64_t text = (mm->end_code - mm->start_code + PAGE_SIZE - 1) >> PAGE_SHIFT;

    kilobytes(b, "VmPeak", mm->peak_vm);
    kilobytes(b, "VmSize", mm->total_vm);
    kilobytes(b, "VmLck", mm->locked_vm);
    kilobytes(b, "VmPin", 0);
    kilobytes(b, "VmHWM", mm_peak_rss(mm));
    kilobytes(b, "VmRSS", mm_rss(mm));
    kilobytes(b, "RssAnon", (uint64_t)mm->rss_anon);
    kilobytes(b, "RssFile", (uint64_t)mm->rss_file);
    kilobytes(b, "RssShmem", (uint64_t)mm->rss_shmem);
    kilobytes(b, "VmData", mm->data_vm);
    kilobytes(b, "VmStk", mm->stack_vm);
    kilobytes(b, "VmExe", text);
    kilobytes(b, "VmLib", mm->exec_vm > text ? mm->exec_vm - text : 0);
    kilobytes(b, "VmPTE", mm->ctx.pt.ntables + 1);
    kilobytes(b, "VmSwap", (uint64_t)mm->nswap);
}

/* The numbers of the bits of MASK: 0,2-4 */
static void print_list(struct synth_buf *b, uint64_t mask)
{
    const char *comma = "";

    for (unsigned first = 0, last; mask >> first; first = last + 1) {
        last = first;
        if (!(mask >> first & 1))
            continue;
        while (mask >> last >> 1 & 1)
            last++;
        synth_printf(b, last > first ? "%s%u-%u" : "%s%u", comma, first, last);
        comma = ",";
    }
    synth_puts(b, "\n");
}

/* Nothing is inherited but by being the same user, and nothing is ever taken from all. */
static void show_rights(struct synth_buf *b, const struct process *p)
{
    struct capabilities has = cred_capabilities(&p->cred);

    synth_printf(b, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\n"
                    "CapAmb:\t%016lx\nNoNewPrivs:\t%d\n", 0UL, has.permitted, has.effective,
                 CAP_ALL, 0UL, p->no_new_privs);
}

static void show_harts(struct synth_buf *b, uint64_t mask)
{
    synth_printf(b, "Cpus_allowed:\t%lx\nCpus_allowed_list:\t", mask);
    print_list(b, mask);
}

/* One line, whatever the name is. */
static void show_name(struct synth_buf *b, const char *name)
{
    synth_puts(b, "Name:\t");
    for (; *name; name++)
        if (*name == '\n' || *name == '\\')
            synth_puts(b, *name == '\n' ? "\\n" : "\\\\");
        else
            synth_write(b, name, 1);
    synth_puts(b, "\n");
}

static void show_ids(struct synth_buf *b, const struct cred *c, size_t nfiles)
{
    synth_printf(b, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%lu\nGroups:\t",
                 c->uid, c->euid, c->suid, c->fsuid, c->gid, c->egid, c->sgid, c->fsgid, nfiles);
    for (uint32_t i = 0; i < c->ngroups; i++)
        synth_printf(b, "%u ", c->groups[i]);
    synth_puts(b, "\n");
}

static void show_status(struct synth_buf *b, const struct process *p, const struct mm *mm,
                        size_t nfiles, const struct snapshot *s)
{
    show_name(b, s->name);
    synth_printf(b, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
                 state_name(s->state), p->pid, s->id, s->ppid);
    show_ids(b, &p->cred, nfiles);
    if (mm)
        show_mm(b, mm);
    synth_printf(b, "Threads:\t%u\nSigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n"
                    "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", s->ntasks, s->pending, s->shared_pending,
                 s->blocked, s->ignored, s->caught);
    show_rights(b, p);
    show_harts(b, s->harts);
    synth_printf(b, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", s->nvcsw,
                 s->nivcsw);
}

int proc_show_pid_status(struct synth_buf *b, struct process *p, int tid)
{
    struct fd_table *files = process_get_files(p);
    struct mm *mm = process_get_mm(p);
    struct snapshot s;
    int err = gather(&s, p, tid);

    if (!err)
        show_status(b, p, mm, files ? files->size : 0, &s);
    if (mm)
        mm_put(mm);
    if (files)
        fd_table_put(files);
    return err;
}

/* Limits */

static const struct {
    const char *name, *units;
    int resource;
} limits[] = {
    { "Max cpu time", "seconds", RLIMIT_CPU },
    { "Max file size", "bytes", RLIMIT_FSIZE },
    { "Max data size", "bytes", RLIMIT_DATA },
    { "Max stack size", "bytes", RLIMIT_STACK },
    { "Max core file size", "bytes", RLIMIT_CORE },
    { "Max resident set", "bytes", RLIMIT_RSS },
    { "Max processes", "processes", RLIMIT_NPROC },
    { "Max open files", "files", RLIMIT_NOFILE },
    { "Max locked memory", "bytes", RLIMIT_MEMLOCK },
    { "Max address space", "bytes", RLIMIT_AS },
    { "Max file locks", "locks", RLIMIT_LOCKS },
    { "Max pending signals", "signals", RLIMIT_SIGPENDING },
    { "Max msgqueue size", "bytes", RLIMIT_MSGQUEUE },
    { "Max nice priority", "", RLIMIT_NICE },
    { "Max realtime priority", "", RLIMIT_RTPRIO },
    { "Max realtime timeout", "us", RLIMIT_RTTIME },
};

static void show_limit(struct synth_buf *b, uint64_t value)
{
    if (value == RLIM_INFINITY)
        synth_printf(b, "%-20s ", "unlimited");
    else
        synth_printf(b, "%-20lu ", value);
}

int proc_show_pid_limits(struct synth_buf *b, struct process *p)
{
    synth_printf(b, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        synth_printf(b, "%-25s ", limits[i].name);
        show_limit(b, p->rlimits[limits[i].resource].rlim_cur);
        show_limit(b, p->rlimits[limits[i].resource].rlim_max);
        synth_printf(b, "%-10s\n", limits[i].units);
    }
    return 0;
}

/* Links */

static int follow_exe(struct process *p, struct path *out)
{
    struct mm *mm = process_get_mm(p);
    int r = -ENOENT;

    if (!mm)
        return r;
    if (mm->exe) {
        *out = mm->exe->path;
        path_get(out);
        r = 0;
    }
    mm_put(mm);
    return r;
}

static int follow_cwd(struct process *p, struct path *out)
{
    return process_get_paths(p, NULL, out);
}

static int follow_root(struct process *p, struct path *out)
{
    return process_get_paths(p, out, NULL);
}

const struct proc_entry proc_pid_entries[] = {
    { .name = "auxv", .mode = S_IFREG | 0400, .guarded = true, .show = proc_show_pid_auxv },
    { .name = "clear_refs", .mode = S_IFREG | 0200, .store = proc_store_pid_clear_refs },
    { .name = "cmdline", .mode = S_IFREG | 0444, .part = proc_part_pid_cmdline },
    { .name = "comm", .mode = S_IFREG | 0644, .show_thread = proc_show_pid_comm,
      .store_thread = proc_store_pid_comm },
    { .name = "cwd", .mode = S_IFLNK | 0777, .follow = follow_cwd },
    { .name = "environ", .mode = S_IFREG | 0400, .guarded = true, .part = proc_part_pid_environ },
    { .name = "exe", .mode = S_IFLNK | 0777, .follow = follow_exe },
    { .name = "fd", .mode = S_IFDIR | 0500, .folder = &proc_fd_folder },
    { .name = "fdinfo", .mode = S_IFDIR | 0500, .folder = &proc_fdinfo_folder },
    PROC_FILE("limits", proc_show_pid_limits),
    { .name = "maps", .mode = S_IFREG | 0444, .guarded = true, .part = proc_part_pid_maps },
    PROC_FILE("mountinfo", proc_show_pid_mountinfo),
    PROC_FILE("mounts", proc_show_pid_mounts),
    { .name = "oom_adj", .mode = S_IFREG | 0644, .show = proc_show_pid_oom_adj,
      .store = proc_store_pid_oom_adj },
    PROC_FILE("oom_score", proc_show_pid_oom_score),
    { .name = "oom_score_adj", .mode = S_IFREG | 0644, .show = proc_show_pid_oom_score_adj,
      .store = proc_store_pid_oom_score_adj },
    { .name = "pagemap", .mode = S_IFREG | 0400, .fops = &proc_pagemap_fops },
    { .name = "root", .mode = S_IFLNK | 0777, .follow = follow_root },
    { .name = "smaps", .mode = S_IFREG | 0444, .guarded = true, .part = proc_part_pid_smaps },
    { .name = "smaps_rollup", .mode = S_IFREG | 0444, .guarded = true,
      .show = proc_show_pid_smaps_rollup },
    { .name = "stat", .mode = S_IFREG | 0444, .show_thread = proc_show_pid_stat },
    PROC_FILE("statm", proc_show_pid_statm),
    { .name = "status", .mode = S_IFREG | 0444, .show_thread = proc_show_pid_status },
    /* The last: a thread has all but this (procfs.c). */
    { .name = "task", .mode = S_IFDIR | 0555, .folder = &proc_task_folder },
};
const size_t proc_pid_nentries = ARRAY_SIZE(proc_pid_entries);
