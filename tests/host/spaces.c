/* SPDX-License-Identifier: MIT */
/*
 * spaces.c - address spaces for tests of the reverse map.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/core/counters.h"
#include "kernel/mm/slab.h"
#include "kernel/vm/pte_bits.h"
#include "lib/bitops.h"
#include "tests/host/shim.h"
#include "tests/host/spaces.h"

#define FIRST_PFN   0x80000
#define FILE_FRAMES (OBJECTS * OBJECT_PAGES)
#define ANON_FRAMES (SPACES * SPACE_PAGES + 1)

struct space spaces[SPACES];
struct address_space objects[OBJECTS];
const struct mapping_ops *mapping_ops;
struct hart_counters hart_counters[MAX_HARTS];

static struct page *spare[ANON_FRAMES];
static size_t nspare;

/* What rmap.c and anon_vma.c ask of the kernel */

struct kmem_cache {
    size_t size, live;
};
static struct kmem_cache caches[2];
static size_t ncaches;
static unsigned fail_one_in;

static bool fails(void)
{
    return fail_one_in && port_random() % fail_one_in == 0;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, uint32_t flags,
                                     void (*ctor)(void *obj))
{
    (void)name, (void)align, (void)flags, (void)ctor;
    ASSERT(ncaches < ARRAY_SIZE(caches));
    caches[ncaches] = (struct kmem_cache){ .size = size };
    return &caches[ncaches++];
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
    (void)gfp;
    if (fails())
        return NULL;
    cache->live++;
    return malloc(cache->size);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
    cache->live--;
    free(obj);
}

size_t spaces_objects(void)
{
    return caches[0].live + caches[1].live;
}

void spaces_fail_one_in(unsigned n)
{
    fail_one_in = n;
}

void mapping_ops_register(const struct mapping_ops *ops)
{
    mapping_ops = ops;
}

struct pte *pt_find(struct pagetable *pt, vaddr_t va, unsigned level)
{
    struct space *s = container_of(pt, struct space, mm.ctx.pt);

    ASSERT(level == 0 && s->alive && va >= space_va(0) && va < space_va(SPACE_PAGES));
    return &s->pte[space_page(va)];
}

/* Entries */

struct page *object_page(size_t object, uint64_t index)
{
    return &frames.pages[object * OBJECT_PAGES + index];
}

static struct page *new_anon_page(struct vma *vma, vaddr_t va)
{
    struct page *page = spare[--nspare];

    page->identity = PAGE_ANON;
    page->anon_vma = vma->mm->anon.anon_vma;
    page->index = anon_index(vma, va);
    return page;
}

void space_clear(struct space *s, size_t i)
{
    struct pte old = pte_exchange(&s->pte[i], (struct pte){ 0 });
    struct page *page = page_of(old);

    if (!old.bits || --page->mapcount || page->identity != PAGE_ANON)
        return;
    page->identity = PAGE_FREE;         /* and anon_vma stays, as in the kernel */
    spare[nspare++] = page;
}

static void enter_page(struct space *s, size_t i, struct page *page, uint64_t bits)
{
    page->mapcount++;
    space_clear(s, i);
    pte_set(&s->pte[i], pte_make(page_to_phys(page), bits | PTE_R | PTE_U));
}

/* zap.c, of which rmap.c asks this */
void zap_file_pages(const struct vma *vma, vaddr_t start, vaddr_t end, bool private_too)
{
    struct space *s = space_of(vma->mm);

    ASSERT(spin_is_mine(&vma->mapping->mmap_lock));
    ASSERT(start >= vma->start && start < end && end <= vma->end);
    for (size_t i = space_page(start); i < space_page(end); i++)
        if (s->pte[i].bits && (private_too || page_of(s->pte[i])->identity == PAGE_CACHE))
            space_clear(s, i);
}

/* VMAs, as mm.c has them */

static struct vma *make_vma(struct mm *mm, const struct vma *like)
{
    struct vma *vma = fails() ? NULL : malloc(sizeof(*vma));

    if (!vma)
        return NULL;
    *vma = *like;
    vma->mm = mm;
    vma->span = NULL;
    return vma;
}

static struct vma *make_vma_like(struct vma *like)
{
    struct vma *vma = make_vma(like->mm, like);

    if (vma)
        anon_span_share(vma, like);
    return vma;
}

static void end_vma(struct vma *vma)
{
    rmap_unlink(vma);
    free(vma);
}

static const struct vmaset_ops set_ops = {
    .alloc = make_vma_like, .link = rmap_link, .free = end_vma, .adopt = anon_span_share,
    .before_change = rmap_before_change, .after_change = rmap_after_change,
    .cover = anon_span_cover,
};
const struct vma_ops anon_vma_ops = { .name = "anon" };
const struct vma_ops file_vma_ops = { .name = "file" };

/* Spaces */

void spaces_init(void)
{
    shim_ram_create(FIRST_PFN, FILE_FRAMES + ANON_FRAMES);
    memset(spaces, 0, sizeof(spaces));
    memset(objects, 0, sizeof(objects));
    for (nspare = 0; nspare < ANON_FRAMES; nspare++)
        spare[nspare] = &frames.pages[FILE_FRAMES + nspare];
    for (size_t o = 0; o < OBJECTS; o++) {
        spin_init(&objects[o].mmap_lock, RANK_RMAP, "mappings of a file");
        interval_tree_init(&objects[o].mmap_tree);
        for (uint64_t i = 0; i < OBJECT_PAGES; i++) {
            object_page(o, i)->identity = PAGE_CACHE;
            object_page(o, i)->mapping = &objects[o];
            object_page(o, i)->index = i;
        }
    }
    ncaches = 0;
    fail_one_in = 0;
    anon_vma_init();
    rmap_init();
}

void spaces_fini(void)
{
    for (size_t i = 0; i < SPACES; i++)
        if (spaces[i].alive)
            space_exit(&spaces[i]);
    ASSERT(spaces_objects() == 0 && nspare == ANON_FRAMES && shim_locks_held() == 0);
    for (size_t o = 0; o < OBJECTS; o++)
        ASSERT(rb_is_empty(&objects[o].mmap_tree) && objects[o].nwritable_shared == 0);
    shim_ram_destroy();
}

struct space *space_create(void)
{
    for (size_t i = 0; i < SPACES; i++) {
        struct space *s = &spaces[i];

        if (s->alive)
            continue;
        memset(s, 0, sizeof(*s));
        s->alive = true;
        spin_init(&s->mm.pt_lock, RANK_PAGE_TABLE, "page table");
        vmaset_init(&s->mm.vmas, space_va(0), space_va(SPACE_PAGES), &set_ops);
        anon_space_init(&s->mm);
        return s;
    }
    return NULL;
}

void space_exit(struct space *s)
{
    struct vma *vma;

    for (size_t i = 0; i < SPACE_PAGES; i++)
        space_clear(s, i);
    while ((vma = vmaset_first(&s->mm.vmas))) {
        vmaset_remove(&s->mm.vmas, vma);
        end_vma(vma);
    }
    anon_space_leave(&s->mm);
    s->alive = false;
    memset(&s->mm, 0xa5, sizeof(s->mm));
}

static bool copy_vma(struct space *to, struct space *from, const struct vma *vma)
{
    struct vma *copy = make_vma(&to->mm, vma);

    if (!copy)
        return false;
    rmap_link(copy);
    vmaset_insert(&to->mm.vmas, copy, NULL);
    if (vma->mapping && !vma->span)
        return true;
    if (anon_span_fork(copy, vma) < 0)
        return false;
    for (size_t i = space_page(vma->start); i < space_page(vma->end); i++)
        if (from->pte[i].bits)
            enter_page(to, i, page_of(from->pte[i]), 0);
    return true;
}

struct space *space_fork(struct space *s)
{
    struct space *child = space_create();
    struct vma *vma;
    bool ok = true;

    if (!child)
        return NULL;
    anon_space_fork(&child->mm, &s->mm);
    for (vma = vmaset_first(&s->mm.vmas); vma && ok; vma = vmaset_next(&s->mm.vmas, vma))
        ok = copy_vma(child, s, vma);
    anon_space_forked(&s->mm);
    if (ok)
        return child;
    space_exit(child);
    return NULL;
}

/* Ranges */

void space_map(struct space *s, size_t first, size_t n, int object, uint64_t index,
               uint32_t flags)
{
    struct vma_set *set = &s->mm.vmas;
    struct vma proto = { .start = space_va(first), .end = space_va(first + n) }, *vma, *next;

    vma_init(&proto, &s->mm, object < 0 ? &anon_vma_ops : &file_vma_ops, flags);
    proto.mapping = object < 0 ? NULL : &objects[object];
    proto.pgoff = object < 0 ? proto.start >> PAGE_SHIFT : index;
    next = vmaset_find_from(set, proto.end);
    if (vmaset_extend(set, &proto, next) || !(vma = make_vma(&s->mm, &proto)))
        return;
    rmap_link(vma);
    vmaset_insert(set, vma, next);
}

bool space_unmap(struct space *s, size_t first, size_t n)
{
    vaddr_t start = space_va(first), end = space_va(first + n);
    struct vma *vma = vmaset_find_range(&s->mm.vmas, start, end), *next;

    if (vma && vma->start < start && end < vma->end && !vmaset_split(&s->mm.vmas, vma, end))
        return false;
    for (size_t i = first; i < first + n; i++)
        space_clear(s, i);
    for (; vma && vma->start < end; vma = next) {
        next = vmaset_next(&s->mm.vmas, vma);
        if (!vmaset_clear(&s->mm.vmas, vma, start, end))
            end_vma(vma);
    }
    return true;
}

static struct vma *cut(struct vma_set *set, struct vma *vma, vaddr_t start, vaddr_t end)
{
    struct vma *part = vma;

    if (vma->start < start)
        part = vmaset_split(set, vma, start);
    if (!part || part->end <= end || vmaset_split(set, part, end))
        return part;
    if (part != vma)
        vmaset_unsplit(set, vma, part);
    return NULL;
}

bool space_protect(struct space *s, size_t first, size_t n, uint32_t flags)
{
    vaddr_t end = space_va(first + n), at = space_va(first);
    struct vma_set *set = &s->mm.vmas;
    struct vma *vma;

    while (at < end && (vma = vmaset_find_range(set, at, end))) {
        vma = cut(set, vma, MAX(vma->start, at), MIN(vma->end, end));
        if (!vma)
            return false;
        at = vma->end;
        vma->flags = (vma->flags & ~VM_ACCESS) | flags;
        vmaset_merge(set, vma);
    }
    return true;
}

static struct vma *enter_copy(struct space *s, const struct vma *vma, size_t to)
{
    struct vma *copy = make_vma(&s->mm, vma);

    if (!copy)
        return NULL;
    copy->start = space_va(to);
    copy->end = copy->start + (vma->end - vma->start);
    if (vma->span && anon_span_move(copy, vma) < 0) {
        free(copy);
        return NULL;
    }
    if (copy->span && !anon_span_covers(copy))
        anon_span_cover(copy);
    if (!copy->mapping && !copy->span)
        copy->pgoff = copy->start >> PAGE_SHIFT;
    rmap_link(copy);
    vmaset_insert(&s->mm.vmas, copy, vmaset_find_from(&s->mm.vmas, copy->end));
    return copy;
}

bool space_move(struct space *s, size_t first, size_t n, size_t to)
{
    struct vma_set *set = &s->mm.vmas;
    struct vma *vma = vmaset_find(set, space_va(first)), *copy;

    vma = cut(set, vma, space_va(first), space_va(first + n));
    copy = vma ? enter_copy(s, vma, to) : NULL;
    if (!copy) {
        if (vma)
            vmaset_merge(set, vma);
        return false;
    }
    rmap_lock(vma);
    for (size_t i = 0; i < n; i++)
        s->pte[to + i] = pte_exchange(&s->pte[first + i], (struct pte){ 0 });
    rmap_unlock(vma);
    space_unmap(s, first, n);
    vmaset_merge(set, copy);
    return true;
}

/* Faults */

static void write_private(struct space *s, struct vma *vma, size_t i)
{
    struct page *page = s->pte[i].bits ? page_of(s->pte[i]) : NULL;

    if (page && page->identity == PAGE_ANON && page->mapcount == 1) {
        pte_set_bits(&s->pte[i], PTE_W | PTE_D);
        if (s->mm.anon.is_own)
            page->anon_vma = s->mm.anon.anon_vma;
    } else if (anon_vma_prepare(vma) == 0) {
        enter_page(s, i, new_anon_page(vma, space_va(i)), PTE_W | PTE_D);
    }
}

void space_touch(struct space *s, size_t i, bool write)
{
    struct vma *vma = vmaset_find(&s->mm.vmas, space_va(i));
    size_t object;

    if (!vma)
        return;
    if (write && !(vma->flags & VM_SHARED)) {
        write_private(s, vma, i);
    } else if (vma->mapping && (write || !s->pte[i].bits)) {
        object = (size_t)(vma->mapping - objects);
        enter_page(s, i, object_page(object, vma_pgoff(vma, space_va(i))),
                   write ? PTE_W | PTE_D : 0);
    }
}
