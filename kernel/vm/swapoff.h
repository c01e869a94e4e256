/* SPDX-License-Identifier: MIT */
/*
 * swapoff.h - empty a swap area.
 */
#pragma once

struct swap_area;

/* Bring back all that AREA, retired, holds.  0: it is empty; -ENOMEM; -EIO: a slot could not
 * be read, and its owners still have it; -EINTR: a signal came.  Sleeps. */
int swap_empty(struct swap_area *area);
