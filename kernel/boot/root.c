/* SPDX-License-Identifier: MIT */
/*
 * root.c - find the root file system and mount it.
 *
 * The disk is what root= names, or the one called "root" by the machine (its
 * serial number), or the first.  The device files are mounted over its /dev at
 * once, so that process 1 finds a console.
 */
#include "kernel/boot/boot.h"
#include "kernel/core/bootargs.h"
#include "kernel/core/panic.h"
#include "kernel/dev/block.h"
#include "kernel/fs/super.h"
#include "lib/abi/errno.h"
#include "lib/fmt.h"
#include "lib/string.h"

BOOTARG(root, "disk with the root file system: its name (vda) or serial number");
BOOTARG(ro, "mount the root file system read-only");

static const struct cred root_cred;

static struct block_device *choose_disk(void)
{
    const char *wanted = bootarg_string("root");
    struct block_device *dev;

    if (wanted) {
        if (!strncmp(wanted, "/dev/", 5))
            wanted += 5;
        dev = block_find_name(wanted);
        return dev ? dev : block_find_serial(wanted);
    }
    dev = block_find_serial("root");
    return dev ? dev : block_next(NULL);
}

static void list_disks(void)
{
    for (struct block_device *d = block_next(NULL); d; d = block_next(d))
        printk("root: disk %s: %lu MiB, serial \"%s\"\n", d->name, d->capacity >> 11, d->serial);
}

static __attribute__((noreturn)) void no_root(const char *why)
{
    list_disks();
    printk("root: %s.  Give the machine a disk with an ext2 file system (make image), or name "
           "it with root=\n", why);
    machine_exit(1);
}

static void mount_devices(void)
{
    struct path_ctx ctx = { .cred = &root_cred };
    struct path dir;
    int err;

    fs_root(&ctx.root);
    ctx.cwd = ctx.root;
    err = path_lookup(&ctx, NULL, "/dev", LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir);
    if (!err) {
        err = fs_mount("dev", &dir, "devtmpfs", 0, NULL, &ctx);
        path_put(&dir);
    }
    path_put(&ctx.root);
    if (err)
        printk("root: cannot mount the device files on /dev: error %d\n", -err);
}

void mount_root(void)
{
    struct block_device *dev = choose_disk();
    uint32_t flags = bootarg_bool("ro", false) ? MS_RDONLY : 0;
    char source[24];
    int err;

    if (!dev)
        no_root(bootarg_string("root") ? "no disk is called what root= says" : "no disk");
    fmt_snprintf(source, sizeof(source), "/dev/%s", dev->name);
    err = fs_mount(source, NULL, "ext2", flags, NULL, NULL);
    if (err) {
        printk("root: cannot mount %s: error %d\n", source, -err);
        no_root("no root file system");
    }
    mount_devices();
}
