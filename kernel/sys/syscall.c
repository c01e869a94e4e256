/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - from a number to a function, and what an interruption means.
 */
#include "kernel/proc/process.h"
#include "kernel/riscv/csr.h"
#include "kernel/sys/calls.h"
#include "kernel/sys/syscall.h"
#include "lib/abi/errno.h"
#include "lib/abi/syscall.h"
#include "lib/bitops.h"

#define CALLS 512                       /* one more than the largest of Linux's we have */

enum restart { NEVER, AGAIN, NOHAND };

typedef int64_t call_fn(const uint64_t *args);

static call_fn *const calls[CALLS] = {
#define ENTRY(name, restart) [SYS_##name] = sys_##name,
    SYSTEM_CALLS(ENTRY)
#undef ENTRY
};

static const uint8_t restarts[CALLS] = {
#define ENTRY(name, restart) [SYS_##name] = restart,
    SYSTEM_CALLS(ENTRY)
#undef ENTRY
};

static call_fn *find_call(uint64_t nr)
{
    if (nr < CALLS)
        return calls[nr];
    return nr == SYS_pagoda_debug ? sys_pagoda_debug : NULL;
}

/* A call that is not there: the first time say so, once for each number, so that who brings
 * a program along learns what it misses.  The C library tries rseq in every program. */
static __attribute__((noinline)) int64_t no_such_call(uint64_t nr)
{
    static uint64_t told[CALLS / 64];
    uint64_t slot = MIN(nr, CALLS - 1UL), bit = 1UL << (slot % 64);

    if (nr != SYS_rseq && !(__atomic_fetch_or(&told[slot / 64], bit, __ATOMIC_RELAXED) & bit))
        printk("%s[%d]: there is no system call %lu\n", current->name, current->tid, nr);
    return -ENOSYS;
}

/* RESULT of call NR is an interruption: leave word for signal_deliver. */
static __attribute__((noinline)) int64_t interrupted(struct trap_frame *frame, uint64_t nr,
                                                     int64_t result)
{
    if (nr == SYS_rt_sigreturn)
        return result;              /* what the program had in a0, whatever that means */
    if (result == -EINTR) {
        if (nr >= CALLS || restarts[nr] == NEVER)
            return result;
        result = restarts[nr] == AGAIN ? -ERESTARTSYS : -ERESTARTNOHAND;
    }
    frame->cause = CAUSE_USER_ECALL;
    /* Should the signal be gone meanwhile, the call is repeated all the same. */
    __atomic_store_n(&current->signal_pending, true, __ATOMIC_RELEASE);
    return result;
}

void syscall_dispatch(struct trap_frame *frame)
{
    uint64_t nr = frame->a7;
    call_fn *call = find_call(nr);
    int64_t result;

    frame->orig_a0 = frame->a0;
    result = call ? call(&frame->a0) : no_such_call(nr);
    if (result == -EINTR || (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK))
        result = interrupted(frame, nr, result);
    frame->a0 = (uint64_t)result;
}
