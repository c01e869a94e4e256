/* SPDX-License-Identifier: MIT */
/*
 * vdso.h - what the kernel and the code that it lends to programs agree on.
 *
 * The code is a shared object of one page (user/vdso).  The last bytes of that page are
 * this structure: the kernel stores into it, programs only read.
 */
#pragma once
#include "lib/types.h"

#define VDSO_SIZE        4096
#define VDSO_DATA_OFFSET (VDSO_SIZE - 64)

/* How `time`, the counter that programs can read, becomes CLOCK_MONOTONIC and _REALTIME. */
struct clock_data {
    uint64_t boot_ticks;        /* `time` when the clock began                */
    uint64_t timebase;          /* ticks of a second                          */
    uint64_t ns_per_tick;       /* 0: not a whole number                      */
    uint64_t realtime_offset;   /* realtime - monotonic, ns; the others never change */
};

struct vdso_data {
    struct clock_data clock;
    uint64_t sigreturn;         /* offset of the code that handlers return to */
    uint64_t spare[3];
};

#ifndef __ASSEMBLY__
_Static_assert(sizeof(struct vdso_data) == VDSO_SIZE - VDSO_DATA_OFFSET, "struct vdso_data");
#endif
