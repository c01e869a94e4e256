/* SPDX-License-Identifier: MIT */
/* xattr.c - named values that a file carries: extended attributes. */
#include <sys/xattr.h>
#include "user/libc/syscall.h"

int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
    return (int)SYSCALL(SYS_setxattr, path, name, value, size, flags);
}

int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
    return (int)SYSCALL(SYS_lsetxattr, path, name, value, size, flags);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
    return (int)SYSCALL(SYS_fsetxattr, fd, name, value, size, flags);
}

int removexattr(const char *path, const char *name)
{
    return (int)SYSCALL(SYS_removexattr, path, name);
}

int lremovexattr(const char *path, const char *name)
{
    return (int)SYSCALL(SYS_lremovexattr, path, name);
}

int fremovexattr(int fd, const char *name)
{
    return (int)SYSCALL(SYS_fremovexattr, fd, name);
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
    return SYSCALL(SYS_getxattr, path, name, value, size);
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
    return SYSCALL(SYS_lgetxattr, path, name, value, size);
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
    return SYSCALL(SYS_fgetxattr, fd, name, value, size);
}

ssize_t listxattr(const char *path, char *list, size_t size)
{
    return SYSCALL(SYS_listxattr, path, list, size);
}

ssize_t llistxattr(const char *path, char *list, size_t size)
{
    return SYSCALL(SYS_llistxattr, path, list, size);
}

ssize_t flistxattr(int fd, char *list, size_t size)
{
    return SYSCALL(SYS_flistxattr, fd, list, size);
}
