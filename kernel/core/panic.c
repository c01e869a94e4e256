/* SPDX-License-Identifier: MIT */
/*
 * panic.c - stop every hart, say what is known, end the machine.
 *
 * The first hart that panics does the talking; others that panic meanwhile
 * halt.  A panic inside the panic says so in one line and goes straight to the
 * end, so that no broken pointer turns a message into a loop.
 */
#include "kernel/core/hart.h"
#include "kernel/core/machine.h"
#include "kernel/core/panic.h"
#include "kernel/core/printk.h"
#include "kernel/core/trace.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"
#include "kernel/riscv/trap_frame.h"

#define FINISHER_PASS  0x5555
#define FINISHER_FAIL  0x3333
#define FINISHER_RESET 0x7777
#define MAX_CALLERS    32
#define TRACE_TAIL     32
#define STOP_MS        200      /* how long to wait for the other harts */

static volatile uint32_t *finisher;
static bool exit_after_panic;
static uint32_t panicking;              /* index + 1 of the hart that talks [a] */
static uint32_t stopped;                /* harts that obeyed IPI_STOP       [a] */
static unsigned depth;
static void (*describe_thread)(struct panic_thread *out);

void machine_set_finisher(volatile uint32_t *reg)
{
    finisher = reg;
}

void panic_set_thread_source(void (*describe)(struct panic_thread *out))
{
    describe_thread = describe;
}

static __attribute__((noreturn)) void halt(void)
{
    interrupts_off();
    csr_write(sie, 0);
    for (;;)
        wait_for_interrupt();
}

static void stop_handler(void)
{
    __atomic_fetch_add(&stopped, 1, __ATOMIC_RELEASE);
    halt();
}

void panic_set_exit(bool exit)
{
    exit_after_panic = exit;
    ipi_set_handler(IPI_STOP, stop_handler);
}

/* Finisher first: only it carries a status.  Then whatever the firmware has. */
void machine_exit(unsigned code)
{
    interrupts_off();
    console_flush();
    if (finisher)
        *finisher = code ? code << 16 | FINISHER_FAIL : FINISHER_PASS;
    sbi_shutdown();
    halt();
}

void machine_reboot(void)
{
    interrupts_off();
    console_flush();
    if (finisher)
        *finisher = FINISHER_RESET;
    sbi_reboot();
    halt();
}

static void stop_others(void)
{
    uint64_t limit = time_read() + machine.timebase / 1000 * STOP_MS;
    unsigned asked = 0;

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (!harts[i].online || &harts[i] == this_hart())
            continue;
        ipi_send(i, IPI_STOP);
        asked++;
    }
    while (__atomic_load_n(&stopped, __ATOMIC_ACQUIRE) < asked && time_read() < limit)
        cpu_pause();
}

static __attribute__((noreturn)) void finish(void)
{
    if (exit_after_panic)
        machine_exit(2);
    halt();
}

static void begin(void)
{
    uint32_t me = this_hart()->index + 1, first = 0;

    interrupts_off();
    if (__atomic_compare_exchange_n(&panicking, &first, me, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        depth = 1;
        stop_others();
        printk_enter_panic();
        return;
    }
    if (first != me)
        halt();
    if (++depth > 2)
        finish();
    printk("\npanic: (and this, while panicking:)\n");
}

static bool in_range(uintptr_t p, uintptr_t start, uintptr_t end)
{
    return p >= start + FRAME_RECORD && p <= end;
}

/* Whether a frame record below FP can be read: it must lie in a stack we know. */
static bool is_frame_pointer(uintptr_t fp)
{
    const struct hart *h = this_hart();
    struct panic_thread t = { 0 };

    if (fp & 7)
        return false;
    if (describe_thread)
        describe_thread(&t);
    return in_range(fp, t.stack, t.stack_end)
        || in_range(fp, h->irq_stack_top - HART_STACK_SIZE, h->irq_stack_top)
        || in_range(fp, h->emergency_stack_top - HART_STACK_SIZE, h->emergency_stack_top);
}

static void print_address(uintptr_t pc)
{
    uintptr_t offset;
    const char *name = ksym_find(pc, &offset);

    printk("    %016lx  %s+0x%lx\n", pc, name ? name : "?", name ? offset : 0);
}

/* A return address is that of the instruction after the call, which may already
 * belong to the next function. */
static bool print_caller(uintptr_t ra)
{
    uintptr_t offset;
    const char *name = ksym_find(ra - 1, &offset);

    if (!name)
        return false;
    printk("    %016lx  %s+0x%lx\n", ra, name, offset + 1);
    return true;
}

/* A frame record is { previous frame pointer, return address }, ending at FP. */
static bool print_record(uintptr_t *fp)
{
    const uintptr_t *record = (const uintptr_t *)(*fp - FRAME_RECORD);

    *fp = record[0];
    return print_caller(record[1]);
}

void backtrace_print(uintptr_t fp)
{
    for (unsigned i = 0; i < MAX_CALLERS && is_frame_pointer(fp) && print_record(&fp); i++)
        ;
}

void backtrace_print_stack(uintptr_t fp, uintptr_t stack, uintptr_t end)
{
    for (unsigned i = 0; i < MAX_CALLERS && !(fp & 7) && in_range(fp, stack, end)
                         && print_record(&fp); i++)
        ;
}

/* Callers mix well when each is multiplied by an odd number of 64 random bits. */
uint32_t backtrace_hash(uintptr_t fp, uintptr_t stack, uintptr_t end)
{
    uint64_t hash = 0;

    for (unsigned i = 0; i < MAX_CALLERS && !(fp & 7) && in_range(fp, stack, end); i++) {
        const uintptr_t *record = (const uintptr_t *)(fp - FRAME_RECORD);

        hash = (hash ^ record[1]) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
        fp = record[0];
    }
    return (uint32_t)hash ? (uint32_t)hash : 1;
}

/* A leaf function saves only the previous frame pointer, where others save ra. */
static void backtrace_frame(const struct trap_frame *f)
{
    uintptr_t offset;

    print_address(f->pc);
    if (is_frame_pointer(f->s0) && !ksym_find(((const uintptr_t *)f->s0)[-1], &offset)) {
        print_caller(f->ra);
        backtrace_print(((const uintptr_t *)f->s0)[-1]);
        return;
    }
    backtrace_print(f->s0);
}

static void print_registers(const struct trap_frame *f)
{
    static const char names[32][4] = {
        "pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
        "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3",
        "t4", "t5", "t6"
    };
    const uint64_t *regs = &f->pc;

    for (unsigned i = 0; i < 32; i++)
        printk("%5.3s %016lx%s", names[i], regs[i], i % 4 == 3 ? "\n" : "");
    printk("  cause %lx  tval %016lx  status %lx\n", f->cause, f->tval, f->status);
}

static void print_place(void)
{
    struct panic_thread t = { .name = "boot" };

    if (describe_thread)
        describe_thread(&t);
    printk("  on hart %u, in thread %d (%s)\n", this_hart()->index, t.tid, t.name);
}

static __attribute__((noreturn)) void tell(const struct trap_frame *f, uintptr_t fp,
                                           const char *fmt, va_list ap)
{
    begin();
    printk("panic: ");
    vprintk(fmt, ap);
    printk("\n");
    if (depth > 1)
        finish();
    print_place();
    if (f)
        print_registers(f);
    printk("  backtrace:\n");
    if (f)
        backtrace_frame(f);
    else
        backtrace_print(fp);
    trace_dump(TRACE_TAIL);
    finish();
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(NULL, (uintptr_t)__builtin_frame_address(0), fmt, ap);
}

void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(frame, 0, fmt, ap);
}
