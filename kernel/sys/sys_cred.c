/* SPDX-License-Identifier: MIT */
/*
 * sys_cred.c - user and group ids: real, effective, saved, and the file system's.
 *
 * Root (effective user 0) may take any id; others only move among those they
 * have.  The file-system ids follow the effective ones in every call, but may
 * then be moved on their own; rights to files are theirs.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/bitops.h"

#define KEEP UINT32_MAX         /* -1: leave this id as it is */

struct ids {
    uint32_t real, effective, saved;
};

static struct ids user_ids(void)
{
    const struct cred *c = &current_process()->cred;

    return (struct ids){ c->uid, c->euid, c->suid };
}

static struct ids group_ids(void)
{
    const struct cred *c = &current_process()->cred;

    return (struct ids){ c->gid, c->egid, c->sgid };
}

/* Who has other rights now is not to be signalled by a parent who might not do so itself. */
static void rights_change(void)
{
    current_process()->death_signal = 0;
}

static void set_user_ids(struct ids ids)
{
    struct cred *c = &current_process()->cred;

    if (c->euid != ids.effective || c->fsuid != ids.effective)
        rights_change();
    c->uid = ids.real;
    c->euid = c->fsuid = ids.effective;
    c->suid = ids.saved;
}

static void set_group_ids(struct ids ids)
{
    struct cred *c = &current_process()->cred;

    if (c->egid != ids.effective || c->fsgid != ids.effective)
        rights_change();
    c->gid = ids.real;
    c->egid = c->fsgid = ids.effective;
    c->sgid = ids.saved;
}

static bool is_root(void)
{
    return !current_process()->cred.euid;
}

static bool may_take(const struct ids *has, uint32_t id)
{
    return id == KEEP || is_root() || id == has->real || id == has->effective || id == has->saved;
}

/* setresuid's rule. */
static int change_three(struct ids *ids, uint32_t real, uint32_t effective, uint32_t saved)
{
    if (!may_take(ids, real) || !may_take(ids, effective) || !may_take(ids, saved))
        return -EPERM;
    if (real != KEEP)
        ids->real = real;
    if (effective != KEEP)
        ids->effective = effective;
    if (saved != KEEP)
        ids->saved = saved;
    return 0;
}

/* setreuid's: the saved id follows the effective one when either changes. */
static int change_two(struct ids *ids, uint32_t real, uint32_t effective)
{
    uint32_t old_real = ids->real;

    if (real != KEEP && !is_root() && real != ids->real && real != ids->effective)
        return -EPERM;
    if (!may_take(ids, effective))
        return -EPERM;
    if (real != KEEP)
        ids->real = real;
    if (effective != KEEP)
        ids->effective = effective;
    if (real != KEEP || (effective != KEEP && effective != old_real))
        ids->saved = ids->effective;
    return 0;
}

/* setuid's: root changes all three. */
static int change_one(struct ids *ids, uint32_t id)
{
    if (id == KEEP)
        return -EINVAL;
    if (is_root())
        *ids = (struct ids){ id, id, id };
    else if (id == ids->real || id == ids->saved)
        ids->effective = id;
    else
        return -EPERM;
    return 0;
}

#define GETTER(name, field)                                                    \
    int64_t sys_##name(const uint64_t *a)                                      \
    {                                                                          \
        (void)a;                                                               \
        return current_process()->cred.field;                                  \
    }
GETTER(getuid, uid)
GETTER(geteuid, euid)
GETTER(getgid, gid)
GETTER(getegid, egid)
#undef GETTER

int64_t sys_setuid(const uint64_t *a)
{
    struct ids ids = user_ids();
    int err = change_one(&ids, (uint32_t)a[0]);

    if (!err)
        set_user_ids(ids);
    return err;
}

int64_t sys_setgid(const uint64_t *a)
{
    struct ids ids = group_ids();
    int err = change_one(&ids, (uint32_t)a[0]);

    if (!err)
        set_group_ids(ids);
    return err;
}

int64_t sys_setreuid(const uint64_t *a)
{
    struct ids ids = user_ids();
    int err = change_two(&ids, (uint32_t)a[0], (uint32_t)a[1]);

    if (!err)
        set_user_ids(ids);
    return err;
}

int64_t sys_setregid(const uint64_t *a)
{
    struct ids ids = group_ids();
    int err = change_two(&ids, (uint32_t)a[0], (uint32_t)a[1]);

    if (!err)
        set_group_ids(ids);
    return err;
}

int64_t sys_setresuid(const uint64_t *a)
{
    struct ids ids = user_ids();
    int err = change_three(&ids, (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2]);

    if (!err)
        set_user_ids(ids);
    return err;
}

int64_t sys_setresgid(const uint64_t *a)
{
    struct ids ids = group_ids();
    int err = change_three(&ids, (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2]);

    if (!err)
        set_group_ids(ids);
    return err;
}

/* *FS becomes ID if IDS allow it.  The result is the old one, whether or not it changed. */
static int64_t change_fs(uint32_t *fs, const struct ids *ids, uint32_t id)
{
    uint32_t old = *fs;

    if (id != KEEP && id != old && may_take(ids, id)) {
        rights_change();
        *fs = id;
    }
    return old;
}

int64_t sys_setfsuid(const uint64_t *a)
{
    struct ids ids = user_ids();

    return change_fs(&current_process()->cred.fsuid, &ids, (uint32_t)a[0]);
}

int64_t sys_setfsgid(const uint64_t *a)
{
    struct ids ids = group_ids();

    return change_fs(&current_process()->cred.fsgid, &ids, (uint32_t)a[0]);
}

static int64_t put_three(const uint64_t *a, struct ids ids)
{
    if (copy_to_user(a[0], &ids.real, 4) || copy_to_user(a[1], &ids.effective, 4)
        || copy_to_user(a[2], &ids.saved, 4))
        return -EFAULT;
    return 0;
}

int64_t sys_getresuid(const uint64_t *a)
{
    return put_three(a, user_ids());
}

int64_t sys_getresgid(const uint64_t *a)
{
    return put_three(a, group_ids());
}

int64_t sys_getgroups(const uint64_t *a)
{
    const struct cred *c = &current_process()->cred;

    if ((int)a[0] < 0)
        return -EINVAL;
    if (!(int)a[0])
        return c->ngroups;
    if ((uint32_t)a[0] < c->ngroups)
        return -EINVAL;
    return copy_to_user(a[1], c->groups, c->ngroups * 4) ? -EFAULT : (int64_t)c->ngroups;
}

int64_t sys_setgroups(const uint64_t *a)
{
    struct cred *c = &current_process()->cred;
    uint32_t groups[ARRAY_SIZE(c->groups)], n = (uint32_t)a[0];

    if (!is_root())
        return -EPERM;
    if (n > ARRAY_SIZE(groups))
        return -EINVAL;
    if (copy_from_user(groups, a[1], n * 4))
        return -EFAULT;
    c->ngroups = n;
    for (uint32_t i = 0; i < n; i++)
        c->groups[i] = groups[i];
    return 0;
}
