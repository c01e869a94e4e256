/* SPDX-License-Identifier: MIT */
/*
 * gfp.h - what an allocation may do to succeed ("get free pages" flags).
 */
#pragma once
#include "lib/types.h"

typedef uint32_t gfp_t;

/* Single rights and wishes. */
#define __GFP_DMA32    0x0001u  /* only frames below 4 GiB                        */
#define __GFP_MOVABLE  0x0002u  /* the page can be migrated: may be lent the area */
#define __GFP_ZERO     0x0004u  /* cleared                                        */
#define __GFP_RECLAIM  0x0008u  /* may sleep and reclaim directly                 */
#define __GFP_IO       0x0010u  /* ... and start disk I/O while doing so          */
#define __GFP_FS       0x0020u  /* ... and call into a file system                */
#define __GFP_KSWAPD   0x0040u  /* wake the pager when memory is low              */
#define __GFP_HIGH     0x0080u  /* may use the atomic part of the reserve         */
#define __GFP_MEMALLOC 0x0100u  /* reclaim itself: may use all of the reserve     */
#define __GFP_NOFAIL   0x0200u  /* wait as long as it takes                       */
#define __GFP_NORETRY  0x0400u  /* one attempt, then NULL                         */
#define __GFP_NOWARN   0x0800u  /* failure is expected: no report                 */
#define __GFP_CMA      0x1000u  /* a contiguous run: from the area kept for them  */
#define __GFP_DYING    0x2000u  /* set by the allocator: whoever asks must end, and may use
                                   a part of the reserve to do so                 */

/* What callers say. */
#define GFP_KERNEL  (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_KSWAPD)
#define GFP_NOFS    (__GFP_RECLAIM | __GFP_IO | __GFP_KSWAPD)
#define GFP_NOIO    (__GFP_RECLAIM | __GFP_KSWAPD)
#define GFP_NOWAIT  (__GFP_KSWAPD)
#define GFP_ATOMIC  (__GFP_HIGH | __GFP_KSWAPD)
#define GFP_USER    (GFP_KERNEL)
#define GFP_DMA32   (__GFP_DMA32)

/* User data and page cache: the pages that can be moved. */
#define GFP_USER_MOVABLE (GFP_USER | __GFP_MOVABLE)
