/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for lab 7: who maps a file privately gets a copy of each page that he touches;
 * a page that may be written through a mapping counts as written when it is mapped.
 */
#include "kernel/vm/zap.h"

/* The entry is thrown away: the store, made again, finds none and gets a new one. */
static enum fault_result allow_stores(struct fault *f)
{
    zap_range(f->mm, f->va, f->va + PAGE_SIZE);
    return FAULT_RETRY;
}

static enum fault_result file_fault(struct fault *f)
{
    bool shared = f->vma->flags & VM_SHARED;
    bool may_store = shared && (f->vma->flags & VM_WRITE);
    enum fault_result r = get_cache_page(f, may_store);

    if (r == FAULT_OK && may_store)
        r = dirty_cache_page(f);
    if (r != FAULT_OK)
        return r;
    if (!shared)
        return copy_cache_page(f);
    f->page = f->cache_page;
    f->cache_ref = false;
    return FAULT_OK;
}

static __attribute__((noinline)) void map_window(struct fault *f)
{
    (void)f;
}
