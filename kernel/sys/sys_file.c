/* SPDX-License-Identifier: MIT */
/*
 * sys_file.c - calls on open files: make, duplicate, seek, control, synchronise.
 */
#include "kernel/fs/devfs.h"
#include "kernel/fs/eventfd.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/memfd.h"
#include "kernel/fs/seal.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/mman.h"
#include "lib/abi/stat.h"
#include "lib/bitops.h"

int64_t sys_lseek(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = file_seek(ref.file, (int64_t)a[1], (int)a[2]);
    fd_put(ref);
    return r;
}

int64_t sys_close(const uint64_t *a)
{
    return fd_close((int)a[0]);
}

int64_t sys_close_range(const uint64_t *a)
{
    if ((unsigned)a[2] & ~(unsigned)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
        return -EINVAL;
    if ((unsigned)a[2] & CLOSE_RANGE_UNSHARE) {
        if (current_process()->ntasks > 1)      /* all threads have one table */
            return -EINVAL;
        if (fd_unshare() < 0)
            return -ENOMEM;
    }
    return fd_close_range((unsigned)a[0], (unsigned)a[1], (unsigned)a[2] & CLOSE_RANGE_CLOEXEC);
}

int64_t sys_pipe2(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[1];
    struct file *reader, *writer;
    int fds[2], err;

    if (flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    err = pipe_create(flags & O_NONBLOCK, &current_process()->cred, &reader, &writer);
    if (err)
        return err;
    err = fd_install_pair(reader, writer, flags & O_CLOEXEC, fds);
    if (err) {
        file_put(reader);
        file_put(writer);
        return err;
    }
    if (copy_to_user(a[0], fds, sizeof(fds))) {
        fd_close(fds[0]);
        fd_close(fds[1]);
        return -EFAULT;
    }
    return 0;
}

int64_t sys_eventfd2(const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[1];
    struct file *file;
    int r;

    if (flags & ~(uint32_t)(EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC))
        return -EINVAL;
    r = eventfd_create((uint32_t)a[0], flags, &current_process()->cred, &file);
    if (r < 0)
        return r;
    return fd_install_or_put(file, 0, flags & EFD_CLOEXEC);
}

int64_t sys_memfd_create(const uint64_t *a)
{
    char name[MEMFD_NAME_MAX + 1];
    uint32_t flags = (uint32_t)a[1];
    struct file *file;
    ssize_t len;
    int r = memfd_check_flags(flags);

    if (r < 0)
        return r;
    len = strncpy_from_user(name, a[0], sizeof(name));
    if (len < 0)
        return len == -ENAMETOOLONG ? -EINVAL : len;
    r = memfd_create(name, flags, &current_process()->cred, &file);
    if (r < 0)
        return r;
    return fd_install_or_put(file, 0, flags & MFD_CLOEXEC);
}

/* A further number, at least MIN, for the file of FD. */
static int64_t duplicate(int fd, int min, bool cloexec)
{
    struct fd_ref ref = fd_get_any(fd);
    int r;

    if (!ref.file)
        return -EBADF;
    file_get(ref.file);
    r = fd_install_or_put(ref.file, min, cloexec);
    fd_put(ref);
    return r;
}

int64_t sys_dup(const uint64_t *a)
{
    return duplicate((int)a[0], 0, false);
}

int64_t sys_dup3(const uint64_t *a)
{
    if ((int)a[0] == (int)a[1] || ((uint32_t)a[2] & ~(uint32_t)O_CLOEXEC))
        return -EINVAL;
    return fd_dup_to((int)a[0], (int)a[1], (uint32_t)a[2] & O_CLOEXEC);
}

static bool still_leads_to(int fd, const struct file *f)
{
    struct fd_ref ref = fd_get_any(fd);
    bool leads = ref.file == f;

    if (ref.file)
        fd_put(ref);
    return leads;
}

/* A lock of the process goes when it closes FD.  Another thread may have done so before there
 * was a lock to go: then this one goes now. */
static int end_lock(int fd, struct file *f, const void *owner)
{
    if (still_leads_to(fd, f))
        return 0;
    file_unlock_owner(f, owner);
    return -EBADF;
}

static int64_t record_lock(int fd, struct file *f, int cmd, uintptr_t user)
{
    struct process *p = current_process();
    bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
    struct flock lk;
    int err;

    if (copy_from_user(&lk, user, sizeof(lk)))
        return -EFAULT;
    err = ofd ? file_lock_record(f, cmd - F_OFD_GETLK + F_GETLK, &lk, f, OFD_LOCK)
              : file_lock_record(f, cmd, &lk, p->files, p->pid);
    if (!err && (cmd == F_GETLK || cmd == F_OFD_GETLK))
        err = copy_to_user(user, &lk, sizeof(lk));
    else if (!err && !ofd && lk.l_type != F_UNLCK)
        err = end_lock(fd, f, p->files);
    return err;
}

static int64_t file_control(int fd, struct file *f, int cmd, uint64_t arg)
{
    switch (cmd) {
    case F_GETFL:
        return file_get_flags(f);
    case F_SETFL:
        file_set_flags(f, (uint32_t)arg);
        return 0;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return record_lock(fd, f, cmd, arg);
    case F_SETPIPE_SZ:
        return pipe_set_size(f, (uint32_t)arg);
    case F_GETPIPE_SZ:
        return pipe_get_size(f);
    case F_ADD_SEALS:
        return file_add_seals(f, (uint32_t)arg);
    case F_GET_SEALS:
        return file_get_seals(f);
    }
    return -EINVAL;
}

int64_t sys_fcntl(const uint64_t *a)
{
    int fd = (int)a[0], cmd = (int)a[1];
    struct fd_ref ref;
    int64_t r;

    switch (cmd) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(fd, (int)a[2], cmd == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return fd_get_cloexec(fd);
    case F_SETFD:
        return fd_set_cloexec(fd, a[2] & FD_CLOEXEC);
    }
    ref = cmd == F_GETFL ? fd_get_any(fd) : fd_get(fd);
    if (!ref.file)
        return -EBADF;
    r = file_control(fd, ref.file, cmd, a[2]);
    fd_put(ref);
    return r;
}

static int64_t open_peer(struct file *master, uint32_t flags)
{
    struct file *f;
    int r = devpts_open_peer(master, flags, current->cred, &f);

    if (r)
        return r;
    return fd_install_or_put(f, 0, flags & O_CLOEXEC);
}

static int64_t ioctl_common(int fd, struct file *f, uint32_t cmd, uintptr_t arg)
{
    int on, left;

    switch (cmd) {
    case FIOCLEX:
    case FIONCLEX:
        return fd_set_cloexec(fd, cmd == FIOCLEX);
    case FIONBIO:
        if (copy_from_user(&on, arg, sizeof(on)))
            return -EFAULT;
        file_set_flags(f, on ? f->flags | O_NONBLOCK : f->flags & ~(uint32_t)O_NONBLOCK);
        return 0;
    case FIONREAD:
        if (!S_ISREG(f->inode->mode))
            break;
        left = (int)(inode_size(f->inode) - __atomic_load_n(&f->pos, __ATOMIC_RELAXED));
        return copy_to_user(arg, &left, sizeof(left));
    case TIOCGPTPEER:
        if (devpts_is_master(f))
            return open_peer(f, (uint32_t)arg);
    }
    return f->ops->ioctl(f, cmd, arg);
}

int64_t sys_ioctl(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = ioctl_common((int)a[0], ref.file, (uint32_t)a[1], a[2]);
    fd_put(ref);
    return r;
}

int64_t sys_flock(const uint64_t *a)
{
    int op = (int)a[1] & ~LOCK_NB, r;
    struct fd_ref ref;

    if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
        return -EINVAL;
    ref = fd_get((int)a[0]);
    if (!ref.file)
        return -EBADF;
    r = file_lock_whole(ref.file, op, !(a[1] & LOCK_NB));
    fd_put(ref);
    return r;
}

static int64_t sync_file(int fd, bool data_only)
{
    struct fd_ref ref = fd_get(fd);
    int r;

    if (!ref.file)
        return -EBADF;
    r = file_sync(ref.file, data_only);
    fd_put(ref);
    return r;
}

int64_t sys_fsync(const uint64_t *a)
{
    return sync_file((int)a[0], false);
}

int64_t sys_fdatasync(const uint64_t *a)
{
    return sync_file((int)a[0], true);
}

int64_t sys_sync(const uint64_t *a)
{
    (void)a;
    fs_sync_all(true);
    return 0;
}

int64_t sys_syncfs(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);

    if (!ref.file)
        return -EBADF;
    fd_put(ref);
    return fs_sync_all(true);
}

int64_t sys_fallocate(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int r;

    if (!ref.file)
        return -EBADF;
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0)
        r = -EINVAL;
    else
        r = file_allocate(ref.file, (int)a[1], a[2], a[3]);
    r = (int)write_result(ref.file, r);
    fd_put(ref);
    return r;
}

int64_t sys_ftruncate(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int r;

    if (!ref.file)
        return -EBADF;
    r = file_truncate(ref.file, a[1]);
    r = (int)write_result(ref.file, r);
    fd_put(ref);
    return r;
}

int64_t sys_fadvise64(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int r;

    if (!ref.file)
        return -EBADF;
    r = file_advise(ref.file, a[1], (int64_t)a[2], (int)a[3]);
    fd_put(ref);
    return r;
}

int64_t sys_readahead(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int r;

    if (!ref.file)
        return -EBADF;
    r = file_read_ahead(ref.file, a[1], a[2]);
    fd_put(ref);
    return r;
}

int64_t sys_sync_file_range(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[0]);
    int r;

    if (!ref.file)
        return -EBADF;
    r = file_sync_range(ref.file, a[1], a[2], (uint32_t)a[3]);
    fd_put(ref);
    return r;
}
