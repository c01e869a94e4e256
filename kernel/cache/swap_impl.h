/* SPDX-License-Identifier: MIT */
/*
 * swap_impl.h - what the files about swap share with each other and with nobody else.
 */
#pragma once
#include "kernel/cache/swap.h"
#include "kernel/cache/swap_ahead.h"
#include "kernel/cache/swap_map.h"
#include "kernel/port/port.h"
#include "lib/list.h"

#define SWAP_MAX_AREAS 16

struct swap_area {
    struct swap_map map;            /*                                 [swap] */
    struct swap_ahead ahead;        /*                                 [swap] */
    char *memory;                   /* of both; vmalloc'ed                [c] */
    struct block_device *dev;       /*                                    [c] */
    struct swap_extent *extents;    /* sorted                             [c] */
    size_t nextents;                /*                                    [c] */
    char path[SWAP_PATH_MAX];       /*                                    [c] */
    const void *key;                /* inode or disk                      [c] */
    void *owner;                    /* what holds it                      [c] */
    struct list link;               /* all areas, highest priority first [swap] */
    int prio;                       /*                                    [c] */
    unsigned index;                 /* in entries                         [c] */
    bool is_file;                   /*                                    [c] */
    bool retired;                   /*                                 [swap] */
};                                  /* [swap] swap_lock                       */

extern struct spinlock swap_lock;   /* RANK_SWAP_MAP */

/* The area of ENTRY, which the caller knows to be in use.  [swap] */
struct swap_area *swap_area_of_locked(uint64_t entry);
/* The area of ENTRY, which may have been given back since it was read; NULL: there is none
 * that has such a slot.  [swap] */
struct swap_area *swap_area_try_locked(uint64_t entry);
/* A slot for PAGE in the area whose turn it is; 0: all are full.  [swap] */
uint64_t swap_area_alloc_locked(const struct page *page, bool of_file);
/* Slots of all areas, whatever they are, the headers included. */
size_t swap_area_slots(void);
/* Where SLOT of AREA lies on its disk. */
uint64_t swap_area_sector(const struct swap_area *area, size_t slot);

/* Whether ENTRY is of an anonymous page that is not in memory. */
bool swap_cache_lacks(uint64_t entry);
/* NEW, of which the caller has the only reference, becomes the page of ENTRY: locked, not
 * uptodate, referenced by the cache.  False: the slot has a page or is no anonymous page's. */
bool swap_cache_enter(struct page *new, uint64_t entry);
/* Start reading PAGES, locked; each is unlocked when its I/O ends, uptodate or not. */
void swap_io_read(struct page **pages, size_t n);
