/* SPDX-License-Identifier: MIT */
/*
 * disks.c - which disks there are, and who has them.
 *
 * Disks come when the machine is started and are never removed.
 */
#include "kernel/dev/block.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static struct list disks = LIST_INIT(disks);
static struct spinlock disks_lock = SPINLOCK_INIT(RANK_BLOCK, "disks");

void block_register(struct block_device *dev)
{
    uint64_t flags = spin_lock_irqsave(&disks_lock);

    list_insert_tail(&disks, &dev->link);
    spin_unlock_irqrestore(&disks_lock, flags);
}

struct block_device *block_next(const struct block_device *dev)
{
    const struct list *link = dev ? &dev->link : &disks;
    uint64_t flags = spin_lock_irqsave(&disks_lock);
    struct list *next = link->next;

    spin_unlock_irqrestore(&disks_lock, flags);
    return next == &disks ? NULL : list_entry(next, struct block_device, link);
}

struct block_device *block_find_name(const char *name)
{
    struct block_device *dev = NULL;

    while ((dev = block_next(dev)) != NULL) {
        if (strcmp(dev->name, name) == 0)
            return dev;
    }
    return NULL;
}

struct block_device *block_find_serial(const char *serial)
{
    struct block_device *dev = NULL;

    while ((dev = block_next(dev)) != NULL) {
        if (*serial && strcmp(dev->serial, serial) == 0)
            return dev;
    }
    return NULL;
}

struct block_device *block_find_devno(uint32_t major, uint32_t minor)
{
    struct block_device *dev = NULL;

    while ((dev = block_next(dev)) != NULL) {
        if (dev->major == major && dev->minor == minor)
            return dev;
    }
    return NULL;
}

int block_claim(struct block_device *dev, const void *holder)
{
    const void *nobody = NULL;

    return __atomic_compare_exchange_n(&dev->holder, &nobody, holder, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED) ? 0 : -EBUSY;
}

void block_release(struct block_device *dev, const void *holder)
{
    ASSERT(dev->holder == holder);
    __atomic_store_n(&dev->holder, NULL, __ATOMIC_RELEASE);
}
