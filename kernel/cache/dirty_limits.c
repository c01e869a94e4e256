/* SPDX-License-Identifier: MIT */
/*
 * dirty_limits.c - from settings to numbers of pages.
 */
#include "kernel/cache/dirty_limits.h"
#include "lib/bitops.h"

static size_t limit(unsigned ratio, uint64_t bytes, size_t available)
{
    return bytes ? bytes / PAGE_SIZE + (bytes % PAGE_SIZE > 0) : available * ratio / 100;
}

struct dirty_limits dirty_limits_of(const struct dirty_settings *s, size_t available)
{
    struct dirty_limits l = {
        .background = limit(s->background_ratio, s->background_bytes, available),
        .hard = max_u64(limit(s->ratio, s->bytes, available), DIRTY_FLOOR),
    };

    /* The flusher begins before anybody has to wait for it, whatever was written. */
    if (l.background >= l.hard)
        l.background = l.hard / 2;
    return l;
}
