/* SPDX-License-Identifier: MIT */
/*
 * files.c - a process's file descriptors.
 *
 * The table's lock is held for a few instructions and never while a file is
 * released, because the last reference to a file may write to a disk.
 */
#include "kernel/fs/locks.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/mm/slab.h"
#include "kernel/proc/files.h"
#include "kernel/proc/process.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"
#include "lib/bitops.h"
#include "lib/string.h"

static struct kmem_cache *table_cache;

static struct fd_table *my_table(void)
{
    return current_process()->files;
}

static size_t my_limit(void)
{
    return MIN(current_process()->rlimits[RLIMIT_NOFILE].rlim_cur, (uint64_t)FD_MAX);
}

struct fd_table *fd_table_create(void)
{
    struct fd_table *t;

    if (!table_cache)
        table_cache = kmem_cache_create("files_struct", sizeof(*t), 0, 0, NULL);
    t = table_cache ? kmem_cache_alloc(table_cache, GFP_KERNEL | __GFP_ZERO) : NULL;
    if (!t)
        return NULL;
    t->refcount = 1;
    t->users = 1;
    spin_init(&t->lock, RANK_FILES, "files");
    t->size = FD_INLINE;
    t->files = t->inline_files;
    t->open = &t->inline_open;
    t->cloexec = &t->inline_cloexec;
    return t;
}

void fd_table_get(struct fd_table *t)
{
    __atomic_fetch_add(&t->refcount, 1, __ATOMIC_RELAXED);
}

void fd_table_share(struct fd_table *t)
{
    __atomic_fetch_add(&t->users, 1, __ATOMIC_RELAXED);
    fd_table_get(t);
}

/* One block for the three arrays of SIZE descriptors. */
static void *alloc_arrays(size_t size)
{
    return kvcalloc(1, size * sizeof(struct file *) + 2 * (size / 8));
}

static void use_arrays(struct fd_table *t, void *block, size_t size)
{
    t->files = block;
    t->open = (uint64_t *)(t->files + size);
    t->cloexec = t->open + size / 64;
    t->size = size;
}

static void free_arrays(struct fd_table *t, struct file **files)
{
    if (files != t->inline_files)
        kvfree(files);
}

/* Make room for WANT descriptors.  0 or -ENOMEM.  The lock is not held. */
static int grow(struct fd_table *t, size_t want)
{
    size_t size = FD_INLINE;
    struct file **old;
    void *block;

    while (size < want)
        size *= 2;
    block = alloc_arrays(size);
    if (!block)
        return -ENOMEM;
    spin_lock(&t->lock);
    if (t->size >= size) {              /* another task was faster */
        spin_unlock(&t->lock);
        kvfree(block);
        return 0;
    }
    old = t->files;
    memcpy(block, t->files, t->size * sizeof(*old));
    memcpy((struct file **)block + size, t->open, t->size / 8);
    memcpy((uint64_t *)((struct file **)block + size) + size / 64, t->cloexec, t->size / 8);
    use_arrays(t, block, size);
    spin_unlock(&t->lock);
    free_arrays(t, old);
    return 0;
}

/* Size of the part of FROM that is in use. */
static size_t used_size(const struct fd_table *from)
{
    size_t size = from->size;

    while (size > FD_INLINE && !from->open[size / 64 - 1])
        size -= 64;
    return size;
}

struct fd_table *fd_table_copy(struct fd_table *from)
{
    struct fd_table *t = fd_table_create();
    size_t n;

    if (!t)
        return NULL;
    spin_lock(&from->lock);
    while ((n = used_size(from)) > t->size) {
        spin_unlock(&from->lock);
        if (grow(t, n) < 0) {
            fd_table_put(t);
            return NULL;
        }
        spin_lock(&from->lock);
    }
    for (size_t word = 0; word < n / 64; word++) {
        t->open[word] = from->open[word];
        t->cloexec[word] = from->cloexec[word];
        for (uint64_t bits = from->open[word]; bits; bits &= bits - 1) {
            size_t fd = word * 64 + ctz64(bits);

            t->files[fd] = from->files[fd];
            file_get(t->files[fd]);
        }
    }
    spin_unlock(&from->lock);
    return t;
}

/* F leaves descriptor of table T: close(2)'s duties.  May sleep. */
static int release(struct fd_table *t, struct file *f)
{
    int err = file_flush(f);

    file_unlock_owner(f, t);
    file_put(f);
    return err;
}

void fd_table_put(struct fd_table *t)
{
    if (__atomic_sub_fetch(&t->refcount, 1, __ATOMIC_ACQ_REL))
        return;
    free_arrays(t, t->files);
    kmem_cache_free(table_cache, t);
}

struct file *fd_table_get_file(struct fd_table *t, int fd)
{
    struct file *f = NULL;

    spin_lock(&t->lock);
    if (fd >= 0 && (size_t)fd < t->size)
        f = t->files[fd];
    if (f)
        file_get(f);
    spin_unlock(&t->lock);
    return f;
}

static struct file *clear_entry(struct fd_table *t, size_t fd)
{
    struct file *f = t->files[fd];

    t->files[fd] = NULL;
    bitmap_clear(t->open, fd);
    bitmap_clear(t->cloexec, fd);
    return f;
}

/* Nobody changes T any more, but somebody may look. */
static void close_all(struct fd_table *t)
{
    for (size_t word = 0; word < t->size / 64; word++)
        while (t->open[word]) {
            struct file *f;

            spin_lock(&t->lock);
            f = clear_entry(t, word * 64 + ctz64(t->open[word]));
            spin_unlock(&t->lock);
            release(t, f);
        }
}

void fd_table_leave(struct fd_table *t)
{
    if (!__atomic_sub_fetch(&t->users, 1, __ATOMIC_ACQ_REL))
        close_all(t);
    fd_table_put(t);
}

bool fd_table_get_cloexec(struct fd_table *t, int fd)
{
    bool is_set;

    spin_lock(&t->lock);
    is_set = fd >= 0 && (size_t)fd < t->size && bitmap_test(t->cloexec, (size_t)fd);
    spin_unlock(&t->lock);
    return is_set;
}

struct fd_ref fd_get_any(int fd)
{
    struct fd_table *t = my_table();

    if (t->users == 1 && current_process()->ntasks == 1)        /* only we can change it */
        return (struct fd_ref){ .file = fd >= 0 && (size_t)fd < t->size ? t->files[fd] : NULL };
    return (struct fd_ref){ .file = fd_table_get_file(t, fd), .counted = true };
}

struct fd_ref fd_get(int fd)
{
    struct fd_ref ref = fd_get_any(fd);

    if (!ref.file || !(ref.file->mode & FILE_PATH))
        return ref;
    fd_put(ref);
    return (struct fd_ref){ .file = NULL };
}

void fd_put(struct fd_ref ref)
{
    if (ref.counted && ref.file)
        file_put(ref.file);
}

static bool is_open(const struct fd_table *t, int fd)
{
    return fd >= 0 && (size_t)fd < t->size && t->files[fd];
}

static void set_entry(struct fd_table *t, size_t fd, struct file *f, bool cloexec)
{
    t->files[fd] = f;
    bitmap_set(t->open, fd);
    if (cloexec)
        bitmap_set(t->cloexec, fd);
    else
        bitmap_clear(t->cloexec, fd);
}

int fd_install(struct file *f, int min, bool cloexec)
{
    struct fd_table *t = my_table();
    size_t limit = my_limit(), fd;

    if (min < 0 || (size_t)min >= limit)
        return min ? -EINVAL : -EMFILE;
    for (;;) {
        spin_lock(&t->lock);
        fd = bitmap_find_next_zero(t->open, t->size, (size_t)min);
        if (fd < t->size && fd < limit) {
            set_entry(t, fd, f, cloexec);
            spin_unlock(&t->lock);
            return (int)fd;
        }
        spin_unlock(&t->lock);
        fd = MAX(t->size, (size_t)min);
        if (fd >= limit)
            return -EMFILE;
        if (grow(t, fd + 1) < 0)
            return -ENOMEM;
    }
}

int fd_install_or_put(struct file *f, int min, bool cloexec)
{
    int fd = fd_install(f, min, cloexec);

    if (fd < 0)
        file_put(f);
    return fd;
}

int fd_dup_to(int from, int to, bool cloexec)
{
    struct fd_table *t = my_table();
    struct file *old, *f;

    if (to < 0 || (size_t)to >= my_limit())
        return -EBADF;
    if ((size_t)to >= t->size && grow(t, (size_t)to + 1) < 0)
        return -ENOMEM;
    spin_lock(&t->lock);
    if (!is_open(t, from)) {
        spin_unlock(&t->lock);
        return -EBADF;
    }
    f = t->files[from];
    file_get(f);
    old = t->files[to];
    set_entry(t, (size_t)to, f, cloexec);
    spin_unlock(&t->lock);
    if (old)
        release(t, old);
    return to;
}

int fd_close(int fd)
{
    struct fd_table *t = my_table();
    struct file *f = NULL;

    spin_lock(&t->lock);
    if (is_open(t, fd))
        f = clear_entry(t, (size_t)fd);
    spin_unlock(&t->lock);
    return f ? release(t, f) : -EBADF;
}

int fd_install_pair(struct file *a, struct file *b, bool cloexec, int fds[2])
{
    file_get(a);                /* another thread may close it at once */
    fds[0] = fd_install(a, 0, cloexec);
    if (fds[0] < 0) {
        file_put(a);
        return fds[0];
    }
    fds[1] = fd_install(b, 0, cloexec);
    if (fds[1] < 0) {
        fd_close(fds[0]);
        return fds[1];
    }
    file_put(a);
    return 0;
}

int fd_close_range(unsigned first, unsigned last, bool only_mark)
{
    struct fd_table *t = my_table();

    if (first > last)
        return -EINVAL;
    for (size_t fd = first; fd <= last && fd < t->size; fd++) {
        if (only_mark)
            fd_set_cloexec((int)fd, true);
        else
            fd_close((int)fd);
    }
    return 0;
}

int fd_get_cloexec(int fd)
{
    struct fd_table *t = my_table();
    int r = -EBADF;

    spin_lock(&t->lock);
    if (is_open(t, fd))
        r = bitmap_test(t->cloexec, (size_t)fd);
    spin_unlock(&t->lock);
    return r;
}

int fd_set_cloexec(int fd, bool on)
{
    struct fd_table *t = my_table();
    int r = -EBADF;

    spin_lock(&t->lock);
    if (is_open(t, fd)) {
        set_entry(t, (size_t)fd, t->files[fd], on);
        r = 0;
    }
    spin_unlock(&t->lock);
    return r;
}

int fd_unshare(void)
{
    struct process *p = current_process();
    struct fd_table *old = p->files, *copy;
    uint64_t flags;

    if (old->users == 1)
        return 0;
    copy = fd_table_copy(old);
    if (!copy)
        return -ENOMEM;
    flags = spin_lock_irqsave(&proc_lock);
    p->files = copy;
    spin_unlock_irqrestore(&proc_lock, flags);
    fd_table_leave(old);
    return 0;
}

void fd_close_on_exec(void)
{
    struct fd_table *t = my_table();

    for (size_t word = 0; word < t->size / 64; word++)
        for (uint64_t bits = t->cloexec[word]; bits; bits &= bits - 1)
            fd_close((int)(word * 64 + ctz64(bits)));
}
