/* SPDX-License-Identifier: MIT */
/*
 * swap_header.h - what the first page of a swap area says.  Pure.
 */
#pragma once
#include "lib/abi/swap.h"

/*
 * Check H for an area of NPAGES pages.  0, with the number of slots, slot 0 included, in
 * *NSLOTS; -EINVAL: no signature, another version, an empty area, one longer than NPAGES, or
 * bad pages that are too many or lie outside; a file may have none.
 */
int swap_header_check(const struct swap_header *h, size_t npages, bool is_file, size_t *nslots);
