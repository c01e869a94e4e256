/* SPDX-License-Identifier: MIT */
/*
 * devtty.c - terminals as files: /dev/console, /dev/tty, /dev/ttyS0, /dev/pts/N.
 *
 * The terminal itself is dev/tty's; here its calls get the shape of file operations.
 */
#include "kernel/dev/pty.h"
#include "kernel/fs/devfs.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"

/* The terminal that INODE stands for to the caller, with a reference, or NULL. */
static struct tty *tty_behind(const struct inode *inode)
{
    dev_t rdev = inode->rdev;
    struct tty *t;

    if (rdev == DEV_TTY)
        return tty_current();
    if (dev_major(rdev) == PTY_SLAVE_MAJOR)
        t = inode->private;
    else if (rdev == DEV_CONSOLE)
        t = tty_console();
    else
        t = tty_find(dev_major(rdev), dev_minor(rdev));
    if (t)
        tty_get(t);
    return t;
}

static int devtty_open(struct inode *inode, struct file *f)
{
    struct tty *t = tty_behind(inode);
    bool noctty = (f->mode & FILE_NOCTTY) || !(f->mode & FILE_READ) || inode->rdev == DEV_CONSOLE;
    int err;

    if (!t)
        return inode->rdev == DEV_CONSOLE ? -ENODEV : -ENXIO;
    err = tty_open(t, noctty);
    if (err) {
        tty_put(t);
        return err;
    }
    f->private = t;
    f->mode &= ~FILE_SEEK;
    return 0;
}

static void devtty_release(struct file *f)
{
    struct tty *t = f->private;

    tty_close(t);
    tty_put(t);
}

static ssize_t devtty_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return tty_read(f->private, uio, f->flags & O_NONBLOCK);
}

static ssize_t devtty_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)pos;
    return tty_write(f->private, uio, f->flags & O_NONBLOCK);
}

static uint32_t devtty_poll(struct file *f, struct poll_table *pt)
{
    struct tty *t = f->private;

    poll_wait(pt, &t->read_wait);
    poll_wait(pt, &t->write_wait);
    return tty_poll(t);
}

static int devtty_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    struct uio_segment seg = { arg, tty_ioctl_size(cmd) };
    struct uio uio;

    uio_init_user(&uio, &seg, 1, seg.len);
    return tty_ioctl(f->private, cmd, arg, &uio);
}

const struct file_operations devtty_ops = {
    .read = devtty_read,
    .write = devtty_write,
    .seek = file_op_seek_refuse,
    .iterate = file_op_iterate_notdir,
    .poll = devtty_poll,
    .ioctl = devtty_ioctl,
    .mmap = file_op_mmap_refuse,
    .open = devtty_open,
    .release = devtty_release,
    .fsync = file_op_fsync_refuse,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

void devtty_init(void)
{
    struct tty *t = tty_console();

    if (chrdev_register(DEV_TTY, "tty", 0666, &devtty_ops) != 0
        || chrdev_register(DEV_CONSOLE, "console", 0600, &devtty_ops) != 0)
        panic("no memory for the terminals' nodes");
    if (t && chrdev_register(dev_make(t->major, t->minor), t->name, 0620, &devtty_ops) != 0)
        printk("no node for terminal %s\n", t->name);
}
