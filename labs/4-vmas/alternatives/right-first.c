/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/vmaset.c */
/* Looks for a hole in the right subtree first, then in the node, then in the left one. */

static struct vma *look_in(struct rb_node *n, size_t len, vaddr_t high)
{
    struct vma *vma, *found = NULL;

    if (subtree_gap(n) < len)
        return NULL;
    vma = vma_of(n);
    if (vma->start - vma->gap + len <= high) {
        found = look_in(n->right, len, high);
        if (!found && vma->gap >= len)
            found = vma;
    }
    return found ? found : look_in(n->left, len, high);
}

static struct vma *highest_gap(const struct vma_set *s, size_t len, vaddr_t high)
{
    return look_in(s->tree.top, len, high);
}

struct vma *vmaset_find_from(const struct vma_set *s, vaddr_t va)
{
    struct rb_node *n = s->tree.top;
    struct vma *last = NULL;

    if (!n)
        return NULL;
    while (n) {
        last = vma_of(n);
        n = va < last->end ? n->left : n->right;
    }
    return va < last->end ? last : vmaset_next(s, last);
}
