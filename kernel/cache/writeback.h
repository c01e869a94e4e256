/* SPDX-License-Identifier: MIT */
/*
 * writeback.h - carrying dirty pages to the disk: the flusher thread, by age
 * and by share of memory; sync and fsync.
 */
#pragma once
#include "kernel/cache/dirty_limits.h"
#include "kernel/cache/page_cache.h"

/* Write the dirty pages [START, END] (page numbers) of AS, and those whose last write
 * failed; if WAIT, return when they are on the disk.  0; -EIO: with WAIT, one of them could not
 * be written now.  What failed before, and is not in memory any more, as->wb_errors tells.  May
 * sleep. */
int writeback_range(struct address_space *as, pgoff_t start, pgoff_t end, bool wait);
/* Wait for the pages [START, END] of AS that are on their way to the disk.  May sleep. */
void writeback_wait_range(struct address_space *as, pgoff_t start, pgoff_t end);
/* A writer dirtied pages: wake the flusher above the background limit, wait
 * above the hard one.  No page lock or file-system operation held. */
void writeback_throttle(void);
/* Memory is low: the flusher should write about NPAGES.  Never sleeps. */
void writeback_wake(size_t npages);
/* Nothing clean is left: wait a moment for writes, to files or to swap, to end.  Returns at
 * once in the flusher. */
void writeback_wait_progress(void);
/* dirty_writeback_centisecs has changed: the flusher should not sleep on. */
void writeback_new_interval(void);
/* The last reference to the host is going: forget AS (its pages are clean or
 * dropped).  Waits until the flusher has let go of it. */
void writeback_forget(struct address_space *as);

/* Attributes of an inode got dirty: the flusher calls the hook below in time. */
void writeback_note_inode(void);
/* The hook has something to do that should not wait.  Never sleeps. */
void writeback_hurry_inodes(void);
/* The file layer's part, registered at boot: carry attributes that were dirtied
 * before OLDER_THAN (ns, monotonic) into their metadata pages; false if dirty
 * ones are left.  Called by the flusher with nothing held; may sleep. */
void writeback_set_inode_writer(bool (*write_inodes)(uint64_t older_than));

/* Limits, and ages in 1/100 s (/proc/sys/vm). */
extern struct dirty_settings dirty_settings;
extern unsigned dirty_expire_centisecs, dirty_writeback_centisecs;
/* Pages above which the flusher works, and above which writers wait, now. */
struct dirty_limits writeback_limits(void);

void writeback_init(void);      /* starts the flusher */
