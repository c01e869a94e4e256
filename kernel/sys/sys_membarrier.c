/* SPDX-License-Identifier: MIT */
/*
 * sys_membarrier.c - a fence for everybody: who calls it saves all others theirs.
 *
 * Two threads that each store and then look at what the other stored need a fence in between,
 * both of them, or both may see nothing.  If one of them does so rarely, it can pay for both:
 * each hart that runs one of the others passes a fence while the call lasts.
 */
#include "kernel/mm/mmu_context.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/membarrier.h"

#define SUPPORTED                                                              \
    (MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED                   \
     | MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED \
     | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_GET_REGISTRATIONS)

static void sign_up(struct mm *mm, uint32_t cmd)
{
    __atomic_fetch_or(&mm->membarriers, cmd, __ATOMIC_RELAXED);
}

static uint32_t registrations(const struct mm *mm)
{
    return __atomic_load_n(&mm->membarriers, __ATOMIC_RELAXED);
}

int64_t sys_membarrier(const uint64_t *a)
{
    struct mm *mm = current_mm();
    int cmd = (int)a[0];

    if ((uint32_t)a[1])
        return -EINVAL;
    switch (cmd) {
    case MEMBARRIER_CMD_QUERY:
        return SUPPORTED;
    case MEMBARRIER_CMD_GET_REGISTRATIONS:
        return registrations(mm);
    case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
        sign_up(mm, (uint32_t)cmd);
        return 0;
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
        if (!(registrations(mm) & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
            return -EPERM;
        mmu_context_barrier(&mm->ctx);
        return 0;
    case MEMBARRIER_CMD_GLOBAL:
    case MEMBARRIER_CMD_GLOBAL_EXPEDITED:       /* registered or not: all are reached */
        mmu_context_barrier(NULL);
        return 0;
    }
    return -EINVAL;
}
