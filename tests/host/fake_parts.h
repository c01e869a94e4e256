/* SPDX-License-Identifier: MIT */
/*
 * fake_parts.h - what the parts of the fake kernel (fake_vfs.h) know of each other.
 */
#pragma once
#include "kernel/cache/page_cache.h"
#include "tests/host/fake_vfs.h"

#define FAKE_BLOCK 4096u

/* ---- fake_memory.c ---------------------------------------------------------------- */

/* Memory of NPAGES pages, all of them free. */
void fake_memory_start(size_t npages);
/* Panics if something was not given back. */
void fake_memory_check(void);
void fake_memory_stop(void);

/* ---- fake_disk.c ------------------------------------------------------------------ */

void fake_disk_open(const char *image);
void fake_disk_close(void);
/* End one transfer, whichever; false: there is none. */
bool fake_disk_run_one(void);
void fake_disk_run_all(void);

/* ---- fake_cache.c ----------------------------------------------------------------- */

/* The disk's blocks in the page cache. */
extern struct address_space fake_meta;
extern const struct address_space_operations fake_meta_ops;
