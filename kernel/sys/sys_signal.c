/* SPDX-License-Identifier: MIT */
/*
 * sys_signal.c - calls on signals: copy in, check, call proc/signal, copy out.
 */
#include "kernel/proc/pidfd.h"
#include "kernel/proc/signalfd.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/signalfd.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* Programs say how large they think a set is. */
static int get_set(uintptr_t user, uint64_t size, uint64_t *set)
{
    if (size != SIGSET_SIZE)
        return -EINVAL;
    return copy_from_user(set, user, sizeof(*set));
}

int64_t sys_kill(const uint64_t *a)
{
    return signal_kill((int)a[0], (int)a[1]);
}

int64_t sys_tkill(const uint64_t *a)
{
    return signal_kill_task(0, (int)a[0], (int)a[1]);
}

int64_t sys_tgkill(const uint64_t *a)
{
    return (int)a[0] <= 0 ? -EINVAL : signal_kill_task((int)a[0], (int)a[1], (int)a[2]);
}

/* Whether what a program says with CODE ends at SIGINFO_USED. */
static bool layout_is_known(int code)
{
    return (code >= SI_DETHREAD && code <= NSIGPOLL) || code == SI_KERNEL || code == SI_ASYNCNL;
}

/* Of what we do not know nothing may be lost: E2BIG, as Linux says. */
static int get_info(struct siginfo *info, uintptr_t at)
{
    const uint8_t *bytes = (const uint8_t *)info;

    if (copy_from_user(info, at, SIGINFO_USED))
        return -EFAULT;
    if (layout_is_known(info->si_code))
        return 0;
    if (copy_from_user(info, at, sizeof(*info)))
        return -EFAULT;
    for (size_t i = SIGINFO_USED; i < sizeof(*info); i++)
        if (bytes[i])
            return -E2BIG;
    return 0;
}

int64_t sys_rt_sigqueueinfo(const uint64_t *a)
{
    struct siginfo info;
    int err = get_info(&info, a[2]);

    if (err)
        return err;
    info.si_signo = (int)a[1];
    return signal_queue_info((int)a[0], (int)a[1], &info);
}

int64_t sys_rt_tgsigqueueinfo(const uint64_t *a)
{
    struct siginfo info;
    int err = get_info(&info, a[3]);

    if (err)
        return err;
    info.si_signo = (int)a[2];
    return signal_queue_info_task((int)a[0], (int)a[1], (int)a[2], &info);
}

int64_t sys_pidfd_send_signal(const uint64_t *a)
{
    struct siginfo info;
    struct process *p;
    struct fd_ref ref;
    int err;

    if ((uint32_t)a[3])
        return -EINVAL;
    ref = fd_get((int)a[0]);
    p = ref.file ? pidfd_receiver(ref.file) : NULL;
    err = !p ? -EBADF : a[2] ? get_info(&info, a[2]) : 0;
    if (!err)
        err = signal_kill_process(p, (int)a[1], a[2] ? &info : NULL);
    fd_put(ref);
    return err;
}

int64_t sys_rt_sigaction(const uint64_t *a)
{
    struct sigaction new, old;
    int err;

    if (a[3] != SIGSET_SIZE)
        return -EINVAL;
    if (a[1] && copy_from_user(&new, a[1], sizeof(new)))
        return -EFAULT;
    err = signal_action((int)a[0], a[1] ? &new : NULL, &old);
    if (!err && a[2])
        err = copy_to_user(a[2], &old, sizeof(old));
    return err;
}

int64_t sys_rt_sigprocmask(const uint64_t *a)
{
    uint64_t set, old;
    int err;

    if (a[3] != SIGSET_SIZE)
        return -EINVAL;
    if (a[1] && copy_from_user(&set, a[1], sizeof(set)))
        return -EFAULT;
    err = signal_mask((int)a[0], a[1] ? &set : NULL, &old);
    if (!err && a[2])
        err = copy_to_user(a[2], &old, sizeof(old));
    return err;
}

int64_t sys_rt_sigpending(const uint64_t *a)
{
    uint64_t set = signal_pending_set();

    return a[1] > SIGSET_SIZE ? -EINVAL : copy_to_user(a[0], &set, a[1]);
}

int64_t sys_rt_sigsuspend(const uint64_t *a)
{
    uint64_t set;
    int err = get_set(a[0], a[1], &set);

    if (err)
        return err;
    signal_mask_temporarily(set);
    while (!thread_signal_pending()) {
        thread_set_state(THREAD_SLEEPING);
        if (!thread_signal_pending())
            schedule();
        thread_set_state(THREAD_RUNNABLE);
    }
    return -EINTR;
}

/* Wait for a signal of the set, which the caller has blocked. */
static int wait_for(uint64_t set, uint64_t deadline, struct siginfo *info)
{
    int sig = signal_take(set, info);

    while (!sig) {
        bool in_time = true;

        signal_await(set);
        thread_set_state(THREAD_SLEEPING);
        if (!thread_signal_pending())
            in_time = schedule_until(deadline);
        thread_set_state(THREAD_RUNNABLE);
        sig = signal_take(set, info);
        if (!sig && thread_signal_pending())
            return -EINTR;
        if (!sig && !in_time)
            return -EAGAIN;
    }
    return sig;
}

int64_t sys_rt_sigtimedwait(const uint64_t *a)
{
    uint64_t set, ns, deadline = UINT64_MAX;
    struct siginfo info;
    int r = get_set(a[0], a[3], &set);

    if (r)
        return r;
    if (a[2]) {
        r = timespec_get(a[2], &ns);
        if (r)
            return r;
        deadline = clock_monotonic_ns() + ns;
    }
    r = wait_for(set, deadline, &info);
    if (r > 0 && a[1] && copy_to_user(a[1], &info, sizeof(info)))
        return -EFAULT;
    return r;
}

/* A new file for the set, or another set for the one that is FD. */
static int64_t make_signalfd(int fd, uint64_t set, uint32_t flags)
{
    struct file *file;
    struct fd_ref ref;
    int err;

    if (fd == -1) {
        err = signalfd_create(set, flags, &file);
        return err ? err : fd_install_or_put(file, 0, flags & SFD_CLOEXEC);
    }
    ref = fd_get(fd);
    err = ref.file ? signalfd_set(ref.file, set) : -EBADF;
    fd_put(ref);
    return err ? err : fd;
}

int64_t sys_signalfd4(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[3];
    uint64_t set;
    int err = get_set(a[1], a[2], &set);

    if (err)
        return err;
    if (flags & ~(uint32_t)(SFD_NONBLOCK | SFD_CLOEXEC))
        return -EINVAL;
    return make_signalfd((int)a[0], set, flags);
}

int64_t sys_rt_sigreturn(const uint64_t *a)
{
    (void)a;
    return signal_return(current->frame);
}

int64_t sys_sigaltstack(const uint64_t *a)
{
    struct sigaltstack new, old = current_task()->altstack;
    uintptr_t sp = current->frame->sp;
    int err = 0;

    if (a[0] && copy_from_user(&new, a[0], sizeof(new)))
        return -EFAULT;
    if (signal_is_on_altstack(sp))
        old.ss_flags |= SS_ONSTACK;
    if (a[0])
        err = signal_set_altstack(&new, sp);
    if (!err && a[1])
        err = copy_to_user(a[1], &old, sizeof(old));
    return err;
}
