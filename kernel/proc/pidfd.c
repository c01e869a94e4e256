/* SPDX-License-Identifier: MIT */
/*
 * pidfd.c - a process behind a descriptor.
 */
#include "kernel/fs/anon_file.h"
#include "kernel/proc/files.h"
#include "kernel/proc/pidfd.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/poll.h"

/* Readable once all threads have ended; hung up when somebody waited for it, too. */
static uint32_t pidfd_poll(struct file *f, struct poll_table *pt)
{
    struct process *p = f->private;
    uint32_t ready = 0;
    uint64_t flags;

    poll_wait(pt, &p->ended);
    flags = spin_lock_irqsave(&proc_lock);
    if (p->state == PROCESS_ZOMBIE)
        ready = POLLIN | POLLRDNORM | (process_is_listed(p) ? 0 : POLLHUP);
    spin_unlock_irqrestore(&proc_lock, flags);
    return ready;
}

static void pidfd_release(struct file *f)
{
    process_put(f->private);
}

static const struct file_operations pidfd_file_ops = {
    FILE_OPS_ANON,
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_refuse,
    .poll = pidfd_poll,
    .release = pidfd_release,
};

int pidfd_create(struct process *p, uint32_t flags, struct file **out)
{
    int err = anon_file_create("[pidfd]", &pidfd_file_ops, O_RDWR | flags, p,
                               &current_process()->cred, out);

    if (!err)
        process_get(p);
    return err;
}

struct process *pidfd_process(const struct file *f)
{
    return f->ops == &pidfd_file_ops ? f->private : NULL;
}

static struct process *(*process_of_folder)(const struct file *f);

void pidfd_register_folders(struct process *(*process_of)(const struct file *f))
{
    process_of_folder = process_of;
}

struct process *pidfd_receiver(const struct file *f)
{
    struct process *p = pidfd_process(f);

    return p ? p : process_of_folder(f);
}

int pidfd_get_process(int pidfd, struct process **out)
{
    struct fd_ref ref = fd_get(pidfd);
    struct process *p = ref.file ? pidfd_process(ref.file) : NULL;
    uint64_t flags;
    int err = -EBADF;

    if (p) {
        flags = spin_lock_irqsave(&proc_lock);
        err = process_is_listed(p) ? 0 : -ESRCH;
        if (!err)
            process_get(p);
        spin_unlock_irqrestore(&proc_lock, flags);
    }
    *out = p;
    fd_put(ref);
    return err;
}
