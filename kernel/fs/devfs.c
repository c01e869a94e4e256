/* SPDX-License-Identifier: MIT */
/*
 * devfs.c - the registry of character devices, the memory devices, and devtmpfs,
 * where the names for a process's own descriptors are, too.
 *
 * Devices are registered at boot and never leave, so the registry is an array that
 * only grows and is searched without a lock.
 */
#include "kernel/fs/devfs.h"
#include "kernel/core/random.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/tmpfs.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define DEVICES_MAX 32
#define ZERO_CHUNK (16 * PAGE_SIZE)    /* cleared between two looks at the clock */

struct chrdev {
    dev_t rdev;
    const struct file_operations *fops;
};

static struct chrdev devices[DEVICES_MAX];
static size_t nr_devices;               /* [a] */
static struct super_block *dev_super;

/* ---- registry --------------------------------------------------------------------------- */

const struct file_operations *chrdev_find(dev_t rdev)
{
    size_t n = __atomic_load_n(&nr_devices, __ATOMIC_ACQUIRE);

    for (size_t i = 0; i < n; i++)
        if (devices[i].rdev == rdev)
            return devices[i].fops;
    return NULL;
}

int devfs_make_node(const char *name, uint32_t mode, dev_t rdev)
{
    return tmpfs_make_node(dev_super, name, mode, rdev);
}

int chrdev_register(dev_t rdev, const char *name, uint32_t mode,
                    const struct file_operations *fops)
{
    size_t n = nr_devices;

    if (chrdev_find(rdev))
        return -EEXIST;
    if (n == DEVICES_MAX)
        return -ENOMEM;
    devices[n] = (struct chrdev){ rdev, fops };
    __atomic_store_n(&nr_devices, n + 1, __ATOMIC_RELEASE);
    return devfs_make_node(name, S_IFCHR | mode, rdev);
}

static int chrdev_open(struct inode *inode, struct file *f)
{
    const struct file_operations *fops = chrdev_find(inode->rdev);

    if (!fops)
        return -ENXIO;
    f->ops = fops;
    return fops->open(inode, f);
}

const struct file_operations chrdev_file_ops = {
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = file_op_poll_ready,
    .ioctl = file_op_ioctl_refuse,
    .mmap = file_op_mmap_refuse,
    .open = chrdev_open,
    .release = file_op_release_nothing,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

/* ---- memory devices ----------------------------------------------------------------------- */

static ssize_t null_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return 0;
}

static ssize_t null_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    size_t n = uio->resid;

    (void)f, (void)pos;
    uio->resid = 0;
    return (ssize_t)n;
}

/* What a read of WANTED bytes that ends early has given, or why it gave nothing. */
static ssize_t ended_early(const struct uio *uio, size_t wanted, int why)
{
    return uio->resid < wanted ? (ssize_t)(wanted - uio->resid) : why;
}

/* The rest of a read that is large or meets an absent page.  A signal ends it. */
static ssize_t zero_slowly(struct uio *uio, size_t wanted)
{
    while (uio->resid > 0) {
        size_t n = min_u64(uio->resid, ZERO_CHUNK);

        if (uio_zero_out(uio, n) < n && uio_fault_in(uio, n, true) != 0)
            return ended_early(uio, wanted, -EFAULT);
        if (thread_signal_pending())
            return ended_early(uio, wanted, -ERESTARTSYS);
        cond_resched();
    }
    return (ssize_t)wanted;
}

static ssize_t zero_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    size_t n = uio->resid;

    (void)f, (void)pos;
    if (n <= ZERO_CHUNK && uio_zero_out(uio, n) == n)
        return (ssize_t)n;
    return zero_slowly(uio, n);
}

static int zero_mmap(struct file *f, struct mmap_request *req)
{
    (void)f;
    req->kind = MMAP_ANON;
    return 0;
}

static ssize_t full_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)pos;
    return uio->resid ? -ENOSPC : 0;
}

/* A signal ends it where a page's worth is full: short reads are whole. */
static ssize_t random_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    uint8_t bytes[256];
    size_t wanted = uio->resid, n;

    (void)f, (void)pos;
    while (uio->resid > 0) {
        n = min_u64(uio->resid, sizeof(bytes));
        random_bytes(bytes, n);
        if (uio_write(uio, bytes, n) != 0)
            return ended_early(uio, wanted, -EFAULT);
        if ((wanted - uio->resid) % PAGE_SIZE == 0 && thread_signal_pending())
            break;
        cond_resched();
    }
    return (ssize_t)(wanted - uio->resid);
}

/* Members that these devices share. */
#define MEMORY_DEVICE                                                           \
    .seek = file_op_seek_nowhere, .iterate = file_op_iterate_notdir,            \
    .poll = file_op_poll_ready, .ioctl = file_op_ioctl_refuse,                  \
    .open = file_op_open_accept, .release = file_op_release_nothing,            \
    .fsync = file_op_fsync_refuse, .flush = file_op_flush_nothing,              \
    .fallocate = file_op_fallocate_refuse

static const struct file_operations null_ops = {
    MEMORY_DEVICE, .read = null_read, .write = null_write, .mmap = file_op_mmap_refuse,
};
static const struct file_operations zero_ops = {
    MEMORY_DEVICE, .read = zero_read, .write = null_write, .mmap = zero_mmap,
};
static const struct file_operations full_ops = {
    MEMORY_DEVICE, .read = zero_read, .write = full_write, .mmap = file_op_mmap_refuse,
};
static const struct file_operations random_ops = {
    MEMORY_DEVICE, .read = random_read, .write = null_write, .mmap = file_op_mmap_refuse,
};

/* ---- devtmpfs ------------------------------------------------------------------------------- */

/* It exists once: every mount shows the same. */
static int devtmpfs_mount(const struct file_system_type *type, struct block_device *dev,
                          uint32_t flags, const char *options, struct super_block **sb)
{
    (void)type, (void)dev, (void)flags, (void)options;
    super_get(dev_super);
    *sb = dev_super;
    return 0;
}

static struct file_system_type devtmpfs_type = { .name = "devtmpfs", .mount = devtmpfs_mount };

static void must(int err, const char *name)
{
    if (err)
        panic("/dev/%s: error %d", name, err);
}

void devfs_init(void)
{
    static const struct {
        const char *name;
        dev_t minor;
        const struct file_operations *fops;
    } memory[] = {
        { "null", 3, &null_ops }, { "zero", 5, &zero_ops }, { "full", 7, &full_ops },
        { "random", 8, &random_ops }, { "urandom", 9, &random_ops },
    };
    static const char *const links[][2] = {
        { "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" },
        { "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
    };
    struct block_device *disk = NULL;

    must(tmpfs_mount(&devtmpfs_type, NULL, 0, "mode=755", &dev_super), "");
    filesystem_register(&devtmpfs_type);
    for (size_t i = 0; i < ARRAY_SIZE(memory); i++)
        must(chrdev_register(dev_make(1, (uint32_t)memory[i].minor), memory[i].name, 0666,
                             memory[i].fops), memory[i].name);
    for (size_t i = 0; i < ARRAY_SIZE(links); i++)
        must(tmpfs_make_link(dev_super, links[i][0], links[i][1]), links[i][0]);
    while ((disk = block_next(disk)))
        must(devfs_make_node(disk->name, S_IFBLK | 0660, dev_make(disk->major, disk->minor)),
             disk->name);
}
