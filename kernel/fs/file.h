/* SPDX-License-Identifier: MIT */
/*
 * file.h - an open file, and the table of operations behind read, write and the rest.
 */
#pragma once
#include "kernel/fs/path.h"

struct vma_request;
struct poll_table;

struct file {
    const struct file_operations *ops;  /*                                     [c] */
    struct path path;                   /* referenced; mount NULL for pipes etc [c] */
    struct inode *inode;                /* referenced                          [c] */
    uint32_t flags;                     /* O_*; APPEND NONBLOCK may change     [a] */
    uint64_t pos;                       /*                            [pos_lock]   */
    struct mutex pos_lock;              /* held around read/write/lseek of shared files */
    int32_t refcount;                   /*                                     [a] */
    struct readahead *ra;               /* lazily made; NULL until needed          */
    uint64_t dir_cookie;                /* directories: private to the fs          */
    void *private;
};

/*
 * Members are never NULL in a registered table: file_ops_default's members give
 * the errno (-EINVAL, -ENOTTY, -ENODEV, ...).
 */
struct file_operations {
    ssize_t (*read)(struct file *f, struct uio *uio, uint64_t *pos);
    ssize_t (*write)(struct file *f, struct uio *uio, uint64_t *pos);
    int64_t (*seek)(struct file *f, int64_t offset, int whence);
    /* Entries from f->pos on through EMIT until it returns false; 0 or an errno. */
    int (*iterate)(struct file *f, struct dir_context *ctx);
    uint32_t (*poll)(struct file *f, struct poll_table *pt);        /* POLLIN ... now */
    int (*ioctl)(struct file *f, uint32_t cmd, uintptr_t arg);      /* arg: a user address: use uaccess hook ops in ioctl_uio */
    int (*mmap)(struct file *f, struct mmap_request *req);
    int (*open)(struct inode *inode, struct file *f);               /* may replace f->ops */
    void (*release)(struct file *f);                                /* last reference    */
    int (*fsync)(struct file *f, bool data_only);
    int (*flush)(struct file *f);                                   /* each close(2)     */
    int (*fallocate)(struct file *f, int mode, uint64_t off, uint64_t len);
};
extern const struct file_operations file_ops_default;

/* One directory entry at a time. */
struct dir_context {
    /* False: no room, stop before this entry. */
    bool (*emit)(struct dir_context *ctx, const char *name, size_t len, uint64_t ino,
                 uint8_t type, uint64_t next_pos);
    uint64_t pos;                       /* of the next entry to emit */
};

/* How a file lets itself be mapped: filled in by f->ops->mmap, carried out by vm/. */
enum mmap_kind { MMAP_CACHE, MMAP_PFN, MMAP_ANON };
struct mmap_request {
    uint64_t pgoff;                     /* in: first page asked for     */
    size_t npages;                      /* in                           */
    bool shared, write;                 /* in                           */
    enum mmap_kind kind;                /* out                          */
    struct address_space *as;           /* out, MMAP_CACHE              */
    pfn_t pfn;                          /* out, MMAP_PFN: frame of pgoff*/
};

/* Poll: where a waiter subscribes.  A poll operation calls poll_wait for every
 * queue that could change its answer, then returns the mask of now. */
struct poll_table {
    void (*wait)(struct poll_table *pt, struct wait_queue *wq);     /* NULL: only asking */
};
static inline void poll_wait(struct poll_table *pt, struct wait_queue *wq)
{
    if (pt && pt->wait)
        pt->wait(pt, wq);
}

/* Open NAME per open(2): O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW,
 * O_PATH ... 0 with a referenced *OUT, or an errno.  May sleep (FIFOs wait). */
int file_open(const struct path_ctx *ctx, const struct path *start, const char *name,
              uint32_t flags, uint32_t mode, struct file **out);
/* Open what PATH already names (exec, /proc/self/fd). */
int file_open_path(const struct path *path, uint32_t flags, const struct cred *cred,
                   struct file **out);
/* A file without a name: pipes, memfd.  Takes over the inode reference. */
int file_open_anon(struct inode *inode, const struct file_operations *ops, uint32_t flags,
                   void *private, struct file **out);
void file_get(struct file *f);
void file_put(struct file *f);          /* may sleep */

/* read(2)/write(2)/pread/pwrite with mode and position rules; bytes or errno. */
ssize_t file_read(struct file *f, struct uio *uio);
ssize_t file_write(struct file *f, struct uio *uio);
ssize_t file_pread(struct file *f, struct uio *uio, uint64_t pos);
ssize_t file_pwrite(struct file *f, struct uio *uio, uint64_t pos);
int64_t file_seek(struct file *f, int64_t offset, int whence);
/* Kernel callers (exec, swap): bytes from POS into BUF; short only at the end. */
ssize_t file_read_kernel(struct file *f, void *buf, size_t len, uint64_t pos);

/* Two ends of a new pipe. */
int pipe_create(uint32_t flags, struct file **reader, struct file **writer);

size_t file_count(void);                /* open files of the machine */
