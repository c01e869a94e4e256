/* SPDX-License-Identifier: MIT */
/*
 * vma_owner.h - who owns a set of VMAs, and keeps the reverse map, in tests.
 *
 * The set tells its owner about VMAs that come, change and go.  From that the owner
 * knows what a walker of the reverse map would find.  At each moment when one could look
 * every page in the cells must be found: by its object and index, and by its span.
 */
#pragma once
#include "kernel/vm/vmaset.h"
#include "tests/host/vma_cells.h"

/* Where anonymous pages are looked for: nowhere, at home, and what has moved down. */
enum { SPAN_NONE, SPAN_HOME, SPAN_MOVED, SPANS };

extern const struct vmaset_ops owner_ops;
extern struct anon_span owner_spans[SPANS];
/* By the numbers in a nature. */
extern struct file *const owner_files[];
extern struct address_space *const owner_mappings[];
extern const struct vma_ops owner_kinds[];

void owner_init(void);
/* Panics if the owner has a VMA, a link, or a user of a span left. */
void owner_fini(void);
/* Memory for N more VMAs; -1: any number. */
void owner_limit(int n);
/* Whether to look at each change. */
void owner_watch(bool watched);
/* Look now: panics if a page is not found. */
void owner_look(void);
/* Panics if anything is begun and not ended; NVMAS exist. */
void owner_check(size_t nvmas);

/* A VMA like PROTO, linked; and its end. */
struct vma *owner_make(struct vma *proto);
void owner_free(struct vma *vma);
/* VMA, which has no span, uses that one. */
void owner_use_span(struct vma *vma, unsigned span);
