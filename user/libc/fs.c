/* SPDX-License-Identifier: MIT */
/* fs.c - system calls on names: the tree of files, and what is mounted in it. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <unistd.h>
#include "user/libc/syscall.h"

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    return (int)SYSCALL(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int symlink(const char *target, const char *path)
{
    return symlinkat(target, AT_FDCWD, path);
}

int symlinkat(const char *target, int dir, const char *path)
{
    return (int)SYSCALL(SYS_symlinkat, target, dir, path);
}

ssize_t readlink(const char *path, char *to, size_t size)
{
    return readlinkat(AT_FDCWD, path, to, size);
}

ssize_t readlinkat(int dir, const char *path, char *to, size_t size)
{
    return SYSCALL(SYS_readlinkat, dir, path, to, size);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int unlinkat(int dir, const char *path, int flags)
{
    return (int)SYSCALL(SYS_unlinkat, dir, path, flags);
}

int rename(const char *from, const char *to)
{
    return (int)SYSCALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int remove(const char *path)
{
    if (unlink(path) == 0)
        return 0;
    return errno == EISDIR ? rmdir(path) : -1;
}

int access(const char *path, int mode)
{
    return (int)SYSCALL(SYS_faccessat, AT_FDCWD, path, mode);
}

/* The old call has no flags; the new one is used only when there are some. */
int faccessat(int dir, const char *path, int mode, int flags)
{
    if (flags == 0)
        return (int)SYSCALL(SYS_faccessat, dir, path, mode);
    return (int)SYSCALL(SYS_faccessat2, dir, path, mode, flags);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    return (int)SYSCALL(SYS_mkdirat, dir, path, mode);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
    return mknodat(AT_FDCWD, path, mode, dev);
}

int mknodat(int dir, const char *path, mode_t mode, dev_t dev)
{
    return (int)SYSCALL(SYS_mknodat, dir, path, mode, dev);
}

int mkfifo(const char *path, mode_t mode)
{
    return mknod(path, (mode & ~S_IFMT) | S_IFIFO, 0);
}

int truncate(const char *path, off_t size)
{
    return (int)SYSCALL(SYS_truncate, path, size);
}

int stat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
    return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *st)
{
    return (int)SYSCALL(SYS_fstat, fd, st);
}

int fstatat(int dir, const char *path, struct stat *st, int flags)
{
    return (int)SYSCALL(SYS_newfstatat, dir, path, st, flags);
}

int statx(int dir, const char *path, int flags, unsigned mask, struct statx *st)
{
    return (int)SYSCALL(SYS_statx, dir, path, flags, mask, st);
}

int statfs(const char *path, struct statfs *fs)
{
    return (int)SYSCALL(SYS_statfs, path, fs);
}

int fstatfs(int fd, struct statfs *fs)
{
    return (int)SYSCALL(SYS_fstatfs, fd, fs);
}

int chmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, 0);
}

int fchmod(int fd, mode_t mode)
{
    return (int)SYSCALL(SYS_fchmod, fd, mode);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    if (flags == 0)
        return (int)SYSCALL(SYS_fchmodat, dir, path, mode);
    return (int)SYSCALL(SYS_fchmodat2, dir, path, mode, flags);
}

mode_t umask(mode_t mask)
{
    return (mode_t)SYSCALL(SYS_umask, mask);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, 0);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
    return (int)SYSCALL(SYS_fchown, fd, uid, gid);
}

int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags)
{
    return (int)SYSCALL(SYS_fchownat, dir, path, uid, gid, flags);
}

int utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
    return (int)SYSCALL(SYS_utimensat, dir, path, times, flags);
}

/* The kernel takes no path to mean the descriptor itself. */
int futimens(int fd, const struct timespec times[2])
{
    return utimensat(fd, NULL, times, 0);
}

int utimes(const char *path, const struct timeval times[2])
{
    struct timespec ts[2];

    if (times == NULL)
        return utimensat(AT_FDCWD, path, NULL, 0);
    for (int i = 0; i < 2; i++)
        ts[i] = (struct timespec){ times[i].tv_sec, times[i].tv_usec * NSEC_PER_USEC };
    return utimensat(AT_FDCWD, path, ts, 0);
}

int chdir(const char *path)
{
    return (int)SYSCALL(SYS_chdir, path);
}

int fchdir(int fd)
{
    return (int)SYSCALL(SYS_fchdir, fd);
}

int chroot(const char *path)
{
    return (int)SYSCALL(SYS_chroot, path);
}

char *getcwd(char *to, size_t size)
{
    char buffer[PATH_MAX];

    if (to == NULL)
        return getcwd(buffer, sizeof(buffer)) == NULL ? NULL : strdup(buffer);
    return SYSCALL(SYS_getcwd, to, size) < 0 ? NULL : to;
}

int mount(const char *source, const char *target, const char *type, unsigned long flags,
          const void *data)
{
    return (int)SYSCALL(SYS_mount, source, target, type, flags, data);
}

int umount(const char *target)
{
    return umount2(target, 0);
}

int umount2(const char *target, int flags)
{
    return (int)SYSCALL(SYS_umount2, target, flags);
}

int swapon(const char *path, int flags)
{
    return (int)SYSCALL(SYS_swapon, path, flags);
}

int swapoff(const char *path)
{
    return (int)SYSCALL(SYS_swapoff, path);
}
