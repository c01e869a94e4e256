/* SPDX-License-Identifier: MIT */
/*
 * mman.c - system calls about memory.
 *
 * The kernel's brk never fails: it returns the end it has, moved or not.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user/libc/syscall.h"

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
    return (void *)SYSCALL(SYS_mmap, where, size, protection, flags, fd, offset);
}

int munmap(void *where, size_t size)
{
    return (int)SYSCALL(SYS_munmap, where, size);
}

int mprotect(void *where, size_t size, int protection)
{
    return (int)SYSCALL(SYS_mprotect, where, size, protection);
}

void *mremap(void *where, size_t size, size_t new_size, int flags, ...)
{
    void *new_where = NULL;
    va_list args;

    va_start(args, flags);
    if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0)
        new_where = va_arg(args, void *);
    va_end(args);
    return (void *)SYSCALL(SYS_mremap, where, size, new_size, flags, new_where);
}

int msync(void *where, size_t size, int flags)
{
    return (int)SYSCALL(SYS_msync, where, size, flags);
}

int madvise(void *where, size_t size, int advice)
{
    return (int)SYSCALL(SYS_madvise, where, size, advice);
}

int mincore(void *where, size_t size, unsigned char *resident)
{
    return (int)SYSCALL(SYS_mincore, where, size, resident);
}

int mlock(const void *where, size_t size)
{
    return (int)SYSCALL(SYS_mlock, where, size);
}

int mlock2(const void *where, size_t size, unsigned flags)
{
    return (int)SYSCALL(SYS_mlock2, where, size, flags);
}

int munlock(const void *where, size_t size)
{
    return (int)SYSCALL(SYS_munlock, where, size);
}

int mlockall(int flags)
{
    return (int)SYSCALL(SYS_mlockall, flags);
}

int munlockall(void)
{
    return (int)SYSCALL(SYS_munlockall);
}

int memfd_create(const char *name, unsigned flags)
{
    return (int)SYSCALL(SYS_memfd_create, name, flags);
}

/* Shared memory objects are files in /dev/shm. */
static int shm_path(const char *name, char *path, size_t size)
{
    while (*name == '/')
        name++;
    if (snprintf(path, size, "/dev/shm/%s", name) < (int)size)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int shm_open(const char *name, int flags, mode_t mode)
{
    char path[NAME_MAX + 16];

    if (shm_path(name, path, sizeof(path)) < 0)
        return -1;
    return open(path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

int shm_unlink(const char *name)
{
    char path[NAME_MAX + 16];

    if (shm_path(name, path, sizeof(path)) < 0)
        return -1;
    return unlink(path);
}

static char *set_break(void *end)
{
    return (char *)RAW_SYSCALL(SYS_brk, end);
}

int brk(void *end)
{
    if (set_break(end) == end)
        return 0;
    errno = ENOMEM;
    return -1;
}

void *sbrk(intptr_t increment)
{
    char *old = set_break(NULL);

    if (increment == 0 || brk(old + increment) == 0)
        return old;
    return (void *)-1;
}

int getpagesize(void)
{
    return PAGE_SIZE;
}
