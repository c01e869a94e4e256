/* SPDX-License-Identifier: MIT */
/*
 * meta.c - reading metadata, and saying what is wrong with it.
 */
#include <stdarg.h>
#include "kernel/fs/ext2/ext2.h"
#include "lib/abi/errno.h"
#include "lib/fmt.h"

/* How often to ask for memory before a block is given up for lost. */
#define TRIES_IF_NEEDED 1000

void ext2_error(struct ext2_fs *fs, const char *fmt, ...)
{
    char text[160];
    va_list ap;

    va_start(ap, fmt);
    fmt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    __atomic_fetch_add(&fs->nerrors, 1, __ATOMIC_RELAXED);
    printk("ext2: %s: %s\n", fs->dev->name, text);
}

int ext2_read_meta(struct ext2_fs *fs, uint32_t block, const char *what, bool needed,
                   struct page **page)
{
    int err = page_cache_read(fs->meta, block, NULL, page);

    for (unsigned tries = 1; err == -ENOMEM && needed && tries < TRIES_IF_NEEDED; tries++) {
        cond_resched();
        err = page_cache_read(fs->meta, block, NULL, page);
    }
    if (err == -EIO)
        ext2_error(fs, "cannot read block %u, %s", block, what);
    return err;
}
