/* SPDX-License-Identifier: MIT */
/*
 * abi/signal.h - signals: numbers, actions, and the frame a handler runs on.
 *
 * The kernel pushes a struct rt_sigframe, 16-byte aligned, onto the user stack
 * and enters the handler with
 *
 *     pc = handler   a0 = signal   a1 = &info   a2 = &uc
 *     sp = frame     ra = a page of the kernel's making that calls rt_sigreturn
 *
 *       0 +--------------------+
 *         | siginfo        128 |
 *     128 +--------------------+
 *         | flags, link, stack |
 *     168 | signal mask        |
 *     304 | pc, x1 .. x31      |
 *     560 | f0 .. f31, fcsr    |
 *    1088 +--------------------+
 */
#pragma once
#include "lib/types.h"

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN 32
#define SIGRTMAX 64

#define NSIG 65                 /* one more than the highest; 0 is no signal */

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int))-1)

/* rt_sigprocmask */
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

/* A set of signals has bit n - 1 for signal n; the calls want its size, 8. */
#define SIGSET_SIZE 8

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO 0x00000004
#define SA_UNSUPPORTED 0x00000400
#define SA_EXPOSE_TAGBITS 0x00000800
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000

union sigval {
    int sival_int;
    void *sival_ptr;
};

struct siginfo {
    int si_signo;
    int si_errno;
    int si_code;
    int si_pad0;
    union {
        struct {
            union {
                int32_t si_pid;         /* kill, SIGCHLD, rt signals       */
                int32_t si_timerid;     /* SI_TIMER                        */
            };
            union {
                uint32_t si_uid;
                int32_t si_overrun;
            };
            union {
                int32_t si_status;      /* SIGCHLD: exit code or signal    */
                union sigval si_value;  /* SI_QUEUE, SI_TIMER              */
            };
            int64_t si_utime;           /* SIGCHLD, in ticks of 1/100 s    */
            int64_t si_stime;
        };
        struct {
            void *si_addr;              /* SEGV, BUS, ILL, FPE, TRAP       */
            int16_t si_addr_lsb;
        };
        struct {
            int64_t si_band;            /* SIGIO                           */
            int32_t si_fd;
        };
        uint8_t si_pad[112];
    };
};

/* What is to happen when a timer expires. */
struct sigevent {
    union sigval sigev_value;       /* for si_value                            */
    int sigev_signo;
    int sigev_notify;               /* SIGEV_...                               */
    union {
        int sigev_notify_thread_id; /* SIGEV_THREAD_ID                         */
        int sigev_pad[12];
    };
};

#define SIGEV_SIGNAL 0              /* a signal to the process                 */
#define SIGEV_NONE 1
#define SIGEV_THREAD 2              /* the C library calls a function          */
#define SIGEV_THREAD_ID 4           /* with SIGEV_SIGNAL: to one thread        */

/* Bytes of a siginfo in which something may stand; the rest is room. */
#define SIGINFO_USED 48

/* si_code: who sent it */
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO (-5)
#define SI_TKILL (-6)
#define SI_DETHREAD (-7)
#define SI_ASYNCNL (-60)

/* ... or what happened */
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define SEGV_MAPERR 1           /* nothing is mapped there                 */
#define SEGV_ACCERR 2           /* it is, but not for this access          */
#define BUS_ADRALN 1
#define BUS_ADRERR 2            /* beyond the end of a mapped file         */
#define BUS_OBJERR 3            /* the page could not be read              */
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define NSIGPOLL 6              /* what happened, of any signal: up to here  */
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

/* What rt_sigaction takes; riscv64 has no sa_restorer. */
struct sigaction {
    union {
        void (*sa_handler)(int sig);
        void (*sa_sigaction)(int sig, struct siginfo *info, void *context);
    };
    uint64_t sa_flags;
    uint64_t sa_mask;
};

struct sigaltstack {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
};

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM ((int)0x80000000)

#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

struct riscv_d_state {
    uint64_t f[32];
    uint32_t fcsr;
};

struct riscv_q_state {          /* sets the size and the alignment only    */
    uint64_t f[64] __attribute__((aligned(16)));
    uint32_t fcsr;
    uint32_t reserved[3];
};

/* The end of the floating-point state; all zero, or rt_sigreturn refuses. */
struct riscv_ext_end {
    uint32_t pad[129];
    uint32_t reserved;
    uint32_t magic;
    uint32_t size;
};

struct sigcontext {
    uint64_t gregs[32];         /* [0] is pc, [n] is x_n                   */
    union {
        struct riscv_d_state d;
        struct riscv_q_state q;
        struct riscv_ext_end end;
    } fpregs;
};

struct ucontext {
    uint64_t uc_flags;
    struct ucontext *uc_link;
    struct sigaltstack uc_stack;
    uint64_t uc_sigmask;
    uint8_t uc_unused[128 - sizeof(uint64_t)];
    struct sigcontext uc_mcontext;
};

struct rt_sigframe {
    struct siginfo info;
    struct ucontext uc;
};

/* The code that a handler returns to: li a7, 139; ecall.  Unwinders look for it. */
#define SIGRETURN_INSN_LI 0x08b00893
#define SIGRETURN_INSN_ECALL 0x00000073

_Static_assert(sizeof(struct siginfo) == 128 && offsetof(struct siginfo, si_code) == 8 &&
               offsetof(struct siginfo, si_pid) == 16 && offsetof(struct siginfo, si_uid) == 20 &&
               offsetof(struct siginfo, si_status) == 24 &&
               offsetof(struct siginfo, si_value) == 24 &&
               offsetof(struct siginfo, si_utime) == 32 &&
               offsetof(struct siginfo, si_stime) + sizeof(int64_t) == SIGINFO_USED &&
               offsetof(struct siginfo, si_addr) == 16, "struct siginfo");
_Static_assert(sizeof(struct sigevent) == 64, "struct sigevent");
_Static_assert(sizeof(struct sigaction) == 24 && sizeof(struct sigaltstack) == 24,
               "struct sigaction and sigaltstack");
_Static_assert(sizeof(struct ucontext) == 960 && sizeof(struct rt_sigframe) == 1088 &&
               offsetof(struct rt_sigframe, uc) == 128 &&
               offsetof(struct rt_sigframe, uc.uc_link) == 136 &&
               offsetof(struct rt_sigframe, uc.uc_stack) == 144 &&
               offsetof(struct rt_sigframe, uc.uc_sigmask) == 168 &&
               offsetof(struct rt_sigframe, uc.uc_mcontext) == 304 &&
               offsetof(struct rt_sigframe, uc.uc_mcontext.fpregs) == 560 &&
               offsetof(struct rt_sigframe, uc.uc_mcontext.fpregs.d.fcsr) == 816 &&
               offsetof(struct rt_sigframe, uc.uc_mcontext.fpregs.end.reserved) == 1088 - 12,
               "struct rt_sigframe");
