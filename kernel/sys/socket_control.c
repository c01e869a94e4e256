/* SPDX-License-Identifier: MIT */
/*
 * socket_control.c - what comes beside the bytes of a message: open files, and who sent it.
 *
 *      [ cmsghdr | data | pad ] [ cmsghdr | data | pad ] ...       each at a multiple of eight
 */
#include "kernel/mm/kmalloc.h"
#include "kernel/sys/socket_args.h"
#include "lib/bitops.h"

#define CONTROL_MAX 4096                /* bytes beside one message that is sent */

/* ---- sending ----------------------------------------------------------------------------- */

/* Add the files of NFDS descriptors at FDS.  0, -EBADF, -EINVAL (too many), -ENOMEM. */
static int get_files(const int32_t *fds, size_t nfds, struct passed_files *passed)
{
    if (passed->n + nfds > SCM_MAX_FD)
        return -EINVAL;
    if (nfds > 0 && !passed->files)
        passed->files = kcalloc(SCM_MAX_FD, sizeof(*passed->files), GFP_KERNEL);
    if (nfds > 0 && !passed->files)
        return -ENOMEM;
    for (size_t i = 0; i < nfds; i++) {
        struct fd_ref ref = fd_get_any(fds[i]);

        if (!ref.file)
            return -EBADF;
        file_get(ref.file);
        passed->files[passed->n++] = ref.file;
        fd_put(ref);
    }
    return 0;
}

/* A process says who it is, as one of all it is; root may say anything that exists. */
static int get_who(const struct ucred *who, size_t size, struct envelope *e)
{
    const struct cred *c = &current_process()->cred;
    bool is_root = c->euid == 0;
    struct process *p;

    if (size != sizeof(*who))
        return -EINVAL;
    if ((who->pid != current_process()->pid && !is_root)
        || (who->uid != c->uid && who->uid != c->euid && who->uid != c->suid && !is_root)
        || (who->gid != c->gid && who->gid != c->egid && who->gid != c->sgid && !is_root))
        return -EPERM;
    p = process_get_by_pid(who->pid);
    if (!p)
        return -ESRCH;
    process_put(p);
    e->who = *who;
    e->has_who = true;
    return 0;
}

static int get_one(const struct cmsghdr *h, struct envelope *e)
{
    size_t size = h->cmsg_len - sizeof(*h);

    if (h->cmsg_level != SOL_SOCKET)
        return 0;
    switch (h->cmsg_type) {
    case SCM_RIGHTS:
        return get_files((const void *)(h + 1), size / sizeof(int32_t), &e->passed);
    case SCM_CREDENTIALS:
        return get_who((const void *)(h + 1), size, e);
    default:
        return -EINVAL;
    }
}

/* All headers in N bytes at CONTROL.  0 or an errno. */
static int get_all(const char *control, size_t n, struct envelope *e)
{
    size_t at = 0;
    int err = 0;

    while (!err && n - at >= sizeof(struct cmsghdr)) {
        const struct cmsghdr *h = (const void *)(control + at);

        if (h->cmsg_len < sizeof(*h) || h->cmsg_len > n - at)
            return -EINVAL;
        err = get_one(h, e);
        at = MIN(n, at + align_up(h->cmsg_len, sizeof(uint64_t)));
    }
    return err;
}

/* A user may have as many files on their way as descriptors; root may have any number. */
static uint64_t most_files(void)
{
    struct process *p = current_process();

    return p->cred.euid == 0 ? UINT64_MAX : p->rlimits[RLIMIT_NOFILE].rlim_cur;
}

int control_get(const struct abi_msghdr *msg, struct envelope *e)
{
    char *control;
    int err;

    if (msg->controllen == 0)
        return 0;
    if (msg->controllen > CONTROL_MAX)
        return -ENOBUFS;
    control = kmalloc(msg->controllen, GFP_KERNEL);
    if (!control)
        return -ENOMEM;
    err = copy_from_user(control, msg->control, msg->controllen)
          ? -EFAULT : get_all(control, msg->controllen, e);
    kfree(control);
    e->most_files = most_files();
    if (err)
        passed_files_put(&e->passed);
    return err;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* SIZE bytes were written behind a header at MSG's control buffer, which moves on. */
static void advance(struct abi_msghdr *msg, size_t size)
{
    size_t used = MIN(msg->controllen, align_up(sizeof(struct cmsghdr) + size, sizeof(uint64_t)));

    msg->control += used;
    msg->controllen -= used;
}

/* As much of E's credentials as fits. */
static void put_who(struct abi_msghdr *msg, const struct envelope *e)
{
    struct {
        struct cmsghdr h;
        struct ucred who;
    } c = { { sizeof(c.h) + sizeof(c.who), SOL_SOCKET, SCM_CREDENTIALS }, e->who };

    if (msg->controllen < c.h.cmsg_len)
        msg->flags |= MSG_CTRUNC;
    if (msg->controllen < sizeof(c.h))
        return;
    c.h.cmsg_len = MIN(msg->controllen, c.h.cmsg_len);
    if (!copy_to_user(msg->control, &c, c.h.cmsg_len))
        advance(msg, sizeof(c.who));
}

/* File number I of PASSED gets a descriptor, told at USER.  False: it got none. */
static bool put_file(struct passed_files *passed, size_t i, uintptr_t user, bool cloexec)
{
    int32_t fd;

    file_get(passed->files[i]);
    fd = fd_install_or_put(passed->files[i], 0, cloexec);
    if (fd < 0)
        return false;
    if (!copy_to_user(user, &fd, sizeof(fd)))
        return true;
    fd_close(fd);
    return false;
}

/* The first files of E that fit get descriptors. */
static void put_files(struct abi_msghdr *msg, struct envelope *e)
{
    struct cmsghdr h = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    size_t room = msg->controllen < sizeof(h) ? 0 : (msg->controllen - sizeof(h)) / sizeof(int32_t);
    size_t n = 0, most = MIN(room, e->passed.n);

    while (n < most && put_file(&e->passed, n, msg->control + sizeof(h) + n * sizeof(int32_t),
                                e->flags & MSG_CMSG_CLOEXEC))
        n++;
    if (n < e->passed.n)
        msg->flags |= MSG_CTRUNC;
    h.cmsg_len = sizeof(h) + n * sizeof(int32_t);
    if (n > 0 && !copy_to_user(msg->control, &h, sizeof(h)))
        advance(msg, n * sizeof(int32_t));
}

void control_put(struct abi_msghdr *msg, struct envelope *e)
{
    const struct abi_msghdr whole = *msg;

    if (!msg->control)
        msg->controllen = 0;
    if (e->has_who)
        put_who(msg, e);
    if (e->passed.n > 0)
        put_files(msg, e);
    msg->controllen = msg->control - whole.control;
    msg->control = whole.control;
}
