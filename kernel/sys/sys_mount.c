/* SPDX-License-Identifier: MIT */
/*
 * sys_mount.c - calls on file systems: mount, unmount, describe.
 */
#include "kernel/fs/super.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mount.h"
#include "lib/string.h"

static int64_t statfs_put(const struct path *path, uintptr_t user)
{
    struct statfs st;
    int r;

    memset(&st, 0, sizeof(st));
    r = fs_statfs(path, &st);
    return r ? r : copy_to_user(user, &st, sizeof(st));
}

int64_t sys_statfs(const uint64_t *a)
{
    struct path path;
    int64_t r = path_of_name(a[0], LOOKUP_FOLLOW, &path);

    if (r)
        return r;
    r = statfs_put(&path, a[1]);
    path_put(&path);
    return r;
}

int64_t sys_fstatfs(const uint64_t *a)
{
    struct fd_ref ref = fd_get_any((int)a[0]);
    int64_t r = -ENOSYS;                /* a pipe lies on no file system */

    if (!ref.file)
        return -EBADF;
    if (ref.file->path.dentry)
        r = statfs_put(&ref.file->path, a[1]);
    fd_put(ref);
    return r;
}

/* Optional strings of mount(2). */
static int optional_name(struct name *n, uintptr_t user)
{
    n->s = NULL;
    return user ? name_get(n, user, true) : 0;
}

int64_t sys_mount(const uint64_t *a)
{
    struct name source, type, options;
    struct path dir;
    struct at at;
    int64_t r;

    if (current_process()->cred.euid)
        return -EPERM;
    r = at_get(&at, AT_FDCWD, a[1], false);
    if (r)
        return r;
    source.s = type.s = options.s = NULL;
    r = optional_name(&source, a[0]);
    if (!r)
        r = optional_name(&type, a[2]);
    if (!r)
        r = optional_name(&options, a[4]);
    if (!r)
        r = at_lookup(&at, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir);
    if (!r && (a[3] & MS_REMOUNT)) {
        r = fs_remount(&dir, (uint32_t)a[3], options.s);
        path_put(&dir);
    } else if (!r) {
        r = !type.s ? -EINVAL
                    : fs_mount(source.s ? source.s : "none", &dir, type.s, (uint32_t)a[3],
                               options.s, &at.ctx);
        path_put(&dir);
    }
    name_put(&options);
    name_put(&type);
    name_put(&source);
    at_put(&at);
    return r;
}

int64_t sys_umount2(const uint64_t *a)
{
    struct path dir;
    int64_t r;

    if (current_process()->cred.euid)
        return -EPERM;
    r = path_of_name(a[0], follow_unless(a[1], UMOUNT_NOFOLLOW), &dir);
    if (r)
        return r;
    r = fs_umount(&dir, (uint32_t)a[1]);
    path_put(&dir);
    return r;
}
