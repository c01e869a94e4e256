/* SPDX-License-Identifier: MIT */
/* io.c - system calls on open files. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>
#include "user/libc/syscall.h"

static bool takes_mode(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    va_start(args, flags);
    if (takes_mode(flags))
        mode = va_arg(args, mode_t);
    va_end(args);
    return (int)SYSCALL(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    va_start(args, flags);
    if (takes_mode(flags))
        mode = va_arg(args, mode_t);
    va_end(args);
    return (int)SYSCALL(SYS_openat, dir, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd)
{
    return (int)SYSCALL(SYS_close, fd);
}

ssize_t read(int fd, void *to, size_t size)
{
    return SYSCALL(SYS_read, fd, to, size);
}

ssize_t write(int fd, const void *from, size_t size)
{
    return SYSCALL(SYS_write, fd, from, size);
}

ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
    return SYSCALL(SYS_pread64, fd, to, size, offset);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t offset)
{
    return SYSCALL(SYS_pwrite64, fd, from, size, offset);
}

ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    return SYSCALL(SYS_readv, fd, pieces, count);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return SYSCALL(SYS_writev, fd, pieces, count);
}

ssize_t preadv(int fd, const struct iovec *pieces, int count, off_t offset)
{
    return SYSCALL(SYS_preadv, fd, pieces, count, offset, 0);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    return SYSCALL(SYS_pwritev, fd, pieces, count, offset, 0);
}

ssize_t preadv2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    return SYSCALL(SYS_preadv2, fd, pieces, count, offset, 0, flags);
}

ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    return SYSCALL(SYS_pwritev2, fd, pieces, count, offset, 0, flags);
}

ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long nhere,
                         const struct iovec *there, unsigned long nthere, unsigned long flags)
{
    return SYSCALL(SYS_process_vm_readv, pid, here, nhere, there, nthere, flags);
}

ssize_t process_vm_writev(pid_t pid, const struct iovec *here, unsigned long nhere,
                          const struct iovec *there, unsigned long nthere, unsigned long flags)
{
    return SYSCALL(SYS_process_vm_writev, pid, here, nhere, there, nthere, flags);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
    return SYSCALL(SYS_sendfile, to, from, offset, size);
}

ssize_t copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset, size_t size,
                        unsigned flags)
{
    return SYSCALL(SYS_copy_file_range, from, from_offset, to, to_offset, size, flags);
}

ssize_t splice(int from, off_t *from_offset, int to, off_t *to_offset, size_t size, unsigned flags)
{
    return SYSCALL(SYS_splice, from, from_offset, to, to_offset, size, flags);
}

ssize_t tee(int from, int to, size_t size, unsigned flags)
{
    return SYSCALL(SYS_tee, from, to, size, flags);
}

ssize_t vmsplice(int fd, const struct iovec *pieces, size_t count, unsigned flags)
{
    return SYSCALL(SYS_vmsplice, fd, pieces, count, flags);
}

off_t lseek(int fd, off_t offset, int whence)
{
    return SYSCALL(SYS_lseek, fd, offset, whence);
}

int fsync(int fd)
{
    return (int)SYSCALL(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return (int)SYSCALL(SYS_fdatasync, fd);
}

void sync(void)
{
    RAW_SYSCALL(SYS_sync);
}

int ftruncate(int fd, off_t size)
{
    return (int)SYSCALL(SYS_ftruncate, fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    return (int)SYSCALL(SYS_fallocate, fd, mode, offset, size);
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
    return (int)-RAW_SYSCALL(SYS_fallocate, fd, 0, offset, size);
}

ssize_t readahead(int fd, off_t offset, size_t size)
{
    return SYSCALL(SYS_readahead, fd, offset, size);
}

int sync_file_range(int fd, off_t offset, off_t size, unsigned flags)
{
    return (int)SYSCALL(SYS_sync_file_range, fd, offset, size, flags);
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
    return (int)-RAW_SYSCALL(SYS_fadvise64, fd, offset, size, advice);
}

int dup(int fd)
{
    return (int)SYSCALL(SYS_dup, fd);
}

int dup3(int fd, int to, int flags)
{
    return (int)SYSCALL(SYS_dup3, fd, to, flags);
}

/* Unlike dup3, dup2 of a descriptor to itself is fine, if it is open. */
int dup2(int fd, int to)
{
    if (fd == to)
        return fcntl(fd, F_GETFD) < 0 ? -1 : to;
    return dup3(fd, to, 0);
}

int pipe2(int fd[2], int flags)
{
    return (int)SYSCALL(SYS_pipe2, fd, flags);
}

int pipe(int fd[2])
{
    return pipe2(fd, 0);
}

/* Both take at most one argument more, an integer or a pointer: each fits a long. */
int fcntl(int fd, int command, ...)
{
    va_list args;
    long arg;

    va_start(args, command);
    arg = va_arg(args, long);
    va_end(args);
    return (int)SYSCALL(SYS_fcntl, fd, command, arg);
}

int ioctl(int fd, unsigned long command, ...)
{
    va_list args;
    long arg;

    va_start(args, command);
    arg = va_arg(args, long);
    va_end(args);
    return (int)SYSCALL(SYS_ioctl, fd, command, arg);
}

int flock(int fd, int operation)
{
    return (int)SYSCALL(SYS_flock, fd, operation);
}
