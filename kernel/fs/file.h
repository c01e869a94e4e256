/* SPDX-License-Identifier: MIT */
/*
 * file.h - an open file, and the table of operations behind read, write and the rest.
 */
#pragma once
#include "kernel/cache/readahead.h"
#include "kernel/fs/path.h"
#include "kernel/sched/wait.h"

struct dir_context;
struct epoll_member;
struct mmap_request;
struct poll_table;
struct pipe;

struct file {
    const struct file_operations *ops;  /*                                     [c] */
    struct path path;                   /* referenced; mount NULL for pipes etc [c] */
    struct inode *inode;                /* held through path, or referenced    [c] */
    uint32_t flags;                     /* O_*; APPEND NONBLOCK may change     [a] */
    uint32_t mode;                      /* FILE_*: what it may do; an open
                                         * operation may take FILE_SEEK away   [c] */
    int32_t refcount;                   /*                                     [a] */
    uint64_t pos;                       /*                            [pos_lock]   */
    struct mutex pos_lock;              /* held around read/write/lseek of shared files */
    struct readahead ra;
    uint32_t wb_seen;                   /* of the mapping's wb_errors          [a] */
    uint64_t dir_cookie;                /* directories: private to the fs          */
    void *private;
    struct epoll_member *watchers;      /* sets it is in       [epoll's members_lock, a] */
};

#define FILE_READ  0x1u                 /* open for reading                    */
#define FILE_WRITE 0x2u                 /* open for writing                    */
#define FILE_SEEK  0x4u                 /* can be read and written anywhere; else -ESPIPE */
#define FILE_PATH  0x8u                 /* O_PATH: a name only                 */
#define FILE_POS   0x10u                /* its position is moved by one call at a time */
#define FILE_WRITER 0x20u               /* counted in inode->writers           */
#define FILE_NOCTTY 0x40u               /* O_NOCTTY was given                  */

/*
 * No member is NULL; the functions and groups below stand for what a kind of
 * file does not do.
 */
struct file_operations {
    ssize_t (*read)(struct file *f, struct uio *uio, uint64_t *pos);
    ssize_t (*write)(struct file *f, struct uio *uio, uint64_t *pos);
    int64_t (*seek)(struct file *f, int64_t offset, int whence);    /* the new position */
    /* Entries from ctx->pos on through EMIT until it returns false; sets ctx->pos
     * behind the last one emitted.  0 or an errno.  Directory lock held shared. */
    int (*iterate)(struct file *f, struct dir_context *ctx);
    uint32_t (*poll)(struct file *f, struct poll_table *pt);        /* POLLIN ... now */
    int (*ioctl)(struct file *f, uint32_t cmd, uintptr_t arg);      /* ARG: often a user address:
                                                                     * file_copy_in, file_copy_out */
    int (*mmap)(struct file *f, struct mmap_request *req);
    int (*open)(struct inode *inode, struct file *f);               /* may replace f->ops */
    void (*release)(struct file *f);                                /* last reference    */
    int (*fsync)(struct file *f, bool data_only);
    int (*flush)(struct file *f);                                   /* each close(2)     */
    /* MODE is 0, FALLOC_FL_KEEP_SIZE, or FALLOC_FL_PUNCH_HOLE with it.  The range lies below
     * the largest size; the inode is locked for writing; times are the VFS's. */
    int (*fallocate)(struct file *f, int mode, uint64_t off, uint64_t len);
};
extern const struct file_operations file_ops_default;

ssize_t file_op_read_isdir(struct file *f, struct uio *uio, uint64_t *pos);      /* -EISDIR */
ssize_t file_op_read_refuse(struct file *f, struct uio *uio, uint64_t *pos);     /* -EINVAL */
ssize_t file_op_write_refuse(struct file *f, struct uio *uio, uint64_t *pos);    /* -EINVAL */
int64_t file_op_seek_size(struct file *f, int64_t offset, int whence);   /* END: inode's size */
int64_t file_op_seek_sparse(struct file *f, int64_t offset, int whence); /* and it has holes */
int64_t file_op_seek_refuse(struct file *f, int64_t offset, int whence); /* -ESPIPE */
int64_t file_op_seek_nowhere(struct file *f, int64_t offset, int whence);/* 0: /dev/null */
int file_op_iterate_notdir(struct file *f, struct dir_context *ctx);     /* -ENOTDIR */
uint32_t file_op_poll_ready(struct file *f, struct poll_table *pt);      /* always both */
int file_op_ioctl_refuse(struct file *f, uint32_t cmd, uintptr_t arg);   /* -ENOTTY */
int file_op_mmap_refuse(struct file *f, struct mmap_request *req);       /* -ENODEV */
int file_op_mmap_cache(struct file *f, struct mmap_request *req);        /* inode->mapping */
int file_op_open_accept(struct inode *inode, struct file *f);
void file_op_release_nothing(struct file *f);
int file_op_fsync_refuse(struct file *f, bool data_only);                /* -EINVAL */
int file_op_fsync_nothing(struct file *f, bool data_only);               /* 0 */
int file_op_flush_nothing(struct file *f);
int file_op_fallocate_refuse(struct file *f, int mode, uint64_t off, uint64_t len);
                                                                         /* -EOPNOTSUPP */
/* For files whose content is inode->mapping's pages: takes the inode's lock for
 * writing in write, with O_APPEND, times, set-id bits and O_SYNC. */
ssize_t file_op_read_cache(struct file *f, struct uio *uio, uint64_t *pos);
ssize_t file_op_write_cache(struct file *f, struct uio *uio, uint64_t *pos);
/* O_APPEND, O_DSYNC, O_SYNC as they hold for the write of UIO: F's own, and the call's. */
uint32_t file_write_flags(const struct file *f, const struct uio *uio);

/* Groups of members. */
#define FILE_OPS_NO_DATA                        /* directories */               \
    .read = file_op_read_isdir, .write = file_op_write_refuse,                  \
    .mmap = file_op_mmap_refuse
#define FILE_OPS_NOT_DIRECTORY                                                  \
    .iterate = file_op_iterate_notdir
#define FILE_OPS_PLAIN                                                          \
    .poll = file_op_poll_ready, .ioctl = file_op_ioctl_refuse,                  \
    .open = file_op_open_accept, .release = file_op_release_nothing,            \
    .flush = file_op_flush_nothing, .fallocate = file_op_fallocate_refuse

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
    bool never_write;                   /* out: it will not become writable later */
    bool counted_writer;                /* out: counted in as->nwritable_shared,
                                         * until the VMA is             */
    pfn_t pfn;                          /* out, MMAP_PFN: frame of pgoff*/
};

/* Poll: where a waiter subscribes.  A poll operation calls poll_wait for every
 * queue that could change its answer, then returns the mask of now: looked at after
 * the barrier here, it has all whose wake-up did not find the waiter. */
struct poll_table {
    void (*wait)(struct poll_table *pt, struct wait_queue *wq);     /* NULL: only asking */
};
static inline void poll_wait(struct poll_table *pt, struct wait_queue *wq)
{
    if (pt && pt->wait) {
        pt->wait(pt, wq);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    }
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
/* Either, at *POS, which moves, or at F's own position if that is negative. */
ssize_t file_move(struct file *f, struct uio *uio, int64_t *pos, bool write);
/* lseek(2), which some files without a position accept: 0.  -EBADF, -EINVAL, -ESPIPE. */
int64_t file_seek(struct file *f, int64_t offset, int whence);
/* Directory entries from f->pos on; advances it.  0 or an errno (-ENOENT: removed). */
int file_iterate(struct file *f, struct dir_context *ctx);
/* fsync(2), close(2)'s part that can fail. */
int file_sync(struct file *f, bool data_only);
/* Begin to watch for writes of F's pages that fail; what came of them since F was asked last:
 * 0 or -EIO, which F is told once. */
void file_watch_errors(struct file *f);
int file_check_errors(struct file *f);
int file_flush(struct file *f);
/* fallocate(2): room for a range, or a hole instead of it.  0; -EINVAL, -EOPNOTSUPP (mode, or
 * the file system), -EBADF, -ESPIPE, -EISDIR, -ENODEV, -EFBIG, -EROFS, -EPERM (sealed),
 * -ENOSPC and others, after which some of the range may have room.  May sleep. */
int file_allocate(struct file *f, int mode, uint64_t off, uint64_t len);
/* fadvise(2): POSIX_FADV_WILLNEED starts reading, POSIX_FADV_DONTNEED drops clean pages; the
 * others are only checked.  0, -EINVAL, -ESPIPE.  May sleep. */
int file_advise(struct file *f, uint64_t off, int64_t len, int advice);
/* readahead(2): start reading.  0, -EBADF, -EINVAL (no file of pages, or LEN).  May sleep. */
int file_read_ahead(struct file *f, uint64_t off, uint64_t len);
/* sync_file_range(2): write the dirty pages of a range (LEN 0: all from OFF on), wait for those
 * on their way before, after, or both, as FLAGS say.  Neither the inode nor the disk's own cache
 * is written.  0, -EINVAL, -ESPIPE, -EIO.  May sleep. */
int file_sync_range(struct file *f, uint64_t off, uint64_t len, uint32_t flags);
/* ftruncate(2).  0, -EINVAL (not open for writing, not a regular file), ... */
int file_truncate(struct file *f, uint64_t size);
/* F_GETFL, and F_SETFL: O_APPEND and O_NONBLOCK as in FLAGS. */
uint32_t file_get_flags(const struct file *f);
void file_set_flags(struct file *f, uint32_t flags);
/* For ioctl: N bytes between KBUF and the user address ADDR.  0 or -EFAULT.  May sleep. */
int file_copy_in(void *kbuf, uintptr_t addr, size_t n);
int file_copy_out(uintptr_t addr, const void *kbuf, size_t n);
/* Kernel callers (exec, swap): bytes from POS into BUF; short only at the end. */
ssize_t file_read_kernel(struct file *f, void *buf, size_t len, uint64_t pos);

/* Two ends of a new pipe of CRED's; FLAGS: O_NONBLOCK.  0, -ENOMEM, -ENFILE.  A write with
 * no reader is -EPIPE, or sets uio->broken after a part: the caller sends SIGPIPE. */
int pipe_create(uint32_t flags, const struct cred *cred, struct file **reader, struct file **writer);
/* F_SETPIPE_SZ (bytes; the new size), F_GETPIPE_SZ.  -EBADF: not a pipe; -EBUSY. */
int pipe_set_size(struct file *f, size_t size);
int pipe_get_size(struct file *f);
/* A file whose writes may meet a reader that is gone: SIGPIPE is meant. */
bool file_is_pipe(const struct file *f);

/* What /proc/<pid>/fd shows: a path, or "pipe:[7]"; starts inside BUF, NULL: too long. */
char *file_describe(const struct file *f, const struct path *root, char *buf, size_t size);
/* F's path, or one made for it if no directory names it: to open the same once more.  0 with
 * a referenced *OUT, or -ENOMEM. */
int file_get_path(const struct file *f, struct path *out);
size_t file_count(void);                /* open files of the machine */
void file_init(void);
