/* SPDX-License-Identifier: MIT */
/*
 * sys_proc.c - calls on processes: replace, end, await, identify, limit.
 */
#include "kernel/fs/inode.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/pidfd.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/futex.h"
#include "lib/abi/sched.h"
#include "lib/abi/wait.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

int64_t sys_execve(const uint64_t *a)
{
    struct exec_name name = { .lookup = LOOKUP_FOLLOW };
    struct name path;
    int r = name_get(&path, a[0], false);

    if (r)
        return r;
    name.path = name.shown = path.s;
    r = proc_exec(&name, a[1], a[2]);
    name_put(&path);
    return r;
}

/* How the new program can name the file that AT means: by the descriptor, if need be. */
static char *show_at(const struct at *at, int dirfd)
{
    size_t size = strlen(at->name.s) + sizeof("/dev/fd/2147483647/");
    char *shown = kmalloc(size, GFP_KERNEL);

    if (!shown)
        return NULL;
    if (!at->dir.file)
        strlcpy(shown, at->name.s, size);
    else
        fmt_snprintf(shown, size, "/dev/fd/%d%s%s", dirfd, *at->name.s ? "/" : "", at->name.s);
    return shown;
}

int64_t sys_execveat(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[4];
    struct exec_name name = { 0 };
    struct path apart = { 0 };
    char *shown;
    struct at at;
    int r;

    if (flags & ~(uint32_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    r = at_get(&at, (int)a[0], a[1], flags & AT_EMPTY_PATH);
    if (r)
        return r;
    shown = show_at(&at, (int)a[0]);
    name.start = at_start(&at);
    if (at.dir.file && !name.start) {           /* of memfd_create(2), or no program */
        r = file_get_path(at.dir.file, &apart);
        name.start = &apart;
    }
    name.path = at.name.s;
    name.lookup = follow_unless(flags, AT_SYMLINK_NOFOLLOW)
                  | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
    name.shown = shown;
    name.closes = at.dir.file && fd_get_cloexec((int)a[0]) > 0;
    if (!shown)
        r = -ENOMEM;
    if (!r)
        r = proc_exec(&name, a[2], a[3]);
    if (apart.dentry)
        path_put(&apart);
    at_put(&at);
    kfree(shown);
    return r;
}

int64_t sys_exit(const uint64_t *a)
{
    proc_exit_task((int)(a[0] & 0xff) << 8);
}

int64_t sys_exit_group(const uint64_t *a)
{
    proc_exit_group((int)(a[0] & 0xff) << 8);
}

int64_t sys_wait4(const uint64_t *a)
{
    int id = (int)a[0], options = (int)a[2], pid;
    struct wait_result result;

    if ((uint32_t)options & ~(uint32_t)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (id == INT32_MIN)
        return -ESRCH;
    pid = proc_wait(id == -1 ? P_ALL : id > 0 ? P_PID : P_PGID, id > 0 ? id : -id,
                    options | WEXITED, &result);
    if (pid <= 0)
        return pid;
    if (a[1] && copy_to_user(a[1], &result.status, sizeof(result.status)))
        return -EFAULT;
    if (a[3] && copy_to_user(a[3], &result.rusage, sizeof(result.rusage)))
        return -EFAULT;
    return pid;
}

/* Like Linux, waitid stores no more of a siginfo than what it has to say. */
#define CHILD_INFO_SIZE (offsetof(struct siginfo, si_status) + sizeof(int32_t))

static void describe_child(struct siginfo *info, const struct wait_result *r)
{
    memset(info, 0, sizeof(*info));
    if (!r->pid)
        return;
    info->si_signo = SIGCHLD;
    info->si_pid = r->pid;
    info->si_uid = r->uid;
    if (WIFEXITED(r->status)) {
        info->si_code = CLD_EXITED;
        info->si_status = WEXITSTATUS(r->status);
    } else if (WIFSTOPPED(r->status)) {
        info->si_code = CLD_STOPPED;
        info->si_status = WSTOPSIG(r->status);
    } else if (WIFCONTINUED(r->status)) {
        info->si_code = CLD_CONTINUED;
        info->si_status = SIGCONT;
    } else {
        info->si_code = CLD_KILLED;
        info->si_status = WTERMSIG(r->status);
    }
}

/* P_PIDFD.  A descriptor that does not block lets nobody wait. */
static int wait_pidfd(int fd, int options, struct wait_result *result)
{
    struct process *child;
    bool may_block;
    struct fd_ref ref;
    int r = -EBADF;

    if (fd < 0)
        return -EINVAL;
    ref = fd_get(fd);
    child = ref.file ? pidfd_process(ref.file) : NULL;
    if (child) {
        may_block = !(ref.file->flags & O_NONBLOCK);
        r = proc_wait_child(child, options | (may_block ? 0 : WNOHANG), result);
        if (!r && !may_block && !(options & WNOHANG))
            r = -EAGAIN;
    }
    fd_put(ref);
    return r;
}

int64_t sys_waitid(const uint64_t *a)
{
    int type = (int)a[0], id = (int)a[1], options = (int)a[3], r;
    struct wait_result result;
    struct siginfo info;

    if (((uint32_t)options & ~(uint32_t)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED
                                         | __WNOTHREAD | __WCLONE | __WALL))
        || !(options & (WEXITED | WSTOPPED | WCONTINUED)))
        return -EINVAL;
    if (type != P_ALL && type != P_PID && type != P_PGID && type != P_PIDFD)
        return -EINVAL;
    if ((type == P_PID && id <= 0) || (type == P_PGID && id < 0))
        return -EINVAL;
    r = type == P_PIDFD ? wait_pidfd(id, options, &result) : proc_wait(type, id, options, &result);
    if (r < 0)
        return r;
    describe_child(&info, &result);
    if (a[2] && copy_to_user(a[2], &info, CHILD_INFO_SIZE))
        return -EFAULT;
    if (a[4] && r && copy_to_user(a[4], &result.rusage, sizeof(result.rusage)))
        return -EFAULT;
    return 0;
}

/* Who am I */

int64_t sys_getpid(const uint64_t *a)
{
    (void)a;
    return current_process()->pid;
}

int64_t sys_getppid(const uint64_t *a)
{
    uint64_t flags = spin_lock_irqsave(&proc_lock);
    const struct process *parent = current_process()->parent;
    int pid = parent ? parent->pid : 0;

    (void)a;
    spin_unlock_irqrestore(&proc_lock, flags);
    return pid;
}

int64_t sys_gettid(const uint64_t *a)
{
    (void)a;
    return current->tid;
}

int64_t sys_set_tid_address(const uint64_t *a)
{
    current_task()->clear_child_tid = a[0];
    return current->tid;
}

int64_t sys_set_robust_list(const uint64_t *a)
{
    if (a[1] != 24)             /* sizeof(struct robust_list_head) */
        return -EINVAL;
    current_task()->robust_list = a[0];
    return 0;
}

int64_t sys_get_robust_list(const uint64_t *a)
{
    uint64_t size = 24;

    if ((int)a[0] && (int)a[0] != current->tid)
        return -ESRCH;
    if (copy_to_user(a[1], &current_task()->robust_list, 8) || copy_to_user(a[2], &size, 8))
        return -EFAULT;
    return 0;
}

/* Groups and sessions */

int64_t sys_setpgid(const uint64_t *a)
{
    return proc_setpgid((int)a[0], (int)a[1]);
}

int64_t sys_getpgid(const uint64_t *a)
{
    struct process *p;
    int r;

    if (!(int)a[0])
        return current_process()->pgrp;
    p = process_get_by_tid((int)a[0]);
    if (!p)
        return -ESRCH;
    r = p->pgrp;
    process_put(p);
    return r;
}

int64_t sys_getsid(const uint64_t *a)
{
    struct process *p;
    int r;

    if (!(int)a[0])
        return current_process()->session;
    p = process_get_by_tid((int)a[0]);
    if (!p)
        return -ESRCH;
    r = p->session;
    process_put(p);
    return r;
}

int64_t sys_setsid(const uint64_t *a)
{
    (void)a;
    return proc_setsid();
}

/* With a time it is not repeated after a handler, even one with SA_RESTART. */
int64_t futex_wait_until(const uint64_t *a, uint64_t deadline)
{
    int64_t r = futex_call(a[0], (int)a[1], (uint32_t)a[2], deadline, 0, 0, (uint32_t)a[5]);

    if (r != -EINTR || deadline == UINT64_MAX)
        return r;
    current_task()->restart = RESTART_FUTEX;
    current_task()->restart_deadline = deadline;
    return -ERESTART_RESTARTBLOCK;
}

int64_t sys_futex(const uint64_t *a)
{
    int op = (int)a[1], cmd = op & FUTEX_CMD_MASK;
    uint64_t deadline = UINT64_MAX, ns;
    bool waits = cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET;
    int err;

    if (waits && a[3]) {
        err = timespec_get(a[3], &ns);
        if (err)
            return err;
        /* WAIT's time is relative, WAIT_BITSET's absolute. */
        deadline = cmd == FUTEX_WAIT ? clock_monotonic_ns() + ns : ns;
    }
    if (waits)
        return futex_wait_until(a, deadline);
    return futex_call(a[0], op, (uint32_t)a[2], deadline, a[4], (uint32_t)a[3], (uint32_t)a[5]);
}
