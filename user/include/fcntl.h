/* SPDX-License-Identifier: MIT */
/* fcntl.h - opening files and controlling descriptors. */
#pragma once
#include <sys/types.h>
#include "lib/abi/fcntl.h"

/* MODE is read when FLAGS have O_CREAT or O_TMPFILE. */
int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);
/* Start reading; write or await what is dirty, as SYNC_FILE_RANGE_... say. */
ssize_t readahead(int fd, off_t offset, size_t size);
int sync_file_range(int fd, off_t offset, off_t size, unsigned flags);
/* These return the error instead of setting errno. */
int posix_fadvise(int fd, off_t offset, off_t size, int advice);
int posix_fallocate(int fd, off_t offset, off_t size);
int fallocate(int fd, int mode, off_t offset, off_t size);
