/* SPDX-License-Identifier: MIT */
/*
 * simulate.c - misses of a policy, and of the optimum.
 */
#include <stdlib.h>
#include "tools/vmsim/simulate.h"

#define NOWHERE UINT32_MAX

struct memory {
    struct page *frames;
    uint32_t *holds;            /* of each frame: the page in it         */
    bool *used;                 /* of each frame: since it was looked at */
    uint32_t *where;            /* of each page: its frame, or NOWHERE   */
    size_t nframes, nfilled;
    struct page_lists lists;
};

static bool memory_init(struct memory *m, size_t nframes, size_t npages)
{
    m->frames = calloc(nframes, sizeof(*m->frames));
    m->holds = calloc(nframes, sizeof(*m->holds));
    m->used = calloc(nframes, sizeof(*m->used));
    m->where = malloc((npages + 1) * sizeof(*m->where));
    m->nframes = nframes;
    m->nfilled = 0;
    page_lists_init(&m->lists, KIND_ANON);
    if (!m->frames || !m->holds || !m->used || !m->where)
        return false;
    for (size_t i = 0; i < npages; i++)
        m->where[i] = NOWHERE;
    for (size_t i = 0; i < nframes; i++)
        m->frames[i].flags = 1u << PG_SWAPBACKED;
    frames = (struct frames){ .pages = m->frames, .end_pfn = nframes };
    return true;
}

static void memory_fini(struct memory *m)
{
    free(m->frames);
    free(m->holds);
    free(m->used);
    free(m->where);
}

static uint32_t evict(struct memory *m, const struct policy *policy)
{
    for (;;) {
        struct page *page = policy->next(&m->lists);
        uint32_t frame = (uint32_t)(page - m->frames);
        bool used = m->used[frame];

        page_lists_remove(&m->lists, page);
        page->flags &= ~(1u << PG_LRU);
        m->used[frame] = false;
        if (policy->judge(&m->lists, page, used)) {
            m->where[m->holds[frame]] = NOWHERE;
            return frame;
        }
        page->flags |= 1u << PG_LRU;
    }
}

static void fill(struct memory *m, const struct policy *policy, uint32_t frame, uint32_t page)
{
    m->where[page] = frame;
    m->holds[frame] = page;
    m->frames[frame].flags = 1u << PG_SWAPBACKED | 1u << PG_LRU;
    policy->add(&m->lists, &m->frames[frame]);
}

size_t simulate_policy(const struct policy *policy, const struct trace *trace, size_t nframes)
{
    size_t misses = 0;
    struct memory m;

    if (!memory_init(&m, nframes, trace->npages)) {
        memory_fini(&m);
        return SIZE_MAX;
    }
    for (size_t i = 0; i < trace->length; i++) {
        uint32_t page = trace->pages[i], frame = m.where[page];

        if (frame == NOWHERE) {
            misses++;
            frame = m.nfilled < nframes ? (uint32_t)m.nfilled++ : evict(&m, policy);
            fill(&m, policy, frame, page);
        }
        m.used[frame] = true;
    }
    memory_fini(&m);
    return misses;
}

/* When each page in memory is used next: a heap, the latest on top.  A page that is
 * used has a new entry from then on; its old one is known by its time, which is past. */
struct use {
    size_t when;
    uint32_t page;
};

struct heap {
    struct use *uses;
    size_t n;
};

static void heap_push(struct heap *h, struct use use)
{
    size_t i = h->n++;

    for (; i > 0 && h->uses[(i - 1) / 2].when < use.when; i = (i - 1) / 2)
        h->uses[i] = h->uses[(i - 1) / 2];
    h->uses[i] = use;
}

static struct use heap_pop(struct heap *h)
{
    struct use top = h->uses[0], last = h->uses[--h->n];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < h->n) {
        if (child + 1 < h->n && h->uses[child + 1].when > h->uses[child].when)
            child++;
        if (h->uses[child].when <= last.when)
            break;
        h->uses[i] = h->uses[child];
        i = child;
    }
    h->uses[i] = last;
    return top;
}

/* For each reference, when the next one to its page is; LENGTH: never. */
static void find_next_uses(const struct trace *t, size_t *next, size_t *last)
{
    for (size_t p = 0; p < t->npages; p++)
        last[p] = t->length;
    for (size_t i = t->length; i-- > 0; ) {
        next[i] = last[t->pages[i]];
        last[t->pages[i]] = i;
    }
}

/* LAST becomes, for each page in memory, when it is used next; 0: not in memory. */
static size_t count_optimum(const struct trace *t, size_t nframes, const size_t *next, size_t *last,
                            struct heap *h)
{
    size_t misses = 0, resident = 0;

    for (size_t p = 0; p < t->npages; p++)
        last[p] = 0;
    for (size_t i = 0; i < t->length; i++) {
        uint32_t page = t->pages[i];

        if (!last[page]) {
            misses++;
            if (resident == nframes) {
                struct use out;

                do
                    out = heap_pop(h);
                while (last[out.page] != out.when);
                last[out.page] = 0;
            } else {
                resident++;
            }
        }
        last[page] = next[i];
        heap_push(h, (struct use){ .when = next[i], .page = page });
    }
    return misses;
}

size_t simulate_optimum(const struct trace *t, size_t nframes)
{
    size_t *next = malloc((t->length + 1) * sizeof(*next));
    size_t *last = malloc((t->npages + 1) * sizeof(*last));
    struct heap h = { .uses = malloc((t->length + 1) * sizeof(*h.uses)) };
    size_t misses = SIZE_MAX;

    if (next && last && h.uses) {
        find_next_uses(t, next, last);
        misses = count_optimum(t, nframes, next, last, &h);
    }
    free(next);
    free(last);
    free(h.uses);
    return misses;
}
