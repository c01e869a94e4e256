/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/vmaset.c */
/* Merges downwards twice instead of on both sides at once. */

static bool merge_down(struct vma_set *s, struct vma *vma)
{
    struct vma *prev = vma ? vmaset_prev(s, vma) : NULL;

    if (!prev || !can_merge(prev, vma))
        return false;
    absorb(s, prev, vma);
    return true;
}

struct vma *vmaset_merge(struct vma_set *s, struct vma *vma)
{
    struct vma *prev = vmaset_prev(s, vma);

    merge_down(s, vmaset_next(s, vma));
    return merge_down(s, vma) ? prev : vma;
}

struct vma *vmaset_extend(struct vma_set *s, const struct vma *proto, struct vma *next)
{
    struct vma *prev = vmaset_prev(s, next);

    if (prev && can_merge(prev, proto)) {
        vmaset_resize(s, prev, prev->start, proto->end);
        merge_down(s, next);
        return prev;
    }
    if (!next || !can_merge(proto, next))
        return NULL;
    vmaset_resize(s, next, proto->start, next->end);
    return next;
}
