/* SPDX-License-Identifier: MIT */
/*
 * sys_poll.c - wait for one of several files: ppoll and pselect6.
 *
 * Both become a list of poll entries; select's three bit sets are another way
 * to write it down.
 */
#include "kernel/fs/poll.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define FD_SETSIZE 1024

#define SELECT_IN  (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SELECT_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SELECT_EX  (POLLPRI)

int poll_get_deadline(uintptr_t user, uint64_t *deadline)
{
    uint64_t ns;
    int err;

    *deadline = UINT64_MAX;
    if (!user)
        return 0;
    err = timespec_get(user, &ns);
    if (!err)
        *deadline = ns ? clock_monotonic_ns() + ns : 0;
    return err;
}

/* What is left of the time, as Linux writes it back. */
static void put_left(uintptr_t user, uint64_t deadline)
{
    uint64_t now = clock_monotonic_ns();

    if (user && deadline != UINT64_MAX)
        timespec_put(user, deadline > now ? deadline - now : 0);
}

int poll_use_mask(uintptr_t user, uint64_t size)
{
    uint64_t mask;

    if (!user)
        return 0;
    if (size != SIGSET_SIZE)
        return -EINVAL;
    if (copy_from_user(&mask, user, sizeof(mask)))
        return -EFAULT;
    signal_mask_temporarily(mask);
    return 0;
}

int poll_drop_mask(int r)
{
    struct task *t = current_task();

    if (r != -EINTR && t->restore_blocked) {
        t->restore_blocked = false;
        signal_set_mask(t->saved_blocked);
    }
    return r;
}

static void put_entries(struct poll_entry *entries, struct fd_ref *refs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fd_put(refs[i]);
    kvfree(refs);
    kvfree(entries);
}

/* ALWAYS: events that are waited for even where nobody asks. */
static int poll_files(struct pollfd *fds, size_t n, uint32_t always, uint64_t deadline)
{
    struct poll_entry *entries = kvcalloc(MAX(n, (size_t)1), sizeof(*entries));
    struct fd_ref *refs = kvcalloc(MAX(n, (size_t)1), sizeof(*refs));
    int r = -ENOMEM, invalid = 0;

    if (entries && refs) {
        for (size_t i = 0; i < n; i++) {
            if (fds[i].fd < 0)
                continue;
            refs[i] = fd_get(fds[i].fd);
            entries[i].file = refs[i].file;
            entries[i].events = (uint16_t)fds[i].events | always;
            invalid += !refs[i].file;
        }
        r = poll_wait_files(entries, n, invalid ? 0 : deadline);
        /* Even a call that does not wait lets in what its mask lets in. */
        if (!r && !invalid && thread_signal_pending())
            r = -EINTR;
    }
    for (size_t i = 0; r >= 0 && i < n; i++)
        fds[i].revents = (short)(fds[i].fd >= 0 && !entries[i].file ? POLLNVAL : entries[i].revents);
    if (refs && entries) {
        put_entries(entries, refs, n);
    } else {
        kvfree(entries);
        kvfree(refs);
    }
    return r < 0 ? r : r + invalid;
}

/* Only what came: another thread may have changed the rest meanwhile.  0 or -EFAULT. */
static int put_revents(uintptr_t user, const struct pollfd *fds, size_t n)
{
    int err = 0;

    for (size_t i = 0; i < n && !err; i++)
        err = copy_to_user(user + i * sizeof(*fds) + offsetof(struct pollfd, revents),
                           &fds[i].revents, sizeof(fds[i].revents));
    return err;
}

int64_t sys_ppoll(const uint64_t *a)
{
    size_t n = (uint32_t)a[1], size = n * sizeof(struct pollfd);
    uint64_t deadline;
    struct pollfd *fds;
    int r;

    if (n > current_process()->rlimits[RLIMIT_NOFILE].rlim_cur)
        return -EINVAL;
    r = poll_get_deadline(a[2], &deadline);
    if (r)
        return r;
    fds = kvmalloc(MAX(size, (size_t)1));
    if (!fds)
        return -ENOMEM;
    r = copy_from_user(fds, a[0], size);
    if (!r)
        r = poll_use_mask(a[3], a[4]);
    if (!r)
        r = poll_drop_mask(poll_files(fds, n, POLLERR | POLLHUP, deadline));
    if (r >= 0 && put_revents(a[0], fds, n))
        r = -EFAULT;
    kvfree(fds);
    put_left(a[2], deadline);
    return r;
}

/* select's sets: in, out, exceptional; each N bits. */
struct sets {
    uint64_t set[3][FD_SETSIZE / 64];
};

static const uint32_t set_events[3] = { SELECT_IN, SELECT_OUT, SELECT_EX };

static size_t set_bytes(size_t n)
{
    return div_round_up(n, 64) * 8;
}

static int get_sets(struct sets *s, const uint64_t *user, size_t n)
{
    memset(s, 0, sizeof(*s));
    for (int i = 0; i < 3; i++)
        if (user[i] && copy_from_user(s->set[i], user[i], set_bytes(n)))
            return -EFAULT;
    return 0;
}

static int put_sets(const struct sets *s, const uint64_t *user, size_t n)
{
    for (int i = 0; i < 3; i++)
        if (user[i] && copy_to_user(user[i], s->set[i], set_bytes(n)))
            return -EFAULT;
    return 0;
}

/* The descriptors in S as pollfds; how many. */
static size_t sets_to_fds(const struct sets *s, size_t n, struct pollfd *fds)
{
    size_t count = 0;

    for (size_t fd = 0; fd < n; fd++) {
        short events = 0;

        for (int i = 0; i < 3; i++)
            if (s->set[i][fd / 64] >> fd % 64 & 1)
                events = (short)(events | (short)set_events[i]);
        if (events)
            fds[count++] = (struct pollfd){ .fd = (int)fd, .events = events };
    }
    return count;
}

/* Leave in S what is ready; how many bits. */
static int fds_to_sets(struct sets *s, const struct pollfd *fds, size_t count)
{
    struct sets asked = *s;
    int bits = 0;

    memset(s, 0, sizeof(*s));
    for (size_t k = 0; k < count; k++) {
        size_t fd = (size_t)fds[k].fd;

        if (fds[k].revents & POLLNVAL)
            return -EBADF;
        for (int i = 0; i < 3; i++)
            if ((asked.set[i][fd / 64] >> fd % 64 & 1) && (fds[k].revents & (short)set_events[i])) {
                s->set[i][fd / 64] |= 1UL << fd % 64;
                bits++;
            }
    }
    return bits;
}

static int select_files(struct sets *s, size_t n, uint64_t deadline)
{
    struct pollfd *fds = kvcalloc(MAX(n, (size_t)1), sizeof(*fds));
    size_t count;
    int r;

    if (!fds)
        return -ENOMEM;
    count = sets_to_fds(s, n, fds);
    r = poll_files(fds, count, 0, deadline);
    if (r >= 0)
        r = fds_to_sets(s, fds, count);
    kvfree(fds);
    return r;
}

int64_t sys_pselect6(const uint64_t *a)
{
    size_t n = MIN((uint32_t)a[0], (uint32_t)FD_SETSIZE);
    uint64_t deadline, mask[2] = { 0, SIGSET_SIZE };
    struct sets *s;
    int r;

    if ((int)a[0] < 0)
        return -EINVAL;
    r = poll_get_deadline(a[4], &deadline);
    if (!r && a[5] && copy_from_user(mask, a[5], sizeof(mask)))
        r = -EFAULT;
    if (r)
        return r;
    s = kmalloc(sizeof(*s), GFP_KERNEL);
    if (!s)
        return -ENOMEM;
    r = get_sets(s, a + 1, n);
    if (!r)
        r = poll_use_mask(mask[0], mask[1]);
    if (!r)
        r = poll_drop_mask(select_files(s, n, deadline));
    if (r >= 0 && put_sets(s, a + 1, n))
        r = -EFAULT;
    kfree(s);
    put_left(a[4], deadline);
    return r;
}
