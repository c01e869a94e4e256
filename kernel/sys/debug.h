/* SPDX-License-Identifier: MIT */
/*
 * debug.h - the long operations of the debug system call.
 */
#pragma once
#include "kernel/mm/page.h"
#include "lib/abi/debugcall.h"

/* Bring the kernel to rest: write back, drop caches, drain every list.  May sleep. */
void debug_quiesce(void);
/* Compare everything with everything; faults found, each printed. */
size_t debug_audit(void);
/* Fill in C. */
void debug_count(struct debug_counters *c);
/* What a frame is used for. */
enum debug_frame debug_frame_kind(const struct page *page);

/* OP is DEBUG_CACHE_TEST, _KMALLOC_TEST or _VMALLOC_TEST; 0 or -ENOMEM. */
int64_t debug_alloc_test(enum debug_op op, struct debug_alloc_test *t);

/* DEBUG_TAKE and DEBUG_GIVE; 0, -EINVAL, -EBUSY, -ENOMEM.  May sleep. */
int64_t debug_take(struct debug_blocks *d);
int64_t debug_give(struct debug_blocks *d);
void debug_keep_init(void);

/* DEBUG_CONTIG_TAKE and _GIVE; 0, -EINVAL, -ENOMEM.  May sleep. */
int64_t debug_contig_take(struct debug_contig *d);
int64_t debug_contig_give(struct debug_contig *d);

/* Make a mistake that must panic by name; returns only if it was not noticed. */
int64_t debug_crash(enum debug_crash kind);
