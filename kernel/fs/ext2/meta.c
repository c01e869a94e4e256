/* SPDX-License-Identifier: MIT */
/*
 * meta.c - reading metadata, and saying what is wrong with it.
 */
#include <stdarg.h>
#include "kernel/fs/ext2/ext2.h"
#include "lib/abi/errno.h"
#include "lib/fmt.h"

void ext2_error(struct ext2_fs *fs, const char *fmt, ...)
{
    char text[160];
    va_list ap;

    va_start(ap, fmt);
    fmt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    printk("ext2: %s: %s\n", fs->dev->name, text);
    __atomic_fetch_add(&fs->nerrors, 1, __ATOMIC_RELAXED);
    if (super_is_read_only(fs->sb))
        return;
    ext2_mark_error(fs);
    if (fs->on_error == EXT2_ERRORS_PANIC)
        panic("ext2: %s: %s", fs->dev->name, text);
    if (fs->on_error == EXT2_ERRORS_CONTINUE)
        return;
    super_stop(fs->sb);
    printk("ext2: %s: takes no more changes, run e2fsck\n", fs->dev->name);
}

int ext2_read_meta(struct ext2_fs *fs, uint32_t block, const char *what, bool needed,
                   struct page **page)
{
    int err = needed ? page_cache_read_nofail(fs->meta, block, page)
                     : page_cache_read(fs->meta, block, NULL, page);

    if (err == -EIO)
        ext2_error(fs, "cannot read block %u, %s", block, what);
    return err;
}
