/* SPDX-License-Identifier: MIT */
/*
 * files.h - a process's file descriptors.
 *
 * A table of open files, shared by the tasks that were cloned with CLONE_FILES.
 * The lowest free number is found in a bitmap; the first 64 need no memory
 * beyond the table itself.
 */
#pragma once
#include "kernel/fs/file.h"

#define FD_INLINE 64
#define FD_MAX    65536             /* the hard limit of RLIMIT_NOFILE         */

struct fd_table {
    int32_t refcount;               /* who looks into it counts, too       [a] */
    int32_t users;                  /* processes: the last closes all      [a] */
    struct spinlock lock;           /* RANK_FILES                              */
    size_t size;                    /* descriptors there is room for       [l] */
    struct file **files;            /* SIZE of them                        [l] */
    uint64_t *open, *cloexec;       /* bitmaps of SIZE bits                [l] */
    struct file *inline_files[FD_INLINE];
    uint64_t inline_open, inline_cloexec;
};

/* An empty table; a copy with a reference on each file.  NULL: out of memory. May sleep. */
struct fd_table *fd_table_create(void);
struct fd_table *fd_table_copy(struct fd_table *from);
/* For one more process; and to end that: the last one closes everything.  May sleep. */
void fd_table_share(struct fd_table *t);
void fd_table_leave(struct fd_table *t);
/* For who looks into it.  May sleep. */
void fd_table_get(struct fd_table *t);
void fd_table_put(struct fd_table *t);

/*
 * The rest works on the running process's table.
 */

/* A file for the length of a call.  Nobody else can close it if the table is
 * not shared, so then it costs no reference. */
struct fd_ref {
    struct file *file;              /* NULL: no such descriptor, or O_PATH      */
    bool counted;
};
struct fd_ref fd_get(int fd);
struct fd_ref fd_get_any(int fd);   /* O_PATH files as well */
void fd_put(struct fd_ref ref);

/* Give F (its reference goes to the table) the lowest free number >= MIN below
 * the limit: the number, -EMFILE, -ENOMEM; -EINVAL if MIN is not below the limit. */
int fd_install(struct file *f, int min, bool cloexec);
/* The same, and F is put if it gets none. */
int fd_install_or_put(struct file *f, int min, bool cloexec);
/* Two numbers at once, or none (pipe). */
int fd_install_pair(struct file *a, struct file *b, bool cloexec, int fds[2]);
/* Let TO name the same file as FROM, closing what TO was.  TO, or -EBADF -EINVAL -EBUSY. */
int fd_dup_to(int from, int to, bool cloexec);
/* -EBADF, or what the file's flush said.  May sleep. */
int fd_close(int fd);
/* close_range(2). */
int fd_close_range(unsigned first, unsigned last, bool only_mark);
int fd_get_cloexec(int fd);
int fd_set_cloexec(int fd, bool on);

/* An own table, for a process without other threads: they might be in a call with the one it
 * has.  0 or -ENOMEM. */
int fd_unshare(void);
/* exec: without the files marked so. */
void fd_close_on_exec(void);

/* File FD of T with a reference, or NULL; and whether it is closed on exec (for /proc). */
struct file *fd_table_get_file(struct fd_table *t, int fd);
bool fd_table_get_cloexec(struct fd_table *t, int fd);
