/* SPDX-License-Identifier: MIT */
/*
 * swap_header.c - what the first page of a swap area says.
 */
#include "kernel/cache/swap_header.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

static bool bad_pages_lie_inside(const struct swap_header *h)
{
    for (size_t i = 0; i < h->nr_badpages; i++)
        if (h->badpages[i] == 0 || h->badpages[i] > h->last_page)
            return false;
    return true;
}

int swap_header_check(const struct swap_header *h, size_t npages, bool is_file, size_t *nslots)
{
    if (memcmp(h->signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LEN) != 0
        || h->version != SWAP_VERSION)
        return -EINVAL;
    if (h->last_page == 0 || h->last_page >= npages)
        return -EINVAL;
    if (h->nr_badpages > (is_file ? 0 : SWAP_MAX_BADPAGES) || !bad_pages_lie_inside(h))
        return -EINVAL;
    *nslots = (size_t)h->last_page + 1;
    return 0;
}
