/* SPDX-License-Identifier: MIT */
/*
 * counters.c - the counters of all harts and their names.
 */
#include "kernel/core/counters.h"

struct hart_counters hart_counters[MAX_HARTS];

static const char *const names[VM_EVENT_COUNT] = {
#define X(id, name) [VM_##id] = name,
    VM_EVENTS(X)
#undef X
};

uint64_t vm_event_sum(enum vm_event e)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < MAX_HARTS; i++)
        sum += __atomic_load_n(&hart_counters[i].n[e], __ATOMIC_RELAXED);
    return sum;
}

const char *vm_event_name(enum vm_event e)
{
    return names[e];
}
