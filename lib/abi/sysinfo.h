/* SPDX-License-Identifier: MIT */
/*
 * abi/sysinfo.h - the answer of sysinfo: memory in units of mem_unit bytes.
 */
#pragma once
#include "lib/types.h"

#define SI_LOAD_SHIFT 16        /* loads are fixed-point, 16 bits of fraction */

struct sysinfo {
    int64_t uptime;             /* seconds                                 */
    uint64_t loads[3];          /* over 1, 5 and 15 minutes                */
    uint64_t totalram;
    uint64_t freeram;
    uint64_t sharedram;
    uint64_t bufferram;
    uint64_t totalswap;
    uint64_t freeswap;
    uint16_t procs;
    uint16_t pad;
    uint64_t totalhigh;
    uint64_t freehigh;
    uint32_t mem_unit;
};

_Static_assert(sizeof(struct sysinfo) == 112 && offsetof(struct sysinfo, procs) == 80 &&
               offsetof(struct sysinfo, totalhigh) == 88 &&
               offsetof(struct sysinfo, freehigh) == 96 &&
               offsetof(struct sysinfo, mem_unit) == 104, "struct sysinfo");
