/* SPDX-License-Identifier: MIT */
/*
 * sigframetest.c - what a handler finds on its stack, and what comes back from it.
 */
#include <setjmp.h>
#include <sys/time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

/* The context: what the handler changes in it holds after the return. */

static void block_on_return(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)info;
    record(sig);
    sigaddset((sigset_t *)&uc->uc_sigmask, SIGUSR2);
}

static void changed_mask(void)
{
    handle_info(SIGUSR1, block_on_return, 0);
    raise(SIGUSR1);
    EXPECT_SEEN(SIGUSR1);
    EXPECT(is_blocked(SIGUSR2));
    EXPECT(!is_blocked(SIGUSR1));
}

/* Signals of the processor itself */

static volatile uintptr_t fault_addr;
static volatile int fault_code;

static void step_over(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    record(sig);
    fault_addr = (uintptr_t)info->si_addr;
    fault_code = info->si_code;
    uc->uc_mcontext.gregs[0] += 4;
}

static void illegal_instruction(void)
{
    uintptr_t here;

    handle_info(SIGILL, step_over, 0);
    __asm__ volatile(".option push; .option norvc\n"
                     "la %0, 1f\n1: .word 0xffffffff\n.option pop" : "=&r"(here) : : "memory");
    EXPECT_SEEN(SIGILL);
    EXPECT_EQ(fault_code, ILL_ILLOPC);
    EXPECT_EQ(fault_addr, here);
    /* So is what only a kernel may do. */
    __asm__ volatile(".option push; .option norvc\n"
                     "la %0, 1f\n1: csrr t0, 0x180\n.option pop" : "=&r"(here) : : "t0", "memory");
    EXPECT_SEEN(SIGILL);
    EXPECT_EQ(fault_addr, here);
}

static void breakpoint(void)
{
    uintptr_t here;

    handle_info(SIGTRAP, step_over, 0);
    __asm__ volatile(".option push; .option norvc\n"
                     "la %0, 1f\n1: ebreak\n.option pop" : "=&r"(here) : : "memory");
    EXPECT_SEEN(SIGTRAP);
    EXPECT_EQ(fault_code, TRAP_BRKPT);
    EXPECT_EQ(fault_addr, here);
}

static void repair(int sig, siginfo_t *info, void *context)
{
    (void)context;
    record(sig);
    EXPECT_OK(mprotect((void *)((uintptr_t)info->si_addr & ~(PAGE - 1)), PAGE,
                       PROT_READ | PROT_WRITE));
}

static void repeated_access(void)
{
    volatile long *p = (volatile long *)map_anon(PAGE);

    handle_info(SIGSEGV, repair, 0);
    p[3] = 77;
    EXPECT_OK(mprotect((void *)(uintptr_t)p, PAGE, PROT_NONE));
    EXPECT_EQ(p[3], 77);                        /* the handler makes it possible */
    EXPECT_SEEN(SIGSEGV);
}

static void no_arguments(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    record(sig);
    EXPECT_EQ(info->si_signo, sig);
    EXPECT_EQ((uintptr_t)context - (uintptr_t)info, 128);
    EXPECT_EQ(uc->uc_mcontext.gregs[17], SYS_kill);     /* a7 */
    EXPECT_EQ((uintptr_t)info % 16, 0);
}

/* All three arguments come even without SA_SIGINFO. */
static void frame_layout(void)
{
    struct sigaction action = { .sa_sigaction = no_arguments };

    EXPECT_OK(sigaction(SIGUSR1, &action, NULL));
    EXPECT_OK(kill(getpid(), SIGUSR1));
    EXPECT_SEEN(SIGUSR1);
}

/*
 * Every register survives a handler that spoils all of them.  The signal comes
 * from the call in the middle, between the loads and the checks; or from a timer,
 * while nothing is called at all.
 */
void spoil_all(int sig);

__asm__(
    ".text\n.globl spoil_all\nspoil_all:\n"
    "lla t0, nseen\nlw t1, 0(t0)\naddi t1, t1, 1\nsw t1, 0(t0)\n"
    ".irp n,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "li x\\n, -1\n"
    ".endr\n"
    ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "fmv.d.x f\\n, t0\n"
    ".endr\n"
    "fscsr t0\nret\n");

struct registers {
    uint64_t x[32], f[32], fcsr;
};

/* Load the registers from IN; kill(PID, SIG), or with PID 0 spin until the int at SIG is
 * not 0; store the registers to OUT. */
void signal_among_registers(const struct registers *in, struct registers *out, long pid, long sig);

__asm__(
    ".text\n.globl signal_among_registers\nsignal_among_registers:\n"
    "addi sp, sp, -240\n"
    "sd ra, 0(sp)\nsd s0, 8(sp)\nsd s1, 16(sp)\nsd s2, 24(sp)\nsd s3, 32(sp)\nsd s4, 40(sp)\n"
    "sd s5, 48(sp)\nsd s6, 56(sp)\nsd s7, 64(sp)\nsd s8, 72(sp)\nsd s9, 80(sp)\n"
    "sd s10, 88(sp)\nsd s11, 96(sp)\nsd a1, 104(sp)\n"
    "fsd fs0, 112(sp)\nfsd fs1, 120(sp)\nfsd fs2, 128(sp)\nfsd fs3, 136(sp)\n"
    "fsd fs4, 144(sp)\nfsd fs5, 152(sp)\nfsd fs6, 160(sp)\nfsd fs7, 168(sp)\n"
    "fsd fs8, 176(sp)\nfsd fs9, 184(sp)\nfsd fs10, 192(sp)\nfsd fs11, 200(sp)\n"
    "mv t0, a0\nmv a0, a2\nmv a1, a3\n"
    ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "fld f\\n, 256 + 8 * \\n(t0)\n"
    ".endr\n"
    "ld t1, 512(t0)\nfscsr t1\n"
    ".irp n,1,6,7,8,9,12,13,14,15,16,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "ld x\\n, 8 * \\n(t0)\n"
    ".endr\n"
    "ld x5, 40(t0)\n"
    "bnez a0, 2f\n1: lw a7, 0(a1)\nbeqz a7, 1b\nj 3f\n2: li a7, 129\necall\n3:\n"
    "sd t0, 208(sp)\nld t0, 104(sp)\n"
    ".irp n,1,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "sd x\\n, 8 * \\n(t0)\n"
    ".endr\n"
    ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "fsd f\\n, 256 + 8 * \\n(t0)\n"
    ".endr\n"
    "frcsr t1\nsd t1, 512(t0)\nld t1, 208(sp)\nsd t1, 40(t0)\n"
    "ld ra, 0(sp)\nld s0, 8(sp)\nld s1, 16(sp)\nld s2, 24(sp)\nld s3, 32(sp)\nld s4, 40(sp)\n"
    "ld s5, 48(sp)\nld s6, 56(sp)\nld s7, 64(sp)\nld s8, 72(sp)\nld s9, 80(sp)\n"
    "ld s10, 88(sp)\nld s11, 96(sp)\n"
    "fld fs0, 112(sp)\nfld fs1, 120(sp)\nfld fs2, 128(sp)\nfld fs3, 136(sp)\n"
    "fld fs4, 144(sp)\nfld fs5, 152(sp)\nfld fs6, 160(sp)\nfld fs7, 168(sp)\n"
    "fld fs8, 176(sp)\nfld fs9, 184(sp)\nfld fs10, 192(sp)\nfld fs11, 200(sp)\n"
    "addi sp, sp, 240\nret\n");

static void fill_registers(struct registers *r)
{
    for (int i = 0; i < 32; i++) {
        r->x[i] = rand_next(&test_rand);
        r->f[i] = rand_next(&test_rand);
    }
    r->fcsr = rand_below(&test_rand, 5) << 5 | rand_below(&test_rand, 32);
}

static void compare_registers(const struct registers *in, const struct registers *out)
{
    for (int i = 1; i < 32; i++)
        if (i < 2 || i > 4)                     /* sp, gp and tp are themselves */
            if ((i < 10 || i > 11) && i != 17 && in->x[i] != out->x[i])
                fail(__FILE__, __LINE__, "x%d is %lx, was %lx", i, out->x[i], in->x[i]);
    for (int i = 0; i < 32; i++)
        if (in->f[i] != out->f[i])
            fail(__FILE__, __LINE__, "f%d is %lx, was %lx", i, out->f[i], in->f[i]);
    EXPECT_EQ(out->fcsr, in->fcsr);
    EXPECT_EQ(out->x[10], 0);                   /* the call's result */
}

static void registers_survive_calls(void)
{
    static struct registers in, out;

    handle_with(SIGUSR1, spoil_all, 0);
    for (int turn = 0; turn < 20; turn++) {
        fill_registers(&in);
        signal_among_registers(&in, &out, getpid(), SIGUSR1);
        compare_registers(&in, &out);
        EXPECT_EQ(out.x[17], SYS_kill);
    }
    EXPECT_EQ(nseen, 20);
}

static void registers_survive_timers(void)
{
    static const struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
    static struct registers in, out;

    handle_with(SIGALRM, spoil_all, 0);
    for (int turn = 0; turn < 20; turn++) {
        nseen = 0;
        fill_registers(&in);
        EXPECT_OK(setitimer(ITIMER_REAL, &soon, NULL));
        signal_among_registers(&in, &out, 0, (long)(uintptr_t)&nseen);
        compare_registers(&in, &out);
        EXPECT_EQ(nseen, 1);
    }
}

/* Frames that cannot be: rt_sigreturn with the stack pointer at SP. */

static void return_from(uintptr_t sp)
{
    __asm__ volatile("mv sp, %0\nli a7, 139\necall\nunimp" : : "r"(sp) : "memory");
    __builtin_unreachable();
}

static void return_from_nowhere(void *arg)
{
    return_from((uintptr_t)arg);
}

/* A frame that is well but for what TAMPER did to it. */
static void return_after(void (*tamper)(ucontext_t *))
{
    static struct rt_sigframe frame __attribute__((aligned(16)));

    frame.uc.uc_mcontext.gregs[0] = (uintptr_t)_exit;
    frame.uc.uc_mcontext.gregs[2] = (uintptr_t)__builtin_frame_address(0) & ~15UL;
    frame.uc.uc_mcontext.gregs[4] = (uintptr_t)__builtin_thread_pointer();
    frame.uc.uc_mcontext.gregs[10] = 42;
    tamper(&frame.uc);
    return_from((uintptr_t)&frame);
}

static void change_nothing(ucontext_t *uc)
{
    (void)uc;
}

static void end_with_magic(ucontext_t *uc)
{
    uc->uc_mcontext.fpregs.end.magic = 0x53465457;
}

static void end_with_reserved(ucontext_t *uc)
{
    uc->uc_mcontext.fpregs.end.reserved = 1;
}

static void go_to_the_kernel(ucontext_t *uc)
{
    uc->uc_mcontext.gregs[0] = 0xffffffff80200000;
}

static void go_to_zero(ucontext_t *uc)
{
    uc->uc_mcontext.gregs[0] = 0;
}

static void return_tampered(void *arg)
{
    return_after((void (*)(ucontext_t *))(uintptr_t)arg);
}

static void bad_frames(void)
{
    char *hole = map_anon(2 * PAGE);
    void *nowhere[] = { NULL, (void *)8, hole + PAGE, hole + 2 * PAGE - 8, hole + PAGE - 8,
                        hole + PAGE - sizeof(struct rt_sigframe) + 1, (void *)0x3fffffff00,
                        (void *)0x7ffffffffffff000, (void *)0xffffffc000000000,
                        (void *)0xffffffff80200000, (void *)0xfffffffffffffff0 };
    void (*bad[])(ucontext_t *) = { end_with_magic, end_with_reserved, go_to_the_kernel,
                                    go_to_zero };

    EXPECT_OK(munmap(hole + PAGE, PAGE));
    for (size_t i = 0; i < COUNT(nowhere); i++)
        EXPECT_KILLED(return_from_nowhere, nowhere[i], SIGSEGV);
    EXPECT_EQ(run_child(return_tampered, (void *)(uintptr_t)change_nothing), 42 << 8);
    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT_KILLED(return_tampered, (void *)(uintptr_t)bad[i], SIGSEGV);
    munmap(hole, PAGE);
}

/* Whatever a frame holds, only its own process suffers. */
static void make_random(ucontext_t *uc)
{
    uint64_t *words = (uint64_t *)uc;
    size_t count = offsetof(ucontext_t, uc_mcontext.fpregs.d.fcsr) / sizeof(*words);

    for (size_t i = rand_below(&test_rand, count); i < count; i += 1 + rand_below(&test_rand, 8))
        words[i] = rand_next(&test_rand) >> rand_below(&test_rand, 64);
    uc->uc_sigmask |= 1UL << (SIGALRM - 1);
}

static void return_random(void *arg)
{
    rand_seed(&test_rand, test_seed * 1000 + (uintptr_t)arg);
    return_after(make_random);
}

static void random_frames(void)
{
    for (uintptr_t i = 0; i < 100; i++) {
        pid_t pid = start_child(return_random, (void *)i);

        kill(pid, SIGKILL);                     /* should it run in circles */
        wait_child(pid);
    }
}

/* A stack that cannot be written: no handler can run, not even SIGSEGV's ... */

static void raise_on_stack(uintptr_t sp, int sig)
{
    register long pid __asm__("a0") = getpid();
    register long number __asm__("a1") = sig;
    register long call __asm__("a7") = SYS_kill;

    __asm__ volatile("mv s1, sp\nmv sp, %3\necall\nmv sp, s1"
                     : "+r"(pid) : "r"(number), "r"(call), "r"(sp) : "s1", "memory");
}

static void raise_without_stack(void *arg)
{
    handle_with(SIGSEGV, record, 0);
    handle_with(SIGUSR1, record, 0);
    raise_on_stack((uintptr_t)arg, SIGUSR1);
}

/* ... unless it has a stack of its own. */

static char other_stack[16 * KB] __attribute__((aligned(16)));
static sigjmp_buf after_segv;

static void use_other_stack(void)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };

    EXPECT_OK(sigaltstack(&stack, NULL));
}

static void leave_segv(int sig, siginfo_t *info, void *context)
{
    record_info(sig, info, context);
    siglongjmp(after_segv, 1);
}

static void no_stack(void)
{
    char *hole = map_anon(2 * PAGE);
    void *nowhere[] = { (void *)64, hole + PAGE + 1500, (void *)0xffffffc000000000 };

    EXPECT_OK(munmap(hole + PAGE, PAGE));
    for (size_t i = 0; i < COUNT(nowhere); i++)
        EXPECT_KILLED(raise_without_stack, nowhere[i], SIGSEGV);
    use_other_stack();
    handle_info(SIGSEGV, leave_segv, SA_ONSTACK);
    handle_with(SIGUSR1, record, 0);
    for (size_t i = 0; i < COUNT(nowhere); i++) {
        if (sigsetjmp(after_segv, 1) == 0)
            raise_on_stack((uintptr_t)nowhere[i], SIGUSR1);
        EXPECT_SEEN(SIGSEGV);
        EXPECT_EQ(last_info.si_code, SI_KERNEL);
        if (sigsetjmp(after_segv, 1) == 0)
            return_from((uintptr_t)nowhere[i]);
        EXPECT_SEEN(SIGSEGV);
        EXPECT_EQ(last_info.si_code, SI_KERNEL);
    }
    munmap(hole, PAGE);
}

/* What lies below the alternate stack is another's, though it could be written. */

static char *small_stack;

static void fill_small_stack(int sig)
{
    record(sig);
    raise_on_stack((uintptr_t)small_stack + 512, SIGUSR2);
}

static void overflow_other_stack(void *arg)
{
    stack_t stack = { .ss_sp = small_stack, .ss_size = PAGE };

    (void)arg;
    EXPECT_OK(sigaltstack(&stack, NULL));
    handle_with(SIGUSR1, fill_small_stack, SA_ONSTACK);
    handle_with(SIGUSR2, record, SA_ONSTACK);
    raise(SIGUSR1);
}

static void full_other_stack(void)
{
    char *area = map_anon(2 * PAGE);

    small_stack = area + PAGE;
    EXPECT_KILLED(overflow_other_stack, NULL, SIGSEGV);
    munmap(area, 2 * PAGE);
}

/* A handler that is nowhere faults there. */

static void call_bad_handler(void *arg)
{
    handle_with(SIGUSR1, (void (*)(int))(uintptr_t)arg, 0);
    raise(SIGUSR1);
}

static void bad_handlers(void)
{
    EXPECT_KILLED(call_bad_handler, (void *)0x10, SIGSEGV);
    EXPECT_KILLED(call_bad_handler, (void *)0xffffffff80200000, SIGSEGV);
    use_other_stack();
    handle_info(SIGSEGV, leave_segv, SA_ONSTACK);
    if (sigsetjmp(after_segv, 1) == 0)
        call_bad_handler((void *)0x10);
    EXPECT_SEEN(SIGSEGV);
    EXPECT_EQ((uintptr_t)last_info.si_addr, 0x10);
    EXPECT_EQ(last_info.si_code, SEGV_MAPERR);
}

/* A fault's handler is entered before those of signals with lower numbers: in its frame is
 * the place of the fault and not the first instruction of another handler. */
static void faults_first(void)
{
    stack_t nowhere = { .ss_sp = (void *)PAGE, .ss_size = 4 * PAGE };

    EXPECT_OK(sigaltstack(&nowhere, NULL));
    handle_with(SIGHUP, record, SA_ONSTACK);
    handle_with(SIGUSR1, record, 0);
    handle_with(SIGSEGV, record, 0);
    block(SIGHUP, SIGUSR1);
    raise(SIGHUP);
    raise(SIGUSR1);
    unblock(SIGHUP, SIGUSR1);
    EXPECT_SEEN(SIGUSR1, SIGSEGV);              /* the frame pushed last is entered first */
}

static const struct test tests[] = {
    CHILD_TEST(changed_mask),
    CHILD_TEST(illegal_instruction),
    CHILD_TEST(breakpoint),
    CHILD_TEST(repeated_access),
    CHILD_TEST(frame_layout),
    CHILD_TEST(registers_survive_calls),
    CHILD_TEST(registers_survive_timers),
    TEST(bad_frames),
    TEST(random_frames),
    CHILD_TEST(no_stack),
    TEST(full_other_stack),
    CHILD_TEST(bad_handlers),
    CHILD_TEST(faults_first),
};

TEST_MAIN(tests)
