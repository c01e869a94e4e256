/* SPDX-License-Identifier: MIT */
/* fcntl.h - opening files and controlling descriptors. */
#pragma once
#include <sys/types.h>
#include "lib/abi/fcntl.h"
#include "lib/abi/splice.h"

/* MODE is read when FLAGS have O_CREAT or O_TMPFILE. */
int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);
/* Start reading; write or await what is dirty, as SYNC_FILE_RANGE_... say. */
ssize_t readahead(int fd, off_t offset, size_t size);
int sync_file_range(int fd, off_t offset, off_t size, unsigned flags);
/* Between two files: bytes copied. */
ssize_t copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset, size_t size,
                        unsigned flags);
/* Between pipes and files, two pipes, a pipe and memory: bytes moved. */
ssize_t splice(int from, off_t *from_offset, int to, off_t *to_offset, size_t size, unsigned flags);
ssize_t tee(int from, int to, size_t size, unsigned flags);
struct iovec;
ssize_t vmsplice(int fd, const struct iovec *pieces, size_t count, unsigned flags);
/* These return the error instead of setting errno. */
int posix_fadvise(int fd, off_t offset, off_t size, int advice);
int posix_fallocate(int fd, off_t offset, off_t size);
int fallocate(int fd, int mode, off_t offset, off_t size);
