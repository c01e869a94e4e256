/* SPDX-License-Identifier: MIT */
/*
 * abi/swap.h - the first page of a swap area, as mkswap(8) writes it.
 *
 * The signature ends the page, so that a boot block may precede it.  Numbers are
 * little-endian on this machine.
 */
#pragma once
#include "lib/types.h"

#define SWAP_SIGNATURE        "SWAPSPACE2"
#define SWAP_SIGNATURE_LEN    10
#define SWAP_VERSION          1
#define SWAP_MAX_BADPAGES     637       /* what fits before the signature */

struct swap_header {
    uint8_t boot_block[1024];
    uint32_t version;
    uint32_t last_page;                 /* number of the last page that may be used */
    uint32_t nr_badpages;
    uint8_t uuid[16];
    char volume_name[16];
    uint32_t padding[117];
    uint32_t badpages[SWAP_MAX_BADPAGES];
    uint8_t rest[2];
    char signature[SWAP_SIGNATURE_LEN];
};
_Static_assert(sizeof(struct swap_header) == 4096, "a swap header is a page");
