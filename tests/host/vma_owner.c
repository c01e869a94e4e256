/* SPDX-License-Identifier: MIT */
/*
 * vma_owner.c - who owns a set of VMAs in tests.
 */
#include <stdlib.h>
#include "lib/bitops.h"
#include "tests/host/vma_owner.h"

/* Three files, of which two share an object, and two kinds. */
static long identities[5];

struct file *const owner_files[] = {
    NULL, (struct file *)&identities[0], (struct file *)&identities[1],
    (struct file *)&identities[2],
};
struct address_space *const owner_mappings[] = {
    NULL, (struct address_space *)&identities[3], (struct address_space *)&identities[3],
    (struct address_space *)&identities[4],
};
const struct vma_ops owner_kinds[] = { { .name = "one" }, { .name = "other" } };

struct anon_span owner_spans[SPANS];

/* What a walker finds: the linked VMAs, those with an object at the range of which the
 * owner was told last. */
static struct seen {
    const struct vma *vma;
    vaddr_t start, end;
    uint64_t pgoff;
} seen[MODEL_PAGES + 2];

static size_t nseen, nlive;
static struct vma *changing;            /* between before_change() and after_change() */
static int memory;                      /* VMAs that may still be made; -1: any number */
static bool watched;

static struct seen *find_seen(const struct vma *vma)
{
    for (size_t i = 0; i < nseen; i++)
        if (seen[i].vma == vma)
            return &seen[i];
    panic("VMA %lx-%lx is not linked", vma->start, vma->end);
}

static void see(struct seen *s, const struct vma *vma)
{
    *s = (struct seen){ vma, vma->start, vma->end, vma->pgoff };
}

/* Note the pages that S shows at their addresses. */
static void find_pages(const struct seen *s, bool found[MODEL_PAGES])
{
    for (vaddr_t va = s->start; va < s->end; va += PAGE_SIZE) {
        size_t page = model_page(va);
        uint64_t index = s->pgoff + ((va - s->start) >> PAGE_SHIFT);

        if (index == cells[page].index && s->vma->mapping == owner_mappings[cells[page].object])
            found[page] = true;
    }
}

static bool is_in_span(size_t page)
{
    const struct anon_span *span = &owner_spans[cells[page].span];
    uint64_t index = (model_va(page) - span->base) >> PAGE_SHIFT;

    return span->nvmas && index >= span->pages.first && index <= span->pages.last;
}

/* Each page must be found now by its object and index, and by its span. */
void owner_look(void)
{
    bool found[MODEL_PAGES] = { false };

    for (size_t i = 0; i < nseen; i++)
        if (seen[i].vma->mapping)
            find_pages(&seen[i], found);
    for (size_t page = 0; page < MODEL_PAGES; page++) {
        if (cells[page].object && !found[page])
            panic("page %zu is not in the reverse map", page);
        if (cells[page].span && !is_in_span(page))
            panic("page %zu is not in its span", page);
    }
}

static void use_span(struct vma *vma, struct anon_span *span)
{
    vma->span = span;
    if (span)
        span->nvmas++;
}

static void leave_span(const struct vma *vma)
{
    struct anon_span *span = vma->span;

    if (span && --span->nvmas == 0 && span != &owner_spans[SPAN_HOME]) {
        span->pages.first = UINT64_MAX;         /* it shows nothing */
        span->pages.last = 0;
    }
}

static void cover_vma(struct vma *vma)
{
    struct interval *pages = &vma->span->pages;

    pages->first = MIN(pages->first, anon_index(vma, vma->start));
    pages->last = MAX(pages->last, anon_index(vma, vma->end - 1));
}

static void adopt_span(struct vma *lower, const struct vma *upper)
{
    ASSERT(!lower->span);
    use_span(lower, upper->span);
}

static struct vma *alloc_vma(struct vma *like)
{
    struct vma *vma;

    if (memory == 0)
        return NULL;
    memory -= memory > 0;
    vma = malloc(sizeof(*vma));
    *vma = *like;
    use_span(vma, like->span);
    nlive++;
    return vma;
}

static void link_vma(struct vma *vma)
{
    ASSERT(!changing && nseen < ARRAY_SIZE(seen));
    see(&seen[nseen++], vma);
    if (watched)
        owner_look();
}

void owner_free(struct vma *vma)
{
    struct seen *s = find_seen(vma);

    ASSERT(!changing);
    *s = seen[--nseen];
    leave_span(vma);
    nlive--;
    free(vma);
    if (watched)
        owner_look();
}

static void before_change(struct vma *vma)
{
    ASSERT(vma->mapping && !changing);
    changing = vma;
}

static void after_change(struct vma *vma)
{
    ASSERT(changing == vma);
    changing = NULL;
    see(find_seen(vma), vma);
    if (watched)
        owner_look();
}

const struct vmaset_ops owner_ops = {
    .alloc = alloc_vma, .link = link_vma, .free = owner_free, .adopt = adopt_span,
    .before_change = before_change, .after_change = after_change, .cover = cover_vma,
};

struct vma *owner_make(struct vma *proto)
{
    struct vma *vma = alloc_vma(proto);

    link_vma(vma);
    return vma;
}

void owner_use_span(struct vma *vma, unsigned span)
{
    use_span(vma, &owner_spans[span]);
    if (!anon_span_covers(vma))
        cover_vma(vma);
}

void owner_init(void)
{
    owner_spans[SPAN_HOME] = (struct anon_span){ .pages.last = UINT64_MAX >> PAGE_SHIFT };
    owner_spans[SPAN_MOVED] = (struct anon_span){ .base = 0 - 1000 * PAGE_SIZE,
                                                  .pages.first = UINT64_MAX };
    nseen = nlive = 0;
    changing = NULL;
    memory = -1;
    watched = true;
}

void owner_fini(void)
{
    owner_check(0);
    ASSERT(owner_spans[SPAN_HOME].nvmas == 0 && owner_spans[SPAN_MOVED].nvmas == 0);
}

void owner_check(size_t nvmas)
{
    ASSERT(!changing && nlive == nvmas && nseen == nvmas);
}

void owner_limit(int n)
{
    memory = n;
}

void owner_watch(bool on)
{
    watched = on;
}
