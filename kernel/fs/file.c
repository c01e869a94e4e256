/* SPDX-License-Identifier: MIT */
/*
 * file.c - open files: references, positions, and the calls that go through
 * their table of operations.
 *
 * The position of a regular file, directory or disk is moved by one call at a time.
 * Its lock is taken only where somebody else could be there: the file is shared,
 * which its count of references says, since the caller's table holds the one that
 * is left otherwise.
 */
#include "kernel/fs/file.h"
#include "kernel/fs/anon_file.h"
#include "kernel/fs/epoll.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/open.h"
#include "kernel/fs/path.h"
#include "kernel/fs/seal.h"
#include "kernel/fs/super.h"
#include "kernel/mm/slab.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/string.h"

static struct kmem_cache *file_cache;
static size_t nr_files;                 /* [a] */

size_t file_count(void)
{
    return __atomic_load_n(&nr_files, __ATOMIC_RELAXED);
}

struct file *file_alloc(uint32_t flags)
{
    struct file *f = kmem_cache_alloc(file_cache, GFP_KERNEL);

    if (!f)
        return NULL;
    *f = (struct file){ .ops = &file_ops_default, .flags = flags, .refcount = 1 };
    mutex_init(&f->pos_lock, RANK_FILE, "file position");
    __atomic_fetch_add(&nr_files, 1, __ATOMIC_RELAXED);
    return f;
}

void file_free(struct file *f)
{
    if (f->mode & FILE_WRITER)
        inode_put_write(f->inode);
    if (f->path.dentry)
        path_put(&f->path);
    else if (f->inode)
        inode_put(f->inode);
    __atomic_fetch_sub(&nr_files, 1, __ATOMIC_RELAXED);
    kmem_cache_free(file_cache, f);
}

void file_get(struct file *f)
{
    __atomic_fetch_add(&f->refcount, 1, __ATOMIC_RELAXED);
}

void file_put(struct file *f)
{
    if (__atomic_sub_fetch(&f->refcount, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (__atomic_load_n(&f->watchers, __ATOMIC_ACQUIRE))
        epoll_forget(f);
    file_unlock_all(f);
    f->ops->release(f);
    file_free(f);
}

int file_open_anon(struct inode *inode, const struct file_operations *ops, uint32_t flags,
                   void *private, struct file **out)
{
    struct file *f = file_alloc(flags);

    if (!f)
        return -ENOMEM;
    f->inode = inode;
    f->ops = ops;
    f->private = private;
    f->mode = file_access_mode(flags) | (S_ISREG(inode->mode) ? FILE_SEEK | FILE_POS : 0);
    *out = f;
    return 0;
}

char *file_describe(const struct file *f, const struct path *root, char *buf, size_t size)
{
    const char *kind = file_is_pipe(f) ? "pipe" : "socket", *name = f->private;
    const char *anon = anon_file_kind(f);

    if (f->path.dentry)
        return path_describe(&f->path, root, buf, size);
    if (anon)
        return fmt_snprintf(buf, size, "anon_inode:%s", anon) < size ? buf : NULL;
    if (S_ISREG(f->inode->mode) && name)
        return fmt_snprintf(buf, size, "/memfd:%s (deleted)", name) < size ? buf : NULL;
    if (S_ISREG(f->inode->mode))        /* shared memory, which Linux calls so */
        return fmt_snprintf(buf, size, "/dev/zero (deleted)") < size ? buf : NULL;
    return fmt_snprintf(buf, size, "%s:[%lu]", kind, f->inode->ino) < size ? buf : NULL;
}

int file_get_path(const struct file *f, struct path *out)
{
    char name[NAME_MAX + 16];           /* always fits: none is longer without a path */

    if (!f->path.dentry)
        return path_make_apart(f->inode, file_describe(f, NULL, name, sizeof(name)), out);
    *out = f->path;
    path_get(out);
    return 0;
}

/* ---- the position ------------------------------------------------------------------- */

static bool pos_lock(struct file *f)
{
    if (!(f->mode & FILE_POS) || __atomic_load_n(&f->refcount, __ATOMIC_ACQUIRE) == 1)
        return false;
    mutex_lock(&f->pos_lock);
    return true;
}

static void pos_unlock(struct file *f, bool locked)
{
    if (locked)
        mutex_unlock(&f->pos_lock);
}

ssize_t file_read(struct file *f, struct uio *uio)
{
    bool locked;
    ssize_t n;

    if (!(f->mode & FILE_READ))
        return -EBADF;
    locked = pos_lock(f);
    n = f->ops->read(f, uio, &f->pos);
    pos_unlock(f, locked);
    return n;
}

ssize_t file_write(struct file *f, struct uio *uio)
{
    bool locked;
    ssize_t n;

    if (!(f->mode & FILE_WRITE))
        return -EBADF;
    locked = pos_lock(f);
    n = f->ops->write(f, uio, &f->pos);
    pos_unlock(f, locked);
    return n;
}

/* Whether N bytes can be at POS of a file, however large it is. */
static bool is_place(uint64_t pos, size_t n)
{
    return pos <= INT64_MAX && n <= INT64_MAX - pos;
}

ssize_t file_pread(struct file *f, struct uio *uio, uint64_t pos)
{
    if (!(f->mode & FILE_SEEK))
        return -ESPIPE;
    if (!(f->mode & FILE_READ))
        return -EBADF;
    if (!is_place(pos, uio->resid))
        return -EINVAL;
    return f->ops->read(f, uio, &pos);
}

ssize_t file_pwrite(struct file *f, struct uio *uio, uint64_t pos)
{
    if (!(f->mode & FILE_SEEK))
        return -ESPIPE;
    if (!(f->mode & FILE_WRITE))
        return -EBADF;
    if (!is_place(pos, uio->resid))
        return -EINVAL;
    return f->ops->write(f, uio, &pos);
}

ssize_t file_move(struct file *f, struct uio *uio, int64_t *pos, bool write)
{
    ssize_t n;

    if (*pos < 0)
        return write ? file_write(f, uio) : file_read(f, uio);
    n = write ? file_pwrite(f, uio, (uint64_t)*pos) : file_pread(f, uio, (uint64_t)*pos);
    if (n > 0)
        *pos += n;
    return n;
}

int64_t file_seek(struct file *f, int64_t offset, int whence)
{
    bool locked;
    int64_t pos;

    if (f->mode & FILE_PATH)
        return -EBADF;
    if ((unsigned)whence > SEEK_HOLE)
        return -EINVAL;
    locked = pos_lock(f);
    pos = f->ops->seek(f, offset, whence);
    if (pos >= 0)
        f->pos = (uint64_t)pos;
    pos_unlock(f, locked);
    return pos;
}

int file_iterate(struct file *f, struct dir_context *ctx)
{
    struct inode *dir = f->inode;
    bool locked;
    int err;

    if (!S_ISDIR(dir->mode))
        return -ENOTDIR;
    if (!(f->mode & FILE_READ))
        return -EBADF;
    locked = pos_lock(f);
    rwsem_read_lock(&dir->lock);
    ctx->pos = f->pos;
    err = inode_test(dir, INODE_DEAD) ? -ENOENT : f->ops->iterate(f, ctx);
    f->pos = ctx->pos;
    rwsem_read_unlock(&dir->lock);
    pos_unlock(f, locked);
    if (!(f->flags & O_NOATIME))
        inode_touch_atime(dir);
    return err;
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t len, uint64_t pos)
{
    struct uio_segment seg;
    struct uio uio;
    ssize_t n;

    uio_init_kernel(&uio, &seg, buf, len);
    do {
        n = f->ops->read(f, &uio, &pos);
    } while (n > 0 && uio.resid > 0);
    return n < 0 && uio.resid == len ? n : (ssize_t)(len - uio.resid);
}

/* ---- the rest ------------------------------------------------------------------------ */

int file_sync(struct file *f, bool data_only)
{
    if (f->mode & FILE_PATH)
        return -EBADF;
    return f->ops->fsync(f, data_only);
}

void file_watch_errors(struct file *f)
{
    if (f->inode->mapping)
        f->wb_seen = errseq_sample(&f->inode->mapping->wb_errors);
}

int file_check_errors(struct file *f)
{
    return errseq_check(&f->inode->mapping->wb_errors, &f->wb_seen);
}

int file_flush(struct file *f)
{
    return f->ops->flush(f);
}

int file_truncate(struct file *f, uint64_t size)
{
    if (f->mode & FILE_PATH)
        return -EBADF;
    if (!(f->mode & FILE_WRITE) || !S_ISREG(f->inode->mode) || (int64_t)size < 0)
        return -EINVAL;
    return inode_truncate(f->inode, size, current->cred);
}

#define ALLOCATE_MODES (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)
#define LINUX_MODES (ALLOCATE_MODES | FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE             \
                     | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

/* In Linux's order. */
static int check_allocate(const struct file *f, int mode, uint64_t off, uint64_t len)
{
    const struct inode *inode = f->inode;

    if ((int64_t)off < 0 || (int64_t)len <= 0)
        return -EINVAL;
    if ((mode & ~LINUX_MODES) || (mode & ALLOCATE_MODES) == FALLOC_FL_PUNCH_HOLE)
        return -EOPNOTSUPP;
    if (!(f->mode & FILE_WRITE))
        return -EBADF;
    if (S_ISFIFO(inode->mode))
        return -ESPIPE;
    if (S_ISDIR(inode->mode))
        return -EISDIR;
    if (!S_ISREG(inode->mode))
        return -ENODEV;
    if (off + len > inode->sb->max_size)
        return -EFBIG;
    if (super_is_read_only(inode->sb))
        return -EROFS;
    if (mode & ~ALLOCATE_MODES)
        return -EOPNOTSUPP;
    return mode == 0 && off + len > MAX(inode_max_size(inode), inode->size) ? -EFBIG : 0;
}

int file_allocate(struct file *f, int mode, uint64_t off, uint64_t len)
{
    struct inode *inode = f->inode;
    int err = check_allocate(f, mode, off, len);

    if (err)
        return err;
    rwsem_write_lock(&inode->lock);
    err = inode_test(inode, INODE_SWAPFILE) ? -ETXTBSY : seal_check_allocate(inode, mode, off + len);
    if (!err)
        err = f->ops->fallocate(f, mode, off, len);
    if (!err) {
        inode_strip_set_id(inode, current->cred);
        inode->mtime = inode->ctime = inode_now();
        inode_mark_dirty(inode);
    }
    rwsem_write_unlock(&inode->lock);
    return err;
}

uint32_t file_get_flags(const struct file *f)
{
    return f->flags & ~(uint32_t)(O_CLOEXEC | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
}

void file_set_flags(struct file *f, uint32_t flags)
{
    uint32_t changes = O_APPEND | O_NONBLOCK | O_NOATIME;

    __atomic_store_n(&f->flags, (f->flags & ~changes) | (flags & changes), __ATOMIC_RELAXED);
}

int file_copy_in(void *kbuf, uintptr_t addr, size_t n)
{
    struct uio_segment seg = { addr, n };
    struct uio uio;

    uio_init_user(&uio, &seg, 1, n);
    return uio_read(&uio, kbuf, n);
}

int file_copy_out(uintptr_t addr, const void *kbuf, size_t n)
{
    struct uio_segment seg = { addr, n };
    struct uio uio;

    uio_init_user(&uio, &seg, 1, n);
    return uio_write(&uio, kbuf, n);
}

void file_init(void)
{
    file_cache = kmem_cache_create("filp", sizeof(struct file), 0, 0, NULL);
    if (!file_cache)
        panic("no memory for open files");
}
