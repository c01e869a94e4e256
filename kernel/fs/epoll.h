/* SPDX-License-Identifier: MIT */
/*
 * epoll.h - sets of open files that are waited for together, and are files themselves.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/epoll.h"

/* An empty set.  0 or -ENOMEM.  May sleep. */
int epoll_create(const struct cred *cred, struct file **out);
bool file_is_epoll(const struct file *f);

/* Add F, known as FD, to the set, change what is waited for, or remove it, as OP says; the
 * caller holds both files.  0; -EINVAL, -EPERM (never not ready), -EEXIST, -ENOENT, -ELOOP,
 * -ENOMEM.  May sleep. */
int epoll_control(struct file *set, int op, struct file *f, int fd,
                  const struct epoll_event *event);

/* Wait until members of the set have events, DEADLINE passes (monotonic ns; UINT64_MAX: none,
 * 0: do not wait), or a signal comes.  At most MAX events go to UIO: how many, 0 at the
 * deadline, -EINTR, -EFAULT. */
int epoll_wait(struct file *set, struct uio *uio, int max, uint64_t deadline);

/* Call FN for each member of SET, a set, until it returns false.  FN may sleep. */
struct epoll_member_info {
    struct file *file;                  /* valid during the call               */
    int fd;
    struct epoll_event event;           /* as it was given                     */
};
void epoll_for_each(struct file *set, bool (*fn)(const struct epoll_member_info *m, void *arg),
                    void *arg);

/* F, which somebody watches, is closed: it leaves all sets.  May sleep. */
void epoll_forget(struct file *f);

void epoll_init(void);
