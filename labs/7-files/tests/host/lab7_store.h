/* SPDX-License-Identifier: MIT */
/*
 * lab7_store.h - one file behind the page cache: its pages are an array, and what is read or
 * written stays under way until somebody sleeps.
 *
 * There is one thread.  When it would sleep, the transfer that has been under way longest
 * ends (or any, after store_in_disorder); when there is none, `others` may do something, as
 * another thread would; when that has nothing to do either, the test ends with a panic, since
 * nothing would ever wake the thread.
 *
 * What is sent is checked: its order, the state of its pages, and that no page is under way
 * twice.
 */
#pragma once
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/readahead.h"

#define STORE_PAGES 256

struct store {
    struct address_space as;
    uint8_t bytes[STORE_PAGES][PAGE_SIZE];
    unsigned reads[STORE_PAGES], writes[STORE_PAGES];   /* of each page            */
    unsigned read_requests, write_requests;             /* calls of read_pages ... */
    size_t largest;                                     /* pages in one of them    */
    bool bad[STORE_PAGES];                              /* cannot be read          */
    unsigned cleaned[STORE_PAGES];                      /* calls of mkclean        */
    unsigned unmapped;                                  /* calls of unmap_range    */
    bool (*others)(void);                               /* may be NULL             */
};
extern struct store store;

/* A file of SIZE bytes; page I begins with the byte store_byte(I), and all are like it. */
void store_start(uint64_t size);
/* Ends what is under way, drops all pages; panics if something was left behind. */
void store_stop(void);

/* What page I has at first. */
static inline uint8_t store_byte(uint64_t i)
{
    return (uint8_t)(i * 7 + 1);
}

/* Transfers end in random order from now on, from the seed of port_random(). */
void store_in_disorder(void);
/* How many pages are under way; end one transfer, false if there is none; or all. */
size_t store_under_way(void);
bool store_end_one(void);
void store_end_all(void);

/* Page I, read, unlocked and unchanged, in the cache: without a reference. */
struct page *store_cached(uint64_t i);
/* Fill page I, as a store to it would, with VALUE: it is dirty then. */
void store_fill(uint64_t i, uint8_t value);
