/* SPDX-License-Identifier: MIT */
/* mman.h - mappings.  mmap and mremap return MAP_FAILED, the others -1, with errno. */
#pragma once
#include <sys/types.h>
#include "lib/abi/mman.h"

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset);
int munmap(void *where, size_t size);
int mprotect(void *where, size_t size, int protection);
/* NEW_WHERE is read when FLAGS have MREMAP_FIXED or MREMAP_DONTUNMAP. */
void *mremap(void *where, size_t size, size_t new_size, int flags, ...);
int msync(void *where, size_t size, int flags);
int madvise(void *where, size_t size, int advice);
int mincore(void *where, size_t size, unsigned char *resident);
int mlock(const void *where, size_t size);
int mlock2(const void *where, size_t size, unsigned flags);
int munlock(const void *where, size_t size);
int mlockall(int flags);
int munlockall(void);
int memfd_create(const char *name, unsigned flags);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
