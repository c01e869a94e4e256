/* SPDX-License-Identifier: MIT */
/*
 * sys_sockopt.c - options of sockets.
 */
#include "kernel/sys/calls.h"
#include "kernel/sys/socket_args.h"
#include "lib/bitops.h"

static bool is_timeout(int option)
{
    return option == SO_RCVTIMEO || option == SO_SNDTIMEO;
}

/* ---- asking -------------------------------------------------------------------------- */

/* An option's value has one of these shapes. */
union value {
    int32_t number;
    struct timeval time;
    struct ucred who;
};

/* The value of OPTION: its size, or -ENOPROTOOPT. */
static int get_value(struct file *f, int option, union value *v)
{
    uint64_t ns;

    if (option == SO_PEERCRED) {
        v->who = unix_get_peer(f);
        return sizeof(v->who);
    }
    if (is_timeout(option)) {
        ns = __atomic_load_n(unix_timeout(f, option), __ATOMIC_RELAXED);
        v->time = (struct timeval){ (int64_t)(ns / NSEC_PER_SEC),
                                    (int64_t)(ns % NSEC_PER_SEC / 1000) };
        return sizeof(v->time);
    }
    return unix_get_option(f, option, &v->number) ? -ENOPROTOOPT : (int)sizeof(v->number);
}

static int64_t put_option(struct file *f, const uint64_t *a)
{
    union value v;
    int32_t room;
    int size;

    if ((int)a[1] != SOL_SOCKET)
        return -EOPNOTSUPP;
    if (copy_from_user(&room, a[4], sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    size = get_value(f, (int)a[2], &v);
    return size < 0 ? size : socket_put_sized(a[3], a[4], &v, MIN(room, size));
}

int64_t sys_getsockopt(const uint64_t *a)
{
    return with_socket(a, put_option);
}

/* ---- changing ------------------------------------------------------------------------ */

/* A limit of 0 is none; one in the past is over at once. */
static int set_timeout(uint64_t *timeout, uintptr_t user, int32_t len)
{
    struct timeval t;
    uint64_t ns;

    if (len < (int32_t)sizeof(t))
        return -EINVAL;
    if (copy_from_user(&t, user, sizeof(t)))
        return -EFAULT;
    if (t.tv_usec < 0 || t.tv_usec >= 1000000)
        return -EDOM;
    if (t.tv_sec < 0)
        ns = 1;
    else if (t.tv_sec >= INT64_MAX / NSEC_PER_SEC - 1)
        ns = 0;
    else
        ns = (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_usec * 1000;
    __atomic_store_n(timeout, ns, __ATOMIC_RELAXED);
    return 0;
}

static int64_t set_option(struct file *f, const uint64_t *a)
{
    int option = (int)a[2];
    int32_t len = (int32_t)a[4], value;

    if (len < 0)
        return -EINVAL;
    if ((int)a[1] != SOL_SOCKET)
        return -EOPNOTSUPP;
    if (len < (int32_t)sizeof(value))
        return -EINVAL;
    if (copy_from_user(&value, a[3], sizeof(value)))
        return -EFAULT;
    return is_timeout(option) ? set_timeout(unix_timeout(f, option), a[3], len)
                              : unix_set_option(f, option, value);
}

int64_t sys_setsockopt(const uint64_t *a)
{
    return with_socket(a, set_option);
}
