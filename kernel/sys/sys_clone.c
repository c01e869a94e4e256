/* SPDX-License-Identifier: MIT */
/*
 * sys_clone.c - make processes and threads: clone, and clone3, whose arguments lie in memory
 * and may grow.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"

/* riscv64 passes clone(flags, stack, parent_tid, tls, child_tid), or a pidfd instead of the
 * parent_tid. */
int64_t sys_clone(const uint64_t *a)
{
    struct clone_args_kernel args = {
        .flags = (uint32_t)a[0] & ~(uint32_t)CSIGNAL,
        .exit_signal = (int)(a[0] & CSIGNAL),
        .stack = a[1], .parent_tid = a[2], .tls = a[3], .child_tid = a[4],
        .pidfd = a[2],
    };

    return args.exit_signal > NSIG_MAX ? -EINVAL : proc_clone(&args);
}

/* What differs from clone; the rest of the flags proc_clone checks.  Nobody may choose the
 * numbers of processes. */
static bool is_valid(const struct clone_args *args)
{
    if ((args->flags & (CLONE_DETACHED | CSIGNAL)) || args->exit_signal > NSIG_MAX)
        return false;
    if ((args->flags & CLONE_SIGHAND) && (args->flags & CLONE_CLEAR_SIGHAND))
        return false;
    if ((args->flags & (CLONE_THREAD | CLONE_PARENT)) && args->exit_signal)
        return false;
    if (args->set_tid || args->set_tid_size)
        return false;
    return !args->stack == !args->stack_size && args->stack <= USER_END
           && args->stack_size <= USER_END - args->stack;
}

int64_t sys_clone3(const uint64_t *a)
{
    struct clone_args_kernel kernel_args;
    struct clone_args args;
    int err = struct_get(&args, sizeof(args), a[0], a[1], CLONE_ARGS_SIZE_VER0);

    if (err)
        return err;
    if (!is_valid(&args))
        return -EINVAL;
    kernel_args = (struct clone_args_kernel){
        .flags = args.flags, .exit_signal = (int)args.exit_signal,
        .stack = args.stack + args.stack_size,
        .parent_tid = args.parent_tid, .child_tid = args.child_tid, .tls = args.tls,
        .pidfd = args.pidfd,
    };
    return proc_clone(&kernel_args);
}
