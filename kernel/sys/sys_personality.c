/* SPDX-License-Identifier: MIT */
/*
 * sys_personality.c - the ways of a process, which fork and exec keep.
 */
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "lib/abi/personality.h"

/* The personality before.  Linux takes any value; what would have no effect is refused here. */
int64_t sys_personality(const uint64_t *a)
{
    struct process *p = current_process();
    uint32_t wanted = (uint32_t)a[0], old = p->personality;

    if (wanted == PERSONALITY_ASK)
        return old;
    if (wanted & ~(PER_LINUX | ADDR_NO_RANDOMIZE))
        return -EINVAL;
    p->personality = wanted;
    return old;
}
