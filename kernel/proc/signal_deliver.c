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
#include "kernel/proc/process_impl.h"
#include "kernel/proc/signal_impl.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/uaccess.h"
#include "kernel/vm/vdso.h"
#include "lib/abi/errno.h"
#include "lib/abi/syscall.h"
#include "lib/bitops.h"
#include "lib/string.h"

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

/* The alternate stack */

bool signal_is_on_altstack(uintptr_t sp)
{
    const struct sigaltstack *s = &current_task()->altstack;

    return sp - (uintptr_t)s->ss_sp < s->ss_size && !(s->ss_flags & SS_AUTODISARM);
}

int signal_set_altstack(const struct sigaltstack *new, uintptr_t sp)
{
    struct sigaltstack *s = &current_task()->altstack;
    int mode = new->ss_flags & ~SS_AUTODISARM;

    if (signal_is_on_altstack(sp))
        return -EPERM;
    if (mode == SS_DISABLE) {
        *s = (struct sigaltstack){ .ss_flags = new->ss_flags };
        return 0;
    }
    if (mode != 0 && mode != SS_ONSTACK)
        return -EINVAL;
    if (new->ss_size < MINSIGSTKSZ)
        return -ENOMEM;
    *s = *new;
    s->ss_flags &= SS_AUTODISARM;
    return 0;
}

/* A handler was entered.  It may leave for another context, whose signals then cannot
 * overwrite its frame; its end brings the stack back. */
static void disarm_altstack(struct task *t)
{
    if (t->altstack.ss_flags & SS_AUTODISARM)
        t->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
}

/* The frame */

/* Where the frame of a signal with ACT goes; an address that nobody may write if
 * the alternate stack is full, since what lies below it is not ours. */
static uintptr_t frame_address(const struct task *t, const struct sigaction *act, uintptr_t sp)
{
    uintptr_t base = (uintptr_t)t->altstack.ss_sp;
    bool on_alt = signal_is_on_altstack(sp);

    if ((act->sa_flags & SA_ONSTACK) && !(t->altstack.ss_flags & SS_DISABLE) && !on_alt)
        sp = base + t->altstack.ss_size;
    if (on_alt && sp - base < sizeof(struct rt_sigframe))
        return USER_END;
    return align_down(sp - sizeof(struct rt_sigframe), 16);
}

/*
 * A signal frame is copied in parts, each straight from where it is to the user's
 * stack or back.  What lies between them (room for larger masks and for vector
 * registers) stays as it is.
 */

/* What is in front of the registers. */
struct frame_head {
    struct siginfo info;
    struct context_head {
        uint64_t flags;
        struct ucontext *link;
        struct sigaltstack stack;
        uint64_t mask;
    } uc;
};
_Static_assert(sizeof(struct frame_head) == offsetof(struct rt_sigframe, uc.uc_unused),
               "struct frame_head");
_Static_assert(sizeof(struct fpu_state) == sizeof(struct riscv_d_state), "struct fpu_state");

/* The end of the floating-point state, from its last whole word on. */
struct frame_end {
    uint32_t pad, reserved, magic, size;
};

#define GREGS_SIZE sizeof(((struct sigcontext *)NULL)->gregs)
#define GREGS  offsetof(struct rt_sigframe, uc.uc_mcontext.gregs)
#define FPREGS offsetof(struct rt_sigframe, uc.uc_mcontext.fpregs)
#define END    (sizeof(struct rt_sigframe) - sizeof(struct frame_end))

static int save_registers(uintptr_t at, const struct trap_frame *frame)
{
    static const struct frame_end end;

    fpu_sync();
    if (copy_to_user(at + GREGS, frame, GREGS_SIZE) < 0
        || copy_to_user(at + FPREGS, current->fpu, sizeof(*current->fpu)) < 0)
        return -EFAULT;
    return copy_to_user(at + END, &end, sizeof(end));
}

static int push_frame(struct trap_frame *frame, const struct sigaction *act,
                      struct frame_head *head, uint64_t old_mask)
{
    const struct task *t = current_task();
    uintptr_t at = frame_address(t, act, frame->sp);

    head->uc = (struct context_head){ .stack = t->altstack, .mask = old_mask };
    if (copy_to_user(at, head, sizeof(*head)) < 0 || save_registers(at, frame) < 0)
        return -EFAULT;
    frame->pc = (uintptr_t)act->sa_handler;
    frame->sp = at;
    frame->ra = current_mm()->vdso + vdso_sigreturn;
    frame->a0 = (uint64_t)head->info.si_signo;
    frame->a1 = at + offsetof(struct rt_sigframe, info);
    frame->a2 = at + offsetof(struct rt_sigframe, uc);
    return 0;
}

/* Enter the handler of the signal that HEAD tells of. */
static void handle(struct trap_frame *frame, const struct sigaction *act, struct frame_head *head)
{
    struct task *t = current_task();
    uint64_t old_mask = t->restore_blocked ? t->saved_blocked : t->blocked;
    uint64_t mask = t->blocked | act->sa_mask;
    int sig = head->info.si_signo;

    if (push_frame(frame, act, head, old_mask) < 0) {
        /* A handler of SIGSEGV would find no stack either: that is the end. */
        if (sig == SIGSEGV)
            proc_exit_group(SIGSEGV);
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    disarm_altstack(t);
    t->restore_blocked = false;
    if (!(act->sa_flags & SA_NODEFER))
        mask |= BIT(sig);
    signal_set_mask(mask);
}

/* Once the first register is overwritten there is no way back: the caller must not
 * let the program go on if this fails. */
static int restore_registers(struct trap_frame *frame, uintptr_t at)
{
    struct fpu_state *fpu = current->fpu;

    fpu_discard();
    if (copy_from_user(fpu, at + FPREGS, sizeof(*fpu)) < 0
        || copy_from_user(frame, at + GREGS, GREGS_SIZE) < 0)
        return -EFAULT;
    frame->cause = 0;
    fpu->fcsr = (uint32_t)fpu->fcsr;
    fpu_reload();
    return 0;
}

static int restore(struct trap_frame *frame)
{
    uintptr_t at = frame->sp;
    struct context_head head;
    struct frame_end end;

    if (copy_from_user(&head, at + offsetof(struct frame_head, uc), sizeof(head)) < 0
        || copy_from_user(&end, at + END, sizeof(end)) < 0
        || end.reserved || end.magic || end.size || restore_registers(frame, at) < 0)
        return -EFAULT;
    signal_set_altstack(&head.stack, frame->sp);        /* what is wrong there changes nothing */
    signal_set_mask(head.mask);
    return 0;
}

int64_t signal_return(struct trap_frame *frame)
{
    if (restore(frame) < 0)
        signal_force(SIGSEGV, SI_KERNEL, 0);
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

static __attribute__((noinline)) void stop_or_exit(struct task *t)
{
    struct process *p = t->process;
    int status;

    if (p->state == PROCESS_STOPPED && !task_must_exit(t, &status))
        stop_here(p, spin_lock_irqsave(&proc_lock));
    if (task_must_exit(t, &status))
        proc_exit_task(status);
}

/* Do what the whole process has to.  Whoever decides it tells us afterwards, so it is
 * enough to look without the lock: if it comes later we shall be here again. */
static void obey_process(struct task *t)
{
    const struct process *p = t->process;

    if (p->state != PROCESS_ALIVE || p->exiting || p->survivor)
        stop_or_exit(t);
}

void signal_deliver(struct trap_frame *frame)
{
    struct task *t = current_task();
    struct frame_head head;
    struct sigaction act;
    int sig;

    obey_process(t);
    while ((sig = next_signal(t, &head.info, &act))) {
        if (act.sa_handler == SIG_IGN)
            continue;
        if (act.sa_handler != SIG_DFL) {
            finish_call(frame, &act);
            handle(frame, &act, &head);
            break;
        }
        act_by_default(sig);
        obey_process(t);
    }
    if (sig)
        return;                 /* setting the handler's mask has looked for more */
    finish_call(frame, NULL);
    if (t->restore_blocked) {
        t->restore_blocked = false;
        signal_set_mask(t->saved_blocked);
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

static const struct fault_signal_ops fault_ops = {
    .bad_access = bad_access,
    .is_killed = task_is_killed,
};

void signal_deliver_init(void)
{
    fault_set_signal_ops(&fault_ops);
}
