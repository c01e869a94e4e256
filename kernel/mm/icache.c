/* SPDX-License-Identifier: MIT */
/*
 * icache.c - instruction caches of all harts, through the firmware's remote fence.
 */
#include "kernel/core/hart.h"
#include "kernel/mm/icache.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"

void fence_i_all(void)
{
    fence_i();
    if (nr_harts > 1)
        sbi_remote_fence_i();
}
