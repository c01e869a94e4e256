/* SPDX-License-Identifier: MIT */
/*
 * icache.h - instruction caches, which do not notice stores by themselves
 * (RISC-V "Zifencei": FENCE.I orders the fetches of one hart only).
 */
#pragma once

/* Whatever was stored before this call is what every hart fetches after it. */
void fence_i_all(void);
