/* SPDX-License-Identifier: MIT */
/*
 * fs.c - bring the file layer up, and give its memory back when there is little.
 */
#include "kernel/fs/anon_file.h"
#include "kernel/fs/bdev.h"
#include "kernel/fs/dentry.h"
#include "kernel/fs/devfs.h"
#include "kernel/fs/epoll.h"
#include "kernel/fs/fifo.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/super.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/fs/unix/socket.h"

#define SHRINK_BATCH 1024

unsigned vfs_cache_pressure = 100;

static size_t count_unused(struct shrinker *s)
{
    size_t all, dentries, inodes;

    (void)s;
    dentry_count(&all, &dentries);
    inode_count(&all, &inodes);
    return (dentries + inodes) * vfs_cache_pressure / 100;
}

/* Names first: they are what keeps most inodes in use. */
static size_t shrink(struct shrinker *s, size_t nr, gfp_t gfp)
{
    size_t freed;

    (void)s;
    if (!(gfp & __GFP_FS))
        return 0;
    freed = dentry_cache_shrink(nr);
    return freed + inode_cache_shrink(nr);
}

void fs_drop_unused(void)
{
    while (dentry_cache_shrink(SHRINK_BATCH) || inode_cache_shrink(SHRINK_BATCH))
        continue;
    inode_end_doomed();
}

static struct shrinker fs_shrinker = {
    .name = "names and inodes",
    .count = count_unused,
    .scan = shrink,
};

void fs_init(void)
{
    inode_cache_init();
    dentry_cache_init();
    file_init();
    mount_init();
    bdev_init();
    pipe_init();
    unix_init();
    anon_file_init();
    epoll_init();
    tmpfs_init();
    devfs_init();
    devtty_init();
    devpts_init();
    devrtc_init();
    devfb_init();
    shrinker_register(&fs_shrinker);
}
