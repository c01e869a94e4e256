/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/filemap.c */
/* Each kind of fault by itself. */

static enum fault_result hand_over(struct fault *f)
{
    f->page = f->cache_page;
    f->cache_ref = false;
    return FAULT_OK;
}

static enum fault_result file_fault(struct fault *f)
{
    enum fault_result r;

    if (f->access != ACCESS_WRITE) {
        r = get_cache_page(f, false);
        return r == FAULT_OK ? hand_over(f) : r;
    }
    if (!(f->vma->flags & VM_SHARED)) {
        r = get_cache_page(f, false);
        return r == FAULT_OK ? copy_cache_page(f) : r;
    }
    r = get_cache_page(f, true);
    if (r == FAULT_OK)
        r = dirty_cache_page(f);
    return r == FAULT_OK ? hand_over(f) : r;
}
