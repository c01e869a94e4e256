/* SPDX-License-Identifier: MIT */
/*
 * rest.c - what the kernel holds when it is at rest.
 */
#include "user/tests/lib/rest.h"

static const struct figure {
    const char *name;
    size_t offset;
} figures[] = {
#define FRAMES(kind)                                                           \
    { "frames " #kind, offsetof(struct debug_counters, frames[DEBUG_FRAME_##kind]) }
    FRAMES(FREE), FRAMES(PCP), FRAMES(RESERVED), FRAMES(KERNEL), FRAMES(SLAB), FRAMES(TABLE),
    FRAMES(ANON), FRAMES(FILE), FRAMES(META), FRAMES(SHMEM), FRAMES(OTHER),
#undef FRAMES
#define FIGURE(field) { #field, offsetof(struct debug_counters, field) }
    FIGURE(frames_total), FIGURE(objects), FIGURE(object_bytes), FIGURE(kmallocs),
    FIGURE(vmalloc_areas), FIGURE(vmalloc_pages), FIGURE(threads), FIGURE(processes),
    FIGURE(files), FIGURE(inodes), FIGURE(dentries), FIGURE(mms), FIGURE(vmas), FIGURE(swap_slots),
#undef FIGURE
};

static uint64_t figure_of(const struct debug_counters *c, const struct figure *f)
{
    return *(const uint64_t *)((const char *)c + f->offset);
}

/* The program's own pages may have gone when memory was short: have all of them. */
static void come_back(void)
{
    extern char __executable_start[], _end[];
    size_t size = (size_t)(_end - __executable_start);

    madvise(__executable_start, (size + PAGE - 1) / PAGE * PAGE, MADV_POPULATE_READ);
}

/*
 * Free frames count as one, wherever they are kept.  So do the tables of the kernel's
 * own space: it keeps them for ever, and how many it needs depends on how many kernel
 * stacks were in use at once.
 */
void count_at_rest(struct debug_counters *c)
{
    come_back();
    debug_call(DEBUG_QUIESCE, 0, 0);
    *c = read_counters();
    c->frames[DEBUG_FRAME_FREE] += c->frames[DEBUG_FRAME_PCP] + c->kernel_tables;
    c->frames[DEBUG_FRAME_PCP] = 0;
    c->frames[DEBUG_FRAME_TABLE] -= c->kernel_tables;
}

/*
 * What lives long may have been made when many slabs were in use, and lie in one by itself
 * now that the rest is gone: as many objects, a slab more.  So a few slabs are free
 * frames, as long as the objects are the same.
 */
#define SPREAD 2

static struct debug_counters without_spread(const struct debug_counters *before,
                                            const struct debug_counters *after)
{
    struct debug_counters c = *after;
    int64_t more = (int64_t)(c.frames[DEBUG_FRAME_SLAB] - before->frames[DEBUG_FRAME_SLAB]);

    if (more >= -SPREAD && more <= SPREAD && c.objects == before->objects
        && c.object_bytes == before->object_bytes) {
        c.frames[DEBUG_FRAME_SLAB] -= (uint64_t)more;
        c.frames[DEBUG_FRAME_FREE] += (uint64_t)more;
    }
    return c;
}

bool same_at_rest(const struct debug_counters *before, const struct debug_counters *after)
{
    const struct debug_counters now = without_spread(before, after);
    bool same = true;

    for (size_t i = 0; i < COUNT(figures); i++) {
        uint64_t was = figure_of(before, &figures[i]), is = figure_of(&now, &figures[i]);

        if (is == was)
            continue;
        note("leak: %s was %lu, is %lu", figures[i].name, was, is);
        same = false;
    }
    return same;
}
