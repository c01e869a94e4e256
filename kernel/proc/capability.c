/* SPDX-License-Identifier: MIT */
/*
 * capability.c - root's rights in Linux's finer terms.
 *
 * The rights to files go with the file system's user id, all others with the effective one.
 */
#include "kernel/proc/capability.h"

#define BIT(cap) (1UL << (cap))
#define TO_FILES                                                               \
    (BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) \
     | BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MKNOD) | BIT(CAP_MAC_OVERRIDE))

struct capabilities cred_capabilities(const struct cred *c)
{
    struct capabilities has = { 0 };

    if (!c->uid || !c->euid || !c->suid)
        has.permitted = CAP_ALL;
    if (!c->euid)
        has.effective |= CAP_ALL & ~TO_FILES;
    if (!c->fsuid)
        has.effective |= TO_FILES;
    return has;
}
