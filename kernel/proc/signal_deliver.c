/* SPDX-License-Identifier: MIT */
/*
 * signal_deliver.c - what happens to a signal on the way back to user mode.
 *
 *   handled    push a frame onto the user's stack and enter the handler
 *   default    ignore, stop, or end the process
 *
 * An interrupted system call returns -EINTR, or is repeated: its result says
 * which (ERESTART...), and the ecall is four bytes back.
 */
#include "kernel/core/counters.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/process_impl.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/syscall.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define BIT(sig) (1UL << ((sig) - 1))
#define STOP_SIGNALS (BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))

/* Stopping */

/* Sleep until SIGCONT or SIGKILL.  proc_lock is held on entry, not on return. */
static void stop_here(struct process *p, uint64_t flags)
{
    while (p->state == PROCESS_STOPPED && !p->exiting) {
        thread_set_state(THREAD_STOPPED);
        spin_unlock_irqrestore(&proc_lock, flags);
        schedule();
        thread_set_state(THREAD_RUNNABLE);
        flags = spin_lock_irqsave(&proc_lock);
    }
    spin_unlock_irqrestore(&proc_lock, flags);
}

static void stop(int sig)
{
    struct process *p = current_process();
    uint64_t flags;

    if (sig != SIGSTOP && group_is_orphaned(p->pgrp))
        return;                             /* nobody could continue it */
    signal_prepare();
    flags = spin_lock_irqsave(&proc_lock);
    if (p->stop_due && p->state == PROCESS_ALIVE && !p->exiting) {
        p->state = PROCESS_STOPPED;
        p->stop_signal = sig;
        p->stop_reported = false;
        p->continued = false;
        process_interrupt_tasks(p, current_task());
        signal_child_event(p, p->parent);
    }
    stop_here(p, flags);
}

/* The default action of SIG; returns if the process goes on. */
static void act_by_default(int sig)
{
    if (BIT(sig) & STOP_SIGNALS)
        stop(sig);
    else if (sig != SIGCHLD && sig != SIGCONT && sig != SIGURG && sig != SIGWINCH
             && current_process() != init_process)
        proc_exit_group(sig);
}

/* The frame */

/* Where the frame of a signal with ACT goes; an address that nobody may write if
 * the alternate stack is full, since what lies below it is not ours. */
static uintptr_t frame_address(const struct task *t, const struct sigaction *act, uintptr_t sp)
{
    uintptr_t base = (uintptr_t)t->altstack.ss_sp;
    bool on_alt = sp - base < t->altstack.ss_size;

    if ((act->sa_flags & SA_ONSTACK) && !(t->altstack.ss_flags & SS_DISABLE) && !on_alt)
        sp = base + t->altstack.ss_size;
    if (on_alt && sp - base < sizeof(struct rt_sigframe))
        return USER_END;
    return align_down(sp - sizeof(struct rt_sigframe), 16);
}

static void save_registers(struct sigcontext *sc, const struct trap_frame *frame)
{
    fpu_sync();
    memcpy(sc->gregs, frame, sizeof(sc->gregs));
    memcpy(sc->fpregs.d.f, current->fpu->f, sizeof(sc->fpregs.d.f));
    sc->fpregs.d.fcsr = (uint32_t)current->fpu->fcsr;
}

static int push_frame(struct trap_frame *frame, const struct sigaction *act,
                      const struct siginfo *info, uint64_t old_mask)
{
    struct task *t = current_task();
    uintptr_t at = frame_address(t, act, frame->sp);
    struct rt_sigframe *f = kzalloc(sizeof(*f), GFP_KERNEL);    /* too large for our stack */
    int err;

    if (!f)
        return -ENOMEM;
    f->info = *info;
    f->uc.uc_stack = t->altstack;
    f->uc.uc_sigmask = old_mask;
    save_registers(&f->uc.uc_mcontext, frame);
    err = copy_to_user(at, f, sizeof(*f));
    kfree(f);
    if (err)
        return err;
    frame->pc = (uintptr_t)act->sa_handler;
    frame->sp = at;
    frame->ra = current_mm()->sigreturn;
    frame->a0 = (uint64_t)info->si_signo;
    frame->a1 = at + offsetof(struct rt_sigframe, info);
    frame->a2 = at + offsetof(struct rt_sigframe, uc);
    return 0;
}

static void handle(struct trap_frame *frame, const struct sigaction *act, const struct siginfo *info)
{
    struct task *t = current_task();
    uint64_t old_mask = t->restore_blocked ? t->saved_blocked : t->blocked;
    uint64_t mask = t->blocked | act->sa_mask;

    if (push_frame(frame, act, info, old_mask) < 0) {
        /* A handler of SIGSEGV would find no stack either: that is the end. */
        if (info->si_signo == SIGSEGV)
            proc_exit_group(SIGSEGV);
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    t->restore_blocked = false;
    if (!(act->sa_flags & SA_NODEFER))
        mask |= BIT(info->si_signo);
    signal_mask(SIG_SETMASK, &mask, NULL);
}

static void restore(struct trap_frame *frame, const struct ucontext *uc)
{
    struct task *t = current_task();

    memcpy(frame, uc->uc_mcontext.gregs, sizeof(uc->uc_mcontext.gregs));
    frame->cause = 0;
    memcpy(current->fpu->f, uc->uc_mcontext.fpregs.d.f, sizeof(current->fpu->f));
    current->fpu->fcsr = uc->uc_mcontext.fpregs.d.fcsr;
    fpu_reload();
    if (uc->uc_stack.ss_flags == SS_DISABLE || uc->uc_stack.ss_size >= MINSIGSTKSZ)
        t->altstack = uc->uc_stack;
    signal_mask(SIG_SETMASK, &uc->uc_sigmask, NULL);
}

static bool is_valid(const struct riscv_ext_end *end)
{
    return !end->reserved && !end->magic && !end->size;
}

int64_t signal_return(struct trap_frame *frame)
{
    struct ucontext *uc = kmalloc(sizeof(*uc), GFP_KERNEL);

    if (uc && !copy_from_user(uc, frame->sp + offsetof(struct rt_sigframe, uc), sizeof(*uc))
        && is_valid(&uc->uc_mcontext.fpregs.end))
        restore(frame, uc);
    else
        signal_force(SIGSEGV, SI_KERNEL, 0);
    kfree(uc);
    return (int64_t)frame->a0;
}

/* Interrupted calls */

static void repeat_call(struct trap_frame *frame)
{
    frame->a0 = frame->orig_a0;
    frame->pc -= 4;
}

/* The result in FRAME is for us: what the program sees of it, given that ACT's
 * handler runs next (NULL: none does). */
static void finish_call(struct trap_frame *frame, const struct sigaction *act)
{
    int64_t result = (int64_t)frame->a0;

    if (frame->cause != CAUSE_USER_ECALL)
        return;
    frame->cause = 0;
    if (result == -ERESTART_RESTARTBLOCK && !act)
        frame->a7 = SYS_restart_syscall;
    if (!act || result == -ERESTARTNOINTR
        || (result == -ERESTARTSYS && (act->sa_flags & SA_RESTART)))
        repeat_call(frame);
    else
        frame->a0 = (uint64_t)-EINTR;
}

/* Delivery */

/* The next signal and what to do about it; 0 if there is none. */
static int next_signal(struct task *t, struct siginfo *info, struct sigaction *act)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    int sig = signal_dequeue_locked(t, ~t->blocked, info);

    if (sig) {
        struct sigaction *a = &t->process->sighand->action[sig - 1];

        *act = *a;
        if (a->sa_handler == SIG_DFL)
            t->process->stop_due |= !!(BIT(sig) & STOP_SIGNALS);
        else if (a->sa_handler != SIG_IGN && (a->sa_flags & SA_RESETHAND))
            a->sa_handler = SIG_DFL;
    }
    spin_unlock_irqrestore(&proc_lock, flags);
    return sig;
}

static void obey_process(struct task *t)
{
    struct process *p = t->process;
    int status;

    if (task_must_exit(t, &status))
        proc_exit_task(status);
    if (p->state == PROCESS_STOPPED)
        stop_here(p, spin_lock_irqsave(&proc_lock));
    if (task_must_exit(t, &status))
        proc_exit_task(status);
}

void signal_deliver(struct trap_frame *frame)
{
    struct task *t = current_task();
    struct sigaction act;
    struct siginfo info;
    int sig;

    obey_process(t);
    while ((sig = next_signal(t, &info, &act))) {
        if (act.sa_handler == SIG_IGN)
            continue;
        if (act.sa_handler != SIG_DFL) {
            finish_call(frame, &act);
            handle(frame, &act, &info);
            break;
        }
        act_by_default(sig);
        obey_process(t);
    }
    if (!sig) {
        finish_call(frame, NULL);
        if (t->restore_blocked) {
            t->restore_blocked = false;
            signal_mask(SIG_SETMASK, &t->saved_blocked, NULL);
        }
    }
    signal_recalc();
}

/* Faults */

static void bad_access(enum fault_result r, vaddr_t addr)
{
    if (r == FAULT_SIGBUS)
        signal_force(SIGBUS, BUS_ADRERR, addr);
    else
        signal_force(SIGSEGV, r == FAULT_ACCERR ? SEGV_ACCERR : SEGV_MAPERR, addr);
}

static void out_of_memory(void)
{
    printk("out of memory: killed process %d (%s)\n", current_process()->pid, current_process()->comm);
    count_vm_event(VM_OOM_KILL);
    signal_send_process(current_process(), SIGKILL, NULL);
}

static const struct fault_signal_ops fault_ops = {
    .bad_access = bad_access,
    .out_of_memory = out_of_memory,
};

void signal_deliver_init(void)
{
    fault_set_signal_ops(&fault_ops);
}
