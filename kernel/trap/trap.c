/* SPDX-License-Identifier: MIT */
/*
 * trap.c - why the hart came in, and who deals with it.
 *
 *   from user     system call | page fault | other exception | interrupt; then
 *                 what has to be done before it goes back
 *   from kernel   a fault with a fixup (user copies) | a fault on a mapping just
 *                 made | interrupt; everything else is the end
 *
 * Interrupts are off at entry and at exit.
 */
#include "kernel/core/extable.h"
#include "kernel/core/hart.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/trace.h"
#include "kernel/dev/irq.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/proc/call_trace.h"
#include "kernel/proc/signal.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"
#include "kernel/sys/syscall.h"
#include "kernel/trap/trap.h"
#include "kernel/vm/fault.h"

static const char *const cause_names[] = {
    [CAUSE_FETCH_MISALIGNED] = "misaligned instruction address",
    [CAUSE_FETCH_ACCESS] = "instruction access fault",
    [CAUSE_ILLEGAL] = "illegal instruction",
    [CAUSE_BREAKPOINT] = "breakpoint",
    [CAUSE_LOAD_MISALIGNED] = "misaligned load",
    [CAUSE_LOAD_ACCESS] = "load access fault",
    [CAUSE_STORE_MISALIGNED] = "misaligned store",
    [CAUSE_STORE_ACCESS] = "store access fault",
    [CAUSE_USER_ECALL] = "system call",
    [CAUSE_FETCH_PAGE] = "instruction page fault",
    [CAUSE_LOAD_PAGE] = "load page fault",
    [CAUSE_STORE_PAGE] = "store page fault",
};

static const char *cause_name(uint64_t cause)
{
    if (cause < sizeof(cause_names) / sizeof(cause_names[0]) && cause_names[cause])
        return cause_names[cause];
    return "unknown exception";
}

/* Interrupts */

static void serve(uint64_t cause)
{
    trace(TRACE_IRQ, cause, 0);
    switch (cause & ~CAUSE_INTERRUPT) {
    case IRQ_SOFT:
        ipi_interrupt();
        return;
    case IRQ_TIMER:
        this_hart()->ntimer++;
        timer_interrupt();
        return;
    case IRQ_EXT:
        irq_dispatch();
        return;
    }
    panic("interrupt %lu, which nobody enabled", cause & ~CAUSE_INTERRUPT);
}

static __attribute__((noinline)) void serve_interrupt(uint64_t cause)
{
    struct hart *h = this_hart();
    struct held_locks held;

    h->irq_depth++;
    if (!PAGODA_DEBUG) {
        serve(cause);
    } else {
        spin_interrupt_enter(&held);
        serve(cause);
        spin_interrupt_exit(&held);
    }
    h->irq_depth--;
}

void trap_kernel_interrupt(struct trap_frame *f, uint64_t cause)
{
    (void)f;
    serve_interrupt(cause);
}

/* From user mode */

/* Everything but system calls, interrupts and page faults ends in a signal. */
static __attribute__((noinline)) void user_exception(const struct trap_frame *f, uint64_t cause)
{
    switch (cause) {
    case CAUSE_FETCH_PAGE:
        fault_user(f->tval, ACCESS_EXEC);
        return;
    case CAUSE_LOAD_PAGE:
        fault_user(f->tval, ACCESS_READ);
        return;
    case CAUSE_STORE_PAGE:
        fault_user(f->tval, ACCESS_WRITE);
        return;
    case CAUSE_ILLEGAL:
        signal_force(SIGILL, ILL_ILLOPC, f->pc);
        return;
    case CAUSE_BREAKPOINT:
        signal_force(SIGTRAP, TRAP_BRKPT, f->pc);
        return;
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        signal_force(SIGBUS, BUS_ADRALN, f->tval);
        return;
    case CAUSE_FETCH_ACCESS:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS:
        signal_force(SIGSEGV, SEGV_ACCERR, f->tval);
        return;
    }
    panic_trap(f, "%s (cause %lu) in user mode", cause_name(cause), cause);
}

static __attribute__((noinline)) void pending_work(void)
{
    do {
        interrupts_on();
        if (this_hart()->need_resched)
            schedule();
        if (thread_signal_pending())
            signal_deliver(current->frame);
        interrupts_off();
    } while (this_hart()->need_resched || thread_signal_pending());
}

/* Interrupts are off from the last look at pending work until user mode. */
static inline void finish_user(void)
{
    struct hart *h = this_hart();
    struct thread *t = h->thread;

    if (h->need_resched | __atomic_load_n(&t->signal_pending, __ATOMIC_RELAXED)) {
        pending_work();
        h = this_hart();
        t = h->thread;
    }
    thread_charge_on(h, t, false);
}

static __attribute__((noinline)) void user_trap(struct trap_frame *f, uint64_t cause)
{
    if (cause & CAUSE_INTERRUPT) {
        serve_interrupt(cause);
        return;
    }
    f->cause = cause;
    f->tval = csr_read(stval);
    trace(TRACE_FAULT, f->tval, cause);
    interrupts_on();
    user_exception(f, cause);
    interrupts_off();
}

/* A system call while somebody looks at some of them. */
static __attribute__((noinline)) void watched_call(struct trap_frame *f)
{
    const struct traced_call call = { f->a7, { f->a0, f->a1, f->a2, f->a3, f->a4, f->a5 } };
    bool followed;

    trace(TRACE_SYSCALL, call.nr, call.args[0]);
    f->pc += 4;
    interrupts_on();
    followed = call_trace_begins(&call);
    syscall_dispatch(f);
    if (followed)
        call_trace_returns(&call, (int64_t)f->a0);
    interrupts_off();
}

/* System calls go straight through: they are by far the most frequent. */
void trap_from_user(struct trap_frame *f, uint64_t cause)
{
    struct hart *h = this_hart();

    thread_charge_on(h, h->thread, true);
    if (__builtin_expect(cause == CAUSE_USER_ECALL, 1)) {
        if (__builtin_expect(trace_mask & (1UL << TRACE_SYSCALL | TRACE_WATCHED), 0)) {
            watched_call(f);
        } else {
            f->pc += 4;
            interrupts_on();
            syscall_dispatch(f);
            interrupts_off();
        }
    } else {
        user_trap(f, cause);
    }
    finish_user();
}

void trap_finish_user(void)
{
    interrupts_off();
    finish_user();
}

/* From the kernel */

static bool is_page_fault(uint64_t cause)
{
    return cause == CAUSE_FETCH_PAGE || cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
}

/* What an address in the kernel half that cannot be accessed tells. */
static const char *explain(const struct trap_frame *f)
{
    if (f->tval < PAGE_SIZE)
        return "null pointer";
    if ((int64_t)f->tval >= 0)
        return "user address outside a user copy";
    return kernel_map_explain(f->tval, f->cause == CAUSE_STORE_PAGE, f->cause == CAUSE_FETCH_PAGE);
}

void trap_kernel_exception(struct trap_frame *f, uint64_t cause)
{
    uintptr_t fixup;

    /* First, since a user copy has a kernel's side, too: that would be copied in vain for ever. */
    if (is_page_fault(cause) && kernel_map_is_spurious(f->tval, cause == CAUSE_STORE_PAGE,
                                                        cause == CAUSE_FETCH_PAGE))
        return;
    fixup = extable_find(f->pc);
    if (fixup) {
        f->pc = fixup;
        return;
    }
    if (is_page_fault(cause))
        panic_trap(f, "%s in the kernel at %016lx: %s", cause_name(cause), f->tval, explain(f));
    panic_trap(f, "%s (cause %lu) in the kernel at %016lx", cause_name(cause), cause, f->tval);
}

void trap_stack_overflow(struct trap_frame *f)
{
    panic_trap(f, "kernel stack overflow in thread %s", current ? current->name : "boot");
}
